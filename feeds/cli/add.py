"""`add`: a source of what there is at an address, read and published at once."""

from collections.abc import Sequence
from pathlib import Path

import click

from config.load import ConfigError
from config.settings import Settings
from config.values import Name
from feeds.cli.common import Output, config_path, fail, load_settings, speaks
from feeds.cli.daemon import take_up
from feeds.cli.output import RunTable, refresh_json, show_done
from feeds.cli.probe import look, nothing, probe_json, whole
from feeds.cli.work import Interrupt, work
from feeds.context import Context, wall_clock
from feeds.lock import daemon_pid
from feeds.refresh import RefreshReport, refresh
from feeds.subscribe import add as add_source
from feeds.subscribe import block, name_for, shown_in, source_at
from ingest.store import Transaction, requests


@click.command(
    epilog="""\b
Examples:
  broadsheet add https://example.org/news
  broadsheet add example.org --name town

\b
JSON:
  candidates  as `probe --json` has them
  rejected    likewise
  added       null, or the source: name, kind, url, file (the configuration),
              feeds (the addresses to subscribe to), and refresh (what
              `refresh --json` has)"""
)
@click.argument("url")
@click.option("--name", help="What to call the source. Without it, after its site.")
@speaks(json="Print one JSON object instead.")
@click.pass_context
def add(ctx: click.Context, output: Output, url: str, name: str | None) -> None:
    """Add the best of what `probe` finds at URL to the configuration as a source, and refresh it.

    In a folder without a configuration one is begun. What is in it stays as it is, comments too.
    A running daemon takes the change up and does the work. Exit code 1 when there is nothing at
    URL, when it is a source already, or when anything of it failed; 2 for a bad configuration.
    """
    path, url = config_path(ctx), whole(url)
    settings = load_settings(ctx, sourceless=True) if path.exists() else None
    taken = [source.name for source in settings.sources] if settings else []
    _check_name(name, taken)
    _refuse_known(settings, url)
    found = look(url, settings)
    if not found.candidates:
        if output.json:
            output.show({**probe_json(found, taken), "added": None})
        fail(nothing(found, url))
    best = found.candidates[0]
    _refuse_known(settings, best.url)
    name = name or name_for(found, best, taken)
    try:
        settings = add_source(path, settings, block(best, name), name, found.title)
    except ConfigError as error:
        fail(f"nothing was added:\n{error}", code=2)
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror or error}")
    output.say(f"Added the {best.kind} {best.url} to {path} as {name}.")
    done = _refreshed(output, settings, path, [name])
    feeds = shown_in(settings, name)
    if output.json:
        added = {"name": name, "kind": best.kind, "url": best.url, "file": str(path)}
        said = {**added, "feeds": list(feeds), "refresh": refresh_json(done)}
        output.show({**probe_json(found, taken), "added": said})
    else:
        _print(output, settings, done, feeds)
    ctx.exit(int(done.failed))


def _check_name(name: str | None, taken: Sequence[str]) -> None:
    """End with exit code 2 for a name that is none or somebody's, before anything is fetched."""
    from pydantic import TypeAdapter, ValidationError

    if name is None:
        return
    try:
        TypeAdapter(Name).validate_python(name)
    except ValidationError as error:
        why = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
        fail(f"{name!r} is no name for a source: {why[:1].lower()}{why[1:]}", code=2)
    if name in taken:
        fail(f"there is a source {name!r} already; names are unique", code=2)


def _refuse_known(settings: Settings | None, url: str) -> None:
    if settings and (name := source_at(settings, url)):
        fail(
            f"{url} is the source {name!r} already; `broadsheet refresh {name}` asks it now, and "
            "`broadsheet probe` shows what else there is"
        )


def _refreshed(
    output: Output, settings: Settings, path: Path, names: Sequence[str]
) -> RefreshReport:
    """Refresh the sources, here or by the daemon, which is told of them first."""
    if daemon_pid(settings.data_folder) is not None:
        take_up(output, settings, path)

    def here(context: Context, table: RunTable, interrupt: Interrupt) -> RefreshReport:
        return refresh(context, names, stopping=interrupt.stopping, progress=table.progress)

    def ask(tx: Transaction) -> int:
        return requests.ask(tx, names, wall_clock())

    return work(output, settings, here, ask)


def _print(output: Output, settings: Settings, done: RefreshReport, feeds: Sequence[str]) -> None:
    show_done(output, settings, done)
    for address in feeds:
        output.say(f"Subscribe to {address}")
    if daemon_pid(settings.data_folder) is None:
        output.say("`broadsheet run` serves it, and asks for news on schedule.")
