"""A sitemap, or an index of sitemaps: the pages that changed last come first."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ingest.article import Document, Stated
from ingest.detect import wanted
from ingest.detect.sitemap import Sitemap, read_sitemap
from ingest.errors import IngestError
from ingest.sources.index import Ask, Contents, Listed
from ingest.urls import match_url

_MOST = 50  # sitemaps of one index that are read, the newest first
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapLister:
    """Lists the pages of a sitemap; `include` and `exclude` are globs (`detect.wanted`)."""

    include: tuple[str, ...]
    exclude: tuple[str, ...]
    zone: str

    def __call__(self, first: Document, ask: Ask) -> Contents:
        """Raises ReadError when it is no sitemap."""
        pages: dict[str, Stated] = {}
        troubles: list[tuple[str, str]] = []
        warnings: list[tuple[str, str]] = []
        found, asked = self._read(first), {first.origin}
        waiting = self._take(found, pages, warnings)
        while waiting and len(asked) < _MOST:
            url = waiting.pop(0)
            if url in asked:
                continue
            asked.add(url)
            try:
                waiting += self._take(self._read(ask(url)), pages, warnings)
            except IngestError as error:  # one bad sitemap never stops the others
                troubles.append((error.origin or url, error.reason))
        newest_first = sorted(pages.values(), key=_changed, reverse=True)
        return Contents(
            listed=[_listed(page) for page in newest_first],
            troubles=tuple(troubles),
            warnings=tuple(warnings),
        )

    def _read(self, document: Document) -> Sitemap:
        return read_sitemap(document.body, document.url or document.origin, self.zone)

    def _take(
        self, found: Sitemap, pages: dict[str, Stated], warnings: list[tuple[str, str]]
    ) -> list[str]:
        """Note what a sitemap lists; returns the sitemaps it leads to, the newest first."""
        warnings += [("", warning) for warning in found.warnings]
        for entry in found.entries:
            if wanted(entry.url, self.include, self.exclude):
                pages.setdefault(entry.url, entry)
        newest = sorted(found.sitemaps, key=lambda one: one[1] or _NEVER, reverse=True)
        return [url for url, _ in newest]


def _listed(page: Stated) -> Listed:
    key = f"url:{match_url(page.url)}"
    return Listed(origin=page.url, stated=replace(page, keys=(key,)), page=page.url)


def _changed(page: Stated) -> datetime:
    return page.updated or page.published or _NEVER
