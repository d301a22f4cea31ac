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
    """Check that every `broadsheet …` of a line of shell can be typed; how many there are.

    Raises click.UsageError for a command or an option that does not exist.
    """
    words = list(shlex.shlex(line, posix=True, punctuation_chars=True))
    parts = " ".join("\n" if word in {"|", "&&", ";", "&", "(", ")"} else word for word in words)
    found = [
        part.split()
        for part in parts.split("\n")
        if re.search(r"\bbroadsheet$", part.split(" ")[0])
    ]
    for args in found:
        root = click.Context(main, info_name="broadsheet")
        _, rest, _ = main.make_parser(root).parse_args(args[1:])
        if rest:
            _, command, rest = main.resolve_command(root, rest)
            assert command
            command.make_parser(click.Context(command, root)).parse_args(rest)
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
