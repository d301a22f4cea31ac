"""Sources and their documents: what lets a restart continue where the last process ended."""

import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from ingest.article import Document, Validators
from ingest.store import schema
from ingest.store.engine import Transaction, replacing

_S = schema.source.c
_D = schema.document.c
_B = schema.body.c
_LEVEL = 6  # of compression: 9 takes twice the time for a hundredth less
_BODY_CAP = 256_000_000  # bytes of compressed bodies kept for one source
_IN = 500  # values in one IN list


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What the store knows of a source. `errors` counts its failed runs in a row."""

    id: str
    name: str
    next_due: datetime
    errors: int
    rules: str
    settled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store knows of a document: enough to tell without reading whether it changed.

    `gone_at` is when it was first missed, None while it is there.
    """

    article: str
    size: int
    modified_ns: int
    digest: str
    etag: str
    last_modified: str
    gone_at: datetime | None
    error: str

    @property
    def gone(self) -> bool:
        """Whether it was no longer there when we last looked."""
        return self.gone_at is not None


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
    rows = {row.name: row for row in tx.execute(select(schema.source)).all()}
    names = {name for name, _, _ in wanted}
    orphans = {(r.kind, r.locator): r for r in rows.values() if r.name not in names}
    held = _held(rows, wanted)
    for name, mine in held.items():  # a name is one row's at a time, also while they are exchanged
        if mine.name != name:
            tx.execute(update(schema.source).where(_S.id == mine.id).values(name=f"/{mine.id}"))
    for name, kind, locator in wanted:
        row = held.get(name) or orphans.pop((kind, locator), None)
        values = {"name": name, "kind": kind, "locator": locator}
        if row is None:
            taken = tx.execute(select(_S.id)).scalars().all()
            minted = mint(name, taken)
            state = {"id": minted, "next_due": now.timestamp(), "errors": 0, "rules": ""}
            tx.execute(insert(schema.source).values(values | state | {"settled": False}))
        elif (row.name, row.kind, row.locator) != (name, kind, locator):
            due = {} if row.locator == locator else {"next_due": now.timestamp()}
            tx.execute(update(schema.source).where(_S.id == row.id).values(values | due))
    states = (_state(row) for row in tx.execute(select(schema.source)))
    return {state.name: state for state in states if state.name in names}


def state(tx: Transaction, id_: str) -> SourceState:
    """The source of that internal id."""
    return _state(tx.execute(select(schema.source).where(_S.id == id_)).one())


def states(tx: Transaction) -> dict[str, SourceState]:
    """Every source by name."""
    return {row.name: _state(row) for row in tx.execute(select(schema.source))}


def settled(tx: Transaction, names: Collection[str]) -> list[str]:
    """Internal ids of those sources among `names` that are not in the middle of a run."""
    rows = tx.execute(select(_S.id, _S.name).where(_S.settled).order_by(_S.id))
    wanted = set(names)
    return [row.id for row in rows if row.name in wanted]


def due(tx: Transaction, names: Collection[str], now: datetime, limit: int) -> list[SourceState]:
    """The sources among `names` that are due, the longest overdue first."""
    statement = (
        select(schema.source).where(_S.next_due <= now.timestamp()).order_by(_S.next_due, _S.id)
    )
    wanted = set(names)
    found = (_state(row) for row in tx.execute(statement))
    return [state for state in found if state.name in wanted][:limit]


def at_latest(tx: Transaction, times: Mapping[str, datetime]) -> None:
    """Let no source be next due later than the time given for its internal id."""
    for id_, latest in times.items():
        later = update(schema.source).where(_S.id == id_, _S.next_due > latest.timestamp())
        tx.execute(later.values(next_due=latest.timestamp()))


def known(tx: Transaction, source: str) -> dict[str, Known]:
    """Every document of `source` by origin, without bodies."""
    wanted = (
        _D.origin, _D.article, _D.size, _D.modified_ns, _D.digest, _D.etag, _D.last_modified,
        _D.gone_at, _D.error,
    )  # fmt: skip
    rows = tx.execute(select(*wanted).where(_D.source == source).order_by(_D.origin))
    return {
        row.origin: Known(
            article=row.article or "",
            size=row.size,
            modified_ns=row.modified_ns,
            digest=row.digest,
            etag=row.etag,
            last_modified=row.last_modified,
            gone_at=None if row.gone_at is None else _time(row.gone_at),
            error=row.error,
        )
        for row in rows
    }


