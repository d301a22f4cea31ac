"""What has left a feed, in archives: which exposures are in which page, and what it was made from.

A page is a range of a feed's exposure numbers. The ranges follow each other without a gap, so every
entry that left is in one page, and one that is removed and comes back is in the same again.
"""

import hashlib
import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Float,
    Integer,
    Row,
    Table,
    Text,
    and_,
    case,
    func,
    not_,
    select,
)

from ingest.article import INTERNAL
from ingest.entry import Exposure
from ingest.store import privacy, published, schema
from ingest.store.engine import Transaction, parts, replacing
from ingest.store.privacy import seen
from ingest.store.published import exposure_from
from ingest.store.relations import relation

archive = Table(
    "archive",
    schema.metadata,
    Column("feed", Text, primary_key=True),
    Column("page", Integer, primary_key=True, autoincrement=False),  # from 1, the oldest
    Column("first", Integer, nullable=False),  # exposure numbers
    Column("last", Integer, nullable=False),
    Column("made_at", Float, nullable=False),
    Column("settings", Text, nullable=False),  # digest of those it was written with; "": not yet
    Column("shown", Text, nullable=False),  # digest of the ids of what it shows
)

archive_state = Table(
    "archive_state",
    schema.metadata,
    Column("feed", Text, primary_key=True),
    Column("change", BigInteger, nullable=False),  # of entries: pages agree with them up to it
    Column("folder", Text, nullable=False),  # what tells whether its files are still all there
)

