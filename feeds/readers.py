"""The readers of sources that are fetched, put together from settings and store."""

from datetime import datetime

from config.source import Source
from ingest.article import Document
from ingest.detect import ListRules, Selectors
from ingest.sources import Reader
from ingest.sources.anything import AnyLister
from ingest.sources.asking import Asking
from ingest.sources.feed import FeedLister
from ingest.sources.index import Before, IndexSource, Lister
from ingest.sources.listing import ListingLister
from ingest.sources.sitemap import SitemapLister
from ingest.sources.urls import UrlsSource
from ingest.store import Store, runs, sources
from ingest.store.sources import SourceState


def web_reader(
    source: Source,
    state: SourceState,
    store: Store,
    asking: Asking,
    now: datetime,
    *,
    zone: str,
    other_rules: bool,
) -> Reader:
    """The reader of `source`; `zone` is that of times without one.

    `other_rules`: its documents were read with other rules than those in force.
    """
    if source.urls:
        return UrlsSource(source.urls[: source.most], asking)
    with store.read() as tx:
        last = runs.last_run(tx, state.id)

    def kept(origin: str) -> Document | None:
        with store.read() as tx:
            return sources.stored(tx, state.id, [origin]).get(origin)

    def kept_index(url: str) -> Document | None:
        with store.read() as tx:
            return sources.index(tx, state.id, url)

    def led_to() -> list[str]:
        with store.read() as tx:
            return sources.led_to(tx, state.id)

    unfinished = other_rules or last is None or last.outcome != "ok"
    return IndexSource(
        source.locator,
        _lister(source, state, zone, known=last is not None),
        asking,
        Before(kept=kept, kept_index=kept_index, led_to=led_to, unfinished=unfinished),
        max_items=source.most,
        now=now,
    )


def _lister(source: Source, state: SourceState, zone: str, *, known: bool) -> Lister:
    feed = FeedLister(fulltext=source.fulltext, source=state.id, zone=zone)
    sitemap = SitemapLister(include=source.include, exclude=source.exclude, zone=zone)
    listing = ListingLister(
        rules=_rules(source, zone),
        follow=source.follow == "articles",
        max_pages=source.max_pages,
        known=known,
    )
    listers: dict[str, Lister] = {"feed": feed, "sitemap": sitemap, "listing": listing}
    return listers.get(source.kind) or AnyLister(feed=feed, sitemap=sitemap, listing=listing)


def _rules(source: Source, zone: str) -> ListRules:
    return ListRules(
        timezone=zone,
        language=source.language,
        include=source.include,
        exclude=source.exclude,
        selectors=Selectors(
            item=source.item,
            link=source.link,
            title=source.title,
            date=source.date,
            next=source.next,
        ),
    )
