"""One-off work asked of the daemon: a row each, taken within a second, then followed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from ingest.store.engine import Transaction
from ingest.store.runs import RunTask
from ingest.store.schema import request

_R = request.c
_STALE = timedelta(hours=1)  # by then whoever asked has looked, or waits no longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked for: a `task` for the named sources, then to publish; no sources: publish only.

    `runs` are the ids of its runs and `answer` what publishing did, both once it is `done`.
    """

    id: int
    task: RunTask
    sources: tuple[str, ...]
    allow_removal: bool = False
    taken: bool = False
    done: bool = False
    runs: tuple[int, ...] = ()
    answer: str = ""


def ask(
    tx: Transaction,
    sources: Sequence[str],
    now: datetime,
    *,
    task: RunTask = "ingest",
    allow_removal: bool = False,
) -> int:
    """Leave a request for the daemon; returns its id. Those done long ago are forgotten."""
    tx.execute(delete(request).where(_R.done_at < (now - _STALE).timestamp()))
    values = {
        "task": task,
        "sources": json.dumps(list(sources)),
        "allow_removal": allow_removal,
        "asked_at": now.timestamp(),
    }
    return int(tx.execute(insert(request).values(values).returning(_R.id)).scalar_one())


def waiting(tx: Transaction) -> bool:
    """Whether a request waits to be taken: a look that takes no write lock."""
    return tx.execute(select(_R.id).where(_R.taken_at.is_(None)).limit(1)).scalar() is not None


def take(tx: Transaction, now: datetime) -> list[Request]:
    """Take every request that nobody has taken, in the order they were asked."""
    rows = tx.execute(select(request).where(_R.taken_at.is_(None)).order_by(_R.id)).all()
    for row in rows:
        tx.execute(update(request).where(_R.id == row.id).values(taken_at=now.timestamp()))
    return [_request(row) for row in rows]


def done(tx: Transaction, asked: int, runs: Sequence[int], answer: str, now: datetime) -> None:
    """Say that a request is done, by which runs, and what publishing did."""
    values = {"done_at": now.timestamp(), "runs": json.dumps(sorted(runs)), "answer": answer}
    tx.execute(update(request).where(_R.id == asked).values(values))


def look(tx: Transaction, asked: int) -> Request | None:
    """A request as it stands; None when there is no such one."""
    row = tx.execute(select(request).where(_R.id == asked)).one_or_none()
    return _request(row) if row else None


def withdraw(tx: Transaction, asked: int) -> None:
    """Ask no longer."""
    tx.execute(delete(request).where(_R.id == asked))


def reopen(tx: Transaction, now: datetime) -> None:
    """Let what a dead daemon left undone be taken again; not what nobody waits for any more."""
    tx.execute(delete(request).where(_R.asked_at < (now - _STALE).timestamp()))
    tx.execute(update(request).where(_R.done_at.is_(None)).values(taken_at=None))


def _request(row: Row[Any]) -> Request:
    return Request(
        id=row.id,
        task=row.task,
        sources=_names(row.sources),
        allow_removal=bool(row.allow_removal),
        taken=row.taken_at is not None,
        done=row.done_at is not None,
        runs=tuple(json.loads(row.runs)),
        answer=row.answer,
    )


def _names(text: str) -> tuple[str, ...]:
    """The names in a row; none when it is not one of ours, for one bad row must not stop others."""
    try:
        found = json.loads(text)
    except ValueError:
        return ()
    names = found if isinstance(found, list) else []
    return tuple(name for name in names if isinstance(name, str))
