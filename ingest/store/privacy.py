"""Who may see what: the sources that private feeds alone show, and the feeds that are private.

The configuration decides, and the store keeps it: what is no longer configured stays as private as
it was. A feed is known by its name here, as in its exposures.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Table,
    Text,
    and_,
    delete,
    exists,
    insert,
    or_,
    select,
    true,
)

from ingest.store import schema
from ingest.store.engine import Transaction, ignoring, parts

audience = Table(
    "audience",
    schema.metadata,
    Column("source", Text, primary_key=True),  # a private one, by its internal id
    Column("feed", Text, primary_key=True),  # that shows it
)

private_feed = Table(
    "private_feed",
    schema.metadata,
    Column("name", Text, primary_key=True),
)

_A = schema.article.c
_C = audience.c
_D = schema.document.c
_E = schema.entry.c
_F = private_feed.c
_X = schema.exposure.c


class Withheld(NamedTuple):
    """An entry that is not for everybody: has it a page of ours, and files beside that? And is its
    article removed?"""

    article: str
    slug: str
    page: bool
    files: bool
    removed: bool


def sync(
    tx: Transaction,
    sources: Mapping[str, Collection[str]],
    feeds: Mapping[str, bool],
) -> None:
    """Take over from the configuration who sees each source, by its internal id: the names of the
    private feeds that alone show it, none when it is public; and of each feed if it is private."""
    known = audiences(tx)
    for source, names in sources.items():
        if known.get(source, frozenset()) != frozenset(names):
            tx.execute(delete(audience).where(_C.source == source))
            rows = [{"source": source, "feed": name} for name in sorted(names)]
            if rows:
                tx.execute(insert(audience), rows)
    tx.execute(delete(private_feed).where(_F.name.in_([n for n, own in feeds.items() if not own])))
    secret = [{"name": name} for name, own in feeds.items() if own]
    if secret:
        tx.execute(ignoring(private_feed), secret)


def conceal(tx: Transaction, name: str) -> None:
    """Let nothing in public tell that there was a feed of that name, until there is one again."""
    tx.execute(ignoring(private_feed), [{"name": name}])


def audiences(tx: Transaction) -> dict[str, frozenset[str]]:
    """The names of the feeds that alone show each private source, by its internal id."""
    found: dict[str, set[str]] = {}
    for row in tx.execute(select(audience)):
        found.setdefault(row.source, set()).add(row.feed)
    return {source: frozenset(names) for source, names in found.items()}


def private_feeds(tx: Transaction) -> set[str]:
    """The names of the feeds that are private, or were when they were last configured."""
    return set(tx.execute(select(_F.name)).scalars())


def seen(source: ColumnElement[str], feed: str = "") -> ColumnElement[bool]:
    """The condition that everybody may see a source, or with `feed` whoever reads that feed."""
    mine = select(_C.source).where(_C.feed == feed)
    return source.not_in(select(_C.source).where(_C.source.not_in(mine)))


def withheld(tx: Transaction, feed: str = "") -> list[Withheld]:
    """The entries that are not for everybody; with `feed` those of them that are or were in that
    private feed and are for its readers. In the order in which they came."""
    page, files = (_E.url == "").label("page"), (_E.assets != "[]").label("files")
    columns = _E.article, _E.slug, page, files, _E.removed
    statement = select(*columns).where(_hidden() if feed else or_(_hidden(), _moved()))
    if feed:
        here = exists().where(_X.feed == feed, _X.article == _E.article)
        statement = statement.where(here, seen(_E.source, feed))
    return [Withheld(*row) for row in tx.execute(statement.order_by(_E.number))]


def changed(tx: Transaction, after: int) -> list[tuple[str, str]]:
    """(slug, address elsewhere or "") of the entries that are not for everybody and may have been:
    those that changed after that number, and whose article went to a private source since."""
    fresh = or_(_E.change > after, _E.source.not_in(select(_C.source)))
    rows = tx.execute(select(_E.slug, _E.url).where(_hidden(), fresh))
    return [(row.slug, row.url) for row in rows]


def beside(tx: Transaction, source: str) -> ColumnElement[bool]:
    """The condition that an article may be told to all who may see those of `source`: it is public,
    or every feed that shows `source` shows its source too."""
    known = audiences(tx)
    mine = known.get(source)
    kept = [one for one, feeds in known.items() if mine is None or not mine <= feeds]
    return _A.source.not_in(kept) if kept else true()


def unseen(tx: Transaction, ids: Collection[str], feed: str = "") -> set[str]:
    """Those of the article `ids` that may not be told of in public, or in the private feed `feed`:
    hidden ones, and those of private sources, unless they are or were in that feed."""
    found: set[str] = set()
    private = select(_C.source)
    for part in parts(sorted(ids)):
        kept = or_(_A.source.in_(private), _E.source.in_(private))
        if feed:
            here = exists().where(_X.feed == feed, _X.article == _A.id)
            kept = and_(kept, or_(~here, ~seen(_A.source, feed), ~seen(_E.source, feed)))
        joined = select(_A.id).outerjoin(schema.entry, _E.article == _A.id)
        statement = joined.where(_A.id.in_(part), or_(_A.hidden_at.is_not(None), kept))
        found |= set(tx.execute(statement).scalars())
    return found


def _hidden() -> ColumnElement[bool]:
    """The condition that an entry is of a private source, or its article now is."""
    private = select(_C.source)
    moved = exists().where(_A.id == _E.article, _A.source.in_(private))
    return or_(_E.source.in_(private), moved)


def _moved() -> ColumnElement[bool]:
    """The condition that an entry is removed and a private source has its document: a file was
    moved there, and came as another article."""
    other = schema.document.alias("other").c
    there = select(other.digest).where(other.source.in_(select(_C.source)), other.digest != "")
    same = there.where(other.gone_at.is_(None))
    return and_(_E.removed, exists().where(_D.article == _E.article, _D.digest.in_(same)))
