"""Dates as documents write them. Nothing relative, nothing without a year, nothing before 1990."""

import re
from datetime import datetime, time, timedelta, timezone
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

_MAX = 80  # characters; a longer text is not a date
_TIME = r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,20})?)?\s?(.*)"
_ISO = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}})(?:(?:[T ]|,\s?)\s?{_TIME})?", re.I)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})(?:\.\d{1,9})?(|\D.*))?")
_DOTTED = re.compile(
    r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?:,?\s+(\d{1,2})[:.](\d{2})(?:\s?Uhr)?)?"
)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:,?\s+(\d{1,2}):(\d{2}))?")
_MAIL = re.compile(
    rf"(?:[^\W\d_]{{2,12}}\.?,?\s?)?(\d{{1,2}})[ -]([a-z]{{3,9}})\.?,?[ -](\d{{4}}|\d\d)"
    rf"(?:,? {_TIME})?",
    re.IGNORECASE,
)
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july",
         "aug august", "sep sept september", "oct october", "nov november", "dec december"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
# An offset, with the name of its zone before or after it ("GMT+2", "-0500 (EST)"), or a name alone.
_OFFSET = re.compile(
    r"(?:(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?|()(\d{2}):(\d{2}))(?:\s*\(?[A-Z]{1,5}\)?)?",
    re.IGNORECASE,
)
_ZONE = re.compile(r"\(?([A-Z]{1,5})\)?")
_MONTH_FIRST = frozenset({"", "en", "en-us", "en-ph"})  # 05/01/2026 is 1 May only there (CLDR)
# Those of dateparser's 200 that are tried: each one more makes a text that is no date cost more.
_LANGUAGES = (
    "en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "uk", "tr", "ar", "zh", "ja", "ko",
    "sv", "da", "nb", "fi", "cs", "sk", "hu", "ro", "el", "he", "hi", "id", "vi", "fa", "bg", "hr",
    "ca", "th",
)  # fmt: skip
_WEST, _EAST = -12, 14  # hours that zones are away from UTC at most
_OLDEST, _NEWEST = 1990, 2100


def parse_date(text: str, zone: str, *, language: str = "", words: bool = True) -> datetime | None:
    """The moment `text` names, at the offset it states; None when it names none.

    ISO 8601 and its relatives first, then RFC 822 and its, then, unless `words` is False, dates in
    words in any language (dateparser: up to 10 ms each). A time without a zone is in `zone`, a day
    without a time its midnight there. `language` decides which of 05/01/2026 is the month.
    """
    text = " ".join(text.split())
    if not text or len(text) > _MAX or not any(c.isdigit() for c in text):
        return None
    try:
        found = _iso(text) or _mail(text) or _numeric(text, language)
        found = found or (_words(text, language) if words else None)
        if found is None:
            return None
        if found.tzinfo is None:
            found = found.replace(tzinfo=_zone(zone))
        fixed = timezone(found.utcoffset() or timedelta())  # equal moments are equal, come what may
        found = found.astimezone(fixed).replace(microsecond=0)
    except (ValueError, OverflowError):
        return None
    return found if _OLDEST <= found.year <= _NEWEST else None


def on_day(moment: datetime, day: datetime) -> datetime:
    """`moment`, if in UTC, at the nearest offset of whole hours that has it on the date of `day`.

    Many pages state moments in UTC, and show the day it was where the publisher is. A moment that
    no zone has on that day stays as it is, and so does midnight, which may mean a day.
    """
    if moment.utcoffset() or moment.time() == time():
        return moment
    hours = {-1: -moment.hour - 1, 1: 24 - moment.hour}.get((day.date() - moment.date()).days)
    if hours is None or not _WEST <= hours <= _EAST:
        return moment
    return moment.astimezone(timezone(timedelta(hours=hours)))


def _iso(text: str) -> datetime | None:
    match = _ISO.fullmatch(text) or _COMPACT.fullmatch(text)
    return _moment(*match.groups()) if match else None


def _mail(text: str) -> datetime | None:
    match = _MAIL.fullmatch(text)
    month = _MONTHS.get(match[2].lower()) if match else None
    if not match or not month:
        return None
    year = match[3] if len(match[3]) == 4 else f"{19 + (match[3] < '69')}{match[3]}"
    return _moment(year, str(month), match[1], *match.groups()[3:])


def _moment(
    year: str, month: str, day: str, hour: str, minute: str, second: str, zone: str | None
) -> datetime | None:
    """The parts as a moment, naive without a zone; None when `zone` is something else."""
    try:
        offset = _offset((zone or "").strip())
    except LookupError:
        return None
    date = datetime(int(year), int(month), int(day), tzinfo=offset)
    if (int(hour or 0), int(minute or 0)) > (24, 0):
        raise ValueError("no time of day")
    time = timedelta(hours=int(hour or 0), minutes=int(minute or 0))
    return date + time + timedelta(seconds=min(int(second or 0), 59))


def _offset(text: str) -> timezone | None:
    """What the end of a date says of its zone; None when nothing that is known.

    Raises LookupError when it says something else.
    """
    if not text:
        return None
    if match := _OFFSET.fullmatch(text):
        hours, minutes = int(match[2] or match[5]), int(match[3] or match[6] or 0)
        away = timedelta(hours=hours, minutes=minutes)
        return timezone(-away if match[1] == "-" else away)
    match = _ZONE.fullmatch(text.upper())
    if not match or match[1] in {"AM", "PM"}:
        raise LookupError(text)
    return _zones().get(match[1])


@cache
def _zones() -> dict[str, timezone | None]:
    text = resources.files("ingest.normalize").joinpath("zones.txt").read_text("utf-8")
    lines = (line.split() for line in text.splitlines() if line and line[0] != "#")
    return {name: _offset(offset) for name, offset in lines}


def _numeric(text: str, language: str) -> datetime | None:
    """5.1.2026 or 05/01/2026: of the latter the language decides which is the month, or sense."""
    dotted = _DOTTED.fullmatch(text)
    match = dotted or _SLASHED.fullmatch(text)
    if not match:
        return None
    day, month, year, hour, minute = (int(part or 0) for part in match.groups())
    if not dotted and (month > 12 or (day <= 12 and language.lower() in _MONTH_FIRST)):
        day, month = month, day
    return datetime(year, month, day, hour, minute)  # noqa: DTZ001 - the zone follows


def _words(text: str, language: str) -> datetime | None:
    import dateparser  # loads tables of 200 languages

    order = "MDY" if language.lower() in _MONTH_FIRST else "DMY"
    settings = {"STRICT_PARSING": True, "PARSERS": ["absolute-time"], "DATE_ORDER": order}
    found = dateparser.parse(text, languages=list(_LANGUAGES), settings=settings)
    return found if isinstance(found, datetime) else None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
