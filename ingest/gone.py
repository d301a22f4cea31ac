"""What is no longer there: its articles are removed, unless that looks like an accident."""

from datetime import datetime, timedelta

from ingest.sources import Listing
from ingest.store import Transaction, removal, sources
from ingest.tally import Tally

_MANY = 10  # articles from which on losing more than half looks like an accident
_GRACE = timedelta(days=1)  # what is missing for longer, while others are there, is no accident


def take_leave(
    tx: Transaction, listing: Listing, tally: Tally, *, removes: bool, allow_removal: bool
) -> int:
    """Note what is gone and remove its articles; returns how many were removed.

    What looks like an accident is noted, reported and kept; a folder that is suddenly empty is not
    even noted. `removes` False keeps every article, `allow_removal` says that no loss is one.
    """
    gone = {o for o, k in tally.known.items() if not k.gone and o not in tally.kept}
    if not listing.complete:
        gone &= {found.origin for found in listing.found}
    lost = _lost(tx, listing, tally, gone) if removes else {}
    if lost and not listing.found and not allow_removal:
        reason = f"the folder is suddenly empty, so its {len(lost)} articles were kept"
        tally.trouble("", f"{reason}; {_advice(tally)}")
        return 0
    sources.mark_gone(tx, tally.source, gone, tally.now)
    recent = {article: since for article, since in lost.items() if since > tally.now - _GRACE}
    removed = removal.remove(tx, lost.keys() - recent.keys(), tally.now)
    if recent and not allow_removal and (accident := _accident(tx, tally, recent)):
        tally.trouble("", accident)
    else:
        removed += removal.remove(tx, recent, tally.now)
    return removed


def _lost(tx: Transaction, listing: Listing, tally: Tally, gone: set[str]) -> dict[str, datetime]:
    """The articles that no document holds any more, each with when its last one was missed."""
    missed: dict[str, datetime] = {}
    for before in tally.known.values():
        if before.gone_at and listing.complete:  # it may have been kept by an earlier run
            missed[before.article] = max(before.gone_at, missed.get(before.article, before.gone_at))
    missed |= {tally.known[origin].article: tally.now for origin in gone}
    unclaimed = missed.keys() - tally.claimed.keys() - {""}
    return {article: missed[article] for article in removal.live(tx, tally.source, unclaimed)}


def _accident(tx: Transaction, tally: Tally, lost: dict[str, datetime]) -> str:
    """Why losing these articles is not believed at once; "" when it is.

    Losing most of them is believed when others came in their place, as when another branch is
    checked out; losing every one is not, for that is another folder in its place.
    """
    live, since = removal.count_live(tx, tally.source), min(lost.values())
    had, left = live - tally.new - tally.returned, live - len(lost)
    if since < tally.now:  # kept by an earlier run: what came with it or later was not had either
        had = removal.count_live(tx, tally.source, before=since) - tally.returned
    if had < _MANY or (left >= had / 2 and had > len(lost)):
        return ""
    reason = f"{len(lost)} of {had} articles are gone at once, so they are kept for a day"
    return f"{reason}; {_advice(tally)}"


def _advice(tally: Tally) -> str:
    return f"if this is meant, run: broadsheet refresh --allow-removal {tally.name}"
