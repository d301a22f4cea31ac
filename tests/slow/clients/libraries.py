"""The libraries that readers written in Python are made of: feedparser and reader."""

from calendar import timegm
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import feedparser

from tests.slow.clients.base import Client, Shown, Told


class Feedparser(Client):
    """The library that many readers are built on, with what they all do around it."""

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(folder, url)
        self._etag = self._modified = None
        self._entries: dict[str, Any] = {}

    def poll(self) -> Told:
        found = feedparser.parse(self.url, etag=self._etag, modified=self._modified)
        assert not found.bozo, found.get("bozo_exception")
        if found.status == 304:
            return Told()
        self._etag, self._modified = found.get("etag"), found.get("modified")
        before, self._entries = self._entries, self._entries | {e.id: e for e in found.entries}
        fresh = (
            e.id for e in found.entries if e.id not in before or e.content != before[e.id].content
        )
        return Told.of(fresh, before)

    def shown(self) -> list[Shown]:
        return [
            Shown(
                id=entry.id,
                title=entry.title,
                link=entry.link,
                date=datetime.fromtimestamp(timegm(entry.published_parsed), UTC),
                author=", ".join(author.name for author in entry.authors),
                content=entry.content[0].value,
                enclosure=entry.enclosures[0].href if entry.enclosures else "",
                summary=entry.get("summary", ""),
            )
            for entry in self._entries.values()
        ]


class Reader(Client):
    """The library `reader`: unread is new, and its hook tells of what changed."""

    module = "reader"
    formats = ("rss", "atom", "json")

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(folder, url)
        with self._open() as reader:
            reader.add_feed(url)

    def author(self, authors: tuple[str, ...]) -> str:
        """Of a feed in XML the last, for it asks feedparser for `author`."""
        return super().author(authors) if self.url.endswith(".json") else authors[-1]

    def poll(self) -> Told:
        changed: list[str] = []

        def note(_: Any, entry: Any, status: Any) -> None:
            if status.value == "modified":
                changed.append(entry.id)

        with self._open() as reader:
            reader.after_entry_update_hooks.append(note)
            reader.update_feed(self.url)
            unread = list(reader.get_entries(read=False))
            for entry in unread:
                reader.mark_entry_as_read(entry)
        return Told(tuple(sorted(e.id for e in unread)), tuple(sorted(changed)))

    def shown(self) -> list[Shown]:
        with self._open() as reader:
            return [
                Shown(
                    id=entry.id,
                    title=entry.title,
                    link=entry.link,
                    date=entry.published,
                    author=", ".join(author.name for author in entry.authors),
                    content=entry.get_content().value,
                    enclosure=entry.enclosures[0].href if entry.enclosures else "",
                    summary=entry.summary,
                )
                for entry in reader.get_entries()
            ]

    def _open(self) -> Any:
        """Its store; a tool of the tests alone, which may be missing where they are not run."""
        return import_module("reader").make_reader(str(self.folder / "reader.sqlite"))
