"""Who tells us of the news of our sources: what we have asked the hubs of feeds for (WebSub, 2018).

One row for each source whose feed names a hub, and one for each subscription that is to end. What a
push brings is not kept: it makes its source due (`wakes`).
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    Row,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from ingest.store import configured, schema
from ingest.store.engine import Transaction

SHORTEST, LONGEST = timedelta(minutes=5), timedelta(days=30)
"""Between which a lease is believed, whatever a hub says."""

_CONFIRMS = timedelta(minutes=15)  # within which a hub that took a request confirms it
_LOST = timedelta(days=1)  # after which a request that was never sent is made again
_FIRST, _LAST = timedelta(minutes=10), timedelta(days=7)  # between two requests that fail
_DOUBLINGS = 10  # from the first to the last

push = Table(
    "push",
    schema.metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False),  # its internal id
    Column("leaving", Boolean, nullable=False, default=False),  # a subscription that is to end
    Column("topic", Text, nullable=False),
    Column("hubs", Text, nullable=False),  # that the feed names, a list
    Column("hub", Text, nullable=False),  # the one of them that is asked
    Column("moved", Text, nullable=False, default=""),  # where it sends us instead
    Column("base", Text, nullable=False, default=""),  # the address of our site that it was told
    Column("token", Text, nullable=False, unique=True),  # in the address of our callback
    Column("secret", Text, nullable=False),
    Column("due_at", Float),  # when something is to be done next; null: nothing
    Column("asked", Boolean, nullable=False, default=False),  # and it did not answer yet
    Column("tries", Integer, nullable=False, default=0),  # that failed in a row
    Column("failure", Text, nullable=False, default=""),
    Column("until", Float),  # of the lease; null: was never confirmed, or denied
    Column("heard", Integer, nullable=False, default=0),  # pushes that were taken
    Column("served", Integer, nullable=False, default=0),  # and that a look has answered
    Column("again", Boolean, nullable=False, default=False),  # the look found nothing yet
    Column("vain", Integer, nullable=False, default=0),  # pushes in a row that brought nothing
    Column("wake_at", Float, nullable=False, default=0.0),  # the look that the last push made
    Column("trusted", Boolean, nullable=False, default=False),  # it told of the last news
    Column("recent", Text, nullable=False, default="[]"),  # proofs of the last pushes
    Index("push_source", "source"),
    Index("push_due", "due_at"),
)

_P = push.c

MINE = select(push).where(_P.source == bindparam("of"), ~_P.leaving)
"""The row of a source. Built once: building it takes longer than running it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What we have with a hub: `until` is the end of what it granted, None for nothing yet.

    `base` is the address of our site that the hub knows, "" for none.
    `asked`: it was asked and has not confirmed that yet; `tries` failed in a row, the last one for
    `failure`. `leaving`: it is to end. `trusted`: the last news came by it. `resting`:
    nothing is to be done.
    """

    id: int
    source: str
    leaving: bool
    topic: str
    hub: str
    moved: str
    base: str
    token: str
    secret: str
    asked: bool
    tries: int
    failure: str
    until: datetime | None
    trusted: bool
    resting: bool

    @property
    def place(self) -> str:
        """The address at which the hub is asked."""
        return self.moved or self.hub

    def live(self, now: datetime) -> bool:
        """Whether it is in force."""
        return self.until is not None and now < self.until <= now + LONGEST


def offer(tx: Transaction, source: str, topic: str, hubs: Sequence[str], now: datetime) -> None:
    """Note at which of `hubs` a source can be subscribed to; elsewhere, it is begun anew.

    That takes ten minutes: a feed that names others each time has us ask nobody the more often.
    """
    row = tx.execute(MINE, {"of": source}).one_or_none()
    if row and row.topic == topic and row.hub in hubs:
        if json.loads(row.hubs) != list(hubs):
            put(tx, row.id, hubs=json.dumps(hubs))
        return
    if row:
        part(tx, push_of(row), now)
    place = {"topic": topic, "hubs": json.dumps(hubs), "hub": hubs[0] if hubs else ""}
    if row and hubs:
        put(tx, row.id, due_at=(now + _FIRST).timestamp(), **place)
    elif row:
        tx.execute(delete(push).where(_P.id == row.id))
    elif hubs:
        tx.execute(insert(push).values(source=source, due_at=now.timestamp(), **place, **_key()))


def due(tx: Transaction, now: datetime, limit: int) -> list[Push]:
    """The first `limit` for which something is to be done now."""
    far = (now + LONGEST).timestamp()  # what a wrong clock said
    ripe = select(push).where(or_(_P.due_at <= now.timestamp(), _P.due_at > far))
    return [push_of(row) for row in tx.execute(ripe.order_by(_P.due_at, _P.id).limit(limit))]


def everything(tx: Transaction) -> list[Push]:
    """All there are, those that are to end too."""
    return [push_of(row) for row in tx.execute(select(push).order_by(_P.id))]


def of_token(tx: Transaction, token: str) -> Push | None:
    """The one whose callback has `token` in its address."""
    row = tx.execute(select(push).where(_P.token == token)).one_or_none()
    return push_of(row) if row else None


def of_source(tx: Transaction, source: str) -> Push | None:
    """What there is of the source of that internal id."""
    row = tx.execute(MINE, {"of": source}).one_or_none()
    return push_of(row) if row else None


def begin(tx: Transaction, one: Push, now: datetime) -> None:
    """Have it asked for at once."""
    put(tx, one.id, due_at=now.timestamp())


def part(tx: Transaction, one: Push, now: datetime) -> None:
    """Have what there is with the hub end, there too, and leave the source alone until `begin`."""
    values = {"due_at": None, "asked": False, "tries": 0, "failure": "", "moved": "", "base": ""}
    put(tx, one.id, until=None, trusted=False, **values, **_key())
    if one.asked or one.live(now):
        names = ("source", "topic", "hub", "moved", "base", "token", "secret")
        left = {name: getattr(one, name) for name in names}
        tx.execute(insert(push).values(leaving=True, hubs="[]", due_at=now.timestamp(), **left))


def asking(tx: Transaction, one: Push, base: str, now: datetime) -> None:
    """Note that the hub is about to be asked to tell our site at `base`: its confirmation is
    expected from now on."""
    put(tx, one.id, asked=True, base=base, due_at=(now + _LOST).timestamp())


def taken(tx: Transaction, one: Push, now: datetime) -> None:
    """Note that the hub has taken the request, and will confirm it; it may have done so before."""
    mine = update(push).where(_P.id == one.id, _P.asked)
    tx.execute(mine.values(due_at=(now + _CONFIRMS).timestamp()))


def moved(tx: Transaction, one: Push, place: str, now: datetime) -> None:
    """Have the hub asked at another place, as it told us to."""
    put(tx, one.id, moved=place, asked=False, tries=one.tries + 1, due_at=now.timestamp())


def failed(
    tx: Transaction, one: Push, why: str, now: datetime, wait: timedelta | None = None
) -> bool:
    """Note why a request came to nothing; it is made again after a while, at the next hub.

    One that is in force stays with its hub. `wait` is how long the hub wants to be left alone.
    Returns whether it is news that it fails.
    """
    pause = min(max(_FIRST * (1 << min(one.tries, _DOUBLINGS)), wait or _FIRST), _LAST)
    values = {"asked": False, "tries": one.tries + 1, "failure": why, "moved": ""}
    row = tx.execute(select(_P.hubs).where(_P.id == one.id)).one()
    hubs = json.loads(row.hubs)
    if not one.live(now) and len(hubs) > 1:
        values |= {"hub": hubs[(hubs.index(one.hub) + 1) % len(hubs)], "until": None, **_key()}
    put(tx, one.id, due_at=(now + pause).timestamp(), **values)
    return not one.failure


def confirmed(tx: Transaction, one: Push, lease: timedelta, now: datetime) -> bool:
    """Let what was asked for be in force; returns whether it was not before.

    What was published between our last look and now was told to nobody: the source is due.
    """
    until = now + min(max(lease, SHORTEST), LONGEST)
    renewal = now + (until - now) * (0.8 + int(one.token[:2], 16) / 2_560)  # 0.8 to 0.9
    values = {"until": until.timestamp(), "due_at": renewal.timestamp()}
    put(tx, one.id, asked=False, tries=0, failure="", **values)
    if not one.live(now):
        configured.hurry(tx, one.source, now)
    return not one.live(now)


def denied(tx: Transaction, one: Push, why: str, now: datetime) -> None:
    """Note that the hub does not, or no longer, tell us of news; the source is looked at."""
    failed(tx, one, why, now)
    put(tx, one.id, until=None, trusted=False)
    if one.live(now):
        configured.hurry(tx, one.source, now)


def drop(tx: Transaction, one: Push) -> None:
    """Forget it."""
    tx.execute(delete(push).where(_P.id == one.id))


def count(tx: Transaction, now: datetime) -> int:
    """How many sources are told of by their hubs."""
    mine = and_(~_P.leaving, _P.until > now.timestamp())
    return tx.execute(select(func.count()).select_from(push).where(mine)).scalar_one()


def _key() -> dict[str, str]:
    """What nobody can guess: 256 bits in the address, and as many to sign with."""
    return {"token": secrets.token_hex(32), "secret": secrets.token_hex(32)}


def put(tx: Transaction, id_: int, **values: Any) -> None:
    """Set columns of a row."""
    tx.execute(update(push).where(_P.id == id_).values(**values))


def push_of(row: Row[Any]) -> Push:
    """A row as a value."""
    names = ("id", "source", "topic", "hub", "moved", "base", "token", "secret", "tries", "failure")
    plain = {name: getattr(row, name) for name in names}
    return Push(
        **plain,
        leaving=bool(row.leaving),
        asked=bool(row.asked),
        trusted=bool(row.trusted),
        resting=row.due_at is None,
        until=None if row.until is None else datetime.fromtimestamp(row.until, UTC),
    )
