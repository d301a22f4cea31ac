"""What subscribers have seen: entries, exposures and editions."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, insert, or_, select, update

from ingest.entry import Entry, Exposure
from ingest.store import relations, schema
from ingest.store.engine import Transaction, next_change, parts, replacing
from ingest.store.privacy import seen
from ingest.store.schema import eligible
from ingest.store.values import (
    enclosures_from,
    enclosures_text,
    image_from,
    image_text,
    upstream_from,
    upstream_text,
)

_E = schema.entry.c
_X = schema.exposure.c
_LISTS = ("authors", "tags", "related", "assets", "key_points")


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionState:
    """What the last edition of a feed was built from.

    `sources` maps the internal ids of the sources it has shown to the article change up to which
    their articles were considered.
    """

    feed: str
    built_from: int
    sources: Mapping[str, int]
    settings: str
    first_at: datetime
    built_at: datetime
    digests: tuple[tuple[str, str], ...] = ()


def put_entry(tx: Transaction, entry: Entry) -> Entry:
    """Insert or replace an entry; returns it with the change number it took."""
    changed = next_change(tx, "entry")
    values: dict[str, Any] = {f.name: getattr(entry, f.name) for f in fields(Entry)}
    for name in _LISTS:
        values[name] = json.dumps(values[name], ensure_ascii=False)
    values |= {
        "image": image_text(entry.image),
        "enclosures": enclosures_text(entry.enclosures),
        "upstream": upstream_text(entry.upstream),
        "change": changed,
    }
    tx.execute(replacing(schema.entry, ["article"]), [values])
    relations.relate(tx, entry.article, [other for other, *_ in entry.related])
    return _entry_from(values)


def judge(tx: Transaction, judged: Sequence[tuple[str, int]]) -> None:
    """Note the article change each entry was compared with, nothing significant having changed."""
    for article, change in judged:
        tx.execute(update(schema.entry).where(_E.article == article).values(judged=change))


def set_removed(tx: Transaction, article: str, *, removed: bool) -> None:
    """Mark an entry's article as removed, or as being back."""
    values = {"removed": removed, "change": next_change(tx, "entry")}
    tx.execute(update(schema.entry).where(_E.article == article).values(values))


def entries(tx: Transaction, ids: Collection[str]) -> dict[str, Entry]:
    """The entries of those article ids."""
    found: dict[str, Entry] = {}
    for part in parts(sorted(ids)):
        statement = select(schema.entry).where(_E.article.in_(part))
        found |= {row.article: _entry(row) for row in tx.execute(statement)}
    return found


def unhidden(tx: Transaction, ids: Collection[str]) -> dict[str, Entry]:
    """The entries of those of the article `ids` that no operator took from public view."""
    found = entries(tx, ids)
    t = schema.article.c
    for part in parts(sorted(found)):
        here = t.id.in_(part)
        for hidden in tx.execute(select(t.id).where(here, t.hidden_at.is_not(None))).scalars():
            del found[hidden]
    return found


def stale(tx: Transaction) -> list[tuple[str, bool]]:
    """Article ids of entries to compare again, with whether the article may be shown.

    Those whose article changed since, or whose being shown no longer agrees with `removed`.
    """
    t = schema.article.c
    shown = case((eligible(), True), else_=False)
    statement = (
        select(_E.article, shown.label("shown"))
        .join(schema.article, t.id == _E.article)
        .where(or_(and_(t.change > _E.judged), _E.removed == shown))
        .order_by(_E.number)
    )
    return [(row.article, bool(row.shown)) for row in tx.execute(statement)]


def slugs_taken(tx: Transaction, slugs: Collection[str]) -> set[str]:
    """Those of `slugs` that an entry has."""
    statement = select(_E.slug).where(_E.slug.in_(sorted(slugs)))
    return set(tx.execute(statement).scalars())


def seconds_taken(tx: Transaction) -> set[int]:
    """Every `updated` second in use: 100,000 entries take about 8 MB."""
    told = select(_X.developed).where(_X.developed.is_not(None))
    return {*tx.execute(select(_E.updated)).scalars(), *tx.execute(told).scalars()}


def last_number(tx: Transaction) -> int:
    """The newest entry's number, 0 when there is none."""
    return int(tx.execute(select(func.coalesce(func.max(_E.number), 0))).scalar_one())


def expose(
    tx: Transaction,
    feed: str,
    added: Sequence[tuple[str, bool]],
    now: datetime,
    leads: Mapping[str, str],
) -> None:
    """Give (article id, settled) pairs, in that order, the next exposure numbers of `feed`.

    `leads` names for some of them the article whose entry tells of them too.
    """
    newest = select(func.coalesce(func.max(_X.number), 0)).where(_X.feed == feed)
    first = int(tx.execute(newest).scalar_one()) + 1
    rows = [
        {
            "feed": feed,
            "article": article,
            "number": number,
            "exposed_at": now.timestamp(),
            "settled": settled,
            "lead": leads.get(article, ""),
        }
        for number, (article, settled) in enumerate(added, first)
    ]
    if rows:
        tx.execute(insert(schema.exposure), rows)


