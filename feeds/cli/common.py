"""What all commands share: settings, and a clean way to give up."""

import difflib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from config.load import ConfigError, load
from config.settings import Settings
from ingest.schedule import parse_cron


def config_path(ctx: click.Context) -> Path:
    """The configuration file that `--config` names."""
    return ctx.find_object(Path) or Path("broadsheet.toml")


def load_settings(ctx: click.Context) -> Settings:
    """The settings of `--config`. With any problem: all of them on stderr, exit code 2."""
    try:
        return read_settings(config_path(ctx))
    except ConfigError as error:
        fail(str(error), code=2)


def read_settings(path: Path) -> Settings:
    """The settings of the file at `path`, variables taken from our environment.

    Raises ConfigError with every problem.
    """
    return load(path, os.environ, _read_cron)


def suggest(name: str, known: Sequence[str]) -> str:
    """What a misspelt name may have meant, as the end of a message; "" when nothing is near."""
    close = difflib.get_close_matches(name[:100], known, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def fail(message: str, code: int = 1) -> NoReturn:
    """Say `message` on stderr and end the process with `code`."""
    click.echo(message, err=True)
    sys.exit(code)


def _read_cron(expression: str) -> object:
    """Raise ValueError for an impossible schedule, in whichever zone: a wrong one is told apart."""
    return parse_cron(expression, "UTC")
