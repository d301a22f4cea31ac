"""When a source is looked at next, and why then. Pure.

Where the operator says nothing, a source is looked at as often as it changes, and never more often
than what it answers allows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

from ingest.address import Address
from ingest.schedule import LONGEST_PAUSE, Cron, next_due
from ingest.spans import spoken

SHORTEST = timedelta(minutes=30)
"""The least between two looks at a source that has no schedule of its own."""

LATEST = timedelta(days=9)
"""No source without a schedule of its own is due later: two days that a server asks for, and a week
of hours that a feed wants skipped."""

_UNKNOWN = timedelta(hours=1)  # while too little was seen to tell how often it changes
_SLOWER = 1.25  # for each look that found nothing
_SPREAD = 1.1  # the most by which the schedule stretches an interval, to spread sources
_HOURS = 7 * 24
_STEP = timedelta(hours=1)
_RARER = 6  # times, while a hub tells of news …
_RARELY = timedelta(hours=12)  # … and no longer than this without a look
_AGAIN = timedelta(seconds=90)  # after which caches have what a hub told of
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often a source is looked at: by `cron`, or `every` so often, or as often as it changes.

    `spread` tells sources apart that begin together.
    """

    cron: Cron | None = None
    every: timedelta | None = None
    spread: str = ""

    @property
    def adapts(self) -> bool:
        """Whether the operator left it open."""
        return self.cron is None and self.every is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """How often a feed asks to be looked at; all of it may be missing.

    `ttl` is the time it may be kept, `every` the time between its updates, both zero when not
    stated. `skip_hours` are hours of the day in UTC, 0 to 23, and `skip_days` days of the week, 0
    for Monday, in which nobody need ask.
    """

    ttl: timedelta = timedelta()
    every: timedelta = timedelta()
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


NO_HINTS = Hints()
"""Nothing is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a feed's hub tells of its news: `until` when it is trusted to, None when it is not.

    `again`: it told of some that were not there yet; `meanwhile`: of some while we looked, for
    which the source is due then.
    """

    until: datetime | None = None
    again: bool = False
    meanwhile: datetime | None = None


UNTOLD = Told()
"""There is nobody who tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen of a source up to its last look.

    `gap` is the usual time between two of its articles, None while that is not known; `quiet`
    counts the looks in a row that found nothing new, `errors` the runs in a row that failed for
    another reason than its addresses. `addresses` are those asked at each look; `offline`: our own
    network was down. `told` is what its hub does.
    """

    gap: timedelta | None = None
    quiet: int = 0
    errors: int = 0
    hints: Hints = NO_HINTS
    addresses: tuple[Address, ...] = ()
    offline: bool = False
    told: Told = UNTOLD


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """When a source is looked at next, in UTC, and why then; None: not before somebody says so."""

    at: datetime | None
    why: str


def gap_of(moments: Sequence[datetime]) -> timedelta | None:
    """The median time between articles of those dates; None when that cannot be told.

    Articles of one moment were found together, which tells nothing.
    """
    ordered = sorted(set(moments))
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(ordered)]
    return timedelta(seconds=median(gaps)) if gaps else None


def interval(pace: Pace, seen: Seen) -> timedelta:
    """The time between two looks at a source in which nothing is wrong; zero with a cron."""
    if pace.cron is not None:
        return timedelta()
    if pace.every is not None:
        return pace.every
    usual = _UNKNOWN if seen.gap is None else min(max(seen.gap / 2, SHORTEST), LONGEST_PAUSE)
    return min(usual * _SLOWER ** min(seen.quiet, 50), LONGEST_PAUSE / _SPREAD)


