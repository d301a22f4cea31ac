"""`ingest`, `publish` and `refresh`: the one-off regeneration, whole or by halves."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from config import logs
from config.settings import Settings
from feeds.cli.common import fail, load_settings, suggest
from feeds.cli.output import RunTable, show_published
from feeds.context import Context, open_context, open_data, wall_clock
from feeds.lock import COMMAND, DAEMON, LockedError, data_lock
from feeds.publish import publish as publish_feeds
from feeds.refresh import due_names, run_sources
from feeds.refresh import refresh as refresh_sources
from ingest.errors import StoreError
from ingest.store import requests, runs, sources
from ingest.store.runs import RunReport

if TYPE_CHECKING:
    from ingest.store import Store

_WAIT = 60.0  # seconds to wait for another command to finish
_POLL = 0.2


@click.command(
    epilog="""\b
Example:
  broadsheet ingest inbox"""
)
@click.argument("source", nargs=-1)
@click.option("--allow-removal", is_flag=True, help="Remove articles though many are gone at once.")
@click.pass_context
def ingest(ctx: click.Context, source: tuple[str, ...], allow_removal: bool) -> None:
    """Read the named SOURCEs (none: every folder and what is due) and store their articles.

    Exit code 1 when anything of a source failed; everything else is stored.
    """
    settings = load_settings(ctx)
    known(source, [s.name for s in settings.sources], "source")
    with opened(settings) as context:
        names = list(source) or due_names(context)
        with RunTable() as table:
            runs = run_sources(context, names, allow_removal=allow_removal, progress=table.progress)
            table.show(runs)
    ctx.exit(int(any(run.failed or run.outcome != "ok" for run in runs)))


@click.command(
    epilog="""\b
Example:
  broadsheet publish all"""
)
@click.argument("feed", nargs=-1)
@click.pass_context
def publish(ctx: click.Context, feed: tuple[str, ...]) -> None:
    """Write the named FEEDs (none: all) and every page from what is stored.

    A file whose bytes would be the same is not touched. Exit code 1 when a feed failed.
    """
    settings = load_settings(ctx)
    known(feed, [f.name for f in settings.feeds], "feed")
    with opened(settings) as context:
        report = publish_feeds(context.press(), now=context.clock(), names=feed)
    show_published(settings, report)
    ctx.exit(int(report.failed))


@click.command(
    epilog="""\b
Examples:
  broadsheet refresh
  broadsheet refresh inbox wire"""
)
@click.argument("source", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every source, due or not.")
@click.option("--allow-removal", is_flag=True, help="Remove articles though many are gone at once.")
@click.pass_context
def refresh(
    ctx: click.Context, source: tuple[str, ...], everything: bool, allow_removal: bool
) -> None:
    """Ingest the named SOURCEs (none: every folder and what is due), then publish.

    With the daemon up it does the work and this command waits for it. Exit code 1 when anything of
    a source failed; everything else is published.
    """
    settings = load_settings(ctx)
    configured = [s.name for s in settings.sources]
    known(source, configured, "source")
    wanted = configured if everything else list(source)
    try:
        with opened(settings) as context, RunTable() as table:
            names = wanted or due_names(context)
            report = refresh_sources(
                context, names, allow_removal=allow_removal, progress=table.progress
            )
            table.show(report.runs)
    except LockedError as error:
        if allow_removal:
            fail(f"{error}; stop it first: --allow-removal is not asked of a running daemon")
        ctx.exit(_ask_daemon(settings, wanted))
    show_published(settings, report.published)
    ctx.exit(int(report.failed))


def _ask_daemon(settings: Settings, wanted: list[str]) -> int:
    """Ask the running daemon for a refresh and wait for it; returns the exit code."""
    click.echo("The daemon is running; asking it.", err=True)
    with open_data(settings) as store:
        if not wanted:
            wanted = _due_by_daemon(settings, store)
        with store.write() as tx:
            asked = requests.ask(tx, wanted, wall_clock())
        runs = _await(settings, store, asked)
        with RunTable() as table:
            table.show(runs)
    return int(any(run.failed or run.outcome != "ok" for run in runs))


def _due_by_daemon(settings: Settings, store: "Store") -> list[str]:
    names = [source.name for source in settings.sources]
    with store.read() as tx:
        due = {state.name for state in sources.due(tx, names, wall_clock(), len(names))}
    return [s.name for s in settings.sources if s.files or s.name in due]


def _await(settings: Settings, store: "Store", asked: int) -> Sequence[RunReport]:
    alive = True
    while True:
        with store.read() as tx:
            request = requests.look(tx, asked)
            if request is None or (request.done and request.sources and not request.runs):
                fail("the daemon did not do it; its log says why. Run the command again")
            if request.done:
                found = runs.reports(tx, request.runs)
                names = {state.id: name for name, state in sources.states(tx).items()}
                return [runs.named(run, names) for run in found]
        if not alive:
            fail("the daemon ended before it was done; run the command again")
        try:
            with data_lock(settings.data_folder, COMMAND):
                alive = False  # what it did last is seen in one more look
        except LockedError:
            time.sleep(_POLL)


@contextmanager
def opened(settings: Settings) -> Iterator[Context]:
    """The context with the data lock held; a message and exit 1 where that cannot be.

    Raises LockedError when the daemon has the lock and the command knows what to do then.
    """
    logs.configure("warning", sys.stderr)
    try:
        with data_lock(settings.data_folder, COMMAND, wait=_WAIT), open_context(settings) as opened:
            yield opened
    except LockedError as error:
        ctx = click.get_current_context()
        if error.role == DAEMON and ctx.command.name in {"refresh", "re-extract"}:
            raise
        advice = "; `broadsheet refresh` asks it" if error.role == DAEMON else "; try again later"
        fail(f"{error}{advice}")
    except StoreError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or 'a file'}: {error.strerror or error}")


def known(names: Sequence[str], configured: Sequence[str], what: str) -> None:
    """End with exit code 2 unless every one of `names` is configured."""
    for name in names:
        if name not in configured:
            fail(f"there is no {what} {name!r}{suggest(name, configured)}", code=2)
