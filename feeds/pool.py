"""The runs of a daemon: at most one a source, those somebody wants soon first, hosts side by side.

Begun and collected by one thread, the daemon's tick; the runs have threads of their own.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from ingest.store.runs import RunReport

_AT_ONCE = 8  # due runs at once; more only get into each other's way while they need the processor
_AT_MOST = 64  # with those that have been under way for long: they wait for the network
_SOON = 16  # runs at once for those who asked

Work = Callable[[Callable[[], bool]], RunReport]
"""A run; it is given what tells it to end early."""


@dataclass(slots=True, kw_only=True)
class Run:
    """A run under way; `stop` makes it end before the daemon does."""

    name: str
    future: Future[RunReport]
    stop: threading.Event


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    """A run that waits for its turn. `host` is whom it asks; for nobody, a name of its own."""

    name: str
    work: Work
    host: str


class Pool:
    """Runs by the internal ids of their sources: a source may be renamed meanwhile.

    What is only due waits while its host is asked by another, and hosts take turns: many sources of
    one slow host hold up nobody else's. Nor do many slow hosts: a run that was under way at two
    collections makes room for another.
    """

    def __init__(self) -> None:
        self.running: dict[str, Run] = {}
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._waiting: dict[str, _Due] = {}
        self._queues: dict[str, deque[str]] = {}  # ids by host; some may wait no more
        self._ready: dict[str, None] = {}  # hosts that nobody asks, with a queue
        self._asked: Counter[str] = Counter()  # how many runs ask each host
        self._places = self._most = _AT_ONCE  # free ones for what is due, of how many
        self._before: set[str] = set()  # what was under way at the last collection
        self._due = ThreadPoolExecutor(max_workers=_AT_MOST, thread_name_prefix="run")
        # who asked, or has just saved a file, does not wait for what is due
        self._soon = ThreadPoolExecutor(max_workers=_SOON, thread_name_prefix="soon")

    @property
    def idle(self) -> bool:
        """Whether nothing is under way, waits, or has ended and was not collected."""
        return not (self.running or self._waiting)

    def has(self, id_: str) -> bool:
        """Whether a run of that source is under way or waits."""
        return id_ in self.running or id_ in self._waiting

    def begin(self, id_: str, name: str, work: Work, *, host: str, due: bool) -> bool:
        """Start a run, at once or, if it is only due, in turn; False when one is under way.

        `host` is whom it asks first, "" for nobody.
        """
        run = _Due(name=name, work=work, host=host or f"/{id_}")
        with self._lock:
            if id_ in self.running or (due and id_ in self._waiting):
                return False
            if not due:
                self._waiting.pop(id_, None)
                self._start(id_, run, self._soon, places=0)
                return True
            self._waiting[id_] = run
            self._queues.setdefault(run.host, deque()).append(id_)
            if not self._asked[run.host]:
                self._ready[run.host] = None
            self._fill()
            return True

    def ended(self) -> Iterator[tuple[str, Run]]:
        """The runs that have ended since this was asked last, by the ids of their sources."""
        with self._lock:
            done = [(id_, run) for id_, run in self.running.items() if run.future.done()]
            for id_, _ in done:
                del self.running[id_]
            slow = len(self._before & self.running.keys())
            self._before = set(self.running)
            most = min(_AT_ONCE + slow, _AT_MOST)
            self._places, self._most = self._places + most - self._most, most
            self._fill()
        yield from done

    def keep(self, ids: Collection[str]) -> None:
        """Have every run end soon whose source is not one of these."""
        with self._lock:
            for id_, run in self.running.items():
                if id_ not in ids:
                    run.stop.set()
            self._waiting = {id_: run for id_, run in self._waiting.items() if id_ in ids}

    def clear_due(self) -> None:
        """Take out what waits for its turn; it is due still."""
        with self._lock:
            self._waiting.clear()
            self._queues.clear()
            self._ready.clear()

    def stop(self) -> None:
        """Ask everything under way to end, and begin nothing; does not wait."""
        self._ending.set()
        self.clear_due()

    def close(self) -> None:
        """Wait for the end of what is under way."""
        self.stop()
        for executor in (self._due, self._soon):
            executor.shutdown(wait=True, cancel_futures=True)

    def _fill(self) -> None:
        """Start what is due, as far as there are places and hosts that nobody asks."""
        while self._places > 0 and self._ready and not self._ending.is_set():
            host = next(iter(self._ready))
            del self._ready[host]
            if id_ := self._first_of(host):
                self._places -= 1
                self._start(id_, self._waiting.pop(id_), self._due, places=1)

    def _first_of(self, host: str) -> str:
        """The first that waits for `host`, out of its queue; "" when none does."""
        queue = self._queues[host]
        found = ""
        while queue and not found:
            id_ = queue.popleft()
            found = id_ if id_ in self._waiting else ""
        if not queue:
            del self._queues[host]
        return found

    def _start(self, id_: str, run: _Due, executor: ThreadPoolExecutor, *, places: int) -> None:
        stop = threading.Event()
        self._asked[run.host] += 1
        self._ready.pop(run.host, None)

        def work() -> RunReport:
            try:
                return run.work(lambda: stop.is_set() or self._ending.is_set())
            finally:
                self._leave(run.host, places)

        self.running[id_] = Run(name=run.name, future=executor.submit(work), stop=stop)

    def _leave(self, host: str, places: int) -> None:
        with self._lock:
            self._places += places
            self._asked[host] -= 1
            if not self._asked[host]:
                del self._asked[host]
                if host in self._queues:
                    self._ready[host] = None
            self._fill()
