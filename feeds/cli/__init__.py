"""The command `broadsheet`. Each subcommand's module is imported only when it is called."""

import difflib
import os
import sys
from contextlib import suppress
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Any, NoReturn

import click
from click.shell_completion import CompletionItem

COMMANDS = {
    "init": ("feeds.cli.setup:init", "Write a commented configuration to start from."),
    "check": ("feeds.cli.setup:check", "Say what is wrong, and when each source runs next."),
    "demo": ("feeds.cli.demo:demo", "Make a small site from sample articles."),
    "probe": ("feeds.cli.probe:probe", "Show what a source could be made of."),
    "add": ("feeds.cli.add:add", "Make a source of what is there, and refresh it."),
    "import": ("feeds.cli.opml:import_list", "Make sources of another reader's list of feeds."),
    "export": ("feeds.cli.opml:export", "Print a list of feeds for another reader."),
    "ingest": ("feeds.cli.refresh:ingest", "Read sources and store their articles."),
    "publish": ("feeds.cli.refresh:publish", "Write feeds and pages from what is stored."),
    "refresh": ("feeds.cli.refresh:refresh", "Ingest what is due, then publish."),
    "run": ("feeds.cli.daemon:run", "Refresh on schedule and serve, until stopped."),
    "reload": ("feeds.cli.daemon:reload", "Have the daemon take up a changed configuration."),
    "serve": ("feeds.cli.daemon:serve", "Serve what is published, and nothing else."),
    "status": ("feeds.cli.status:status", "Show each source's last run, next run and errors."),
    "history": ("feeds.cli.history:history", "Show the runs there were, newest first."),
    "search": ("feeds.cli.search:search", "Find articles by what they are and say."),
    "show": ("feeds.cli.show:show", "Show all that is known of one article, and from where."),
    "explain": ("feeds.cli.explain:explain", "Show why an article is in a feed, or is not."),
    "show-source": ("feeds.cli.source:show_source", "Show what the articles of a source share."),
    "hide": ("feeds.cli.hide:hide", "Take articles from public view."),
    "unhide": ("feeds.cli.hide:unhide", "Put hidden articles back in their places."),
    "republish": ("feeds.cli.hide:republish", "Show an article as it is now, as an update."),
    "token": ("feeds.cli.token:token", "Say who may read a private feed."),
    "preview": ("feeds.cli.preview:preview", "Show what a run would store; store nothing."),
    "re-extract": ("feeds.cli.reextract:reextract", "Normalize again what is stored."),
    "extract": ("feeds.cli.extract:extract", "Show what is made of one document; store nothing."),
    "evaluate": ("feeds.cli.evaluate:evaluate", "Score summaries and related articles on yours."),
    "lint": ("feeds.cli.lint:lint", "Check a feed, this site's or any other."),
    "completion": ("feeds.cli.completion:completion", "Print what completes words in a shell."),
    "man": ("feeds.cli.manual:man", "Print the manual page: every command, every option."),
}
"""Each command's `module:attribute` and the line `--help` shows, in the order of use."""


class LazyGroup(click.Group):
    """A group that knows its commands by name only, so that `--help` imports none of them."""

    def main(self, *args: Any, **named: Any) -> Any:
        """Also where nobody reads what we say, or cannot read all of it."""
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            if stream is None:  # closed by whoever called us: 2>&-
                nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - kept open
                setattr(sys, name, nowhere)
            elif isinstance(stream, TextIOWrapper):  # letters that a terminal has not are escaped
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().main(*args, **named)
        except OSError as error:
            if error.filename:
                raise
            _give_up_writing(error)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            close = difflib.get_close_matches(name[:100], COMMANDS, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            ctx.fail(f"No such command {name!r}.{hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Say where an option of ours stands when it was given behind the command's name; end as
        interrupted after Ctrl-C, in whatever command it comes."""
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, click.Abort):
            from feeds.cli.common import end_interrupted

            end_interrupted("Interrupted.")
        except click.NoSuchOption as error:
            if any(error.option_name in param.opts for param in self.params):
                place = f"{error.option_name} stands before the name of the command."
                raise click.UsageError(place, error.ctx) from None
            raise

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        found = [
            CompletionItem(name, help=line)
            for name, (_, line) in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


def _give_up_writing(error: OSError) -> NoReturn:
    """End where what we print can no longer be written: on a full disk, say."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or Python tries once more, and complains
    with suppress(OSError):
        click.echo(f"the output cannot be written: {error.strerror or error}", err=True)
    sys.exit(1)


def _print_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:  # noqa: ARG001 - click's signature
    if not value or ctx.resilient_parsing:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        click.echo(f"broadsheet {version('broadsheet')}")
    except PackageNotFoundError:
        click.echo("broadsheet, not installed")
    ctx.exit()


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="""\b
Example:
  broadsheet init news && cd news
  broadsheet refresh
  broadsheet run

\b
Exit codes:
  0  all is well
  1  something failed; everything else was done
  2  a bad configuration or command line; nothing was done
  130  interrupted; what was stored stays, the same command goes on from there

\b
Environment:
  BROADSHEET_CONFIG  the configuration file, where --config names none
  NO_COLOR           no colours, also on a terminal""",
)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    default=Path("broadsheet.toml"),
    show_default=True,
    envvar="BROADSHEET_CONFIG",
    show_envvar=True,
    help="The configuration file.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print problems only.")
@click.option("-v", "--verbose", is_flag=True, help="Say more.")
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
@click.pass_context
def main(ctx: click.Context, config: Path, quiet: bool, verbose: bool) -> None:  # noqa: ARG001 - the commands take them
    """Turn folders of articles, web sites and other feeds into RSS and Atom feeds.

    --quiet and --verbose may also stand behind the name of a command. What a command prints with
    --json keeps its keys from one release to the next; others may be added.
    """
    if sys.getfilesystemencoding() != "utf-8":  # files of other names would seem to be gone
        raise click.UsageError(
            "file names are not UTF-8 here; unset PYTHONUTF8, or set a UTF-8 LC_ALL"
        )
    ctx.obj = config
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        ctx.color = False
