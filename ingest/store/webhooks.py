"""Up to which entry of which feed each webhook was told: one row for each of both."""

from collections.abc import Collection

from sqlalchemy import BigInteger, Column, ColumnElement, Table, Text, func, select, update

from ingest.entry import Exposure
from ingest.store import schema
from ingest.store.engine import Transaction, ignoring
from ingest.store.privacy import seen
from ingest.store.published import exposure_from

webhook = Table(
    "webhook",
    schema.metadata,
    Column("name", Text, primary_key=True),
    Column("feed", Text, primary_key=True),
    Column("told", BigInteger, nullable=False),  # the number of an exposure
    sqlite_with_rowid=False,
)

_W = webhook.c
_X = schema.exposure.c
_E = schema.entry.c


def keep(tx: Transaction, pairs: Collection[tuple[str, str]]) -> None:
    """Know these (webhook, feed) and no others; a new one is told of what comes from now on."""
    known = {(row.name, row.feed) for row in tx.execute(select(webhook))}
    for name, feed in known - set(pairs):
        tx.execute(webhook.delete().where(*_of(name, feed)))
    newest = dict[str, int]()
    for name, feed in sorted(set(pairs) - known):
        if feed not in newest:
            last = select(func.coalesce(func.max(_X.number), 0)).where(_X.feed == feed)
            newest[feed] = int(tx.execute(last).scalar_one())
        tx.execute(ignoring(webhook), [{"name": name, "feed": feed, "told": newest[feed]}])


def untold(tx: Transaction, name: str, feed: str, limit: int) -> list[Exposure]:
    """The first `limit` exposures in `feed` that the webhook was not told of, oldest first.

    What a first edition or the backlog of a new source brought is no news, nor is what was removed,
    is told of in the entry of another, or is not for the feed's readers any more.
    """
    told = select(_W.told).where(*_of(name, feed)).scalar_subquery()
    news = (_X.feed == feed, _X.number > told, _X.lead == "", _X.settled.is_(False))
    statement = (
        select(schema.exposure)
        .join(schema.entry, _E.article == _X.article)
        .where(*news, _E.removed.is_(False), seen(_E.source, feed))
    )
    return [exposure_from(row) for row in tx.execute(statement.order_by(_X.number).limit(limit))]


def told(tx: Transaction, name: str, feed: str, number: int) -> None:
    """Note up to which exposure the webhook was told."""
    tx.execute(update(webhook).where(*_of(name, feed)).values(told=number))


def _of(name: str, feed: str) -> tuple[ColumnElement[bool], ...]:
    return _W.name == name, _W.feed == feed
