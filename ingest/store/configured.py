"""Bringing the store's sources in line with those that are configured."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from ingest.store import addresses, schema
from ingest.store.engine import Transaction
from ingest.store.schema import eligible
from ingest.store.sources import SourceState, state_of

_S = schema.source.c


def sync(
    tx: Transaction,
    wanted: Sequence[tuple[str, str, str]],
    mint: Callable[[str, Collection[str]], str],
    now: datetime,
) -> dict[str, SourceState]:
    """Bring the source rows in line with the configuration's (name, kind, locator) triples.

    A source is known by its name; one that is not, by the locator of a row whose name is no longer
    configured: that is a renamed source, and it keeps its internal id. So do sources that exchanged
    their names, for the articles stay where they are. A new one is due now; `mint` makes its
    internal id from its name and the ids taken.
    """
    names = {name for name, _, _ in wanted}
    matched, _ = _matched(tx, wanted)
    for (name, _, _), mine in zip(wanted, matched, strict=True):
        if mine and mine.name != name:  # while they are exchanged a name is one row's at a time
            tx.execute(update(schema.source).where(_S.id == mine.id).values(name=f"/{mine.id}"))
    for (name, kind, locator), row in zip(wanted, matched, strict=True):
        values = {"name": name, "kind": kind, "locator": locator}
        if row is None:
            taken = tx.execute(select(_S.id)).scalars().all()
            minted = mint(name, taken)
            state = {"id": minted, "next_due": now.timestamp(), "errors": 0, "rules": ""}
            tx.execute(insert(schema.source).values(values | state | {"settled": False}))
        elif (row.name, row.kind, row.locator) != (name, kind, locator):
            tx.execute(update(schema.source).where(_S.id == row.id).values(values))
            if row.locator != locator:
                _look_anew(tx, name, now)
    states = (state_of(row) for row in tx.execute(select(schema.source)))
    return {state.name: state for state in states if state.name in names}


def _look_anew(tx: Transaction, name: str, now: datetime) -> None:
    """Another place: it is due, whatever was learned of the one before."""
    learned = {"stopped": False, "why": "", "quiet": 0, "gap": None, "hints": ""}
    due = update(schema.source).where(_S.name == name)
    tx.execute(due.values(learned | {"next_due": now.timestamp()}))
    addresses.release(tx, [name])


def leaving(tx: Transaction, wanted: Sequence[tuple[str, str, str]]) -> dict[str, int]:
    """The sources that none of these (name, kind, locator) triples is, with how many articles each
    has in view; those that have none are left out."""
    _, others = _matched(tx, wanted)
    t = schema.article.c
    count = select(t.source, func.count().label("number")).where(eligible()).group_by(t.source)
    counts = {row.source: row.number for row in tx.execute(count)}
    return {row.name: counts[row.id] for row in others if row.id in counts}


def _matched(
    tx: Transaction, wanted: Sequence[tuple[str, str, str]]
) -> tuple[list[Row[Any] | None], list[Row[Any]]]:
    """The row of each triple, None for a new one, and the rows of sources no longer configured."""
    rows = {row.name: row for row in tx.execute(select(schema.source).order_by(_S.name))}
    names = {name for name, _, _ in wanted}
    orphans = {(r.kind, r.locator): r for r in rows.values() if r.name not in names}
    held = _held(rows, wanted)
    found = [held.get(name) or orphans.pop((kind, loc), None) for name, kind, loc in wanted]
    known = {row.id for row in found if row}
    return found, [row for row in rows.values() if row.id not in known]


def at_latest(tx: Transaction, times: Mapping[str, datetime]) -> None:
    """Let no source be next due later than the time given for its internal id."""
    for id_, latest in times.items():
        later = update(schema.source).where(_S.id == id_, _S.next_due > latest.timestamp())
        tx.execute(later.values(next_due=latest.timestamp()))


def hurry(tx: Transaction, id_: str, at: datetime) -> None:
    """Let a source be due at `at`, if not before; one that failed or stopped waits on."""
    calm = (_S.id == id_, _S.errors == 0, ~_S.stopped, _S.next_due > at.timestamp())
    tx.execute(update(schema.source).where(*calm).values(next_due=at.timestamp()))


def _held(
    rows: Mapping[str, Row[Any]], wanted: Sequence[tuple[str, str, str]]
) -> dict[str, Row[Any]]:
    """The row of each name that has one: its own, unless another's locator is what it has now."""
    held = {name: rows[name] for name, _, _ in wanted if name in rows}
    places = {name: (kind, locator) for name, kind, locator in wanted if name in held}
    moved = [n for n, place in places.items() if (rows[n].kind, rows[n].locator) != place]
    free = {rows[name].id: rows[name] for name in moved}
    by_place = {(row.kind, row.locator): row for row in free.values()}
    exchanged = {name: by_place.pop(places[name]) for name in moved if places[name] in by_place}
    for row in exchanged.values():
        del free[row.id]
    for name in moved:
        if name not in exchanged:
            own = rows[name].id
            exchanged[name] = free.pop(own if own in free else next(iter(free)))
    return held | exchanged
