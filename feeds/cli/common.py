"""What all commands share: settings, and a clean way to give up."""

import difflib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from config.load import ConfigError, load, locate
from config.settings import Settings
from ingest.schedule import parse_cron


def load_settings(ctx: click.Context) -> Settings:
    """The settings of `--config`. With any problem: all of them on stderr, exit code 2."""
    path = ctx.find_object(Path) or Path("broadsheet.toml")
    try:
        settings = load(path, os.environ)
        _check_crons(settings, path)
    except ConfigError as error:
        fail(str(error), code=2)
    return settings


def suggest(name: str, known: Sequence[str]) -> str:
    """What a misspelt name may have meant, as the end of a message; "" when nothing is near."""
    close = difflib.get_close_matches(name[:100], known, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def fail(message: str, code: int = 1) -> NoReturn:
    """Say `message` on stderr and end the process with `code`."""
    click.echo(message, err=True)
    sys.exit(code)


def _check_crons(settings: Settings, path: Path) -> None:
    """Raise ConfigError for every cron that cannot be read or never comes."""
    problems = []
    for number, source in enumerate(settings.sources):
        if source.cron:
            try:
                parse_cron(source.cron, settings.site.timezone)
            except ValueError as error:
                problems.append(locate(path, ("source", number, "cron"), str(error)))
    if problems:
        raise ConfigError(problems)
