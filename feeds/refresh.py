"""The refresh use case: ingest what is asked for or due, then publish."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from feeds.context import Context
from feeds.publish import publish
from feeds.report import PublishReport
from ingest.store.runs import RunReport, RunTask

_TELLING = 10.0  # seconds
_AT_ONCE = 16  # runs at once; each host is asked one request at a time whatever this is


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshReport:
    """The runs in the order of the configuration, and what publishing did."""

    runs: tuple[RunReport, ...] = ()
    published: PublishReport = field(default_factory=PublishReport)

    @property
    def failed(self) -> bool:
        """Whether anything went wrong that an operator should look at."""
        return self.published.failed or any(run.failed or run.outcome != "ok" for run in self.runs)


def run_sources(
    context: Context,
    names: Sequence[str],
    *,
    task: RunTask = "ingest",
    allow_removal: bool = False,
    stopping: Callable[[], bool] = lambda: False,
    progress: Callable[[str, int, int], None] = lambda _name, _done, _total: None,
) -> tuple[RunReport, ...]:
    """Run the named sources, several at once; one report each, in the order of `names`.

    `task` is what a run does: ingest, or normalize again what is stored.
    """

    def run(name: str) -> RunReport:
        return context.run(
            name,
            task,
            allow_removal=allow_removal,
            stopping=stopping,
            progress=lambda done, total: progress(name, done, total),
        )

    with ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="run") as pool:
        return tuple(pool.map(run, names))


def refresh(
    context: Context,
    names: Sequence[str],
    *,
    task: RunTask = "ingest",
    allow_removal: bool = False,
    stopping: Callable[[], bool] = lambda: False,
    progress: Callable[[str, int, int], None] = lambda _name, _done, _total: None,
) -> RefreshReport:
    """Ingest the named sources, or do `task`, then publish every feed that anything changed for.

    Not when `stopping`: the next refresh publishes what was stored.
    """
    runs = run_sources(
        context,
        names,
        task=task,
        allow_removal=allow_removal,
        stopping=stopping,
        progress=progress,
    )
    if stopping():
        return RefreshReport(runs=runs)
    return RefreshReport(runs=runs, published=publish_once(context))


def publish_once(context: Context, names: Sequence[str] = ()) -> PublishReport:
    """Publish the feeds `names` (none: all), and tell their hubs for as long as one waits for it.

    What did not arrive is told by the next command, or by the daemon.
    """
    published = publish(context.press(), now=context.clock(), names=names)
    context.courier.deliver(_TELLING)
    return published
