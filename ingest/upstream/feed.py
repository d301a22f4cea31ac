"""Reading an upstream feed of any format, from top to bottom."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from lxml import etree

from ingest.article import Stated
from ingest.errors import ExtractError, IngestError, ReadError
from ingest.normalize.decode import decode
from ingest.upstream import tree
from ingest.upstream.dates import Dates
from ingest.upstream.entries import entry_of, language_of
from ingest.upstream.fields import Fields, Names
from ingest.upstream.head import head_of
from ingest.upstream.jsonfeed import is_json, read_json
from ingest.upstream.links import default_base, page_of
from ingest.upstream.sniff import first_element
from ingest.upstream.values import UpstreamFeed

MAX_ENTRIES = 5_000
"""Entries of one feed that are read, the first ones."""

_HOLDERS = frozenset({"rss", "rdf:rdf", "channel", "items", "item", "atom:feed", "atom:entry"})
_OTHERS = {
    "html": "it is an HTML page, not a feed",
    "sitemap": "it is a sitemap, not a feed",
    "opml": "it is an OPML list of feeds, not a feed",
    "": "it is neither RSS nor Atom nor JSON Feed",
}


def parse_feed(body: bytes, *, url: str, charset: str = "", zone: str = "UTC") -> UpstreamFeed:
    """Read a feed: RSS 0.90 to 2.0, Atom 0.3 and 1.0, JSON Feed 1.0 and 1.1, well-formed or not.

    `url` is the address that answered, `charset` what the server declared, `zone` that of times
    without one. Raises ReadError, in plain words and with the address, when `body` is no feed;
    nothing else whatever it holds.
    """
    dates = Dates(zone)
    try:
        text = decode(body, charset, xml=True)
        head, entries = (read_json if is_json(text) else _read_xml)(text, url, dates)
    except IngestError as error:
        raise ReadError(error.reason, origin=url) from error
    listed = list(islice(entries, MAX_ENTRIES + 1))
    kept = tuple(filter(_says_something, listed[:MAX_ENTRIES]))
    warnings = (*head.warnings, *_warnings(len(listed), len(kept), dates.unread))
    return replace(head, entries=kept, warnings=warnings)


def _read_xml(text: str, url: str, dates: Dates) -> tuple[UpstreamFeed, Iterator[Stated]]:
    kind, start = first_element(text)
    if kind != "feed":
        raise ExtractError(_OTHERS[kind])
    root, warnings = tree.parse(text, start)
    names = Names("atom" if root.tag.lower() == "feed" else "rss")
    channel = Fields(next(root.iterchildren("{*}channel", "{*}Channel"), root), names)
    dates.language = language_of(channel)
    base = default_base(url, page_of(channel, url))
    head = head_of(channel, base, dates)
    return replace(head, warnings=warnings), _entries(root, names, head, base, dates)


def _entries(
    root: etree._Element, names: Names, head: UpstreamFeed, base: str, dates: Dates
) -> Iterator[Stated]:
    """The entries in the feed's order; one in another is what a missing end tag makes of two."""
    inherited = head.authors if names[root.tag] == "atom:feed" else ()  # RFC 4287 §4.2.1
    for element in root.iter("{*}item", "{*}entry", "{*}Item", "{*}Entry"):
        holder = element.getparent()
        if holder is not None and names[holder.tag] in _HOLDERS:
            item = Fields(element, names)
            entry = entry_of(item, base, dates, language=head.language)
            yield entry if entry.authors else replace(entry, authors=inherited)


def _says_something(entry: Stated) -> bool:
    return any((entry.guid, entry.url, entry.title, entry.html, entry.summary, entry.enclosures))


def _warnings(listed: int, kept: int, unread: list[str]) -> Iterator[str]:
    if listed > MAX_ENTRIES:
        yield f"it lists more than {MAX_ENTRIES:,} entries; the first {MAX_ENTRIES:,} were read"
    if empty := min(listed, MAX_ENTRIES) - kept:
        yield f"entries that say nothing were left out: {empty}"
    if unread:
        yield f"dates that name no moment: {len(unread)}, such as {unread[0][:60]!r}"
