"""What commands print: progress and a table on a terminal, plain lines in a pipe."""

import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from feeds.cli.common import Output

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from config.settings import Settings
    from feeds.refresh import RefreshReport
    from feeds.report import PublishReport
    from ingest.store.runs import RunReport

_COLUMNS = ("new", "updated", "unchanged", "removed", "failed")
SHOWN = 20
"""Problems shown of one run."""

_PAUSE = 10.0  # seconds between two lines of progress
_COLOURS = {"partial": "yellow", "cut short": "yellow", "failed": "red"}  # those of the log


class RunTable:
    """Progress while runs are under way, then one line a source.

    On a terminal there are bars, which go away again. In a pipe, and beside the lines of -v, there
    is a line on stderr every ten seconds at most, so none for short work.
    """

    def __init__(self, output: Output, clock: Callable[[], float] = time.monotonic) -> None:
        self._output = output
        self._clock = clock
        self._lock = threading.Lock()  # each run has a thread
        self._counts: dict[str, tuple[int, int]] = {}
        self._said = clock()
        self._progress: Progress | None = None
        self._bars: dict[str, TaskID] = {}

    def __enter__(self) -> "RunTable":
        if sys.stderr.isatty() and not (self._output.quiet or self._output.verbose):
            from rich.console import Console
            from rich.progress import Progress

            self._progress = Progress(console=Console(stderr=True), transient=True)
            self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def progress(self, name: str, done: int, total: int) -> None:
        """Show that `done` of `total` documents of the source `name` have been looked at."""
        with self._lock:
            if self._progress is None:
                self._counts[name] = (done, total)
                self._tell()
                return
            if name not in self._bars:
                self._bars[name] = self._progress.add_task(name, total=total)
            self._progress.update(self._bars[name], completed=done, total=total)

    def show(self, runs: "Sequence[RunReport]") -> None:
        """Print the table, and below it what went wrong where."""
        self._stop()
        print_table(
            self._output,
            ["source", *_COLUMNS, "outcome"],
            [[run.source, *(getattr(run, n) for n in _COLUMNS), run.outcome] for run in runs],
        )
        for run in runs:
            for line in troubles(run):
                click.echo(line, err=True)

    def _tell(self) -> None:
        """Say how far all runs together are, unless something was said a moment ago."""
        now = self._clock()
        if now - self._said >= _PAUSE:
            self._said = now
            done, total = (sum(column) for column in zip(*self._counts.values(), strict=True))
            self._output.note(f"looked at {done:,} of {total:,} documents")

    def _stop(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


def when(moment: datetime, zone: ZoneInfo) -> str:
    """A moment for people, in their zone: `2026-05-01 12:00:00`."""
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def iso(moment: datetime | None) -> str | None:
    """A moment for a script: ISO 8601 in UTC, to the second."""
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else None


def private_json(settings: "Settings") -> dict[str, list[str]]:
    """The names of the feeds and of the sources that are private."""
    return {
        "feeds": [feed.name for feed in settings.feeds if feed.private],
        "sources": sorted(settings.private_sources),
    }


def print_table(output: Output, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows in aligned columns, numbers to the right; in a pipe as on a terminal."""
    cells = [list(head), *[[str(cell) for cell in row] for row in rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    numeric = [
        bool(rows) and all(isinstance(row[i], int) for row in rows) for i in range(len(head))
    ]
    for row in cells:
        shown = [
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(row, widths, numeric, strict=True)
        ]
        if row is not cells[0] and "outcome" in head:
            place = head.index("outcome")
            shown[place] = shown[place].replace(row[place], coloured(row[place]))
        output.say("  ".join(shown).rstrip())


def coloured(outcome: str) -> str:
    """An outcome with its colour, if it calls for a look; a pipe gets it without."""
    return click.style(outcome, fg=_COLOURS[outcome]) if outcome in _COLOURS else outcome


def troubles(run: "RunReport", shown: int | None = SHOWN) -> list[str]:
    """What went wrong in a run, a line each: source, place, reason. At most `shown`; None: all."""
    lines = [
        f"{run.source}: {trouble.origin}: {trouble.reason}"
        if trouble.origin
        else f"{run.source}: {trouble.reason}"
        for trouble in run.troubles[:shown]
    ]
    if len(run.troubles) > len(lines):
        lines.append(f"{run.source}: … and {len(run.troubles) - len(lines)} more")
    return lines


def show_done(output: Output, settings: "Settings", done: "RefreshReport") -> None:
    """Print what a refresh, or half of one, did."""
    if done.runs:
        RunTable(output).show(done.runs)
    show_published(output, settings, done.published)


def show_published(output: Output, settings: "Settings", report: "PublishReport") -> None:
    """Print each feed with its files, and what could not be published."""
    for feed in report.feeds:
        if feed.error:
            click.echo(feed.error, err=True)
            continue
        state = "published" if feed.changed else "unchanged"
        count = f"{feed.entries} entr{'y' if feed.entries == 1 else 'ies'}"
        folder = settings.private_folder if feed.private else settings.output_folder
        for file in feed.files:
            output.say(f"{state}  {folder / file}  {count}")
    for error in report.errors:
        click.echo(error, err=True)
    for name in report.waiting:
        output.say(f"{name}: waits for its sources' first run")
    for warning in report.warnings[:SHOWN]:
        click.echo(warning, err=True)
    if len(report.warnings) > SHOWN:
        click.echo(f"… and {len(report.warnings) - SHOWN} more", err=True)


def run_json(run: "RunReport") -> dict[str, object]:
    """One run as scripts get it."""
    took = run.ended_at - run.started_at if run.ended_at else None
    return {
        "id": run.id,
        "source": run.source,
        "task": run.task,
        "started": iso(run.started_at),
        "ended": iso(run.ended_at),
        "seconds": round(took.total_seconds(), 3) if took is not None else None,
        "outcome": run.outcome or None,
        "news": run.news,
        **{name: getattr(run, name) for name in _COLUMNS},
        "problems": problems_json(run),
    }


def problems_json(run: "RunReport") -> list[dict[str, object]]:
    """What went wrong in a run, as scripts get it."""
    return [
        {"where": one.origin, "why": one.reason, "failed": one.failed, "advice": one.advice}
        for one in run.troubles
    ]


def refresh_json(done: "RefreshReport") -> dict[str, object]:
    """A refresh, or half of one, as scripts get it."""
    published = asdict(done.published)
    return {"failed": done.failed, "runs": [run_json(run) for run in done.runs], **published}
