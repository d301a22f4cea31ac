"""The life of the daemon: signals, tick, runs, publishing, server, shutdown.

The tick runs in APScheduler's thread and is the only one that decides: it takes requests, starts
what is due in a bounded pool and publishes when no run is in hand. What survives a restart is in
the store; here is only what is under way.
"""

import os
import signal
import threading
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from feeds.context import Context
from feeds.publish import PublishReport, publish
from feeds.watch import Watcher
from ingest.pipeline import ingest
from ingest.schedule import Ticker
from ingest.store import requests, sources
from ingest.store.requests import Request
from ingest.store.runs import RunReport, Trouble

_TICK = timedelta(seconds=1)
_AT_ONCE = 16  # runs at once; each host is asked one request at a time whatever this is
_PATIENCE = timedelta(seconds=10)  # what changed waits this long for runs that are in hand
_REGULARLY = timedelta(seconds=60)  # publish at least this often: an article may have been held
_GRACE = 10.0  # seconds a run may take to notice that it should end

log = structlog.get_logger()


@dataclass(slots=True)
class _Asked:
    """A request under way: names still to be started, still running, and the runs so far."""

    request: Request
    waiting: set[str]
    running: set[str] = field(default_factory=set)
    runs: list[int] = field(default_factory=list)


class Daemon:
    """Runs sources when they are due and publishes what changed, until told to stop."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._stop = threading.Event()
        self._names = [source.name for source in context.settings.sources]
        self._pool = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="run")
        self._running: dict[str, Future[RunReport]] = {}
        self._asked: list[_Asked] = []
        self._woken: set[str] = set()
        self._wrong: dict[str, tuple[Trouble, ...]] = {}
        self._published_at: datetime | None = None
        self._changed = True  # a change made before a crash may wait
        self._ticking = threading.Lock()
        self._ticker = Ticker(self.tick, _TICK)
        self._watcher = Watcher(self.wake)
        self._watcher.follow(context.watched())

    def start(self) -> None:
        """Begin to tick and to watch. Requests left by a dead daemon are closed first."""
        with self._context.store.write() as tx:
            requests.withdraw_all(tx, self._context.clock())
        self._ticker.start()
        self._watcher.start()

    def wake(self, names: Collection[str]) -> None:
        """Run these sources at the next tick, due or not; once more if they run already."""
        self._woken.update(names)

    def stop(self) -> None:
        """Ask everything under way to end; does not wait."""
        self._stop.set()
        self._watcher.stop()
        if self._context.fetcher:
            self._context.fetcher.stop()

    def close(self) -> bool:
        """Wait for the end of what is under way, at most the grace time; False if some hangs."""
        self.stop()
        self._ticker.stop()
        ended = threading.Event()
        waiter = threading.Thread(target=self._drain, args=(ended,), daemon=True)
        waiter.start()
        return ended.wait(_GRACE)

    def tick(self) -> None:
        """Look once: finish, take requests, start what is due, publish."""
        with self._ticking:
            if not self._stop.is_set():
                self._look(self._context.clock())

    def _look(self, now: datetime) -> None:
        self._collect()
        with self._context.store.read() as tx:
            waiting = requests.waiting(tx)
            due = sources.due(tx, self._names, now, _AT_ONCE + len(self._running))
        if waiting:
            self._take(now)
        for asked in self._asked:
            for name in sorted(asked.waiting - set(self._running)):
                asked.waiting.discard(name)
                asked.running.add(name)
                self._begin(name)
        for name in self._woken.intersection(self._names).difference(self._running):
            self._woken.discard(name)
            self._begin(name)
        for state in due:
            if state.name not in self._running and len(self._running) < _AT_ONCE:
                self._begin(state.name)
        self._publish_if_due(now)

    def _begin(self, name: str) -> None:
        if name in self._running:
            return
        self._running[name] = self._pool.submit(self._run, name)

    def _run(self, name: str) -> RunReport:
        around = self._context.surroundings(stopping=self._stop.is_set)
        return ingest(self._context.task(name), around)

    def _collect(self) -> None:
        """Take in the runs that ended."""
        for name, future in list(self._running.items()):
            if not future.done():
                continue
            del self._running[name]
            error = future.exception()
            if error is not None:  # the store failed: nothing could be written about it
                log.error("run could not be recorded", source=name, error=str(error))
            else:
                self._note(future.result())
                self._changed = True
            for asked in self._asked:
                if name in asked.running:
                    asked.running.discard(name)
                    asked.runs += [] if error else [future.result().id]

    def _take(self, now: datetime) -> None:
        with self._context.store.write() as tx:
            taken = requests.take(tx, now)
        for request in taken:
            known = [name for name in request.sources if name in self._names]
            self._asked.append(_Asked(request, waiting=set(known)))

    def _publish_if_due(self, now: datetime) -> None:
        """Publish what changed, soon; also when it is long ago, or when an asker waits for it."""
        done = [asked for asked in self._asked if not (asked.waiting or asked.running)]
        last = self._published_at
        since = now - last if last and last <= now else _REGULARLY
        ripe = self._changed and (not self._running or since >= _PATIENCE)
        if not (done or ripe or since >= _REGULARLY):
            return
        self._changed = False
        self._published_at = now
        try:
            note_published(publish(self._context.press(), now=now, patient=True))
        except Exception:  # tried again before long; who asked hears of it
            log.exception("publishing failed")
            for asked in done:
                asked.runs.clear()
        for asked in done:
            with self._context.store.write() as tx:
                requests.done(tx, asked.request.id, asked.runs, now)
            self._asked.remove(asked)

    def _note(self, report: RunReport) -> None:
        """Log a run that changed something, and a problem when it comes and when it is over."""
        wrong = tuple(trouble for trouble in report.troubles if trouble.failed)
        other = wrong != self._wrong.get(report.source, ())
        self._wrong[report.source] = wrong
        if not (other or report.new or report.updated or report.removed):
            return
        said = log.warning if wrong else log.info
        said(
            "run ended",
            source=report.source,
            outcome=report.outcome,
            new=report.new,
            updated=report.updated,
            removed=report.removed,
            failed=report.failed,
            **({"why": str(wrong[0].reason), "where": wrong[0].origin} if wrong else {}),
        )

    def _drain(self, ended: threading.Event) -> None:
        with self._ticking:  # one that publishes
            pass
        self._pool.shutdown(wait=True, cancel_futures=True)
        ended.set()


def note_published(report: PublishReport) -> None:
    """Log what publishing did, if it did anything."""
    for feed in report.feeds:
        if feed.error:
            log.error("feed not published", feed=feed.name, error=feed.error)
        elif feed.changed:
            log.info("feed published", feed=feed.name, entries=feed.entries)
    for warning in report.warnings:
        log.warning("left out", what=warning)


def catch_signals() -> Callable[[], None]:
    """Take SIGTERM and SIGINT from now on; what is returned blocks until one has come.

    A second one ends the process.
    """
    told = threading.Event()

    def handle(number: int, _frame: object) -> None:
        if told.is_set():
            os._exit(128 + number)
        told.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)

    def wait() -> None:
        while not told.wait(3600):
            pass

    return wait
