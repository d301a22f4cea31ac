"""One source's run, read top to bottom: list, read, prepare, file, report."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from ingest.article import Document, Validators
from ingest.errors import GoneError, IngestError, VanishedError
from ingest.filing import Tally, digest_of, file_batch, open_tally
from ingest.gone import take_leave
from ingest.sources import Listing, Reader, Seen
from ingest.store import Store, runs, sources
from ingest.store.runs import RunReport
from ingest.store.sources import Known, SourceState
from ingest.workers import Pending, Workers

if TYPE_CHECKING:
    from ingest.normalize.rules import Rules

_BATCH = 100  # documents in one transaction
_BATCH_BYTES = 8_000_000
_BATCH_SECONDS = 1.0

log = structlog.get_logger()


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

    @property
    def fresh(self) -> bool:
        """Whether every document is read again: the rules are others than last time."""
        return self.state.rules != self.rules_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a run is given by its process: the store, workers, clock, stop flag and progress bar."""

    store: Store
    workers: Workers
    clock: Callable[[], datetime]
    stopping: Callable[[], bool] = lambda: False
    progress: Callable[[int, int], None] = lambda _done, _total: None


class Stopped(Exception):  # noqa: N818 - not an error: the process was told to end
    """The process is ending: the run is cut short and will be continued."""


def ingest(task: Task, around: Surroundings) -> RunReport:
    """Run one source to its end and report; every expected error is in the report.

    Batches of at most 100 documents, 8 MB or one second are stored in a transaction each; the last
    one writes the report and the time the source is next due. A run that is cut short (killed, or
    `stopping`) leaves the source unsettled and due, and the next one continues.
    """
    now = around.clock()
    with around.store.write() as tx:
        run = runs.start_run(tx, task.state.id, now)
        known = sources.known(tx, task.state.id)
    tally = open_tally(
        known, (), source=task.state.id, namespace=task.namespace, language=task.language, now=now
    )
    removed = 0
    try:
        listing = task.reader.listing(_seen(known))
        tally = open_tally(
            known,
            [found.origin for found in listing.found],
            source=task.state.id,
            namespace=task.namespace,
            language=task.language,
            now=now,
        )
        for origin, reason in listing.troubles:
            tally.trouble(origin, reason)
        _file_all(task, around, listing, tally)
        removed = _take_leave(task, around, listing, tally)
        outcome = "ok" if not tally.failed else "partial"
    except Stopped:
        outcome = "cut short"
    except IngestError as error:
        tally.trouble(error.origin, error.reason)
        outcome = "failed"
    except Exception as error:
        log.exception("run failed unexpectedly", source=task.state.name)
        reason = f"unexpected {type(error).__name__}: {error}; the log has the traceback"
        tally.trouble("", reason[:500])
        outcome = "failed"
    return _close(task, around, tally, run, removed, outcome)


def _file_all(task: Task, around: Surroundings, listing: Listing, tally: Tally) -> None:
    """Read what changed and file it, one batch while the workers prepare the next."""
    waiting: tuple[list[Document], Pending] | None = None
    total = len(listing.found)
    for batch in _batches(task, around, listing, tally):
        pending = around.workers.submit(batch, task.rules, task.summary_words, tally.now)
        if waiting:
            _file(around, *waiting, tally)
        waiting = (batch, pending)
        around.progress(len(tally.kept) + len(batch), total)
    if waiting:
        _file(around, *waiting, tally)
    around.progress(total, total)


def _file(around: Surroundings, documents: list[Document], pending: Pending, tally: Tally) -> None:
    outcomes = list(pending.results())
    with around.store.write() as tx:
        file_batch(tx, documents, outcomes, tally)


def _batches(
    task: Task, around: Surroundings, listing: Listing, tally: Tally
) -> Iterator[list[Document]]:
    """Read what changed, in batches; count what did not, and report what cannot be read."""
    batch: list[Document] = []
    size, began = 0, monotonic()
    contents = {
        tally.known[origin].digest: origin
        for origin in (found.origin for found in listing.found)
        if origin in tally.known and not tally.known[origin].gone
    }
    for found in listing.found:
        if around.stopping():
            raise Stopped
        if found.unchanged and not task.fresh:
            _unchanged(found.origin, tally)
            continue
        document = _read(task, found.origin, contents, tally)
        if document is None:
            continue
        batch.append(document)
        size += len(document.body)
        slow = monotonic() - began > _BATCH_SECONDS
        if len(batch) >= _BATCH or size >= _BATCH_BYTES or slow:
            yield batch
            batch, size, began = [], 0, monotonic()
    if around.stopping():  # what could not be fetched for that is no failure of its source
        raise Stopped
    if batch:
        yield batch


