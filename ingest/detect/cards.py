"""From a link and its card to what the page states of one article."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import islice

from lxml import html

from ingest.article import Stated
from ingest.detect.links import Link, pieces, text_in
from ingest.detect.regions import Card
from ingest.detect.schema import Reader
from ingest.detect.words import words
from ingest.markup import clean_line
from ingest.normalize.bylines import people
from ingest.normalize.datelines import date_in
from ingest.normalize.embeds import counts_readers, source_of

_TEASER, _SUMMARY = 40, 1_000  # characters: the least and the most of a summary
_NAME, _NAMES = 80, 6  # characters and words of an author's name at most
_TEXT = 1_500  # characters of a card that may hold a date
_LINE = 80  # characters; a longer text is a sentence
_BUTTON = 30  # characters; a shorter link at the end of a paragraph says "read more"
_FEW = 20  # elements of one kind in a card that are looked at
_MOST = 200  # elements of a card that may be marked

_Marked = tuple[tuple[html.HtmlElement, frozenset[str]], ...]


def stated_by(link: Link, card: Card, reader: Reader) -> Stated:
    """What the page states of the article that `link` leads to; `card` may be empty.

    A date and an image are the first in the card; a summary what is marked as one, or the first
    paragraph that is long enough and not the title.
    """
    title = clean_line(link.text)
    marked = _marked(card)
    return Stated(
        url=reader.address(link.address.url),
        title=title,
        authors=_authors(marked),
        published=_date(card, marked, link.text, reader),
        summary=_summary(card, marked, title),
        image=_image(card, reader),
    )


def completed(shown: Stated, told: Stated | None) -> Stated:
    """What the page shows of an article, with what its structured data tell of it."""
    if told is None:
        return shown
    cut = not shown.title or told.title.startswith(shown.title.rstrip(" .…"))
    return replace(
        shown,
        title=told.title if cut else shown.title,
        authors=told.authors or shown.authors,
        published=told.published or shown.published,
        updated=told.updated,
        summary=told.summary or shown.summary,
        image=told.image or shown.image,
    )


def _marked(card: Card) -> _Marked:
    """The elements of a card that say what they are, with what that is."""
    elements = islice((element for part in card for element in part.iter()), _MOST)
    found = (
        (element, _kinds(element.get("itemprop") or element.get("rel"), element.get("class")))
        for element in elements
        if element.attrib
    )
    return tuple((element, kinds) for element, kinds in found if kinds)


@lru_cache(maxsize=2_048)
def _kinds(mark: str | None, classes: str | None) -> frozenset[str]:
    """What microdata, a relation or the last word of a class say that an element is."""
    known = words()
    ends = {piece for name in (classes or "").split()[:9] for piece in pieces(name)[-1:]}
    kinds = {
        "date": mark == "datePublished" or "dt-published" in (classes or "").split(),
        "summary": mark == "description" or not known.summary.isdisjoint(ends),
        "author": mark == "author" or not known.byline.isdisjoint(ends),
    }
    return frozenset(kind for kind, said in kinds.items() if said)


def _all(card: Card, tag: str) -> Iterator[html.HtmlElement]:
    return islice((element for part in card for element in part.iter(tag)), _FEW)


def _date(card: Card, marked: _Marked, title: str, reader: Reader) -> datetime | None:
    """Of an element marked as a date, a `time`, or the text beside the title."""

    def texts() -> Iterator[str]:
        named = (element for element, kinds in marked if "date" in kinds)
        for element in (*named, *_all(card, "time")):
            yield element.get("datetime") or element.get("content") or text_in(element, _NAME)
        yield " ".join(_lines(card)).replace(title or " ", " ", 1)

    dates = (date_in(text, reader.timezone, reader.language) for text in texts())
    return next(filter(None, dates), None)


def _lines(card: Card) -> Iterator[str]:
    """The texts of a card, of longer ones the beginning: a teaser may speak of another day."""
    length = 0
    for text in (text for part in card for text in part.itertext()):
        line = " ".join(text[:_TEXT].split())
        length += len(line)
        if length > _TEXT:
            return
        yield line if len(line) <= _LINE else line[: _LINE // 2]


def _summary(card: Card, marked: _Marked, title: str) -> str:
    named = (element for element, kinds in marked if "summary" in kinds)
    for element in (*islice(named, _FEW), *_all(card, "p")):
        text = clean_line(_without_button(element))
        if len(text) >= _TEASER and not text.startswith(title):
            return text
    return ""


def _without_button(element: html.HtmlElement) -> str:
    """The text of `element`, without a short link that is the last thing in it."""
    text = text_in(element, _SUMMARY)
    links = list(islice(element.iter("a"), _FEW))
    button = text_in(links[-1], _BUTTON + 1) if links else ""
    return (
        text[: -len(button)]
        if button and text.endswith(button) and len(button) <= _BUTTON
        else text
    )


def _image(card: Card, reader: Reader) -> str:
    images = (source_of(image) for image in _all(card, "img") if not counts_readers(image))
    return next(filter(None, map(reader.picture, images)), "")


def _authors(marked: _Marked) -> tuple[str, ...]:
    """The first that is a name: bylines hold dates and buttons too."""
    texts = (text_in(element, _NAME + 1) for element, kinds in marked if "author" in kinds)
    names = (text for text in texts if len(text) <= _NAME and len(text.split()) <= _NAMES)
    return people(tuple(name for name in names if not any(map(str.isdigit, name))))[:1]
