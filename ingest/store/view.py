"""What operators do to what subscribers see: hide, unhide, republish."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import case, select, update

from ingest.entry import AGAIN, AGAIN_SAME_DATE
from ingest.store import schema
from ingest.store.editions import considered
from ingest.store.engine import Transaction, next_change, parts
from ingest.store.schema import eligible

_E = schema.entry.c


def hide(tx: Transaction, ids: Collection[str], now: datetime) -> list[str]:
    """Take articles from public view until they are unhidden; returns those that were in view.

    It holds whatever their source does. One that no feed has looked at is never exposed meanwhile.
    """
    t = schema.article.c
    looked = considered(tx)
    found: list[str] = []
    for part in parts(sorted(ids)):
        seen = select(t.id, t.source, t.since).where(t.id.in_(part), t.hidden_at.is_(None))
        rows = tx.execute(seen.order_by(t.id)).all()
        new = [row.id for row in rows if row.since and row.since > looked.get(row.source, 0)]
        tx.execute(update(schema.article).where(t.id.in_(new)).values(since=0))
        values = {"hidden_at": now.timestamp(), "change": next_change(tx, "article")}
        here = t.id.in_([row.id for row in rows])
        tx.execute(update(schema.article).where(here).values(values))
        found += [row.id for row in rows]
    return found


def unhide(tx: Transaction, ids: Collection[str]) -> list[str]:
    """Put hidden articles back in view, in their old places; returns those that were hidden."""
    t = schema.article.c
    found: list[str] = []
    for part in parts(sorted(ids)):
        change = next_change(tx, "article")
        since = case((t.since == 0, change), else_=t.since)
        values = {"hidden_at": None, "change": change, "since": since}
        hidden = update(schema.article).where(t.id.in_(part), t.hidden_at.is_not(None))
        found += sorted(tx.execute(hidden.values(values).returning(t.id)).scalars())
    return found


def republish(tx: Transaction, ids: Collection[str], *, keep_date: bool) -> list[str]:
    """Have the next publish freeze these articles as they are, however small the change was.

    As an update, or with `keep_date` without a new `updated`. Returns those that subscribers can
    see, for whom alone that is done.
    """
    shown = select(schema.article.c.id).where(schema.article.c.id.in_(sorted(ids)), eligible())
    mine = update(schema.entry).where(_E.article.in_(shown), _E.removed.is_(False))
    mark = AGAIN_SAME_DATE if keep_date else AGAIN
    found = sorted(tx.execute(mine.values(judged=mark).returning(_E.article)).scalars())
    if found:
        next_change(tx, "article")  # editions of an older one are looked at again
    return found
