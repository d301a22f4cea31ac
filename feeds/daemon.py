"""The daemon's work: what is due, asked for or woken runs, and what changed is published.

The tick runs in APScheduler's thread and is the only one that decides: it takes requests, starts
runs in a bounded pool and publishes when no run is in hand. What survives a restart is in the
store; here is only what is under way.
"""

import socket
import threading
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from queue import Empty, SimpleQueue

import structlog

from feeds import pushes, report
from feeds.context import Context, due_names, reopened
from feeds.files import told
from feeds.journal import note_published, note_run
from feeds.pool import Pool
from feeds.publish import publish
from feeds.report import PublishReport
from feeds.rules import looks
from feeds.watch import Watcher
from ingest.errors import StoreError
from ingest.schedule import Ticker
from ingest.store import daemons, requests, sources
from ingest.store.requests import Request
from ingest.store.runs import RunReport, RunTask, Trouble

_TICK = timedelta(seconds=1)
_FAR_BACK = timedelta(days=1)  # a clock set back by less repeats no slot of a schedule
_PATIENCE = timedelta(seconds=10)  # what changed waits this long for runs that are in hand
_REGULARLY = timedelta(seconds=60)  # publish at least this often: an article may have been held
_REST = timedelta(seconds=60)  # nothing due is begun this long after a run that was not recorded
_GRACE = 10.0  # seconds a run may take to notice that it should end

log = structlog.get_logger()


@dataclass(slots=True)
class _Asked:
    """A request under way: names still to be started, still running, and what came of it."""

    request: Request
    waiting: set[str]
    errors: list[str]
    running: set[str] = field(default_factory=set)
    runs: list[int] = field(default_factory=list)


