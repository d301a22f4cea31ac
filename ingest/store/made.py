"""Feeds that are made, one for each tag, author and so on: the names they have once and for all."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Float,
    Index,
    Table,
    Text,
    func,
    select,
    update,
)

from ingest.store import members, schema
from ingest.store.choice import ArticleQuery, matching
from ingest.store.engine import Transaction, replacing
from ingest.store.facts import facts, fold, fold_words

Kind = Literal["tag", "author", "source", "language", "section", "story"]

QUIET = timedelta(days=7)
"""A story of which nothing was told for so long is over."""

made_feed = Table(
    "made_feed",
    schema.metadata,
    Column("template", Text, primary_key=True),  # the name of the feed that asks for one each
    Column("kind", Text, primary_key=True),  # tag, author, …
    Column(
        "value", Text, primary_key=True
    ),  # folded; of a source its internal id, of a story its number
    Column("slug", Text, nullable=False),  # minted once: what the feed is called behind the name
    Column("label", Text, nullable=False),  # the value as it was written when that was
    Column("live", Boolean, nullable=False),
    Column("gone_at", Float),  # since when no article has it
    Index("made_feed_slug", "template", "slug", unique=True),
)

_M = made_feed.c
_A = schema.article.c
_F = facts.c
_COLUMNS: dict[Kind, ColumnElement[Any]] = {
    "tag": _F.tags,
    "author": _F.authors,
    "source": _A.source,
    "language": _F.language,
    "section": _F.section,
    "story": members.member.c.story,
}
_LONGEST = 100  # characters of a value that a feed is made for


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


def counts(tx: Transaction, kind: Kind, query: ArticleQuery) -> Counter[str]:
    """How many of the articles of `query` that may be shown have each value; of stories those that
    are not over."""
    if kind == "story":
        return _running(tx, query)
    column = _COLUMNS[kind]
    columns: list[ColumnElement[Any]] = [column.label("held"), func.count().label("times")]
    found: Counter[str] = Counter()
    for row in tx.execute(matching(select(*columns), query).group_by(column)):
        for value in _values(kind, row.held):
            found[value] += row.times
    return found


def revalue(tx: Transaction, one: Made, value: str) -> None:
    """Let `one` be the feed for `value`, for which its template has none."""
    here = (_M.template == one.template, _M.kind == one.kind, _M.value == one.value)
    tx.execute(update(made_feed).where(*here).values(value=value))


def _running(tx: Transaction, query: ArticleQuery) -> Counter[str]:
    """How many articles of `query` are in each story of which the newest is not `QUIET` old."""
    story, since = _COLUMNS["story"], (query.asking.now - QUIET).timestamp()
    inside = members.member.c.article == _A.number
    new = select(story).join(schema.article, inside).where(_A.published >= since, story != 0)
    columns: list[ColumnElement[Any]] = [story.label("story"), func.count().label("times")]
    told = matching(select(*columns), query).join(members.member, inside)
    told = told.where(story.in_(new)).group_by(story).having(func.max(_A.published) >= since)
    return Counter({str(row.story): row.times for row in tx.execute(told)})


def _headline(tx: Transaction, story: int, query: ArticleQuery) -> str:
    """The title of the article of `query` that told of the story first."""
    told = matching(select(_A.title), query).where(members.is_in(story))
    return str(tx.execute(told.order_by(_A.published, _A.key).limit(1)).scalar_one())


def label(tx: Transaction, kind: Kind, value: str, query: ArticleQuery) -> str:
    """How the newest article of `query` writes that value; of a story its first title."""
    if kind == "story":
        return _headline(tx, int(value), query)
    inside = _COLUMNS[kind].contains(f"\n{value}\n", autoescape=True)
    here = inside if kind in {"tag", "author"} else _COLUMNS[kind] == value
    newest = matching(select(_A.tags, _A.authors, _A.section), query).where(here)
    row = tx.execute(newest.order_by(_A.published.desc(), _A.key.desc()).limit(1)).one_or_none()
    if row is None or kind in {"source", "language"}:
        return value
    written = {"tag": row.tags, "author": row.authors, "section": json.dumps([row.section])}[kind]
    same = fold_words if kind == "author" else fold
    return next((text for text in json.loads(written) if same(text) == value), value)


def _values(kind: Kind, held: str) -> list[str]:
    """The values in a column of facts."""
    found = [held.partition("-")[0]] if kind == "language" else held.split("\n")
    return [value for value in dict.fromkeys(found) if 0 < len(value) <= _LONGEST]
