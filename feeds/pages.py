"""Writing what people read: article pages, the notices of removed ones, the index."""

import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from config.feed import Feed
from config.settings import Settings
from feeds.article_pages import article_pages, formats, site_head
from feeds.assets import copy_assets, copy_pictures
from feeds.edition import Edition, EditionEntry
from feeds.files import write_if_changed
from feeds.press import Press, settings_digest
from feeds.render import STYLESHEET
from feeds.site import (
    FeedPage,
    IndexEntry,
    Offer,
    feed_page,
    feed_stylesheet,
    index_page,
    stylesheet,
)
from feeds.story_pages import write_story_pages
from feeds.withdrawal import PRIVACY, STATE, known_as
from feeds.words import marked
from ingest.store import Transaction, editions, last_change, privacy, published, relations
from ingest.store.editions import EditionState
from ingest.store.privacy import Withheld
from ingest.upstream import Subscription, write_opml

OPML = "feeds.opml"
"""The list of all feeds, beside the index."""

_BATCH = 100
_INDEX = 50  # entries on the index page


def write_pages(press: Press, warnings: list[str], *, now: datetime) -> int:
    """Write every public page that is not as the store says; returns how many files changed.

    Looked at are the pages of entries that changed since the last time and their neighbours; all of
    them when the settings or our version did.
    """
    digest = settings_digest(press, [feed.model_dump_json() for feed in press.settings.named_feeds])
    listed = (("feeds", settings_digest(press, press.settings.feeds)), (PRIVACY, known_as(press)))
    with press.store.read() as tx:
        change = last_change(tx, "entry")
        before = editions.edition(tx, STATE)
    output = press.settings.output_folder
    whole = all((output / name).is_file() for name in ("index.html", "style.css", STYLESHEET))
    same = before is not None and before.settings == digest and whole
    since = before.built_from if before and same else 0
    written = 0
    if not same or since != change or before is None or before.digests != listed:
        with press.store.read() as tx:
            kept = {one.article for one in privacy.withheld(tx)}
            ids = [id_ for id_ in _affected(tx, since) if id_ not in kept]
        written += _write_articles(press, ids)
        written += write_story_pages(press, site_head(press, "../../style.css"), since=since)
        written += write_if_changed(output / "style.css", stylesheet())
        sheet = feed_stylesheet(press.settings.site.language)
        written += write_if_changed(output / STYLESHEET, sheet)
        with press.store.read() as tx:
            written += write_if_changed(output / "index.html", _index(tx, press))
        written += write_if_changed(output / OPML, feed_list(press.settings))
        state = EditionState(
            feed=STATE,
            built_from=change,
            entry_change=change,
            sources={},
            settings=digest,
            first_at=before.first_at if before else now,
            built_at=now,
            digests=listed,
        )
        with press.store.write() as tx:
            editions.put_edition(tx, state)
    with press.store.read() as tx:
        ids = [*published.with_assets(tx, removed=False), *published.with_assets(tx, removed=True)]
    owners = (None, *press.settings.public_feeds)
    written += copy_pictures(press, output, owners, warnings)
    return written + copy_assets(press, output, ids, warnings)


def write_private_pages(press: Press, feed: Feed, warnings: list[str], *, now: datetime) -> int:
    """Write the pages of what the private `feed` shows and nobody else may see, in its folder.

    Their links to each other are relative, so that they work whichever way they were reached, and
    none holds a secret. Looked at is what changed since the last time, and what has no page yet.
    """
    folder, name = press.settings.folder_of(feed), f"{STATE} {feed.name}"
    digest = settings_digest(press, feed.model_dump_json())
    with press.store.read() as tx:
        change = last_change(tx, "entry")
        before = editions.edition(tx, name)
        mine = privacy.withheld(tx, feed.name)
        whole = all((folder / one).is_file() for one in ("style.css", STYLESHEET))
        same = before and before.settings == digest and whole
        since = before.built_from if before and same else 0
        stale = set(_affected(tx, since)) if since != change else set()
    pages, paged = folder / "articles", [one for one in mine if one.page]
    beside = _beside(paged)
    stale |= {one.article for one in paged if not (pages / one.slug / "index.html").is_file()}
    stale |= {other for id_ in stale for other in beside.get(id_, ())}
    _clear(pages, {one.slug for one in mine})
    ids = [one.article for one in paged if one.article in stale]
    written = _write_articles(press, ids, feed, beside)
    written += copy_assets(press, folder, [one.article for one in mine if one.files], warnings)
    written += copy_pictures(press, folder, [feed], warnings)
    written += write_if_changed(folder / "style.css", stylesheet())
    sheet = feed_stylesheet(press.settings.site.language)
    written += write_if_changed(folder / STYLESHEET, sheet)
    state = EditionState(
        feed=name,
        built_from=change,
        entry_change=change,
        sources={},
        settings=digest,
        first_at=now,
        built_at=now,
    )
    if before is None or (before.built_from, before.settings) != (change, digest):
        with press.store.write() as tx:
            editions.put_edition(tx, state)
    return written


