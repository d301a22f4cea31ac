"""Articles and their aliases."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, and_, bindparam, case, func, select, update

from ingest.article import Article, Draft, Hint
from ingest.similarity import title_key
from ingest.store import facts, schema
from ingest.store.engine import Transaction, ignoring, next_change, parts, replacing
from ingest.store.privacy import beside
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

_T = schema.article.c
_LISTS = ("authors", "tags", "assets", "key_points")
_SAME = (
    *("id", "key", "source", "origin", "url", "title", "language", "html", "text"),
    *("summary", "section", "site_name", "licence", "via", "change"),
)
_UNSTORED = frozenset({"warnings", "stated_keys", "passages", "shared"})
# Without them a digest is what it always was.
_LATER = frozenset({"enclosures", "upstream", "key_points", "via", "episode"})
_DATES = (
    select(_T.published)
    .where(_T.source == bindparam("source"))
    .order_by(_T.published.desc())
    .limit(bindparam("most"))
)


def digest_of(draft: Draft) -> str:
    """SHA-256 of the normalized form: equal digests mean that nothing we store has changed."""
    shown = {f.name: getattr(draft, f.name) for f in fields(Draft) if f.name not in _UNSTORED}
    shown = {name: value for name, value in shown.items() if value or name not in _LATER}
    text = json.dumps(shown, default=_plain, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def aliases(tx: Transaction, keys: Collection[str]) -> dict[str, str]:
    """Those of `keys` that are known, each with its article's id."""
    found: dict[str, str] = {}
    for part in parts(sorted(keys)):
        rows = tx.execute(select(schema.alias).where(schema.alias.c.key.in_(part)))
        found |= {row.key: row.article for row in rows}
    return found


def remember(tx: Transaction, keys: Sequence[tuple[str, str]]) -> None:
    """Make each key an alias of its article; a key keeps the first article it named."""
    if keys:
        rows = [{"key": key, "article": article} for key, article in keys]
        tx.execute(ignoring(schema.alias), rows)


def get(tx: Transaction, article: str) -> Article | None:
    """The stored article with that id, removed ones included."""
    row = tx.execute(select(schema.article).where(_T.id == article)).one_or_none()
    return _article(row) if row else None


def many(tx: Transaction, ids: Collection[str]) -> dict[str, Article]:
    """The stored articles with those ids."""
    found: dict[str, Article] = {}
    for part in parts(sorted(ids)):
        rows = tx.execute(select(schema.article).where(_T.id.in_(part)))
        found |= {row.id: _article(row) for row in rows}
    return found


def shown(tx: Transaction, ids: Collection[str], source: str = "") -> set[str]:
    """Those of `ids` that may be shown, and told of to all who may see `source`, an internal id."""
    found: set[str] = set()
    told = and_(eligible(), beside(tx, source))
    for part in parts(sorted(ids)):
        found |= set(tx.execute(select(_T.id).where(_T.id.in_(part), told)).scalars())
    return found


def digests(tx: Transaction, ids: Collection[str]) -> dict[str, str]:
    """The digest of the normalized form of each of `ids`, "" for one that was removed."""
    found: dict[str, str] = {}
    for part in parts(sorted(ids)):
        rows = tx.execute(select(_T.id, _T.digest, _T.removed_at).where(_T.id.in_(part)))
        found |= {row.id: "" if row.removed_at is not None else row.digest for row in rows}
    return found


def put_all(
    tx: Transaction, changed: Sequence[tuple[Article, str, datetime | None]]
) -> dict[str, int]:
    """Insert or replace articles, each with its digest and the time until which it is held.

    Returns their numbers, for the term table, by id. Each article takes the next change number, and
    that number as `since` when this makes it publishable: when it is new, or stops being a draft or
    held. While it is hidden that is 0.
    """
    if not changed:
        return {}
    ids = [article.id for article, _, _ in changed]
    since: dict[str, int | None] = {}
    known = func.coalesce(_T.since, case((_T.hidden_at.is_not(None), 0)))
    for part in parts(sorted(ids)):
        rows = tx.execute(select(_T.id, known.label("since")).where(_T.id.in_(part)))
        since |= {row.id: row.since for row in rows}
    first = next_change(tx, "article", len(changed)) - len(changed) + 1
    values = [
        _values(article)
        | {
            "digest": digest,
            "title_key": title_key(article.title),
            "change": change,
            "since": None if article.unpublished or held else _first(since.get(article.id), change),
            "held_until": held.timestamp() if held else None,
            "removed_at": None,
        }
        for change, (article, digest, held) in enumerate(changed, first)
    ]
    tx.execute(replacing(schema.article, ["id"], keeping=["hidden_at", "successor"]), values)
    numbers: dict[str, int] = {}
    for part in parts(sorted(ids)):
        found = tx.execute(select(_T.id, _T.number).where(_T.id.in_(part)))
        numbers |= {row.id: row.number for row in found}
    facts.put(tx, [(numbers[article.id], article) for article, _, _ in changed])
    return numbers


