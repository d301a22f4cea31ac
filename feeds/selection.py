"""Which entries a feed shows: the cut, and the sizes it is made by. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from html import escape

from config.feed import Feed
from feeds.edition import RelatedLink
from feeds.foreign import fit_enclosures, fit_upstream
from ingest.article import INTERNAL
from ingest.entry import Entry, Exposure

MAX_BYTES = 1_000_000
"""Size of a feed document: poll cost is linear in it, and readers refuse much larger ones."""

FRESH = timedelta(hours=48)

_ROOM = MAX_BYTES * 3 // 4  # what a feed that grew too large is cut to, where it is archived
_FULL = 50  # entries of an archive, when there is no reason for fewer or more

_ENTRY_OVERHEAD = 2_000  # bytes of an entry's dates, links and names: more than any has
_PART_OVERHEAD = 400  # bytes of an enclosure's or upstream feed's names and type


def cut(
    window: Sequence[Exposure],
    sizes: Mapping[str, int],
    *,
    limit: int,
    now: datetime,
    archived: bool = False,
) -> Sequence[Exposure]:
    """The part of `window` (newest exposure first) that stays; `sizes` in bytes per article id.

    First the bytes, then 48 hours, then `limit`: an entry exposed less than 48 hours ago stays
    beyond the limit, but not one of a first edition or a backlog; nothing stays beyond the bytes
    but a single entry. Of an archived feed all that may leave do so together, when they are enough
    for an archive (`batch`); or when the bytes are too many, and then a quarter of these goes.
    """
    if archived and sum(sizes[exposure.article] for exposure in window) > MAX_BYTES:
        return _cut(window, sizes, limit, now, _ROOM)
    kept = _cut(window, sizes, limit, now, MAX_BYTES)
    return window if archived and len(window) - len(kept) < batch(limit) else kept


def batch(limit: int) -> int:
    """How many entries at least leave a feed of that `limit` together, to be an archive."""
    return min(_FULL, max(1, limit // 2))


def leaves_at(feed: Feed) -> int:
    """The fewest entries of `feed` of which some leave once they are no longer fresh."""
    return feed.limit + (batch(feed.limit) if feed.archive else 1)


def paged(
    left: Sequence[Exposure], sizes: Mapping[str, int], *, limit: int
) -> list[Sequence[Exposure]]:
    """What `left` a feed, oldest first, as archives: of `batch` entries, the last one of those that
    are no second batch too; fewer where they would be larger than a feed may be."""
    whole = batch(limit)
    pages: list[Sequence[Exposure]] = []
    start, total = 0, 0
    for position, exposure in enumerate(left):
        total += sizes[exposure.article]
        full = position - start >= whole and len(left) - position >= whole
        if position > start and (full or total > MAX_BYTES):
            pages.append(left[start:position])
            start, total = position, sizes[exposure.article]
    return [*pages, left[start:]] if left else []


def _cut(
    window: Sequence[Exposure], sizes: Mapping[str, int], limit: int, now: datetime, room: int
) -> Sequence[Exposure]:
    kept = 0
    total = 0
    for position, exposure in enumerate(window):
        total += sizes[exposure.article]
        fresh = not exposure.settled and now - exposure.exposed_at < FRESH
        if position and total > room:
            break
        if position < limit or fresh:
            kept = position + 1
    return window[:kept]


def entry_size(entry: Entry, feed: Feed, also: Sequence[RelatedLink] = ()) -> int:
    """An upper bound of an entry's bytes in any of the formats `feed` is published in; `also` links
    to what others wrote of the same event."""
    text = entry.summary + entry.title + "".join(entry.authors) + "".join(entry.tags)
    html = entry.html if feed.content != "summary" else ""
    links = sum(2 * len(title.encode()) + 400 for _, title, *_ in entry.related[: feed.related])
    links += sum(2 * len(one.title.encode()) + 400 for one in also)
    internal = 200 * entry.html.count(INTERNAL)
    escaped = len(escape(html).encode()) + 2 * len(escape(text).encode())
    escaped += sum((html + text).count(character) for character in "\\\n\t")  # two bytes in JSON
    return escaped + 2 * links + internal + _foreign_size(entry) + _ENTRY_OVERHEAD


def _foreign_size(entry: Entry) -> int:
    files = sum(
        len(escape(one.url)) + 2 * len(escape(one.label).encode()) + _PART_OVERHEAD
        for one in fit_enclosures(entry.enclosures)
    )
    files += len(escape(entry.via + entry.licence)) + len(escape(entry.licence).encode())
    if one := entry.episode:
        told = fit_enclosures([file for file in (one.transcript, one.chapters) if file])
        files += sum(len(escape(file.url)) + _PART_OVERHEAD for file in told) + _PART_OVERHEAD
    feed = fit_upstream(entry.upstream)
    if feed is None:
        return files
    addresses = len(escape(feed.id + feed.feed_url + feed.url))
    return files + _PART_OVERHEAD + addresses + 2 * len(escape(feed.title).encode())
