"""Sitemaps (sitemaps.org 0.9, Google News): from the bytes of one to what it lists. Pure."""

import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from gzip import GzipFile
from io import BytesIO
from itertools import islice
from urllib.parse import urljoin

from lxml import etree

from ingest.article import Stated
from ingest.errors import ReadError
from ingest.markup import clean_line, walk_xml
from ingest.normalize.datelines import date_in
from ingest.normalize.language import language_tag
from ingest.urls import canonical_url, link_url

MOST = 50_000  # addresses in one sitemap, as the protocol has it
_BYTES = 50 * 1024 * 1024  # of one sitemap, unpacked: likewise
_TITLE = 300  # characters
_GZIP = b"\x1f\x8b"
_PIECE = 65_536
_LONGEST = 8_000  # characters of a field
_BLANK = b"\xef\xbb\xbf \t\r\n"
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_FEEDS = frozenset({"rss", "feed", "rdf"})
_ROOTS = frozenset({"urlset", "sitemapindex"})
_ENTRIES = frozenset({"url", "sitemap"})
# What is read, with the element it stands in: `loc` of images and videos is no page.
_FIELDS = frozenset(
    {
        *((entry, name) for entry in _ENTRIES for name in ("loc", "lastmod")),
        *(("news", name) for name in ("title", "publication_date")),
        ("publication", "language"),
    }
)
_PAGE = re.compile(rb"<!doctype\s+html|<html", re.IGNORECASE)
_STRANGE = 20_000  # elements without an entry among them: it is something else
_TAIL = 4_096  # bytes in which the end of a whole sitemap is found, comments behind it included
_END = re.compile(rb"</(?:[\w.-]{1,40}:)?(?:urlset|sitemapindex)\s*>", re.IGNORECASE)
_ENTRY_END = re.compile(rb"</(?:[\w.-]{1,40}:)?(?:url|sitemap)\s*>$", re.IGNORECASE)

