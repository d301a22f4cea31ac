"""Choosing among articles: what may enter a feed, and what a search finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, not_, or_, select

from ingest.query import Node, tells_of_stories
from ingest.store import members, schema
from ingest.store.engine import Transaction, parts
from ingest.store.facts import facts
from ingest.store.matching import Asking, Condition, aging, condition
from ingest.store.schema import eligible

_T = schema.article.c
_C = schema.article.alias("changed").c
_E = schema.entry.c
_X = schema.exposure.c
_NEWEST = (_T.published.desc(), _T.key.desc())

Newcomer = tuple[float, str, str]
"""Of an article that may enter a feed: published, key, id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleQuery:
    """Which articles are meant: those of `sources` (internal ids), and of them those that `rule`
    matches, if there is one, under the circumstances `asking`."""

    sources: tuple[str, ...]
    asking: Asking
    rule: Node | None = None


def newest(
    tx: Transaction,
    query: ArticleQuery,
    *,
    limit: int | None,
    unexposed_in: str,
    after: int = 0,
    edited: bool = False,
) -> list[Newcomer]:
    """Publishable articles of `query` not yet exposed in the feed `unexposed_in`, newest first.

    By published, then key. `after`: only those publishable since that change number; with `edited`
    also those changed after it that are not older than all that the feed shows (an article given a
    tag of the feed later). What came into a story after it does so however old, where the rule
    asks about stories. `limit` None: all.
    """
    new: Condition = _T.since > after
    if edited:
        new = or_(new, _T.published >= _oldest(unexposed_in))
    if after:  # `since` is never more than `change`
        new = and_(_few(_C.change > after), new)
        if query.rule and tells_of_stories(query.rule):
            new = or_(new, members.came_after(after))
    return _unexposed(tx, query, new, feed=unexposed_in, limit=limit)


def begun(
    tx: Transaction,
    query: ArticleQuery,
    before: ArticleQuery,
    *,
    limit: int | None,
    unexposed_in: str,
    until: int,
) -> list[Newcomer]:
    """Likewise those that `query` matches and `before` did not, though they have not changed since
    the change number `until`: because time went by, or because the rule is another one."""
    older: Condition = _T.change <= until
    if query.rule and query.rule == before.rule:
        came = aging(query.rule, _C.published, before.asking.now, query.asking.now)
        older = and_(older, _few(came))
    if before.rule:
        older = and_(older, not_(condition(before.rule, before.asking)))
    return _unexposed(tx, query, older, feed=unexposed_in, limit=limit)


def search(tx: Transaction, query: ArticleQuery, *, limit: int) -> list[str]:
    """Ids of the articles of `query` that may be shown, the last published first."""
    found = matching(select(_T.id), query).order_by(*_NEWEST)
    return list(tx.execute(found.limit(limit)).scalars())


def count(tx: Transaction, query: ArticleQuery) -> int:
    """How many articles of `query` may be shown."""
    columns: Select[Any] = select(func.count())
    return int(tx.execute(matching(columns, query)).scalar_one())


def holds(tx: Transaction, article: str, nodes: Sequence[Node], asking: Asking) -> list[bool]:
    """Whether the stored article of that id matches each of `nodes`."""
    columns = [condition(node, asking).label(f"n{n}") for n, node in enumerate(nodes)]
    if not columns:
        return []
    joined = select(*columns).join_from(schema.article, facts, facts.c.article == _T.number)
    return [bool(value) for value in tx.execute(joined.where(_T.id == article)).one()]


def moments(tx: Transaction, query: ArticleQuery) -> list[tuple[str, float]]:
    """(source, published) of the articles of `query` that may be shown."""
    rows = tx.execute(matching(select(_T.source, _T.published), query))
    return [(row.source, row.published) for row in rows]


def exposed(tx: Transaction, feed: str, since: float) -> list[tuple[str, float]]:
    """(source, published) of the articles from that second on that ever were in `feed`."""
    found = select(_T.source, _T.published).join(schema.exposure, _X.article == _T.id)
    rows = tx.execute(found.where(_X.feed == feed, _T.published >= since))
    return [(row.source, row.published) for row in rows]


def sources_of(tx: Transaction, ids: Sequence[str]) -> dict[str, str]:
    """The internal id of each article's source."""
    found: dict[str, str] = {}
    for part in parts(ids):
        rows = tx.execute(select(_T.id, _T.source).where(_T.id.in_(part)))
        found |= {row.id: row.source for row in rows}
    return found


def matching(columns: Select[Any], query: ArticleQuery) -> Select[Any]:
    """`columns` of the articles of `query` that may be shown, joined with their facts."""
    # Not by the index of sources: most articles are of these, and the newest are wanted.
    mine = _T.source.concat("").in_(query.sources)
    joined = columns.join_from(schema.article, facts, facts.c.article == _T.number)
    found = joined.where(mine, eligible())
    return found.where(condition(query.rule, query.asking)) if query.rule else found


def _few(which: Condition) -> Condition:
    """That an article is one of those few, which are to be found first: what a query asks lies in
    indexes too, and those would be read from end to end."""
    return _T.number.in_(select(_C.number).where(which))


def _oldest(feed: str) -> ColumnElement[float]:
    """The earliest `published` of what `feed` shows, 0 when it shows nothing; asked only where an
    article is left to be compared with it."""
    shown = select(func.min(_E.published)).join(schema.exposure, _X.article == _E.article)
    here = shown.where(_X.feed == feed, _X.left_at.is_(None), _X.lead == "", _E.removed.is_(False))
    return func.coalesce(here.scalar_subquery(), 0)


def _unexposed(
    tx: Transaction, query: ArticleQuery, which: Condition, *, feed: str, limit: int | None
) -> list[Newcomer]:
    seen = exists().where(_X.feed == feed, _X.article == _T.id)
    found = matching(select(_T.published, _T.key, _T.id), query).where(which, ~seen)
    rows = tx.execute(found.order_by(*_NEWEST).limit(limit))
    return [(row.published, row.key, row.id) for row in rows]