def next_look(pace: Pace, seen: Seen, now: datetime) -> Next:
    """When a source that was just looked at is looked at next, and why then.

    A schedule of the operator's own is held to, but for addresses that must not be asked then.
    """
    if seen.addresses and all(address.stopped for address in seen.addresses):
        return Next(at=None, why=seen.addresses[0].why)
    length = interval(pace, seen)
    if seen.offline and pace.adapts:
        length = min(length, SHORTEST)
    due = next_due(
        cron=pace.cron, interval=length, after=now, errors=seen.errors, spread=pace.spread
    )
    found = Next(at=due, why=_usual(pace, seen))
    if pace.adapts:
        found = _by_hints(_told(found, seen, now), seen.hints, now)
    return after_wait(_pushed(found, seen.told, now), pace, seen, now)


def after_wait(found: Next, pace: Pace, seen: Seen, now: datetime) -> Next:
    """`found`, but not before the first of its addresses may be asked."""
    asked = [address for address in seen.addresses if not address.stopped]
    first = min(asked, key=lambda address: address.not_before or now, default=None)
    if first is None or first.not_before is None or found.at is None:
        return found
    if first.not_before <= found.at:
        return found
    at = first.not_before
    if pace.cron is not None:
        at = pace.cron.next_after(at - timedelta(microseconds=1))
    if pace.adapts:
        at = _unskipped(at, seen.hints)
    return Next(at=at, why=first.why)


def _told(found: Next, seen: Seen, now: datetime) -> Next:
    """Later, where a hub tells of news: a look is for those that it loses. Not after its word has
    ended, and as ever when something is wrong."""
    until = seen.told.until
    if until is None or found.at is None or seen.errors or seen.offline:
        return found
    later = min(now + min(_RARER * (found.at - now), _RARELY), until)
    return Next(at=later, why="its hub tells of news") if later > found.at else found


def _pushed(found: Next, told: Told, now: datetime) -> Next:
    """Soon, where a hub told of something that was not seen."""
    at = max(told.meanwhile, now) if told.meanwhile else now + _AGAIN
    if not (told.again or told.meanwhile) or found.at is None or at >= found.at:
        return found
    return Next(at=at, why="its hub told of news that was not there yet")


def _by_hints(found: Next, hints: Hints, now: datetime) -> Next:
    """Not before the feed wants it, and not in the hours and days that it wants skipped."""
    for asked, name in ((hints.ttl, "ttl"), (hints.every, "updatePeriod")):
        wanted = now + min(asked, LONGEST_PAUSE)
        if found.at is not None and wanted > found.at:
            found = Next(at=wanted, why=f"the feed asks for it ({name})")
    if found.at is None or (at := _unskipped(found.at, hints)) == found.at:
        return found
    return Next(at=at, why="the feed asks not to be read before (skipHours, skipDays)")


def _unskipped(at: datetime, hints: Hints) -> datetime:
    """The first moment from `at` on that is not to be skipped; `at` itself when all are."""
    moment = at.astimezone(UTC)
    for _ in range(_HOURS):
        if moment.hour not in hints.skip_hours and moment.weekday() not in hints.skip_days:
            return moment
        moment = moment.replace(minute=0, second=0, microsecond=0) + _STEP
    return at


def _usual(pace: Pace, seen: Seen) -> str:
    if seen.offline:
        return "no host can be reached: our own network seems to be down"
    if pace.cron is not None:
        return f"its cron: {pace.cron.expression}"
    if pace.every is not None:
        return f"every {spoken(pace.every)}"
    if seen.addresses and all(address.status == 404 for address in seen.addresses):
        times = max(address.failures for address in seen.addresses)
        last = f"the last {times} times" if times > 1 else "the last time"
        return f"it was not there {last} (404), and is asked as before"
    if seen.errors:
        return "it could not be read"
    if seen.quiet > 1:
        return f"it has not changed the last {seen.quiet} times"
    if seen.gap is None:
        return "how often it changes is not known yet"
    return f"it changes about {_often(seen.gap)}"


def _often(gap: timedelta) -> str:
    times = round(_DAY / max(gap, _STEP / 4))
    if gap >= 1.5 * _DAY:
        return f"every {spoken(gap)}"
    return {0: "once", 1: "once", 2: "twice"}.get(times, f"{times} times") + " a day"
