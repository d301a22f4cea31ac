"""Feeds that are made, one for each tag, author and so on: the names they have once and for all,
and how many articles have each value.

The articles counted are kept, each with its values: a count looks only at those that changed since
the last one or that came to an age their rule asks about.
"""

import json
from collections import Counter
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
    Integer,
    Select,
    Table,
    Text,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from ingest.query import ages
from ingest.store import schema
from ingest.store.choice import ArticleQuery, matching
from ingest.store.engine import Transaction, last_change, replacing
from ingest.store.facts import facts, fold, fold_words
from ingest.store.matching import aging

Kind = Literal["tag", "author", "source", "language", "section"]

made_feed = Table(
    "made_feed",
    schema.metadata,
    Column("template", Text, primary_key=True),  # the name of the feed that asks for one each
    Column("kind", Text, primary_key=True),  # tag, author, …
    Column("value", Text, primary_key=True),  # folded; of a source its internal id
    Column("slug", Text, nullable=False),  # minted once: what the feed is called behind the name
    Column("label", Text, nullable=False),  # the value as it was written when that was
    Column("live", Boolean, nullable=False),
    Column("gone_at", Float),  # since when no article has it
    Index("made_feed_slug", "template", "slug", unique=True),
)

count_state = Table(
    "made_count",
    schema.metadata,
    Column("template", Text, primary_key=True),
    Column("change", Integer, nullable=False),  # of articles, up to which they are counted
    Column("asked", Text, nullable=False),
    Column("at", Float, nullable=False),
)

counted = Table(
    "made_counted",
    schema.metadata,
    Column("template", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("article", Integer, primary_key=True),  # article.number
    Index("made_counted_article", "template", "article"),
    sqlite_with_rowid=False,
)

_M = made_feed.c
_N = count_state.c
_V = counted.c
_A = schema.article.c
_C = schema.article.alias("changed").c
_F = facts.c
_COLUMNS: dict[Kind, ColumnElement[str]] = {
    "tag": _F.tags,
    "author": _F.authors,
    "source": _A.source,
    "language": _F.language,
    "section": _F.section,
}
_LONGEST = 100  # characters of a value that a feed is made for
_ROWS = 5_000  # articles looked at before what they have is noted


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """The last count for a template: up to which article change, `at` which moment, and in words
    `asked` all that it depends on beside the articles."""

    change: int
    asked: str
    at: datetime


def last_count(tx: Transaction, template: str) -> Count | None:
    """The last count for `template`; None before the first."""
    row = tx.execute(select(count_state).where(_N.template == template)).one_or_none()
    if row is None:
        return None
    return Count(change=row.change, asked=row.asked, at=datetime.fromtimestamp(row.at, UTC))


def count(tx: Transaction, template: str, kind: Kind, query: ArticleQuery, asked: str) -> None:
    """Count anew which of the articles of `query` that may be shown have which values.

    Where the last count was `asked` the same, only articles that can be counted otherwise now are
    looked at; all of them where a rule asks about time and the clock was set back.
    """
    now, last = query.asking.now, last_count(tx, template)
    ahead = last is not None and last.at > now and query.rule is not None and ages(query.rule)
    again = last if last and last.asked == asked and not ahead else None
    found = matching(select(_A.number, _COLUMNS[kind].label("held")), query)
    former = delete(counted).where(_V.template == template)
    if again:
        few = _touched(query, again)
        found, former = found.where(_A.number.in_(few)), former.where(_V.article.in_(few))
    tx.execute(former)
    for rows in tx.execute(found).partitions(_ROWS):
        values = [
            {"template": template, "value": value, "article": row.number}
            for row in rows
            for value in _values(kind, row.held)
        ]
        if values:
            tx.execute(insert(counted), values)
    state = {"change": last_change(tx, "article"), "asked": asked, "at": now.timestamp()}
    tx.execute(replacing(count_state, ["template"]), [{"template": template, **state}])


def counts(tx: Transaction, template: str, at_least: int) -> Counter[str]:
    """How many articles had each value when it was last counted: of values that so many have or
    for which there is a live feed."""
    times = func.count()
    live = select(_M.value).where(_M.template == template, _M.live.is_(True))
    grouped = select(_V.value, times.label("times")).where(_V.template == template)
    rows = tx.execute(grouped.group_by(_V.value).having(or_(times >= at_least, _V.value.in_(live))))
    return Counter({row.value: row.times for row in rows})


def forget_others(tx: Transaction, templates: Collection[str]) -> None:
    """Forget what was counted for other templates than these."""
    for template in set(tx.execute(select(_N.template)).scalars()) - set(templates):
        tx.execute(delete(counted).where(_V.template == template))
        tx.execute(delete(count_state).where(_N.template == template))


def label(tx: Transaction, kind: Kind, value: str, query: ArticleQuery) -> str:
    """How the newest article of `query` writes that value."""
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


def _touched(query: ArticleQuery, last: Count) -> Select[Any]:
    """The numbers of the articles that can be counted otherwise than in the `last` count."""
    found = select(_C.number).where(_C.change > last.change)
    if query.rule is None:
        return found
    came = aging(query.rule, _C.published, last.at, query.asking.now)
    aged = select(_C.number).where(came)
    return select(found.union(aged).subquery().c.number)
