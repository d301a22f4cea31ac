"""What commands print: progress and a table on a terminal, plain lines in a pipe."""

from collections.abc import Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from config.settings import Settings
from feeds.report import PublishReport
from ingest.store.runs import RunReport

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_COLUMNS = ("new", "updated", "unchanged", "removed", "failed")
_SHOWN = 20  # problems shown of one run


class RunTable:
    """Progress bars while runs are under way (on a terminal only), then one line a source."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._bars: dict[str, TaskID] = {}

    def __enter__(self) -> "RunTable":
        from rich.console import Console

        console = Console(stderr=True)
        if console.is_terminal:
            from rich.progress import Progress

            self._progress = Progress(console=console, transient=True)
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
        if self._progress is None:
            return
        if name not in self._bars:
            self._bars[name] = self._progress.add_task(name, total=total)
        self._progress.update(self._bars[name], completed=done, total=total)

    def show(self, runs: Sequence[RunReport]) -> None:
        """Print the table, and below it what went wrong where."""
        self._stop()
        print_table(
            ["source", *_COLUMNS, "outcome"],
            [[run.source, *(getattr(run, n) for n in _COLUMNS), run.outcome] for run in runs],
        )
        for run in runs:
            for line in troubles(run):
                click.echo(line, err=True)

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


def print_table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows in aligned columns, numbers to the right; the same in a pipe as on a terminal."""
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
        click.echo("  ".join(shown).rstrip())


def troubles(run: RunReport) -> list[str]:
    """What went wrong in a run, a line each: source, place, reason."""
    lines = [
        f"{run.source}: {trouble.origin}: {trouble.reason}"
        if trouble.origin
        else f"{run.source}: {trouble.reason}"
        for trouble in run.troubles[:_SHOWN]
    ]
    if len(run.troubles) > _SHOWN:
        lines.append(f"{run.source}: … and {len(run.troubles) - _SHOWN} more")
    return lines


def show_published(settings: Settings, report: PublishReport) -> None:
    """Print each feed with its files, and what could not be published."""
    for feed in report.feeds:
        if feed.error:
            click.echo(feed.error, err=True)
            continue
        state = "published" if feed.changed else "unchanged"
        count = f"{feed.entries} entr{'y' if feed.entries == 1 else 'ies'}"
        for file in feed.files:
            click.echo(f"{state}  {settings.output_folder / file}  {count}")
    for error in report.errors:
        click.echo(error, err=True)
    for name in report.waiting:
        click.echo(f"{name}: waits for its sources' first run")
    for warning in report.warnings[:_SHOWN]:
        click.echo(warning, err=True)
    if len(report.warnings) > _SHOWN:
        click.echo(f"… and {len(report.warnings) - _SHOWN} more", err=True)
