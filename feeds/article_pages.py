"""Article pages, for everybody and for the readers of a private feed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from config.feed import Feed
from config.settings import Settings
from feeds.brand import picture_url
from feeds.edition import RelatedLink
from feeds.foreign import fit_enclosures, fit_licence, fit_upstream
from feeds.press import (
    FORMAT_NAMES,
    MEDIA_TYPES,
    Press,
    Reach,
    addresses,
    page_folder,
    resolved,
    resolved_image,
)
from feeds.relations import both_ways
from feeds.site import (
    ArticlePage,
    FeedLink,
    PageLink,
    RemovedPage,
    SiteHead,
    article_page,
    removed_page,
)
from feeds.stories import story_url
from ingest.entry import Entry
from ingest.store import Transaction, published, stories


def article_pages(
    tx: Transaction,
    root: Path,
    own: Reach,
    reach: Reach,
    ids: Sequence[str],
    site: SiteHead,
    beside: Mapping[str, tuple[str, str]] | None = None,
) -> dict[Path, bytes]:
    """The pages of the articles `ids`, each with where it lies below `root`.

    `own` tells the address that a page has, `reach` those that are written into it. `beside` names
    the articles before and after each; without it those of everybody's pages are taken.
    """
    entries = published.entries(tx, ids)
    shown = [entry for entry in entries.values() if not entry.removed]
    pages, related = addresses(tx, reach, shown)
    both = both_ways(tx, reach, related)
    led = {} if reach.feed else stories.listed_with(tx, ids)
    leads = published.entries(tx, led.values())
    bodies: dict[Path, bytes] = {}
    for id_ in ids:
        entry, path = entries[id_], page_folder(root, entries[id_]) / "index.html"
        url = own.page(entry)
        if entry.removed:
            notice = RemovedPage(url=url, language=entry.language)
            bodies[path] = removed_page(notice, site)
            continue
        page = _page(url, reach, entry, pages, both[id_])
        before, after = (
            beside[id_]
            if beside is not None
            else [published.neighbour(tx, entry.number, after=way) for way in (False, True)]
        )
        page = replace(page, previous=_link(tx, reach, before), next=_link(tx, reach, after))
        if id_ in led:
            page = replace(page, story=story_url(reach.site, leads[led[id_]]))
        bodies[path] = article_page(page, site)
    return bodies


def site_head(press: Press, style: str, shown: Sequence[Feed] | None = None) -> SiteHead:
    """The head of a page that names the feeds `shown`, or all that are public."""
    site = press.settings.site
    feeds = tuple(
        link
        for feed in (press.settings.named_feeds if shown is None else shown)
        for link in formats(press.settings, feed)
    )
    icon = picture_url(press.settings, "icon", shown[0] if shown else None)
    for feed in shown or ():
        if feed.private:  # relative, as all that is in its folder
            home = press.settings.base_of(feed)
            icon = icon.replace(home, style.removesuffix("style.css"), 1)
    return SiteHead(
        title=site.title,
        home=site.url,
        language=site.language,
        author=site.author,
        feeds=feeds,
        stylesheet=style,
        icon=icon,
    )


def formats(settings: Settings, feed: Feed) -> tuple[FeedLink, ...]:
    """Where `feed` is found in each of its formats."""
    return tuple(
        FeedLink(
            title=f"{settings.feed_title(feed)} ({FORMAT_NAMES[format_]})",
            url=settings.feed_url(feed, format_),
            media_type=MEDIA_TYPES[format_],
            format=FORMAT_NAMES[format_],
        )
        for format_ in feed.formats
    )


def _page(
    url: str,
    reach: Reach,
    entry: Entry,
    pages: Mapping[str, str],
    related: tuple[RelatedLink, ...],
) -> ArticlePage:
    return ArticlePage(
        url=url,
        title=entry.title,
        published=_time(entry.published),
        updated=_time(entry.updated),
        html=resolved(reach, entry, pages),
        authors=entry.authors,
        language=entry.language,
        summary=entry.summary,
        written_by=entry.written_by,
        key_points=entry.key_points,
        image=resolved_image(reach, entry),
        tags=entry.tags,
        related=related,
        enclosures=fit_enclosures(entry.enclosures),
        upstream=fit_upstream(entry.upstream),
        licence=fit_licence(entry.licence),
    )


def _link(tx: Transaction, reach: Reach, id_: str) -> PageLink | None:
    if not id_:
        return None
    other = published.entries(tx, [id_])[id_]
    return PageLink(url=reach.page(other), title=other.title)


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
