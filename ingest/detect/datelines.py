"""A date in the text beside a link: "Posted on 5 January 2026 by Ann", "05.01.2026 | Press"."""

import re
from datetime import datetime

from ingest.detect.words import words
from ingest.normalize.dates import parse_date

_MOST = 1_000  # characters of a text that are searched
_DATE = re.compile(
    r"(?<![\d.,/-])(?:"
    r"(?P<year>\d{4})(?:[-/.]\s?|\s?[年년]\s?)(?P<month>\d{1,2})(?:[-/.]\s?|\s?[月월]\s?)(?P<day>\d{1,2})"
    r"|(?P<d>\d{1,2})(?:st|nd|rd|th|er|[.º°])?\s?(?:de\s|of\s)?[-\s]?(?P<m>[^\W\d_]{3,12})"
    r"[.,]*\s?(?:de\s|del\s)?[-\s]?(?P<y>\d{4})"
    r"|(?P<first>\d{1,2})[./-]\s?(?P<second>\d{1,2})[./-]\s?(?P<last>\d{4})"
    r")(?!\d)"
    r"|(?<![^\W\d_])(?P<name>[^\W\d_]{3,12})\.?\s(?P<n>\d{1,2})(?:st|nd|rd|th)?,?\s(?P<in>\d{4})(?!\d)",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?:T|,?\s+(?:(?:at|um|à|om|ore|kl\.?|в|-|–|\|)\s+)?)(\d{1,2}):(\d{2})(:\d{2})?(?:\.\d+)?(?!\d)"
    r"\s?(?:(a|p)\.?m\b|(Z\b|UTC\b|GMT\b|[+-]\d{2}:?\d{2}))?",
    re.IGNORECASE,
)


def date_in(text: str, zone: str, language: str) -> datetime | None:
    """The first date with a year in `text`, with the time right after it, in UTC; None without.

    A text that is a date for machines is read as one. In others a date is looked for and handed to
    `parse_date` in forms that are read at once: months in words are looked up in detect.toml, for a
    page may hold a thousand texts that only look like dates.
    """
    whole = parse_date(text[:_MOST], zone, language=language, words=False)
    if whole is not None:
        return whole
    line = " ".join(text[:_MOST].split())
    for match in _DATE.finditer(line):
        day = _day(match)
        if day:
            found = parse_date(day + _time(line, match.end()), zone, language=language)
            if found is not None:
                return found
    return None


def _day(match: re.Match[str]) -> str:
    """The day in numbers; "" when the word is no month."""
    part = {name: value or "" for name, value in match.groupdict().items()}
    if part["year"]:
        return f"{part['year']}-{part['month']}-{part['day']}"
    if part["first"]:
        mark = "/" if "/" in match[0] else "."
        return f"{part['first']}{mark}{part['second']}{mark}{part['last']}"
    month = words().months.get((part["m"] + part["name"]).casefold())
    return f"{part['y']}{part['in']}-{month}-{part['d']}{part['n']}" if month else ""


def _time(line: str, end: int) -> str:
    """The time that stands at `end`, with its zone if it states one."""
    match = _TIME.match(line, end)
    if not match:
        return ""
    hour, minute, second, half, zone = match.groups(default="")
    if half:
        hour = str(int(hour) % 12 + (12 if half in "pP" else 0))
    return f" {hour}:{minute}{second}{zone.upper()}"
