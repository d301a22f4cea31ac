"""`completion`: the script that makes a shell complete our words, and the words for arguments.

A shell asks between two keystrokes: nothing is validated, and whatever is wrong offers nothing.
"""

import re
import tomllib
from contextlib import suppress

import click
from click.shell_completion import CompletionItem, get_completion_class

from feeds.cli.common import config_path

_LARGEST = 1_000_000  # bytes of a configuration
_CORRECTIONS = (  # of click 8.3 to 8.5
    # fish: show a line of help beyond its first comma.
    ('string split ","', 'string split --max 1 ","'),
    # zsh: complete at the second Tab of a session too, when the first one has loaded the file.
    (
        '    _broadsheet_completion "$@"\n',
        '    compdef _broadsheet_completion broadsheet\n    _broadsheet_completion "$@"\n',
    ),
)
_NAME = re.compile(r"[a-z0-9_-]{1,60}")

Items = list[CompletionItem[str]]


@click.command(
    epilog="""\b
Examples:
  broadsheet completion bash > ~/.local/share/bash-completion/completions/broadsheet
  broadsheet completion zsh > ~/.zfunc/_broadsheet
  broadsheet completion fish > ~/.config/fish/completions/broadsheet.fish"""
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes commands, options and names in SHELL.

    Write it to the file of the example, whose folder must be there, and start a new shell. Bash
    needs the package bash-completion too, and zsh these two lines in ~/.zshrc:

    \b
      fpath=(~/.zfunc $fpath)
      autoload -U compinit && compinit

    Exit code 2 for any other shell.
    """
    known = get_completion_class(shell)
    assert known, "click knows each of the three"
    script = known(ctx.find_root().command, {}, "broadsheet", "_BROADSHEET_COMPLETE").source()
    for wrong, right in _CORRECTIONS:
        script = script.replace(wrong, right)
    click.echo(script)


def source_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """The sources of the configuration that begin with `incomplete` and are not given yet."""
    return _offered(_names(ctx, "source"), ctx, param, incomplete)


def feed_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """The feeds of the configuration that begin with `incomplete` and are not given yet."""
    return _offered(_names(ctx, "feed") or ["all"], ctx, param, incomplete)


def files(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Items:
    """Whatever files the shell finds."""
    return [CompletionItem(incomplete, type="file")]


def folders(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Items:
    """The shell completes folders itself."""
    return [CompletionItem(incomplete, type="dir")]


def _offered(names: list[str], ctx: click.Context, param: click.Parameter, start: str) -> Items:
    given = ctx.params.get(param.name or "") or ()
    return [CompletionItem(n) for n in names if n.startswith(start) and n not in given]


def _names(ctx: click.Context, table: str) -> list[str]:
    """The names of a configuration's `[[source]]` or `[[feed]]`, as far as it can be read."""
    with suppress(OSError, ValueError, RecursionError, RuntimeError):  # RuntimeError: no home
        path = config_path(ctx).expanduser()
        if path.is_file():  # opening a pipe would wait for ever
            with path.open("rb") as file:
                data = tomllib.loads(file.read(_LARGEST).decode("utf-8-sig"))
            tables = data.get(table)
            found = tables if isinstance(tables, list) else []
            names = [entry.get("name") for entry in found if isinstance(entry, dict)]
            return [n for n in names if isinstance(n, str) and _NAME.fullmatch(n)]
    return []
