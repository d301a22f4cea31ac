"""An upstream feed: each of its entries an article."""

from dataclasses import dataclass, replace

from ingest.article import Document, Upstream
from ingest.identity import stated_keys
from ingest.push import offered
from ingest.sources.index import Ask, Contents, Listed
from ingest.upstream import parse_feed


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLister:
    """Lists the entries of a feed, in its order.

    `fulltext`: each entry's page is fetched too. `source` is the source's internal id, which scopes
    the keys of its entries; `zone` that of times without one.
    """

    fulltext: bool
    source: str
    zone: str

    def __call__(self, first: Document, ask: Ask) -> Contents:  # noqa: ARG002 - it is one document
        """Raises ReadError when it is no feed."""
        url = first.url or first.origin
        feed = parse_feed(first.body, url=url, charset=first.charset, zone=self.zone)
        keys = stated_keys(feed.entries, self.source, home=feed.home)
        own = Upstream(id=feed.id, title=feed.title, url=feed.home, feed_url=url)
        listed = []
        for entry, known_by in zip(feed.entries, keys, strict=True):
            page = entry.url if self.fulltext else ""
            origin = page or f"entry:{known_by[0]}"
            upstream = entry.upstream or own  # an aggregator's entry names where it has it from
            stated = replace(entry, keys=known_by, upstream=upstream)
            listed.append(Listed(origin=origin, stated=stated, page=page))
        warnings = tuple((url, warning) for warning in feed.warnings)
        offer = offered(first.links, url, feed.url, feed.hubs)
        return Contents(listed=listed, warnings=warnings, hints=feed.hints, offer=offer)
