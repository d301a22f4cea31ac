"""Opens store, fetcher, clock and workers as one value; only here are concrete classes named."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from config.settings import Settings
from config.source import Source
from feeds import each, gathering
from feeds.courier import Courier
from feeds.data import namespace, open_data, pace, sync, sync_feeds, unknown
from feeds.press import Press
from feeds.rules import rules_digest, rules_for
from feeds.web import contact, open_machine, source_fetcher, writer
from ingest.address import Address
from ingest.pipeline import ingest
from ingest.reextract import apply_learned, reextract
from ingest.sources import Reader
from ingest.sources.asking import Asking
from ingest.sources.files import FilesSource
from ingest.sources.folder import Folder
from ingest.store import (
    Store,
    Transaction,
    addresses,
    learned,
    lookup,
    privacy,
    runs,
    sources,
    wakes,
)
from ingest.store.runs import RunReport, RunTask
from ingest.store.sources import SourceState
from ingest.task import Surroundings, Task
from ingest.workers import Workers

if TYPE_CHECKING:
    from ingest.fetch import Fetcher
    from ingest.machine import Machine

Clock = Callable[[], datetime]

TASKS: Mapping[RunTask, Callable[[Task, Surroundings], RunReport]] = {
    "ingest": ingest,
    "re-extract": reextract,
    "learn": apply_learned,
}
"""What there is to do with a source."""


def wall_clock() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything a command or the daemon works with. `fetcher` is None when nothing is fetched,
    `machine` when no summary is written by a model. `courier` tells others what was published."""

    settings: Settings
    store: Store
    namespace: uuid.UUID
    workers: Workers
    fetcher: "Fetcher | None"
    machine: "Machine | None"
    courier: Courier
    clock: Clock
    states: dict[str, SourceState]
    feed_ids: dict[str, str]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the configured sources."""
        return tuple(source.name for source in self.settings.sources)

    def stop(self) -> None:
        """End soon whatever waits for the network, and ask nothing more."""
        self.courier.stop()
        for one in (self.fetcher, self.machine):
            if one:
                one.stop()

    def source(self, name: str) -> Source:
        """The configured source of that name."""
        return self.settings.by_name[name]

    def task(self, name: str, *, allow_removal: bool = False) -> Task:
        """What a run of the source `name` needs, with its state as it is now."""
        source, site = self.source(name), self.settings.site
        rules = rules_for(source, self.settings)
        with self.store.read() as tx:
            known = self.states.get(name)
            state = known and sources.state(tx, known.id)
            state = state or unknown(name, self.states, self.namespace, self.clock())
            told = {} if source.files else addresses.known(tx, state.id)
            pages = lookup.pages(tx, state.id) if rules.pages else ()
            heard = 0 if source.files else wakes.heard(tx, state.id)
            rules = replace(rules, learned=learned.of_source(tx, state.id))
        asking = None if source.files else self._asking(told)
        digest = rules_digest(rules, source, pages, self.settings.openai)
        return Task(
            state=state,
            reader=self._reader(source, state, asking, other_rules=state.rules != digest),
            rules=rules,
            rules_digest=digest,
            summary_words=source.summary_words,
            removes_gone=source.removes_gone,
            pace=pace(source, site.timezone),
            asking=asking,
            namespace=self.namespace,
            language=site.language,
            changes_are_new=source.on_change == "new",
            learns=source.learn,
            allow_removal=allow_removal,
            writer=writer(self.machine, self.settings, source),
            heard=heard,
        )

    def _unknown(self, name: str) -> SourceState:
        return unknown(name, self.states, self.namespace, self.clock())

    def run(
        self,
        name: str,
        task: RunTask,
        *,
        allow_removal: bool = False,
        stopping: Callable[[], bool] = lambda: False,
        progress: Callable[[int, int], None] = lambda _done, _total: None,
    ) -> RunReport:
        """Do `task` with the source `name`; every expected error is in the report."""
        around = self.surroundings(stopping=stopping, progress=progress)
        return TASKS[task](self.task(name, allow_removal=allow_removal), around)

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
        """What publishing works with: the settings with the feeds that are made, as of now."""
        settings, ids, warnings = self.settings, self.feed_ids, list[str]()
        if gathering.asked_for(settings):
            warnings += gathering.gather(self.store, self.clock())
        if any(feed.each for feed in settings.feeds):
            with self.store.write() as tx:
                warnings += each.settle(tx, settings, self.clock())
                settings = each.expanded(tx, settings)
                ids = sync_feeds(tx, settings, self.states, self.namespace, self.clock())
            self.courier.follow(settings)
        files = [source for source in self.settings.sources if source.files]
        silent = [s.name for s in self.settings.sources if s.on_change == "silent"]
        with self.store.read() as tx:
            audiences = privacy.audiences(tx)
        return Press(
            store=self.store,
            settings=settings,
            feed_ids=ids,
            warnings=tuple(warnings),
            roots={self.states[source.name].id: self.root(source) for source in files},
            silent=frozenset(self.states[name].id for name in silent),
            audiences=audiences,
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

    def _asking(self, known: Mapping[str, Address]) -> Asking:
        assert self.fetcher is not None
        return Asking(self.fetcher.fetch, known)

    def _reader(
        self, source: Source, state: SourceState, asking: Asking | None, *, other_rules: bool
    ) -> Reader:
        if asking is None:
            return FilesSource(
                self.folder(source), max_items=source.most, max_bytes=source.max_bytes
            )
        from feeds.readers import web_reader  # requests: 66 ms

        zone, now = self.settings.site.timezone, self.clock()
        return web_reader(
            source, state, self.store, asking, now, zone=zone, other_rules=other_rules
        )


def due_names(settings: Settings, tx: Transaction, now: datetime) -> list[str]:
    """The sources a one-off refresh looks at unasked: those due, and every folder, which costs
    nobody anything."""
    names = [source.name for source in settings.sources]
    due = set(sources.due(tx, set(names), now))
    return [source.name for source in settings.sources if source.files or source.name in due]


@contextmanager
def open_context(settings: Settings, *, clock: Clock = wall_clock) -> Iterator[Context]:
    """Open everything, bring the store's sources in line with the settings, close it all again.

    Call with the data lock held. Raises StoreError.
    """
    with open_data(settings) as store:
        with store.write() as tx:
            space = namespace(settings.data_folder, used=bool(sources.states(tx)))
            states, ids, whole = sync(tx, settings, space, clock())
            runs.cut_short(tx, clock())
        workers = Workers()
        context = Context(
            settings=settings,
            store=store,
            namespace=space,
            workers=workers,
            fetcher=source_fetcher(settings, store, clock()),
            machine=open_machine(settings, store, clock),
            courier=Courier(store, whole, clock),
            clock=clock,
            states=states,
            feed_ids=ids,
        )
        try:
            yield context
        finally:
            workers.close()
            context.stop()
            context.courier.close()


@contextmanager
def open_reading(settings: Settings) -> Iterator[Context]:
    """The context for what only looks, beside whoever has the data lock. Raises StoreError.

    Its sources are those that the store knows already.
    """
    with open_data(settings) as store:
        with store.read() as tx:
            states = sources.states(tx)
        used, workers = bool(states), Workers()
        context = Context(
            settings=settings,
            store=store,
            namespace=namespace(settings.data_folder, used=True) if used else uuid.UUID(int=0),
            workers=workers,
            fetcher=source_fetcher(settings, store, wall_clock()),
            machine=open_machine(settings, store, wall_clock),
            courier=Courier(store, settings, wall_clock),
            clock=wall_clock,
            states=states,
            feed_ids={},
        )
        try:
            yield context
        finally:
            workers.close()
            context.stop()
            context.courier.close()


def reopened(context: Context, settings: Settings) -> Context:
    """`context` under other settings of the same data folder; what is open stays open.

    The fetcher too: two of them would ask one host twice at once. Raises StoreError.
    """
    with context.store.write() as tx:
        states, ids, whole = sync(tx, settings, context.namespace, context.clock())
    fetcher = context.fetcher or source_fetcher(settings, context.store, context.clock())
    if fetcher:
        fetcher.limit(settings.fetch, contact=contact(settings))
    context.courier.follow(whole)
    machine = context.machine or open_machine(settings, context.store, context.clock)
    kept = replace(context, settings=settings, states=states, feed_ids=ids)
    return replace(kept, fetcher=fetcher, machine=machine)
