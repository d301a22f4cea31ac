"""`status`: what runs, what is wrong, since when, and what to do."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from config.load import digest
from config.settings import Settings
from feeds.cli.common import Output, config_path, fail, load_settings, speaks
from feeds.cli.empty import empty_feeds, empty_json, empty_lines
from feeds.cli.lines import FeedLines
from feeds.cli.output import SHOWN, iso, print_table, private_json, problems_json, when
from feeds.context import wall_clock
from feeds.data import open_data, sources_leaving
from feeds.hubs import ANNOUNCE, NOTIFY
from feeds.lock import daemon_pid
from ingest.errors import StoreError
from ingest.store import (
    Transaction,
    daemons,
    outbox,
    pushes,
    runs,
    sources,
    subscriptions,
)
from ingest.store.daemons import DaemonState
from ingest.store.outbox import Failing
from ingest.store.runs import RunReport, Trouble
from ingest.store.sources import SourceState


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """What is known of one source. `since` tells of each origin since when it fails."""

    name: str
    state: SourceState | None
    run: RunReport | None
    since: dict[str, datetime]

    @property
    def wrong(self) -> bool:
        """Whether an operator should look."""
        return self.run is not None and self.run.outcome != "ok"


@click.command(
    epilog="""\b
Examples:
  broadsheet status
  broadsheet status --json | jq '.sources[] | select(.outcome != "ok")'

\b
JSON:
  daemon   the daemon's process number, null when it is not running
  up       null when it is not; else since, configuration (its path), loaded
           (when), current (whether the file is still that one), refused
           (problems of a newer one, a list), unpublished (what could not be
           published, a list) and unpublished_since
  sources  a list: name, next_run (UTC, null: none yet, or stopped) and why
           then, last_run (UTC, null: none yet),
           outcome ("ok", "partial", "failed", "cut short" or null),
           errors_in_a_row, new, updated, unchanged, removed, failed, and
           problems: a list of where, why, failed (false: a warning), advice
           and since
  private  the names of the feeds and of the sources that are private, two
           lists: feeds and sources
  untold   a list of whom messages do not reach: target (a hub, or the name
           of a webhook), why, since, next_try and waiting (how many)
  subscriptions  how many our own hub has
  pushed   how many sources have a hub that tells us of their news
  empty    a list of feeds that show nothing although their sources have
           articles: feed, step (the option that takes away the last of them),
           line (of the configuration, or null), articles (how many the
           sources have) and left (how many came to that step)
  notes    a list of sentences: sources no longer configured whose articles
           stay"""
)
@click.option("--daemon", "wants_daemon", is_flag=True, help="That no daemon runs is wrong too.")
@speaks(
    json="Print one JSON object instead.", verbose=f"Show more than {SHOWN} problems of a source."
)
@click.pass_context
def status(ctx: click.Context, output: Output, wants_daemon: bool) -> None:
    """Show what runs and what is wrong: where, why, since when, and what to do.

    Feeds of which an option takes every article away are told too, and are no error.
    With --quiet there is nothing to read unless something is wrong. Exit code 1 when the last run
    of a source failed or was cut short, when a feed could not be published, when a hub or webhook
    cannot be told, when the daemon refused a changed configuration, or with --daemon when there is
    none.
    """
    settings = load_settings(ctx)
    try:
        with open_data(settings) as store, store.read() as tx:
            rows = _rows(tx, settings)
            state = daemons.look(tx, socket.gethostname())
            untold = outbox.failing(tx, [ANNOUNCE, NOTIFY])
            subscribed = subscriptions.count(tx, "").all
            pushed = pushes.count(tx, wall_clock())
            notes = sources_leaving(tx, settings)
            empty = empty_feeds(tx, settings, FeedLines(config_path(ctx), settings))
    except StoreError as error:
        fail(str(error))
    pid = daemon_pid(settings.data_folder)
    missing = wants_daemon and pid is None
    up = state if state and state.pid == pid else None
    now = digest(Path(up.config)) if up else ""
    if up and up.refused_digest != now:  # another one since, or the one in force again
        up = replace(up, refused=())
    current = up is None or up.digest == now
    zone = ZoneInfo(settings.site.timezone)
    if output.json:
        found = {"daemon": pid, "up": _up_json(up, current=current) if up else None}
        known: dict[str, object] = {"sources": [_json(row) for row in rows]}
        known |= {"private": private_json(settings)}
        known |= {"untold": [*map(_untold_json, untold)], "empty": [*map(empty_json, empty)]}
        known |= {"subscriptions": subscribed, "pushed": pushed}
        output.show(found | known | {"notes": notes})
    else:
        for line in _daemon_lines(pid, up, zone, current=current):
            click.echo(line) if missing else output.say(line)
        head = ["source", "last run", "outcome", "new", "updated", "removed", "failed", "next run"]
        print_table(output, head, [_cells(row, zone) for row in rows])
        if subscribed:
            output.say(f"Our hub has {subscribed:,} subscription{'s' if subscribed > 1 else ''}.")
        if pushed:
            are = "sources have hubs that tell" if pushed > 1 else "source has a hub that tells"
            output.say(f"{pushed:,} {are} us of news.")
        empties = empty_lines(empty, config_path(ctx))
        for line in (*_private_lines(settings), *notes, *empties):
            output.say(line)
        for line in (
            *_wrong(rows, up, zone, None if output.verbose else SHOWN),
            *_untold(untold, zone),
        ):
            click.echo(line)
    daemon_wrong = up and (up.refused or up.unpublished)
    wrong = missing or any(row.wrong for row in rows) or daemon_wrong or untold
    ctx.exit(int(bool(wrong)))


def _private_lines(settings: Settings) -> Iterator[str]:
    private = private_json(settings)
    for what, names in private.items():
        if names:
            yield f"Private {what}: {', '.join(names)}"


def _rows(tx: Transaction, settings: Settings) -> list[_Row]:
    states, last = sources.states(tx), runs.last_runs(tx)
    rows = []
    for source in settings.sources:
        state = states.get(source.name)
        run = last.get(state.id) if state else None
        failed = state and run and any(trouble.failed for trouble in run.troubles)
        since = runs.failing_since(tx, state.id) if state and failed else {}
        rows.append(_Row(name=source.name, state=state, run=run, since=since))
    return rows


def _daemon_lines(
    pid: int | None, up: DaemonState | None, zone: ZoneInfo, *, current: bool
) -> Iterator[str]:
    if pid is None:
        yield "The daemon is not running."
    elif up is None:
        yield f"The daemon is up (process {pid})."
    else:
        yield f"The daemon is up (process {pid}) since {when(up.started_at, zone)}."
        if not current and not up.refused:
            yield f"{up.config} has changed since it was read; `broadsheet reload` takes it up."


def _wrong(
    rows: list[_Row], up: DaemonState | None, zone: ZoneInfo, shown: int | None
) -> Iterator[str]:
    """What is wrong, a paragraph each: the daemon's own troubles, then those of the sources."""
    if up and up.refused and up.refused_at:
        yield f"\nA configuration was refused at {when(up.refused_at, zone)}; the one before is in"
        yield "force. Correct it, then run `broadsheet reload`:"
        yield from (f"  {problem}" for problem in up.refused)
    if up and up.unpublished and up.unpublished_at:
        yield f"\nNot published since {when(up.unpublished_at, zone)}; the last edition stays up:"
        yield from (f"  {problem}" for problem in up.unpublished)
    for row in rows:
        if row.run and row.run.troubles:
            yield ""
            yield from _source_lines(row, row.run, zone, shown)


