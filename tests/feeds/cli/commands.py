"""Commands run in this process, and the least configuration that works."""

import re
import shlex
from pathlib import Path

import click
from click.testing import CliRunner, Result

from feeds.cli import main
from tests.newsroom import Newsroom

LEAST = """\
[site]
title = "Harbour News"
url = "https://example.org/"
[[source]]
name = "inbox"
files = "articles/**/*.{txt,md,html}"
"""

PAGES = '[[source]]\nname = "pages"\nurls = ["http://127.0.0.1:9/"]\n'


def broadsheet(folder: Path, *args: str) -> Result:
    """Run a command on `folder`; whatever it is given, it never ends in a traceback."""
    done = CliRunner().invoke(main, ["--config", str(folder / "broadsheet.toml"), *args])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def cells(done: Result, line: int) -> list[str]:
    """The cells of a line of a printed table."""
    return done.stdout.splitlines()[line].split()


def check_commands(line: str) -> int:
    """Check that every `broadsheet …` in lines of shell can be typed; how many there are.

    Raises click.UsageError for a command or an option that does not exist.
    """
    lexer = shlex.shlex(line.replace("\\\n", " "), posix=True, punctuation_chars="|&;()<>\n")
    lexer.whitespace = " \t"
    parts = " ".join("\n" if re.fullmatch(r"[|&;()<>\n]+", word) else word for word in lexer)
    found = re.findall(r"(?m)^ *(?:\S.*/bin/|\S*/)?broadsheet(?: (.*))?$", parts)
    for rest in found:
        root = click.Context(main, info_name="broadsheet")
        _, args, _ = main.make_parser(root).parse_args(rest.split())
        if args:
            _, command, args = main.resolve_command(root, args)
            assert command
            command.make_parser(click.Context(command, root)).parse_args(args)
    return len(found)


def documented_json(name: str) -> set[str]:
    """The keys that a command's help says its JSON has."""
    command = main.get_command(click.Context(main), name)
    assert command
    block = (command.epilog or "").partition("JSON:\n")[2].partition("\n\n")[0]
    terms = re.findall(r"^  (\S.*?)  ", block, re.MULTILINE)
    return {key for term in terms for key in term.split(", ")}


def newsroom(folder: Path, config: str = LEAST) -> Newsroom:
    """A newsroom whose files settled long ago by the real clock, which commands go by."""
    return Newsroom(folder, config)