_P = archive.c
_E = schema.entry.c
_X = schema.exposure.c
_LINK = f"{INTERNAL}article/"
_LINKED = re.compile(rf"{_LINK}([0-9a-f-]{{36}})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One archive of a feed: the exposures `first` to `last`. `settings` and `shown` are digests of
    what it was last written with, "" before it was."""

    feed: str
    page: int
    first: int
    last: int
    made_at: float
    settings: str = ""
    shown: str = ""


def newest(tx: Transaction, feed: str) -> int:
    """The number of the newest page of `feed`, 0 when there is none."""
    return int(tx.execute(select(func.max(_P.page)).where(_P.feed == feed)).scalar() or 0)


def unpaged(tx: Transaction, feed: str) -> tuple[int, int]:
    """The first and the last exposure number of what has left `feed` and is in no page; nothing has
    when the last one is less."""
    paged = select(func.max(_P.last)).where(_P.feed == feed)
    staying = select(func.min(_X.number)).where(_X.feed == feed, _X.left_at.is_(None))
    first = int(tx.execute(paged).scalar() or 0) + 1
    return first, int(tx.execute(staying).scalar() or first) - 1


def exposures(
    tx: Transaction, feed: str, first: int, last: int, *, limit: int | None = None
) -> list[Exposure]:
    """The exposures of `feed` with those numbers that have an entry to show, the oldest first."""
    statement = (
        select(schema.exposure)
        .join(schema.entry, _E.article == _X.article)
        .where(_X.feed == feed, _X.number.between(first, last), _X.lead == "")
        .where(_up(feed))
        .order_by(_X.number, _X.article)
        .limit(limit)
    )
    return [exposure_from(row) for row in tx.execute(statement)]


def add(tx: Transaction, feed: str, first: int, ends: Sequence[int], now: datetime) -> None:
    """Add a page for each of `ends`, the last numbers of their ranges; the first one's starts at
    `first`."""
    page = newest(tx, feed)
    for number, last in enumerate(ends, page + 1):
        put(tx, Page(feed=feed, page=number, first=first, last=last, made_at=now.timestamp()))
        first = last + 1


def put(tx: Transaction, page: Page) -> None:
    """Insert or replace a page."""
    tx.execute(replacing(archive, ["feed", "page"]), [asdict(page)])


def pages(tx: Transaction, feed: str, numbers: Collection[int]) -> list[Page]:
    """The pages of `feed` with those numbers."""
    return [
        _page(row)
        for part in parts(sorted(numbers))
        for row in tx.execute(select(archive).where(_P.feed == feed, _P.page.in_(part)))
    ]


def unwritten(tx: Transaction, feed: str, settings: str) -> list[Page]:
    """The pages that were not written with `settings`."""
    statement = select(archive).where(_P.feed == feed, _P.settings != settings)
    return [_page(row) for row in tx.execute(statement)]


def otherwise(tx: Transaction, feed: str, since: int) -> list[Page]:
    """The written pages that no longer show what they should: of what they show, or link to as
    told with it, something was removed or came back; or one of their entries names an article that
    the readers of `feed` may not see any more. Entries that changed after `since` count."""
    changed = published.changed(tx, after=since)
    naming = _numbers(tx, feed, _naming(tx, feed, privacy.unseen(tx, changed, feed)))
    numbers = _numbers(tx, feed, changed) | naming
    oldest = min(numbers, default=None)
    if oldest is None or oldest >= unpaged(tx, feed)[0]:
        return []
    written = select(archive).where(_P.feed == feed, _P.shown != "", _P.last >= oldest)
    found = [
        page
        for page in map(_page, tx.execute(written.order_by(_P.page)))
        if _holds(page, sorted(numbers))
    ]
    names = sorted(naming)
    return [page for page in found if _holds(page, names) or shown(tx, page) != page.shown]


def shown(tx: Transaction, page: Page) -> str:
    """A digest of which articles a page shows, and of those told with them which are not to be seen
    any more: that others are told with them later changes no page."""
    up = case((_up(page.feed), True), else_=False)
    members = select(_X.article, up.label("up")).join(schema.entry, _E.article == _X.article)
    here = members.where(_X.feed == page.feed)
    own = here.where(_X.number.between(page.first, page.last), _X.lead == "")
    rows = tx.execute(own.order_by(_X.number, _X.article)).all()
    ids = [row.article for row in rows if row.up]
    lost: list[str] = []
    for part in parts(ids):
        told = here.where(_X.lead != "", _X.lead.in_(part), not_(_up(page.feed)))
        lost += (row.article for row in tx.execute(told))
    return hashlib.sha256(json.dumps([ids, sorted(lost)]).encode()).hexdigest()


def states(tx: Transaction) -> dict[str, tuple[int, str]]:
    """Up to which change of entries the pages of each feed agree with them, and what was last seen
    of their folder. A feed is not in it before the first time."""
    return {row.feed: (row.change, row.folder) for row in tx.execute(select(archive_state))}


def put_state(tx: Transaction, feed: str, change: int, folder: str) -> None:
    """Insert or replace what `states` gives for a feed."""
    values = {"feed": feed, "change": change, "folder": folder}
    tx.execute(replacing(archive_state, ["feed"]), [values])


def _numbers(tx: Transaction, feed: str, ids: Sequence[str]) -> set[int]:
    """The exposure numbers of the entries of `feed` that show articles `ids`, or tell of them."""
    found: dict[str, int] = {}
    leads: set[str] = set()
    for part in parts(ids):
        mine = select(_X.article, _X.number, _X.lead).where(_X.feed == feed, _X.article.in_(part))
        for row in tx.execute(mine):
            found[row.article] = row.number
            leads.add(row.lead)
    missing = leads - {""} - found.keys()
    return set(found.values()) | (_numbers(tx, feed, sorted(missing)) if missing else set())


def _naming(tx: Transaction, feed: str, ids: Collection[str]) -> list[str]:
    """The articles whose entries show or showed one of `ids` as related, or that left `feed` and
    link to one."""
    r, found = relation.c, set[str]()
    for part in parts(sorted(ids)):
        found |= set(tx.execute(select(r.article).where(r.other.in_(part))).scalars())
    if ids:
        left = select(_X.article).where(_X.feed == feed, _X.left_at.is_not(None))
        links = func.instr(_E.html, _LINK) > 0
        rows = tx.execute(select(_E.article, _E.html).where(_E.article.in_(left), links))
        for article, html in rows:
            named = {f"urn:uuid:{uuid}" for uuid in _LINKED.findall(html)}
            found |= {article} if named.intersection(ids) else set()
    return sorted(found)


def _holds(page: Page, numbers: Sequence[int]) -> bool:
    """Whether one of the sorted exposure `numbers` is in the page."""
    return bisect_left(numbers, page.first) < bisect_right(numbers, page.last)


def _up(feed: str) -> ColumnElement[bool]:
    return and_(_E.removed.is_(False), seen(_E.source, feed))


def _page(row: Row[tuple[object, ...]]) -> Page:
    return Page(**dict(row._mapping))  # noqa: SLF001 - public in spite of its name
