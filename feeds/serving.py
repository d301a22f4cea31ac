"""What the settings have served, put together: the published folders, who may read what is private,
limits, and our own hub."""

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from config.settings import Settings
from feeds.context import wall_clock
from feeds.each import expanded
from feeds.press import editions_folder
from feeds.pushes import Callbacks
from feeds.server import Closed, Guests, Limits, Take, create_app
from feeds.subscribers import RefusedError, take
from ingest.errors import StoreError
from ingest.store import Store, sources, tokens

if TYPE_CHECKING:
    from starlette.applications import Starlette

_FRESH = timedelta(seconds=30)  # how long the time of the next run is believed


def new_app(
    settings: Settings,
    store: Store,
    names: Callable[[], Collection[str]],
    clock: Callable[[], datetime] | None,
) -> "Starlette":
    """The application that serves what `settings` publish; `names` are those of the sources.

    `clock` is the daemon's: without one nothing is sent, and our own hub takes no subscriptions
    and no hub is heard.
    """
    folders, server = (settings.output_folder, editions_folder(settings)), settings.server
    limits = Limits(server.unconditional_per_hour, server.trusted_proxies)
    takes: Take | None = None
    if settings.site.own_hub in settings.site.hub_urls:
        takes = _takes(settings, store, clock) if clock else _takes_nothing
    with store.read() as tx:
        former = _former(expanded(tx, settings))
    closed = Closed(settings.private_folder, Guests(_tokens(settings, store), former))
    hears = Callbacks(store, settings, clock) if clock else None
    until_next = _until_next(store, names)
    return create_app(*folders, until_next, closed=closed, limits=limits, take=takes, hears=hears)


def _takes(settings: Settings, store: Store, clock: Callable[[], datetime]) -> Take:
    def answer(form: Mapping[str, str]) -> tuple[int, str]:
        try:
            with store.read() as tx:
                whole = expanded(tx, settings)
            take(form, whole, store, clock())
        except RefusedError as error:
            return error.status, error.reason
        except StoreError:
            return 503, "subscriptions cannot be noted at the moment"
        return 202, "the callback will be asked whether it wants that"

    return answer


def _takes_nothing(_form: Mapping[str, str]) -> tuple[int, str]:
    return 503, "nobody sends anything at the moment; try again later"


def _tokens(settings: Settings, store: Store) -> Callable[[], dict[str, str]]:
    """What gives the private feeds that tokens open; nobody's when the store fails."""

    def by_digest() -> dict[str, str]:
        with suppress(StoreError), store.read() as tx:
            found = tokens.feeds_by_digest(tx)
            whole = expanded(tx, settings) if found else settings
            private = {feed.name for feed in whole.feeds if feed.private}
            return {digest: feed for digest, feed in found.items() if feed in private}
        return {}

    return by_digest


def _former(settings: Settings) -> dict[str, str]:
    return {old: feed.name for feed in settings.feeds if feed.private for old in feed.was}


def _until_next(store: Store, names: Callable[[], Collection[str]]) -> Callable[[], int]:
    """Seconds until the next source is due: how long what we serve will stay as it is."""
    read_at = due = datetime.min.replace(tzinfo=UTC)

    def seconds() -> int:
        nonlocal read_at, due
        now = wall_clock()
        if not timedelta() <= now - read_at <= _FRESH:
            read_at = now
            with suppress(StoreError):  # what is published is served, whatever the store is like
                with store.read() as tx:
                    states = sources.states(tx)
                wanted = set(names())
                times = [
                    state.next_due
                    for name, state in states.items()
                    if name in wanted and not state.stopped
                ]
                due = min(times, default=now)
        return max(0, int((due - now).total_seconds()))

    return seconds