def release_held(tx: Transaction, now: datetime) -> int:
    """Make the articles publishable whose time has come. Returns how many."""
    due = select(_T.id).where(_T.held_until <= now.timestamp()).order_by(_T.held_until, _T.id)
    ids = tx.execute(due).scalars().all()
    for article in ids:
        change = next_change(tx, "article")
        since = case((_T.hidden_at.is_(None), change), else_=0)
        values = {"held_until": None, "since": since, "change": change}
        tx.execute(update(schema.article).where(_T.id == article).values(values))
    return len(ids)


def latest_dates(tx: Transaction, source: str, limit: int) -> list[datetime]:
    """When the newest articles of `source` were published, at most so many."""
    found = tx.execute(_DATES, {"source": source, "most": limit}).scalars()
    return [datetime.fromtimestamp(moment, UTC) for moment in found]


def with_title(tx: Transaction, key: str) -> list[str]:
    """Ids of the articles, removed ones included, whose title folds to `key`, oldest first."""
    statement = select(_T.id).where(_T.title_key == key).order_by(_T.published, _T.id)
    return list(tx.execute(statement).scalars()) if key else []


def by_titles(tx: Transaction, titles: Collection[str], source: str = "") -> dict[str, str]:
    """Title key to the id of the newest publishable article with that title that may be told of to
    all who see `source`, an internal id; "" for everybody."""
    found: dict[str, str] = {}
    told = beside(tx, source)
    for part in parts(sorted(set(titles) - {""})):
        statement = select(_T.title_key, _T.id).where(_T.title_key.in_(part), eligible(), told)
        rows = tx.execute(statement.order_by(_T.published, _T.successor == "", _T.id))
        found |= {row.title_key: row.id for row in rows}
    return found


def by_paths(tx: Transaction, source: str, paths: Collection[str]) -> dict[str, str]:
    """Path to article id, for the files of `source` that publishable articles were made of."""
    t = schema.document.c
    found: dict[str, str] = {}
    for part in parts(sorted(paths)):
        rows = tx.execute(
            select(t.origin, t.article)
            .join(schema.article, _T.id == t.article)
            .where(t.source == source, t.origin.in_(part), t.gone_at.is_(None), eligible())
        )
        found |= {row.origin: row.article for row in rows}
    return found


def _first(since: int | None, change: int) -> int:
    return change if since is None else since


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    said = {f.name: getattr(value, f.name) for f in fields(value)}  # type: ignore[arg-type]
    return {n: one for n, one in said.items() if one or n not in {"label", "duration"}}


def _values(article: Article) -> dict[str, object]:
    same: dict[str, object] = {name: getattr(article, name) for name in _SAME if name != "change"}
    lists = {name: json.dumps(getattr(article, name), ensure_ascii=False) for name in _LISTS}
    hints = [[hint.title, hint.url] for hint in article.hints]
    return (
        same
        | lists
        | {
            "published": (article.published or article.first_seen).timestamp(),
            "updated": _seconds(article.updated),
            "first_seen": article.first_seen.timestamp(),
            "image": image_text(article.image),
            "enclosures": enclosures_text(article.enclosures),
            "upstream": upstream_text(article.upstream),
            "episode": episode_text(article.episode),
            "hints": json.dumps(hints, ensure_ascii=False),
            "origins": json.dumps(dict(article.origins), sort_keys=True),
        }
    )


def _article(row: Row[Any]) -> Article:
    values: dict[str, Any] = dict(row._mapping)  # noqa: SLF001 - public in spite of its name
    lists: dict[str, Any] = {name: tuple(json.loads(values[name])) for name in _LISTS}
    same: dict[str, Any] = {name: values[name] for name in _SAME}
    return Article(
        **same,
        **lists,
        published=_time(row.published),
        updated=_time(row.updated),
        first_seen=datetime.fromtimestamp(row.first_seen, UTC),
        image=image_from(row.image),
        enclosures=enclosures_from(row.enclosures),
        upstream=upstream_from(row.upstream),
        episode=episode_from(row.episode),
        hints=tuple(Hint(title=title, url=url) for title, url in json.loads(row.hints)),
        origins=json.loads(row.origins),
        unpublished=row.since is None and row.held_until is None,
    )


def _seconds(value: datetime | None) -> float | None:
    return value.timestamp() if value else None


def _time(value: float | None) -> datetime | None:
    return None if value is None else datetime.fromtimestamp(value, UTC)
