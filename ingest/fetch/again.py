"""When one may ask again, as the headers of an answer tell it; no I/O."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

SHORTEST = timedelta(seconds=60)
"""The least that "later" means: what a server asks for below it, and when it names no time."""

LONGEST = timedelta(hours=48)
"""The longest that a server is left alone on its word; it may be wrong, or mean to be rid of us."""

_YEAR = 31_536_000
_MAX_AGE = re.compile(r"""(?:^|[\s,])max-age\s*=\s*"?([0-9]{1,12})""", re.IGNORECASE)
_UNCACHED = re.compile(r"(?:^|[\s,])no-(?:cache|store)(?:$|[\s,=])", re.IGNORECASE)
_LONGEST = 1_000  # characters of a header that are read


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long the server wants to be left alone (RFC 9110 §10.2.3); None when it does not say."""
    value = headers.get("retry-after", "").strip()[:_LONGEST]
    if value.isascii() and value.isdigit():
        wanted = timedelta(seconds=min(int(value), _YEAR))
    elif moment := _date(value):
        wanted = moment - _sent(headers, now)
    else:
        return None
    return min(max(wanted, SHORTEST), LONGEST)


def fresh_for(headers: Mapping[str, str], now: datetime) -> timedelta:
    """How long the answer stays as it is (RFC 9111 §4.2); zero when it does not say, or not at all.

    max-age less the answer's age, else Expires by the server's own clock.
    """
    control = headers.get("cache-control", "")[:_LONGEST]
    if _UNCACHED.search(control):
        return timedelta()
    if found := _MAX_AGE.search(control):
        fresh = timedelta(seconds=min(int(found[1]), _YEAR) - _age(headers))
    elif expires := _date(headers.get("expires", "")):
        fresh = expires - _sent(headers, now)
    else:
        return timedelta()
    return min(max(fresh, timedelta()), timedelta(seconds=_YEAR))


def _age(headers: Mapping[str, str]) -> int:
    value = headers.get("age", "").strip()[:12]
    return int(value) if value.isascii() and value.isdigit() else 0


def _sent(headers: Mapping[str, str], now: datetime) -> datetime:
    """When the answer was sent, by the clock that its other dates go by."""
    return _date(headers.get("date", "")) or now


def _date(value: str) -> datetime | None:
    """A date of HTTP (RFC 9110 §5.6.7) in UTC; None for anything else."""
    try:
        moment = parsedate_to_datetime(value[:_LONGEST])
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
