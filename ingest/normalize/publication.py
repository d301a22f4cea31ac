"""When the article of a page was published and changed: as it is stated, else as it is shown.

Nothing is inferred: where no place is sure enough, the page is undated.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from urllib.parse import urlsplit

from ingest.markup import clean_line
from ingest.normalize.datelines import date_in, words
from ingest.normalize.dates import on_day, parse_date
from ingest.normalize.metadata import Head, is_article_page, is_home, is_product
from ingest.normalize.structured import Structured, types
from ingest.normalize.surroundings import Surroundings, marks_of
from ingest.traced import Traced

# The end of a `meta` element's name without its punctuation, the surest first.
_PUBLISHED = (
    "publishedtime", "datepublished", "publisheddate", "published", "pubdate", "publishdate",
    "publicationdate", "publishtime", "firstpublished", "releasedate", "dateissued", "issued",
    "onlinedate",
)  # fmt: skip
# Some pages name the date of the last change so.
_ANY_DATE = ("date", "datecreated", "created", "uploaddate", "createdat")
_MODIFIED = (
    "modifiedtime", "updatedtime", "datemodified", "modifieddate", "lastmodified", "modified",
    "updatedat", "lastupdated",
)  # fmt: skip
_LETTERS = re.compile(r"[^a-z]+")
_PATH_DATE = re.compile(r"/((?:19|20)\d\d)([/-]?)(\d\d?)\2(\d\d?)(?=[/_.-]|$)")
_YEAR = re.compile(r"(?:19|20)\d\d(?!\d)")
_DATED = re.compile(
    r"(?<![a-z])(?:date|publish|posted|time|timestamp|pub|(?:post|entry)?meta|byline|info(?![a-z])"
    r"|created|dateline|stand|datum)"
)
_TIP = re.compile(r"date|time|publi|updated|ago")  # its `title` is the date in full
_PUBLIC = re.compile(r"(?<![a-z])(?:publish|posted|created|entry-date)")
_CHANGED = re.compile(r"(?<![a-z])(?:last-?)?(?:modif|updat|edited|expire|copyright)")
_LINE = 120  # characters of a line that tells a date
_OPENING = 50  # characters of a paragraph that may begin with one
_APART = timedelta(days=2)  # further apart, two dates are no two forms of one
_LISTED = 5  # days that a page shows: so many, and it lists things
_UNREAD = frozenset({"script", "style", "option", "title", "meta"})
# Elements around the headline in which a date is the article's.
_BEFORE, _NEAR, _AFTER, _FAR = 40, 60, 120, 400
_RIGHT, _BARE = 6, 25  # so near behind it, a line of so few characters is a date and little else
_TIMES = 20  # `<time>` elements that are compared
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

    Structured data, `meta` that names the publication, a `<time>` around the headline, a date in
    the URL's path, then what the page shows around the headline: a line that is marked as a date or
    right behind it; `meta` that names any date; a line that says that it tells of the publication;
    of a page that shows few days, a line behind the headline, one that tells of a change, or one
    that is marked further away. Pages that sell, and the first page of a site, show dates of other
    things. A moment has the publisher's own offset where the page tells it, else that of UTC.
    """

    def places() -> Iterator[Traced[str]]:
        yield head.data.text("datePublished", "dateCreated", "uploadDate")
        yield from _named(head, _PUBLISHED)
        yield _page_node(head).text("datePublished")

    def in_path() -> Iterator[Traced[str]]:
        for match in _PATH_DATE.finditer(urlsplit(url).path):
            yield Traced(f"{match[1]}-{match[3]}-{match[4]}", "url")

    stated = _first_date(places(), zone, language)
    if stated.value:
        home, day = _at_home(stated.value, head), _first_date(in_path(), zone, language).value
        return Traced(on_day(home, day) if day else home, stated.origin)
    lists = is_product(head) or is_home(url)
    shown = [] if lists else _dated(_lines(around), zone, language)
    few = len({found.date() for _, found in shown}) < _LISTED
    return (
        _first_shown(shown, (_is_time,), "time element")
        or _first_date(in_path(), zone, language)
        or _first_shown(shown, (_is_marked,), "visible date")
        or _first_date(_named(head, _ANY_DATE), zone, language)
        or _first_shown(shown, (_is_told,), "visible date")
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


def _at_home(moment: datetime, head: Head) -> datetime:
    """`moment`, stated in UTC, as the page states it elsewhere with the publisher's own offset."""
    if moment.utcoffset():
        return moment
    shown = (str(text) for text in head.page.xpath("//time/@datetime")[:_TIMES])
    said = (text for texts in head.meta.values() for text in texts if _YEAR.search(text))
    dates = (parse_date(text, "UTC", words=False) for text in chain(said, shown))
    return next((date for date in dates if date == moment and date.utcoffset()), moment)


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
        year = _YEAR.search(line.text)
        if words().other.search(line.text[: year.end()] if year else line.text):
            continue
        if found := _date_of(line, zone, language):
            dated.append((line, found))
    return dated


def _date_of(line: _Line, zone: str, language: str) -> datetime | None:
    """The date for machines, at the day that is shown; the one shown if it is the one published.

    Some templates have the last change in `datetime`, and "Published on …" in the text.
    """
    exact = date_in(line.machine, zone, language) if line.machine else None
    shown = date_in(line.text, zone, language)
    if not exact or not shown:
        return exact or shown
    if abs(exact - shown) > _APART and _tells(line) and not _is_change(line):
        return shown
    return on_day(exact, shown)


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
    bare = line.away is not None and 0 <= line.away <= _RIGHT and len(line.text) <= _BARE
    return (line.marked or bare) and not _is_change(line) and _around(line)


def _is_told(line: _Line) -> bool:
    return _tells(line) and not _is_change(line) and _around(line)


def _is_near(line: _Line) -> bool:
    return line.away is not None and -_BEFORE <= line.away <= _NEAR and not _is_change(line)


def _is_changed(line: _Line) -> bool:
    return _around(line)


def _is_far(line: _Line) -> bool:
    shown = line.is_time or line.marked or _tells(line)
    return shown and not _is_change(line) and (line.away or 0) <= _FAR


def _around(line: _Line) -> bool:
    return line.away is None or -_BEFORE <= line.away <= _AFTER


def _is_change(line: _Line) -> bool:
    return line.changed or (bool(words().updated.search(line.text)) and not _tells(line))


def _tells(line: _Line) -> bool:
    return bool(words().published.search(line.text))


def _lines(around: Surroundings) -> Iterator[_Line]:
    """The lines of the page that hold a year, those of its furniture left out."""
    count = 0
    for index, element in enumerate(around.elements):
        if element.tag in _UNREAD or count > _MOST:
            continue
        machine = element.get("datetime") or ""
        if element.get("itemprop") or element.get("property"):
            machine = machine or element.get("content") or ""
        if element.tag == "abbr" or _TIP.search(element.get("class") or ""):
            machine = machine or element.get("title") or ""
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
        is_marked = bool(_DATED.search(marks))
        is_long = len(text) > _LINE
        yield _Line(
            text=text[: _LINE if is_marked else _OPENING] if is_long else text,
            away=None if around.start is None else index - around.start,
            marked=is_marked and not is_long,
            changed=bool(_CHANGED.search(marks)) and not _PUBLIC.search(marks),
            machine=machine,
            is_time=element.tag == "time",
        )
