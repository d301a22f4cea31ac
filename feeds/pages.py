"""Writing what people read: article pages, the notices of removed ones, the index."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from config.feed import Feed
from config.settings import Settings
from feeds.assets import copy_assets, page_folder
from feeds.brand import picture_url
from feeds.edition import Edition, RelatedLink
from feeds.files import write_if_changed
from feeds.foreign import fit_enclosures, fit_licence, fit_upstream
from feeds.press import (
    FORMAT_NAMES,
    MEDIA_TYPES,
    Press,
    addresses,
    page_url,
    resolved,
    resolved_image,
    settings_digest,
)
from feeds.relations import both_ways
from feeds.render import STYLESHEET
from feeds.site import (
    ArticlePage,
    FeedLink,
    FeedPage,
    IndexEntry,
    Offer,
    PageLink,
    RemovedPage,
    SiteHead,
    article_page,
    feed_page,
    feed_stylesheet,
    index_page,
    removed_page,
    stylesheet,
)
from feeds.stories import story_url
from feeds.story_pages import write_story_pages
from feeds.words import marked
from ingest.entry import Entry
from ingest.store import Transaction, editions, last_change, published, relations, stories
from ingest.store.editions import EditionState
from ingest.upstream import Subscription, write_opml

OPML = "feeds.opml"
"""The list of all feeds, beside the index."""

_STATE = "*pages"  # no feed can have this name
_BATCH = 100
_INDEX = 50  # entries on the index page


def write_pages(press: Press, warnings: list[str], *, now: datetime) -> int:
    """Write every page that is not as the store says; returns how many files changed.

    Looked at are the pages of entries that changed since the last time and their neighbours; all of
    them when the settings or our version did.
    """
    digest = settings_digest(press, [feed.model_dump_json() for feed in _named(press.settings)])
    listed = (("feeds", settings_digest(press, press.settings.feeds)),)
    with press.store.read() as tx:
        change = last_change(tx, "entry")
        before = editions.edition(tx, _STATE)
    output = press.settings.output_folder
    whole = all((output / name).is_file() for name in ("index.html", "style.css", STYLESHEET))
    same = before is not None and before.settings == digest and whole
    since = before.built_from if before and same else 0
    written = 0
    if not same or since != change or before is None or before.digests != listed:
        with press.store.read() as tx:
            ids = _affected(tx, since)
        for start in range(0, len(ids), _BATCH):
            with press.store.read() as tx:
                pages = _pages(tx, press, ids[start : start + _BATCH])
            written += sum(write_if_changed(path, body) for path, body in pages.items())
        written += write_story_pages(press, _site(press, "../../style.css"), since=since)
        written += write_if_changed(output / "style.css", stylesheet())
        sheet = feed_stylesheet(press.settings.site.language)
        written += write_if_changed(output / STYLESHEET, sheet)
        with press.store.read() as tx:
            written += write_if_changed(output / "index.html", _index(tx, press))
        written += write_if_changed(output / OPML, feed_list(press.settings))
        state = EditionState(
            feed=_STATE,
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
    return written + copy_assets(press, warnings)


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
        others = relations.affected(tx, published.changed(tx, after=since))
        found |= dict.fromkeys(sorted(others))
    return list(found)


def _pages(tx: Transaction, press: Press, ids: list[str]) -> dict[Path, bytes]:
    entries = published.entries(tx, ids)
    shown = [entry for entry in entries.values() if not entry.removed]
    pages, related = addresses(tx, press.settings, shown)
    both = both_ways(tx, press.settings, related)
    led = stories.listed_with(tx, ids)
    leads = published.entries(tx, led.values())
    site = _site(press, "../../style.css")
    bodies: dict[Path, bytes] = {}
    for id_ in ids:
        entry = entries[id_]
        folder = page_folder(press, entry)
        if entry.removed:
            url = page_url(press.settings, entry.slug)
            notice = RemovedPage(url=url, title=entry.title, language=entry.language)
            bodies[folder / "index.html"] = removed_page(notice, site)
        else:
            page = _page(tx, press, entry, pages, both[id_])
            if id_ in led:
                page = replace(page, story=story_url(press.settings, leads[led[id_]]))
            bodies[folder / "index.html"] = article_page(page, site)
    return bodies


def _page(
    tx: Transaction,
    press: Press,
    entry: Entry,
    pages: Mapping[str, str],
    related: tuple[RelatedLink, ...],
) -> ArticlePage:
    return ArticlePage(
        url=page_url(press.settings, entry.slug),
        title=entry.title,
        published=_time(entry.published),
        updated=_time(entry.updated),
        html=resolved(press.settings, entry.html, pages),
        authors=entry.authors,
        language=entry.language,
        summary=entry.summary,
        written_by=entry.written_by,
        key_points=entry.key_points,
        image=resolved_image(press.settings, entry.image),
        tags=entry.tags,
        previous=_beside(tx, press, entry, after=False),
        next=_beside(tx, press, entry, after=True),
        related=related,
        enclosures=fit_enclosures(entry.enclosures),
        upstream=fit_upstream(entry.upstream),
        licence=fit_licence(entry.licence),
    )


def _beside(tx: Transaction, press: Press, entry: Entry, *, after: bool) -> PageLink | None:
    id_ = published.neighbour(tx, entry.number, after=after)
    if not id_:
        return None
    other = published.entries(tx, [id_])[id_]
    return PageLink(url=page_url(press.settings, other.slug), title=other.title)


def _index(tx: Transaction, press: Press) -> bytes:
    ids = published.latest(tx, _INDEX)
    entries = published.entries(tx, ids)
    shown = [
        IndexEntry(
            title=entry.title,
            url=entry.url or page_url(press.settings, entry.slug),
            published=_time(entry.published),
            summary=marked(entry.summary, entry.written_by, entry.language),
            authors=entry.authors,
            language=entry.language,
        )
        for entry in (entries[id_] for id_ in ids)
    ]
    site = _site(press, "style.css")
    offers = [_offer(press.settings, feed, on="") for feed in press.settings.feeds]
    return index_page(shown, offers, site, opml=OPML)


def write_feed_page(press: Press, feed: Feed, edition: Edition) -> bool:
    """Write the page that shows `edition` to people; returns whether it changed.

    The feed of everything has none of its own: its page is the index.
    """
    path = press.settings.feed_page(feed.name)
    if not path:
        return False
    site = _site(press, "style.css", [feed])
    page = FeedPage(
        url=edition.home,
        title=edition.title,
        description=edition.description,
        language=edition.language,
        entries=tuple(
            IndexEntry(
                title=entry.title or entry.url,
                url=entry.url,
                published=entry.published,
                summary=entry.summary,
                authors=entry.authors,
                language=entry.language,
            )
            for entry in edition.entries
        ),
        offer=_offer(press.settings, feed, on=path),
    )
    return write_if_changed(press.settings.output_folder / path, feed_page(page, site))


def feed_list(settings: Settings) -> bytes:
    """The feeds that are published, each in its first format, as OPML 2.0."""
    feeds = (
        Subscription(
            url=settings.feed_url(feed, feed.formats[0]),
            title=settings.feed_title(feed),
            home=settings.site.url + settings.feed_page(feed.name),
        )
        for feed in settings.feeds
    )
    return write_opml(feeds, title=settings.site.title)


def _site(press: Press, style: str, shown: Sequence[Feed] | None = None) -> SiteHead:
    """The head of a page that names the feeds `shown`."""
    site = press.settings.site
    feeds = tuple(
        link
        for feed in (_named(press.settings) if shown is None else shown)
        for link in _formats(press.settings, feed)
    )
    return SiteHead(
        title=site.title,
        home=site.url,
        language=site.language,
        author=site.author,
        feeds=feeds,
        stylesheet=style,
        icon=picture_url(press.settings, "icon", shown[0] if shown else None),
    )


def _named(settings: Settings) -> list[Feed]:
    """The feeds that every page names: of those that are made there may be hundreds, and one more
    must not rewrite all pages."""
    return [feed for feed in settings.feeds if feed.name not in settings.made]


def _formats(settings: Settings, feed: Feed) -> tuple[FeedLink, ...]:
    return tuple(
        FeedLink(
            title=f"{settings.feed_title(feed)} ({FORMAT_NAMES[format_]})",
            url=settings.feed_url(feed, format_),
            media_type=MEDIA_TYPES[format_],
            format=FORMAT_NAMES[format_],
        )
        for format_ in feed.formats
    )


def _offer(settings: Settings, feed: Feed, *, on: str) -> Offer:
    """`feed` as it is offered on the page whose path is `on`."""
    page = settings.feed_page(feed.name)
    return Offer(
        title=settings.feed_title(feed),
        formats=_formats(settings, feed),
        page="" if page == on else settings.site.url + page,
        brief=page != on and feed.name in settings.made,
    )


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
