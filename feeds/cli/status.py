"""`status`: each source's last run, next run and errors."""

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from feeds.cli.common import Output, fail, load_settings, speaks
from feeds.cli.output import SHOWN, iso, print_table, troubles, when
from feeds.data import open_data
from feeds.lock import daemon_pid
from ingest.errors import StoreError
from ingest.store import runs, sources
from ingest.store.runs import RunReport
from ingest.store.sources import SourceState


@click.command(
    epilog="""\b
Examples:
  broadsheet status
  broadsheet status --json | jq '.sources[] | select(.outcome != "ok")'

\b
JSON:
  daemon   the daemon's process number, null when it is not running
  sources  a list: name, next_run and last_run (UTC, null: none yet),
           outcome ("ok", "partial", "failed", "cut short" or null),
           errors_in_a_row, new, updated, unchanged, removed, failed, and
           problems: a list of where, why and failed (false: a warning)"""
)
@speaks(
    json="Print one JSON object instead.", verbose=f"Show more than {SHOWN} problems of a source."
)
@click.pass_context
def status(ctx: click.Context, output: Output) -> None:
    """Show whether the daemon is up, and each source's last run, next run and problems.

    With --quiet there is nothing to read unless something is wrong. Exit code 1 when the last run
    of a source failed or was cut short.
    """
    settings = load_settings(ctx)
    try:
        with open_data(settings) as store, store.read() as tx:
            states = sources.states(tx)
            last = runs.last_runs(tx)
    except StoreError as error:
        fail(str(error))
    named = [(s.name, states.get(s.name)) for s in settings.sources]
    rows = [(name, state, last.get(state.id) if state else None) for name, state in named]
    daemon = daemon_pid(settings.data_folder)
    if output.json:
        output.show({"daemon": daemon, "sources": [_json(*row) for row in rows]})
    else:
        output.say(f"The daemon is {f'up (process {daemon})' if daemon else 'not running'}.")
        zone = ZoneInfo(settings.site.timezone)
        head = ["source", "last run", "outcome", "new", "updated", "removed", "failed", "next run"]
        print_table(output, head, [_row(name, state, run, zone) for name, state, run in rows])
        for name, _, run in rows:
            shown = None if output.verbose else SHOWN
            for line in troubles(_renamed(run, name), shown) if run else ():
                click.echo(line)
    ctx.exit(int(any(run and run.outcome != "ok" for _, _, run in rows)))


def _row(
    name: str, state: SourceState | None, run: RunReport | None, zone: ZoneInfo
) -> list[object]:
    if state is None or run is None:
        return [name, "never", "", 0, 0, 0, 0, _when(state.next_due if state else None, zone)]
    counts = [run.new, run.updated, run.removed, run.failed]
    return [name, _when(run.ended_at, zone), run.outcome, *counts, _when(state.next_due, zone)]


def _when(moment: datetime | None, zone: ZoneInfo) -> str:
    return when(moment, zone) if moment else "at start"


def _renamed(run: RunReport, name: str) -> RunReport:
    return runs.named(run, {run.source: name})


def _json(name: str, state: SourceState | None, run: RunReport | None) -> dict[str, object]:
    return {
        "name": name,
        "next_run": iso(state.next_due) if state else None,
        "errors_in_a_row": state.errors if state else 0,
        "last_run": iso(run.ended_at) if run else None,
        "outcome": run.outcome if run else None,
        "new": run.new if run else 0,
        "updated": run.updated if run else 0,
        "unchanged": run.unchanged if run else 0,
        "removed": run.removed if run else 0,
        "failed": run.failed if run else 0,
        "problems": [
            {"where": trouble.origin, "why": trouble.reason, "failed": trouble.failed}
            for trouble in (run.troubles if run else ())
        ],
    }
