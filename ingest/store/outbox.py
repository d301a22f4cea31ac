"""What is to be told to others over HTTP, until it was told: one row for each thing to tell.

A row is a kind of message, whom it goes to and what it is about. There is at most one of each: what
comes while one waits, or is under way, only makes it newer.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Float,
    Index,
    Integer,
    Row,
    Table,
    Text,
    UniqueConstraint,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from ingest.store import schema
from ingest.store.engine import Transaction

_FAR = timedelta(days=3)  # nothing waits longer: due later than that is what a wrong clock said

outbox = Table(
    "outbox",
    schema.metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("round", Integer, nullable=False),  # how often it was posted since it was last told
    Column("posted_at", Float, nullable=False),  # the oldest of what was not told
    Column("due_at", Float, nullable=False),
    Column("tries", Integer, nullable=False),  # that failed in a row
    Column("failure", Text, nullable=False),  # of the last one
    UniqueConstraint("kind", "target", "topic"),
    Index("outbox_due", "due_at"),
)

_O = outbox.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message that waits: its `kind`, whom it goes to and what it is about.

    `round` tells a newer posting of it from this one; `tries` have failed in a row.
    """

    id: int
    kind: str
    target: str
    topic: str
    round: int
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """Whom messages of a `kind` do not reach: why, since when, the next try, how many wait."""

    kind: str
    target: str
    failure: str
    since: datetime
    due_at: datetime
    waiting: int


def post(tx: Transaction, kind: str, pairs: Iterable[tuple[str, str]], now: datetime) -> None:
    """Let each (target, topic) be told now; where that fails already, when it is next tried."""
    rows = [
        {
            "kind": kind,
            "target": target,
            "topic": topic,
            "round": 1,
            "posted_at": now.timestamp(),
            "due_at": now.timestamp(),
            "tries": 0,
            "failure": "",
        }
        for target, topic in pairs
    ]
    if rows:
        key, newer = ["kind", "target", "topic"], {"round": _O.round + 1}
        tx.execute(insert(outbox).on_conflict_do_update(index_elements=key, set_=newer), rows)


def due(tx: Transaction, now: datetime, limit: int) -> list[Letter]:
    """The first `limit` of what is to be told now, in the order it became due."""
    far = (now + _FAR).timestamp()
    statement = select(outbox).where(or_(_O.due_at <= now.timestamp(), _O.due_at > far))
    return [_letter(row) for row in tx.execute(statement.order_by(_O.due_at, _O.id).limit(limit))]


def told(tx: Transaction, letter: Letter, now: datetime) -> bool:
    """Take a message out that arrived; one that was posted again meanwhile is due once more.

    Where it had failed, what else waits for its target is due now. Returns whether nothing to it
    fails any more.
    """
    gone = delete(outbox).where(_O.id == letter.id, _O.round == letter.round)
    if not tx.execute(gone).rowcount:
        fresh = {"tries": 0, "failure": "", "posted_at": now.timestamp()}
        tx.execute(update(outbox).where(_O.id == letter.id).values(fresh))
    if not letter.tries:
        return False
    tx.execute(update(outbox).where(*_others(letter)).values(due_at=now.timestamp()))
    return not _fails(tx, letter)


def failed(tx: Transaction, letter: Letter, failure: str, due_at: datetime, *, whole: bool) -> bool:
    """Note why a message did not arrive, and when it is tried again; so long, if it is the `whole`
    target that fails, nothing else is.

    Returns whether this is news: nothing to this target was known to fail.
    """
    news = not _fails(tx, letter)
    at = due_at.timestamp()
    values = {"tries": letter.tries + 1, "failure": failure, "due_at": at}
    tx.execute(update(outbox).where(_O.id == letter.id).values(values))
    if whole:
        tx.execute(update(outbox).where(*_others(letter), _O.due_at < at).values(due_at=at))
    return news


def keep(tx: Transaction, kind: str, pairs: Collection[tuple[str, str]]) -> None:
    """Forget what waits of a `kind` for any (target, topic) but these."""
    rows = tx.execute(select(_O.id, _O.target, _O.topic).where(_O.kind == kind)).all()
    for row in rows:
        if (row.target, row.topic) not in pairs:
            tx.execute(delete(outbox).where(_O.id == row.id))


def failing(tx: Transaction, kinds: Collection[str]) -> list[Failing]:
    """Whom messages of these kinds do not reach, by their names."""
    statement = (
        select(
            _O.kind,
            _O.target,
            func.max(_O.failure).label("failure"),
            func.min(_O.posted_at).label("since"),
            func.min(_O.due_at).label("due"),
            func.count().label("waiting"),
        )
        .where(_O.tries > 0, _O.kind.in_(kinds))
        .group_by(_O.kind, _O.target)
        .order_by(_O.kind, _O.target)
    )
    return [
        Failing(
            kind=row.kind,
            target=row.target,
            failure=row.failure,
            since=datetime.fromtimestamp(row.since, UTC),
            due_at=datetime.fromtimestamp(row.due, UTC),
            waiting=row.waiting,
        )
        for row in tx.execute(statement)
    ]


def _others(letter: Letter) -> tuple[ColumnElement[bool], ...]:
    return (_O.kind == letter.kind, _O.target == letter.target, _O.id != letter.id)


def _fails(tx: Transaction, letter: Letter) -> bool:
    """Whether anything to the target of `letter` is known to fail."""
    same = (_O.kind == letter.kind, _O.target == letter.target, _O.tries > 0)
    return tx.execute(select(_O.id).where(*same).limit(1)).scalar() is not None


def _letter(row: Row[Any]) -> Letter:
    return Letter(
        id=row.id,
        kind=row.kind,
        target=row.target,
        topic=row.topic,
        round=row.round,
        tries=row.tries,
    )
