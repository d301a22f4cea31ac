"""What all commands share: settings, how they speak, and a clean way to give up."""

import difflib
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

import click

if TYPE_CHECKING:
    from config.settings import Settings

INTERRUPTED = 130
"""Exit code after Ctrl-C or SIGTERM, as shells have it for SIGINT."""

_THIS_MACHINE = re.compile(r"(?:.+\.)?localhost|127(?:\.[0-9]+){1,3}|::1", re.IGNORECASE)
_MORE = "Say more: each document that is new, updated or failed."


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """How much a command says. Answers go to stdout; problems and the log go to stderr.

    `quiet`: problems alone. `verbose`: more than usual. `json`: one JSON object and no words.
    """

    quiet: bool = False
    verbose: bool = False
    json: bool = False

    def say(self, text: str = "") -> None:
        """Print words for people: none when quiet, none beside JSON."""
        if not (self.quiet or self.json):
            click.echo(text)

    def note(self, text: str) -> None:
        """Say on stderr what is going on, which is no part of the answer."""
        if not self.quiet:
            click.echo(text, err=True)

    def show(self, found: object) -> None:
        """Print a value as JSON; its keys stay from one release to the next."""
        import json

        plain = not sys.stdout or sys.stdout.encoding.lower() != "utf-8"
        click.echo(json.dumps(found, indent=2, ensure_ascii=plain))

    def start_log(self, usual: str = "warning") -> None:
        """Log to stderr: from `usual` on, with -v everything, with -q what is wrong."""
        from config import logs  # structlog: 100 ms

        level = "debug" if self.verbose else "warning" if self.quiet else usual
        logs.configure(level, sys.stderr)


def speaks(*, json: str = "", verbose: str = _MORE) -> Callable[[Callable[..., Any]], Any]:
    """Give a command -q and -v, and --json if `json` says what it holds; stands above pass_context.

    The command gets an `output`, made of these and of the same options before its name.
    """

    def decorate(function: Callable[..., Any]) -> Any:
        @wraps(function)
        def call(
            *args: Any, quiet: bool, verbose: bool, as_json: bool = False, **named: Any
        ) -> Any:
            before = click.get_current_context().find_root().params
            quiet, verbose = quiet or before["quiet"], verbose or before["verbose"]
            if quiet and verbose:
                raise click.UsageError("--quiet and --verbose contradict each other.")
            output = Output(quiet=quiet, verbose=verbose, json=as_json)
            return function(*args, output=output, **named)

        call = click.option("-v", "--verbose", is_flag=True, help=verbose)(call)
        call = click.option("-q", "--quiet", is_flag=True, help="Print problems only.")(call)
        return click.option("--json", "as_json", is_flag=True, help=json)(call) if json else call

    return decorate


def config_path(ctx: click.Context) -> Path:
    """Where the configuration is: `--config`, also while the shell asks what could be typed."""
    given = ctx.find_root().params.get("config") or os.environ.get("BROADSHEET_CONFIG")
    return Path(given or "broadsheet.toml")


def load_settings(ctx: click.Context, *, sourceless: bool = False) -> "Settings":
    """The settings of `--config`. With any problem: all of them on stderr, exit code 2.

    `sourceless`: there need be no source in it yet.
    """
    from config.load import ConfigError

    try:
        return read_settings(config_path(ctx), sourceless=sourceless)
    except ConfigError as error:
        fail(str(error), code=2)


def read_settings(path: Path, *, sourceless: bool = False) -> "Settings":
    """The settings of the file at `path`, variables taken from our environment.

    Raises ConfigError with every problem.
    """
    from config.load import load
    from config.rules import with_rules

    settings = load(path, os.environ, _READERS, query=_read_query, sourceless=sourceless)
    return with_rules(settings, RULE_READERS)


def other_port(settings: "Settings", port: int) -> list[str]:
    """That site.url names this machine with another port than the server's; 0 is any free one."""
    parts = urlsplit(settings.site.url)
    named = parts.port or (443 if parts.scheme == "https" else 80)
    if port in (0, named) or not _THIS_MACHINE.fullmatch(parts.hostname or ""):
        return []
    return [
        f"site.url names port {named} of this machine, and the server listens at port {port}: "
        "unless something passes one on to the other, set the same port in both"
    ]


def end_interrupted(message: str) -> NoReturn:
    """Say `message` and end the process as one that was interrupted."""
    click.echo(message, err=True)
    sys.exit(INTERRUPTED)


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
    from ingest.schedule import parse_cron

    return parse_cron(expression, "UTC")


def _read_selector(selector: str) -> object:
    from ingest.selectors import finder

    return finder(selector)


def _read_pattern(pattern: str) -> object:
    from ingest.globs import expand_braces

    return expand_braces(pattern)


def _read_query(text: str, sources: frozenset[str]) -> object:
    from ingest.query import parse

    return parse(text, sources)


_READERS: Mapping[str, Callable[[str], object]] = {
    "cron": _read_cron,
    "include": _read_pattern,
    "exclude": _read_pattern,
    **dict.fromkeys(("item", "link", "title", "date", "next"), _read_selector),
}
"""What raises ValueError for an impossible text of an option of a source; see `load`."""

RULE_READERS = dict.fromkeys(("title", "author", "date", "body", "strip"), _read_selector)
"""Likewise for the keys of a file of rules; see `read_rules`."""
