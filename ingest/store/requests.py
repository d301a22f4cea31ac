"""One-off refreshes asked of the daemon: a row each, taken within a second, then followed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from ingest.store.engine import Transaction
from ingest.store.schema import request

_KEPT = timedelta(days=1)  # a done request: whoever asked has looked


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A refresh asked for: names of sources, none for what is due. `runs` once it is done."""

    id: int
    sources: tuple[str, ...]
    runs: tuple[int, ...] = ()
    done: bool = False


def ask(tx: Transaction, sources: Sequence[str], now: datetime) -> int:
    """Leave a request for the daemon; returns its id. Those done long ago are forgotten."""
    long_ago = (now - _KEPT).timestamp()
    tx.execute(request.delete().where(request.c.done_at < long_ago))
    values = {"sources": json.dumps(list(sources)), "asked_at": now.timestamp()}
    return int(tx.execute(insert(request).values(values).returning(request.c.id)).scalar_one())


def waiting(tx: Transaction) -> bool:
    """Whether a request waits to be taken: a look that takes no write lock."""
    statement = select(request.c.id).where(request.c.taken_at.is_(None)).limit(1)
    return tx.execute(statement).scalar() is not None


def take(tx: Transaction, now: datetime) -> list[Request]:
    """Take every request that nobody has taken, in the order they were asked."""
    waiting = select(request).where(request.c.taken_at.is_(None)).order_by(request.c.id)
    rows = tx.execute(waiting).all()
    for row in rows:
        mine = update(request).where(request.c.id == row.id)
        tx.execute(mine.values(taken_at=now.timestamp()))
    return [Request(id=row.id, sources=tuple(json.loads(row.sources))) for row in rows]


def done(tx: Transaction, asked: int, runs: Sequence[int], now: datetime) -> None:
    """Say that a request is done, and by which runs."""
    mine = update(request).where(request.c.id == asked)
    tx.execute(mine.values(done_at=now.timestamp(), runs=json.dumps(sorted(runs))))


def look(tx: Transaction, asked: int) -> Request | None:
    """A request as it stands; None when there is no such one."""
    row = tx.execute(select(request).where(request.c.id == asked)).one_or_none()
    if row is None:
        return None
    return Request(
        id=row.id,
        sources=tuple(json.loads(row.sources)),
        runs=tuple(json.loads(row.runs)),
        done=row.done_at is not None,
    )


def withdraw_all(tx: Transaction, now: datetime) -> None:
    """Close what a dead daemon left: its askers see a request done without runs."""
    open_ones = update(request).where(request.c.done_at.is_(None))
    tx.execute(open_ones.values(taken_at=now.timestamp(), done_at=now.timestamp()))
