"""The lines of a page: elements whose text readers see as one line, or as one button of a row."""

import re
from collections.abc import Iterator

from lxml import html

from ingest.normalize.boilerplate import is_boilerplate
from ingest.normalize.elements import elements

_PARTS = frozenset({"dd", "dt", "figcaption", "li", "tbody", "td", "tfoot", "th", "thead", "tr"})
_CELLS = frozenset({"dd", "dt", "pre", "td", "th"})  # "Print" is a button here, and a command there
_WORD = re.compile(r"\w")
_ENDED = re.compile(r"[.!?…。！？।][\"”»’)\]]*\s*$")
_BUTTONS = ("a", "button")
_DEEPEST = 20  # elements of a row within a row


def lines(body: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """The elements below `body` that are a line each, in order.

    A line without text of its own is a row of its elements (share buttons): each is a line, unless
    all of it is a known phrase. A known phrase in a link that follows a whole sentence is one too.
    Any other words in a line are prose and belong together.
    """
    blocks = elements().blocks | elements().containers | _PARTS
    holding = {body}
    for element in body.iter(*blocks):
        for up in element.iterancestors():
            if up in holding:
                break
            holding.add(up)
    for element in list(body.iter()):
        if element in holding or element.getparent() not in holding:
            continue
        if element.tag not in _CELLS and (element.tag in blocks or _stands_alone(element)):
            yield from _parts(element, 0)


def _parts(line: html.HtmlElement, depth: int) -> Iterator[html.HtmlElement]:
    row = len(line) > 0 and depth < _DEEPEST and not is_boilerplate(line.text_content())
    if not row:
        yield line
    elif _is_row(line):
        for child in line:
            yield from _parts(child, depth + 1)
    elif _is_led_on(line):
        yield line[-1]
    else:
        yield line


def _is_row(line: html.HtmlElement) -> bool:
    if says(line.text) or any(says(child.tail) for child in line):
        return False
    return not any(child.text_content().rstrip().endswith((":", "：")) for child in line[:-1])


def _is_led_on(line: html.HtmlElement) -> bool:
    last = line[-1]
    if last.tag not in _BUTTONS or (last.tail or "").strip():
        return False
    if not is_boilerplate(last.text_content()):
        return False
    before = "".join(line.itertext()).rstrip()
    return bool(_ENDED.search(before.removesuffix(last.text_content().rstrip())))


def _stands_alone(element: html.HtmlElement) -> bool:
    before = element.getprevious()
    parent = element.getparent()
    text = before.tail if before is not None else parent.text if parent is not None else ""
    return not says(text) and not says(element.tail)


def says(text: str | None) -> bool:
    """Whether there are words in a text, or only strokes and dots."""
    return bool(text) and bool(_WORD.search(text or ""))
