"""When the article of a page was published and changed: as it is stated, else as it is shown.

Nothing is inferred: where no place is sure enough, the page is undated.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from ingest.markup import clean_line
from ingest.normalize.datelines import date_in, words
from ingest.normalize.dates import parse_date
from ingest.normalize.metadata import Head, is_article_page, is_home, is_product
from ingest.normalize.structured import Structured, types
from ingest.normalize.surroundings import Surroundings, marks_of
from ingest.traced import Traced

# The end of a `meta` element's name without its punctuation, the surest first.
_PUBLISHED = (
    "publishedtime", "datepublished", "publisheddate", "published", "pubdate", "publishdate",
    "publicationdate", "publishtime", "firstpublished", "releasedate", "dateissued", "issued",
    "onlinedate", "date", "datecreated", "created", "uploaddate", "createdat",
)  # fmt: skip
_MODIFIED = (
    "modifiedtime", "updatedtime", "datemodified", "modifieddate", "lastmodified", "modified",
    "updatedat", "lastupdated",
)  # fmt: skip
_LETTERS = re.compile(r"[^a-z]+")
_PATH_DATE = re.compile(r"/((?:19|20)\d\d)([/-]?)(\d\d?)\2(\d\d?)(?=[/_.-]|$)")
_YEAR = re.compile(r"(?:19|20)\d\d(?!\d)")
_DATED = re.compile(
    r"(?<![a-z])(?:date|publish|posted|time|timestamp|pub|meta|byline|info|created|dateline|stand|datum)"
)
_PUBLIC = re.compile(r"(?<![a-z])(?:publish|posted|created|entry-date)")
_CHANGED = re.compile(r"(?<![a-z])(?:last-?)?(?:modif|updat|edited|expire|copyright)")
_LINE = 120  # characters of a line that tells a date
_OPENING = 50  # characters of a paragraph that may begin with one
_LISTED = 5  # days that a page shows: so many, and it lists things
_UNREAD = frozenset({"script", "style", "option", "title", "meta"})
_BEFORE, _NEAR, _AFTER, _FAR = (
    40,
    60,
    120,
    400,
)  # elements around the headline in which a date is the article's
_MOST = 300  # elements with a year


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that holds a date, `away` elements behind the headline, and what speaks for it."""

    text: str
    away: int | None
    marked: bool
    changed: bool
    machine: str
    is_time: bool


def published_of(
    head: Head, around: Surroundings, url: str, zone: str, language: str
) -> Traced[datetime | None]:
    """When the page says it was published; None when it does not.

    Structured data, `meta`, a `<time>` around the headline, a date in the URL's path, then what
    the page shows around the headline: a line that is marked as a date, or says that it tells of
    the publication; of a page that shows few days, a line right behind the headline, one that tells
    of a change, or one that is marked further away. Pages that sell, and the first page of a site,
    show dates of other things.
    """

    def places() -> Iterator[Traced[str]]:
        yield head.data.text("datePublished", "dateCreated", "uploadDate")
        yield from _named(head, _PUBLISHED)
        yield _page_node(head).text("datePublished")

    def in_path() -> Iterator[Traced[str]]:
        for match in _PATH_DATE.finditer(urlsplit(url).path):
            yield Traced(f"{match[1]}-{match[3]}-{match[4]}", "url")

    stated = _first_date(places(), zone, language)
    if stated:
        return stated
    lists = is_product(head) or is_home(url)
    shown = [] if lists else _dated(_lines(around), zone, language)
    few = len({found.date() for _, found in shown}) < _LISTED
    return (
        _first_shown(shown, (_is_time,), "time element")
        or _first_date(in_path(), zone, language)
        or _first_shown(shown, (_is_marked, _is_told), "visible date")
        or _first_shown(shown if few else [], (_is_near, _is_changed, _is_far), "visible date")
    )


def updated_of(head: Head, zone: str, language: str) -> Traced[datetime | None]:
    """When the page says it was last changed; None when it does not."""
    places = [head.data.text("dateModified"), *_named(head, _MODIFIED)]
    places.append(_page_node(head).text("dateModified"))
    return _first_date(places, zone, language)


