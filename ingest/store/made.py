"""Feeds that are made, one for each tag, author and so on: the names they have once and for all."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Float,
    Index,
    Table,
    Text,
    delete,
    or_,
    select,
    update,
)

from ingest.store import members, schema
from ingest.store.choice import ArticleQuery, matching
from ingest.store.engine import Transaction, replacing
from ingest.store.facts import facts, fold, fold_words

Kind = Literal["tag", "author", "source", "language", "section", "story"]

made_feed = Table(
    "made_feed",
    schema.metadata,
    Column("template", Text, primary_key=True),  # the name of the feed that asks for one each
    Column("kind", Text, primary_key=True),  # tag, author, …
    # folded; of a source its internal id, of a story its number
    Column("value", Text, primary_key=True),
    Column("slug", Text, nullable=False),  # minted once: what the feed is called behind the name
    Column("label", Text, nullable=False),  # the value as it was written when that was
    Column("live", Boolean, nullable=False),
    Column("gone_at", Float),  # since when no article has it
    Index("made_feed_slug", "template", "slug", unique=True),
)

_M = made_feed.c
_A = schema.article.c
_F = facts.c
COLUMNS: dict[Kind, ColumnElement[Any]] = {
    "tag": _F.tags,
    "author": _F.authors,
    "source": _A.source,
    "language": _F.language,
    "section": _F.section,
    "story": members.member.c.story,
}
"""Where the values of each kind stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A feed of `template` for one `value` of a `kind`. `live` while it is published, `gone_at`
    since when no article has the value."""

    template: str
    kind: Kind
    value: str
    slug: str
    label: str
    live: bool
    gone_at: datetime | None = None


def of(tx: Transaction, template: str) -> list[Made]:
    """Every feed that `template` ever had, in the order of their values."""
    rows = tx.execute(select(made_feed).where(_M.template == template).order_by(_M.kind, _M.value))
    return [
        Made(
            template=row.template,
            kind=row.kind,
            value=row.value,
            slug=row.slug,
            label=row.label,
            live=row.live,
            gone_at=None if row.gone_at is None else datetime.fromtimestamp(row.gone_at, UTC),
        )
        for row in rows
    ]


def put(tx: Transaction, found: Sequence[Made]) -> None:
    """Insert or replace made feeds."""
    rows = [
        {
            "template": one.template,
            "kind": one.kind,
            "value": one.value,
            "slug": one.slug,
            "label": one.label,
            "live": one.live,
            "gone_at": one.gone_at.timestamp() if one.gone_at else None,
        }
        for one in found
    ]
    if rows:
        tx.execute(replacing(made_feed, ["template", "kind", "value"]), rows)


def rename(tx: Transaction, old: str, new: str) -> None:
    """Give the feeds of the template `old`, if there are any, to `new`, which has none yet."""
    if not of(tx, new):
        tx.execute(update(made_feed).where(_M.template == old).values(template=new))


def forget(tx: Transaction, one: Made) -> None:
    """Let the value of `one` be called anew when it gets a feed again."""
    here = (_M.template == one.template, _M.kind == one.kind, _M.value == one.value)
    tx.execute(delete(made_feed).where(*here))


def revalue(tx: Transaction, one: Made, value: str) -> None:
    """Let `one` be the feed for `value`, for which its template has none."""
    here = (_M.template == one.template, _M.kind == one.kind, _M.value == one.value)
    tx.execute(update(made_feed).where(*here).values(value=value))


def _headline(tx: Transaction, story: int, query: ArticleQuery) -> str:
    """The title of the article of `query` that told of the story first."""
    told = matching(select(_A.title), query).where(members.is_in(story))
    return str(tx.execute(told.order_by(_A.published, _A.key).limit(1)).scalar_one())


def titles(tx: Transaction, story: int, query: ArticleQuery) -> list[str]:
    """The titles of the articles of `query` in that story."""
    return list(tx.execute(matching(select(_A.title), query).where(members.is_in(story))).scalars())


def held(tx: Transaction, kind: Kind, value: str, sources: Collection[str]) -> bool:
    """Whether an article of `sources`, shown or not, has that value."""
    joined = select(_A.id).join(facts, _F.article == _A.number)
    found = joined.where(_A.source.in_(sorted(sources)), _having(kind, value))
    return tx.execute(found.limit(1)).one_or_none() is not None


def label(tx: Transaction, kind: Kind, value: str, query: ArticleQuery) -> str:
    """How the newest article of `query` writes that value; of a story its first title."""
    if kind == "story":
        return _headline(tx, int(value), query)
    told = matching(select(_A.tags, _A.authors, _A.section), query)
    newest = told.where(_having(kind, value))
    row = tx.execute(newest.order_by(_A.published.desc(), _A.key.desc()).limit(1)).one_or_none()
    if row is None or kind in {"source", "language"}:
        return value
    written = {"tag": row.tags, "author": row.authors, "section": json.dumps([row.section])}[kind]
    same = fold_words if kind == "author" else fold
    return next((text for text in json.loads(written) if same(text) == value), value)


def _having(kind: Kind, value: str) -> ColumnElement[bool]:
    """The condition that an article has that value."""
    column = COLUMNS[kind]
    if kind == "story":
        return members.is_in(int(value))
    if kind in {"tag", "author"}:
        return column.contains(f"\n{value}\n", autoescape=True)
    if kind == "language":
        return or_(column == value, column.startswith(f"{value}-", autoescape=True))
    return column == value
