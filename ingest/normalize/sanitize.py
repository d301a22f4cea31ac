"""The one gate that all HTML passes on its way into the store.

nh3 repairs and filters as a browser's parser would; lxml writes the result, for its HTML
serializer passes html5lib's strict parser. Both are applied until nothing changes any more, which
makes the result a fixed point: sanitizing it again returns it as it is.
"""

import re
from dataclasses import dataclass
from html import escape

import nh3
from lxml import html

from ingest import markup
from ingest.errors import ExtractError
from ingest.normalize.blocks import paragraphs
from ingest.normalize.elements import elements
from ingest.normalize.embeds import prepare
from ingest.normalize.links import Link, resolve

MAX_DEPTH = 150
"""Nested elements. Deeper HTML is flattened: readers built on libxml2 drop what lies below 256."""

_ROUNDS = 6  # two are the rule, three were the most that Hypothesis found
_URLS = {"href", "src", "poster"}
_MAY_EMPTY = "p h1 h2 h3 h4 h5 h6 a li figure figcaption blockquote"
_SHOWN = "img br hr video audio table"
_EMPTY = (
    f".//*[contains(' {_MAY_EMPTY} ', concat(' ', name(), ' '))]"
    "[not(normalize-space(translate(., '\u00a0', ' ')))]"
    f"[not(.//*[contains(' {_SHOWN} ', concat(' ', name(), ' '))])]"
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})(?:[\s/][^<>]*)?>")
_UNREAD = re.compile(r"<(script|style|head|title)(?=[\s>])", re.IGNORECASE)
_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,9}));?")
_KEPT = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "img", "br", "hr"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sanitized:
    """`urls` are the targets that stayed, in order; `outside` references that left the root;
    `flattened` tells that the nesting was too deep to keep."""

    html: str
    urls: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    flattened: bool = False


def sanitize(text: str, *, base: str) -> str:
    """The HTML of `text` that readers may see, valid and with absolute URLs. See `sanitized`."""
    return sanitized(text, base=base).html


def sanitized(text: str, *, base: str) -> Sanitized:
    """Filter the HTML fragment or page `text`; references are resolved by `base` (links.resolve).

    Only the elements and attributes of allowed.toml stay. Never raises: what cannot be made stable
    comes out as its text in paragraphs.
    """
    outside: dict[str, None] = {}
    try:
        page, flattened = parse_page(text)
    except ExtractError:
        return Sanitized(html="")
    body, current = page.find("body"), text
    for _ in range(_ROUNDS):
        previous, current = current, "" if body is None else _round(body, base, outside)
        if current == previous:
            return Sanitized(
                html=current,
                urls=tuple(_targets(current)),
                outside=tuple(outside),
                flattened=flattened,
            )
        body = _body(current)
    return Sanitized(html=_plain(current), outside=tuple(outside), flattened=flattened)


def parse_page(text: str) -> tuple[html.HtmlElement, bool]:
    """Parse `text` so that it is fit to be changed: clean, and when it is too deep or too long to
    parse, its blocks without their nesting and True. Raises ExtractError when it is empty."""
    text = _REFERENCE.sub(_referred, markup.clean(text))
    page = markup.parse_shallow(text, MAX_DEPTH)
    if page is not None:
        return page, False
    return markup.parse_page(_TAG.sub(_flat, _read_part(text))), True


def _referred(match: re.Match[str]) -> str:
    """A character reference, or nothing when lxml could read but not write what it stands for."""
    code = int(match[1], 16) if match[1] else int(match[2])
    return match[0] if code <= 0x10FFFF and markup.clean(chr(code)) else ""


def _read_part(text: str) -> str:
    """`text` without its head, scripts and styles; an unclosed one stays. Linear."""
    kept, end = [], 0
    unclosed: set[str] = set()
    for match in _UNREAD.finditer(text):
        name = match[1].lower()
        if match.start() < end or name in unclosed:
            continue
        closing = re.compile(rf"</{name}[^<>]{{0,20}}>", re.IGNORECASE).search(text, match.end())
        if closing is None:
            unclosed.add(name)
        else:
            kept.append(text[end : match.start()])
            end = closing.end()
    return "".join([*kept, text[end:]])


def _flat(match: re.Match[str]) -> str:
    name = match[2].lower()
    if name in _KEPT:
        return match[0]
    return "" if name in elements().inline else "<p>"


def _round(body: html.HtmlElement, base: str, outside: dict[str, None]) -> str:
    prepare(body)
    paragraphs(body)
    known = elements()
    filtered = nh3.clean(
        markup.serialize(body),
        tags=known.tags,
        attributes=known.attributes,
        clean_content_tags=known.with_content,
        url_schemes=known.schemes,
        link_rel=None,
    )
    kept = _body(filtered)
    if kept is None:
        return ""
    _absolutize(kept, base, outside)
    _tidy(kept)
    return markup.clean(markup.serialize(kept))


def _body(text: str) -> html.HtmlElement | None:
    try:
        return markup.parse_page(text).find("body")
    except ExtractError:
        return None


def _absolutize(body: html.HtmlElement, base: str, outside: dict[str, None]) -> None:
    known: dict[str, Link] = {}
    for element in body.iter("a", "img", "video", "audio"):
        for name in _URLS & set(element.attrib):
            reference = element.get(name) or ""
            link = known[reference] = known.get(reference) or resolve(reference, base)
            if link.outside:
                outside[reference] = None
            if link.url:
                element.set(name, link.url)
            else:
                del element.attrib[name]
    empty = []
    for element in list(body.iter("a", "img", "video", "audio")):
        if element.tag == "a":
            if not element.get("href"):
                empty.append(element)
        elif not _shows(element.get("src")):
            element.drop_tree() if element.tag == "img" else empty.append(element)
        elif element.tag != "img":
            element.set("controls", "")
    markup.unwrap(body, empty)


def _shows(source: str | None) -> bool:
    return bool(source) and not (source or "").startswith(("mailto:", "tel:"))


def _tidy(body: html.HtmlElement) -> None:
    for element in list(body.iter("pre")):
        element.text = _lead(element.text, "\n")  # a parser drops one, we all
    for element in body.xpath(_EMPTY):
        element.drop_tree()
    # NFC would join a leading U+0338 with the tag's ">" to "≯".
    for element in body.xpath("//*[contains(., '\u0338')]"):
        if (element.text or "").startswith("\u0338"):
            element.text = _lead(element.text, "\u0338")
        if (element.tail or "").startswith("\u0338"):
            element.tail = _lead(element.tail, "\u0338")


def _lead(text: str | None, dropped: str) -> str | None:
    return markup.clean(text or "").lstrip(dropped) or None


def _targets(text: str) -> list[str]:
    body = _body(text)
    elements = [] if body is None else body.iter()
    return [e.attrib[n] for e in elements for n in ("href", "src", "poster") if n in e.attrib]


def _plain(text: str) -> str:
    body = _body(text)
    blocks = [] if body is None else markup.text_of(body).split("\n\n")
    return "".join(f"<p>{escape(block, quote=False)}</p>" for block in blocks if block)
