"""Runs: when each began, how it ended, and what it found wrong."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, and_, bindparam, delete, func, insert, or_, select, update

from ingest.store import schema
from ingest.store.engine import Transaction
from ingest.store.sources import SourceState
from ingest.store.values import hints_text

_S = schema.source.c
_R = schema.run.c
_REPORT_CAP = 200  # problems kept in one report
_QUIET = timedelta(days=2)  # how long a run without news is kept …
_NEWS = timedelta(days=90)  # … and one with news
_DAY = 86_400  # seconds; old runs are looked for once a day
_LOOKED_BACK = 500  # runs that are read to tell since when something fails
_SWEEP = 5_000  # runs forgotten at once: far more than come between two sweeps


_NEWEST = 2**62  # above every run's number

# Built once: building a statement takes longer than running it, and every poll needs these.
_INSERT = insert(schema.run).returning(_R.id)
_END = update(schema.source).where(_S.id == bindparam("source_id"))
_EARLIER = (
    select(_R.outcome, _R.report, _R.ended_at)
    .where(
        _R.source == bindparam("source"),
        _R.id < bindparam("number"),
        _R.task == bindparam("task"),
    )
    .order_by(_R.id.desc())
    .limit(1)
)
_OLD = (
    select(_R.id)
    .where(
        _R.source == bindparam("source"),
        _R.id < bindparam("number"),
        or_(
            and_(_R.news.is_(False), _R.ended_at < bindparam("quiet")),
            and_(_R.news.is_(True), _R.ended_at < bindparam("news")),
        ),
    )
    .limit(_SWEEP)
)

RunTask = Literal["ingest", "re-extract", "learn"]
"""What a run does with its source: look at it, normalize again what is stored of it, or do so with
what holds passages of which an operator decided whether they stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One problem of a run: where, what, what to do, and whether something failed because of it."""

    origin: str
    reason: str
    failed: bool = True
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """How one run of one source ended. `outcome` is "ok", "partial", "failed" or "cut short".

    While it is under way, `done` of `total` documents have been looked at.
    `news`: it changed something, or did not end as the run before it.
    """

    source: str
    started_at: datetime
    ended_at: datetime | None = None
    outcome: str = ""
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    failed: int = 0
    troubles: tuple[Trouble, ...] = field(default=())
    id: int = 0
    task: RunTask = "ingest"
    done: int = 0
    total: int = 0
    news: bool = True


def start_run(tx: Transaction, source: str, now: datetime, task: RunTask = "ingest") -> int:
    """Open a run; until it ends, nothing of the source is exposed."""
    tx.execute(update(schema.source).where(_S.id == source).values(settled=False))
    opened = insert(schema.run).values(source=source, started_at=now.timestamp(), task=task)
    return int(tx.execute(opened.returning(_R.id)).scalar_one())


def note_progress(tx: Transaction, run: int, done: int, total: int) -> None:
    """Note how far a run is, for those who follow it."""
    tx.execute(update(schema.run).where(_R.id == run).values(done=done, total=total))


def under_way(tx: Transaction) -> list[RunReport]:
    """The runs that have not ended, in order; with their sources' internal ids."""
    rows = tx.execute(select(schema.run).where(_R.ended_at.is_(None)).order_by(_R.id))
    return [_report(row) for row in rows]


def end_run(
    tx: Transaction, state: SourceState, report: RunReport, *, next_due: datetime | None, why: str
) -> int:
    """Close an ingestion with its report and say when the source is next due; forget old ones.

    `state` is the source's after the run; `next_due` None stops it. Returns the run's number: it
    may not have been opened before.
    """
    number = _put_report(tx, state.id, report)
    due = state.next_due if next_due is None else next_due
    kept = {name: getattr(state, name) for name in ("errors", "settled", "rules", "quiet")}
    values = {
        "source_id": state.id,
        "next_due": due.timestamp(),
        "gap": None if state.gap is None else state.gap.total_seconds(),
        "hints": hints_text(state.hints),
        "stopped": next_due is None,
        "why": why,
    }
    tx.execute(_END, values | kept)
    return number


def _before(tx: Transaction, source: str, report: RunReport) -> tuple[str, str, float] | None:
    """Outcome, problems and end of the source's last run before this of its kind."""
    values = {"source": source, "number": report.id or _NEWEST, "task": report.task}
    row = tx.execute(_EARLIER, values).one_or_none()
    return (row.outcome, row.report, row.ended_at or 0.0) if row else None


def _forget_old(tx: Transaction, source: str, before: int, now: datetime) -> None:
    """Forget the source's runs before that one that are too old: a folder makes 1,440 a day."""
    quiet, news = ((now - kept).timestamp() for kept in (_QUIET, _NEWS))
    old = {"source": source, "number": before, "quiet": quiet, "news": news}
    if ids := tx.execute(_OLD, old).scalars().all():
        tx.execute(delete(schema.run).where(_R.id.in_(ids)))


