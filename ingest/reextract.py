"""Normalizing stored documents again, without fetching: after an upgrade or another setting."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial

from ingest.again import Books, bodies, opened
from ingest.article import Article, Draft, Hint, Image
from ingest.entry import Entry
from ingest.filing import Change, Verdict, file_again, judge
from ingest.relearn import note, relearn
from ingest.significance import difference, significant
from ingest.store import Transaction, articles, published, runs
from ingest.store.runs import RunReport
from ingest.tally import Tally
from ingest.task import Progress, Surroundings, Task, attempt, prepared, tell_unwritten

_LONGEST = 1_000  # characters of a field's value that are shown
_UNSHOWN = frozenset(
    {"origin", "origins", "declared_id", "html", "text", "warnings", "passages", "shared"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What normalizing a document again makes otherwise than it is stored.

    `fields` are (name, before, after) of what differs, as text; `gone` and `come` count the words
    of the text. `significant`: subscribers would see it. `error` says why no article can be made of
    the document any more; what is stored of it stays then. `new`: none could be made before.
    """

    origin: str
    title: str
    article: str = ""
    new: bool = False
    fields: tuple[tuple[str, str, str], ...] = ()
    gone: int = 0
    come: int = 0
    significant: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What re-extraction would do with some documents, `bodiless` of which cannot be read again."""

    documents: int
    bodiless: int
    differences: tuple[Difference, ...]


def preview(task: Task, around: Surroundings) -> Iterator[Preview]:
    """Tell what `reextract` would change, a batch of documents after the other. Writes nothing.

    Raises StoreError, and Stopped when the process is told to end.
    """
    books = opened(task, around, around.clock())
    progress = Progress(around, None, total=len(books.origins))
    batches = bodies(task, around, books, progress)
    for documents, outcomes in prepared(batches, task, around, books.tally, asks=False):
        with around.store.read() as tx:
            verdicts = judge(tx, documents, outcomes, books.tally)
            found = tuple(_differences(tx, verdicts, books.tally))
        yield Preview(documents=len(documents), bodiless=0, differences=found)
    if books.bodiless:
        yield Preview(documents=books.bodiless, bodiless=books.bodiless, differences=())


def reextract(task: Task, around: Surroundings) -> RunReport:
    """Normalize the stored documents of one source again and file what changed: a run of its own.

    Nothing is fetched and no file is read, and the source is due when it was. Stored documents stay
    as they are but for the article that is made of them: a file that changed meanwhile is still
    read. When the bodies of all that are there were kept, the next ingestion need not read them
    again for having other rules.
    """
    now = around.clock()
    with around.store.write() as tx:
        run = runs.start_run(tx, task.state.id, now, "re-extract")
    books = opened(task, around, now)
    progress = Progress(around, lambda _: run, total=len(books.origins))
    work = partial(_file_all, task, around, books, progress)
    outcome = attempt(work, books.tally)
    report = books.tally.report(run, around.clock(), outcome, "re-extract")
    _close(task, around, report, whole=not books.unread)
    return report


def apply_learned(task: Task, around: Surroundings) -> RunReport:
    """Make those articles anew of which an operator decided what of the shared stays in them."""
    now = around.clock()
    with around.store.write() as tx:
        run = runs.start_run(tx, task.state.id, now, "learn")
    tally = task.tally({}, now)
    progress = Progress(around, lambda _: run)
    outcome = attempt(partial(_relearn, task, around, tally, progress), tally)
    report = tally.report(run, around.clock(), outcome, "learn")
    _close(task, around, report, whole=False)
    return report


def _relearn(task: Task, around: Surroundings, tally: Tally, progress: Progress) -> None:
    relearn(task, around, tally, progress)
    tell_unwritten(task, tally)


def _file_all(task: Task, around: Surroundings, books: Books, progress: Progress) -> None:
    batches = bodies(task, around, books, progress)
    for documents, outcomes in prepared(batches, task, around, books.tally):
        with around.store.write() as tx:
            note(tx, file_again(tx, documents, outcomes, books.tally), books.tally)
    if books.bodiless:
        reason = f"documents without a kept body: {books.bodiless}; they stay as they were"
        books.tally.trouble("", reason, failed=False)
    relearn(task, around, books.tally, progress)
    tell_unwritten(task, books.tally)


def _close(task: Task, around: Surroundings, report: RunReport, *, whole: bool) -> None:
    with around.store.write() as tx:
        if report.outcome == "cut short":
            runs.cut_short(tx, report.ended_at or report.started_at, report.id)
            return
        done = whole and report.outcome != "failed"
        rules = task.rules_digest if done else task.state.rules
        runs.end_reextract(tx, task.state, report, rules=rules)


def _differences(tx: Transaction, verdicts: list[Verdict], tally: Tally) -> Iterator[Difference]:
    known = {one.document.origin: tally.known[one.document.origin] for one in verdicts}
    stored = articles.many(tx, [before.article for before in known.values()])
    entries = published.entries(tx, stored)
    for one in verdicts:
        origin, before = one.document.origin, known[one.document.origin]
        if one.change:
            yield _changed(origin, one.change, entries.get(one.article))
        elif one.error and not before.error:
            title = stored[before.article].title if before.article in stored else ""
            yield Difference(origin=origin, title=title, article=before.article, error=one.error)


def _changed(origin: str, change: Change, entry: Entry | None) -> Difference:
    before, after = change.before, change.after
    gone, come = difference(before.text if before else "", after.text)
    return Difference(
        origin=origin,
        title=before.title if before else after.title,
        article=after.id,
        new=before is None,
        fields=tuple(_fields(before, after)) if before else (),
        gone=gone.total(),
        come=come.total(),
        significant=bool(entry and not entry.removed and significant(entry, after)),
    )


def _fields(before: Article, after: Article) -> Iterator[tuple[str, str, str]]:
    for field in fields(Draft):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if field.name not in _UNSHOWN and old != new:
            yield field.name, _shown(old), _shown(new)


def _shown(value: object) -> str:
    """A field's value for people: "" when it is empty."""
    if isinstance(value, tuple):
        return ", ".join(_shown(item) for item in value)[:_LONGEST]
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, Image):
        return value.url
    if isinstance(value, Hint):
        return value.title or value.url
    return str(value or "")[:_LONGEST]