def _first_date(places: Iterable[Traced[str]], zone: str, language: str) -> Traced[datetime | None]:
    dates = (text.map(lambda x: parse_date(x, zone, language=language)) for text in places)
    return next(filter(None, dates), Traced(None))


def _named(head: Head, endings: tuple[str, ...]) -> Iterator[Traced[str]]:
    """The `meta` elements whose names end so, in the order of `endings`."""
    bare = {name: _LETTERS.sub(" ", name).split() for name in head.meta}
    ends = {name: {"".join(parts[i:]) for i in range(len(parts))} for name, parts in bare.items()}
    for ending in endings:
        yield from (head.first(name) for name in head.meta if ending in ends[name])


def _page_node(head: Head) -> Structured:
    """What structured data say of the page, where it says of itself that it is an article."""
    pages = (node for node in head.nodes if types(node) & {"WebPage", "ItemPage"})
    return Structured(next(pages, {}) if is_article_page(head) else {})


def _dated(lines: Iterable[_Line], zone: str, language: str) -> list[tuple[_Line, datetime]]:
    dated = []
    for line in lines:
        if words().other.search(line.text):
            continue
        found = date_in(line.machine, zone, language) if line.machine else None
        found = found or date_in(line.text, zone, language)
        if found:
            dated.append((line, found))
    return dated


def _first_shown(
    dated: Sequence[tuple[_Line, datetime]],
    tiers: tuple[Callable[[_Line], bool], ...],
    origin: str,
) -> Traced[datetime | None]:
    """The first date of the surest of `tiers` that has any."""
    found = (Traced(day, origin) for tier in tiers for line, day in dated if tier(line))
    return next(found, Traced(None))


def _is_time(line: _Line) -> bool:
    return line.is_time and not _is_change(line) and _around(line)


def _is_marked(line: _Line) -> bool:
    return line.marked and not _is_change(line) and _around(line)


def _is_told(line: _Line) -> bool:
    return bool(words().published.search(line.text)) and not _is_change(line) and _around(line)


def _is_near(line: _Line) -> bool:
    return line.away is not None and -_BEFORE <= line.away <= _NEAR and not _is_change(line)


def _is_changed(line: _Line) -> bool:
    return _around(line)


def _is_far(line: _Line) -> bool:
    told = bool(words().published.search(line.text))
    shown = line.is_time or line.marked or told
    return shown and not _is_change(line) and (line.away or 0) <= _FAR


def _around(line: _Line) -> bool:
    return line.away is None or -_BEFORE <= line.away <= _AFTER


def _is_change(line: _Line) -> bool:
    told = words()
    return line.changed or (
        bool(told.updated.search(line.text)) and not told.published.search(line.text)
    )


def _lines(around: Surroundings) -> Iterator[_Line]:
    """The lines of the page that hold a year, those of its furniture left out."""
    count = 0
    for index, element in enumerate(around.elements):
        if element.tag in _UNREAD or count > _MOST:
            continue
        machine = element.get("datetime") or ""
        if element.get("itemprop") or element.tag == "abbr":
            machine = machine or element.get("content") or element.get("title") or ""
        own = (element.text or "", machine, *(child.tail or "" for child in element))
        if not any(map(_YEAR.search, own)):
            continue
        count += 1
        if around.is_beside(element, index):
            continue
        text = clean_line(" ".join(element.itertext()))
        above = [up for up, _ in zip(element.iterancestors(), range(2), strict=False)]
        marks = (
            f"{' '.join(map(marks_of, [element, *above]))} {element.get('itemprop') or ''}".lower()
        )
        is_long = len(text) > _LINE
        yield _Line(
            text=text[:_OPENING] if is_long else text,
            away=None if around.start is None else index - around.start,
            marked=bool(_DATED.search(marks)) and not is_long,
            changed=bool(_CHANGED.search(marks)) and not _PUBLIC.search(marks),
            machine=machine,
            is_time=element.tag == "time",
        )
