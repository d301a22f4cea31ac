"""`completion`: the script that makes a shell complete our words, and the words for arguments.

A shell asks between two keystrokes: nothing is validated, and whatever is wrong offers nothing.
"""

import re
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

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
    names = [one["name"] for one in _named(_read(ctx)[0], "source")]
    return _offered(names, ctx, param, incomplete)


def feed_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """The feeds that begin with `incomplete` and are not given yet: of the configuration, and those
    published that are made by one of them."""
    tables, data = _read(ctx)
    makers = tuple(f"{one['name']}-" for one in _named(tables, "feed") if one.get("each"))
    manifests = [*data.glob("editions/*.json"), *data.glob("private/*.json")] if makers else []
    made = sorted(path.stem for path in manifests if path.stem.startswith(makers))
    names = [one["name"] for one in _named(tables, "feed")] or ["all"]
    return _offered([*names, *made], ctx, param, incomplete)


def files(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Items:
    """Whatever files the shell finds."""
    return [CompletionItem(incomplete, type="file")]


def folders(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Items:
    """The shell completes folders itself."""
    return [CompletionItem(incomplete, type="dir")]


def _offered(names: list[str], ctx: click.Context, param: click.Parameter, start: str) -> Items:
    given = ctx.params.get(param.name or "") or ()
    return [CompletionItem(n) for n in names if n.startswith(start) and n not in given]


def _read(ctx: click.Context) -> tuple[dict[str, Any], Path]:
    """A configuration as far as it can be read, and the folder of its data."""
    with suppress(OSError, ValueError, RecursionError, RuntimeError):  # RuntimeError: no home
        path = config_path(ctx).expanduser()
        if path.is_file():  # opening a pipe would wait for ever
            with path.open("rb") as file:
                tables = tomllib.loads(file.read(_LARGEST).decode("utf-8-sig"))
            return tables, path.parent / str(tables.get("data", "data"))
    return {}, Path()


def _named(tables: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """The `[[source]]` or `[[feed]]` tables whose name could be one."""
    found = tables.get(kind)
    named = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    names = [(one, one.get("name")) for one in named]
    return [one for one, name in names if isinstance(name, str) and _NAME.fullmatch(name)]
