"""Links inside an article's HTML that only publishing can resolve (`ingest.article.INTERNAL`)."""

import re
from collections.abc import Callable
from html import unescape
from urllib.parse import unquote

from lxml.html import HtmlElement

from ingest.article import INTERNAL
from ingest.markup import parse_fragment, serialize

_HREF = re.compile(r'<a(?: [^<>]*?)? href="([^"<>]+)"')  # as `serialize` writes it
_ARTICLE = re.compile(INTERNAL + "article/([0-9a-f-]{36})")
_ATTRIBUTES = ("href", "src", "poster", "cite")
_EMBEDDED = frozenset({"img", "video", "audio", "source"})

Resolve = Callable[[str], str]


def rewrite(html: str, resolve: Resolve) -> str:
    """Replace each internal link by what `resolve` makes of it; "" takes the link away.

    A link taken away leaves its text, an embedded image or sound leaves its alternative text.
    """
    if INTERNAL not in html:
        return html
    tree = parse_fragment(html)
    for element in list(tree.iter()):
        assert isinstance(element, HtmlElement)  # comments were never parsed
        for name in _ATTRIBUTES:
            value = element.get(name, "")
            if value.startswith(INTERNAL):
                _replace(element, name, resolve(value))
        if INTERNAL in element.get("srcset", ""):
            _replace_set(element, resolve)
    return serialize(tree)


def linked_files(html: str) -> set[str]:
    """The paths below the source's root that `html` links to or shows."""
    found: set[str] = set()

    def note(link: str) -> str:
        found.add(file_path(link))
        return link

    rewrite(html, note)
    return found - {""}


def mentioned(html: str) -> set[str]:
    """The bare UUIDs of the articles that frozen `html` links to."""
    return set(_ARTICLE.findall(html))


def links(html: str) -> list[str]:
    """What the `<a>` of sanitized `html` lead to, in order, each once."""
    return list(dict.fromkeys(unescape(link) for link in _HREF.findall(html)))


def file_path(link: str) -> str:
    """The path below the source's root that a `broadsheet:file/…` link names; "" for others."""
    head = INTERNAL + "file/"
    return unquote(link[len(head) :].partition("#")[0]) if link.startswith(head) else ""


def _replace(element: HtmlElement, name: str, value: str) -> None:
    if value:
        element.set(name, value)
    elif element.tag in _EMBEDDED and name == "src":
        alternative = element.get("alt", "")
        element.tail = alternative + (element.tail or "")
        _drop(element)
    else:
        del element.attrib[name]
        if element.tag == "a":
            element.drop_tag()


def _replace_set(element: HtmlElement, resolve: Resolve) -> None:
    parts = []
    for candidate in element.get("srcset", "").split(","):
        url, _, size = candidate.strip().partition(" ")
        resolved = resolve(url) if url.startswith(INTERNAL) else url
        if resolved:
            parts.append(f"{resolved} {size}".strip())
    if parts:
        element.set("srcset", ", ".join(parts))
    else:
        del element.attrib["srcset"]


def _drop(element: HtmlElement) -> None:
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    if before is None:
        parent.text = (parent.text or "") + (element.tail or "")
    else:
        before.tail = (before.tail or "") + (element.tail or "")
    parent.remove(element)
