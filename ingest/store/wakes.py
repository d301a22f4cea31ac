"""What pushes do: they make their source due, and its looks tell whether the hub is to be trusted.

The part of `pushes` that changes with each push and each look.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from ingest.polling import Told
from ingest.store import configured
from ingest.store.engine import Transaction
from ingest.store.pushes import MINE, Push, push, push_of, put

_GAP = timedelta(minutes=1)  # at least, between two looks that pushes make …
_WIDEST = timedelta(hours=1)  # … and at least when they have long brought nothing
_DOUBLINGS = 6  # from the one to the other
_RECENT = 20  # pushes that are known again

# Built once: building a statement takes longer than running it, and every poll needs this.
_HEARD = select(push.c.heard).where(push.c.source == bindparam("of"), ~push.c.leaving)


def heard(tx: Transaction, source: str) -> int:
    """How many pushes of a source were taken."""
    return tx.execute(_HEARD, {"of": source}).scalar() or 0


def refused(tx: Transaction, one: Push, why: str) -> None:
    """Note once that what comes in its name is not taken."""
    if one.failure != why:
        put(tx, one.id, failure=why)


def take(tx: Transaction, one: Push, proof: str, now: datetime) -> bool:
    """Take a push: its source is due, soon. False for one that was taken before.

    However many come, they make a look each minute at most, and each hour at most when what they
    tell of is long not there.
    """
    row = tx.execute(select(push).where(push.c.id == one.id)).one()
    recent = json.loads(row.recent)
    if proof in recent:
        return False
    wake_at = datetime.fromtimestamp(row.wake_at, UTC)
    if not now < wake_at <= now + _WIDEST:  # no look is to come yet, or what a wrong clock said
        gap = min(_GAP * (1 << min(row.vain, _DOUBLINGS)), _WIDEST)
        wake_at = max(now, min(wake_at, now) + gap)
    put(
        tx,
        one.id,
        heard=row.heard + 1,
        wake_at=wake_at.timestamp(),
        recent=json.dumps([*recent, proof][-_RECENT:]),
        failure=one.failure if one.tries else "",
    )
    configured.hurry(tx, one.source, wake_at)
    return True


def looked(
    tx: Transaction, source: str, *, heard: int, new: bool, changed: bool, now: datetime
) -> Told:
    """Note what a look at a source found that began when so many pushes had been `heard`.

    What it says of the next look is told: a hub is trusted while the last news came by it.
    """
    row = tx.execute(MINE, {"of": source}).one_or_none()
    if row is None:
        return Told()
    told, again = heard > row.served, False
    values: dict[str, Any] = {}
    if told and not changed and not row.again:
        values["again"] = again = True
    elif told:
        values |= {"served": heard, "again": False, "vain": 0 if changed else row.vain + 1}
    if new:
        values["trusted"] = told
    if values:
        put(tx, row.id, **values)
    one = push_of(row)
    trusted = values.get("trusted", one.trusted) and one.live(now)
    return Told(
        until=one.until if trusted else None,
        again=again,
        meanwhile=datetime.fromtimestamp(row.wake_at, UTC) if row.heard > heard else None,
    )
