"""Assembling an edition: from frozen entries to the value that is rendered."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from config.feed import Feed
from config.site import Site
from feeds import slices
from feeds.brand import picture_url
from feeds.compose import compose
from feeds.edition import Edition, EditionEntry, Podcast, RelatedLink
from feeds.hubs import hubs_of
from feeds.press import Press, Reach, addresses, resolved, resolved_image
from feeds.stories import also_at
from feeds.web import product_version
from feeds.words import marked, words
from ingest.entry import Entry, Exposure
from ingest.store import Transaction, published


def gather(
    tx: Transaction, press: Press, feed: Feed, shown: Sequence[Exposure], first_at: datetime
) -> Edition:
    """The edition of `feed` that shows what `shown` exposes, newest exposure first, as it is in the
    store; `first_at` is the time of an edition without entries."""
    found = published.entries(tx, [exposure.article for exposure in shown])
    entries = [_as_told(found[exposure.article], exposure) for exposure in shown]
    reach = press.reach(feed)
    pages, related = addresses(tx, reach, entries)
    also = also_at(tx, reach, feed, shown)
    return assemble(press, feed, entries, pages, related, also, first_at)


def assemble(
    press: Press,
    feed: Feed,
    entries: Sequence[Entry],
    pages: Mapping[str, str],
    related: Mapping[str, tuple[RelatedLink, ...]],
    also: Mapping[str, tuple[RelatedLink, ...]],
    first_at: datetime,
) -> Edition:
    """The edition of `feed` that shows `entries`, newest exposure first.

    `pages` and `related` say where the articles they link to are found (`press.addresses`), `also`
    what else was written of the same events (`stories.also_at`);
    `first_at` is the time of an empty feed's first edition. Pure: the same arguments give the same
    value.
    """
    site = press.settings.site
    title = press.settings.feed_title(feed)
    newest = max((entry.updated for entry in entries), default=int(first_at.timestamp()))
    return Edition(
        id=press.feed_ids[feed.name],
        name=feed.name,
        title=title,
        description=feed.description or title,
        home=press.settings.base_of(feed) + press.settings.feed_page(feed),
        urls=tuple((f, press.settings.feed_url(feed, f)) for f in feed.formats),
        language=site.language,
        author=site.author or site.title,
        updated=_time(newest),
        entries=tuple(
            _shown(
                press.reach(feed),
                feed,
                entry,
                pages,
                related[entry.article],
                also.get(entry.article, ()),
            )
            for entry in entries
        ),
        icon=picture_url(press.settings, "icon", feed),
        logo=picture_url(press.settings, "logo", feed),
        licence=site.licence,
        copyright=site.copyright,
        podcast=_podcast(feed, site),
        version=product_version(),
        hubs=() if feed.private else hubs_of(press.settings, feed),  # its `self` is no topic
    )


def _as_told(entry: Entry, exposure: Exposure) -> Entry:
    """The entry with the date of its story's last development, if that is the later one."""
    return replace(entry, updated=max(entry.updated, exposure.developed))


def _shown(
    reach: Reach,
    feed: Feed,
    entry: Entry,
    pages: Mapping[str, str],
    related: tuple[RelatedLink, ...],
    also: tuple[RelatedLink, ...],
) -> EditionEntry:
    url = reach.address(entry)
    told = {link.url for link in also}
    links = tuple(link for link in related if link.url not in told)[: feed.related]
    html, summary = compose(
        resolved(reach, entry, pages),
        marked(entry.summary, entry.written_by, entry.language),
        links,
        mode=feed.content,
        words=words(entry.language),
        url=url,
        also=also,
    )
    return EditionEntry(
        id=entry.article,
        url=url,
        title=slices.titled(feed, entry.title),
        published=_time(entry.published),
        updated=_time(entry.updated),
        html=html,
        summary=summary,
        authors=entry.authors,
        language=entry.language,
        tags=entry.tags,
        image=resolved_image(reach, entry),
        related=(*links, *also) if feed.related_links else (),
        enclosures=entry.enclosures,
        upstream=entry.upstream,
        licence=entry.licence,
        via=entry.via,
        episode=entry.episode,
    )


def _podcast(feed: Feed, site: Site) -> Podcast | None:
    if not feed.podcast:
        return None
    category, _, part = feed.podcast.partition(" > ")
    return Podcast(category=category, subcategory=part, email=site.contact.removeprefix("mailto:"))


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
