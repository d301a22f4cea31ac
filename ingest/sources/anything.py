"""An address of which only the answer tells whether it is a feed, a sitemap or a page."""

from dataclasses import dataclass

from ingest.article import Document
from ingest.errors import ReadError
from ingest.sources.index import Ask, Contents, Lister
from ingest.upstream import sniff


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyLister:
    """Lists what an address turns out to be."""

    feed: Lister
    sitemap: Lister
    listing: Lister

    def __call__(self, first: Document, ask: Ask) -> Contents:
        """Raises IngestError when it is none of the three, or not readable as what it is."""
        kind = sniff(first.body, first.media_type)
        listers = {"feed": self.feed, "sitemap": self.sitemap, "html": self.listing}
        if kind not in listers:
            raise ReadError("it is neither a feed nor a sitemap nor a page", origin=first.origin)
        return listers[kind](first, ask)
