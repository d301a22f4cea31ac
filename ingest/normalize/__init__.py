"""Normalizing: from a document to a draft. Pure: no file, no network, no clock."""

from datetime import datetime

from ingest.article import Document, Draft
from ingest.errors import IngestError, ReadError
from ingest.normalize.decode import decode
from ingest.normalize.draft import finish
from ingest.normalize.entry import read_entry, together
from ingest.normalize.permission import limited
from ingest.normalize.reading import Reading
from ingest.normalize.rules import Rules
from ingest.normalize.sanitize import sanitize
from ingest.normalize.text import read_text

__all__ = ["Rules", "normalize", "sanitize"]

_HTML = frozenset({"text/html", "application/xhtml+xml"})


def normalize(document: Document, rules: Rules, now: datetime) -> Draft:
    """Make a draft of `document` as the source's `rules` say; `now` is when, in UTC.

    A document dates itself or stays undated: `now` only bounds what can be meant. Raises ReadError
    when it is not text, ExtractError when there is no article in it; both in plain words and with
    the document's origin.
    """
    try:
        return finish(_read(document, rules, now), document, rules, now)
    except IngestError as error:
        error.origin = error.origin or document.origin
        raise


def _read(document: Document, rules: Rules, now: datetime) -> Reading:
    stated = document.stated
    if stated is None:
        return _read_body(document, rules, now)
    if not document.body:
        return read_entry(stated)
    return together(_read_body(document, rules, now), stated, trusted=bool(stated.upstream))


def _read_body(document: Document, rules: Rules, now: datetime) -> Reading:
    kind = document.media_type.partition(";")[0].strip().lower()
    text = decode(document.body, document.charset, html=kind in _HTML)
    if kind in _HTML:
        from ingest.normalize.page import read_page  # loads the extraction library

        read = read_page(text, url=document.url, rules=rules)
    elif kind == "text/markdown":
        from ingest.normalize.markdown import read_markdown  # loads the parser

        read = read_markdown(text, zone=rules.timezone)
    elif kind == "text/plain":
        read = read_text(text, rules.learned, document.origin)
    else:
        raise ReadError(f"{kind or 'a document without a media type'} cannot be read as an article")
    if not document.url or rules.ignore_robots_tag:
        return read
    return limited(read, document.robots.split("\n"), now)
