"""The runs of a daemon that are under way: at most one a source, those somebody wants soon first.

For one thread, the daemon's tick; the runs have threads of their own.
"""

import threading
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from ingest.store.runs import RunReport

_AT_ONCE = 16  # runs at once; each host is asked one request at a time whatever this is

Work = Callable[[Callable[[], bool]], RunReport]
"""A run; it is given what tells it to end early."""


@dataclass(slots=True, kw_only=True)
class Run:
    """A run under way; `stop` makes it end before the daemon does.

    One that is only `due` may be waiting for its turn; it is taken out when somebody wants it soon.
    """

    name: str
    future: Future[RunReport]
    stop: threading.Event
    due: bool


class Pool:
    """Runs by the internal ids of their sources: a source may be renamed meanwhile."""

    def __init__(self) -> None:
        self.running: dict[str, Run] = {}
        self._ending = threading.Event()
        self._due = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="run")
        # who asked, or has just saved a file, does not wait for what is due
        self._soon = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="soon")

    def begin(self, id_: str, name: str, work: Work, *, due: bool) -> bool:
        """Start a run, at once or, if it is only due, in turn; False when one is under way."""
        before = self.running.get(id_)
        if before and (due or not before.due or not before.future.cancel()):
            return False
        stop = threading.Event()
        executor = self._due if due else self._soon
        future = executor.submit(work, lambda: stop.is_set() or self._ending.is_set())
        self.running[id_] = Run(name=name, future=future, stop=stop, due=due)
        return True

    def ended(self) -> Iterator[tuple[str, Run]]:
        """The runs that have ended since this was asked last, by the ids of their sources."""
        done = [(id_, run) for id_, run in self.running.items() if run.future.done()]
        for id_, run in done:
            del self.running[id_]
            yield id_, run

    def keep(self, ids: Collection[str]) -> None:
        """Have every run end soon whose source is not one of these."""
        for id_, run in self.running.items():
            if id_ not in ids:
                run.stop.set()

    def clear_due(self) -> None:
        """Take out what waits for its turn; it is due still."""
        waiting = [id_ for id_, run in self.running.items() if run.due and run.future.cancel()]
        for id_ in waiting:
            del self.running[id_]

    def stop(self) -> None:
        """Ask everything under way to end; does not wait."""
        self._ending.set()

    def close(self) -> None:
        """Wait for the end of what is under way; what waits is not begun."""
        self.stop()
        for executor in (self._due, self._soon):
            executor.shutdown(wait=True, cancel_futures=True)
