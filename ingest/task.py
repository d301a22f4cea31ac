"""What a run works with: its task, what its process gives it, and how it tells how far it is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING
from uuid import UUID

from ingest.sources import Reader
from ingest.store import Store, runs
from ingest.store.sources import SourceState
from ingest.workers import Workers

if TYPE_CHECKING:
    from ingest.normalize.rules import Rules

_NOTED = 1.0  # seconds between two notes of how far a run is


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What one run needs, beside the store.

    `rules_digest` changes when every document must be read again. `next_due` gives the source's
    next time from the number of failed runs in a row and the time the run ended. `removes_gone`:
    articles whose document is gone go too; `allow_removal`: also many at once.
    """

    state: SourceState
    reader: Reader
    rules: "Rules"
    rules_digest: str
    summary_words: int
    removes_gone: bool
    next_due: Callable[[int, datetime], datetime]
    namespace: UUID
    language: str
    allow_removal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a run is given by its process: the store, workers, clock, stop flag and progress bar."""

    store: Store
    workers: Workers
    clock: Callable[[], datetime]
    stopping: Callable[[], bool] = lambda: False
    progress: Callable[[int, int], None] = lambda _done, _total: None


@dataclass(slots=True)
class Progress:
    """How far a run is: told to whoever watches here at once, and each second to the store."""

    around: Surroundings
    run: int
    total: int = 0
    done: int = 0
    noted: float = field(default_factory=monotonic)

    def step(self) -> None:
        """One more document has been looked at."""
        self.done += 1
        self.around.progress(self.done, self.total)
        if monotonic() - self.noted > _NOTED:
            with self.around.store.write() as tx:
                runs.note_progress(tx, self.run, self.done, self.total)
            self.noted = monotonic()


class Stopped(Exception):  # noqa: N818 - not an error: the process was told to end
    """The process is ending: the run is cut short and will be continued."""
