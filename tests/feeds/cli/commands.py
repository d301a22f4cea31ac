"""Commands run in this process, and the least configuration that works."""

from pathlib import Path

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


def newsroom(folder: Path, config: str = LEAST) -> Newsroom:
    """A newsroom whose files settled long ago by the real clock, which commands go by."""
    return Newsroom(folder, config)
