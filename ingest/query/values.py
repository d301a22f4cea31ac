"""Values in a query that are no text: numbers, durations, dates."""

import re
from datetime import datetime, timedelta

from ingest.query.nodes import Period

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}
_UNITS |= {unit[0]: seconds for unit, seconds in _UNITS.items()}
_DURATION = re.compile(r"([0-9]{1,9})\s*(?:([a-z]{2,}?)s?|([a-z]))", re.IGNORECASE)
_DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:[T ]([0-9]{2}):([0-9]{2}))?)?)?", re.ASCII
)
_LONGEST = 100 * 366 * 86400  # seconds


def number(text: str) -> int:
    """A count of at most nine digits. Raises ValueError."""
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ValueError("write a whole number, such as 200")
    return int(text)


def story(text: str) -> int:
    """The number of a story. Raises ValueError."""
    if not re.fullmatch(r"[1-9][0-9]{0,14}", text):
        raise ValueError(
            "write the number of a story, such as story:1042, which `search --json` tells; "
            "has:story finds the articles of any"
        )
    return int(text)


def duration(text: str) -> timedelta:
    """A length of time: `12h`, `30d`, `2 weeks`. Raises ValueError."""
    match = _DURATION.fullmatch(text)
    unit = (match[2] or match[3]).lower() if match else ""
    if not match or unit not in _UNITS:
        raise ValueError("write a number and a unit: s, m (minutes), h, d or w, such as 30d")
    seconds = int(match[1]) * _UNITS[unit]
    if seconds > _LONGEST:
        raise ValueError("write at most a hundred years")
    return timedelta(seconds=seconds)


def period(text: str) -> Period:
    """A year, month, day or minute: `2026`, `2026-05`, `2026-05-01`, `2026-05-01T18:30`.

    Raises ValueError.
    """
    match = _DATE.fullmatch(text)
    if not match:
        raise ValueError("write a date as 2026, 2026-05, 2026-05-01 or 2026-05-01T18:30")
    year, month, day, hour, minute = (int(part) if part else None for part in match.groups())
    try:
        start = datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0)  # noqa: DTZ001
        if not 1900 <= start.year <= 2200:
            raise ValueError
    except ValueError:
        raise ValueError("there is no such date between 1900 and 2200") from None
    if hour is not None:
        return Period(start, start + timedelta(minutes=1))
    if day is not None:
        return Period(start, start + timedelta(days=1))
    if month is not None:
        return Period(start, (start + timedelta(days=32)).replace(day=1))
    return Period(start, start.replace(year=start.year + 1))
