"""What the articles of a source share, and the passages of its documents it is learned from."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import bindparam, insert, not_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from ingest.passages import Learned, Passage, Place, pack, unpack
from ingest.store import schema
from ingest.store.engine import Transaction, parts
from ingest.store.schema_learned import learned, passages

_MOST = 500  # passages learned of one source
_LONGEST = 1_000  # characters kept of what one reads like
_P = passages.c
_L = learned.c
_D = schema.document.c
_A = schema.article.c

# Built once, for every poll needs them: building a statement takes longer than running it.
_UNLOOKED = select(_P.origin).where(_P.source == bindparam("source"), not_(_P.looked))
_ANY_UNLOOKED = _UNLOOKED.limit(1)
_LINES = select(learned).where(_L.source == bindparam("source")).order_by(_L.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One learned passage of a source: what people see of it.

    `first` is the origin of the document that keeps an intro; `kept`: an operator wants it to stay;
    `applied`: the articles are as these two say. `articles` counts those it stands in.
    """

    key: int
    number: int
    place: Place
    text: str
    first: str
    kept: bool
    applied: bool
    learned_at: datetime
    articles: int = 0


def put_passages(
    tx: Transaction, source: str, found: Sequence[tuple[str, str, Sequence[Passage]]]
) -> None:
    """Note the passages of documents: origin, the stored article that is made of it, what it says.

    Those that are new or others than before are yet to be learned from.
    """
    dates: dict[str, float] = {}
    for part in parts(sorted({article for _, article, _ in found})):
        dated = select(_A.id, _A.published).where(_A.id.in_(part))
        dates |= {row.id: row.published for row in tx.execute(dated)}
    rows = [
        {
            "source": source,
            "origin": origin,
            "published": dates[article],
            "list": pack(said),
            "looked": False,
        }
        for origin, article, said in found
        if article in dates
    ]
    if not rows:
        return
    statement = upsert(passages)
    new = statement.excluded
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["source", "origin"],
            set_={"published": new.published, "list": new.list, "looked": False},
            where=(_P.list != new.list) | (_P.published != new.published),
        ),
        rows,
    )


def unlooked(tx: Transaction, source: str) -> set[str]:
    """The origins of the documents of `source` that nothing was learned from yet."""
    return set(tx.execute(_UNLOOKED, {"source": source}).scalars())


def in_order(tx: Transaction, source: str) -> list[str]:
    """The origins of all documents with passages, by the dates of their articles."""
    found = select(_P.origin).where(_P.source == source).order_by(_P.published, _P.origin)
    return list(tx.execute(found).scalars())


def said(tx: Transaction, source: str, origins: Sequence[str]) -> list[tuple[Passage, ...]]:
    """The passages of documents, in the order of `origins`."""
    found: dict[str, bytes] = {}
    for part in parts(origins):
        rows = tx.execute(
            select(_P.origin, _P.list).where(_P.source == source, _P.origin.in_(part))
        )
        found |= {row.origin: row.list for row in rows}
    return [unpack(found[origin]) for origin in origins if origin in found]


def holders(tx: Transaction, source: str, keys: Collection[int]) -> Iterator[tuple[str, set[int]]]:
    """The documents that are there and say any of `keys`, by their dates: origin and which."""
    there = (_D.source == _P.source) & (_D.origin == _P.origin) & _D.gone_at.is_(None)
    every = select(_P.origin, _P.list).join(schema.document, there).where(_P.source == source)
    for row in tx.execute(every.order_by(_P.published, _P.origin)):
        if found := {one.key for one in unpack(row.list)}.intersection(keys):
            yield row.origin, found


def looked(tx: Transaction, source: str, origins: Collection[str]) -> None:
    """Note that these documents were learned from."""
    for part in parts(sorted(origins)):
        here = (_P.source == source) & _P.origin.in_(part)
        tx.execute(update(passages).where(here).values(looked=True))


