"""Articles that are there, and taking leave of those that are not."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, func, select, update

from ingest.store import postings, schema, succession
from ingest.store.engine import Transaction, next_change, parts

_T = schema.article.c


def remove(tx: Transaction, ids: Collection[str], now: datetime) -> int:
    """Mark articles as removed, and those they succeeded. Returns how many were.

    Their rows, aliases and entries stay.
    """
    removed: list[int] = []
    for article in sorted(set(ids) | succession.predecessors(tx, ids)):
        statement = update(schema.article).where(_T.id == article, _T.removed_at.is_(None))
        values = {"removed_at": now.timestamp(), "change": next_change(tx, "article")}
        removed += tx.execute(statement.values(values).returning(_T.number)).scalars()
    postings.forget_terms(tx, removed)
    return len(removed)


def live(tx: Transaction, source: str, ids: Collection[str]) -> set[str]:
    """Those of `ids` that are articles of `source` and not removed."""
    found: set[str] = set()
    for part in parts(sorted(ids)):
        mine = select(_T.id).where(_T.id.in_(part), _T.source == source, _T.removed_at.is_(None))
        found |= set(tx.execute(mine).scalars())
    return found


def count_live(tx: Transaction, source: str, *, before: datetime | None = None) -> int:
    """How many articles of `source` are neither removed nor succeeded by another; with `before`, of
    those first seen earlier."""
    there = and_(_T.removed_at.is_(None), _T.successor == "")
    statement = select(func.count()).where(_T.source == source, there)
    if before is not None:
        statement = statement.where(_T.first_seen < before.timestamp())
    return int(tx.execute(statement).scalar_one())
