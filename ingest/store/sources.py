"""Sources and their documents: what lets a restart continue where the last process ended."""

import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, case, func, select, update

from ingest.article import Document, Validators
from ingest.polling import NO_HINTS, Hints
from ingest.store import schema, schema_learned
from ingest.store.engine import Transaction, parts, replacing
from ingest.store.values import hints_from, stated_from, stated_text

_S = schema.source.c
_D = schema.document.c
_B = schema.body.c
_LEVEL = 6  # of compression: 9 takes twice the time for a hundredth less
_BODY_CAP = 256_000_000  # bytes of compressed bodies kept for one source
_INDEX = "index:"  # begins the origin of documents that list others

# Built once: building a statement takes longer than running it, and every poll needs these.
_STATE = select(schema.source).where(_S.id == bindparam("source"))
_KNOWN = (
    select(
        _D.origin, _D.article, _D.size, _D.modified_ns, _D.digest, _D.url, _D.etag,
        _D.last_modified, _D.gone_at, _D.error, _D.fetched_at,
        case((_D.origin.startswith("entry:"), ""), else_=_D.stated).label("stated"),
    )
    .where(_D.source == bindparam("source"), ~_D.origin.startswith(_INDEX))
    .order_by(_D.origin)
)  # fmt: skip
_LISTS = (_D.source == bindparam("source")) & _D.origin.startswith(_INDEX)
_LED_TO = select(_D.origin).where(_LISTS).order_by(_D.origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What the store knows of a source.

    `errors` counts its failed runs in a row, `quiet` those that found nothing new; `gap` is the
    usual time between two of its articles, None while that is not known; `hints` is how often its
    feed asked to be looked at. `why` says in words why it is next due at `next_due`, or why it is
    not due at all while `stopped`.
    """

    id: str
    name: str
    next_due: datetime
    errors: int
    rules: str
    settled: bool
    quiet: int = 0
    gap: timedelta | None = None
    hints: Hints = NO_HINTS
    stopped: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store knows of a document: enough to tell without reading whether it changed.

    `gone_at` is when it was first missed, None while it is there.
    """

    article: str
    size: int
    modified_ns: int
    digest: str
    validators: Validators
    gone_at: datetime | None
    error: str
    fetched_at: datetime
    stated: str = ""

    @property
    def gone(self) -> bool:
        """Whether it was no longer there when we last looked."""
        return self.gone_at is not None


def state(tx: Transaction, id_: str) -> SourceState:
    """The source of that internal id."""
    return state_of(tx.execute(_STATE, {"source": id_}).one())


def states(tx: Transaction) -> dict[str, SourceState]:
    """Every source by name."""
    return {row.name: state_of(row) for row in tx.execute(select(schema.source))}


def settled(tx: Transaction) -> list[tuple[str, str]]:
    """(internal id, name) of the sources that are not in the middle of a run, by id."""
    rows = tx.execute(select(_S.id, _S.name).where(_S.settled).order_by(_S.id))
    return [(row.id, row.name) for row in rows]


def due(tx: Transaction, names: Collection[str], now: datetime) -> list[str]:
    """The names of those sources among `names` that are due, the longest overdue first."""
    ripe = (_S.next_due <= now.timestamp()) & ~_S.stopped
    found = tx.execute(select(_S.name).where(ripe).order_by(_S.next_due, _S.id)).scalars()
    return [name for name in found if name in names]


def known(tx: Transaction, source: str) -> dict[str, Known]:
    """Every document of `source` by origin, without bodies and without those of its index."""
    rows = tx.execute(_KNOWN, {"source": source})
    return {
        row.origin: Known(
            article=row.article or "",
            size=row.size,
            modified_ns=row.modified_ns,
            digest=row.digest,
            validators=_validators(row),
            gone_at=None if row.gone_at is None else _time(row.gone_at),
            error=row.error,
            fetched_at=_time(row.fetched_at),
            stated=row.stated,
        )
        for row in rows
    }


def index(tx: Transaction, source: str, url: str) -> Document | None:
    """The document at `url` that `source` lists its articles in, as it was last read."""
    found = stored(tx, source, [f"{_INDEX}{url}"]).get(f"{_INDEX}{url}")
    return replace(found, origin=url) if found else None


def led_to(tx: Transaction, source: str) -> list[str]:
    """The addresses of the documents in which `source` listed its articles the last time."""
    origins = tx.execute(_LED_TO, {"source": source}).scalars()
    return [origin.removeprefix(_INDEX) for origin in origins]


def put_index(
    tx: Transaction,
    source: str,
    documents: Sequence[Document],
    there: Collection[str],
    digest: Callable[[Document], str],
) -> None:
    """Keep documents that `source` lists its articles in; of others those `there`, if any are."""
    for url in set(led_to(tx, source)).difference(there) if there else ():
        move(tx, source, f"{_INDEX}{url}")
    kept = ((replace(one, origin=f"{_INDEX}{one.origin}"), digest(one)) for one in documents)
    put_documents(tx, source, [(one, of_it, "", "") for one, of_it in kept])


def stored(tx: Transaction, source: str, origins: Collection[str]) -> dict[str, Document]:
    """Those of the documents `origins` whose bodies are kept, as they were read, by origin."""
    same = (_D.source == _B.source) & (_D.origin == _B.origin)
    found: dict[str, Document] = {}
    for part in parts(sorted(origins)):
        here = (_D.source == source) & _D.origin.in_(part)
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
            "robots": document.robots,
            "url": document.url,
            "etag": document.validators.etag,
            "last_modified": document.validators.last_modified,
            "size": len(document.body),
            "modified_ns": document.modified_ns,
            "digest": digest,
            "fetched_at": document.fetched_at.timestamp(),
            "stated": stated_text(document.stated),
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


def seen_again(
    tx: Transaction, source: str, renewed: Mapping[str, tuple[int, Validators]], now: datetime
) -> None:
    """Note the file time and the validators that unchanged documents have now, by origin."""
    for origin, (modified_ns, validators) in renewed.items():
        statement = update(schema.document).where(_D.source == source, _D.origin == origin)
        values = {
            "modified_ns": modified_ns,
            "etag": validators.etag,
            "last_modified": validators.last_modified,
            "fetched_at": now.timestamp(),
        }
        place = {"url": validators.url} if validators else {}
        tx.execute(statement.values(values | place))


def move(tx: Transaction, source: str, old: str) -> None:
    """Forget the place a file was renamed or moved from; its article is known by the new one."""
    for table in (schema.document, schema.body, schema_learned.passages):
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


def _document(row: Row[Any]) -> Document:
    nanoseconds = row.modified_ns
    return Document(
        origin=row.origin,
        body=zlib.decompress(row.bytes),
        media_type=row.media_type,
        fetched_at=_time(row.fetched_at),
        charset=row.charset,
        robots=row.robots,
        url=row.url,
        modified_at=_time(nanoseconds / 1e9) if nanoseconds else None,
        modified_ns=nanoseconds,
        validators=_validators(row),
        stated=stated_from(row.stated),
    )


def _validators(row: Any) -> Validators:
    found = Validators(etag=row.etag, last_modified=row.last_modified, url=row.url)
    return found if found else Validators()


def state_of(row: Row[Any]) -> SourceState:
    """A row of the source table as a value."""
    return SourceState(
        id=row.id,
        name=row.name,
        next_due=_time(row.next_due),
        errors=row.errors,
        rules=row.rules,
        settled=bool(row.settled),
        quiet=row.quiet,
        gap=None if row.gap is None else timedelta(seconds=row.gap),
        hints=hints_from(row.hints),
        stopped=bool(row.stopped),
        why=row.why,
    )


def _time(value: float) -> datetime:
    return datetime.fromtimestamp(value, UTC)
