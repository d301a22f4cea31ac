"""`import` and `export`: lists of feeds, as feed readers exchange them."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from config.load import ConfigError
from feeds.cli.common import Output, config_path, fail, load_settings, speaks
from feeds.cli.completion import files
from feeds.cli.daemon import take_up
from feeds.lock import daemon_pid
from feeds.pages import feed_list
from feeds.subscribe import exported, import_feeds
from ingest.errors import ReadError
from ingest.upstream import parse_opml, write_opml

_LARGEST = 10_000_000  # bytes of a list
_SHOWN = 20


@click.command(
    name="import",
    epilog="""\b
Examples:
  broadsheet import subscriptions.opml
  broadsheet import --json - < subscriptions.opml

\b
JSON:
  added    a list: name and url of each source
  skipped  a list: name and url of each feed that is a source already""",
)
@click.argument("file", shell_complete=files)
@speaks(json="Print one JSON object instead.", verbose=f"Show more than {_SHOWN} of each.")
@click.pass_context
def import_list(ctx: click.Context, output: Output, file: str) -> None:
    """Make a source of each feed in FILE, an OPML list of another reader ("-": standard input).

    A category becomes the tag of articles that have none. What is a source already is left out.
    Nothing is fetched yet; a running daemon takes the change up. Exit code 1 when FILE is no such
    list or names no feed, 2 for a bad configuration.
    """
    path = config_path(ctx)
    settings = load_settings(ctx, sourceless=True) if path.exists() else None
    try:
        subscriptions = parse_opml(_read(file))
    except ReadError as error:
        fail(f"{file}: {error.reason}")
    if not subscriptions:
        fail(f"{file}: there is no feed in the list")
    try:
        done = import_feeds(path, settings, subscriptions)
    except ConfigError as error:
        fail(f"nothing was added:\n{error}", code=2)
    except OSError as error:
        fail(f"{path} cannot be written: {error.strerror or error}")
    _print(output, path, done.added, done.there)
    if done.added and done.settings and daemon_pid(done.settings.data_folder) is not None:
        take_up(output, done.settings, path)
    elif done.added:
        output.say("`broadsheet refresh` reads them now, `broadsheet run` on schedule.")


@click.command(
    epilog="""\b
Examples:
  broadsheet export --opml > subscriptions.opml
  broadsheet export --opml --published > ours.opml"""
)
@click.option("--opml", is_flag=True, required=True, help="As an OPML list, the only format.")
@click.option("--published", is_flag=True, help="The feeds published here, instead of the sources.")
@speaks(verbose="Name the sources that are left out.")
@click.pass_context
def export(ctx: click.Context, output: Output, opml: bool, published: bool) -> None:  # noqa: ARG001 - there is one format
    """Print the sources that are feeds as a list that feed readers import, and `import` too.

    Sources of other kinds cannot be in one; they are in the feeds of --published. Exit code 0.
    """
    settings = load_settings(ctx)
    if published:
        click.echo(feed_list(settings), nl=False)
        return
    click.echo(write_opml(exported(settings), title=settings.site.title), nl=False)
    others = [one.name for one in settings.sources if one.kind != "feed"]
    if others:
        names = f": {', '.join(others)}" if output.verbose else ""
        output.note(
            f"Left out, being no feeds: {len(others)} source{'s' * (len(others) > 1)}{names}"
        )


def _read(file: str) -> bytes:
    """The bytes of a file or of standard input; a message and exit 1 when they cannot be had."""
    try:
        if file == "-":
            body = sys.stdin.buffer.read(_LARGEST + 1)
        elif Path(file).exists() and not Path(file).is_file():  # a pipe would wait for ever
            fail(f"{file}: is not a file")
        else:
            with Path(file).open("rb") as opened:
                body = opened.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        fail(f"{file}: cannot be read: {why}")
    if len(body) > _LARGEST:
        fail(f"{file}: is larger than {_LARGEST:,} bytes; is it a list of feeds at all?")
    return body


Pairs = Sequence[tuple[str, str]]


def _print(output: Output, path: Path, added: Pairs, there: Pairs) -> None:
    if output.json:
        pairs = {"added": added, "skipped": there}
        output.show({k: [{"name": n, "url": url} for n, url in v] for k, v in pairs.items()})
        return
    _list(output, "added", added)
    _list(output, "there already", there)
    count = f"{len(added)} source{'s' * (len(added) != 1)}"
    output.say(f"Added {count} to {path}; {len(there)} of the list were there already.")


def _list(output: Output, said: str, pairs: Pairs) -> None:
    shown = pairs if output.verbose else pairs[:_SHOWN]
    for name, url in shown:
        output.say(f"{said}  {name}  {url}")
    if len(pairs) > len(shown):
        output.say(f"{said}  … and {len(pairs) - len(shown)} more")