def window(tx: Transaction, feed: str) -> list[Exposure]:
    """What `feed` shows, newest exposure first; entries of removed articles are left out, and of
    sources that are not for its readers."""
    up = and_(_E.removed.is_(False), seen(_E.source, feed))
    statement = (
        select(schema.exposure)
        .join(schema.entry, _E.article == _X.article)
        .where(_X.feed == feed, _X.left_at.is_(None), _X.lead == "", up)
        .order_by(_X.number.desc())
    )
    return [exposure_from(row) for row in tx.execute(statement)]


def exposure_from(row: Row[Any]) -> Exposure:
    """The exposure that a row of its table holds."""
    return Exposure(
        article=row.article,
        number=row.number,
        exposed_at=datetime.fromtimestamp(row.exposed_at, UTC),
        settled=bool(row.settled),
        lead=row.lead,
        developed=row.developed or 0,
    )


def leave(tx: Transaction, feed: str, before: int, now: datetime) -> None:
    """Let everything of `feed` below exposure number `before` leave for good."""
    statement = update(schema.exposure).where(
        _X.feed == feed, _X.number < before, _X.left_at.is_(None)
    )
    tx.execute(statement.values(left_at=now.timestamp()))


def edition(tx: Transaction, feed: str) -> EditionState | None:
    """What the last edition of `feed` was built from; None before the first."""
    statement = select(schema.edition).where(schema.edition.c.feed == feed)
    row = tx.execute(statement).one_or_none()
    if row is None:
        return None
    return EditionState(
        feed=row.feed,
        built_from=row.built_from,
        sources=json.loads(row.sources),
        settings=row.settings,
        first_at=datetime.fromtimestamp(row.first_at, UTC),
        built_at=datetime.fromtimestamp(row.built_at, UTC),
        digests=tuple((name, digest) for name, digest in json.loads(row.digests)),
    )


def considered(tx: Transaction) -> dict[str, int]:
    """The article change up to which any feed has looked at each source, by its internal id."""
    found: dict[str, int] = {}
    for text in tx.execute(select(schema.edition.c.sources)).scalars():
        for source, change in json.loads(text).items():
            found[source] = max(change, found.get(source, 0))
    return found


def put_edition(tx: Transaction, state: EditionState) -> None:
    """Insert or replace a feed's edition."""
    values = {
        "feed": state.feed,
        "built_from": state.built_from,
        "sources": json.dumps(dict(state.sources), sort_keys=True),
        "settings": state.settings,
        "digests": json.dumps(state.digests),
        "first_at": state.first_at.timestamp(),
        "built_at": state.built_at.timestamp(),
    }
    tx.execute(replacing(schema.edition, ["feed"]), [values])


def paged(tx: Transaction, *, changed_after: int) -> list[tuple[str, int]]:
    """(article id, number) of the entries that have a page of ours and changed since, also of those
    that are not for everybody."""
    statement = select(_E.article, _E.number).where(_E.url == "", _E.change > changed_after)
    return [(row.article, row.number) for row in tx.execute(statement.order_by(_E.number))]


def changed(tx: Transaction, *, after: int) -> list[str]:
    """The article ids of the entries that changed since."""
    return list(tx.execute(select(_E.article).where(_E.change > after)).scalars())


def neighbour(tx: Transaction, number: int, *, after: bool) -> str:
    """The article id of the next or previous entry with a page for everybody; "" if none."""
    order = _E.number if after else _E.number.desc()
    beyond = _E.number > number if after else _E.number < number
    statement = select(_E.article).where(_E.url == "", _up(), beyond)
    return tx.execute(statement.order_by(order).limit(1)).scalar() or ""


def latest(tx: Transaction, limit: int) -> list[str]:
    """Article ids of the entries that everybody may see, the last published first."""
    statement = select(_E.article).where(_up())
    newest = statement.order_by(_E.published.desc(), _E.number.desc())
    return list(tx.execute(newest.limit(limit)).scalars())


def with_assets(tx: Transaction, *, removed: bool) -> list[str]:
    """Article ids of the entries that show files of their source's folder to everybody."""
    here = and_(_E.removed.is_(removed), seen(_E.source))
    statement = select(_E.article).where(_E.assets != "[]", here)
    return list(tx.execute(statement.order_by(_E.number)).scalars())


def _up() -> ColumnElement[bool]:
    return and_(_E.removed.is_(False), seen(_E.source))


def _entry(row: Row[Any]) -> Entry:
    values = dict(row._mapping)  # noqa: SLF001 - public in spite of its name
    return _entry_from(values)


def _entry_from(values: dict[str, Any]) -> Entry:
    lists = {n: tuple(json.loads(values[n])) for n in _LISTS}
    lists["assets"] = tuple(tuple(item) for item in lists["assets"])
    # Entries frozen by the first versions do not say what both are about.
    lists["related"] = tuple((*item, "")[:4] for item in lists["related"])
    plain = {f.name: values[f.name] for f in fields(Entry)}
    others = {
        "image": image_from(values["image"]),
        "enclosures": enclosures_from(values["enclosures"]),
        "upstream": upstream_from(values["upstream"]),
        "removed": bool(values["removed"]),
    }
    return Entry(**plain | lists | others)