def _untold(untold: list[Failing], zone: ZoneInfo) -> Iterator[str]:
    for one in untold:
        count = "1 message waits" if one.waiting == 1 else f"{one.waiting} messages wait"
        who = f"webhook {one.target}" if one.kind == NOTIFY else one.target
        yield f"\n{who} is not told of changes: {one.failure}"
        yield f"    since {when(one.since, zone)}; {count}; tried again {when(one.due_at, zone)}"


def _source_lines(row: _Row, run: RunReport, zone: ZoneInfo, shown: int | None) -> Iterator[str]:
    if row.state and row.state.errors > 1:
        yield f"{row.name}: the last {row.state.errors} runs failed"
    for trouble in run.troubles[:shown]:
        yield f"{row.name}: {trouble.origin}{': ' if trouble.origin else ''}{trouble.reason}"
        if told := "; ".join(_told(trouble, row, zone)):
            yield f"    {told}"
    if len(run.troubles) > len(run.troubles[:shown]):
        yield f"{row.name}: … and {len(run.troubles[shown:])} more; -v shows them"


def _told(trouble: Trouble, row: _Row, zone: ZoneInfo) -> Iterator[str]:
    if trouble.failed and trouble.origin in row.since:
        yield f"since {when(row.since[trouble.origin], zone)}"
    if trouble.advice:
        yield trouble.advice


def _cells(row: _Row, zone: ZoneInfo) -> list[object]:
    due = _due(row.state, zone) if row.state else "at start"
    if row.run is None or row.run.ended_at is None:
        return [row.name, "never", "", 0, 0, 0, 0, due]
    run = row.run
    counts = [run.new, run.updated, run.removed, run.failed]
    return [row.name, when(row.run.ended_at, zone), run.outcome, *counts, due]


def _due(state: SourceState, zone: ZoneInfo) -> str:
    if state.stopped:
        return f"none; {state.why}"
    return when(state.next_due, zone) + (f"; {state.why}" if state.why else "")


def _up_json(up: DaemonState, *, current: bool) -> dict[str, object]:
    return {
        "since": iso(up.started_at),
        "configuration": up.config,
        "loaded": iso(up.loaded_at),
        "current": current,
        "refused": list(up.refused),
        "unpublished": list(up.unpublished),
        "unpublished_since": iso(up.unpublished_at),
    }


def _untold_json(one: Failing) -> dict[str, object]:
    return {
        "target": one.target,
        "why": one.failure,
        "since": iso(one.since),
        "next_try": iso(one.due_at),
        "waiting": one.waiting,
    }


def _json(row: _Row) -> dict[str, object]:
    state, run = row.state, row.run
    counts = ("new", "updated", "unchanged", "removed", "failed")
    return {
        "name": row.name,
        "next_run": iso(state.next_due) if state and not state.stopped else None,
        "why": state.why if state else "",
        "errors_in_a_row": state.errors if state else 0,
        "last_run": iso(run.ended_at) if run else None,
        "outcome": run.outcome if run else None,
        **{name: getattr(run, name) if run else 0 for name in counts},
        "problems": [
            problem | {"since": iso(row.since.get(str(problem["where"])))}
            for problem in (problems_json(run) if run else ())
        ],
    }
