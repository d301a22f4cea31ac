"""How many articles have each value that feeds are made for.

The articles counted are kept, each with its values: a count looks only at those that changed since
the last one or that came to an age their rule asks about.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
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
)

from ingest.query import ages, tells_of_stories
from ingest.store import made, members, schema
from ingest.store.choice import ArticleQuery, matching
from ingest.store.engine import Transaction, last_change, replacing
from ingest.store.made import COLUMNS, Kind
from ingest.store.matching import aging

_A = schema.article.c
_M = made.made_feed.c

QUIET = timedelta(days=7)
"""A story of which nothing was told for so long is over."""

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

_N = count_state.c
_V = counted.c
_C = schema.article.alias("changed").c
_LONGEST = 100  # characters of a value that a feed is made for
_ROWS = 5_000  # articles looked at before what they have is noted


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
    """Count anew which of the articles of `query` that may be shown have which values; of stories
    that is known already.

    Where the last count was `asked` the same, only articles that can be counted otherwise now are
    looked at; all of them where a rule asks about time and the clock was set back.
    """
    now, last = query.asking.now, last_count(tx, template)
    ahead = last is not None and last.at > now and query.rule is not None and ages(query.rule)
    again = last if last and last.asked == asked and not ahead else None
    if kind != "story":
        _recount(tx, template, kind, query, again)
    state = {"change": last_change(tx, "article"), "asked": asked, "at": now.timestamp()}
    tx.execute(replacing(count_state, ["template"]), [{"template": template, **state}])


def _recount(
    tx: Transaction, template: str, kind: Kind, query: ArticleQuery, last: Count | None
) -> None:
    found = matching(select(_A.number, COLUMNS[kind].label("held")), query)
    former = delete(counted).where(_V.template == template)
    if last:
        few = _touched(query, last)
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


def counts(
    tx: Transaction, template: str, kind: Kind, query: ArticleQuery, at_least: int
) -> Counter[str]:
    """How many articles had each value when it was last counted: of values that so many have or
    for which there is a live feed; of stories those that are not over, now."""
    if kind == "story":
        return _running(tx, query)
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


def _running(tx: Transaction, query: ArticleQuery) -> Counter[str]:
    """How many articles of `query` are in each story of which the newest is not `QUIET` old."""
    story, since = COLUMNS["story"], (query.asking.now - QUIET).timestamp()
    inside = members.member.c.article == _A.number
    new = select(story).join(schema.article, inside).where(_A.published >= since, story != 0)
    columns: list[ColumnElement[Any]] = [story.label("story"), func.count().label("times")]
    told = matching(select(*columns), query).join(members.member, inside)
    told = told.where(story.in_(new)).group_by(story).having(func.max(_A.published) >= since)
    return Counter({str(row.story): row.times for row in tx.execute(told)})


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
    if tells_of_stories(query.rule):
        moved = select(members.member.c.article).where(members.member.c.change > last.change)
        return select(found.union(aged, moved).subquery().c.number)
    return select(found.union(aged).subquery().c.number)
