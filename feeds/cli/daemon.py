"""`run`, `serve` and `reload`: the daemon, the server alone, and a new configuration for one."""

import os
import signal
import socket
import sys
import time
from pathlib import Path

import click

from config.load import ConfigError, digest
from config.settings import Settings
from feeds.cli.common import (
    Output,
    config_path,
    fail,
    load_settings,
    other_port,
    read_settings,
    speaks,
)
from feeds.context import open_context, wall_clock
from feeds.daemon import Daemon
from feeds.data import feeds_leaving, open_data, sources_leaving
from feeds.files import told
from feeds.lock import DAEMON, LockedError, daemon_pid, data_lock
from feeds.notify import Notifier
from feeds.server import PortTakenError, Server, ServerError
from feeds.service import ConfigFile, Service, Signals
from feeds.serving import new_app
from ingest.errors import StoreError
from ingest.store import daemons

_STOP = 5.0  # seconds for answers under way
_WAIT = 600.0  # seconds to wait for a command that works with the data folder
_TAKES_UP = 60.0  # seconds for a daemon to take a configuration up
_POLL = 0.1


@click.command(
    epilog="""\b
Example:
  broadsheet run"""
)
@speaks()
@click.pass_context
def run(ctx: click.Context, output: Output) -> None:
    """Refresh every source on schedule and serve the feeds, until SIGTERM or Ctrl-C.

    Continues where the last daemon ended: no page is asked for before it is due. A file that is
    saved is in the feeds within seconds. SIGHUP makes it take up a changed configuration, SIGUSR1
    refresh what is due and every folder now. Exit code 0 when it was told to stop, 1 when it cannot
    start.
    """
    settings = load_settings(ctx)
    output.start_log("info")
    run_daemon(output, settings, config_path(ctx))


def run_daemon(output: Output, settings: Settings, path: Path) -> None:
    """Be the daemon until told to stop. Ends the process itself when a run hangs past the grace."""
    config = ConfigFile(path, read_settings, settings.rules_folder)
    signals = Signals(signal.SIGHUP, signal.SIGUSR1)
    try:
        with (
            data_lock(settings.data_folder, DAEMON, wait=_WAIT, tell=_waits, until=signals.ending),
            open_context(settings) as context,
        ):
            daemon = Daemon(context)
            app = new_app(settings, context.store, lambda: daemon.context.names, context.clock)
            server = Server(app, settings.server.address, settings.server.port)
            _announce(output, settings, server.start())
            service = Service(
                config=config,
                daemon=daemon,
                server=server,
                notifier=Notifier(os.environ),
                started_at=context.clock(),
            )
            if not service.run(signals):
                end_at_once()
    except LockedError as error:
        if not signals.ending():
            fail(f"{error}; one data folder has one daemon")
    except (StoreError, ServerError) as error:
        fail(str(error))
    except OSError as error:
        fail(told(error))


@click.command(
    epilog="""\b
Example:
  broadsheet serve"""
)
@speaks(verbose="Say more: whatever the log holds.")
@click.pass_context
def serve(ctx: click.Context, output: Output) -> None:
    """Serve what is published, without ingesting anything, until SIGTERM or Ctrl-C.

    Exit code 0 when it was told to stop, 1 when it cannot start.
    """
    settings = load_settings(ctx)
    output.start_log("info")
    signals = Signals()
    names = [source.name for source in settings.sources]
    try:
        with open_data(settings) as store:
            app = new_app(settings, store, lambda: names, None)
            server = Server(app, settings.server.address, settings.server.port)
            _announce(output, settings, server.start())
            signals.wait_for_end()
            server.stop(_STOP)
    except PortTakenError as error:
        pid = daemon_pid(settings.data_folder)
        fail(f"the daemon (process {pid}) is up and serves all this already" if pid else str(error))
    except (StoreError, ServerError) as error:
        fail(str(error))


@click.command(
    epilog="""\b
Example:
  broadsheet reload"""
)
@speaks(verbose="Say more: whatever the log holds.")
@click.pass_context
def reload(ctx: click.Context, output: Output) -> None:
    """Have the running daemon take up the configuration as it is now.

    With any problem it keeps the one it has. Exit code 2 for a bad configuration, 1 when no daemon
    runs or it could not take the configuration up.
    """
    try:
        settings = read_settings(config_path(ctx))
    except ConfigError as error:
        fail(f"{error}\nNothing was reloaded: a daemon keeps the configuration it has.", code=2)
    take_up(output, settings, config_path(ctx))


def take_up(output: Output, settings: Settings, path: Path) -> None:
    """Have the daemon take up the configuration at `path`, and say so; a message and exit 1 when
    it does not."""
    path = path.absolute()
    current = digest(path)
    pid = daemon_pid(settings.data_folder)
    if pid is None:
        fail("no daemon works with this data folder; `broadsheet run` starts one")
    began, host = wall_clock(), socket.gethostname()
    try:
        with open_data(settings) as store:
            with store.read() as tx:
                state = daemons.look(tx, host)
            if state and Path(state.config) != path:
                fail(f"the daemon runs with {state.config}; name that one with --config")
            with store.read() as tx:
                for line in (*feeds_leaving(tx, settings), *sources_leaving(tx, settings)):
                    output.note(line)
            os.kill(pid, signal.SIGHUP)
            until = time.monotonic() + _TAKES_UP
            while time.monotonic() < until:
                with store.read() as tx:
                    state = daemons.look(tx, host)
                if state and state.digest == current and state.loaded_at >= began:
                    output.say(f"The daemon (process {pid}) goes by {path} now.")
                    return
                if state and state.refused_at and state.refused_at >= began:
                    fail("\n".join(["The daemon keeps the configuration it has:", *state.refused]))
                time.sleep(_POLL)
    except StoreError as error:
        fail(str(error))
    except (ProcessLookupError, PermissionError) as error:
        fail(f"the daemon (process {pid}) cannot be told: {(error.strerror or '').lower()}")
    fail(f"the daemon (process {pid}) did not answer in a minute; its log says why")


def end_at_once() -> None:
    """End the process although a thread hangs: what it had stored is stored, the rest is redone."""
    sys.stderr.flush()
    os._exit(0)


def _waits(error: LockedError) -> None:
    click.echo(f"{error}; waiting for its end", err=True)


def _announce(output: Output, settings: Settings, port: int) -> None:
    address = settings.server.address
    shown = f"[{address}]" if ":" in address else address
    output.say(f"Serving on http://{shown}:{port}/")
    for feed in settings.public_feeds:
        if feed.each:
            output.say(f"Feeds {feed.name}-…, one for each {feed.each}: {settings.site.url}")
            continue
        for format_ in feed.formats:
            output.say(f"Subscribe to {settings.feed_url(feed, format_)}")
    for line in other_port(settings, port):
        output.note(line)
    sys.stdout.flush()
