"""Summaries that a language model wrote, so that none is paid for twice, and what they cost."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import BigInteger, Column, Float, Table, Text, select, update

from ingest.store import schema
from ingest.store.engine import Transaction, ignoring, parts, replacing

machine_summary = Table(
    "machine_summary",
    schema.metadata,
    Column("key", Text, primary_key=True),  # digest of all that was asked
    Column("text", Text, nullable=False),  # empty: the answer could not be believed
    Column("made_at", Float, nullable=False),
)

machine_day = Table(
    "machine_day",
    schema.metadata,
    Column("day", Text, primary_key=True),  # of UTC, as 2026-06-01
    Column("tokens", BigInteger, nullable=False),
)


def texts(tx: Transaction, keys: Collection[str]) -> dict[str, str]:
    """Those of `keys` that were answered, each with its summary, "" for one that was refused."""
    c, found = machine_summary.c, dict[str, str]()
    for part in parts(sorted(keys)):
        rows = tx.execute(select(c.key, c.text).where(c.key.in_(part)))
        found |= {row.key: row.text for row in rows}
    return found


def keep(tx: Transaction, key: str, text: str, now: datetime) -> None:
    """Keep what was written for `key`."""
    row = {"key": key, "text": text, "made_at": now.timestamp()}
    tx.execute(replacing(machine_summary, ["key"]), [row])


def spent(tx: Transaction, now: datetime) -> int:
    """The tokens that the day of `now` has cost so far; `now` is in UTC."""
    c = machine_day.c
    found = tx.execute(select(c.tokens).where(c.day == now.date().isoformat()))
    return found.scalar_one_or_none() or 0


def spend(tx: Transaction, tokens: int, now: datetime) -> None:
    """Note that `tokens` more were spent."""
    day, c = now.date().isoformat(), machine_day.c
    tx.execute(ignoring(machine_day), [{"day": day, "tokens": 0}])
    tx.execute(update(machine_day).where(c.day == day).values(tokens=c.tokens + tokens))
