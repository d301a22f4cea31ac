"""newsboat, in a terminal (https://newsboat.org)."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from tests.slow.clients.base import Client, Shown, Told, escaped


class Newsboat(Client):
    """Unread is what is new, and what changed since, as its `reset-unread-on-update` has it."""

    program = "newsboat"

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(folder, url)
        (folder / "urls").write_text(f"{url}\n")
        (folder / "config").write_text(f'reset-unread-on-update "{url}"\n')
        self._known: set[str] = set()

    def title(self, title: str) -> str:
        return escaped(title) if self.url.endswith(".rss") else title

    def author(self, authors: tuple[str, ...]) -> str:
        """Of several creators of RSS it keeps the last: each overwrites the one before."""
        return authors[-1] if self.url.endswith(".rss") else super().author(authors)

    def poll(self) -> Told:
        self.run("newsboat", "-u", "urls", "-C", "config", "-c", "cache.db", "-x", "reload")
        told = Told.of((row["guid"] for row in self._rows() if row["unread"]), self._known)
        self._known.update(told.new)
        with closing(sqlite3.connect(self.folder / "cache.db")) as database, database:
            database.execute("update rss_item set unread = 0")
        return told

    def shown(self) -> list[Shown]:
        return [
            Shown(
                id=row["guid"],
                title=row["title"],
                link=row["url"],
                date=datetime.fromtimestamp(row["pubDate"], UTC),
                author=row["author"],
                content=row["content"],
                enclosure=row["enclosure_url"] or "",
            )
            for row in self._rows()
        ]

    def _rows(self) -> list[sqlite3.Row]:
        with closing(sqlite3.connect(self.folder / "cache.db")) as database:
            database.row_factory = sqlite3.Row
            return database.execute("select * from rss_item where deleted = 0").fetchall()
