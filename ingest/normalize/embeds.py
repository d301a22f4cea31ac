"""Before the allow-list: what it would lose is put into forms that it keeps.

Frames and embedded players become links, pictures with several or lazy sources one plain image,
and images that only count readers go.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from lxml import etree, html

from ingest.markup import clean_line, unwrap

_LAZY = ("data-src", "data-lazy-src", "data-original", "data-orig-file", "data-hi-res-src")
_SETS = ("data-srcset", "data-lazy-srcset", "srcset")
_WIDEST = 2_000  # pixels: larger candidates are for print
_CANDIDATE = re.compile(r"([^\s,]\S*[^\s,])\s+(\d{1,5})(?:\.\d{1,3})?([wx])")
_TINY = re.compile(r"\s*[0-2](?:\.0)?\s*(?:px)?\s*")
_HIDDEN = re.compile(r"(?:^|;)\s*(?:width|height)\s*:\s*[01]px|display\s*:\s*none", re.IGNORECASE)
_FORMATTING = ("b", "i", "u", "s", "em", "strong", "small", "code", "tt", "big", "strike", "font")


def prepare(body: html.HtmlElement) -> None:
    """Change the tree below `body` in place."""
    for element in list(body.iter("iframe", "embed", "object")):
        _link(element)
    unfold(body, list(body.iter("noscript")))
    for picture in body.iter("picture"):
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


def _link(element: html.HtmlElement) -> None:
    target = clean_line(element.get("src") or element.get("data-src") or element.get("data") or "")
    label = clean_line(element.get("title") or "") or _host(target)
    parent = element.getparent()
    if parent is None or not label:
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
    for source in picture.iter("source"):
        if image is not None and not image.get("srcset"):
            image.set("srcset", clean_line(source.get("srcset") or source.get("data-srcset") or ""))


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
    lazy = next((v for name in _LAZY if (v := (image.get(name) or "").strip())), "")
    best = next((v for name in _SETS if (v := _largest(image.get(name) or ""))), "")
    placeholder = not source or source.startswith(("data:", "about:"))
    return best or lazy or ("" if placeholder else source)


def _largest(candidates: str) -> str:
    """The widest candidate of a `srcset` up to _WIDEST, or the narrowest when all are wider."""
    found = [(int(size), unit, url) for url, size, unit in _CANDIDATE.findall(candidates[:20_000])]
    if not found:
        only = candidates.split()
        return only[0].rstrip(",") if only else ""
    fitting = [item for item in found if item[1] == "x" or item[0] <= _WIDEST]
    return str(max(fitting)[2] if fitting else min(found)[2])


def counts_readers(image: html.HtmlElement) -> bool:
    """Whether an image is one nobody sees: of one or two pixels, or hidden."""
    sizes = [image.get("width") or "", image.get("height") or ""]
    tiny = all(size and _TINY.fullmatch(size) for size in sizes)
    return tiny or bool(_HIDDEN.search(image.get("style") or ""))
