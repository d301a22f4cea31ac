"""Dates as documents write them. Nothing relative, nothing without a year, nothing before 1990."""

import re
from datetime import UTC, datetime, timezone
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

_MAX = 80  # characters; a longer text is not a date
_ISO = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
    r"(?:(?:[T ]|,\s?)\s?(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?"
    r"\s?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?",
    re.IGNORECASE,
)
_DOTTED = re.compile(
    r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?:,?\s+(\d{1,2})[:.](\d{2})(?:\s?Uhr)?)?"
)
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:,?\s+(\d{1,2}):(\d{2}))?")
_MAIL = re.compile(r"(?:[A-Za-z]{3,9},?\s+)?\d{1,2}\s+[A-Za-z]{3,9}\s+\d{2,4}\s+\d{1,2}:\d{2}")
_MONTH_FIRST = frozenset({"", "en", "en-us", "en-ph"})  # 05/01/2026 is 1 May only there (CLDR)
# Those of dateparser's 200 that are tried: each one more makes a text that is no date cost more.
_LANGUAGES = (
    "en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "uk", "tr", "ar", "zh", "ja", "ko",
    "sv", "da", "nb", "fi", "cs", "sk", "hu", "ro", "el", "he", "hi", "id", "vi", "fa", "bg", "hr",
    "ca", "th",
)  # fmt: skip
_OLDEST, _NEWEST = 1990, 2100


def parse_date(text: str, zone: str, *, language: str = "") -> datetime | None:
    """The moment `text` names, aware and in UTC; None when it names none.

    ISO 8601 and its relatives first, then RFC 822, then dates in words in any language
    (dateparser). A time without a zone is in `zone`, a day without a time its midnight there.
    `language` decides which of 05/01/2026 is the month.
    """
    text = " ".join(text.split())
    if not text or len(text) > _MAX or not any(c.isdigit() for c in text):
        return None
    try:
        found = _iso(text) or _mail(text) or _numeric(text, language) or _words(text, language)
        if found is None:
            return None
        if found.tzinfo is None:
            found = found.replace(tzinfo=_zone(zone))
        found = found.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        return None
    return found if _OLDEST <= found.year <= _NEWEST else None


def _iso(text: str) -> datetime | None:
    match = _ISO.fullmatch(text)
    if not match:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=_offset(match[7]))


def _offset(text: str | None) -> timezone | None:
    if not text:
        return None
    if text.upper() in {"Z", "UTC", "GMT"}:
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    return datetime.strptime(f"{text[0]}{digits}", "%z").tzinfo  # type: ignore[return-value]


def _mail(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if _MAIL.match(text) else None
    except ValueError:  # "5 enero 2026 10:30" only looks like it
        return None


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
