"""From the groups of a page to its list: the best one, what belongs to it, and what does not."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from statistics import fmean

from lxml import html

from ingest.article import Stated
from ingest.detect.cards import completed, stated_by
from ingest.detect.evidence import Judged, judge, likeliest, likelihood, reasons, worth
from ingest.detect.groups import Group, group_by_address, groups_of, titled_by_cards
from ingest.detect.guesses import Detection, Guess
from ingest.detect.kin import candidates, objections, without_strays
from ingest.detect.links import Link, Spot, titular
from ingest.detect.places import Place, places_of
from ingest.detect.regions import Card, cards_of
from ingest.detect.schema import Reader, key_of
from ingest.detect.where import selector_of
from ingest.markup import clean_line
from ingest.urls import same_site

WEAK = 0.1  # a lower likelihood is no list: menus, error pages, pages drawn by scripts
_GUESSES = 10
_SHOWN = 5  # items of a guess that was not taken
_SAMPLE = 50  # items of which the site is looked at
_OWN = 0.8  # of them must be of the page's site
_UNTITLED = 0.7  # what an address without a title is worth: such lists are written for machines

Items = tuple[Stated, ...]


def among_links(
    page: html.HtmlElement,
    links: Sequence[Link],
    lists: Sequence[Items],
    reader: Reader,
    *,
    every: bool,
) -> Detection:
    """The list among the links of a page; with `every` all of them outside the furniture.

    `lists` are those of its structured data: they are evidence, and complete what the page shows.
    """
    places = places_of(page, links)
    told = {key_of(one.url): one for items in lists for one in items}
    stated = {link.address.url for link in links if told and key_of(link.address.url) in told}
    length = len(str(page.text_content())) + 1
    if every:
        whole = group_by_address(links, places, key_of, "addresses")
        verdicts = [(one, "") for one in judge([whole] if whole else [], length, stated)]
        chosen = _links_and_cards(one for one, _ in verdicts)
    else:
        groups = groups_of(links, places)
        groups += titled_by_cards(groups)
        groups += [group for items in lists if (group := _shown(items, links, places))]
        verdicts = _verdicts(groups, length, stated)
        chosen = without_strays(_links_and_cards(one for one, why in verdicts if not why))
    items = _items(chosen, told, reader)
    verdicts.sort(key=lambda verdict: bool(verdict[1]))
    guesses = tuple(_guess(one, objection, items) for one, objection in verdicts[:_GUESSES])
    return Detection(items=items, guesses=guesses)


def _verdicts(
    groups: Sequence[Group], length: int, stated: Collection[str]
) -> list[tuple[Judged, str]]:
    """The likeliest groups with why they are not the list or part of it, "" when they are."""
    likely = likeliest(groups)
    ranked = judge(likely, length, stated)
    if not ranked or ranked[0].score < WEAK:
        return [(one, "is too little like a list") for one in ranked]
    best, *others = ranked
    others += judge(candidates(best, groups, likely), length, stated)
    return [(best, ""), *objections(best, others)]


def _shown(items: Items, links: Iterable[Link], places: Mapping[Spot, Place]) -> Group | None:
    """The links of the page to what its structured data list, if at least half of it is there."""
    keys = {key_of(one.url) for one in items}
    told = (link for link in links if key_of(link.address.url) in keys)
    group = group_by_address(told, places, key_of, "structured data")
    return group if group is not None and 2 * len(group.links) >= len(keys) else None


def better(found: Detection, other: Guess | None) -> Detection:
    """`found`, or `other` in its place when that is likelier, and likely enough to be a list."""
    if other is None:
        return found
    if other.score < max(found.score, WEAK):
        return replace(found, guesses=(*found.guesses, _passed_over(other)))
    return Detection(items=other.items, guesses=(other, *map(_passed_over, found.guesses)))


def _passed_over(guess: Guess) -> Guess:
    rejected = guess.rejected or "is less likely"
    return replace(guess, rejected=rejected, items=guess.items[:_SHOWN])


def in_data(how: str, items: Items, url: str) -> Guess | None:
    """A list that the page at `url` does not show but states, if it is of the same site."""
    own = [same_site(one.url, url) for one in items[:_SAMPLE]]
    if len(items) < 2 or fmean(own) < _OWN:
        return None
    titles = fmean(titular(one.title, heading=False) if one.title else _UNTITLED for one in items)
    different = len({one.title or one.url for one in items}) / len(items)
    value = worth(titles, different, len(items))
    dated = fmean(one.published is not None for one in items)
    said = (f"{len(items)} items", f"{dated:.0%} have a date", f"{titles:.0%} like titles")
    return Guess(
        how=how,
        score=likelihood(value * (1 + 0.4 * dated)),
        reasons=said,
        count=len(items),
        items=items,
    )


def _links_and_cards(taken: Iterable[Judged]) -> list[tuple[Link, Card]]:
    """What the groups hold, in page order, each address once."""
    known: dict[str, tuple[Link, Card]] = {}
    for one in taken:
        for link, card in zip(one.group.links, one.group.cards, strict=True):
            known.setdefault(link.address.url, (link, card))
    return sorted(known.values(), key=lambda pair: pair[0].index)


def _items(
    chosen: Sequence[tuple[Link, Card]], told: Mapping[str, Stated], reader: Reader
) -> Items:
    closer = cards_of([link for link, _ in chosen])
    found: dict[str, Stated] = {}
    for (link, card), close in zip(chosen, closer, strict=True):
        own = close if close and card and close[0] is not card[0] else card  # not another's as well
        shown = stated_by(link, own, reader)
        if shown.url:
            found.setdefault(shown.url, completed(shown, told.get(key_of(shown.url))))
    return tuple(found.values())


def _guess(one: Judged, rejected: str, items: Items) -> Guess:
    links = one.group.links
    if rejected:
        shown = tuple(_glimpse(link) for link in links[:_SHOWN])
    else:
        own = {key_of(link.address.url) for link in links}
        shown = tuple(item for item in items if key_of(item.url) in own)
    return Guess(
        how=one.group.how,
        where=selector_of(one.group),
        score=one.score,
        reasons=reasons(one),
        rejected=rejected,
        count=len(links) if rejected else len(shown),
        items=shown,
    )


def _glimpse(link: Link) -> Stated:
    return Stated(url=link.address.url, title=clean_line(link.text))
