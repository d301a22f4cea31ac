"""Threads that all fetches share: one that keeps their deadlines, and some that wait for look-ups.

A thread costs more to start than a small page costs to fetch. All are daemon threads: what hangs in
a look-up must not keep the process from ending.
"""

import threading
import time
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from queue import Empty, SimpleQueue

Call = Callable[[], object]

_IDLE = 10.0  # seconds that a thread waits for another look-up


class Deadlines:
    """Calls at given moments, in one thread, which begins with the first and ends with the last."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._numbers = count()
        self._calls: dict[int, Call] = {}
        self._times: list[tuple[float, int]] = []  # a heap; what is not in `_calls` was called off
        self._running = False

    def at(self, moment: float, call: Call) -> int:
        """Call `call`, which must be short, at that time of `time.monotonic`.

        Returns a number to call it off with.
        """
        number = next(self._numbers)
        with self._changed:
            self._calls[number] = call
            heappush(self._times, (moment, number))
            if not self._running:
                self._running = True
                threading.Thread(target=self._keep, name="deadlines", daemon=True).start()
            elif self._times[0][1] == number:  # the first of all
                self._changed.notify()
        return number

    def call_off(self, number: int) -> None:
        """Do not make that call; nothing when it was made."""
        with self._changed:
            self._calls.pop(number, None)

    def _keep(self) -> None:
        while call := self._next():
            call()

    def _next(self) -> Call | None:
        """Wait for the next call that is due; None when there is none any more."""
        with self._changed:
            while self._times:
                moment, number = self._times[0]
                left = moment - time.monotonic()
                if number not in self._calls:
                    heappop(self._times)
                elif left > 0:
                    self._changed.wait(left)
                else:
                    heappop(self._times)
                    return self._calls.pop(number)
            self._running = False
            return None


class LookUps:
    """Runs blocking calls in threads that are used again; one that hangs holds up no other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: SimpleQueue[Call] = SimpleQueue()
        self._free = 0  # threads that will take what is put next

    def begin(self, call: Call) -> None:
        """Call `call`, which must not raise, in another thread."""
        with self._lock:
            if self._free:
                self._free -= 1
                self._waiting.put(call)
                return
        threading.Thread(target=self._work, args=[call], name="look-up", daemon=True).start()

    def _work(self, call: Call) -> None:
        while True:
            call()
            with self._lock:
                self._free += 1
            try:
                call = self._waiting.get(timeout=_IDLE)
            except Empty:
                with self._lock:
                    if self._free:  # else a call was put for this thread just now
                        self._free -= 1
                        return
                call = self._waiting.get()


DEADLINES = Deadlines()
"""Those of the process."""

LOOK_UPS = LookUps()
"""Those of the process."""