def stored(tx: Transaction, source: str, origins: Collection[str]) -> dict[str, Document]:
    """Those of the documents `origins` whose bodies are kept, as they were read, by origin."""
    same = (_D.source == _B.source) & (_D.origin == _B.origin)
    found: dict[str, Document] = {}
    wanted = sorted(origins)
    for start in range(0, len(wanted), _IN):
        here = (_D.source == source) & _D.origin.in_(wanted[start : start + _IN])
        rows = tx.execute(select(schema.document, _B.bytes).join(schema.body, same).where(here))
        found |= {row.origin: _document(row) for row in rows}
    return found


def put_documents(
    tx: Transaction, source: str, found: Sequence[tuple[Document, str, str, str]]
) -> None:
    """Insert or replace documents, each with its digest, its article and why it has none.

    The article is "" when none could be made of it; one that was made before may be kept.
    """
    rows = [
        {
            "source": source,
            "origin": document.origin,
            "article": article or None,
            "media_type": document.media_type,
            "charset": document.charset,
            "url": document.url,
            "etag": document.validators.etag,
            "last_modified": document.validators.last_modified,
            "size": len(document.body),
            "modified_ns": document.modified_ns,
            "digest": digest,
            "fetched_at": document.fetched_at.timestamp(),
            "gone_at": None,
            "error": error,
        }
        for document, digest, article, error in found
    ]
    bodies = [
        {
            "source": source,
            "origin": document.origin,
            "bytes": zlib.compress(document.body, _LEVEL),
        }
        for document, *_ in found
    ]
    if rows:
        tx.execute(replacing(schema.document, ["source", "origin"]), rows)
        tx.execute(replacing(schema.body, ["source", "origin"]), bodies)


def judge(tx: Transaction, source: str, judged: Sequence[tuple[str, str, str]]) -> None:
    """Note which article each document is of ("" none), and why it has none; nothing else of it."""
    for origin, article, error in judged:
        mine = update(schema.document).where(_D.source == source, _D.origin == origin)
        tx.execute(mine.values(article=article or None, error=error))


def seen_again(tx: Transaction, source: str, renewed: Mapping[str, tuple[int, Validators]]) -> None:
    """Note the file time and the validators that unchanged documents have now, by origin."""
    for origin, (modified_ns, validators) in renewed.items():
        statement = update(schema.document).where(_D.source == source, _D.origin == origin)
        etag, last_modified = validators.etag, validators.last_modified
        values = {"modified_ns": modified_ns, "etag": etag, "last_modified": last_modified}
        tx.execute(statement.values(values))


def move(tx: Transaction, source: str, old: str) -> None:
    """Forget the place a file was renamed or moved from; its article is known by the new one."""
    for table in (schema.document, schema.body):
        tx.execute(table.delete().where(table.c.source == source, table.c.origin == old))


def mark_gone(tx: Transaction, source: str, origins: Collection[str], now: datetime) -> None:
    """Note that documents are no longer there. They stay, so that a later return is recognized."""
    for origin in sorted(origins):
        statement = update(schema.document).where(_D.source == source, _D.origin == origin)
        tx.execute(statement.values(gone_at=now.timestamp()))


def trim_bodies(tx: Transaction, source: str) -> None:
    """Drop the oldest bodies of `source` beyond its cap; only later re-extraction needs them."""
    size = func.length(_B.bytes)
    held = select(func.coalesce(func.sum(size), 0)).where(_B.source == source)
    excess = tx.execute(held).scalar_one() - _BODY_CAP
    if excess <= 0:
        return
    same = (_D.source == _B.source) & (_D.origin == _B.origin)
    oldest = select(_B.origin, size).join(schema.document, same).where(_B.source == source)
    for origin, length in tx.execute(oldest.order_by(_D.fetched_at, _D.origin)).all():
        if excess <= 0:
            break
        excess -= length
        tx.execute(schema.body.delete().where(_B.source == source, _B.origin == origin))


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


def _document(row: Row[Any]) -> Document:
    nanoseconds = row.modified_ns
    return Document(
        origin=row.origin,
        body=zlib.decompress(row.bytes),
        media_type=row.media_type,
        fetched_at=_time(row.fetched_at),
        charset=row.charset,
        url=row.url,
        modified_at=_time(nanoseconds / 1e9) if nanoseconds else None,
        modified_ns=nanoseconds,
        validators=Validators(etag=row.etag, last_modified=row.last_modified),
    )


def _state(row: Row[Any]) -> SourceState:
    return SourceState(
        id=row.id,
        name=row.name,
        next_due=_time(row.next_due),
        errors=row.errors,
        rules=row.rules,
        settled=bool(row.settled),
    )


def _time(value: float) -> datetime:
    return datetime.fromtimestamp(value, UTC)
