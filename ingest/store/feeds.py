"""The names feeds have and had: subscribers keep asking for every one of them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, update

from ingest.store import privacy, schema, tokens
from ingest.store.archive import archive, archive_state
from ingest.store.engine import Transaction, replacing

_F = schema.feed.c


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedName:
    """One name of a feed. `id` is the feed's `urn:uuid:`, whatever it is called; `moved_to` the
    name it has now, "" while this is it; `removed` when it is no longer configured."""

    name: str
    id: str
    moved_to: str = ""
    removed: bool = False


def sync(
    tx: Transaction,
    wanted: Sequence[tuple[str, tuple[str, ...]]],
    mint: Callable[[str, Collection[str]], str],
    now: datetime,
) -> dict[str, str]:
    """Bring the names in line with the configuration's (name, former names) pairs.

    A feed that says which name it had before takes over that one's id, entries and subscribers.
    `mint` makes the id of a new feed from its oldest name and the ids taken. Returns the id of each
    configured feed by name.
    """
    stored = names(tx)
    known, renamed = _in_line(stored, wanted, mint)
    for old, new in renamed:
        _rename(tx, old, new)
    changed = [_row(one, now) for name, one in known.items() if stored.get(name) != one]
    if changed:
        tx.execute(replacing(schema.feed, ["name"]), changed)
    return {name: known[name].id for name, _ in wanted}


def leaving(tx: Transaction, wanted: Sequence[tuple[str, tuple[str, ...]]]) -> list[str]:
    """The names of feeds that `sync` with these pairs would mark as removed, which are not yet."""
    stored = names(tx)
    known, _ = _in_line(stored, wanted, lambda _name, _taken: "")
    return [name for name, one in stored.items() if known[name].removed and not one.removed]


def _in_line(
    stored: Mapping[str, FeedName],
    wanted: Sequence[tuple[str, tuple[str, ...]]],
    mint: Callable[[str, Collection[str]], str],
) -> tuple[dict[str, FeedName], list[tuple[str, str]]]:
    """The names as they are to be, and the (old, new) names of feeds that are called otherwise."""
    known: dict[str, FeedName] = {}
    for name, one in stored.items():  # an upgraded store knows names alone
        ids = {other.id for other in [*known.values(), *stored.values()]}
        known[name] = one if one.id else replace(one, id=mint(name, ids))
    renamed: list[tuple[str, str]] = []
    current = {name for name, _ in wanted}
    for name, was in wanted:
        before = known.get(name)
        if before is None or before.moved_to:
            heir = _heir(known, name, was, current)
            if heir:
                renamed.append((heir.name, name))
                known = _redirected(known, heir.name, name)
            id_ = heir.id if heir else mint((*was, name)[0], {one.id for one in known.values()})
            known[name] = FeedName(name=name, id=id_)
        known[name] = replace(known[name], moved_to="", removed=False)
        for old in was:
            known.setdefault(old, FeedName(name=old, id=known[name].id))
            known = _redirected(known, old, name)
    for name, one in known.items():
        if name not in current and not one.moved_to:
            known[name] = replace(one, removed=True)
    return known, renamed


def names(tx: Transaction) -> dict[str, FeedName]:
    """Every name any feed ever had."""
    return {
        row.name: FeedName(
            name=row.name,
            id=row.id,
            moved_to=row.moved_to,
            removed=row.removed_at is not None,
        )
        for row in tx.execute(select(schema.feed).order_by(_F.name))
    }


def _heir(
    known: Mapping[str, FeedName], name: str, was: Sequence[str], current: Collection[str]
) -> FeedName | None:
    """The feed that is now called `name`: one of its former names, or what it was once called."""
    back = known[name].moved_to if name in known else ""
    for old in (*reversed(was), back):
        one = known.get(old)
        if one and not one.moved_to and old not in current:
            return one
    return None


def _redirected(known: Mapping[str, FeedName], old: str, new: str) -> dict[str, FeedName]:
    """All that led to `old`, and itself, leads to `new`: nobody is sent from address to address."""
    return {
        name: replace(one, moved_to=new, removed=False) if old in (name, one.moved_to) else one
        for name, one in known.items()
    }


def _rename(tx: Transaction, old: str, new: str) -> None:
    own = schema.exposure, schema.edition, archive, archive_state
    for table in (*own, privacy.audience, tokens.token):
        tx.execute(update(table).where(table.c.feed == old).values(feed=new))


def _row(one: FeedName, now: datetime) -> dict[str, object]:
    return {
        "name": one.name,
        "id": one.id,
        "moved_to": one.moved_to,
        "removed_at": now.timestamp() if one.removed else None,
    }
