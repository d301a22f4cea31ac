"""Questions of operators: which article is meant, and what is known about it beside its text."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, or_, select, tuple_

from ingest.article import Validators
from ingest.entry import Exposure
from ingest.store import schema
from ingest.store.engine import Transaction
from ingest.store.published import exposure_from

_A = schema.article.c
_D = schema.document.c
_X = schema.exposure.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What keeps an article from being shown: each None, False or "" when that does not.

    `successor` is the id of the newer version that took its place.
    """

    removed_at: datetime | None
    hidden_at: datetime | None
    held_until: datetime | None
    draft: bool
    successor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFacts:
    """A document an article was made of, without its bytes. `size` in bytes; `modified_at` is a
    file's time; `error` says why nothing could be made of it the last time."""

    origin: str
    url: str
    media_type: str
    charset: str
    size: int
    fetched_at: datetime
    modified_at: datetime | None
    gone_at: datetime | None
    validators: Validators
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An article's place in a feed, and when it left it; None while it is there."""

    feed: str
    exposure: Exposure
    left_at: datetime | None


def with_digits(tx: Transaction, digits: str, limit: int) -> list[str]:
    """Ids of articles whose UUID begins with those hexadecimal `digits`, dashes left out."""
    parts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32])
    start = "urn:uuid:" + "-".join(part for part in parts if part)
    return _ids(tx, and_(_A.id >= start, _A.id < start + "~"), limit)


def at_places(tx: Transaction, places: Collection[tuple[str, str]]) -> list[str]:
    """Ids of the articles that documents at (source, origin) are, sources by internal id."""
    here = tuple_(_D.source, _D.origin).in_(sorted(places))
    found = select(_D.article).where(here, _D.article.is_not(None))
    return sorted(set(tx.execute(found).scalars()))


def errors_at(tx: Transaction, places: Collection[tuple[str, str]]) -> list[tuple[str, str]]:
    """(origin, why) of the documents at (source, origin) of which no article could be made."""
    here = tuple_(_D.source, _D.origin).in_(sorted(places))
    rows = tx.execute(select(_D.origin, _D.error).where(here, _D.error != "").order_by(_D.origin))
    return [(row.origin, row.error) for row in rows]


def with_slug(tx: Transaction, slug: str) -> list[str]:
    """The id of the article whose entry has that slug."""
    t = schema.entry.c
    return list(tx.execute(select(t.article).where(t.slug == slug)).scalars())


def in_titles(tx: Transaction, key: str, limit: int) -> list[str]:
    """Ids of the articles whose folded title holds `key`; none for ""."""
    return _ids(tx, _A.title_key.contains(key, autoescape=True), limit) if key else []


def tags(tx: Transaction) -> set[str]:
    """Every tag of an article that may be shown, in small letters."""
    texts = tx.execute(select(_A.tags).where(schema.eligible()).distinct()).scalars()
    return {tag.casefold() for text in texts for tag in json.loads(text)}


def in_source(tx: Transaction, source: str) -> list[str]:
    """Ids of the articles of the source of that internal id that are not removed."""
    mine = select(_A.id).where(_A.source == source, _A.removed_at.is_(None))
    return sorted(tx.execute(mine).scalars())


def standing(tx: Transaction, article: str) -> Standing:
    """Whether and since when that stored article is not shown."""
    columns = (_A.removed_at, _A.hidden_at, _A.held_until, _A.since, _A.successor)
    row = tx.execute(select(*columns).where(_A.id == article)).one()
    return Standing(
        removed_at=_time(row.removed_at),
        hidden_at=_time(row.hidden_at),
        held_until=_time(row.held_until),
        draft=row.since is None and row.held_until is None,
        successor=row.successor,
    )


def documents(tx: Transaction, article: str) -> list[DocumentFacts]:
    """The documents that article was made of, those that are still there first."""
    rows = tx.execute(select(schema.document).where(_D.article == article))
    facts = [
        DocumentFacts(
            origin=row.origin,
            url=row.url,
            media_type=row.media_type,
            charset=row.charset,
            size=row.size,
            fetched_at=datetime.fromtimestamp(row.fetched_at, UTC),
            modified_at=_time(row.modified_ns / 1e9 if row.modified_ns else None),
            gone_at=_time(row.gone_at),
            validators=Validators(etag=row.etag, last_modified=row.last_modified),
            error=row.error,
        )
        for row in rows
    ]
    return sorted(facts, key=lambda one: (one.gone_at is not None, one.origin))


def showings(tx: Transaction, article: str) -> list[Shown]:
    """The feeds that article is or was in, by name."""
    rows = tx.execute(select(schema.exposure).where(_X.article == article).order_by(_X.feed))
    return [
        Shown(
            feed=row.feed,
            exposure=exposure_from(row),
            left_at=_time(row.left_at),
        )
        for row in rows
    ]


def newer(tx: Transaction, place: Shown) -> list[str]:
    """The articles whose entries stood above one that left its feed, when it left."""
    assert place.left_at
    left = place.left_at.timestamp()
    stayed = or_(_X.left_at.is_(None), _X.left_at > left)
    above = and_(_X.feed == place.feed, _X.number > place.exposure.number, _X.exposed_at <= left)
    return list(tx.execute(select(_X.article).where(above, stayed, _X.lead == "")).scalars())


def is_edited(tx: Transaction, article: str) -> bool:
    """Whether that article changed after it could be shown."""
    where = (_A.id == article, _A.since.is_not(None), _A.change > _A.since)
    return tx.execute(select(_A.id).where(*where)).first() is not None


def took_up(tx: Transaction, feed: str, begun: datetime) -> bool:
    """Whether a source or a rule brought a backlog into `feed`, which began then."""
    late = (_X.feed == feed, _X.settled.is_(True), _X.exposed_at > begun.timestamp())
    return tx.execute(select(_X.article).where(*late).limit(1)).first() is not None


def known_as(tx: Transaction, article: str) -> list[str]:
    """Every key the article was ever known by."""
    t = schema.alias.c
    return list(tx.execute(select(t.key).where(t.article == article).order_by(t.key)).scalars())


def _ids(tx: Transaction, condition: ColumnElement[bool], limit: int) -> list[str]:
    newest = select(_A.id).where(condition).order_by(_A.published.desc(), _A.id)
    return list(tx.execute(newest.limit(limit)).scalars())


def _time(value: float | None) -> datetime | None:
    return None if value is None else datetime.fromtimestamp(value, UTC)


def pages(tx: Transaction, source: str) -> list[str]:
    """The addresses at which the pages of `source` answered."""
    rows = tx.execute(select(_D.url).where(_D.source == source, _D.url != "").distinct())
    return list(rows.scalars())
