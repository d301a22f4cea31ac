"""Opens store, fetcher, clock and workers as one value; only here are concrete classes named."""

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from config.settings import Settings, Source
from feeds.files import write_if_changed
from feeds.press import Press
from ingest.errors import StoreError
from ingest.identity import source_id
from ingest.normalize.rules import Rules
from ingest.pipeline import Surroundings, Task
from ingest.schedule import next_due, parse_cron
from ingest.sources import Reader
from ingest.sources.files import FilesSource
from ingest.sources.folder import Folder
from ingest.store import Store, open_store, runs, sources
from ingest.store.sources import SourceState
from ingest.workers import Workers

if TYPE_CHECKING:
    from ingest.fetch import Fetcher

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything a command or the daemon works with. `fetcher` is None when nothing is fetched."""

    settings: Settings
    store: Store
    namespace: uuid.UUID
    workers: Workers
    fetcher: "Fetcher | None"
    clock: Clock
    states: dict[str, SourceState]

    def source(self, name: str) -> Source:
        """The configured source of that name."""
        return next(source for source in self.settings.sources if source.name == name)

    def task(self, name: str, *, allow_removal: bool = False) -> Task:
        """What a run of the source `name` needs, with its state as it is now."""
        source, site = self.source(name), self.settings.site
        with self.store.read() as tx:
            state = sources.states(tx)[name]
        rules = Rules(
            kind=source.kind,
            language=source.language,
            authors=source.authors,
            tags=source.tags,
            timezone=site.timezone,
            site_url=site.url,
        )
        return Task(
            state=state,
            reader=self._reader(source),
            rules=rules,
            rules_digest=_digest(rules, source.summary_words),
            summary_words=source.summary_words,
            removes_gone=source.removes_gone,
            next_due=partial(_next_due, source, site.timezone),
            namespace=self.namespace,
            language=source.language or site.language,
            allow_removal=allow_removal,
        )

    def surroundings(
        self,
        *,
        stopping: Callable[[], bool] = lambda: False,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> Surroundings:
        """What every run is given."""
        return Surroundings(
            store=self.store,
            workers=self.workers,
            clock=self.clock,
            stopping=stopping,
            progress=progress,
        )

    def press(self) -> Press:
        """What publishing works with."""
        files = [source for source in self.settings.sources if source.files]
        silent = [s.name for s in self.settings.sources if s.on_change == "silent"]
        return Press(
            store=self.store,
            settings=self.settings,
            namespace=self.namespace,
            roots={self.states[source.name].id: self.root(source) for source in files},
            silent=frozenset(self.states[name].id for name in silent),
        )

    def root(self, source: Source) -> Path:
        """The folder below which a `files` source looks."""
        return self.folder(source).root

    def folder(self, source: Source) -> Folder:
        """What a `files` source looks at. What we write ourselves is never a part of it."""
        return Folder(
            source.files,
            folder=self.settings.folder,
            excluded=(self.settings.output_folder, self.settings.data_folder),
        )

    def watched(self) -> dict[str, Folder]:
        """The folders that are watched, by the names of their sources."""
        return {s.name: self.folder(s) for s in self.settings.sources if s.watched}

    def _reader(self, source: Source) -> Reader:
        if source.files:
            return FilesSource(
                self.folder(source), max_items=source.max_items, max_bytes=source.max_bytes
            )
        from ingest.sources.urls import UrlsSource  # requests: 66 ms

        assert self.fetcher is not None
        return UrlsSource(source.urls[: source.max_items], self.fetcher.fetch)


@contextmanager
def open_context(settings: Settings, *, clock: Clock = wall_clock) -> Iterator[Context]:
    """Open everything, bring the store's sources in line with the settings, close it all again.

    Call with the data lock held. Raises StoreError.
    """
    with open_data(settings) as store:
        with store.write() as tx:
            namespace = _namespace(settings.data_folder, bool(sources.states(tx)))
            wanted = [(s.name, s.kind, s.locator) for s in settings.sources]
            mint = partial(source_id, namespace=namespace)
            states = sources.sync(tx, wanted, mint, clock())
            runs.cut_short(tx, clock())
        workers = Workers()
        fetcher = _fetcher(settings) if any(s.urls for s in settings.sources) else None
        try:
            yield Context(
                settings=settings,
                store=store,
                namespace=namespace,
                workers=workers,
                fetcher=fetcher,
                clock=clock,
                states=states,
            )
        finally:
            workers.close()
            if fetcher:
                fetcher.close()


@contextmanager
def open_data(settings: Settings) -> Iterator[Store]:
    """Open the store alone, for commands that only look. Raises StoreError."""
    path = settings.data_folder / "broadsheet.db"
    try:
        store = open_store(path)
    except OSError as error:
        reason = f"cannot be opened: {(error.strerror or str(error)).lower()}"
        raise StoreError(reason, origin=str(path)) from error
    try:
        yield store
    finally:
        store.close()


def _fetcher(settings: Settings) -> "Fetcher":
    from ingest.fetch import Fetcher  # requests: 66 ms

    contact = settings.site.contact or settings.site.url
    return Fetcher(settings.fetch, contact=contact, version=version("broadsheet"))


def _namespace(folder: Path, used: bool) -> uuid.UUID:
    """The install's namespace, minted once: every id derives from it."""
    path = folder / "namespace"
    try:
        return uuid.UUID(path.read_text("ascii").strip())
    except FileNotFoundError:
        if used:
            reason = "is missing, and without it new articles would get ids of another install"
            raise StoreError(f"{reason}; restore it from a backup", origin=str(path)) from None
    except (OSError, ValueError) as error:
        raise StoreError(f"cannot be used: {error}", origin=str(path)) from error
    write_if_changed(path, f"{uuid.uuid4()}\n".encode())
    return uuid.UUID(path.read_text("ascii").strip())


def _digest(rules: Rules, words: int) -> str:
    """Changes when documents read before must be read again: other rules, or another version."""
    values = json.dumps([version("broadsheet"), repr(rules), words])
    return hashlib.sha256(values.encode()).hexdigest()


def _next_due(source: Source, zone: str, errors: int, after: datetime) -> datetime:
    return next_due(
        cron=parse_cron(source.cron, zone) if source.cron else None,
        interval=source.interval,
        after=after,
        errors=0 if source.files else errors,
        spread="" if source.files else source.name,
    )
