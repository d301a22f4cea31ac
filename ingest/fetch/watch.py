"""The watch over one request: ends it at its deadline or when told to, whatever it waits for.

Socket timeouts bound a single read, so a server that sends a byte now and then holds a client for
ever. A deadline shuts the socket down instead; what was reading then sees an early end, which
http.client may take for a complete answer. So everybody asks `check` before trusting a result.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from queue import SimpleQueue
from typing import TypeVar

from ingest.errors import DeadlineError, FetchError
from ingest.fetch.timing import DEADLINES, LOOK_UPS

T = TypeVar("T")


class Watch:
    """Runs from its construction for `seconds`; `cut` ends it earlier. To be closed.

    `reached` is set by who dials: the host has answered, if only by refusing the connection.
    """

    def __init__(self, seconds: float, error: DeadlineError) -> None:
        self.reached = False
        self._ends = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._error: FetchError | None = None
        self._handle: socket.socket | None = None
        self._woken: SimpleQueue[None] = SimpleQueue()
        self._deadline = DEADLINES.at(self._ends, partial(self.cut, error))

    @property
    def left(self) -> float:
        """Seconds until the deadline, never less than a millisecond (0 would mean non-blocking)."""
        return max(self._ends - time.monotonic(), 0.001)

    def check(self) -> None:
        """Raise what the request was cut with, if it was."""
        if self._error is not None:
            raise self._error

    def cut(self, error: FetchError) -> None:
        """End the request with `error`, from any thread. The first cut counts."""
        with self._lock:
            self._error = self._error or error
            self._shut()
        self._woken.put(None)

    def hold(self, sock: socket.socket) -> None:
        """Shut the connection of `sock` down when cut; from now on, and at once if it was cut."""
        with self._lock:
            self._release()
            # A duplicate, for wrapping in TLS takes the descriptor out of the socket given here.
            self._handle = sock.dup()
            if self._error is not None:
                self._shut()

    def run(self, work: Callable[[], T]) -> T:
        """Run blocking `work` that no timeout can end, and leave it behind when cut.

        A name look-up ends by the system resolver's own limits.
        """
        done: list[T] = []
        failed: list[Exception] = []

        def worker() -> None:
            try:
                done.append(work())
            except Exception as error:  # noqa: BLE001 - raised again in the thread that waits
                failed.append(error)
            self._woken.put(None)

        LOOK_UPS.begin(worker)
        self._woken.get()
        self.check()
        if failed:
            raise failed[0]
        return done[0]

    def close(self) -> None:
        """Forget the deadline and let go of the connection."""
        DEADLINES.call_off(self._deadline)
        with self._lock:
            self._release()

    def _shut(self) -> None:
        if self._handle is not None:
            with contextlib.suppress(OSError):  # not connected yet, or already closed by the peer
                self._handle.shutdown(socket.SHUT_RDWR)

    def _release(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None


class Watches:
    """The watches over what is under way, which `stop` ends together. For many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[Watch] = set()
        self._stopping = False

    @contextmanager
    def over(self, seconds: float, error: DeadlineError) -> Iterator[Watch]:
        """Watch what happens inside for so long."""
        with closing(Watch(seconds, error)) as watch:
            with self._lock:
                self._running.add(watch)
                if self._stopping:
                    watch.cut(FetchError("stopping"))
            try:
                yield watch
            finally:
                with self._lock:
                    self._running.discard(watch)

    def stop(self) -> None:
        """End what is under way soon, and whatever comes: FetchError("stopping")."""
        with self._lock:
            self._stopping = True
            running = tuple(self._running)
        for watch in running:
            watch.cut(FetchError("stopping"))
