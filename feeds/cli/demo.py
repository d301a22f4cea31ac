"""`demo`: a small site from the sample articles, to look at and to subscribe to."""

import os
import shlex
import shutil
import sys
from importlib.resources import as_file, files
from pathlib import Path

import click

from config.load import ConfigError, load
from config.settings import Settings
from feeds.cli.common import Output, fail, speaks
from feeds.cli.output import RunTable, show_published
from feeds.context import open_context
from feeds.lock import COMMAND, LockedError, data_lock
from feeds.refresh import refresh
from ingest.errors import StoreError

_FOLDER = Path("broadsheet-demo")


@click.command(
    epilog="""\b
Example:
  broadsheet demo --serve"""
)
@click.option("--serve", is_flag=True, help="Go on as the daemon, until Ctrl-C.")
@speaks()
def demo(output: Output, serve: bool) -> None:
    """Make a site in ./broadsheet-demo from sample articles: ingest them, publish feeds and pages.

    Run again it refreshes the same site. Exit code 1 when anything of it failed.
    """
    output.start_log()
    try:
        settings = _made()
        with (
            data_lock(settings.data_folder, COMMAND),
            open_context(settings) as context,
            RunTable(output) as table,
        ):
            names = [source.name for source in settings.sources]
            report = refresh(context, names, progress=table.progress)
            table.show(report.runs)
    except ConfigError as error:
        fail(str(error), code=2)
    except (StoreError, LockedError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or _FOLDER}: {error.strerror or error}")
    show_published(output, settings, report.published)
    if report.failed:
        raise SystemExit(1)
    if serve:
        from feeds.cli.daemon import run_daemon

        output.start_log("info")
        run_daemon(output, settings, _FOLDER / "broadsheet.toml")
        return
    output.say(f"\nNow run `cd {_FOLDER} && {_ourselves()} run`, and subscribe your feed reader to")
    for format_ in settings.feeds[0].formats:
        output.say(f"  {settings.feed_url(settings.feeds[0], format_)}")
    output.say(f"Change an article in {_FOLDER / 'articles'} and watch it arrive.")


def _ourselves() -> str:
    """What to type to run us again, from any folder."""
    if shutil.which("broadsheet"):
        return "broadsheet"
    started = Path(sys.argv[0]).absolute()
    if os.access(started, os.X_OK) and started.suffix != ".py":
        return shlex.quote(str(started))
    return f"{shlex.quote(sys.executable)} -m feeds"


def _made() -> Settings:
    """The demo's settings; makes its folder when it is not there."""
    target = _FOLDER / "broadsheet.toml"
    if not target.exists():
        with as_file(files("config").joinpath("demo")) as samples:
            shutil.copytree(
                samples, _FOLDER, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.py*", "__*")
            )
    return load(target, os.environ)
