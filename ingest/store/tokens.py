"""Who may read a private feed: of each subscriber's token its digest, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Column, Float, Index, Table, Text, delete, select

from ingest.store import schema
from ingest.store.engine import Transaction, replacing

token = Table(
    "token",
    schema.metadata,
    Column("feed", Text, primary_key=True),  # its name
    Column("name", Text, primary_key=True),  # of the subscriber
    Column("digest", Text, nullable=False),  # SHA-256 in hexadecimal
    Column("made_at", Float, nullable=False),
    Index("token_digest", "digest", unique=True),
)

_T = token.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Somebody who has a token for the feed `feed`, which was made at `made_at`."""

    feed: str
    name: str
    made_at: datetime


def put(tx: Transaction, feed: str, name: str, digest: str, now: datetime) -> None:
    """Give the subscriber `name` of `feed` the token of that digest, in place of any before."""
    values = {"feed": feed, "name": name, "digest": digest, "made_at": now.timestamp()}
    tx.execute(replacing(token, ["feed", "name"]), [values])


def revoke(tx: Transaction, feed: str, name: str) -> None:
    """Take the token of the subscriber `name` of `feed` away."""
    tx.execute(delete(token).where(_T.feed == feed, _T.name == name))


def subscribers(tx: Transaction, feeds: Sequence[str]) -> list[Subscriber]:
    """Who has a token for one of `feeds`, by feed and name."""
    rows = tx.execute(select(token).where(_T.feed.in_(feeds)).order_by(_T.feed, _T.name))
    return [
        Subscriber(feed=r.feed, name=r.name, made_at=datetime.fromtimestamp(r.made_at, UTC))
        for r in rows
    ]


def feeds_by_digest(tx: Transaction) -> dict[str, str]:
    """The name of the feed that each token opens, by the token's digest."""
    return {row.digest: row.feed for row in tx.execute(select(_T.digest, _T.feed))}