def _read(task: Task, origin: str, contents: dict[str, str], tally: Tally) -> Document | None:
    """A document that must be prepared; None when it need not be, which is then in the tally."""
    before = tally.known.get(origin)
    asked = before and before.article and not (task.fresh or before.gone)  # who is back comes whole
    validators = _validators(before) if before and asked else Validators()
    try:
        document = task.reader.read(origin, validators, tally.now)
    except GoneError as error:
        tally.trouble(origin, error.reason, failed=not task.removes_gone)
        if task.removes_gone and before and tally.claimed.get(before.article) == origin:
            del tally.claimed[before.article]
        return None
    except IngestError as error:
        vanished = isinstance(error, VanishedError)  # the next run will see what became of it
        tally.trouble(origin, error.reason, failed=not vanished)
        tally.kept.add(origin)
        return None
    if isinstance(document, Validators):
        tally.touched[origin] = (tally.known[origin].modified_ns, document)
        _unchanged(origin, tally)
        return None
    digest = digest_of(document.body)
    if before and before.digest == digest and not (task.fresh or before.gone):
        tally.touched[origin] = (document.modified_ns, document.validators)
        _unchanged(origin, tally)
        return None
    if not document.url and contents.setdefault(digest, origin) != origin and not before:
        tally.trouble(origin, f"is a copy of {contents[digest]}; it is shown once", failed=False)
        tally.unchanged += 1
        return None
    return document


def _unchanged(origin: str, tally: Tally) -> None:
    before = tally.known[origin]
    tally.kept.add(origin)
    if before.error:
        tally.trouble(origin, before.error)
    else:
        tally.unchanged += 1


def _take_leave(task: Task, around: Surroundings, listing: Listing, tally: Tally) -> int:
    """Note what was renewed and what is gone; returns how many articles were removed."""
    with around.store.write() as tx:
        sources.seen_again(tx, task.state.id, _renewed(tally))
        if tally.new or tally.updated:
            sources.trim_bodies(tx, task.state.id)
        return take_leave(
            tx, listing, tally, removes=task.removes_gone, allow_removal=task.allow_removal
        )


def _close(
    task: Task, around: Surroundings, tally: Tally, run: int, removed: int, outcome: str
) -> RunReport:
    ended = around.clock()
    if outcome == "partial" and not (tally.new or tally.updated or tally.unchanged):
        outcome = "failed"
    report = RunReport(
        id=run,
        source=task.state.name,
        started_at=tally.now,
        ended_at=ended,
        outcome=outcome,
        new=tally.new,
        updated=tally.updated,
        unchanged=tally.unchanged,
        removed=removed,
        failed=tally.failed,
        troubles=tuple(tally.troubles),
    )
    errors = task.state.errors + 1 if outcome == "failed" else 0
    with around.store.write() as tx:
        if outcome == "cut short":
            runs.cut_short(tx, ended, run)
        else:
            due = task.next_due(errors, ended)
            runs.end_run(tx, task.state, report, next_due=due, rules=task.rules_digest)
    return report


def _renewed(tally: Tally) -> dict[str, tuple[int, Validators]]:
    """The unchanged documents whose time or validators are other than we noted."""
    return {
        origin: facts
        for origin, facts in tally.touched.items()
        if facts != (tally.known[origin].modified_ns, _validators(tally.known[origin]))
    }


def _seen(known: dict[str, Known]) -> dict[str, Seen]:
    """What the source compares what is there with."""
    return {
        origin: Seen(size=k.size, modified_ns=k.modified_ns, validators=_validators(k))
        for origin, k in known.items()
        if not k.gone
    }


def _validators(before: Known) -> Validators:
    return Validators(etag=before.etag, last_modified=before.last_modified)