_CUT = "it is cut off: what could be read of it was read"
_MANY = f"it has more than {MOST:,} addresses: the rest was not read"
_LARGE = "it is larger than 50 MB: the rest was not read"
_OTHER = "it holds something else than addresses: the rest was not read"
_TROUBLES = {"cut": _CUT, "other": _OTHER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitemap:
    """What a sitemap lists: pages, or further sitemaps; neither when it is a feed.

    `entries` have `url` and, where it is stated, `updated` (lastmod), `published`, `title` and
    `language` (Google News). `sitemaps` are addresses with the time of their last change. Both are
    in the sitemap's order, each address once. `feed` tells that it is RSS or Atom, which may serve
    as a sitemap and is for the reader of feeds. `warnings` say what was not read.
    """

    entries: tuple[Stated, ...] = ()
    sitemaps: tuple[tuple[str, datetime | None], ...] = ()
    feed: bool = False
    warnings: tuple[str, ...] = ()


def read_sitemap(body: bytes, url: str, timezone: str = "UTC") -> Sitemap:
    """Read a sitemap of XML or of plain text, gzip'd or not, whose address is `url`.

    `timezone` names the zone of times that state none. Raises ReadError when it is no sitemap.
    Memory: the text unpacked, and what is listed.
    """
    text, whole = _unpacked(body)
    warnings = () if whole else (_CUT,)
    if len(text) > _BYTES:
        text, warnings = text[:_BYTES], (_LARGE,)
    text = text.strip(_BLANK)
    if not text:
        raise ReadError("it is empty", origin=url)
    if _PAGE.match(text):
        raise ReadError("it is a web page and no sitemap", origin=url)
    marked_up = text[:1] == b"<" or text.startswith(_WIDE)
    try:
        records = _from_xml(text) if marked_up else _from_lines(text)
        return _collected(records, url, timezone, warnings)
    except ReadError as error:
        error.origin = url
        raise


def _unpacked(body: bytes) -> tuple[bytes, bool]:
    """The bytes that gzip packed, twice at most, and whether all of them are there."""
    whole = True
    for _ in range(2):
        if body.startswith(_GZIP) and whole:
            body, whole = _gunzipped(body)
    return body, whole


def _gunzipped(body: bytes) -> tuple[bytes, bool]:
    """Unpack until the end, the first damage, or a little more than may be."""
    text = bytearray()
    packed = GzipFile(fileobj=BytesIO(body))
    try:
        while len(text) <= _BYTES and (piece := packed.read1(_PIECE)):
            text += piece
    except (OSError, EOFError, zlib.error):
        return bytes(text), False
    return bytes(text), True


@dataclass(frozen=True, slots=True)
class _Record:
    """One thing read: "url" or "sitemap" with its fields, "feed", or why the rest was not read."""

    kind: str
    fields: Mapping[str, str] = field(default_factory=dict)


def _collected(
    records: Iterable[_Record], url: str, timezone: str, warnings: tuple[str, ...]
) -> Sitemap:
    entries: dict[str, Stated] = {}
    sitemaps: dict[str, datetime | None] = {}
    for record in records:
        if len(entries) + len(sitemaps) == MOST:
            warnings = (*warnings, _MANY)
            break
        if record.kind == "feed":
            return Sitemap(feed=True, warnings=warnings)
        if record.kind in _TROUBLES:
            warnings = tuple(dict.fromkeys((*warnings, _TROUBLES[record.kind])))
        elif record.kind == "sitemap":
            address = _address(record, url, link_url)
            if address and address != url:
                changed = date_in(record.fields.get("lastmod", ""), timezone, "")
                sitemaps.setdefault(address, changed)
        elif one := _entry(record, url, timezone):
            entries.setdefault(one.url, one)
    return Sitemap(
        entries=tuple(entries.values()), sitemaps=tuple(sitemaps.items()), warnings=warnings
    )


def _entry(record: _Record, url: str, timezone: str) -> Stated | None:
    said = record.fields
    address = _address(record, url, canonical_url)
    if not address:
        return None
    return Stated(
        url=address,
        title=clean_line(said.get("title", "")[: 2 * _TITLE])[:_TITLE],
        published=date_in(said.get("publication_date", ""), timezone, ""),
        updated=date_in(said.get("lastmod", ""), timezone, ""),
        language=language_tag(said.get("language", "")),
    )


def _address(record: _Record, url: str, form: Callable[[str], str]) -> str:
    """The record's address, "" when it is none; one that is not absolute is taken below `url`."""
    location = record.fields.get("loc", "").strip()
    try:
        return form(urljoin(url, location)) if location else ""
    except ValueError:
        return ""


def _from_lines(text: bytes) -> Iterator[_Record]:
    """A sitemap of plain text: an address a line. Raises ReadError when most lines are none."""
    read = (line.strip() for line in text.decode("utf-8", "replace").splitlines())
    lines = [line for line in islice(read, 2 * MOST) if line and line[0] != "#"]
    good = [line for line in lines if line.lower().startswith(("http://", "https://"))]
    if 2 * len(good) <= len(lines):
        raise ReadError("it is neither XML nor a list of addresses")
    return (_Record("url", {"loc": line}) for line in good)


def _from_xml(text: bytes) -> Iterator[_Record]:
    """The records of XML, without the last one when the text ends in the middle of it."""
    tail = text[-_TAIL:].replace(b"\0", b"").rstrip()
    held: _Record | None = None
    for record in _read(text):
        if held is not None:
            yield held
        held = record
    whole = _END.search(tail) or (held is None and tail.endswith(b"/>"))
    if held is not None and (whole or held.kind not in _ENTRIES or _ENTRY_END.search(tail)):
        yield held
    if not whole:
        yield _Record("cut")


def _read(text: bytes) -> Iterator[_Record]:
    """Read names and texts as they come, and forget the tree; namespaces are often wrong."""
    names: list[str] = []
    root = ""
    fields: dict[str, str] = {}
    strange = 0
    for event, element in walk_xml(text):
        if event == "start":
            names.append(_local(element))
            root = root or names[0]
            strange += 1
            if root in _FEEDS or strange > _STRANGE:
                yield _Record("feed" if root in _FEEDS else "other")
                return
            continue
        name = names.pop()
        above = names[-1] if names else ""
        if name in _ENTRIES and len(names) < 2:
            root = root if root in _ROOTS else "urlset"
            strange = 0
            yield _Record(name, fields)
            fields = {}
        elif (above, name) in _FIELDS:
            fields.setdefault(name, (element.text or "")[:_LONGEST])
        _forget(element)
    if root not in _ROOTS:
        raise ReadError(f"it is no sitemap{f' but <{root[:40]}>' if root else ''}")


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2].rpartition(":")[2].lower()


def _forget(element: etree._Element) -> None:
    parent = element.getparent()
    element.clear()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