class Daemon:
    """Runs sources when they are due and publishes what changed, until told to stop."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._stop = threading.Event()
        self._runs = Pool()
        self._asked: list[_Asked] = []
        self._calls: SimpleQueue[Collection[str] | None] = SimpleQueue()
        self._woken: set[str] = set()
        self._wrong: dict[str, tuple[Trouble, ...]] = {}
        self._published_at: datetime | None = None
        self._unpublished: tuple[str, ...] | None = None
        self._changed = True  # a change made before a crash may wait
        self._broken = False
        self._rest_until = self._looked_at = datetime.min.replace(tzinfo=UTC)
        self._ticking = threading.Lock()
        self._ticked = time.monotonic()
        self._ticker = Ticker(self.tick, _TICK)
        self._watcher = Watcher(self.wake)
        self._watcher.follow(context.watched())

    @property
    def context(self) -> Context:
        """What the daemon works with now."""
        return self._context

    @property
    def idle_for(self) -> float:
        """Seconds since the last tick ended: long after it, something hangs."""
        return time.monotonic() - self._ticked

    def start(self) -> None:
        """Begin to tick and to watch.

        What a dead daemon was asked for and did not finish is taken again.
        """
        with self._context.store.write() as tx:
            requests.reopen(tx, self._context.clock())
        self._ticker.start()
        self._watcher.start()

    def wake(self, names: Collection[str] | None) -> None:
        """Run these sources at the next tick, due or not; once more if they run already.

        None: every folder and what is due, as an unasked one-off refresh does.
        """
        self._calls.put(names)

    def reload(self, context: Context) -> None:
        """Go by `context` from now on.

        A run whose source is gone, or is looked at otherwise now, is cut short; it is still due.
        """
        with self._ticking:
            before, self._context = self._context, context
            looked = looks(before.settings, before.states).items()
            same = looked & looks(context.settings, context.states).items()
            self._runs.keep({id_ for id_, _ in same})
            self._published_at = None  # another configuration may make other editions
        self._watcher.follow(context.watched())

    def stop(self) -> None:
        """Ask everything under way to end; does not wait."""
        self._stop.set()
        self._runs.stop()
        self._watcher.stop()
        self._context.stop()

    def close(self) -> bool:
        """Wait for the end of what is under way, at most the grace time; False if some hangs."""
        self.stop()
        self._ticker.stop()
        ended = threading.Event()
        waiter = threading.Thread(target=self._drain, args=(ended,), daemon=True)
        waiter.start()
        return ended.wait(_GRACE)

    def tick(self) -> None:
        """Look once: finish, take requests, start what is due, publish, tell others."""
        with self._ticking:
            try:
                if not self._stop.is_set():
                    self._look(self._context.clock())
            except StoreError as error:
                if not self._broken:  # said once, not each second
                    log.error("the store fails; trying on", error=str(error))
                self._broken = True
            else:
                if self._broken:
                    log.info("the store works again")
                self._broken = False
            self._ticked = time.monotonic()

    def _look(self, now: datetime) -> None:
        self._collect(now)
        if now + _FAR_BACK < self._looked_at:  # nothing waits for what a wrong clock said
            self._context = reopened(self._context, self._context.settings)
            self._rest_until = now
        self._looked_at = now
        names = self._context.states
        with self._context.store.read() as tx:
            waiting = requests.waiting(tx)
            due = sources.due(tx, names, now)
        if waiting:
            self._take(now)
        self._publish_if_due(now)  # before a source that has just ended begins again
        pushes.look(self._context.store, self._context.settings, now)
        self._context.courier.look()
        for asked in self._asked:
            self._begin_asked(asked)
        self._take_calls(now)
        self._woken = {name for name in self._woken if name in names and not self._begin(name)}
        if now >= self._rest_until:
            for name in due:  # thousands may wait, and are due at each tick
                if not self._runs.has(names[name].id):
                    self._begin(name, due=True)

    def _take_calls(self, now: datetime) -> None:
        with suppress(Empty):
            while True:
                called = self._calls.get_nowait()
                self._woken.update(self._unasked(now) if called is None else called)

    def _unasked(self, now: datetime) -> list[str]:
        with self._context.store.read() as tx:
            return due_names(self._context.settings, tx, now)

    def _begin_asked(self, asked: _Asked) -> None:
        asked.waiting &= self._context.states.keys()
        for name in sorted(asked.waiting):
            task, allow_removal = asked.request.task, asked.request.allow_removal
            if self._begin(name, task, allow_removal=allow_removal):
                asked.waiting.discard(name)
                asked.running.add(self._context.states[name].id)

    def _begin(
        self,
        name: str,
        task: RunTask = "ingest",
        *,
        allow_removal: bool = False,
        due: bool = False,
    ) -> bool:
        """Start a run of the source; False when one is under way."""
        run = partial(self._context.run, name, task, allow_removal=allow_removal)
        id_ = self._context.states[name].id
        host = self._context.source(name).host
        return self._runs.begin(
            id_, name, lambda stopping: run(stopping=stopping), host=host, due=due
        )

    def _collect(self, now: datetime) -> None:
        """Take in the runs that ended; begin nothing for a while when one could not be recorded."""
        failed = False
        for id_, run in self._runs.ended():
            error = run.future.exception()
            if error is not None:  # the store failed: nothing could be written about it
                log.error("run could not be recorded", source=run.name, error=str(error))
                failed = True
            else:
                self._note(run.future.result())
                self._changed = True
            for asked in self._asked:
                if id_ in asked.running:
                    asked.running.discard(id_)
                    if error is not None:
                        asked.errors.append(f"{run.name}: its run was not recorded: {error}")
                    else:
                        asked.runs.append(run.future.result().id)
        if failed:
            self._rest_until = now + _REST
            self._runs.clear_due()

    def _take(self, now: datetime) -> None:
        names = self._context.states
        with self._context.store.write() as tx:
            taken = requests.take(tx, now)
        for request in taken:
            unknown = [
                f"{name}: the daemon knows no such source; `broadsheet reload` tells it"
                for name in request.sources
                if name not in names
            ]
            known = {name for name in request.sources if name in names}
            self._asked.append(_Asked(request, waiting=known, errors=unknown))

    def _publish_if_due(self, now: datetime) -> None:
        """Publish what changed, soon; also when it is long ago, or when an asker waits for it."""
        done = [asked for asked in self._asked if not (asked.waiting or asked.running)]
        last = self._published_at
        since = now - last if last and last <= now else _REGULARLY
        ripe = self._changed and (self._runs.idle or since >= _PATIENCE)
        if not (done or ripe or since >= _REGULARLY):
            return
        self._changed = False
        self._published_at = now
        try:
            published = publish(self._context.press(), now=now, patient=True)
        except Exception as error:  # tried again before long; who asked hears of it
            unexpected = not isinstance(error, OSError | StoreError)
            log.error("publishing failed", error=told(error), exc_info=unexpected)
            published = PublishReport(errors=[f"publishing failed: {told(error)}"])
        note_published(published)
        self._tell_unpublished(published, now)
        for asked in done:
            answer = replace(published, errors=[*published.errors, *asked.errors])
            with self._context.store.write() as tx:
                requests.done(tx, asked.request.id, asked.runs, report.dumps(answer), now)
            self._asked.remove(asked)

    def _tell_unpublished(self, published: PublishReport, now: datetime) -> None:
        """Keep for `status` what could not be published, and since when."""
        problems = (*published.errors, *(feed.error for feed in published.feeds if feed.error))
        if problems != self._unpublished:
            with self._context.store.write() as tx:
                daemons.unpublished(tx, socket.gethostname(), problems, now)
            self._unpublished = problems

    def _note(self, run: RunReport) -> None:
        """Log a run that changed something, and a problem when it comes and when it is over."""
        wrong = tuple(trouble for trouble in run.troubles if trouble.failed)
        other = wrong != self._wrong.get(run.source, ())
        self._wrong[run.source] = wrong
        if not (other or run.new or run.updated or run.removed):
            return
        note_run(run)

    def _drain(self, ended: threading.Event) -> None:
        with self._ticking:  # one that publishes
            pass
        self._runs.close()
        ended.set()
