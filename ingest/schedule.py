"""When a source runs next, and the tick that asks. The only place that knows APScheduler.

The schedule of a cron is our own: APScheduler takes Monday for 0, knows no `@daily`, runs a source
twice when the clocks go back and lets an impossible date vanish without a word.
"""

import hashlib
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

LONGEST_PAUSE = timedelta(hours=24)
"""Errors slow a source down to this, unless it looks less often anyway."""

_log = logging.getLogger(__name__)

_FIRST_HALF = ("jan", "feb", "mar", "apr", "may", "jun")
_SECOND_HALF = ("jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate((*_FIRST_HALF, *_SECOND_HALF), 1)}
_DAY_NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_DAYS = {name: number for number, name in enumerate(_DAY_NAMES)}
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of month", 1, 31, {}),
    ("month", 1, 12, _MONTHS),
    ("day of week", 0, 7, _DAYS),
)
_NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_LONGEST_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_HORIZON = 41 * 366  # days: 29 February on one day of the week can be forty years away
_ITEM = re.compile(
    r"(?P<first>\*|[0-9a-z]{1,3})(?:-(?P<last>[0-9a-z]{1,3}))?(?:/(?P<step>[0-9]{1,3}))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """A schedule of crontab(5) in a time zone: the values each field allows, ascending.

    `weekdays` are 0 (Sunday) to 6. `either` is crontab's rule that a day fits by its number or by
    its day of the week when neither field begins with `*`; otherwise it must fit by both.
    """

    expression: str
    zone: str
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    either: bool

    def next_after(self, after: datetime) -> datetime:
        """The first slot later than `after` (aware), in UTC.

        When the clocks go back, a time that occurs twice runs at its first occurrence; only a
        schedule of every hour goes on in real time through both. When they go forward, a time
        that is skipped runs once, as much later as the clocks jumped.
        """
        zone = ZoneInfo(self.zone)
        # a slot that was skipped may run on the next date: begin one early, look one further
        day = after.astimezone(zone).date() - timedelta(days=1)
        for _ in range(_HORIZON):
            if found := [slot for slot in self._slots(day, zone) if slot > after]:
                later = self._slots(day + timedelta(days=1), zone)
                return min([*found, *(slot for slot in later if slot > after)])
            day += timedelta(days=1)
        raise ValueError(f"{self.expression!r} never occurs")

    def _fits(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        by_number, by_name = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return by_number or by_name if self.either else by_number and by_name

    def _slots(self, day: date, zone: ZoneInfo) -> Iterator[datetime]:
        """The instants of one local date, in UTC. What the gap of a spring morning holds moves."""
        if not self._fits(day):
            return
        folds = (0, 1) if len(self.hours) == 24 else (0,)
        for hour in self.hours:
            for minute in self.minutes:
                for fold in folds:
                    local = datetime.combine(day, time(hour, minute, fold=fold), zone)
                    yield local.astimezone(UTC)


def parse_cron(expression: str, zone: str) -> Cron:
    """Read a line of crontab(5): five fields, or `@daily` and the like, in an IANA time zone.

    Fields take numbers, three-letter English names, `*`, ranges, `/steps` and lists. Days of the
    week are 0 or 7 (Sunday) to 6. Raises ValueError in plain words, also for a date there never is.
    """
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"no time zone {zone!r}") from None
    text = " ".join(expression[:200].lower().split())
    if text.startswith("@") and text not in _NICKNAMES:
        raise ValueError("write @hourly, @daily, @weekly, @monthly, @yearly or five fields")
    fields = _NICKNAMES.get(text, text).split()
    if len(fields) != 5 or len(expression) > 200:
        raise ValueError(
            "write five fields: minute, hour, day of month, month, day of week,"
            ' such as "0 6 * * 1-5"'
        )
    values = [_field(text, *known) for text, known in zip(fields, _FIELDS, strict=True)]
    minutes, hours, days, months, weekdays = values
    either = not fields[2].startswith("*") and not fields[4].startswith("*")
    if not either and all(min(days) > _LONGEST_MONTH[month - 1] for month in months):
        raise ValueError("there is no such date in any year")
    return Cron(
        expression=text,
        zone=zone,
        minutes=minutes,
        hours=hours,
        days=days,
        months=months,
        weekdays=tuple(sorted({day % 7 for day in weekdays})),
        either=either,
    )


def next_due(
    *,
    cron: Cron | None,
    interval: timedelta,
    after: datetime,
    errors: int = 0,
    spread: str = "",
) -> datetime:
    """When a source that ran at `after` (aware) runs next, in UTC. Pure.

    A cron gives its next slot, whatever happened. Else the interval: a tenth shorter to a tenth
    longer by a hash of `spread`, so that sources begun together drift apart, and doubled with
    each of `errors` in a row up to a day.
    """
    if cron is not None:
        return cron.next_after(after)
    base = interval.total_seconds() * _phase(spread)
    slowed = min(base * 2 ** min(max(errors, 0), 32), max(base, LONGEST_PAUSE.total_seconds()))
    return after.astimezone(UTC) + timedelta(seconds=round(slowed))


def _phase(spread: str) -> float:
    """0.9 to 1.1, the same for the same text for ever; 1 for none."""
    if not spread:
        return 1.0
    share = int.from_bytes(hashlib.sha256(spread.encode()).digest()[:4], "big") / 2**32
    return 0.9 + 0.2 * share


def _field(
    text: str, name: str, lowest: int, highest: int, names: dict[str, int]
) -> tuple[int, ...]:
    """The values one field allows, ascending."""
    values: set[int] = set()
    for item in text.split(","):
        found = _ITEM.fullmatch(item)
        if not found or (found["first"] == "*" and found["last"]):
            raise ValueError(f"{name}: {item!r} is not a number, a range, * or a step")
        first, last = lowest, highest
        if found["first"] != "*":
            first = last = _value(found["first"], name, lowest, highest, names)
            if found["last"]:
                last = _value(found["last"], name, lowest, highest, names)
                last = 7 if (names is _DAYS and last == 0) else last  # sat-sun
            elif found["step"]:
                raise ValueError(f"{name}: write {first}-{highest}/{found['step']} for a step")
        if first > last:
            raise ValueError(f"{name}: the range {item!r} runs backwards")
        step = int(found["step"] or 1)
        if not 1 <= step <= highest:
            raise ValueError(f"{name}: a step is 1 to {highest}")
        values.update(range(first, last + 1, step))
    return tuple(sorted(values))


def _value(text: str, name: str, lowest: int, highest: int, names: dict[str, int]) -> int:
    value = names.get(text, int(text) if text.isdigit() else -1)
    if not lowest <= value <= highest:
        hint = f" or {', '.join(names)}" if names else ""
        raise ValueError(f"{name}: {text!r} is not {lowest} to {highest}{hint}")
    return value


class Ticker:
    """Calls `tick` at once and then `every` so often, in a thread of its own, one call at a time.

    A call that takes longer lets the ticks meanwhile fall out; one that raises is logged and the
    next one comes. After sleep or a jump of the clock one call makes up for all that were missed.
    """

    def __init__(self, tick: Callable[[], None], every: timedelta) -> None:
        self._tick = tick
        self._every = every
        self._scheduler: Any = None

    def start(self) -> None:
        """Begin. A second call does nothing."""
        if self._scheduler is not None:
            return
        from apscheduler.executors.pool import ThreadPoolExecutor
        from apscheduler.schedulers.background import BackgroundScheduler

        # a logger of its own: that a tick is skipped while the last one runs is no news
        quiet = logging.Logger("apscheduler", logging.ERROR)
        quiet.parent = logging.getLogger()
        self._scheduler = BackgroundScheduler(
            timezone=UTC, logger=quiet, executors={"default": ThreadPoolExecutor(1)}
        )
        self._scheduler.add_job(
            self._safely,
            "interval",
            seconds=self._every.total_seconds(),
            next_run_time=datetime.now(UTC),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        self._scheduler.start()

    def stop(self) -> None:
        """No further tick begins. Does not wait for one that is running; may be called again."""
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
            self._scheduler = None

    def _safely(self) -> None:
        try:
            self._tick()
        except Exception:  # noqa: BLE001 - told in the log; the next tick must come
            _log.exception("tick failed")
