"""Which entries a feed shows: the cut, pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from ingest.article import Exposure

MAX_BYTES = 1_000_000
"""Size of a feed document: poll cost is linear in it, and readers refuse much larger ones."""

FRESH = timedelta(hours=48)


def cut(
    window: Sequence[Exposure], sizes: Mapping[str, int], *, limit: int, now: datetime
) -> Sequence[Exposure]:
    """The part of `window` (newest exposure first) that stays; `sizes` in bytes per article id.

    First the bytes, then 48 hours, then `limit`: an entry exposed less than 48 hours ago stays
    beyond the limit, but not one of a first edition or a backlog; nothing stays beyond the bytes
    but a single entry.
    """
    kept = 0
    total = 0
    for position, exposure in enumerate(window):
        total += sizes[exposure.article]
        fresh = not exposure.settled and now - exposure.exposed_at < FRESH
        if position and total > MAX_BYTES:
            break
        if position < limit or fresh:
            kept = position + 1
    return window[:kept]
