"""Which part of a page a link stands in: its own content, furniture, or something beside it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from functools import cache, lru_cache

from lxml import html

from ingest.detect.links import HEADINGS, Link, Spot, ancestors, pieces, text_in
from ingest.detect.words import words

_MOST_HEADINGS = 300
_FURNITURE = frozenset({"nav", "footer", "dialog"})
_CONTENT = frozenset({"html", "body", "main", "article", "li", "tr", "td", "a"})
_NAMES = 500  # characters of classes and id
_LABEL = 40  # characters; a longer heading names no box


class Place(Enum):
    """Where links stand; the value is what their evidence is worth there."""

    CONTENT = 1.0
    ASIDE = 0.4
    NAMED_FURNITURE = 0.15
    FURNITURE = 0.03


def places_of(page: html.HtmlElement, links: Sequence[Link]) -> Mapping[Spot, Place]:
    """The place of each spot that leads to one of `links`.

    Elements say it (nav, footer, header, aside), roles, class names, and headings ("Most read").
    Of an element that holds the page's heading or its `main` only the first is believed; and names
    and headings are not of one with more than half of what is like titles outside the furniture.
    """
    weights = _weights(links)
    places: dict[Spot, Place] = {}
    for spot in weights:
        above = _above(spot, places)
        places[spot] = Place.FURNITURE if _is_furniture(spot) else above
    total = sum(link.weight for link in links if places[link.spot] is Place.CONTENT)
    kept = _principal(page)
    boxes = _labelled(page, weights, total / 2)
    for spot in weights:
        above = _above(spot, places)
        if above is not Place.CONTENT:
            places[spot] = above
        elif places[spot] is Place.CONTENT and spot.element not in kept:
            if spot.element in boxes or _is_aside(spot.element):
                places[spot] = Place.ASIDE
            elif spot.element.tag not in _CONTENT and weights[spot] <= total / 2:
                places[spot] = _named(spot.element)
    return places


def _above(spot: Spot, places: Mapping[Spot, Place]) -> Place:
    return places[spot.parent] if spot.parent is not None else Place.CONTENT


def _weights(links: Iterable[Link]) -> dict[Spot, float]:
    """Each spot, parents before children, with the sum of the weights of the links in it."""
    order: dict[Spot, float] = {}
    for link in links:
        fresh = []
        for spot in ancestors(link.spot):
            if spot in order:
                break
            fresh.append(spot)
        order.update(dict.fromkeys(reversed(fresh), 0.0))
        order[link.spot] += link.weight
    for spot in reversed(order):
        if spot.parent is not None:
            order[spot.parent] += order[spot]
    return order


def _is_furniture(spot: Spot) -> bool:
    tag = spot.element.tag
    role = (spot.element.get("role") or "").lower()
    return tag in _FURNITURE or role in words().roles or (tag == "header" and not spot.in_item)


def _principal(page: html.HtmlElement) -> set[html.HtmlElement]:
    """The elements that hold the page's heading or its `main`."""
    kept: set[html.HtmlElement] = set()
    for tag in ("h1", "main"):
        for element in page.iter(tag):
            kept.update((element, *element.iterancestors()))
            break
    return kept


def _labelled(
    page: html.HtmlElement, weights: Mapping[Spot, float], most: float
) -> set[html.HtmlElement]:
    """The boxes that a heading names as a list of other things: the next element with links."""
    spots = {spot.element: spot for spot in weights}
    boxes = set()
    for heading, _ in zip(page.iter(*HEADINGS), range(_MOST_HEADINGS), strict=False):
        other = _names_others(text_in(heading, _LABEL + 1))
        if not other or next(heading.iter("a"), None) is not None:
            continue
        for element, _ in zip(heading.iterancestors(), range(4), strict=False):
            spot = spots.get(element)
            if spot is not None and weights[spot] >= 1:
                if weights[spot] <= most:
                    boxes.add(element)
                break
    return boxes


def _names_others(text: str) -> bool:
    return len(text) <= _LABEL and _phrases().search(text.casefold().strip(" :")) is not None


@cache
def _phrases() -> re.Pattern[str]:
    """A phrase at the beginning or the end, as whole words where words are spaced."""
    phrases = "|".join(map(re.escape, words().headings))
    dense = "[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
    return re.compile(rf"^(?:{phrases})(?!\w)|(?<!\w)(?:{phrases})$|^(?:{phrases})(?={dense})")


def _is_aside(element: html.HtmlElement) -> bool:
    return bool(element.tag == "aside" or element.get("role") == "complementary")


def _named(element: html.HtmlElement) -> Place:
    return _by_name(f"{element.get('class') or ''} {element.get('id') or ''}"[:_NAMES])


@lru_cache(maxsize=4_096)
def _by_name(names: str) -> Place:
    known = words()
    told = [name for name in names.split() if not name.lower().startswith(known.about)]
    ends = {end for name in told for end in (name.lower(), *pieces(name)[:1], *pieces(name)[-1:])}
    if not known.furniture.isdisjoint(ends):
        return Place.NAMED_FURNITURE
    return Place.ASIDE if not known.aside.isdisjoint(ends) else Place.CONTENT
