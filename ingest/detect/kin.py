"""Which groups belong together: a lead story and the list below it, the columns of a front page."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence

from ingest.detect.evidence import Judged
from ingest.detect.groups import Group
from ingest.detect.links import Link, Spot, ancestors
from ingest.detect.places import Place
from ingest.detect.regions import Card

_AS_GOOD = 0.8  # of the titles of the best group
_MOST = 60  # small groups that are looked at
_WAY = 8  # elements
_BUTTON = 0.1  # what a text that is no title at all is like one
_USUAL = 0.3  # of the links make a form the usual one
_VARIED = 0.25  # of the texts must differ


def candidates(best: Judged, groups: Iterable[Group], seen: Iterable[Group]) -> list[Group]:
    """Of the groups not yet `seen`, those that may continue the list of `best`; even lone links."""
    own = {link.address.url for link in best.group.links}
    known = set(seen)
    found = [
        group
        for group in groups
        if group not in known
        and group.place is Place.CONTENT
        and group.titles >= _AS_GOOD * best.group.titles
        and not own.issuperset([link.address.url for link in group.links])
    ]
    return sorted(found, key=lambda group: -len(group.links))[:_MOST]


def objections(best: Judged, others: Iterable[Judged]) -> list[tuple[Judged, str]]:
    """Each of `others` with why it does not continue the list of `best`, "" when it does.

    It does when its titles are as good, it stands in the content or where `best` stands, brings new
    addresses, is no part of the best group's cards (in which a heading names another article) and
    is kin: built alike.
    """
    urls = {link.address.url for link in best.group.links}
    inside = _inside(best.group)
    told = []
    for other in others:
        fresh = [link for link in other.group.links if link.address.url not in urls]
        told.append((other, _objection(best, other, fresh, inside)))
        if not told[-1][1]:
            urls |= {link.address.url for link in fresh}
    return told


def without_strays(found: Sequence[tuple[Link, Card]]) -> list[tuple[Link, Card]]:
    """The links without buttons, and those whose text, address and way in the card are unusual."""
    shapes = Counter(link.address.shape for link, _ in found)
    ways = Counter(_way(link, card) for link, card in found)
    mean = sum(link.weight for link, _ in found) / max(1, len(found))
    usual = _USUAL * len(found)
    return [
        (link, card)
        for link, card in found
        if link.weight >= mean / 2
        or (
            link.weight > _BUTTON
            and (shapes[link.address.shape] >= usual or ways[_way(link, card)] >= usual)
        )
    ]


def _way(link: Link, card: Card) -> tuple[str, ...]:
    """What the elements from the card to the link are called."""
    names = []
    for spot, _ in zip(ancestors(link.spot), range(_WAY), strict=False):
        names.append(spot.name)
        if card and spot.element is card[0]:
            break
    return tuple(names)


def _objection(
    best: Judged, other: Judged, fresh: Sequence[Link], inside: Callable[[Link], bool]
) -> str:
    group = other.group
    if not fresh or (2 * len(fresh) < len(group.links) and len(group.links) > 2):
        return "leads where the list leads"
    if group.place not in {Place.CONTENT, best.group.place}:
        return "stands elsewhere"
    if group.titles < _AS_GOOD * best.group.titles:
        return "is less like titles"
    if group.different < _VARIED:
        return "says the same again and again"
    within = [link for link in fresh if inside(link) and not (link.heading and link.own)]
    if 2 * len(within) >= len(fresh):
        return "is part of the list's items"
    return "" if _kin(best, other) else "is of another kind"


def _inside(group: Group) -> Callable[[Link], bool]:
    """Tells whether a link stands in one of the group's cards."""
    cards = {card[0] for card in group.cards if card}
    known: dict[Spot, bool] = {}

    def inside(link: Link) -> bool:
        way = []
        answer = False
        for spot in ancestors(link.spot):
            if spot in known:
                answer = known[spot]
                break
            way.append(spot)
            if spot.element in cards:
                answer = True
                break
        known.update(dict.fromkeys(way, answer))
        return answer

    return inside


def _kin(best: Judged, other: Judged) -> bool:
    one, two = best.group.links, other.group.links
    headings = _both_headings(best, other)
    if best.headings > 0.9 and other.headings < 0.1 and other.stated <= 0.5:
        return False
    if other.stated > 0.5 or (
        _overlap(one, two, lambda link: link.address.shape) >= 0.5
        and (headings or _overlap(one, two, lambda link: link.address.section) >= 0.3)
    ):
        return True
    alike = _overlap(one, two, lambda link: (link.address.shape[0], link.address.slug)) >= 0.6
    return alike and (headings or not _classes(best.group).isdisjoint(_classes(other.group)))


def _both_headings(one: Judged, other: Judged) -> bool:
    return one.headings > 0.5 and other.headings > 0.5


def _overlap(one: Sequence[Link], two: Sequence[Link], what: Callable[[Link], Hashable]) -> float:
    """How much two groups share of a property, 0 to 1: the common part of its distributions."""
    first, second = Counter(map(what, one)), Counter(map(what, two))
    return sum(min(first[k] / len(one), second[k] / len(two)) for k in first)


def _classes(group: Group) -> set[str]:
    """Class names of the link and the element around it that are long enough to be telling."""
    names = (name.partition(".")[2] for name in group.names[:2])
    return {name for name in names if len(name) > 4}
