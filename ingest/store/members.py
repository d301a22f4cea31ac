"""Which story each article is in, whatever feed shows it. An article is in one at most."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Index,
    Integer,
    Table,
    func,
    select,
    update,
)

from ingest.store import schema
from ingest.store.engine import Transaction, parts, replacing

member = Table(
    "story_member",
    schema.metadata,
    Column("article", Integer, primary_key=True, autoincrement=False),  # article.number
    Column("story", BigInteger, nullable=False),  # the change in which it began; 0: in none now
    Column("change", BigInteger, nullable=False),  # the article change in which it came into it
    Index("story_member_story", "story"),
    Index("story_member_change", "change"),
)

story_heir = Table(
    "story_heir",
    schema.metadata,
    Column("story", BigInteger, primary_key=True, autoincrement=False),  # taken up by another one
    Column("heir", BigInteger, nullable=False),  # that other one, which is no heir's story itself
)

_A = schema.article.c
_M = member.c
_H = story_heir.c


def fresh(
    tx: Transaction, after: int, since: float, *, limit: int
) -> list[tuple[float, int, str, str]]:
    """(published, change, key, id) of the first articles changed after that change number, in the
    order of their changes: those published at or after that second that may be shown and that no
    other succeeded."""
    where = (_A.change > after, _A.published >= since, schema.eligible(), _A.successor == "")
    found = select(_A.published, _A.change, _A.key, _A.id).where(*where).order_by(_A.change)
    rows = tx.execute(found.limit(limit))
    return [(row.published, row.change, row.key, row.id) for row in rows]


def of(tx: Transaction, ids: Iterable[str]) -> dict[str, int]:
    """The story of each of those articles that is in one."""
    found: dict[str, int] = {}
    joined = select(_A.id, _M.story).join(member, _M.article == _A.number).where(_M.story != 0)
    for part in parts(sorted(ids)):
        found |= {row.id: row.story for row in tx.execute(joined.where(_A.id.in_(part)))}
    return found


def sizes(tx: Transaction, stories: Collection[int]) -> Counter[int]:
    """How many articles that may be shown are in each of those stories."""
    found: Counter[int] = Counter()
    held = select(_M.story, func.count().label("size"))
    shown = held.join(schema.article, _A.number == _M.article).where(schema.eligible())
    counted = shown.group_by(_M.story)
    for part in parts(sorted(stories)):
        rows = tx.execute(counted.where(_M.story.in_(part)))
        found.update({row.story: row.size for row in rows})
    return found


def put(tx: Transaction, placed: Mapping[str, int], change: int) -> None:
    """Note that articles came into stories, or into none (0), with that article change."""
    for part in parts(sorted(placed)):
        rows = tx.execute(select(_A.id, _A.number).where(_A.id.in_(part)))
        values = [{"article": n, "story": placed[id_], "change": change} for id_, n in rows]
        if values:
            tx.execute(replacing(member, ["article"]), values)


def inherit(tx: Transaction, story: int, heir: int, change: int) -> None:
    """Let `heir` go on with `story`, all of it, and with what `story` went on with."""
    tx.execute(update(member).where(_M.story == story).values(story=heir, change=change))
    tx.execute(update(story_heir).where(_H.heir == story).values(heir=heir))
    tx.execute(replacing(story_heir, ["story"]), [{"story": story, "heir": heir}])


def heirs(tx: Transaction, stories: Iterable[int]) -> dict[int, int]:
    """The stories that go on with those of `stories` that were taken up."""
    found: dict[int, int] = {}
    for part in parts(sorted(stories)):
        rows = tx.execute(select(_H.story, _H.heir).where(_H.story.in_(part)))
        found |= {row.story: row.heir for row in rows}
    return found


def is_in(story: int | None = None) -> ColumnElement[bool]:
    """The condition that an article is in that story; without one, that it is in any."""
    which = _M.story != 0 if story is None else _M.story == story
    return _A.number.in_(select(_M.article).where(which))


def came_after(change: int) -> ColumnElement[bool]:
    """The condition that an article came into its story, or out of it, after that change."""
    return _A.number.in_(select(_M.article).where(_M.change > change))
