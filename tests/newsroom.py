"""A whole Broadsheet in a folder, with a clock that tests turn: real files, store and feeds.

Documents are prepared in this process, not in workers, which have tests of their own.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser

from config.load import load
from config.rules import with_rules
from feeds.context import Context, due_names, open_context
from feeds.publish import publish
from feeds.refresh import RefreshReport, refresh
from feeds.report import PublishReport
from ingest.article import Document
from ingest.entry import Entry
from ingest.normalize.rules import Rules
from ingest.store import addresses, published
from ingest.workers import Outcome, Pending, Workers, prepare

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)

Body = bytes

_CONFIG = """\
[site]
title = "Harbour News"
url = "https://example.org/"
[[source]]
name = "inbox"
files = "articles/**/*.{txt,md,html}"
"""


class Here(Workers):
    """Prepares in this process."""

    def submit(
        self, documents: Sequence[Document], rules: Rules, words: int, now: datetime
    ) -> Pending:
        return Done([prepare(document, rules, words, now) for document in documents])


class Done(Pending):
    """Documents that have been prepared."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        self._outcomes = outcomes

    def results(self) -> Iterator[Outcome]:
        yield from self._outcomes


class Newsroom:
    """A configuration, a folder of articles, and what publishing makes of them."""

    def __init__(self, folder: Path, config: str = _CONFIG) -> None:
        self.folder = folder
        self.now = NOON
        (folder / "articles").mkdir(parents=True, exist_ok=True)
        self.configure(config)

    def configure(self, text: str) -> None:
        (self.folder / "broadsheet.toml").write_text(text, encoding="utf-8")

    def write(self, path: str, text: str | bytes, *, at: datetime | None = None) -> Path:
        """Put a file below `articles/`, long settled: its time is `at`, or an hour before now."""
        file = self.folder / "articles" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        moment = (at or self.now - timedelta(hours=1)).timestamp()
        os.utime(file, (moment, moment))
        return file

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    @contextmanager
    def open(self) -> Iterator[Context]:
        settings = with_rules(load(self.folder / "broadsheet.toml", {}), {})
        with open_context(settings, clock=lambda: self.now) as context:
            yield replace(context, workers=Here())

    def rest(self) -> None:
        """Let the folders of articles have been left alone for an hour, as `write` does a file."""
        moment = (self.now - timedelta(hours=1)).timestamp()
        for folder, _, _ in os.walk(self.folder / "articles"):
            os.utime(folder, (moment, moment))

    def refresh(self, *names: str, allow_removal: bool = False) -> RefreshReport:
        self.rest()
        with self.open() as context:
            with context.store.write() as tx:
                addresses.release(tx, names)
                wanted = names or due_names(context.settings, tx, self.now)
            return refresh(context, wanted, allow_removal=allow_removal)

    def publish(self, *, patient: bool = False) -> PublishReport:
        with self.open() as context:
            return publish(context.press(), now=self.now, patient=patient)

    def feed(self, name: str = "all.atom") -> list[Any]:
        """The entries of a published feed as an independent parser reads them, newest first."""
        found = feedparser.parse(self.bytes(name), sanitize_html=False, resolve_relative_uris=False)
        assert not found.bozo, found.get("bozo_exception")
        return list(found.entries)

    def titles(self, name: str = "all.atom") -> list[str]:
        return [entry.title for entry in self.feed(name)]

    def ids(self, name: str = "all.atom") -> dict[str, str]:
        """Title to id."""
        return {entry.title: entry.id for entry in self.feed(name)}

    def bytes(self, name: str = "all.atom") -> Body:
        return (self.folder / "public" / name).read_bytes()

    def entries(self) -> dict[str, Entry]:
        """Every frozen entry by title."""
        with self.open() as context, context.store.read() as tx:
            ids = published.latest(tx, 100_000)
            return {entry.title: entry for entry in published.entries(tx, ids).values()}

    def state(self) -> dict[str, tuple[Body, int]]:
        """Every file subscribers read: its bytes and its time in nanoseconds."""
        output = self.folder / "public"
        return {
            str(path.relative_to(output)): (path.read_bytes(), path.stat().st_mtime_ns)
            for path in sorted(output.rglob("*"))
            if path.is_file()
        }


def a_text(title: str, words: str = "") -> str:
    """A plain article of a title and three sentences that are its own."""
    about = words or title.lower()
    return (
        f"{title}\n\n"
        f"The council spoke about {about} on Monday. Nobody expected that {about} would be decided "
        f"so soon. Work on {about} begins in spring.\n"
    )
