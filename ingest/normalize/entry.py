"""What a source itself says of an article: the entry of a feed, the line of a list."""

from dataclasses import replace
from html import escape

from ingest.article import Image, Stated
from ingest.markup import parse_fragment, text_of
from ingest.normalize.reading import Reading
from ingest.traced import Traced

_FEED = "feed"


def read_entry(stated: Stated) -> Reading:
    """All there is to an article without a page: its content, else its summary."""
    summary, teaser = _summary(stated)
    return Reading(
        html=Traced(stated.html or teaser, _FEED),
        title=Traced(stated.title, _FEED),
        url=Traced(stated.url, _FEED),
        authors=Traced(stated.authors, _FEED),
        published=Traced(stated.published, _FEED),
        updated=Traced(stated.updated, _FEED),
        language=Traced(stated.language, _FEED),
        summary=Traced(summary if stated.html else "", _FEED),
        image=Traced(Image(url=stated.image) if stated.image else None, _FEED),
        tags=Traced(stated.tags, _FEED),
        licence=Traced(stated.licence, _FEED),
    )


def _summary(stated: Stated) -> tuple[str, str]:
    """The summary as text and as HTML: a feed writes it in HTML, a list in text."""
    if not stated.summary:
        return "", ""
    if stated.upstream is None:
        return stated.summary, f"<p>{escape(stated.summary)}</p>"
    return text_of(parse_fragment(stated.summary)), stated.summary


def together(page: Reading, stated: Stated, *, trusted: bool) -> Reading:
    """What page and source say of one article.

    A feed is `trusted`: its entries are made for this. A list's words are often cut, and only fill
    what the page leaves open. Of the two texts the longer one is taken: the shorter is an excerpt.
    """
    entry = read_entry(stated)
    first, second = (entry, page) if trusted else (page, entry)
    longer = len(entry.html.value) > len(page.html.value)
    return replace(
        page,
        html=entry.html if longer else page.html,
        cut=None if longer else page.cut,
        title=first.title or second.title,
        authors=first.authors or second.authors,
        published=first.published or second.published,
        updated=first.updated or second.updated,
        language=page.language or entry.language,
        summary=first.summary or second.summary,
        image=page.image or entry.image,
        tags=first.tags or second.tags,
        licence=page.licence or entry.licence,
    )
