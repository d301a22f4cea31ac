"""What a run of one source is given, and how it ends."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from ingest.article import Document
from ingest.errors import IngestError, SourceError
from ingest.polling import Pace
from ingest.sources import Reader
from ingest.sources.asking import Asking
from ingest.store import Store, Transaction, runs
from ingest.store.sources import Known, SourceState
from ingest.tally import Tally
from ingest.workers import Outcome, Pending, Workers

if TYPE_CHECKING:
    from ingest.machine import Writer
    from ingest.normalize.rules import Rules

BATCH = 100
"""The most documents in one transaction."""

BATCH_BYTES = 8_000_000
"""The bytes of documents past which a batch is not filled further."""

_NOTED = 1.0  # seconds between two notes of how far a run is

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What one run needs, beside the store.

    `rules_digest` changes when every document must be read again. `pace` is how often
    the source is looked at, `asking` what it asks the web with, None for folders. `removes_gone`:
    articles whose document is gone go too; `allow_removal`: also many at once. `changes_are_new`: a
    significant change of an article makes a new one. Unless it `learns`, what is known of its
    articles' sharing anything is to be forgotten. `writer` has summaries written by a model.
    `heard` is how many pushes its hub had made before.
    """

    state: SourceState
    reader: Reader
    rules: "Rules"
    rules_digest: str
    summary_words: int
    removes_gone: bool
    pace: Pace
    namespace: UUID
    language: str
    asking: Asking | None = None
    changes_are_new: bool = False
    learns: bool = True
    allow_removal: bool = False
    writer: "Writer | None" = None
    heard: int = 0

    @property
    def other_rules(self) -> bool:
        """Whether the source's documents were read with other rules than these."""
        return self.state.rules != self.rules_digest

    def tally(self, known: dict[str, Known], now: datetime) -> Tally:
        """A run's tally at its start; `known` are the source's documents by origin."""
        return Tally(
            source=self.state.id,
            name=self.state.name,
            namespace=self.namespace,
            language=self.language,
            now=now,
            known=known,
            changes_are_new=self.changes_are_new,
        )


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
    """How far a run is: told to whoever watches here at once, and each second to the store.

    `begin` opens the run in the store, once there is something to write: most runs of most sources
    find nothing, and writing costs more than looking. None for what is no run and leaves no trace.
    """

    around: Surroundings
    begin: Callable[[Transaction], int] | None
    run: int = 0
    total: int = 0
    done: int = 0
    noted: float = field(default_factory=monotonic)

    def step(self, count: int = 1) -> None:
        """So many more documents have been looked at."""
        self.done += count
        self.around.progress(self.done, self.total)
        if self.begin and monotonic() - self.noted > _NOTED:
            with self.around.store.write() as tx:
                runs.note_progress(tx, self.opened(tx), self.done, self.total)
            self.noted = monotonic()

    def opened(self, tx: Transaction) -> int:
        """The run's number, once it has one in the store."""
        if self.begin and not self.run:
            self.run = self.begin(tx)
        return self.run


class Stopped(Exception):  # noqa: N818 - not an error: the process was told to end
    """The process is ending: the run is cut short and will be continued."""


def attempt(work: Callable[[], None], tally: Tally) -> str:
    """Do the work of a run; returns its outcome.

    Every error is in the tally then, an unexpected one in the log too.
    """
    try:
        with structlog.contextvars.bound_contextvars(source=tally.name):
            work()
    except Stopped:
        return "cut short"
    except SourceError as error:
        tally.trouble(error.origin, f"{error.reason}; nothing was removed", advice=error.advice)
        return "failed"
    except IngestError as error:
        tally.trouble(error.origin, error.reason, advice=error.advice)
        return "failed"
    except Exception as error:
        log.exception("run failed unexpectedly", source=tally.name)
        reason = f"unexpected {type(error).__name__}: {error}; the log has the traceback"
        tally.trouble("", reason[:500])
        return "failed"
    return "partial" if tally.failed else "ok"


def prepared(
    batches: Iterable[list[Document]],
    task: Task,
    around: Surroundings,
    tally: Tally,
    *,
    asks: bool = True,
) -> Iterator[tuple[list[Document], list[Outcome]]]:
    """Prepare batches in the workers: each while the one before is dealt with.

    Unless it `asks`, no model is asked for a summary; what one wrote before is taken all the same.
    """
    waiting: tuple[list[Document], Pending] | None = None
    for batch in batches:
        pending = around.workers.submit(batch, task.rules, task.summary_words, tally.now)
        if waiting:
            yield waiting[0], _outcomes(waiting[1], task, around, asks=asks)
        waiting = (batch, pending)
    if waiting:
        yield waiting[0], _outcomes(waiting[1], task, around, asks=asks)


def tell_unwritten(task: Task, tally: Tally) -> None:
    """Report, once all of a run is done, the summaries that a model was asked for in vain."""
    for note in task.writer.notes() if task.writer else ():
        tally.trouble("", note, failed=False)


def _outcomes(pending: Pending, task: Task, around: Surroundings, *, asks: bool) -> list[Outcome]:
    """What was made of a batch, with the summaries that a model wrote."""
    outcomes = list(pending.results())
    if task.writer:
        outcomes = task.writer.rewritten(outcomes, around.stopping, asks=asks)
        if asks and around.stopping():  # what was not written for that will be
            raise Stopped
    return outcomes
