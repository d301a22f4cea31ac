"""What belongs to each link of a list: its card, read off where the ways to the links part."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice, pairwise, takewhile

from lxml import html

from ingest.detect.links import HEADINGS, Link, Spot, ancestors

_LOOSE = 8  # elements beside a card that are looked at
_NEAR = 8  # elements around a link alone
_CARDS = frozenset({"article", "li", "tr"})
_ALIKE = 0.6  # of the gaps between cards make a rule

Card = tuple[html.HtmlElement, ...]
"""The element around a link that holds no other link of its list, then what stands beside it."""


def cards_of(links: Sequence[Link]) -> tuple[Card, ...]:
    """The card of each of `links`, in document order.

    A link alone has no other that bounds its card: it is the element around it that is one by its
    name, or nothing.
    """
    if len(links) < 2:
        return tuple(_around(link) for link in links)
    partings = [_parting(a.spot, b.spot) for a, b in pairwise(links)]
    depths = [max(pair) for pair in zip([0, *partings], [*partings, 0], strict=True)]
    cores = [_at_depth(a.spot, depth) for a, depth in zip(links, depths, strict=True)]
    return _with_loose_parts(cores)


def _around(link: Link) -> Card:
    elements = (spot.element for spot in islice(ancestors(link.spot), _NEAR))
    return next(((element,) for element in elements if element.tag in _CARDS), ())


def _parting(first: Spot, second: Spot) -> int:
    """The depth at which the ways to two links part: their first elements that differ.

    Over neighbours in document order all of it takes as long as one walk through the page.
    """
    one, other = first, second
    while one is not other:
        if one.depth >= other.depth:
            if one.parent is None:
                break
            one = one.parent
        else:
            assert other.parent is not None
            other = other.parent
    return one.depth + 1


def _at_depth(spot: Spot, depth: int) -> html.HtmlElement:
    while spot.depth > depth and spot.parent is not None:
        spot = spot.parent
    return spot.element


def _with_loose_parts(cores: Sequence[html.HtmlElement]) -> tuple[Card, ...]:
    """Cards with what stands loose between them, as in `h3 p p h3 p p` or `dt dd dt dd`.

    What begins with a heading belongs to the card behind it. Without headings all of it belongs to
    the card before it, when it is alike between most; to the one behind it when there is as much
    before the first card and none behind the last.
    """
    known = set(cores)
    behind = [_loose(core.itersiblings(), known) for core in cores]
    if not any(behind[:-1]):
        return tuple((core,) for core in cores)
    ahead = [_loose(core.itersiblings(preceding=True), known)[::-1] for core in cores]
    headed = sum(any(map(_is_heading, gap)) for gap in behind[:-1])
    if headed >= _ALIKE * len(behind[:-1]) and not any(map(_has_heading, cores)):
        return _put_together(cores, map(_lead, ahead), map(_tail, behind))
    kinds = Counter(tuple(element.tag for element in gap) for gap in behind[:-1])
    (kind, often), *_ = kinds.most_common(1)
    count = len(kind)
    if not kind or count == _LOOSE or often < 2 or often < _ALIKE * len(behind[:-1]):
        return tuple((core,) for core in cores)
    nothing: list[Card] = [()] * len(cores)
    if len(ahead[0]) >= count and not behind[-1]:
        return _put_together(cores, (gap[-count:] for gap in ahead), nothing)
    return _put_together(cores, nothing, (gap[:count] for gap in behind))


def _loose(siblings: Iterable[html.HtmlElement], known: set[html.HtmlElement]) -> Card:
    """The first of `siblings` up to another card."""
    near = takewhile(lambda element: element not in known, siblings)
    return tuple(islice(near, _LOOSE))


def _put_together(
    cores: Iterable[html.HtmlElement], leads: Iterable[Card], tails: Iterable[Card]
) -> tuple[Card, ...]:
    parts = zip(cores, leads, tails, strict=True)
    return tuple((core, *lead, *tail) for core, lead, tail in parts)


def _is_heading(element: html.HtmlElement) -> bool:
    return element.tag in HEADINGS


def _has_heading(element: html.HtmlElement) -> bool:
    return next(element.iter(*HEADINGS), None) is not None


def _tail(gap: Card) -> Card:
    """What stands before the first heading."""
    return tuple(takewhile(lambda element: not _is_heading(element), gap))


def _lead(gap: Card) -> Card:
    """What stands from the last heading on; nothing without one."""
    plain = len(_tail(gap[::-1]))
    return gap[-plain - 1 :] if plain < len(gap) else ()
