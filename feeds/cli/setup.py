"""`init` and `check`: a configuration to start from, and what there is to say about one."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from config.settings import Settings, Source
from feeds.cli.common import fail, load_settings
from ingest.errors import SourceError
from ingest.schedule import parse_cron
from ingest.sources.files import FilesSource
from ingest.sources.folder import Folder


@click.command(
    epilog="""\b
Example:
  broadsheet init news"""
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
def init(folder: Path) -> None:
    """Write broadsheet.toml, every option commented, into FOLDER (default: here).

    A file that is there already stays as it is.
    """
    target = folder / "broadsheet.toml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8") as file:
            file.write(files("config").joinpath("example.toml").read_text(encoding="utf-8"))
        (folder / "articles").mkdir(exist_ok=True)
    except FileExistsError:
        fail(f"{target} is there already and was left as it is")
    except OSError as error:
        fail(f"{target} cannot be written: {error.strerror or error}")
    click.echo(f"Wrote {target}.")
    click.echo("Next:")
    steps = [
        f"set title and url in {target}",
        f"put text, Markdown or HTML files into {folder / 'articles'}",
        "run `broadsheet check`, then `broadsheet refresh`, then `broadsheet run`",
    ]
    if folder != Path():
        steps.insert(2, f"cd {folder}")
    for number, step in enumerate(steps, 1):
        click.echo(f"  {number}. {step}")


@click.command(
    epilog="""\b
Example:
  broadsheet --config news/broadsheet.toml check"""
)
@click.pass_context
def check(ctx: click.Context) -> None:
    """Validate the configuration, its folders and its schedule. Changes nothing.

    Says when each source runs next if the daemon starts now. Exit code 2 for a bad configuration,
    1 for a folder that cannot be used.
    """
    settings = load_settings(ctx)
    now = datetime.now(UTC)
    troubles = list(_folder_troubles(settings))
    for source in settings.sources:
        holds, trouble = _holdings(source, settings)
        if trouble:
            troubles.append(f"{source.name}: {trouble}")
        click.echo(f"{source.name}: {holds}; {next_run(source, settings.site.timezone, now)}")
    for trouble in troubles:
        click.echo(trouble, err=True)
    if troubles:
        ctx.exit(1)
    feeds = ", ".join(feed.name for feed in settings.feeds)
    click.echo(f"All is well. Feeds: {feeds}.")


def next_run(source: Source, zone: str, now: datetime) -> str:
    """When a source runs next if the daemon starts at `now` (aware), in words, in the zone."""
    if not source.cron:
        return f"next run at start, then every {_words(source.interval)}"
    due = parse_cron(source.cron, zone).next_after(now)
    local = due.astimezone(ZoneInfo(zone))
    wait = _words(timedelta(minutes=max(1, round((due - now).total_seconds() / 60))))
    return f"next run {local:%a %Y-%m-%d %H:%M} {zone}, in {wait} ({source.cron})"


def _words(span: timedelta) -> str:
    """A span in its two largest units: "1 minute", "2 days 3 hours"."""
    left = int(span.total_seconds())
    words = []
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, left = divmod(left, size)
        if count:
            words.append(f"{count} {unit}" + ("s" if count > 1 else ""))
    return " ".join(words[:2]) or "0 seconds"


def _holdings(source: Source, settings: Settings) -> tuple[str, str]:
    """What a source holds now, in words, and what is wrong with that. Nothing is fetched."""
    if source.kind == "urls":
        return f"{len(source.urls)} address{'es' * (len(source.urls) > 1)}", ""
    folder = Folder(
        source.files,
        folder=settings.folder,
        excluded=(settings.output_folder, settings.data_folder),
    )
    files = FilesSource(folder, max_items=source.max_items, max_bytes=source.max_bytes)
    try:
        listing = files.listing({})
    except SourceError as error:
        return "no files", error.reason
    trouble = "; ".join(f"{where}: {why}" if where else why for where, why in listing.troubles[:5])
    return f"{len(listing.found)} file{'s' * (len(listing.found) != 1)}", trouble


def _folder_troubles(settings: Settings) -> Iterator[str]:
    """What keeps the folders we write from being written."""
    for name, path in (("output", settings.output_folder), ("data", settings.data_folder)):
        nearest = next(folder for folder in (path, *path.parents) if folder.exists())
        if not nearest.is_dir():
            yield f"{name}: {nearest} is not a folder"
        elif not os.access(nearest, os.W_OK | os.X_OK):
            yield f"{name}: {nearest} cannot be written to"
