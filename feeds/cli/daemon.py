"""`run` and `serve`: the daemon, and the server alone."""

import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from config import logs
from config.settings import Settings
from feeds.cli.common import fail, load_settings
from feeds.context import open_context, open_data, wall_clock
from feeds.daemon import Daemon, catch_signals
from feeds.lock import DAEMON, LockedError, data_lock
from feeds.press import editions_folder
from feeds.server import Server, ServerError, create_app
from ingest.errors import StoreError
from ingest.store import Store, sources

if TYPE_CHECKING:
    from collections.abc import Callable

_STOP = 5.0  # seconds for answers under way
_WAIT = 10.0  # seconds to wait for a command, which may only look


@click.command(
    epilog="""\b
Example:
  broadsheet run"""
)
@click.pass_context
def run(ctx: click.Context) -> None:
    """Refresh every source on schedule and serve the feeds, until SIGTERM or Ctrl-C.

    Continues where the last daemon ended: no page is asked for before it is due. A file that is
    saved is in the feeds within seconds.
    """
    settings = load_settings(ctx)
    logs.configure("info", sys.stderr)
    run_daemon(settings)


def run_daemon(settings: Settings) -> None:
    """Be the daemon until told to stop. Ends the process itself when a run hangs past the grace."""
    wait = catch_signals()
    try:
        with (
            data_lock(settings.data_folder, DAEMON, wait=_WAIT),
            open_context(settings) as context,
        ):
            server = _server(settings, context.store)
            _announce(settings, server.start())
            daemon = Daemon(context)
            daemon.start()
            wait()
            if not daemon.close():
                end_at_once()
            server.stop(_STOP)
    except LockedError as error:
        fail(f"{error}; one data folder has one daemon")
    except (StoreError, ServerError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or 'a file'}: {error.strerror or error}")


@click.command(
    epilog="""\b
Example:
  broadsheet serve"""
)
@click.pass_context
def serve(ctx: click.Context) -> None:
    """Serve what is published, without ingesting anything, until SIGTERM or Ctrl-C."""
    settings = load_settings(ctx)
    logs.configure("info", sys.stderr)
    wait = catch_signals()
    try:
        with open_data(settings) as store:
            server = _server(settings, store)
            _announce(settings, server.start())
            wait()
            server.stop(_STOP)
    except (StoreError, ServerError) as error:
        fail(str(error))


def end_at_once() -> None:
    """End the process although a thread hangs: what it had stored is stored, the rest is redone."""
    import os

    sys.stderr.flush()
    os._exit(0)


def _server(settings: Settings, store: Store) -> Server:
    app = create_app(
        settings.output_folder, editions_folder(settings), _until_next(settings, store)
    )
    return Server(app, settings.server.address, settings.server.port)


def _until_next(settings: Settings, store: Store) -> "Callable[[], int]":
    """Seconds until the next source is due: how long what we serve will stay as it is."""
    names = [source.name for source in settings.sources]
    known: dict[str, object] = {}

    def seconds() -> int:
        now = wall_clock()
        read_at, due = known.get("at"), known.get("due")
        if read_at is None or now - read_at > timedelta(seconds=30):  # type: ignore[operator]
            with store.read() as tx:
                states = sources.states(tx)
            times = [state.next_due for name, state in states.items() if name in names]
            due = min(times, default=now)
            known.update(at=now, due=due)
        return max(0, int((due - now).total_seconds()))  # type: ignore[operator]

    return seconds


def _announce(settings: Settings, port: int) -> None:
    address = settings.server.address
    shown = f"[{address}]" if ":" in address else address
    click.echo(f"Serving on http://{shown}:{port}/")
    for feed in settings.feeds:
        for format_ in feed.formats:
            click.echo(f"Subscribe to {settings.site.url}{feed.name}.{format_}")
    sys.stdout.flush()
