"""What subscribers have seen: entries and exposures."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, insert, or_, select, update

from ingest.article import INTERNAL
from ingest.entry import Entry, Exposure
from ingest.store import relations, schema
from ingest.store.engine import Transaction, next_change, parts, replacing
from ingest.store.privacy import seen
from ingest.store.schema import eligible
from ingest.store.values import (
    enclosures_from,
    enclosures_text,
    episode_from,
    episode_text,
    image_from,
    image_text,
    upstream_from,
    upstream_text,
)

_E = schema.entry.c
_X = schema.exposure.c
_LISTS = ("authors", "tags", "related", "assets", "key_points")


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
        "episode": episode_text(entry.episode),
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


def paged(tx: Transaction, *, changed_after: int) -> list[tuple[str, int]]:
    """(article id, number) of the entries that have a page of ours and changed since, also of those
    that are not for everybody."""
    statement = select(_E.article, _E.number).where(_E.url == "", _E.change > changed_after)
    return [(row.article, row.number) for row in tx.execute(statement.order_by(_E.number))]


def changed(tx: Transaction, *, after: int) -> list[str]:
    """The article ids of the entries that changed since."""
    return list(tx.execute(select(_E.article).where(_E.change > after)).scalars())


def showing(tx: Transaction, names: Sequence[str], ids: Collection[str]) -> set[str]:
    """Those of the feeds `names` that ever showed one of the articles `ids`, or told of it in
    another's entry."""
    found: set[str] = set()
    for here in parts(names):
        for part in parts(sorted(ids)):
            shown = select(_X.feed).where(_X.feed.in_(here), _X.article.in_(part))
            found |= set(tx.execute(shown.distinct()).scalars())
    return found


def linking(tx: Transaction) -> list[tuple[str, str]]:
    """(article id, HTML) of the entries in any feed whose text links to other articles."""
    here = select(_X.article).where(_X.left_at.is_(None))
    links = func.instr(_E.html, f"{INTERNAL}article/") > 0
    rows = tx.execute(select(_E.article, _E.html).where(_E.article.in_(here), links))
    return [(row.article, row.html) for row in rows]


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
        "episode": episode_from(values["episode"]),
        "removed": bool(values["removed"]),
    }
    return Entry(**plain | lists | others)
