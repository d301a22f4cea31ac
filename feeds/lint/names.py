"""The names of elements by their usual prefixes, and what is wrong with declared namespaces."""

import re
from collections.abc import Iterator
from functools import cache

from lxml import etree

from feeds.lint.addresses import international
from feeds.lint.notes import Sheet
from feeds.lint.rules import data
from feeds.lint.tree import line_of

ATOM = "http://www.w3.org/2005/Atom"
RSS1 = frozenset({"http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/"})
XML = "{http://www.w3.org/XML/1998/namespace}"

_MEDIA_MISSPELT = "http://search.yahoo.com/mrss"


@cache
def known() -> dict[str, str]:
    """The prefix of each known namespace."""
    table = data("namespaces")
    found = {uri: prefix for prefix, uri in table["known"].items()}
    return found | {uri: prefix for prefix, uris in table["also"].items() for uri in uris}


@cache
def _near() -> dict[str, str]:
    return {_nearly(uri): prefix for uri, prefix in known().items()}


def _nearly(uri: str) -> str:
    """`uri` without what is easily mistaken: case, and marks at its end."""
    found = re.match(r".*\w", uri)
    return (found[0] if found else uri).lower()


def prefix_of(uri: str) -> str:
    """The usual prefix of a namespace, also of one that is nearly known; "" for others."""
    return known().get(uri) or _near().get(_nearly(uri), "")


class Names:
    """Short names: those of the format's own namespaces are bare, others have their prefix."""

    def __init__(self, own: frozenset[str]) -> None:
        self._own = own
        self._found: dict[str, str] = {}

    def __call__(self, tag: str) -> str:
        """ "title", "dc:creator", or "{namespace}name" for what is not known."""
        name = self._found.get(tag)
        if name is None:
            name = self._found[tag] = self._short(tag)
        return name

    def _short(self, tag: str) -> str:
        uri, _, local = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
        if not uri or uri in self._own:
            return local
        prefix = prefix_of(uri)
        return f"{prefix}:{local}" if prefix else tag


def check_namespaces(root: etree._Element, text: str, sheet: Sheet, *, atom: bool) -> None:
    """Note what is wrong with the namespaces that the document declares."""
    for prefix, uri in root.nsmap.items():
        _check(prefix or "", uri, sheet, atom=atom, at_root=True)
    if text.count("xmlns") > len(root.nsmap):
        for line, prefix, uri in _nested(root):
            sheet.line = line
            _check(prefix, uri, sheet, atom=atom, at_root=False)


def _nested(root: etree._Element) -> Iterator[tuple[int, str, str]]:
    told = {(prefix or "", uri) for prefix, uri in root.nsmap.items()}
    for element in root.iterdescendants():
        for prefix, uri in element.nsmap.items():
            if (prefix or "", uri) not in told:
                told.add((prefix or "", uri))
                yield line_of(element), prefix or "", uri


def _check(prefix: str, uri: str, sheet: Sheet, *, atom: bool, at_root: bool) -> None:
    usual = known().get(uri, "")
    spelt = f"xmlns:{prefix}" if prefix else "xmlns"
    reserved = data("namespaces")["known"].get(prefix, "")
    if len(uri.split()) > 1:
        sheet.note("namespace-invalid", attribute=spelt, found=uri)
    elif reserved and usual != prefix:
        media = uri == _MEDIA_MISSPELT
        sheet.note("namespace-media" if media else "prefix-reserved", attribute=spelt, found=uri)
        if _nearly(uri) == _nearly(reserved) and not media:
            sheet.note("namespace-misspelt", attribute=spelt, found=uri)
    elif prefix in {"atom", "xhtml"}:
        if atom:
            sheet.note("prefix-avoid", attribute=spelt)
    elif usual:
        if prefix and not reserved:
            sheet.note("prefix-unusual", attribute=spelt, found=f"not {usual}")
            if usual in {"atom", "xhtml"} and (atom or at_root):
                sheet.note("prefix-avoid", attribute=spelt)
    elif uri == _MEDIA_MISSPELT:
        sheet.note("namespace-media", attribute=spelt, found=uri)
    elif uri in data("namespaces")["unchecked"]:
        sheet.note("namespace-unchecked", attribute=spelt, found=uri)
    elif fault := international(uri):
        sheet.note(fault, element=spelt, found=uri)
    elif uri:
        sheet.note("namespace-unknown", attribute=spelt, found=uri)
        if _nearly(uri) in _near():
            sheet.note("namespace-misspelt", attribute=spelt, found=uri)
