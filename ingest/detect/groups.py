"""Repeated groups of links: links whose ways from the page are called alike, at several depths."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from ingest.detect.links import HEADINGS, Link, Spot, ancestors, naming, text_in, weight_of
from ingest.detect.places import Place
from ingest.detect.regions import Card, cards_of

_DEPTHS = 8  # elements of the way, from the link outwards, that may tell groups apart
_POOR = 0.5  # of a title: below it the links say "read more", and the cards may say more
_FEW = 4  # of the largest groups of such links are looked at
_BUTTON = 40  # characters of a text that many links have
_NUMBERS = re.compile(r"[\d.,]+")


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Links in document order, one an address, that stand alike.

    `depth` is how many elements, from the link outwards, are called alike. `titles` is how much the
    texts are like titles on average, `different` the share of different ones; both 0 to 1. `cards`
    has the card of each link, once they were read. `how` they were found is as in `Guess`.
    """

    depth: int
    place: Place
    links: tuple[Link, ...]
    titles: float
    different: float
    cards: tuple[Card, ...] = ()
    how: str = "links"

    @property
    def names(self) -> tuple[str, ...]:
        """What the shared elements are called, from the link outwards."""
        way = zip(ancestors(self.links[0].spot), range(self.depth), strict=False)
        return tuple(spot.name for spot, _ in way)


def group_of(depth: int, place: Place, links: Iterable[Link]) -> Group:
    """A group of `links`, which are in document order; without its cards."""
    members = tuple(links)
    titles = sum([link.weight for link in members]) / len(members)
    texts = {_NUMBERS.sub("", link.text) for link in members}
    return Group(depth, place, members, titles, len(texts) / len(members))


def groups_of(links: Iterable[Link], places: Mapping[Spot, Place]) -> list[Group]:
    """Every group there is, each set of links once: by the fewest names it shares."""
    numbers: dict[tuple[object, str], int] = {}
    found: list[tuple[int, Place, dict[str, Link]]] = []
    for link in links:
        place = places[link.spot]
        inner: object = place
        at: Spot | None = link.spot
        for depth in range(1, _DEPTHS + 1):
            if at is None:
                break
            number = numbers.setdefault((inner, at.name), len(found))
            if number == len(found):
                found.append((depth, place, {}))
            _add(link, found[number][2], link.address.url)
            inner, at = number, at.parent
    distinct: dict[tuple[int, ...], tuple[int, Place, list[Link]]] = {}
    for depth, place, group in found:
        members = sorted(group.values(), key=lambda link: link.index)
        distinct.setdefault(tuple([link.index for link in members]), (depth, place, members))
    return [group_of(*group) for group in distinct.values()]


def group_by_address(
    links: Iterable[Link], places: Mapping[Spot, Place], key: Callable[[str], str], how: str
) -> Group | None:
    """The links outside the furniture, one a `key` of their addresses, wherever they stand."""
    best: dict[str, Link] = {}
    for link in links:
        if places[link.spot] is not Place.FURNITURE:
            _add(link, best, key(link.address.url))
    found = sorted(best.values(), key=lambda link: link.index)
    return replace(group_of(0, Place.CONTENT, found), how=how) if found else None


def _add(link: Link, group: dict[str, Link], key: str) -> None:
    """Of several links to one address a heading stays, else the one that is most like a title."""
    known = group.get(key)
    if known is None or (link.heading, link.weight) > (known.heading, known.weight):
        group[key] = link


def with_cards(group: Group) -> Group:
    """The group with its cards."""
    return group if group.cards else replace(group, cards=cards_of(group.links))


def titled_by_cards(groups: Iterable[Group]) -> list[Group]:
    """Groups of images and "read more" links again, with what names their cards as texts."""
    content = [group for group in groups if group.place is Place.CONTENT]
    poor = [group for group in content if len(group.links) > 1 and _says_little(group)]
    found = []
    for group in map(with_cards, [*_largest(_saying_the_same(content)), *_largest(poor)]):
        texts = [_name_of(card) for card in group.cards]
        if sum(map(bool, texts)) > len(texts) / 2 and len(set(texts)) > len(texts) / 2:
            titled = group_of(group.depth, group.place, map(_titled, group.links, texts))
            found.append(replace(titled, cards=group.cards))
    return found


def _largest(groups: Iterable[Group]) -> list[Group]:
    return sorted(groups, key=lambda group: -len(group.links))[:_FEW]


def _says_little(group: Group) -> bool:
    shown = sum([link.own for link in group.links])
    return group.titles < _POOR or group.different <= 0.5 or 2 * shown < len(group.links)


def _saying_the_same(groups: Iterable[Group]) -> list[Group]:
    """Links with one text to three or more addresses, wherever in the content they stand."""
    same: dict[str, dict[str, Link]] = {}
    for group in groups:
        for link in group.links if group.depth == 1 else ():
            text = _NUMBERS.sub("", link.text).casefold()
            if link.own and len(text) <= _BUTTON:
                same.setdefault(text, {}).setdefault(link.address.url, link)
    sets = (sorted(links.values(), key=lambda link: link.index) for links in same.values())
    return [group_of(1, Place.CONTENT, links) for links in sets if len(links) > 2]


def _name_of(card: Card) -> str:
    for part in card:
        named = part if part.tag in HEADINGS else naming(part)
        if named is not None:
            return text_in(named)
    return ""


def _titled(link: Link, text: str) -> Link:
    if not text:
        return link
    weight = weight_of(text, link.address, heading=True)
    return replace(link, text=text, own=False, heading=True, weight=weight)