def _beside(paged: Sequence[Withheld]) -> dict[str, tuple[str, str]]:
    """The articles before and after each that are not removed, "" where there is none."""
    before, after = dict[str, str](), dict[str, str]()
    for found, in_order in ((before, paged), (after, paged[::-1])):
        last = ""
        for one in in_order:
            found[one.article] = last
            last = last if one.removed else one.article
    return {id_: (before[id_], after[id_]) for id_ in before}


def _clear(folder: Path, slugs: Collection[str]) -> None:
    """Delete the folders of pages that are not for who reads this feed any more."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name not in slugs:
            shutil.rmtree(path)


def _write_articles(
    press: Press,
    ids: Sequence[str],
    feed: Feed | None = None,
    beside: Mapping[str, tuple[str, str]] | None = None,
) -> int:
    own, reach = press.reach(feed), press.reach(feed, "../../")
    root = press.settings.folder_of(feed) if feed else press.settings.output_folder
    site = site_head(press, "../../style.css", [feed] if feed else None)
    written = 0
    for start in range(0, len(ids), _BATCH):
        with press.store.read() as tx:
            part = ids[start : start + _BATCH]
            pages = article_pages(tx, root, own, reach, part, site, beside)
        written += sum(write_if_changed(path, body) for path, body in pages.items())
    return written


def _affected(tx: Transaction, since: int) -> list[str]:
    """Article ids of the pages to look at: the changed ones, those beside them, and those related.

    Everything that changed is looked at, also entries without a page: they may be related to one.
    """
    changed = published.paged(tx, changed_after=since)
    found = dict.fromkeys(article for article, _ in changed)
    for _, number in changed if since else ():
        for after in (False, True):
            if beside := published.neighbour(tx, number, after=after):
                found[beside] = None
    if since:
        looked = published.changed(tx, after=since)
        others = relations.affected(tx, looked) | relations.showing(tx, looked)  # one may be hidden
        found |= dict.fromkeys(sorted(others))
    return list(found)


def _index(tx: Transaction, press: Press) -> bytes:
    ids = published.latest(tx, _INDEX)
    entries, reach = published.entries(tx, ids), press.reach()
    shown = [
        IndexEntry(
            title=entry.title,
            url=reach.address(entry),
            published=datetime.fromtimestamp(entry.published, UTC),
            summary=marked(entry.summary, entry.written_by, entry.language),
            authors=entry.authors,
            language=entry.language,
        )
        for entry in (entries[id_] for id_ in ids)
    ]
    site = site_head(press, "style.css")
    offers = [_offer(press.settings, feed, on="") for feed in press.settings.public_feeds]
    return index_page(shown, offers, site, opml=OPML)


def write_feed_page(press: Press, feed: Feed, edition: Edition) -> bool:
    """Write the page that shows `edition` to people; returns whether it changed.

    The feed of everything has none of its own: its page is the index. That of a private feed leads
    to the pages beside it by relative links.
    """
    path = press.settings.feed_page(feed)
    if not (path or feed.private):
        return False
    site = site_head(press, "style.css", [feed])
    base = press.settings.base_of(feed) if feed.private else ""
    page = FeedPage(
        url=edition.home,
        title=edition.title,
        description=edition.description,
        language=edition.language,
        entries=tuple(_listed(entry, base) for entry in edition.entries),
        offer=_offer(press.settings, feed, on=path),
    )
    body = feed_page(page, replace(site, feeds=()) if feed.private else site)
    return write_if_changed(press.settings.folder_of(feed) / (path or "index.html"), body)


def _listed(entry: EditionEntry, base: str) -> IndexEntry:
    return IndexEntry(
        title=entry.title or entry.url,
        url=entry.url.removeprefix(base),
        published=entry.published,
        summary=entry.summary,
        authors=entry.authors,
        language=entry.language,
    )


def feed_list(settings: Settings) -> bytes:
    """The feeds that everybody may read, each in its first format, as OPML 2.0."""
    feeds = (
        Subscription(
            url=settings.feed_url(feed, feed.formats[0]),
            title=settings.feed_title(feed),
            home=settings.site.url + settings.feed_page(feed),
        )
        for feed in settings.public_feeds
    )
    return write_opml(feeds, title=settings.site.title)


def _offer(settings: Settings, feed: Feed, *, on: str) -> Offer:
    """`feed` as it is offered on the page whose path is `on`."""
    page = settings.feed_page(feed)
    return Offer(
        title=settings.feed_title(feed),
        formats=formats(settings, feed),
        page="" if page == on else settings.base_of(feed) + page,
        brief=page != on and feed.name in settings.made,
    )
