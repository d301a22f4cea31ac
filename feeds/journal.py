"""The daemon's log of its work: how a run ended, and what was published."""

import structlog

from feeds.report import PublishReport
from ingest.store.runs import RunReport

log = structlog.get_logger()


def note_run(run: RunReport) -> None:
    """Log how a run ended, with one of its problems: that of the whole source if there is one."""
    wrong = sorted((one for one in run.troubles if one.failed), key=lambda one: one.origin != "")
    said = log.warning if wrong else log.info
    said(
        "run ended",
        source=run.source,
        outcome=run.outcome,
        new=run.new,
        updated=run.updated,
        removed=run.removed,
        failed=run.failed,
        **({"why": wrong[0].reason, "where": wrong[0].origin} if wrong else {}),
        **({"more": len(wrong) - 1} if len(wrong) > 1 else {}),
    )


def note_published(published: PublishReport) -> None:
    """Log what publishing did, if it did anything."""
    for feed in published.feeds:
        if feed.error:
            log.error("feed not published", feed=feed.name, error=feed.error)
        elif feed.changed:
            log.info("feed published", feed=feed.name, entries=feed.entries)
    for warning in published.warnings:
        log.warning("left out", what=warning)
