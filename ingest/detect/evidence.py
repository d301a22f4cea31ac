"""What speaks for a group of links being the list of articles, and how much: the score."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import exp, log1p, sqrt

from lxml import html

from ingest.detect.groups import Group, with_cards
from ingest.detect.places import Place
from ingest.detect.regions import Card
from ingest.detect.words import words

_FINALISTS = 10  # groups whose cards are read at first
_SAMPLE = 30  # cards of a group that are looked at
_TEXT = 1_000  # characters of a card
_TEASER = 60  # characters beside the title
_YEAR = re.compile(r"(?<!\d)(?:(?:19|20)\d\d|\d{1,2}[./]\d{1,2}[./]\d{2})(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A group and the evidence: shares of its links, 0 to 1, and the score they make.

    `cover` is the cards' share of the text of the page, `stated` the share of links that the page's
    structured data list too.
    """

    group: Group
    headings: float
    images: float
    dates: float
    teasers: float
    marked: float
    cover: float
    stated: float

    @property
    def score(self) -> float:
        """Above 0, below 1; comparable within a page, and roughly between pages.

        What is true of half the links hardly counts: it may be true of two lists in one group.
        """
        signs = 0.3 * (self.headings**2 + self.images**2 + self.teasers**2) + 0.4 * self.dates**2
        proof = 1 + signs + 0.5 * self.marked**2 + 0.8 * self.stated
        return likelihood(_at_sight(self.group) * proof * (0.5 + sqrt(min(1.0, self.cover))))


@dataclass(frozen=True, slots=True)
class _Content:
    """What one card holds; `length` in characters."""

    length: int
    image: bool
    date: bool
    marked: bool


def likeliest(groups: Iterable[Group]) -> list[Group]:
    """The groups that may be the list of the page, by their texts, their number and their place."""
    return sorted(groups, key=_at_sight, reverse=True)[:_FINALISTS]


def judge(groups: Iterable[Group], length: int, stated: Collection[str]) -> list[Judged]:
    """What speaks for each of `groups`, best first; their cards are read.

    `length` is that of the page's text, `stated` are the addresses that its structured data list.
    """
    known: dict[Card, _Content] = {}
    found = [_judged(with_cards(group), length, stated, known) for group in groups]
    return sorted(found, key=lambda one: -one.score)


def worth(titles: float, different: float, count: int) -> float:
    """What a list is worth by its texts: many, each like a title, not always the same."""
    return float(log1p(titles * count) * titles**2 * min(1.0, 2 * different) * (1 - 0.5**count))


def likelihood(value: float) -> float:
    """A worth of 0 and more as a number below 1."""
    return 1 - exp(-value / 6)


def _at_sight(group: Group) -> float:
    """How much a group is worth before its cards are read."""
    return worth(group.titles, group.different, len(group.links)) * group.place.value


def _judged(
    group: Group, length: int, stated: Collection[str], known: dict[Card, _Content]
) -> Judged:
    count = len(group.links)
    pairs = [
        (link, known.get(card) or known.setdefault(card, _content(card)))
        for link, card in zip(group.links, group.cards, strict=True)
        if card
    ]
    sample = pairs[:_SAMPLE]
    looked = len(sample) or 1
    return Judged(
        group=group,
        headings=sum([link.heading for link in group.links]) / count,
        images=sum([card.image for _, card in sample]) / looked,
        dates=sum([card.date for _, card in sample]) / looked,
        teasers=sum([card.length - len(link.text) > _TEASER for link, card in sample]) / looked,
        marked=sum([card.marked for _, card in sample]) / looked,
        cover=sum([card.length for _, card in pairs]) / length,
        stated=sum([link.address.url in stated for link in group.links]) / count if stated else 0.0,
    )


def _content(card: Card) -> _Content:
    text = " ".join([text for part in card for text in part.itertext()])  # cells of a table touch
    return _Content(
        length=len(text),
        image=_holds(card, "img", "picture"),
        date=_holds(card, "time") or _YEAR.search(text[:_TEXT]) is not None,
        marked=_is_marked(card[0]),
    )


def _holds(card: Card, *tags: str) -> bool:
    return any(next(part.iter(*tags), None) is not None for part in card)


def _is_marked(element: html.HtmlElement) -> bool:
    """Marked as one entry by a microformat or by microdata."""
    kind = element.get("itemtype") or ""
    if "Article" in kind or "BlogPosting" in kind:
        return True
    return not words().entries.isdisjoint((element.get("class") or "").split())


def reasons(one: Judged) -> tuple[str, ...]:
    """The evidence in words."""
    count = len(one.group.links)
    said = [f"{count} links" if count > 1 else "one link"]
    shares = (
        (one.headings, "are headings"),
        (one.dates, "have a date beside them"),
        (one.images, "have an image"),
        (one.teasers, "have a text beside them"),
        (one.marked, "are marked as entries"),
        (one.stated, "are in the structured data"),
    )
    said += [f"{share:.0%} {what}" for share, what in shares if share >= 0.1]
    said.append(f"{one.group.titles:.0%} like titles")
    if one.group.place is not Place.CONTENT:
        said.append(_PLACES[one.group.place])
    return tuple(said)


_PLACES = {
    Place.ASIDE: "in a box beside the content",
    Place.NAMED_FURNITURE: "in something named as navigation",
    Place.FURNITURE: "in navigation, header or footer",
}
