"""Politeness: one request at a time to a host, and a pause between two.

A host is a name without port: what answers on several ports is one machine to be kind to.
"""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ingest.errors import DeadlineError, FetchError


@dataclass(slots=True)
class _Line:
    """Who waits for a host, in order of arrival; the first may be the one being served."""

    tickets: deque[object] = field(default_factory=deque)
    ready: float = 0.0


class Hosts:
    """Turns at hosts, first come first served, `gap` seconds after the end of the one before.

    `patience` is the longest wait in seconds. A host is forgotten once nobody waits for it and its
    pause is over, so memory is bounded by the hosts of the last `gap` seconds.
    """

    def __init__(self, gap: float = 0.0, patience: float = 0.0) -> None:
        self.pace(gap, patience)
        self._changed = threading.Condition()
        self._lines: dict[str, _Line] = {}
        self._stopping = False

    def pace(self, gap: float, patience: float) -> None:
        """Go by another pause and patience from the next turn on."""
        self._gap = gap
        self._patience = patience

    @contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """Wait for `host` to be free and hold it. Raises DeadlineError, FetchError on `stop`."""
        ticket = object()
        with self._changed:
            line = self._lines.setdefault(host, _Line())
            line.tickets.append(ticket)
            try:
                self._wait(host, line, ticket)
            except BaseException:
                self._leave(line, ticket)
                raise
        try:
            yield
        finally:
            with self._changed:
                line.ready = time.monotonic() + self._gap
                self._leave(line, ticket)

    def stop(self) -> None:
        """End every wait, now and later."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def _wait(self, host: str, line: _Line, ticket: object) -> None:
        give_up = time.monotonic() + self._patience
        while not self._stopping:
            now = time.monotonic()
            first = line.tickets[0] is ticket
            if first and now >= line.ready:
                return
            if now >= give_up:
                raise DeadlineError(
                    f"its turn at {host} did not come in {self._patience:g} seconds"
                )
            self._changed.wait((min(line.ready, give_up) if first else give_up) - now)
        raise FetchError("stopping")

    def _leave(self, line: _Line, ticket: object) -> None:
        line.tickets.remove(ticket)
        now = time.monotonic()
        idle = [name for name, it in self._lines.items() if not it.tickets and it.ready <= now]
        for name in idle:
            del self._lines[name]
        self._changed.notify_all()
