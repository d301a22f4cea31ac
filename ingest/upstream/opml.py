"""OPML: the list of feeds that readers import and export."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from ingest.errors import ExtractError, IngestError, ReadError
from ingest.markup import clean_line
from ingest.normalize.decode import decode
from ingest.upstream import texts, tree
from ingest.upstream.links import address
from ingest.upstream.sniff import first_element

MAX_OUTLINES = 10_000
"""Outlines of one list that are read, the first ones."""

_DEEPEST = 10  # categories inside categories
_FEEDS = frozenset({"", "rss", "rss1", "rss2", "atom", "feed", "json", "jsonfeed", "text/xml"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One feed of a list: `url` is the feed's address, `home` its page for people, `path` the
    categories it stands in, outermost first."""

    url: str
    title: str = ""
    home: str = ""
    path: tuple[str, ...] = ()


def parse_opml(body: bytes, *, charset: str = "") -> list[Subscription]:
    """The feeds of an OPML list, in its order. Raises ReadError when `body` is none.

    Outlines without the http or https address of a feed are categories or nothing.
    """
    try:
        text = decode(body, charset, xml=True)
        kind, start = first_element(text)
        if kind != "opml":
            raise ExtractError("it is not an OPML list of feeds")
        root, _ = tree.parse(text, start)
    except IngestError as error:
        raise ReadError(error.reason) from error
    return list(_subscriptions(root))


def write_opml(subscriptions: Iterable[Subscription], *, title: str) -> bytes:
    """An OPML 2.0 list of `subscriptions`, those of one category together: the same bytes for the
    same list."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = clean_line(title)
    folders: dict[tuple[str, ...], etree._Element] = {(): etree.SubElement(root, "body")}
    for one in subscriptions:
        said = {"type": "rss", "text": one.title or one.url, "title": one.title, "xmlUrl": one.url}
        attributes = {
            name: clean_line(value) for name, value in {**said, "htmlUrl": one.home}.items()
        }
        etree.SubElement(
            _folder(folders, one.path), "outline", {n: v for n, v in attributes.items() if v}
        )
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)


def _folder(
    folders: dict[tuple[str, ...], etree._Element], path: tuple[str, ...]
) -> etree._Element:
    if path not in folders:
        holder = _folder(folders, path[:-1])
        name = clean_line(path[-1])
        folders[path] = etree.SubElement(holder, "outline", text=name, title=name)
    return folders[path]


def _subscriptions(root: etree._Element) -> Iterator[Subscription]:
    """Outlines from top to bottom; what holds others is their category."""
    paths: dict[etree._Element, tuple[str, ...]] = {}
    for number, outline in enumerate(root.iter("{*}outline", "{*}Outline", "{*}OUTLINE")):
        if number == MAX_OUTLINES:
            return
        said = {str(name).lower(): str(value) for name, value in outline.attrib.items()}
        holder = outline.getparent()
        path = paths.get(holder, ()) if holder is not None else ()
        title = texts.plain(said.get("title") or said.get("text") or "", literal=True)
        paths[outline] = (*path, title)[-_DEEPEST:] if title else path
        link = said.get("url", "") if said.get("type", "").lower() in _FEEDS else ""
        if url := address(said.get("xmlurl") or link, ""):
            home = address(said.get("htmlurl", ""), "")
            title = "" if title == url else title  # the text that OPML asks for of an untitled one
            yield Subscription(url=url, title=title, home=home, path=path)
