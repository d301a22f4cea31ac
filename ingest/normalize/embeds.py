"""Before the allow-list: what it would lose is put into forms that it keeps.

Frames and embedded players become links, pictures with several or lazy sources one plain image,
and images that only count readers go.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from lxml import etree, html

from ingest.markup import clean_line, unwrap
from ingest.normalize.standins import is_stand_in

_LAZY = (
    "data-src", "data-lazy-src", "data-original", "data-orig-file", "data-hi-res-src", "data-lazy",
    "data-original-src", "data-full-src", "data-large-file", "data-cfsrc", "data-url",
)  # fmt: skip
_PLAYED = ("src", "data-src", "data-lazy-src", "data-litespeed-src", "data")
_AMP = {
    "amp-img": "img", "amp-anim": "img", "amp-video": "video", "amp-audio": "audio",
    "amp-iframe": "iframe",
}  # fmt: skip
_SETS = ("data-srcset", "data-lazy-srcset", "srcset")
_WIDEST = 2_000  # pixels: larger candidates are for print
_CANDIDATE = re.compile(r"([^\s,]\S*[^\s,])\s+(\d{1,5})(?:\.\d{1,3})?([wx])")
_TINY = re.compile(r"\s*[0-2](?:\.0)?\s*(?:px)?\s*")
_HIDDEN = re.compile(r"(?:^|;)\s*(?:width|height)\s*:\s*[01]px|display\s*:\s*none", re.IGNORECASE)
_FORMATTING = ("b", "i", "u", "s", "em", "strong", "small", "code", "tt", "big", "strike", "font")


def prepare(body: html.HtmlElement) -> None:
    """Change the tree below `body` in place."""
    plain(body)
    for element in list(body.iter("iframe", "embed", "object")):
        _link(element)
    unfold(body, list(body.iter("noscript")))
    for picture in list(body.iter("picture")):
        _fill(picture)
    for player in body.iter("video", "audio"):
        _single(player)
    # libxml2 does not know `source` and `track` as void: they hold what follows.
    etree.strip_tags(body, "picture", "source", "track")
    for image in list(body.iter("img")):
        _settle(image)
    # Formatting elements with differing attributes make an HTML5 parser repeat each of them in
    # every block that follows an unclosed one; alike, it stops at three.
    for element in body.iter(*_FORMATTING):
        element.attrib.clear()


def plain(page: html.HtmlElement) -> None:
    """Make AMP's elements the ones of HTML that they stand for."""
    for element in page.iter(*_AMP):
        element.tag = _AMP[str(element.tag)]


def _link(element: html.HtmlElement) -> None:
    targets = (clean_line(element.get(name) or "") for name in _PLAYED)
    target = next((one for one in targets if one and not is_stand_in(one)), "")
    label = clean_line(element.get("title") or "") or _host(target)
    parent = element.getparent()
    if parent is None or not (target and label) or counts_readers(element):
        element.drop_tree()
        return
    anchor = etree.Element("a", {"href": target})
    anchor.text = label
    inline = any(up.tag == "p" for up in element.iterancestors())
    block = anchor if inline else etree.Element("p")
    if block is not anchor:
        block.append(anchor)
    block.tail, element.tail = element.tail, None
    parent.replace(element, block)


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def unfold(body: html.HtmlElement, hidden: Iterable[html.HtmlElement]) -> None:
    """Of the `noscript` elements `hidden` each repeats the lazy image before it, or is the only
    form of what it holds."""
    kept = []
    for element in hidden:
        before = element.getprevious()
        twin = before is not None and any(
            image.get(name) for image in before.iter("img") for name in _LAZY + _SETS
        )
        if twin and element.find(".//img") is not None:
            element.drop_tree()
        else:
            kept.append(element)
    unwrap(body, kept)


def _fill(picture: html.HtmlElement) -> None:
    image = picture.find(".//img")
    sources = picture.iter("source")
    found = [s for one in sources for name in _SETS if (s := clean_line(one.get(name) or ""))]
    if image is None and found:
        image = etree.SubElement(picture, "img")
    if image is not None and found and not any(_largest(image.get(name) or "") for name in _SETS):
        image.set("srcset", ", ".join(found))


def _single(player: html.HtmlElement) -> None:
    for source in player.iter("source"):
        if not player.get("src"):
            player.set("src", clean_line(source.get("src") or ""))


def _settle(image: html.HtmlElement) -> None:
    if counts_readers(image):
        image.drop_tree()
        return
    chosen = source_of(image)
    for name in (*_LAZY, *_SETS):
        image.attrib.pop(name, None)
    image.set("src", clean_line(chosen))
    for name in ("width", "height"):
        if not (image.get(name) or "").strip().isdecimal():
            image.attrib.pop(name, None)


def source_of(image: html.HtmlElement) -> str:
    """Where the image is, as written: the best of its set, its lazy source, its own; "" if none."""
    source = (image.get("src") or "").strip()
    lazy = (value for name in _LAZY if _leads(value := (image.get(name) or "").strip()))
    best = next((v for name in _SETS if (v := _largest(image.get(name) or ""))), "")
    return best or next(lazy, "") or ("" if is_stand_in(source) else source)


def _leads(value: str) -> bool:
    """Whether an attribute holds an address, and not a number or a name of the loader's."""
    return ("/" in value or "." in value) and " " not in value and not is_stand_in(value)


def _largest(candidates: str) -> str:
    """The widest candidate of a `srcset` up to _WIDEST, or the narrowest when all are wider."""
    found = [
        (int(size), unit, url)
        for url, size, unit in _CANDIDATE.findall(candidates[:20_000])
        if not is_stand_in(url)
    ]
    if not found:
        only = candidates.split(maxsplit=1)[0].rstrip(",") if candidates.strip() else ""
        return "" if is_stand_in(only) else only
    fitting = [item for item in found if item[1] == "x" or item[0] <= _WIDEST]
    return str(max(fitting)[2] if fitting else min(found)[2])


def counts_readers(image: html.HtmlElement) -> bool:
    """Whether an image or frame is one nobody sees: of one or two pixels, or hidden."""
    sizes = [size for name in ("width", "height") if (size := image.get(name))]
    tiny = bool(sizes) and all(_TINY.fullmatch(size) for size in sizes)
    return tiny or bool(_HIDDEN.search(image.get("style") or ""))
