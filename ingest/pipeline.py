"""One source's run, read top to bottom: list, read, prepare, file, learn, report."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, islice
from time import monotonic

from ingest.article import Document, NotModified, Validators
from ingest.errors import ExtractError, GoneError, IngestError, RobotsError, VanishedError
from ingest.filing import digest_of, file_batch
from ingest.gone import take_leave
from ingest.relearn import keep_still, learn_on_the_way, note, relearn
from ingest.settle import settle
from ingest.sources import Listing, Seen
from ingest.store import Transaction, runs, sources
from ingest.store.runs import RunReport
from ingest.store.sources import Known
from ingest.tally import Tally
from ingest.task import (
    BATCH,
    BATCH_BYTES,
    Progress,
    Stopped,
    Surroundings,
    Task,
    attempt,
    prepared,
    tell_unwritten,
)

_BATCH_SECONDS = 1.0
_LONG = timedelta(days=1)


def ingest(task: Task, around: Surroundings) -> RunReport:
    """Run one source to its end and report; every expected error is in the report.

    Batches of at most 100 documents, 8 MB or one second are stored in a transaction each; the last
    one writes the report and the time the source is next due. A run that finds nothing writes that
    one only. One that is cut short (killed, or `stopping`) leaves the source unsettled and due, and
    the next one continues.
    """
    now = around.clock()
    with around.store.read() as tx:
        known = sources.known(tx, task.state.id)
    tally = task.tally(known, now)
    progress = Progress(around, partial(runs.start_run, source=task.state.id, now=now))
    outcome = attempt(partial(_look, task, around, tally, progress), tally)
    ended = around.clock()
    report = tally.report(progress.run, ended, outcome)

    def close(tx: Transaction) -> int:
        if report.outcome != "cut short":
            return settle(tx, task, report, tally, ended)
        runs.cut_short(tx, ended, progress.opened(tx))
        return progress.run

    return replace(report, id=around.store.together(close))


def _look(task: Task, around: Surroundings, tally: Tally, progress: Progress) -> None:
    try:
        listing = listed(task, tally, progress)
    except IngestError:
        if around.stopping():  # what was given up for that is no failure of its source
            raise Stopped from None
        raise
    _file_all(task, around, listing, tally, progress)
    _take_leave(task, around, listing, tally)
    relearn(task, around, tally, progress)
    tell_unwritten(task, tally)


def listed(task: Task, tally: Tally, progress: Progress) -> Listing:
    """What the source holds now, noted in the tally. Raises IngestError."""
    listing = task.reader.listing(_seen(tally.known))
    tally.hints, tally.offer = listing.hints, listing.offer
    tally.expect([found.origin for found in listing.found])
    if task.rules.kind not in {"files", "urls"}:  # what left a list was not moved to a new place
        tally.missing = {}
    tally.index = listing.led_to
    for origin, reason in listing.troubles:
        tally.trouble(origin, reason)
    for origin, reason in listing.warnings:
        tally.trouble(origin, reason, failed=False)
    progress.total = len(listing.found)
    if listing.rests:
        tally.present = None
        tally.unchanged += sum(not one.gone for one in tally.known.values())
    return listing


def _file_all(
    task: Task, around: Surroundings, listing: Listing, tally: Tally, progress: Progress
) -> None:
    """Read what changed and file it, one batch while the workers prepare the next.

    What the first batches teach is left out of those behind, twice as many each time: of a large
    folder that is new, little has to be done again in the end.
    """
    found = batches(task, around, listing, tally, progress)
    at_once = 1
    while batch := next(found, None):
        if at_once > 1:
            task = learn_on_the_way(task, around, tally)
        some = chain([batch], islice(found, at_once - 1))
        for documents, outcomes in prepared(some, task, around, tally):
            with around.store.write() as tx:
                progress.opened(tx)
                verdicts = file_batch(tx, documents, outcomes, tally)
                # The same bytes say nothing new, however a newer version or other rules read them.
                keep_still(tx, [one for one in verdicts if one.same], small=False)
                note(tx, verdicts, tally)
        at_once *= 2


def batches(
    task: Task, around: Surroundings, listing: Listing, tally: Tally, progress: Progress
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
        progress.step()
        if found.unchanged and not task.other_rules:
            _unchanged(found.origin, tally)
            continue
        document = _read(task, around, found.origin, contents, tally)
        if document is None:
            continue
        batch.append(document)
        size += len(document.body)
        slow = monotonic() - began > _BATCH_SECONDS
        if len(batch) >= BATCH or size >= BATCH_BYTES or slow:
            yield batch
            batch, size, began = [], 0, monotonic()
    if around.stopping():  # what could not be fetched for that is no failure of its source
        raise Stopped
    if batch:
        yield batch


def _read(
    task: Task, around: Surroundings, origin: str, contents: dict[str, str], tally: Tally
) -> Document | None:
    """A document that must be prepared; None when it need not be, which is then in the tally."""
    before = tally.known.get(origin)
    if before and not before.gone and _is_fresh(task, origin, tally.now):
        _unchanged(origin, tally)
        return None
    validators, stored = _asked_with(task, around, origin, before)
    try:
        document = task.reader.read(origin, validators, tally.now)
    except GoneError as error:
        gone = not task.removes_gone
        tally.trouble(origin, error.reason, failed=gone, advice=error.advice)
        if task.removes_gone and before and tally.claimed.get(before.article) == origin:
            del tally.claimed[before.article]
        return None
    except IngestError as error:
        # the next run will see what became of it; who does not let us in has his reasons
        excused = isinstance(error, VanishedError | RobotsError)
        tally.trouble(origin, error.reason, failed=not excused, advice=error.advice)
        tally.kept.add(origin)
        return None
    if isinstance(document, NotModified):
        if stored:
            return replace(stored, fetched_at=tally.now, validators=document.validators)
        tally.touched[origin] = (tally.known[origin].modified_ns, document.validators)
        _unchanged(origin, tally)
        return None
    digest = digest_of(document)
    if before and before.digest == digest and not (task.other_rules or before.gone):
        tally.touched[origin] = (document.modified_ns, document.validators)
        _unchanged(origin, tally)
        return None
    if not document.url and contents.setdefault(digest, origin) != origin and not before:
        tally.trouble(origin, f"is a copy of {contents[digest]}; it is shown once", failed=False)
        tally.unchanged += 1
        return None
    return document


def _is_fresh(task: Task, origin: str, now: datetime) -> bool:
    """Whether a page need not be asked for, as its server promised."""
    return task.asking is not None and not task.other_rules and task.asking.fresh(origin, now)


def _asked_with(
    task: Task, around: Surroundings, origin: str, before: Known | None
) -> tuple[Validators, Document | None]:
    """What to ask for news with, and what to normalize again if there is none.

    With other rules a document is asked for like that only if its body is stored; who is back, or
    made no article, comes whole.
    """
    if before is None or not before.article or before.gone:
        return Validators(), None
    validators = before.validators
    if not (task.other_rules and validators):
        return validators, None
    with around.store.read() as tx:
        stored = sources.stored(tx, task.state.id, [origin]).get(origin)
    return (validators, stored) if stored else (Validators(), None)


def _unchanged(origin: str, tally: Tally) -> None:
    before = tally.known[origin]
    tally.kept.add(origin)
    if before.error:
        tally.trouble(origin, before.error, advice=ExtractError.advice)
    else:
        tally.unchanged += 1


def _take_leave(task: Task, around: Surroundings, listing: Listing, tally: Tally) -> None:
    """Note what was renewed and what is gone, if anything is."""
    renewed = _renewed(tally)
    if not (renewed or _left(listing, tally) or listing.index or tally.new or tally.updated):
        return
    with around.store.write() as tx:
        sources.seen_again(tx, task.state.id, renewed, tally.now)
        sources.put_index(tx, task.state.id, listing.index, listing.led_to, digest_of)
        if tally.new or tally.updated:
            sources.trim_bodies(tx, task.state.id)
        tally.removed += take_leave(
            tx, listing, tally, removes=task.removes_gone, allow_removal=task.allow_removal
        )


def _left(listing: Listing, tally: Tally) -> bool:
    """Whether anything is gone, now or since earlier."""
    if listing.complete:
        return any(one.gone or origin not in tally.kept for origin, one in tally.known.items())
    here = (found.origin for found in listing.found if found.origin in tally.known)
    return any(not tally.known[origin].gone and origin not in tally.kept for origin in here)


def _renewed(tally: Tally) -> dict[str, tuple[int, Validators]]:
    """The unchanged documents of which other than we noted is known now, or noted long ago."""
    return {
        origin: facts
        for origin, facts in tally.touched.items()
        if facts != (tally.known[origin].modified_ns, tally.known[origin].validators)
        or tally.now - tally.known[origin].fetched_at >= _LONG
    }


def _seen(known: dict[str, Known]) -> dict[str, Seen]:
    """What the source compares what is there with."""
    return {
        origin: Seen(
            size=k.size,
            modified_ns=k.modified_ns,
            fetched_at=k.fetched_at,
            stated=k.stated,
        )
        for origin, k in known.items()
        if not k.gone
    }
