"""Politeness: one request at a time to a host, a pause between two, none while it wants peace.

A host is a name without port: what answers on several ports is one machine to be kind to.
"""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from heapq import heappop, heappush

from ingest.errors import DeadlineError, FetchError
from ingest.spans import spoken

_REMEMBERED = 10_000  # hosts that asked for longer pauses, or for peace


@dataclass(slots=True)
class _Line:
    """Who waits for a host, in order of arrival; the first may be the one being served."""

    tickets: deque[object] = field(default_factory=deque)
    ready: float = 0.0


class Hosts:
    """Turns at hosts, first come first served, `gap` seconds after the end of the one before.

    `patience` is the longest wait in seconds. A host is forgotten once nobody waits for it and its
    pause is over, so memory is bounded by the hosts of the last pause.
    """

    def __init__(self, gap: float = 0.0, patience: float = 0.0) -> None:
        self.pace(gap, patience)
        self._changed = threading.Condition()
        self._lines: dict[str, _Line] = {}
        self._over: list[tuple[float, str]] = []  # a heap: when the pause of a host is over
        self._gaps: dict[str, float] = {}
        self._held: dict[str, float] = {}
        self._stopping = False

    def pace(self, gap: float, patience: float) -> None:
        """Go by another pause and patience from the next turn on."""
        self._gap = gap
        self._patience = patience

    def slow(self, host: str, gap: float) -> None:
        """Pause so many seconds between two turns at `host` from now on, if that is longer."""
        with self._changed:
            _remember(self._gaps, host, gap)

    def hold(self, host: str, seconds: float) -> None:
        """Give no turn at `host` for so long: who wants one, or waits for one, is refused."""
        with self._changed:
            until = max(time.monotonic() + seconds, self._held.get(host, 0.0))
            _remember(self._held, host, until)
            self._changed.notify_all()

    @contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """Wait for `host` to be free and hold it.

        Raises DeadlineError, FetchError on `stop`, and with status 429 while the host is held.
        """
        ticket = object()
        with self._changed:
            line = self._lines.setdefault(host, _Line())
            line.tickets.append(ticket)
            try:
                self._wait(host, line, ticket)
            except BaseException:
                self._leave(host, line, ticket)
                raise
        try:
            yield
        finally:
            with self._changed:
                line.ready = time.monotonic() + max(self._gap, self._gaps.get(host, 0.0))
                self._leave(host, line, ticket)

    def stop(self) -> None:
        """End every wait, now and later."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def _wait(self, host: str, line: _Line, ticket: object) -> None:
        give_up = time.monotonic() + self._patience
        while not self._stopping:
            now = time.monotonic()
            self._refuse_held(host, now)
            first = line.tickets[0] is ticket
            if first and now >= line.ready:
                return
            if now >= give_up:
                raise DeadlineError(
                    f"its turn at {host} did not come in {self._patience:g} seconds"
                )
            self._changed.wait((min(line.ready, give_up) if first else give_up) - now)
        raise FetchError("stopping")

    def _refuse_held(self, host: str, now: float) -> None:
        if host not in self._held:
            return
        left = timedelta(seconds=self._held[host] - now)
        if left <= timedelta():
            del self._held[host]
            return
        reason = f"{host} wants to be left alone for another {spoken(left)}; it was not asked"
        raise FetchError(reason, status=429, retry_after=left)

    def _leave(self, host: str, line: _Line, ticket: object) -> None:
        line.tickets.remove(ticket)
        if not line.tickets:
            heappush(self._over, (line.ready, host))
        now = time.monotonic()
        while self._over and self._over[0][0] <= now:
            _, name = heappop(self._over)
            it = self._lines.get(name)
            if it and not it.tickets and it.ready <= now:
                del self._lines[name]
        self._changed.notify_all()


def _remember(values: dict[str, float], host: str, value: float) -> None:
    """Note a value of `host` as the newest; the oldest go."""
    values.pop(host, None)
    values[host] = value
    if len(values) > _REMEMBERED:
        del values[next(iter(values))]
