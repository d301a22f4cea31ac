"""Pages of stories: all articles about one event, in the order in which they were published."""

from collections.abc import Sequence
from datetime import UTC, datetime

from feeds.files import write_if_changed
from feeds.press import Press
from feeds.site import FeedPage, IndexEntry, SiteHead, story_page
from feeds.stories import place, story_url
from feeds.words import words
from ingest.entry import Entry
from ingest.store import Transaction, privacy, published, stories


def write_story_pages(press: Press, site: SiteHead, *, since: int) -> int:
    """Write the pages of the stories that changed after that entry change; take away those of
    stories that are none any more. Returns how many were written."""
    with press.store.read() as tx:
        leads = stories.changed(tx, since)
    written = 0
    for lead in leads:
        with press.store.read() as tx:
            entry = published.entries(tx, [lead])[lead]
            told = _told(tx, entry)
        path = press.settings.output_folder / "stories" / entry.slug / "index.html"
        if told:
            written += write_if_changed(path, _page(press, [entry, *told], site))
        else:
            path.unlink(missing_ok=True)
    return written


def _told(tx: Transaction, lead: Entry) -> list[Entry]:
    if lead.removed or privacy.unseen(tx, [lead.article]):
        return []
    ids = stories.followers(tx, [lead.article]).get(lead.article, [])
    found = published.entries(tx, ids)
    return [found[id_] for id_ in ids]


def _page(press: Press, told: Sequence[Entry], site: SiteHead) -> bytes:
    """The page of the story that the first of `told` leads."""
    lead = told[0]
    language = lead.language or site.language
    page = FeedPage(
        url=story_url(press.settings.site.url, lead),
        title=lead.title,
        description=words(language).story,
        language=language,
        entries=tuple(
            IndexEntry(
                title=entry.title,
                url=press.reach().address(entry),
                published=datetime.fromtimestamp(entry.published, UTC),
                summary=entry.summary,
                authors=tuple(name for name in (*entry.authors, place(entry)) if name),
                language=entry.language,
            )
            for entry in sorted(told, key=lambda one: (one.published, one.article))
        ),
    )
    return story_page(page, site)
