"""`ingest`, `publish` and `refresh`: the one-off regeneration, whole or by halves."""

from collections.abc import Sequence
from typing import NoReturn

import click

from config.settings import Settings
from feeds.cli.common import Output, fail, load_settings, speaks, suggest
from feeds.cli.completion import feed_names, source_names
from feeds.cli.output import RunTable, refresh_json, show_done
from feeds.cli.work import Interrupt, interruptible, opened, work
from feeds.context import Context, due_names, wall_clock
from feeds.each import chosen
from feeds.lock import DAEMON, LockedError
from feeds.refresh import RefreshReport, publish_once, run_sources
from feeds.refresh import refresh as refresh_sources
from ingest.store import Transaction, addresses, requests

_allow_removal = click.option(
    "--allow-removal", is_flag=True, help="Remove articles though many are gone at once."
)
_HOLDS = """\b
JSON:
  failed    whether anything failed
  runs      a list, as `history --json` has it
  feeds     a list: name, entries, private, files (below the output folder, or
            data/private), changed, and error ("" for none)
  waiting   feeds without an edition yet: a source of theirs never ran
  pages     how many pages and other files were written
  warnings  a list of what was left out
  errors    a list of what concerns no single feed or source"""
_JSON = "One JSON object: the runs, and what was published."


@click.command(
    epilog=f"""\b
Example:
  broadsheet ingest inbox

{_HOLDS}"""
)
@click.argument("source", nargs=-1, shell_complete=source_names)
@_allow_removal
@speaks(json=_JSON)
@click.pass_context
def ingest(
    ctx: click.Context, output: Output, source: tuple[str, ...], allow_removal: bool
) -> None:
    """Read the named SOURCEs (none: every folder and what is due) and store their articles.

    Exit code 1 when anything of a source failed; everything else is stored.
    """
    settings = load_settings(ctx)
    known_sources(settings, source)
    try:
        with opened(output, settings) as context, RunTable(output) as table:
            with context.store.write() as tx:
                addresses.release(tx, source)
            names = list(source) or _unasked(context)
            runs = interruptible(
                context,
                lambda interrupt: run_sources(
                    context,
                    names,
                    allow_removal=allow_removal,
                    stopping=interrupt.stopping,
                    progress=table.progress,
                ),
            )
    except LockedError as error:
        _fail_locked(error)
    _end(ctx, output, settings, RefreshReport(runs=runs))


@click.command(
    epilog=f"""\b
Example:
  broadsheet publish all

{_HOLDS}"""
)
@click.argument("feed", nargs=-1, shell_complete=feed_names)
@speaks(verbose="Say more: whatever the log holds.", json=_JSON)
@click.pass_context
def publish(ctx: click.Context, output: Output, feed: tuple[str, ...]) -> None:
    """Write the named FEEDs (none: all) and every page from what is stored.

    A file whose bytes would be the same is not touched. Exit code 1 when a feed failed.
    """
    settings = load_settings(ctx)
    _known("feed", feed, settings, "that is a source; `broadsheet refresh {}` reads it")
    try:
        with opened(output, settings) as context:
            names = chosen(context.press().settings, feed)
            if feed and not names:
                fail(f"no feed {', '.join(feed)} is made yet", code=2)
            published = publish_once(context, names)
    except LockedError as error:
        _fail_locked(error)
    _end(ctx, output, settings, RefreshReport(published=published))


@click.command(
    epilog=f"""\b
Examples:
  broadsheet refresh
  broadsheet refresh inbox wire

{_HOLDS}"""
)
@click.argument("source", nargs=-1, shell_complete=source_names)
@click.option("--all", "everything", is_flag=True, help="Every source, due or not.")
@_allow_removal
@speaks(json=_JSON)
@click.pass_context
def refresh(
    ctx: click.Context,
    output: Output,
    source: tuple[str, ...],
    everything: bool,
    allow_removal: bool,
) -> None:
    """Ingest the named SOURCEs (none: every folder and what is due), then publish.

    With the daemon up it does the work and this command waits for it. Exit code 1 when anything of
    a source failed; everything else is published.
    """
    settings = load_settings(ctx)
    configured = [s.name for s in settings.sources]
    known_sources(settings, source)
    wanted = configured if everything else list(source)

    def here(context: Context, table: RunTable, interrupt: Interrupt) -> RefreshReport:
        with context.store.write() as tx:
            addresses.release(tx, source)
        names = wanted or _unasked(context)
        return refresh_sources(
            context,
            names,
            allow_removal=allow_removal,
            stopping=interrupt.stopping,
            progress=table.progress,
        )

    def ask(tx: Transaction) -> int:
        addresses.release(tx, source)
        names = wanted or due_names(settings, tx, wall_clock())
        return requests.ask(tx, names, wall_clock(), allow_removal=allow_removal)

    _end(ctx, output, settings, work(output, settings, here, ask))


def _end(ctx: click.Context, output: Output, settings: Settings, done: RefreshReport) -> None:
    """Show what was done; the exit code says whether all of it went well."""
    if output.json:
        output.show(refresh_json(done))
    else:
        show_done(output, settings, done)
    ctx.exit(int(done.failed))


def _unasked(context: Context) -> list[str]:
    with context.store.read() as tx:
        return due_names(context.settings, tx, context.clock())


def _fail_locked(error: LockedError) -> NoReturn:
    asks = "`broadsheet refresh` asks it"
    fail(f"{error}; {asks if error.role == DAEMON else 'try again later'}")


def known_sources(settings: Settings, names: Sequence[str]) -> None:
    """End with exit code 2 unless every one of `names` is that of a source."""
    _known("source", names, settings, "that is a feed; `broadsheet publish {}` writes it")


def _known(what: str, names: Sequence[str], settings: Settings, other: str) -> None:
    tables = {
        "source": [source.name for source in settings.sources],
        "feed": [feed.name for feed in settings.feeds],
    }
    configured = tables.pop(what)
    (others,) = tables.values()
    makers = tuple(f"{feed.name}-" for feed in settings.feeds if feed.each)
    for name in names:
        if name not in configured and not (what == "feed" and name.startswith(makers)):
            hint = f"; {other.format(name)}" if name in others else suggest(name, configured)
            fail(f"there is no {what} {name!r}{hint}", code=2)
