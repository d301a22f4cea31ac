"""A page that lists articles: found on it without being told where, page after page."""

from dataclasses import dataclass, replace

from ingest.article import Document, Stated
from ingest.detect import ListRules, detect
from ingest.errors import SourceError
from ingest.sources.index import Ask, Contents, Listed
from ingest.urls import match_url

_PROBE = "`broadsheet probe` shows what is there"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingLister:
    """Lists the articles of a page, and of the pages after it up to `max_pages`.

    `follow`: each article's page is fetched; otherwise what the list says is all there is. `known`
    tells that the source has listed something before: a list that is suddenly empty then is a
    changed layout, not an empty site.
    """

    rules: ListRules
    follow: bool
    max_pages: int
    known: bool

    def __call__(self, first: Document, ask: Ask) -> Contents:
        """Raises SourceError when nothing is listed, ReadError when it is no page."""
        items: dict[str, Stated] = {}
        page, asked = first, {first.origin}
        while True:
            found = detect(page, self.rules)
            fresh = {item.url: item for item in found.items if item.url not in items}
            items |= fresh
            on = bool(fresh) and found.next and found.next not in asked
            if not on or len(asked) >= self.max_pages:
                break
            asked.add(found.next)
            page = ask(found.next)
        if not items:
            raise SourceError(self._nothing(), origin=first.origin)
        return Contents(listed=[self._listed(item) for item in items.values()])

    def _listed(self, item: Stated) -> Listed:
        key = f"url:{match_url(item.url)}"
        page = item.url if self.follow else ""
        return Listed(origin=page or f"entry:{key}", stated=replace(item, keys=(key,)), page=page)

    def _nothing(self) -> str:
        if not self.known and (self.rules.include or self.rules.exclude):
            return f"nothing that the page lists fits `include` and `exclude`; {_PROBE}"
        if not self.known:
            return f"no list of articles was found on the page; {_PROBE}"
        why = "the page lists nothing any more: its layout has probably changed"
        return f"{why}; what was published stays; {_PROBE}"
