"""What the articles of a source share without its being part of them. Pure.

A template shows in a row of articles: at the ends of an article, a line that eight of ten
successive ones have belongs to the page they were copied from; between paragraphs eighteen of
twenty must have it, for whole paragraphs are rarely of one piece. A long sentence is enough of a
proof by itself, wherever the articles that have it stand. What is rare in a large archive is never
learned by the mere number of its articles.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from math import ceil

from ingest.passages import Passage, Place, Trait, movable, reach

AROUND = 250
"""How many articles before and after a new one tell what it shares with others."""

_CHUNK = 2_000  # articles looked at together; memory is bounded by it
_EDGE, _TEXT = (5, 8, 10), (10, 18, 20)  # at least so many, so many of so many in a row
_OPENINGS, _SENTENCES = 5, 10  # articles that open with, or hold, the same long sentence,
_WITHIN = 2 * AROUND  # among so many in a row

_TITLED = 0.8  # of the texts of a folder have a title that no other has

_Ranks = dict[tuple[Place, int], dict[int, None]]


def learn(articles: Sequence[Sequence[Passage]], known: Mapping[int, Place]) -> dict[int, Place]:
    """The passages that successive `articles` share and that are not `known` yet, with places.

    What an end shares is taken off before what is next to it is judged, so that a header of three
    lines is learned line by line.
    """
    found = _at_ends(articles, known)
    titles = _titles(articles, {**known, **found})
    between = _between(articles, {**known, **found})
    return {key: place for key, place in (found | between).items() if key not in titles}


def _titles(articles: Sequence[Sequence[Passage]], known: Mapping[int, Place]) -> set[int]:
    """What stands above the titles of texts and is the title itself, for none is left below it.

    The titles of articles differ, if in a number alone; what all texts of a folder begin with may
    be the name of a site, or "Logbook" with a paragraph below it.
    """
    found: set[int] = set()
    while above := _above_no_title(articles, known.keys() - found):
        found |= above
    return found


def _above_no_title(articles: Sequence[Sequence[Passage]], known: Collection[int]) -> set[int]:
    """What stands right above the first own lines of texts, unless these are titles."""
    above: set[int] = set()
    titles: set[tuple[int, int]] = set()
    texts = 0
    for rank, article in enumerate(articles):
        own = next((i for i, one in enumerate(article) if one.key not in known), len(article))
        if not own or not article[0].traits & Trait.TITLED:
            continue
        texts += 1
        above.add(article[own - 1].key)
        for one in article[own : own + 1]:
            if not one.traits & Trait.PROSE:
                titles.add((one.key, rank if one.traits & Trait.NUMBERED else 0))
    return above if len(titles) < _TITLED * texts else set()


def neighbourhoods(order: Sequence[str], new: Collection[str]) -> Iterator[Sequence[str]]:
    """Stretches of `order`, the origins of all articles, that hold what is new and its like.

    None is so long that its passages would not fit into memory.
    """
    begin = end = 0
    for rank, origin in enumerate(order):
        if origin not in new:
            continue
        if end and rank - AROUND > end:
            yield from _parts(order[begin:end])
            begin = rank - AROUND
        elif not end:
            begin = max(rank - AROUND, 0)
        end = rank + AROUND + 1
    if end:
        yield from _parts(order[begin:end])


def _parts(stretch: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, max(len(stretch) - _WITHIN, 1), _CHUNK):
        yield stretch[start : start + _CHUNK + _WITHIN]


def _at_ends(articles: Sequence[Sequence[Passage]], known: Mapping[int, Place]) -> dict[int, Place]:
    all_known = dict(known)
    holders: _Ranks = {}
    weighty: set[int] = set()
    look: Iterable[int] = range(len(articles))
    while True:
        for rank in look:
            _note(articles[rank], rank, all_known, holders, weighty)
        more = _recurring(holders, len(articles), all_known, weighty)
        if not more:
            return {key: place for key, place in all_known.items() if key not in known}
        all_known |= more
        look = sorted(
            {rank for (_, key), ranks in holders.items() if key in more for rank in ranks}
        )


def _note(
    article: Sequence[Passage],
    rank: int,
    known: Mapping[int, Place],
    holders: _Ranks,
    weighty: set[int],
) -> None:
    for from_end in (False, True):
        for index, place in reach(article, known, from_end=from_end):
            one = article[index]
            if one.key not in known:
                holders.setdefault((place, one.key), {})[rank] = None
                if one.traits & Trait.WEIGHTY:
                    weighty.add(one.key)


def _recurring(
    holders: _Ranks, total: int, known: Mapping[int, Place], weighty: Collection[int]
) -> dict[int, Place]:
    """What recurs at the ends and is not known: each where most articles have it."""
    found: dict[int, tuple[int, Place]] = {}
    for (place, key), ranks in holders.items():
        if key in known or not _recurs(ranks, total, place, weighty=key in weighty):
            continue
        if key not in found or found[key] < (len(ranks), place):
            found[key] = len(ranks), place
    return {key: place for key, (_, place) in found.items()}


def _recurs(ranks: Iterable[int], total: int, place: Place, *, weighty: bool) -> bool:
    found = sorted(ranks)
    if place == "intro" and weighty and _dense(found, _OPENINGS, _WITHIN):
        return True
    return _in_a_row(found, total, *_EDGE)


def _between(articles: Sequence[Sequence[Passage]], known: Mapping[int, Place]) -> dict[int, Place]:
    holders: dict[int, list[int]] = {}
    weighty: set[int] = set()
    for rank, article in enumerate(articles):
        for one in {one.key: one for one in article if movable(one)}.values():
            if one.key not in known:
                holders.setdefault(one.key, []).append(rank)
                if one.traits & Trait.WEIGHTY:
                    weighty.add(one.key)
    return {
        key: "text"
        for key, ranks in holders.items()
        if _in_a_row(ranks, len(articles), *_TEXT)
        or (key in weighty and _dense(ranks, _SENTENCES, _WITHIN))
    }


def _in_a_row(ranks: Sequence[int], total: int, least: int, need: int, run: int) -> bool:
    """Whether `need` of `run` successive articles have it; of fewer than `run`, the same part."""
    if total < run:
        need = max(least, ceil(total * need / run))
    return _dense(ranks, need, run)


def _dense(ranks: Sequence[int], need: int, run: int) -> bool:
    return any(last - first < run for first, last in zip(ranks, ranks[need - 1 :], strict=False))
