"""Whether it is our own network that is down: then nothing counts against those we ask.

Several hosts in a row that could not be reached, and none that was since the first of them was
tried. Two may well be down by themselves, so these count; the next success forgives them anyway.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from ingest.errors import AddressRefusedError, FetchError
from ingest.fetch.watch import Watch

_SEVERAL = 3  # hosts


class Outage:
    """Sees which hosts are reached. For many threads."""

    def __init__(self) -> None:
        self._reached = float("-inf")
        self._silent: set[str] = set()

    @contextmanager
    def told(self, host: str, watch: Watch) -> Iterator[None]:
        """Tell an error raised inside, while `watch` reached nobody, whether all hosts are silent.

        A host that refuses the connection was reached.
        """
        began = time.monotonic()
        try:
            yield
        except FetchError as error:
            if not watch.reached and not isinstance(error, AddressRefusedError):
                error.offline = self._all_silent(host, began)
            raise
        finally:
            if watch.reached:
                self._reached = time.monotonic()
                self._silent.clear()

    def _all_silent(self, host: str, began: float) -> bool:
        if began <= self._reached:  # another was reached meanwhile
            return False
        if len(self._silent) < _SEVERAL:
            self._silent.add(host)
        return len(self._silent) >= _SEVERAL
