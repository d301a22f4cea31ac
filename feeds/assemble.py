"""Assembling an edition: from frozen entries to the value that is rendered. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from config.feed import Feed
from feeds.compose import compose
from feeds.edition import Edition, EditionEntry, RelatedLink
from feeds.press import Press, Reach, resolved, resolved_image
from feeds.web import product_version
from feeds.words import marked, words
from ingest.entry import Entry


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
    `first_at` is the time of an empty feed's first edition. The same arguments give the same value.
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
        version=product_version(),
    )


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
        title=entry.title,
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
    )


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