def add(tx: Transaction, source: str, found: Mapping[int, Place], now: datetime) -> None:
    """Keep what was learned of `source`, unless it is known; nothing beyond 500 passages."""
    known = lines(tx, source)
    new = sorted(found.keys() - {line.key for line in known}, key=list(found).index)
    last = max((line.number for line in known), default=0)
    rows = [
        {
            "source": source,
            "key": key,
            "number": number,
            "place": found[key],
            "learned_at": now.timestamp(),
        }
        for number, key in enumerate(new[: max(_MOST - len(known), 0)], last + 1)
    ]
    if rows:
        tx.execute(insert(learned), rows)


def of_source(tx: Transaction, source: str) -> Learned:
    """What is learned of `source`, for normalizing."""
    rows = lines(tx, source)
    new = tx.execute(_ANY_UNLOOKED, {"source": source}).first() is not None
    return Learned(
        pending=new or any(not row.applied for row in rows),
        places={row.key: row.place for row in rows},
        first={row.key: row.first for row in rows if row.first},
        kept=frozenset(row.key for row in rows if row.kept),
    )


def lines(tx: Transaction, source: str) -> list[Line]:
    """Every learned passage of `source` by its number; `articles` are not counted."""
    rows = tx.execute(_LINES, {"source": source})
    return [
        Line(
            key=row.key,
            number=row.number,
            place=row.place,
            text=row.text,
            first=row.first,
            kept=bool(row.kept),
            applied=bool(row.applied),
            learned_at=datetime.fromtimestamp(row.learned_at, UTC),
        )
        for row in rows
    ]


def counted(tx: Transaction, source: str) -> list[Line]:
    """Every learned passage of `source` by its number, with how many documents say it."""
    found = lines(tx, source)
    keys = {line.key for line in found}
    count = Counter(key for _, held in holders(tx, source, keys) for key in held) if keys else {}
    return [replace(line, articles=count.get(line.key, 0)) for line in found]


def astray(tx: Transaction, source: str) -> set[int]:
    """The intros that no document keeps: none was chosen, or it is gone or says it no more."""
    intros = {line.key: line.first for line in lines(tx, source) if line.place == "intro"}
    there = (_D.source == _P.source) & (_D.origin == _P.origin) & _D.gone_at.is_(None)
    firsts = sorted({origin for origin in intros.values() if origin})
    keeping: set[tuple[str, int]] = set()
    for part in parts(firsts):
        found = select(_P.origin, _P.list).join(schema.document, there)
        for row in tx.execute(found.where(_P.source == source, _P.origin.in_(part))):
            keeping |= {(row.origin, one.key) for one in unpack(row.list)}
    return {key for key, origin in intros.items() if (origin, key) not in keeping}


def choose_first(tx: Transaction, source: str, key: int, origin: str) -> None:
    """Let the document `origin` keep the intro `key`."""
    mine = (_L.source == source) & (_L.key == key)
    tx.execute(update(learned).where(mine).values(first=origin, applied=False))


def decide(tx: Transaction, source: str, numbers: Collection[int], *, keep: bool) -> list[int]:
    """Let passages stay in articles, or go, as an operator says; returns those that did not."""
    other = (_L.source == source) & _L.number.in_(sorted(numbers)) & (_L.kept != keep)
    changed = update(learned).where(other).values(kept=keep, applied=False)
    return sorted(tx.execute(changed.returning(_L.number)).scalars())


def applied(tx: Transaction, source: str, done: Sequence[Line], texts: Mapping[int, str]) -> None:
    """Note that the articles are as `done` says, and what these passages read like.

    What an operator decided otherwise meanwhile is yet to be done.
    """
    for line in done:
        same = (_L.key == line.key) & (_L.kept == line.kept) & (_L.first == line.first)
        text = {"text": texts[line.key][:_LONGEST]} if line.key in texts else {}
        mine = update(learned).where(_L.source == source, same)
        tx.execute(mine.values(applied=True, **text))


def forget(tx: Transaction, source: str) -> None:
    """Forget all that was learned of `source`, but not what it was learned from."""
    tx.execute(learned.delete().where(_L.source == source))
    tx.execute(update(passages).where(_P.source == source).values(looked=False))
