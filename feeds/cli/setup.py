"""`init` and `check`: a configuration to start from, and what there is to say about one."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from config.checks import Issues
from config.load import ConfigError, Problem, located
from config.settings import Settings
from config.source import Source
from feeds.brand import unshown
from feeds.cli.common import Output, config_path, fail, other_port, read_settings, speaks, suggest
from feeds.cli.output import private_json
from feeds.data import feeds_leaving, peek_data, sources_leaving
from feeds.privacy import becoming_public, not_so_private
from ingest.errors import SourceError
from ingest.schedule import parse_cron
from ingest.sources.files import FilesSource
from ingest.sources.folder import Folder
from ingest.store import Transaction, lookup


@click.command(
    epilog="""\b
Example:
  broadsheet init news"""
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@speaks(verbose="Say what was made.")
def init(output: Output, folder: Path) -> None:
    """Write broadsheet.toml, every option commented, into FOLDER (default: here).

    A file that is there already stays as it is. Exit code 1 when nothing could be written.
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
    output.say(f"Wrote {target}.")
    if output.verbose:
        output.say(f"Made {folder / 'articles'}, the folder that its source reads.")
    output.say("Next:")
    steps = [
        f"set title and url in {target}",
        f"put text, Markdown or HTML files into {folder / 'articles'}",
        "run `broadsheet check`, then `broadsheet refresh`, then `broadsheet run`",
    ]
    if folder != Path():
        steps.insert(2, f"cd {folder}")
    for number, step in enumerate(steps, 1):
        output.say(f"  {number}. {step}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Holding:
    """What a source holds now: files or addresses, and what is wrong with them."""

    source: Source
    items: tuple[str, ...]
    trouble: str = ""

    @property
    def words(self) -> str:
        if self.source.kind != "files":
            return f"{len(self.items)} address{'es' * (len(self.items) != 1)}"
        return f"{len(self.items)} file{'s' * (len(self.items) != 1)}"


@click.command(
    epilog="""\b
Examples:
  broadsheet --config news/broadsheet.toml check
  broadsheet check --json | jq -r '.problems[].message'

\b
JSON:
  ok        true when there is no problem
  problems  a list of what is wrong: file, line, key and message;
            line and key are null for a problem of the whole file
  sources   a list: name, kind (the option that says where), holds
            (how many), every (seconds), cron (both null: as often as it
            changes), and next_run (UTC, null: when the daemon starts or when
            it is due, as `status` says)
  feeds     the names of the feeds
  private   the names of the feeds and of the sources that are private, two
            lists: feeds and sources
  notes     a list of sentences: what is not wrong and perhaps not meant"""
)
@speaks(json="Print one JSON object instead.", verbose="List what each source holds.")
@click.pass_context
def check(ctx: click.Context, output: Output) -> None:
    """Validate the configuration, its folders and its schedule. Changes nothing.

    Says when each source runs next if the daemon starts now, and on stderr what may not be meant:
    feeds and sources that were taken out, and what holds nothing. Exit code 2 for a bad
    configuration, 1 for a folder that cannot be used.
    """
    now = datetime.now(UTC)
    try:
        settings = read_settings(config_path(ctx))
    except ConfigError as error:
        if not output.json:
            fail(str(error), code=2)
        found = {"ok": False, "problems": _problems(error.problems)}
        nothing: dict[str, list[str]] = {"feeds": [], "sources": []}
        output.show(found | {"sources": [], "feeds": [], "private": nothing, "notes": []})
        ctx.exit(2)
    held = [_holding(source, settings) for source in settings.sources]
    wrong = located(config_path(ctx), [*_unusable_folders(settings), *_unusable_sources(held)])
    notes = list(_notes(settings, held))
    if output.json:
        output.show(_json(settings, held, wrong, notes, now))
    else:
        _print(output, settings, held, wrong, notes, now)
    ctx.exit(int(bool(wrong)))


def _print(
    output: Output,
    settings: Settings,
    held: Sequence[_Holding],
    wrong: Sequence[Problem],
    notes: Sequence[str],
    now: datetime,
) -> None:
    for one in held:
        due = next_run(one.source, settings.site.timezone, now)
        output.say(f"{one.source.name}: {one.words}; {due}")
        for item in one.items if output.verbose else ():
            output.say(f"  {item}")
    for note in notes:
        output.note(note)
    for problem in wrong:
        click.echo(str(problem), err=True)
    for name, feeds_of in settings.private_sources.items():
        output.say(f"{name}: private, shown by {', '.join(sorted(feeds_of))} alone")
    if not wrong:
        feeds = ", ".join(
            (f"{feed.name}-… for each {feed.each}" if feed.each else feed.name)
            + (" (private)" if feed.private else "")
            for feed in settings.feeds
        )
        output.say(f"{'Nothing is wrong' if notes else 'All is well'}. Feeds: {feeds}.")


def _json(
    settings: Settings,
    held: Sequence[_Holding],
    wrong: Sequence[Problem],
    notes: Sequence[str],
    now: datetime,
) -> dict[str, object]:
    """The object that scripts get; the help of `check` says what it holds."""
    return {
        "ok": not wrong,
        "problems": _problems(wrong),
        "sources": [_source(one, settings.site.timezone, now) for one in held],
        "feeds": [feed.name for feed in settings.feeds],
        "private": private_json(settings),
        "notes": notes,
    }


def _problems(found: Sequence[Problem]) -> list[dict[str, object]]:
    return [
        {"file": one.file, "line": one.line or None, "key": one.key or None, "message": one.message}
        for one in found
    ]


def _source(held: _Holding, zone: str, now: datetime) -> dict[str, object]:
    source = held.source
    due = parse_cron(source.cron, zone).next_after(now) if source.cron else None
    return {
        "name": source.name,
        "kind": source.kind,
        "holds": len(held.items),
        "every": int(source.interval.total_seconds()) if source.interval else None,
        "cron": source.cron or None,
        "next_run": due.astimezone(UTC).isoformat(timespec="seconds") if due else None,
    }


def next_run(source: Source, zone: str, now: datetime) -> str:
    """When a source runs next if the daemon starts at `now` (aware), in words, in the zone."""
    if not source.cron:
        often = f"every {_words(source.interval)}" if source.interval else "as often as it changes"
        when = "at start" if source.files else "at start, or later if it is not due then"
        return f"next run {when}, then {often}"
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


def _holding(source: Source, settings: Settings) -> _Holding:
    """What a source holds now. Nothing is fetched."""
    if source.kind != "files":
        return _Holding(source=source, items=source.urls or (source.locator,))
    folder = Folder(
        source.files,
        folder=settings.folder,
        excluded=(settings.output_folder, settings.data_folder),
    )
    files = FilesSource(folder, max_items=source.most, max_bytes=source.max_bytes)
    try:
        listing = files.listing({})
    except SourceError as error:
        return _Holding(source=source, items=(), trouble=error.reason)
    trouble = "; ".join(f"{where}: {why}" if where else why for where, why in listing.troubles[:5])
    items = tuple(found.origin for found in listing.found)
    return _Holding(source=source, items=items, trouble=trouble)


def _notes(settings: Settings, held: Sequence[_Holding]) -> Iterator[str]:
    """What is not wrong, and perhaps not meant."""
    for one in held:
        if not (one.items or one.trouble):
            yield f"source {one.source.name!r} holds nothing: no file matches {one.source.files}"
    yield from other_port(settings, settings.server.port)
    yield from not_so_private(settings)
    yield from unshown(settings)
    with peek_data(settings) as store:
        if store:
            with store.read() as tx:
                yield from feeds_leaving(tx, settings)
                yield from sources_leaving(tx, settings)
                yield from becoming_public(tx, settings)
                yield from _unknown_tags(tx, settings)


def _unknown_tags(tx: Transaction, settings: Settings) -> Iterator[str]:
    """The tags of feeds that no article has; before there are articles nothing is known."""
    given = {tag.casefold() for source in settings.sources for tag in source.tags}
    stored = lookup.tags(tx) if any(feed.tags for feed in settings.feeds) else set()
    for feed in settings.feeds if stored else ():
        for tag in feed.tags:
            if tag.casefold() not in stored | given:
                yield f"feed {feed.name!r}: no article has the tag {tag!r}{suggest(tag, [*stored])}"


def _unusable_sources(held: Sequence[_Holding]) -> Issues:
    return [(("source", n, "files"), one.trouble) for n, one in enumerate(held) if one.trouble]


def _unusable_folders(settings: Settings) -> Iterator[tuple[tuple[str], str]]:
    """What keeps the folders we write from being written."""
    for name, path in (("output", settings.output_folder), ("data", settings.data_folder)):
        nearest = next(folder for folder in (path, *path.parents) if folder.exists())
        if not nearest.is_dir():
            yield (name,), f"{nearest} is not a folder"
        elif not os.access(nearest, os.W_OK | os.X_OK):
            yield (name,), f"{nearest} cannot be written to"
