"""What a run leaves behind: its source's state, what is known of its addresses, its next time."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from ingest.address import Address
from ingest.polling import UNTOLD, Next, Seen, Told, gap_of, interval, next_look
from ingest.store import Transaction, addresses, articles, pushes, runs, wakes
from ingest.store.runs import RunReport
from ingest.store.sources import SourceState
from ingest.tally import Tally
from ingest.task import Task

_ARTICLES = 10  # from the dates of the newest ones is told how often a source changes
_NOTHING = Address()


def settle(tx: Transaction, task: Task, report: RunReport, tally: Tally, ended: datetime) -> int:
    """Close a run that came to its end, and say when its source is looked at next, and why.

    Returns the run's number.

    A run that failed as a whole leaves `settled` as it was before, `rules` too: what it did not
    look at will be looked at next time.
    """
    offline = task.asking is not None and task.asking.offline
    state = _state(tx, task, report, tally, offline=offline)
    seen = Seen(
        gap=state.gap,
        quiet=state.quiet,
        errors=state.errors if task.asking and not task.asking.failed else 0,
        hints=state.hints,
        offline=offline,
        told=_told(tx, task, report, tally, ended),
    )
    unfit = {trouble.origin for trouble in tally.troubles if trouble.failed}
    if report.outcome == "failed":  # what answered may have another address than was asked
        unfit.update(task.reader.addresses)
    found = _addresses(task, tally, seen, unfit, ended)
    asked = tuple(found.get(url, _NOTHING) for url in task.reader.addresses)
    look = next_look(task.pace, replace(seen, addresses=asked), ended)
    if task.asking:
        kept = {url: one for url, one in found.items() if _is_special(one, look)}
        addresses.put(tx, state.id, task.asking.known, kept)
    return runs.end_run(tx, state, report, next_due=look.at, why=look.why)


def _state(
    tx: Transaction, task: Task, report: RunReport, tally: Tally, *, offline: bool
) -> SourceState:
    """The source after the run."""
    before = task.state
    changed = bool(report.new or report.updated or report.removed)
    if report.outcome == "failed":
        return replace(before, errors=before.errors + (not offline))
    gap = before.gap
    if task.pace.adapts and (report.new or (gap is None and not before.quiet)):
        gap = gap_of(articles.latest_dates(tx, before.id, _ARTICLES))
    looked = task.asking is None or bool(task.asking.asked)
    return replace(
        before,
        errors=0,
        quiet=0 if changed else before.quiet + looked,
        gap=gap,
        hints=before.hints if tally.hints is None else tally.hints,
        settled=True,
        rules=task.rules_digest,
    )


def _told(tx: Transaction, task: Task, report: RunReport, tally: Tally, ended: datetime) -> Told:
    """What the source's hub tells of its news, as far as the look has shown it."""
    if report.outcome == "failed" or task.asking is None:
        return UNTOLD
    if tally.offer is not None:
        pushes.offer(tx, task.state.id, tally.offer.topic, tally.offer.hubs, ended)
    changed = bool(report.new or report.updated)
    return wakes.looked(
        tx, task.state.id, heard=task.heard, new=bool(report.new), changed=changed, now=ended
    )


def _addresses(
    task: Task, tally: Tally, seen: Seen, unfit: Collection[str], now: datetime
) -> Mapping[str, Address]:
    """What is known of each address, without those that are in the source no more.

    Of those that are `unfit` nothing could be made.
    """
    if task.asking is None:
        return {}
    found = task.asking.after(
        now,
        base=interval(task.pace, seen),
        fresh=task.reader.addresses if task.pace.adapts else (),
        failed_in=unfit,
    )
    if tally.present is None:
        return found
    there = tally.present.union(task.reader.addresses, tally.index, task.asking.asked)
    return {url: one for url, one in found.items() if url in there}


def _is_special(one: Address, look: Next) -> bool:
    """Whether it tells more of an address than that it may be asked when its source is due."""
    lasting = one.not_before is not None and (look.at is None or one.not_before > look.at)
    return lasting or replace(one, not_before=None, why="") != _NOTHING
