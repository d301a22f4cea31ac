"""Whether a value is what a specification asks for: each function names the rule it breaks, or "".

Pure; dates in the future are told from `now`.
"""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

from feeds.lint.rules import data

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_ZONES = "UT|GMT|EST|EDT|CST|CDT|MST|MDT|PST|PDT"
_RFC2822 = re.compile(
    rf"(?:({'|'.join(_DAYS)}), )?(\d\d?) ({_MONTHS}) (\d{{4}}) (\d\d):(\d\d)(?::(\d\d))? "
    rf"(?:[+-]?\d\d[03]0|{_ZONES}|Z)"
)
# RFC 822 §5 with years of four digits: any case, any white space, comments already taken out.
_RFC822 = re.compile(
    rf"(?:(?:{'|'.join(_DAYS)})\s*,\s*)?\d\d?\s+(?:{_MONTHS})\s+\d\d(?:\d\d)?\s+\d\d:\d\d(?::\d\d)?"
    rf"\s+(?:[+-]\d{{4}}|{_ZONES}|[A-IK-Z])?",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"\([^()]{0,200}\)")
_DATE = r"(\d{4})-(\d\d)-(\d\d)"
_TIME = r"T(\d\d):(\d\d):(\d\d)(?:\.\d*)?"
_RFC3339 = re.compile(rf"{_DATE}{_TIME}(Z|[+-]\d\d:\d\d)")
_W3CDTF = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d*)?)?(Z|[+-]\d\d:\d\d))?)?)?"
)
_PERSON = r"[A-Za-z0-9_\-+.'!#$%&*/=?^`{|}~]{1,200}@"
_HOST = r"(?:\d{1,3}\.\d{1,3}\.\d{1,3}\.|(?:[A-Za-z0-9-]{1,63}\.){1,20})[A-Za-z0-9][A-Za-z0-9-]*"
_EMAIL = re.compile(_PERSON + _HOST)
_EMAIL_IN = re.compile(f"<{_PERSON}{_HOST}>")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*|[ix](?:-[A-Za-z0-9]{1,8})+", re.ASCII)
_TOKEN = r"[^\s()<>,;:\\\"/\[\]?=]+"  # noqa: S105 - RFC 2045 calls it so
_MIME = re.compile(rf"{_TOKEN}/{_TOKEN}(?:\s*;\s*{_TOKEN}=(?:\"[^\"]*\"|{_TOKEN}))*")
# ISO 639-1 with the few former codes that are still in use.
_TWO_LETTERS = frozenset(data("facts")["languages"].split())


def rfc822(text: str, now: datetime) -> str:
    """RFC 822 §5 with years of four digits, as readers understand it."""
    found = _RFC2822.fullmatch(text)
    if not found:
        bare = re.sub(r"\\.", "", text[:300])
        while (shorter := _COMMENT.sub(" ", bare)) != bare:
            bare = shorter
        return "date-problematic" if _RFC822.fullmatch(bare.strip()) else "date-rfc822"
    year, month = int(found[4]), _MONTHS.split("|").index(found[3]) + 1
    if not (1 <= int(found[2]) <= monthrange(year or 1, month)[1]):
        return "date-rfc822"
    day = date(year or 1, month, int(found[2]))
    if found[1] and _DAYS[day.weekday()] != found[1]:
        return "date-weekday"
    moment = moment_of(text)
    if moment is None or year < 1990 or moment > now + timedelta(minutes=10):
        return "date-implausible"
    return ""


def rfc3339(text: str, now: datetime) -> str:
    """RFC 3339 with capital letters, as RFC 4287 §3.3 asks for."""
    return _numeric(_RFC3339.fullmatch(text), text, now, "date-rfc3339")


def w3cdtf(text: str, now: datetime) -> str:
    """The W3C's profile of ISO 8601: a year, a month, a day, or a time with its zone."""
    return _numeric(_W3CDTF.fullmatch(text), text, now, "date-w3cdtf")


def _numeric(found: re.Match[str] | None, text: str, now: datetime, rule: str) -> str:
    if not found:
        return rule
    year, month, day, hour, minute, second = (int(part or 1) for part in found.groups()[:6])
    if not (1 <= month <= 12 and year and 1 <= day <= monthrange(year, month)[1]):
        return rule
    if hour > 23 or minute > 60 or second > 60:
        return rule
    tomorrow = (now.astimezone(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return "date-implausible" if text < "1990-01-01" or text > tomorrow else ""


def moment_of(text: str) -> datetime | None:
    """The moment that a valid date of either form says, None for any other."""
    try:
        if text[:4].isdigit() and text[4:5] == "-":
            moment = datetime.fromisoformat(text)
        else:
            moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def language(text: str) -> str:
    """BCP 47; the first part of two letters is looked up, one of three letters is believed."""
    first = text.partition("-")[0].lower()
    known = first in _TWO_LETTERS or first in {"i", "x"} or (len(first) == 3 and first.isalpha())
    if not known or not first.isascii():
        return "language"
    return "" if _LANGUAGE.fullmatch(text) else "language-tag"


def email(text: str) -> bool:
    """Whether `text` is an e-mail address at a host with a full name."""
    return bool(_EMAIL.fullmatch(text))


def holds_email(text: str) -> bool:
    """Whether an e-mail address in angle brackets stands in `text`."""
    return "@" in text and bool(_EMAIL_IN.search(text))


def media_type(text: str) -> bool:
    """Whether `text` is a media type, with or without parameters."""
    return bool(_MIME.fullmatch(text))


def number(text: str) -> int | None:
    """The whole number that `text` is, None for anything else."""
    try:
        return int(text[:400]) if text.isascii() and "_" not in text else None
    except ValueError:
        return None