def end_reextract(tx: Transaction, state: SourceState, report: RunReport, *, rules: str) -> None:
    """Close a re-extraction: its source is due when it was, and as settled as it was before.

    `rules` is the digest of those that all its documents have been read with by now.
    """
    _put_report(tx, state.id, report)
    values = {"settled": state.settled, "rules": rules}
    tx.execute(update(schema.source).where(_S.id == state.id).values(values))


def cut_short(tx: Transaction, now: datetime, run: int | None = None) -> int:
    """Close the run `run`, or with the data lock held all that a dead process left open.

    Returns how many there were. Their sources stay unsettled and due.
    """
    statement = update(schema.run).where(_R.ended_at.is_(None))
    if run is not None:
        statement = statement.where(_R.id == run)
    return tx.execute(statement.values(ended_at=now.timestamp(), outcome="cut short")).rowcount


def last_runs(tx: Transaction) -> dict[str, RunReport]:
    """The newest ended ingestion of each source, by the source's internal id."""
    newest = (
        select(func.max(_R.id))
        .where(_R.ended_at.is_not(None), _R.task == "ingest")
        .group_by(_R.source)
        .scalar_subquery()
    )
    rows = tx.execute(select(schema.run).where(_R.id.in_(newest)))
    return {row.source: _report(row) for row in rows}


def last_run(tx: Transaction, source: str) -> RunReport | None:
    """The newest ended ingestion of the source of that internal id; None when there is none."""
    over = (_R.source == source) & _R.ended_at.is_not(None) & (_R.task == "ingest")
    row = tx.execute(select(schema.run).where(over).order_by(_R.id.desc()).limit(1)).first()
    return _report(row) if row else None


def history(tx: Transaction, source: str = "") -> Iterator[RunReport]:
    """Every run that is remembered, newest first, of the source of that internal id or of all."""
    statement = select(schema.run).order_by(_R.id.desc())
    for row in tx.execute(statement.where(_R.source == source) if source else statement):
        yield _report(row)


def failing_since(tx: Transaction, source: str) -> dict[str, datetime]:
    """When what failed in the source's last ingestion first failed without a break, by origin."""
    over = _R.outcome.not_in(("", "cut short"))
    statement = select(schema.run).where(_R.source == source, over, _R.task == "ingest")
    since: dict[str, datetime] = {}
    still: set[str] | None = None
    for row in tx.execute(statement.order_by(_R.id.desc()).limit(_LOOKED_BACK)):
        run = _report(row)
        failed = {trouble.origin for trouble in run.troubles if trouble.failed}
        still = failed if still is None else still & failed
        if not still:
            break
        since |= dict.fromkeys(still, run.started_at)
    return since


def ended(tx: Transaction) -> set[str]:
    """Internal ids of the sources that have come to the end of an ingestion, however it ended."""
    over = _R.outcome.not_in(("", "cut short"))
    statement = select(_R.source).where(over, _R.task == "ingest").distinct()
    return set(tx.execute(statement).scalars())


def named(run: RunReport, names: Mapping[str, str]) -> RunReport:
    """The report with the source's name instead of its internal id."""
    return replace(run, source=names.get(run.source, run.source))


def reports(tx: Transaction, ids: Collection[int]) -> list[RunReport]:
    """The runs with those ids, in order."""
    rows = tx.execute(select(schema.run).where(_R.id.in_(ids)).order_by(_R.id))
    return [_report(row) for row in rows]


_PLAIN = ("id", "source", "outcome", "task", "done", "total")
_COUNTS = ("new", "updated", "unchanged", "removed", "failed")


def _put_report(tx: Transaction, source: str, report: RunReport) -> int:
    """Write a run as it ended; returns its number."""
    ended = report.ended_at or report.started_at
    troubles = [asdict(trouble) for trouble in report.troubles[:_REPORT_CAP]]
    said = json.dumps(troubles, ensure_ascii=False)
    changed = report.new or report.updated or report.removed
    before = _before(tx, source, report)
    values = {
        "ended_at": ended.timestamp(),
        "outcome": report.outcome,
        "report": said,
        "news": bool(changed) or before is None or before[:2] != (report.outcome, said),
        **{name: getattr(report, name) for name in _COUNTS},
    }
    number = report.id
    if number:
        tx.execute(update(schema.run).where(_R.id == number).values(values))
    else:
        values |= {"source": source, "started_at": report.started_at.timestamp()}
        number = int(tx.execute(_INSERT, values | {"task": report.task}).scalar_one())
    if before is None or before[2] // _DAY != ended.timestamp() // _DAY:
        _forget_old(tx, source, number, ended)
    return number


def _report(row: Row[Any]) -> RunReport:
    values: dict[str, Any] = dict(row._mapping)  # noqa: SLF001 - public in spite of its name
    plain = {name: values[name] for name in (*_PLAIN, *_COUNTS)}
    return RunReport(
        **plain,
        news=bool(row.news),
        started_at=_time(row.started_at),
        ended_at=_time(row.ended_at) if row.ended_at is not None else None,
        troubles=tuple(Trouble(**item) for item in json.loads(row.report)),
    )


def _time(value: float) -> datetime:
    return datetime.fromtimestamp(value, UTC)
