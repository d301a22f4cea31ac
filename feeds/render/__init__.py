"""Rendering: an edition to the bytes of an RSS, Atom or JSON document. Pure and deterministic.

The only place that knows feedgen. What feedgen gets wrong is corrected by `extension`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal

import lxml.etree  # noqa: F401 - feedgen.util uses it without importing it
from feedgen.feed import FeedGenerator

from feeds.edition import Archive, Edition, EditionEntry
from feeds.foreign import fit_licence
from feeds.render.extension import NAME, EntryExtension, FeedExtension, shown_title
from feeds.render.fitting import UnfitError, fitted, heading
from feeds.render.json_feed import json_feed
from feeds.render.spelling import as_html, defused, finish, looks_like_html, plain, styled
from feeds.uris import ascii_url
from ingest.markup import clean_line

Format = Literal["rss", "atom", "json"]

STYLESHEET = "feed.css"
"""What a browser shows a feed with: a file beside the feed."""

_TTL = 60  # minutes; readers take the longest of this and the HTTP headers, so it stays small
_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """An entry that was left out of a document, and why in plain words."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A document in UTF-8, the ids of its entries in order, and the entries it could not take."""

    body: bytes
    ids: tuple[str, ...]
    rejected: tuple[Rejected, ...] = ()


def render(edition: Edition, format: Format) -> Rendered:
    """Render `edition` as `format`; an entry that cannot be rendered is left out and reported.

    The same edition gives the same bytes, whatever the time, locale, time zone or thread. Raises
    ValueError when the feed's own URL in this format, or its home page, is not absolute http(s).
    RSS 2.0 with the RSS Advisory Board's profile; RFC 4287; JSON Feed 1.1.
    """
    entries, rejected = fit_all(edition.entries)
    ids = tuple(entry.id for entry in entries)
    head = _head(edition, format)
    urls: dict[str, str] = {name: ascii_url(url) for name, url in edition.urls}
    if format == "json":
        body = json_feed(head, urls[format], entries)
        return Rendered(body=body, ids=ids, rejected=rejected)
    write = _rss if format == "rss" else _atom
    generator = write(_spelt(head), urls, entries)
    text = generator.rss_str if format == "rss" else generator.atom_str
    sheet = f"../../{STYLESHEET}" if edition.archive.current else STYLESHEET
    body = styled(finish(text(pretty=True)), sheet)
    return Rendered(body=body, ids=ids, rejected=rejected)


@lru_cache(maxsize=1)  # the formats of an edition are rendered one after the other
def fit_all(
    entries: tuple[EditionEntry, ...],
) -> tuple[tuple[EditionEntry, ...], tuple[Rejected, ...]]:
    """What of `entries` a document can show, fit to print, and what it cannot with the reason."""
    fit: dict[str, EditionEntry] = {}
    rejected = []
    for entry in entries:
        try:
            shown = fitted(entry)
            if shown.id in fit:
                raise UnfitError("another entry has the same id")
            fit[shown.id] = shown
        except UnfitError as error:
            rejected.append(Rejected(id=entry.id, reason=str(error)))
    return tuple(fit.values()), tuple(rejected)


def _head(edition: Edition, format: Format) -> Edition:
    """The edition with its head's texts and URLs fit to print, and without its entries."""
    title = defused(clean_line(edition.title)) or edition.name
    home, own = ascii_url(edition.home), ascii_url(dict(edition.urls).get(format, ""))
    if not home or not own:
        raise ValueError(f"the feed {edition.name!r} has no absolute URL of its own or home page")
    return replace(
        edition,
        title=title,
        description=defused(clean_line(edition.description)),
        author=defused(clean_line(edition.author)) or title,
        home=home,
        icon=ascii_url(edition.icon),
        logo=ascii_url(edition.logo),
        licence=defused(fit_licence(edition.licence)),
        copyright=defused(clean_line(edition.copyright)),
        archive=_archive(edition.archive),
        updated=edition.updated.astimezone(UTC).replace(microsecond=0),
        entries=(),
    )


def _archive(archive: Archive) -> Archive:
    found = (archive.previous, archive.following, archive.current)
    fit = [tuple((name, ascii_url(url)) for name, url in urls) for urls in found]
    return Archive(previous=fit[0], following=fit[1], current=fit[2])


def _spelt(head: Edition) -> Edition:
    """The head with its texts as they are spelt in XML."""
    return replace(
        head,
        title=plain(head.title),
        description=plain(head.description),
        author=plain(head.author),
    )


class _Unprinted(datetime):
    """A moment that feedgen takes for none.

    feedgen prints a channel's date under a changed process-wide locale, now when it is given none,
    and nothing when it is given one that is not true.
    """

    def __bool__(self) -> bool:
        return False


def _rss(head: Edition, urls: dict[str, str], entries: Sequence[EditionEntry]) -> Any:
    feed = _generator(head, urls, entries, "rss")
    feed.description(head.description or head.title)
    feed.link(href=urls["rss"], rel="self", type=_TYPES["rss"])
    feed.link(href=head.home, rel="alternate")  # the last link is the channel's
    feed.lastBuildDate(_Unprinted.fromtimestamp(head.updated.timestamp(), UTC))
    feed.generator(f"{head.generator} {head.version}".strip())
    feed.ttl(_TTL)
    for entry in entries:
        item = _add(feed, entry, head, required=False)
        if entry.summary:
            item.description(as_html(entry.summary), isSummary=True)
    return feed


def _atom(head: Edition, urls: dict[str, str], entries: Sequence[EditionEntry]) -> Any:
    feed = _generator(head, urls, entries, "atom")
    if head.description:
        feed.subtitle(head.description)
    feed.link(href=urls["atom"], rel="self", type=_TYPES["atom"])
    feed.link(href=head.home, rel="alternate", type="text/html")  # readers take the first
    if "rss" in urls:
        feed.link(href=urls["rss"], rel="alternate", type=_TYPES["rss"])
    feed.author({"name": head.author})
    feed.updated(head.updated)
    feed.generator(head.generator, version=head.version or None)
    for entry in entries:
        element = _add(feed, entry, head, required=True)
        element.updated(entry.updated)
        if not entry.html:  # or feedgen refuses the entry
            element.link(href=entry.url, rel="alternate")
        summary = entry.summary or ("" if entry.html else heading(entry))
        if looks_like_html(summary):
            element.summary(plain(as_html(summary)), type="html")
        elif summary:
            element.summary(plain(summary), type="text")
    return feed


def _generator(
    head: Edition,
    urls: dict[str, str],
    entries: Sequence[EditionEntry],
    format: Literal["rss", "atom"],
) -> Any:
    feed = FeedGenerator()
    feed.register_extension(NAME, FeedExtension, EntryExtension)
    extension: FeedExtension = getattr(feed, NAME)
    extension.edition, extension.urls, extension.entries = head, urls, entries
    extension.format = format
    feed.id(head.id)
    feed.title(head.title)
    feed.language(head.language)
    return feed


def _add(feed: Any, entry: EditionEntry, head: Edition, *, required: bool) -> Any:
    """Add what both formats take from feedgen; `required` when an empty title will not do."""
    element = feed.add_entry(order="append")
    extension: EntryExtension = getattr(element, NAME)
    extension.entry, extension.head = entry, head
    element.id(entry.id)
    element.title(shown_title(entry, required=required))
    if entry.html:
        element.content(entry.html, type="html")
    return element
