"""Editions: what each feed's documents were built from."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, select

from ingest.store import schema
from ingest.store.engine import Transaction, replacing


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionState:
    """What the last edition of a feed was built from, and how many entries it shows.

    `built_from` and `entry_change` are the newest changes of articles and entries there were then.
    `sources` maps the internal ids of the sources it has shown to the article change up to which
    their articles were considered. `rule` is the query it chose articles by at `built_at`.
    """

    feed: str
    built_from: int
    entry_change: int
    sources: Mapping[str, int]
    settings: str
    first_at: datetime
    built_at: datetime
    shown: int = 0
    digests: tuple[tuple[str, str], ...] = ()
    rule: str = ""


def edition(tx: Transaction, feed: str) -> EditionState | None:
    """What the last edition of `feed` was built from; None before the first."""
    row = tx.execute(select(schema.edition).where(schema.edition.c.feed == feed)).one_or_none()
    return _edition(row) if row else None


def editions(tx: Transaction) -> dict[str, EditionState]:
    """What the last edition of each feed was built from, by its name."""
    return {row.feed: _edition(row) for row in tx.execute(select(schema.edition))}


def considered(tx: Transaction) -> dict[str, int]:
    """The article change up to which any feed has looked at each source, by its internal id."""
    found: dict[str, int] = {}
    for text in tx.execute(select(schema.edition.c.sources)).scalars():
        for source, change in json.loads(text).items():
            found[source] = max(change, found.get(source, 0))
    return found


def put_edition(tx: Transaction, state: EditionState) -> None:
    """Insert or replace a feed's edition."""
    put_editions(tx, [state])


def put_editions(tx: Transaction, states: Sequence[EditionState]) -> None:
    """Insert or replace the editions of feeds; at least one."""
    rows = [
        {
            "feed": state.feed,
            "built_from": state.built_from,
            "entry_change": state.entry_change,
            "shown": state.shown,
            "sources": json.dumps(dict(state.sources), sort_keys=True),
            "settings": state.settings,
            "digests": json.dumps(state.digests),
            "rule": state.rule,
            "first_at": state.first_at.timestamp(),
            "built_at": state.built_at.timestamp(),
        }
        for state in states
    ]
    tx.execute(replacing(schema.edition, ["feed"]), rows)


def _edition(row: Row[Any]) -> EditionState:
    return EditionState(
        feed=row.feed,
        built_from=row.built_from,
        entry_change=row.entry_change,
        sources=json.loads(row.sources),
        settings=row.settings,
        first_at=datetime.fromtimestamp(row.first_at, UTC),
        built_at=datetime.fromtimestamp(row.built_at, UTC),
        shown=row.shown,
        digests=tuple((name, digest) for name, digest in json.loads(row.digests)),
        rule=row.rule,
    )
