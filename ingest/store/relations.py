"""Which entries show which articles as related, to be asked the other way round."""

from collections.abc import Collection, Iterable

from sqlalchemy import Boolean, Column, Index, Table, Text, and_, exists, or_, select, update

from ingest.store import schema
from ingest.store.engine import Transaction, parts, replacing
from ingest.store.privacy import seen

relation = Table(
    "relation",
    schema.metadata,
    Column("article", Text, primary_key=True),  # whose entry shows the other one
    Column("other", Text, primary_key=True),
    # Its entry no longer does so. The row stays: the page of the other one may still have to learn.
    Column("dropped", Boolean, nullable=False, default=False),
    Index("relation_other", "other"),
)

_R = relation.c
_E = schema.entry.c
_X = schema.exposure.c
_MOST = 10  # entries told of one article


def relate(tx: Transaction, article: str, others: Iterable[str]) -> None:
    """Note that the entry of `article` shows `others` as related, and nothing else any more."""
    tx.execute(update(relation).where(_R.article == article).values(dropped=True))
    rows = [{"article": article, "other": other, "dropped": False} for other in others]
    if rows:
        tx.execute(replacing(relation, ["article", "other"]), rows)


def relating(tx: Transaction, ids: Collection[str], feed: str = "") -> dict[str, list[str]]:
    """The ids of articles whose entries show one of `ids` as related, by it, the newest first.

    At most ten each; left out are removed entries, and those that are not for everybody or, with
    `feed`, not in that private feed.
    """
    found: dict[str, list[str]] = {id_: [] for id_ in ids}
    shown = seen(_E.source)
    if feed:
        here = exists().where(_X.feed == feed, _X.article == _E.article)
        shown = or_(shown, and_(here, seen(_E.source, feed)))
    for part in parts(sorted(found)):
        statement = (
            select(_R.other, _R.article)
            .join(schema.entry, _E.article == _R.article)
            .where(_R.other.in_(part), _R.dropped.is_(False), _E.removed.is_(False), shown)
            .order_by(_E.number.desc())
        )
        for row in tx.execute(statement):
            if len(found[row.other]) < _MOST:
                found[row.other].append(row.article)
    return found


def affected(tx: Transaction, ids: Collection[str]) -> set[str]:
    """The articles with a page of ours that entries of `ids` show as related, or did once."""
    found: set[str] = set()
    for part in parts(sorted(ids)):
        paged = select(_R.other).join(schema.entry, _E.article == _R.other).where(_E.url == "")
        found |= set(tx.execute(paged.where(_R.article.in_(part))).scalars())
    return found


def showing(tx: Transaction, ids: Collection[str]) -> set[str]:
    """The articles whose entries show one of `ids` as related."""
    found: set[str] = set()
    for part in parts(sorted(ids)):
        statement = select(_R.article).where(_R.other.in_(part), _R.dropped.is_(False))
        found |= set(tx.execute(statement).scalars())
    return found
