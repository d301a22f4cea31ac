"""How much of a page its publisher lets others show: `robots`, and marks of a paywall.

`noindex`, `nosnippet` and `max-snippet` are meant for search engines; who republishes a page does
what they do, and more. So they hold here too, for pages that were fetched: files are the operator's
own, and what a feed brings was made to be shown.
"""

import re
from dataclasses import replace
from html import escape

from ingest.markup import parse_fragment, text_of
from ingest.normalize.draft import shortened
from ingest.normalize.metadata import Head
from ingest.normalize.reading import Reading
from ingest.traced import Traced

_MOST = re.compile(r"max-snippet\s*:\s*(\d+)")
_RULES = frozenset({"noindex", "nosnippet", "none"})


def limited(reading: Reading, head: Head) -> Reading:
    """`reading` with as much text as the page `head` belongs to lets others show.

    `nosnippet` and `max-snippet:0` leave the title, `max-snippet:N` the first N characters of the
    text, `noindex` and a paywall the publisher's own description. A warning says so.
    """
    robots = " ".join(head.meta.get("robots", ())).lower()
    rules = _RULES & set(re.split(r"[\s,]+", robots))
    most = _MOST.search(robots)
    if "nosnippet" in rules or (most and int(most[1]) == 0):
        return _left(reading, "", "robots nosnippet", summary=Traced(""))
    if rules or _is_closed(head):
        why = "robots noindex" if rules else "paywall"
        return _left(reading, reading.summary.value, why, summary=reading.summary)
    if most:
        text = shortened(text_of(parse_fragment(reading.html.value)), int(most[1]))
        said = reading.summary.map(lambda words: shortened(words, int(most[1])))
        return _left(reading, text, "robots max-snippet", summary=said)
    return reading


def _left(reading: Reading, text: str, why: str, *, summary: Traced[str]) -> Reading:
    html = f"<p>{escape(text, quote=False)}</p>" if text else ""
    told = f"the page asks not to be shown in full ({why})"
    return replace(
        reading, html=Traced(html, why), summary=summary, warnings=(*reading.warnings, told)
    )


def _is_closed(head: Head) -> bool:
    """Whether structured data or `meta` say that readers must pay or sign in."""
    free = str(head.data.node.get("isAccessibleForFree", "")).rpartition("/")[2].lower()
    return free == "false" or head.first("article:content_tier").value.lower() == "locked"
