"""Stories: which articles tell of the same event, and with which entry a feed tells of each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    Table,
    and_,
    delete,
    exists,
    insert,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.orm import aliased

from ingest.store import schema
from ingest.store.engine import Transaction, next_change, parts
from ingest.store.privacy import seen

alike = Table(
    "alike",
    schema.metadata,
    Column("article", Integer, primary_key=True, autoincrement=False),  # article.number
    Column("other", Integer, primary_key=True, autoincrement=False),  # likewise; both ways round
    Column("strength", Integer, nullable=False),  # in thousandths
    sqlite_with_rowid=False,
)

_A = schema.article.c
_E = schema.entry.c
_X = schema.exposure.c
_TOLD = _X.lead != ""
_MOST = 1_000  # articles looked at for one story


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """An article whose entry tells a story in a feed.

    `told_at` is when it entered or, later, when the story last developed; `left`: it is out of the
    feed.
    """

    article: str
    told_at: datetime
    left: bool


def put_alike(tx: Transaction, article: str, others: Mapping[str, int]) -> None:
    """Keep which other articles tell of the same event as `article`, and how sure that is."""
    ids = [article, *others]
    found = select(_A.id, _A.number).where(_A.id.in_(ids))
    numbers = {row.id: row.number for row in tx.execute(found)}
    own = numbers.pop(article)
    forget(tx, [own])
    rows = [
        {"article": one, "other": two, "strength": others[id_]}
        for id_, number in sorted(numbers.items())
        for one, two in ((own, number), (number, own))
    ]
    if rows:
        tx.execute(insert(alike), rows)


def forget(tx: Transaction, numbers: Collection[int]) -> None:
    """Forget what articles, by their numbers, are alike to."""
    c = alike.c
    found = tx.execute(select(c.article, c.other).where(c.article.in_(numbers))).all()
    for one, two in found:
        there = or_(and_(c.article == one, c.other == two), and_(c.article == two, c.other == one))
        tx.execute(delete(alike).where(there))


def connected(tx: Transaction, feed: str, fresh: Collection[str]) -> dict[tuple[str, str], int]:
    """How alike articles are, by pairs of ids: all that one comes to from `fresh`, going from one
    to the next over these and over what is or was in `feed`, but over nothing else. With no feed:
    over all that may be shown and no other succeeded."""
    one, two = aliased(schema.article), aliased(schema.article)
    here: ColumnElement[bool] = exists().where(_X.feed == feed, _X.article == two.c.id)
    here = and_(here, seen(two.c.source, feed))
    if not feed:
        shown = and_(two.c.removed_at.is_(None), two.c.hidden_at.is_(None))
        here = and_(shown, two.c.since.is_not(None), two.c.successor == "")
    pairs = (
        select(one.c.id, two.c.id.label("other"), alike.c.strength, here.label("here"))
        .join(one, one.c.number == alike.c.article)
        .join(two, two.c.number == alike.c.other)
    )
    if not feed:  # what is private joins nothing that is public
        both = seen(one.c.source), seen(two.c.source)
        pairs = pairs.where(or_(and_(*both), not_(or_(*both))))
    entering, met, found = set(fresh), set(fresh), dict[tuple[str, str], int]()
    reached = met
    while reached and len(met) < len(entering) + _MOST:
        beyond: set[str] = set()
        for part in parts(sorted(reached)):
            for row in tx.execute(pairs.where(one.c.id.in_(part))):
                if row.here or row.other in entering:
                    first, second = sorted((row.id, row.other))
                    found[first, second] = row.strength
                    beyond.add(row.other)
        reached = beyond - met
        met |= reached
    return found


def leads(tx: Transaction, feed: str, story: Collection[str]) -> list[Lead]:
    """The articles whose entries tell of those of `story` in `feed`, as far as they may be shown:
    what is in the feed first, then the oldest."""
    mine = [
        row.lead or row.article
        for part in parts(sorted(story))
        for row in tx.execute(
            select(_X.article, _X.lead).where(_X.feed == feed, _X.article.in_(part))
        )
    ]
    found = [
        row
        for part in parts(sorted(set(mine)))
        for row in tx.execute(
            select(_X.article, _X.number, _X.exposed_at, _X.developed, _X.left_at)
            .join(schema.entry, _E.article == _X.article)
            .where(_X.feed == feed, _X.article.in_(part), _up(feed))
        )
    ]
    found.sort(key=lambda row: (row.left_at is not None, row.number))
    return [
        Lead(
            article=row.article,
            told_at=datetime.fromtimestamp(max(row.exposed_at, row.developed or 0), UTC),
            left=row.left_at is not None,
        )
        for row in found
    ]


def followers(tx: Transaction, ids: Collection[str], feed: str = "") -> dict[str, list[str]]:
    """The articles told with the entry of each of `ids`, in `feed` or anywhere, in the order in
    which they were published; only those that are shown there, or to everybody."""
    found: dict[str, list[str]] = {}
    where = and_(_TOLD, _X.feed == feed) if feed else _TOLD
    for part in parts(sorted(ids)):
        rows = tx.execute(
            select(_X.lead, _E.article)
            .distinct()
            .join(schema.entry, _E.article == _X.article)
            .where(where, _X.lead.in_(part), _up(feed))
            .order_by(_E.published, _E.article)
        )
        for lead, article in rows:
            found.setdefault(lead, []).append(article)
    return found


def listed_with(tx: Transaction, ids: Collection[str]) -> dict[str, str]:
    """Of those of `ids` that are in a story the article that leads it: itself, or the first of
    those that do so in a feed; only what everybody may see."""
    other = aliased(schema.entry)
    found: dict[str, str] = {}
    for part in parts(sorted(ids)):
        rows = (
            select(_X.article, _X.lead)
            .join(schema.entry, _E.article == _X.lead)
            .join(other, other.c.article == _X.article)
            .where(_TOLD, _up(), seen(other.c.source))
        )
        following = rows.where(_X.article.in_(part)).order_by(_E.number.desc())
        found |= {row.article: row.lead for row in tx.execute(following)}
        found |= {row.lead: row.lead for row in tx.execute(rows.where(_X.lead.in_(part)))}
    return found


def changed(tx: Transaction, since: int) -> list[str]:
    """The articles whose stories' pages are to be looked at: they lead a story of which an entry
    changed after that number, or were removed since."""
    mine, other = aliased(schema.entry), aliased(schema.entry)
    led = (
        select(_X.lead)
        .join(mine, mine.c.article == _X.article)
        .join(other, other.c.article == _X.lead)
        .where(_TOLD, or_(mine.c.change > since, other.c.change > since))
    )
    gone = select(_E.article).where(_E.change > since, _E.removed.is_(True))
    return sorted({*tx.execute(led).scalars(), *tx.execute(gone).scalars()})


def develop(tx: Transaction, feed: str, lead: str, second: int) -> None:
    """Note that the story which the entry of `lead` tells in `feed` tells more since `second`."""
    here = and_(_X.feed == feed, _X.article == lead)
    tx.execute(update(schema.exposure).where(here).values(developed=second))


def promote(tx: Transaction, feed: str) -> None:
    """Let the next article of a story lead it in `feed` where the entry of the first is removed, or
    not for its readers any more."""
    first = aliased(schema.exposure)
    lost = (
        select(_X.lead, _X.article, first.c.left_at)
        .join(schema.entry, _E.article == _X.lead)
        .join(first, and_(first.c.feed == feed, first.c.article == _X.lead))
        .where(_X.feed == feed, _TOLD, not_(_up(feed)))
    )
    up = select(_E.article).where(_up(feed))
    heirs: dict[str, str] = {}
    for row in tx.execute(lost.where(_X.article.in_(up)).order_by(_X.number)).all():
        heir = heirs.setdefault(row.lead, row.article)
        touch(tx, [row.article])
        here = and_(_X.feed == feed, _X.article == row.article)
        values = {"lead": "" if heir == row.article else heir}
        if row.left_at is not None:  # what left does not return
            values |= {"left_at": row.left_at}
        tx.execute(update(schema.exposure).where(here).values(values))


def touch(tx: Transaction, ids: Collection[str]) -> None:
    """Let the entries of articles count as changed: their pages are written again."""
    for part in parts(sorted(ids)):
        change = next_change(tx, "entry")
        tx.execute(update(schema.entry).where(_E.article.in_(part)).values(change=change))


def _up(feed: str = "") -> ColumnElement[bool]:
    """That an entry is shown in `feed`, or to everybody."""
    return and_(_E.removed.is_(False), seen(_E.source, feed))
