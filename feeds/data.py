"""The data folder: its store, its namespace, and what the settings make of both."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

from config.settings import Settings
from config.source import Source
from feeds import each
from feeds.files import write_if_changed
from feeds.hubs import forget_others
from feeds.pushes import follow
from ingest.address import Address
from ingest.errors import StoreError
from ingest.identity import feed_id, source_id
from ingest.polling import LATEST, Next, Pace, Seen, after_wait, interval
from ingest.schedule import next_due, parse_cron
from ingest.store import (
    Store,
    Transaction,
    addresses,
    configured,
    counts,
    feeds,
    open_store,
    peek_store,
    privacy,
)
from ingest.store.sources import SourceState


@contextmanager
def open_data(settings: Settings) -> Iterator[Store]:
    """Open the store alone, for commands that only look. Raises StoreError."""
    path = settings.data_folder / "broadsheet.db"
    try:
        store = open_store(path)
    except OSError as error:
        reason = f"cannot be opened: {(error.strerror or str(error)).lower()}"
        raise StoreError(reason, origin=str(path)) from error
    try:
        yield store
    finally:
        store.close()


@contextmanager
def peek_data(settings: Settings) -> Iterator[Store | None]:
    """Open the store for who must change nothing; None unless there is one of our schema."""
    store = peek_store(settings.data_folder / "broadsheet.db")
    try:
        yield store
    finally:
        if store:
            store.close()


def sync(
    tx: Transaction, settings: Settings, space: uuid.UUID, now: datetime
) -> tuple[dict[str, SourceState], dict[str, str], Settings]:
    """Bring the store in line with the settings: the state of each source, the id of each feed,
    and the settings with the feeds that are made.

    A source is not due later than it can be from now on: its schedule may be another one, or the
    clock have been wrong. What must not be asked yet goes on waiting.
    """
    states = configured.sync(
        tx, _wanted_sources(settings), partial(source_id, namespace=space), now
    )
    told, zone = addresses.waiting(tx), settings.site.timezone
    latest = {}
    for one in settings.sources:
        state = states[one.name]
        latest[state.id] = _latest(one, zone, state.errors, told.get(state.id, {}), now)
    configured.at_latest(tx, latest)
    whole = each.expanded(tx, settings)
    leaving = feeds.leaving(tx, _wanted_feeds(whole))
    _say_farewell([name for name in leaving if name not in privacy.private_feeds(tx)])
    ids = sync_feeds(tx, whole, states, space, now)
    forget_others(tx, whole, now)
    follow(tx, settings, states, now)
    counts.forget_others(tx, [feed.name for feed in settings.feeds if feed.each])
    return states, ids, whole


def sync_feeds(
    tx: Transaction,
    settings: Settings,
    states: Mapping[str, SourceState],
    space: uuid.UUID,
    now: datetime,
) -> dict[str, str]:
    """The id of each feed of the expanded `settings`, by name; noted are those that are gone, and
    who may read what."""
    ids = feeds.sync(tx, _wanted_feeds(settings), partial(feed_id, namespace=space), now)
    private = settings.private_sources
    shown = {states[one.name].id: private.get(one.name, ()) for one in settings.sources}
    privacy.sync(tx, shown, {feed.name: feed.private for feed in settings.feeds})
    return ids


def feeds_leaving(tx: Transaction, settings: Settings) -> list[str]:
    """What becomes of each feed that `settings` take away, in words."""
    private = privacy.private_feeds(tx)
    public = "its addresses will answer 410 Gone and readers drop it"
    return [
        f"feed {name!r} is no longer configured: "
        f"{'its tokens will open nothing' if name in private else public}; {_keep(name)}"
        for name in feeds.leaving(tx, _wanted_feeds(each.expanded(tx, settings)))
    ]


def sources_leaving(tx: Transaction, settings: Settings) -> list[str]:
    """What becomes of the articles in view of each source that is not in `settings`, in words."""
    found = []
    for name, count in configured.leaving(tx, _wanted_sources(settings)).items():
        stay, them = ("article stays", "it") if count == 1 else ("articles stay", "them")
        advice = f"`broadsheet hide --source {name}` takes {them} from view"
        found.append(f"source {name!r} is no longer configured; its {count} {stay}; {advice}")
    return found


def _say_farewell(names: list[str]) -> None:
    """Log that feeds are removed."""
    if names:
        import structlog  # 100 ms that commands which only look do not pay

        log = structlog.get_logger()
        gone = "feed is no longer configured: its addresses answer 410 Gone and readers drop it"
        for name in names:
            log.warning(gone, feed=name, advice=_keep(name))


def _keep(name: str) -> str:
    return f'to keep its subscribers write was = "{name}" below the feed that takes its place'


def _wanted_sources(settings: Settings) -> list[tuple[str, str, str]]:
    return [(source.name, source.kind, source.locator) for source in settings.sources]


def _wanted_feeds(settings: Settings) -> list[tuple[str, tuple[str, ...]]]:
    return [(feed.name, feed.was) for feed in settings.feeds]


def unknown(
    name: str, states: Mapping[str, SourceState], space: uuid.UUID, due: datetime
) -> SourceState:
    """The state of a source that the store does not know yet, for who only looks."""
    minted = source_id(name, [state.id for state in states.values()], namespace=space)
    return SourceState(id=minted, name=name, next_due=due, errors=0, rules="", settled=False)


def namespace(folder: Path, *, used: bool) -> uuid.UUID:
    """The install's namespace, minted once: every id derives from it."""
    path = folder / "namespace"
    try:
        return uuid.UUID(path.read_text("ascii").strip())
    except FileNotFoundError:
        if used:
            reason = "is missing, and without it new articles would get ids of another install"
            raise StoreError(f"{reason}; restore it from a backup", origin=str(path)) from None
    except (OSError, ValueError) as error:
        raise StoreError(f"cannot be used: {error}", origin=str(path)) from error
    write_if_changed(path, f"{uuid.uuid4()}\n".encode())
    return uuid.UUID(path.read_text("ascii").strip())


def pace(source: Source, zone: str) -> Pace:
    """How often a source is looked at; `zone` is the one its cron is in."""
    return Pace(
        cron=parse_cron(source.cron, zone) if source.cron else None,
        every=source.interval,
        spread="" if source.files else source.name,
    )


def _latest(
    source: Source, zone: str, errors: int, told: Mapping[str, Address], now: datetime
) -> datetime:
    own = pace(source, zone)
    length = LATEST if own.adapts else interval(own, Seen())
    failed = 0 if source.files else errors
    due = next_due(cron=own.cron, interval=length, after=now, errors=failed, spread=own.spread)
    if not told:
        return due
    asked = tuple(
        one if (one := told.get(url, Address())).waits(now) else Address()
        for url in source.urls or (source.locator,)
    )
    return after_wait(Next(at=due, why=""), own, Seen(addresses=asked), now).at or due
