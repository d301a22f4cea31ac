"""How much of a page its publisher lets others show: rules for crawlers, and marks of a paywall.

`noindex`, `nosnippet`, `max-snippet` and `unavailable_after` are meant for search engines; who
republishes a page does what they do, and more. So they hold here too, for pages that were fetched:
files are the operator's own, and what a feed brings was made to be shown. They stand in `meta`
elements and in `X-Robots-Tag` headers (Google's "Robots meta tag specifications"; RFC 9309 has
none).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from html import escape

from ingest.markup import parse_fragment, text_of
from ingest.normalize.dates import parse_date
from ingest.normalize.draft import shortened
from ingest.normalize.metadata import Head
from ingest.normalize.reading import Reading
from ingest.normalize.structured import types
from ingest.traced import Traced

CRAWLERS = ("robots", "broadsheet")
"""The names of `meta` elements whose rules hold for us: everybody's, and ours."""

_CLOSED = frozenset({"noindex", "none", "unavailable_after"})
_VALUED = frozenset(
    {"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after", "revisit-after"}
)
_NUMBER = re.compile(r"[0-9]{1,9}")
_PARTS = 4  # commas in a date: "Friday, 25 Jun 2010, 15:00 UTC"
_PAGES = frozenset({"WebPage", "ItemPage"})


def limited(reading: Reading, headers: Iterable[str], now: datetime) -> Reading:
    """`reading` with as much text as its page and the `headers` it came with let others show.

    `nosnippet` and `max-snippet:0` leave the title, `max-snippet:N` the first N characters of the
    text; `noindex`, an `unavailable_after` before `now` and a paywall the publisher's own
    description. A warning says so.
    """
    lines = [*reading.robots, *map(_ours, headers)]
    found = [rule for line in lines for rule in _rules(line, now)]
    rules = {name for name, _ in found}
    sizes = [value for name, value in found if name == "max-snippet"]
    number = min((int(size) for size in sizes if _NUMBER.fullmatch(size)), default=-1)
    if "nosnippet" in rules or number == 0:
        return _left(reading, "", "robots nosnippet", summary=Traced(""))
    if closed := min(_CLOSED & rules, default=""):
        why = "robots unavailable_after" if closed == "unavailable_after" else "robots noindex"
        return _left(reading, reading.summary.value, why, summary=reading.summary)
    if reading.closed:
        return _left(reading, reading.summary.value, "paywall", summary=reading.summary)
    if number > 0:
        text = shortened(text_of(parse_fragment(reading.html.value)), number)
        said = reading.summary.map(lambda words: shortened(words, number))
        return _left(reading, text, "robots max-snippet", summary=said)
    return reading


def _ours(header: str) -> str:
    """The rules of a header that hold for us: those for all, and behind our name."""
    kept, mine = [], True
    for part in header.split(","):
        name, colon, rest = part.partition(":")
        name = name.strip().lower()
        if colon and name not in _VALUED and not any(c.isspace() for c in name):
            mine, part = name in {*CRAWLERS, "*"}, rest
        if mine:
            kept.append(part)
    return ",".join(kept)


def _rules(text: str, now: datetime) -> Iterator[tuple[str, str]]:
    """The rules of a comma-separated list and their values; one whose time has not come is none."""
    parts = text.split(",")
    for index, part in enumerate(parts):
        name, colon, value = part.strip().lower().partition(":")
        name, value = name.strip(), value.strip()
        if name == "unavailable_after":
            first = part.partition(":")[2]
            dates = (
                parse_date(",".join([first, *parts[index + 1 : end]]), "UTC", words=False)
                for end in range(index + 1, index + 1 + _PARTS)
            )
            moment = next(filter(None, dates), None)
            if moment and moment <= now:
                yield name, ""
        elif colon:
            yield name, value
        else:
            yield from ((word, "") for word in name.split())


def _left(reading: Reading, text: str, why: str, *, summary: Traced[str]) -> Reading:
    html = f"<p>{escape(text, quote=False)}</p>" if text else ""
    told = f"the page asks not to be shown in full ({why})"
    return replace(
        reading, html=Traced(html, why), summary=summary, warnings=(*reading.warnings, told)
    )


def is_closed(head: Head) -> bool:
    """Whether structured data or `meta` say that readers must pay or sign in."""
    stated = [head.first("isaccessibleforfree").value]
    about = [head.data.node, *(node for node in head.nodes if types(node) & _PAGES)]
    stated += [str(node.get("isAccessibleForFree", "")) for node in about]
    free = {said.rpartition("/")[2].lower() for said in stated}
    return "false" in free or head.first("article:content_tier").value.lower() == "locked"
