"""What a body repeats of what readers are shown above it: the title, the authors, the date."""

from datetime import datetime, timedelta
from itertools import islice

from lxml import html

from ingest.markup import clean_line
from ingest.normalize.bylines import byline_in
from ingest.normalize.datelines import date_in
from ingest.normalize.lines import lines
from ingest.normalize.outline import sound
from ingest.normalize.reading import Reading

_HEADINGS = 3  # of a body, that may be its title
_ALIKE = 0.5  # of the words of both: they are two forms of one title
_OPENING = 4  # lines in which authors and date stand
_WORDS, _LINE = 6, 60  # of a line that is a date: words, characters
_DAY = timedelta(days=1)
_STOPS = (".", "!", "?", ":", "。")


def drop_repeated(body: html.HtmlElement, said: Reading, zone: str) -> None:
    """Take out of `body` the heading that is the title, and lines above or below it that tell the
    authors or the date and nothing else. `zone` is where dates without one are."""
    _drop_title(body, said.title.value)
    for line in list(islice((one for one in lines(body) if _text(one)), _OPENING)):
        if _is_byline(_text(line), said) or _is_date(_text(line), said, zone):
            line.drop_tree()


def _text(element: html.HtmlElement) -> str:
    return clean_line(element.text_content())


def _drop_title(body: html.HtmlElement, title: str) -> None:
    for heading in list(islice(body.iter("h1", "h2"), _HEADINGS)):
        if title and _same(_text(heading), title, loosely=heading.tag == "h1"):
            heading.drop_tree()
            return


def _same(heading: str, title: str, *, loosely: bool) -> bool:
    one, other = sound(heading), sound(title)
    if one == other or not loosely or not one:
        return one == other
    words, wanted = set(heading.casefold().split()), set(title.casefold().split())
    shared = len(words & wanted) / len(words | wanted)
    return one in other or other in one or shared >= _ALIKE


def _is_byline(line: str, said: Reading) -> bool:
    names = byline_in(line)
    return bool(names) and set(names) <= set(said.authors.value)


def _is_date(line: str, said: Reading, zone: str) -> bool:
    published: datetime | None = said.published.value
    if published is None or len(line) > _LINE or len(line.split()) > _WORDS:
        return False
    found = None if line.endswith(_STOPS) else date_in(line, zone, said.language.value)
    return found is not None and abs(found - published) < _DAY
