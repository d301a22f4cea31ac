"""Archives of what has left a feed, after RFC 5005: written once, then left alone.

The only place that writes them. Which entries are in which page is the store's to say. A page is
written again when its file is missing, when the settings it depends on change, and when one of its
entries is removed or comes back: not for an update of one, nor by a newer version of ours.
"""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from config.feed import Feed
from config.settings import Settings
from feeds.assemble import gather
from feeds.codings import CODINGS
from feeds.edition import Archive, Urls
from feeds.files import write_with_siblings
from feeds.press import Press, archives_folder
from feeds.proof import proofread
from feeds.selection import entry_size, paged
from feeds.stories import also_at
from ingest.store import Transaction, archive, last_change, published
from ingest.store.archive import Page

_AT_ONCE = 200  # entries made pages of in one transaction: more than two batches


def keep(tx: Transaction, press: Press, feed: Feed, now: datetime) -> bool:
    """Make pages of what has left `feed` and is in none; whether there is more than fits here."""
    first, last = archive.unpaged(tx, feed.name)
    left = archive.exposures(tx, feed.name, first, last, limit=_AT_ONCE)
    entries = published.entries(tx, [exposure.article for exposure in left])
    also = also_at(tx, press.reach(feed), feed, left)
    sizes = {id_: entry_size(one, feed, also.get(id_, ())) for id_, one in entries.items()}
    ends = [page[-1].number for page in paged(left, sizes, limit=feed.limit)]
    more = len(left) == _AT_ONCE
    if more:
        ends.pop()  # it may not be full yet
    elif ends:
        ends[-1] = last
    archive.add(tx, feed.name, first, ends, now)
    return more


def newest(tx: Transaction, settings: Settings, feed: Feed) -> Archive:
    """Where the document that is subscribed to leads: to the newest archive, where there is one."""
    page = archive.newest(tx, feed.name) if feed.archive else 0
    return Archive(previous=_urls(settings, feed, page))


def write_archives(press: Press, feed: Feed, warnings: list[str], *, now: datetime) -> None:
    """Write the pages of `feed` that are not there as they should be, and take away what is none.

    Raises OSError when one cannot be written; what is left to do is done the next time.
    """
    settings, folder = press.settings, archives_folder(press.settings, feed)
    wanted = _digest(press, feed)
    with press.store.read() as tx:
        change, before = last_change(tx, "entry"), archive.states(tx).get(feed.name, (0, ""))
        count = archive.newest(tx, feed.name) if feed.archive else 0
        if not count:
            return
        todo = [*archive.unwritten(tx, feed.name, wanted)]
        if before[0] != change:
            todo += archive.otherwise(tx, feed.name, before[0])
        if not before[1] or before[1] != _seen(settings, feed, wanted):
            folder.mkdir(parents=True, exist_ok=True)
            todo += archive.pages(tx, feed.name, _incomplete(folder, feed, count))
    for page in sorted({page.page: page for page in todo}.values(), key=lambda one: one.page):
        _write(press, feed, page, wanted, warnings, now)
    after = (change, _seen(settings, feed, wanted))
    if after != before:
        with press.store.write() as tx:
            archive.put_state(tx, feed.name, *after)


def are_whole(press: Press, feed: Feed, folder: str) -> bool:
    """Tell, at the cost of one `stat`, whether the files of the archives are as they were left:
    `folder` is what was last seen of theirs, "" for nothing."""
    return (
        not feed.archive
        or not folder
        or folder == _seen(press.settings, feed, _digest(press, feed))
    )


def _write(
    press: Press, feed: Feed, page: Page, wanted: str, warnings: list[str], now: datetime
) -> None:
    settings = press.settings
    with press.store.read() as tx:
        held = archive.exposures(tx, feed.name, page.first, page.last)
        made = datetime.fromtimestamp(page.made_at, UTC)
        edition = gather(tx, press, feed, held[::-1], made)
        shown = archive.shown(tx, page)
    edition = replace(
        edition,
        name=f"archive/{feed.name}/{page.page}",
        urls=_urls(settings, feed, page.page),
        hubs=(),  # it is no topic
        version="",  # a new one of ours is no reason to change it
        archive=Archive(
            previous=_urls(settings, feed, page.page - 1),
            following=_urls(settings, feed, page.page + 1),
            current=edition.urls,
        ),
    )
    proof = proofread(edition, feed.formats, {}, now)
    warnings += proof.warnings
    moment = now.replace(microsecond=0)
    for format_, body in proof.bodies.items():
        path = archives_folder(settings, feed) / f"{page.page}.{format_}"
        write_with_siblings(path, body, modified=moment)
    with press.store.write() as tx:
        archive.put(tx, replace(page, settings=wanted, shown=shown))


def _urls(settings: Settings, feed: Feed, page: int) -> Urls:
    """A page's addresses; none before the first."""
    formats = feed.formats if page else ()
    return tuple((format_, settings.archive_url(feed, page, format_)) for format_ in formats)


def _digest(press: Press, feed: Feed) -> str:
    """Of what a page is made with. What is named here stays named: a version that knows more
    settings must not change what it was of those that were there."""
    site = press.settings.site
    head = (press.feed_ids[feed.name], feed.name, press.settings.feed_title(feed), feed.description)
    shown = (feed.content, feed.related, feed.related_links, feed.duplicates, feed.formats)
    marks = (site.icon, site.logo, site.licence, site.copyright, site.contact)
    own = (feed.icon, feed.logo, feed.podcast)
    where = [press.settings.base_of(feed)] if feed.private else []
    text = json.dumps(
        [
            *(site.url, site.title, site.language, site.author),
            *(*head, *shown, *marks, *own),
            *(*where, *press.privacy),
        ]
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _seen(settings: Settings, feed: Feed, wanted: str) -> str:
    """What changes when files come, go or are replaced in the folder, or others are wanted there:
    looking at each of them would take longer with every page."""
    try:
        return f"{archives_folder(settings, feed).stat().st_mtime_ns} {wanted}"
    except OSError:
        return ""


def _incomplete(folder: Path, feed: Feed, count: int) -> set[int]:
    """The pages of which a file is missing; what belongs to none of them is deleted."""
    wanted = {f"{page}.{format_}": page for page in range(1, count + 1) for format_ in feed.formats}
    there = {path.name for path in folder.iterdir()}
    for name in there:
        if ".".join(name.split(".")[:2]) not in wanted and not (folder / name).is_dir():
            (folder / name).unlink()
    return {
        page for name, page in wanted.items() if not {name, f"{name}{CODINGS[0].suffix}"} <= there
    }
