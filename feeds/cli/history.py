"""`history`: the runs there were, newest first."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain, groupby, islice
from zoneinfo import ZoneInfo

import click

from config.settings import Settings
from feeds.cli.common import Output, fail, load_settings, speaks, suggest
from feeds.cli.completion import source_names
from feeds.cli.output import run_json, when
from feeds.data import open_data
from ingest.errors import StoreError
from ingest.store import Transaction, runs, sources
from ingest.store.runs import RunReport, Trouble

_COUNTS = ("new", "updated", "removed", "failed", "unchanged")
_TOLD = 3  # problems told of one run unasked


@click.command(
    epilog="""\b
Examples:
  broadsheet history inbox
  broadsheet history --all --limit 100
  broadsheet history --json | jq '.runs[] | select(.outcome != "ok")'

\b
JSON:
  runs  a list: id, source, task ("ingest", "re-extract", "learn"), started
        and ended (UTC, null: under way), seconds, outcome ("ok", "partial",
        "failed", "cut short" or null), news (whether it changed something or
        ended otherwise than the one before), new, updated, unchanged,
        removed, failed, and problems: a list of where, why, failed and
        advice"""
)
@click.argument("source", default="", shell_complete=source_names)
@click.option(
    "--limit", type=click.IntRange(1), default=20, show_default=True, help="Runs to show."
)
@click.option("--all", "everything", is_flag=True, help="Runs without news too, one by one.")
@speaks(json="One JSON object: the runs.", verbose="Every problem of each run.")
@click.pass_context
def history(ctx: click.Context, output: Output, source: str, limit: int, everything: bool) -> None:
    """Show the last runs of SOURCE (none: of every source), newest first, with their problems.

    Runs without news, that changed nothing and ended as the run before them, are counted only. They
    are remembered for two days, the others for 90. Exit code 0 whatever the runs came to, 2 when
    there is no such source.
    """
    settings = load_settings(ctx)
    try:
        with open_data(settings) as store, store.read() as tx:
            found = _named(tx, settings, source)
            if output.json:
                told = islice((run for run in found if run.news or everything), limit)
                output.show({"runs": [run_json(run) for run in told]})
            else:
                zone = ZoneInfo(settings.site.timezone)
                lines = _lines(found, limit, zone, everything=everything, verbose=output.verbose)
                for line in chain([next(lines, "There was no run yet.")], lines):
                    output.say(line)
    except StoreError as error:
        fail(str(error))


def _named(tx: Transaction, settings: Settings, source: str) -> Iterator[RunReport]:
    """The runs, newest first, read as they are asked for, with the names of their sources."""
    states = sources.states(tx)
    configured = [one.name for one in settings.sources]
    if source and source not in {*states, *configured}:
        fail(f"there is no source {source!r}{suggest(source, configured)}", code=2)
    names = {state.id: name for name, state in states.items()}
    if source and source not in states:
        return iter(())
    found = runs.history(tx, states[source].id if source else "")
    return (runs.named(run, names) for run in found)


def _lines(
    found: Iterator[RunReport], limit: int, zone: ZoneInfo, *, everything: bool, verbose: bool
) -> Iterator[str]:
    left = limit
    for news, group in groupby(found, lambda run: run.news or everything):
        if not left:
            return
        if not news:
            yield _quiet(group, zone)
            continue
        for run in islice(group, left):
            left -= 1
            yield _line(run, zone)
            yield from _troubles(run.troubles, len(run.troubles) if verbose else _TOLD)


def _quiet(group: Iterator[RunReport], zone: ZoneInfo) -> str:
    """Runs without news in one line: when the last of them was, how many, and since when."""
    last = first = next(group)
    count = 1
    for first in group:  # noqa: B007 - the one it ends with is the oldest
        count += 1
    since = f" since {when(first.started_at, zone)}" if count > 1 else ""
    return f"{when(last.started_at, zone)}  … {count} run{'s' * (count > 1)} without news{since}"


def _line(run: RunReport, zone: ZoneInfo) -> str:
    counts = ", ".join(f"{n} {name}" for name in _COUNTS if (n := getattr(run, name)))
    task = "" if run.task == "ingest" else f" ({run.task})"
    took = _took(run.started_at, run.ended_at)
    told = f"{run.outcome}, {counts}" if counts else run.outcome or "under way"
    return f"{when(run.started_at, zone)}  {run.source}{task}: {told}{took}"


def _took(started: datetime, ended: datetime | None) -> str:
    if ended is None:
        return ""
    seconds = max(0.0, (ended - started).total_seconds())
    return f", in {seconds:.1f} s" if seconds < 100 else f", in {round(seconds / 60)} min"


def _troubles(troubles: tuple[Trouble, ...], most: int) -> Iterator[str]:
    for trouble in troubles[:most]:
        yield f"    {trouble.origin}{': ' if trouble.origin else ''}{trouble.reason}"
    if len(troubles) > most:
        yield f"    … and {len(troubles) - most} more; -v shows them"
