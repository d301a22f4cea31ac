"""Elements that feedgen does not know or gets wrong: links, media, the feed an entry came from."""

import re

from lxml import etree

from feeds.edition import Archive, EditionEntry
from feeds.media import medium
from feeds.render.spelling import defused, plain
from ingest.article import Enclosure, Image, Upstream

HISTORY = "{http://purl.org/syndication/history/1.0}"
MEDIA = "{http://search.yahoo.com/mrss/}"

# RSS enclosures must be at a host with a full name for the W3C validator, with a path after it.
_NAMED_HOST = re.compile(r"https?://([a-z0-9-]+\.)+[a-z0-9][a-z0-9-]*(:\d+)?(/|$)", re.IGNORECASE)


def add(parent: etree._Element, tag: str, text: str) -> None:
    """Add an element of text alone."""
    etree.SubElement(parent, tag).text = text


def add_link(
    parent: etree._Element,
    tag: str,
    rel: str,
    href: str,
    *,
    media_type: str = "",
    title: str = "",
    length: int = 0,
) -> None:
    """Add an Atom link; what is empty or 0 is left out."""
    link = etree.SubElement(parent, tag, rel=rel)
    said = {"type": media_type, "title": plain(title), "length": str(length or "")}
    for name, value in said.items():
        if value:
            link.set(name, value)
    link.set("href", href)


def add_place(parent: etree._Element, tag: str, place: Archive, format_: str) -> None:
    """Say where a document stands among its feed's archives. RFC 5005 §4 and Appendix B."""
    if place.current:
        add(parent, f"{HISTORY}archive", "")
    for rel, urls in (
        ("current", place.current),
        ("prev-archive", place.previous),
        ("next-archive", place.following),
    ):
        if href := dict[str, str](urls).get(format_):
            add_link(parent, tag, rel, href, media_type=f"application/{format_}+xml")


def add_picture(parent: etree._Element, image: Image | None) -> None:
    """Add the lead image as direct children: a media:group of one is an error."""
    if image is None:
        return
    content = etree.SubElement(parent, f"{MEDIA}content", url=image.url, medium="image")
    if image.media_type:
        content.set("type", image.media_type)
    if image.width > 0 and image.height > 0:
        content.set("width", str(image.width))
        content.set("height", str(image.height))
    etree.SubElement(parent, f"{MEDIA}thumbnail", url=image.url)


def add_enclosures(item: etree._Element, entry: EditionEntry, *, timed: bool) -> None:
    """Add a fitted entry's enclosures to an RSS item.

    RSS takes one: the first sound or film, or else the first file that is no picture. The others
    are media:content, which needs neither a type nor a host with a full name, and also the first
    where that alone tells its duration; `timed`: another element does.
    """
    first = main_enclosure(entry.enclosures)
    if first:
        said = {"url": first.url, "length": str(first.length), "type": first.media_type}
        etree.SubElement(item, "enclosure", said)
    shown = {entry.image.url} if entry.image else set()
    for one in entry.enclosures:
        if (one is first and (timed or not one.duration)) or one.url in shown:
            continue
        content = etree.SubElement(item, f"{MEDIA}content", url=one.url)
        said = {
            "medium": medium(one.media_type),
            "type": one.media_type,
            "fileSize": str(one.length or ""),
            "duration": str(one.duration or ""),
        }
        for name, value in said.items():
            if value:
                content.set(name, value)


def add_rss_source(item: etree._Element, upstream: Upstream) -> None:
    """Name the upstream feed as RSS does, which asks for the feed's own address."""
    if upstream.feed_url:
        source = etree.SubElement(item, "source", url=upstream.feed_url)
        source.text = plain(defused(upstream.title))


def add_atom_source(element: etree._Element, upstream: Upstream, updated: str) -> None:
    """Name the upstream feed as Atom does; without an id it has no place there."""
    if not upstream.id:
        return
    source = etree.SubElement(element, "source")
    add(source, "id", upstream.id)
    add(source, "title", plain(defused(upstream.title)))
    add(source, "updated", updated)
    if upstream.feed_url:
        add_link(source, "link", "self", upstream.feed_url)
    if upstream.url:
        add_link(source, "link", "alternate", upstream.url, media_type="text/html")


def main_enclosure(enclosures: tuple[Enclosure, ...]) -> Enclosure | None:
    """The one that RSS has a place for."""
    able = [one for one in enclosures if one.media_type and _NAMED_HOST.match(one.url)]
    files = [one for one in able if medium(one.media_type) != "image"]
    played = [one for one in files if medium(one.media_type)]
    return next(iter(played + files), None)
