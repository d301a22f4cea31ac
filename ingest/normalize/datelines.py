"""A date in a text that people read: "Posted on 5 January 2026 by Ann", "05.01.2026 | Press"."""

import re
import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources

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


@dataclass(frozen=True, slots=True)
class Words:
    """The tables of dates.toml; `months` maps a month's name to its number, 1 to 12.

    `published` and `updated` match lines that say that an article came out, or was changed, `other`
    lines that date something else.
    """

    months: dict[str, int]
    published: re.Pattern[str]
    updated: re.Pattern[str]
    other: re.Pattern[str]


def date_in(text: str, zone: str, language: str) -> datetime | None:
    """The first date with a year in `text`, with the time right after it; None without.

    A text that is a date for machines is read as one. In others a date is looked for and handed to
    `parse_date` in forms that are read at once: months in words are looked up in dates.toml, for a
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


@cache
def words() -> Words:
    """Read dates.toml, once."""
    text = resources.files("ingest.normalize").joinpath("dates.toml").read_text("utf-8")
    data = tomllib.loads(text)
    months = {
        name: number
        for some in data["months"].values()
        for number, names in enumerate(some, 1)
        for name in names.split()
    }
    said = (_any_of(data[name]) for name in ("published", "updated", "other"))
    return Words(months, *said)


def _any_of(languages: dict[str, list[str]]) -> re.Pattern[str]:
    phrases = sorted({re.escape(p) for some in languages.values() for p in some})
    return re.compile(rf"(?<![^\W\d_])(?:{'|'.join(phrases)})", re.IGNORECASE)
