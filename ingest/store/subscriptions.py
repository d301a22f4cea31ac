"""Who has subscribed with our own hub: one row for each callback and topic (WebSub, 2018).

What a subscriber asks for stands beside what is in force until its callback has confirmed it, so
that a request somebody else made in its name changes nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    Column,
    ColumnElement,
    Float,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    case,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert

from ingest.store import schema
from ingest.store.engine import Transaction, parts

subscription = Table(
    "subscription",
    schema.metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("callback", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("host", Text, nullable=False),  # of the callback
    Column("secret", Text, nullable=False, default=""),
    Column("until", Float),  # null: not confirmed yet
    Column("told", Text, nullable=False, default=""),  # digest of what it was sent last
    Column("asked", Text, nullable=False, default=""),  # subscribe, unsubscribe; "": nothing
    Column("asked_secret", Text, nullable=False, default=""),
    Column("asked_lease", Integer, nullable=False, default=0),  # seconds
    UniqueConstraint("callback", "topic"),
    Index("subscription_topic", "topic"),
    Index("subscription_host", "host"),
)

_S = subscription.c

Mode = Literal["subscribe", "unsubscribe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is asked for in the name of a callback; `lease` in seconds, 0 to unsubscribe."""

    mode: Mode
    callback: str
    topic: str
    host: str = ""
    secret: str = ""
    lease: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One that is in force: what it is signed with, "" for nothing, and what it was sent last."""

    secret: str
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many there are in all, of one host, and how many wait to be confirmed."""

    all: int
    host: int
    asked: int


def ask(tx: Transaction, ask: Ask) -> None:
    """Note what is to be confirmed, instead of what was asked before."""
    asked = {"asked": ask.mode, "asked_secret": ask.secret, "asked_lease": ask.lease}
    values = {"callback": ask.callback, "topic": ask.topic, "host": ask.host, **asked}
    key = ["callback", "topic"]
    tx.execute(insert(subscription).on_conflict_do_update(index_elements=key, set_=asked), [values])


def asked(tx: Transaction, callback: str, topic: str) -> Ask | None:
    """What waits to be confirmed; None for nothing."""
    row = tx.execute(select(subscription).where(*_of(callback, topic))).one_or_none()
    if row is None or not row.asked:
        return None
    return Ask(
        mode=row.asked,
        callback=row.callback,
        topic=row.topic,
        host=row.host,
        secret=row.asked_secret,
        lease=row.asked_lease,
    )


def settle(tx: Transaction, ask: Ask, now: datetime, *, confirmed: bool) -> None:
    """Let what was asked be in force since `now`, or be forgotten; nothing if it is not asked now.

    What was in force before a subscription that nobody confirms stays as it is.
    """
    if asked(tx, ask.callback, ask.topic) != ask:
        return
    here = _of(ask.callback, ask.topic)
    if confirmed and ask.mode == "unsubscribe":
        tx.execute(delete(subscription).where(*here))
        return
    values: dict[str, Any] = {"asked": "", "asked_secret": "", "asked_lease": 0}
    if confirmed:
        values |= {"secret": ask.secret, "until": now.timestamp() + ask.lease}
    tx.execute(update(subscription).where(*here).values(values))
    tx.execute(delete(subscription).where(*here, _S.until.is_(None)))


def known(tx: Transaction, callback: str, topic: str) -> bool:
    """Whether there is such a subscription, in force or asked for."""
    return tx.execute(select(_S.id).where(*_of(callback, topic))).scalar() is not None


def count(tx: Transaction, host: str) -> Counts:
    """How many there are; `host` is that of a callback."""
    waits, here = (func.sum(case((one, 1), else_=0)) for one in (_S.asked != "", _S.host == host))
    row = tx.execute(select(func.count(), waits, here)).one()
    return Counts(all=row[0], asked=row[1] or 0, host=row[2] or 0)


def subscribers(tx: Transaction, topics: Sequence[str], now: datetime) -> list[tuple[str, str]]:
    """The (callback, topic) of every subscription to one of `topics` that is in force."""
    found: list[tuple[str, str]] = []
    for part in parts(topics):
        here = (_S.topic.in_(part), _S.until > now.timestamp())
        rows = tx.execute(select(_S.callback, _S.topic).where(*here).order_by(_S.id))
        found += [(row.callback, row.topic) for row in rows]
    return found


def in_force(tx: Transaction, callback: str, topic: str, now: datetime) -> Subscription | None:
    """The subscription, unless its lease has ended."""
    here = (*_of(callback, topic), _S.until > now.timestamp())
    row = tx.execute(select(subscription).where(*here)).one_or_none()
    return Subscription(secret=row.secret, told=row.told) if row else None


def told(tx: Transaction, callback: str, topic: str, digest: str) -> None:
    """Note what a subscriber was sent."""
    tx.execute(update(subscription).where(*_of(callback, topic)).values(told=digest))


def drop(tx: Transaction, callback: str, topic: str) -> None:
    """Forget a subscription."""
    tx.execute(delete(subscription).where(*_of(callback, topic)))


def expire(tx: Transaction, now: datetime) -> None:
    """Forget those whose lease has ended."""
    ended = (_S.until <= now.timestamp(), _S.asked == "")
    tx.execute(delete(subscription).where(*ended))


def topics(tx: Transaction) -> list[str]:
    """What is subscribed to, or asked for, each once."""
    return list(tx.execute(select(_S.topic).distinct()).scalars())


def keep(tx: Transaction, wanted: Collection[str]) -> None:
    """Forget those to any topic but `wanted`."""
    for topic in topics(tx):
        if topic not in wanted:
            tx.execute(delete(subscription).where(_S.topic == topic))


def _of(callback: str, topic: str) -> tuple[ColumnElement[bool], ...]:
    return _S.callback == callback, _S.topic == topic
