"""The extension pair that corrects what feedgen 1.0.0 gets wrong.

feedgen builds the skeleton of both formats. It drops rel, type and title of an Atom entry's links
(its issue 135), writes dates in ISO format with an offset, knows no xml:lang for an entry, no
links in RSS items and no second link in the channel, loses authors without an e-mail address from
RSS, and sets the process's locale to print an RSS date. feedgen calls `extend_rss` and
`extend_atom` after its own elements; Atom's own elements have no namespace in that tree, for
feedgen fakes the declaration with an attribute.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime

from lxml import etree

from feeds.edition import Edition, EditionEntry
from feeds.render.fitting import heading
from feeds.render.spelling import as_html, looks_like_html, plain

NAME = "broadsheet"

_ATOM = "{http://www.w3.org/2005/Atom}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NAMESPACES = {"dc": _DC[1:-1], "media": _MEDIA[1:-1]}

_CHANNEL = (
    *("title", "link", "description", f"{_ATOM}link", "language", "lastBuildDate", "pubDate"),
    *("generator", "docs", "ttl"),
)
# description stands before content:encoded, the machine links last: some readers take whichever
# link comes last for the item's own.
_ITEM = (
    *(f"{_DC}title", "title", "link", "guid", "pubDate", f"{_DC}creator", "category"),
    *("description", f"{_CONTENT}encoded", f"{_DC}description"),
    *(f"{_MEDIA}content", f"{_MEDIA}thumbnail", f"{_ATOM}updated", f"{_ATOM}link"),
)
_ENTRY = (
    *("id", f"{_DC}title", "title", "link", "published", "updated", "author", "category"),
    *("summary", "content", f"{_DC}description", f"{_MEDIA}content", f"{_MEDIA}thumbnail"),
)


class FeedExtension:
    """Corrects the head of a feed; `edition` must be set before the document is made."""

    edition: Edition
    urls: Mapping[str, str]

    def extend_ns(self) -> dict[str, str]:
        """The namespaces declared on the root, beside those feedgen declares itself."""
        return dict(_NAMESPACES)

    def extend_rss(self, root: etree._Element) -> None:
        """Add the channel's link to its Atom twin and its dates, which are the edition's."""
        channel = root[0]
        if twin := self.urls.get("atom"):
            _link(channel, f"{_ATOM}link", "alternate", "application/atom+xml", twin)
        for name in ("lastBuildDate", "pubDate"):
            _add(channel, name, format_datetime(self.edition.updated))
        _arrange(channel, _CHANNEL)

    def extend_atom(self, root: etree._Element) -> None:
        """Write the feed's own date as RFC 3339 has it."""
        _set(root, "updated", _rfc3339(self.edition.updated))


class EntryExtension:
    """Corrects one entry; `entry` must be set, and fitted, before the document is made."""

    entry: EditionEntry
    language: str

    def extend_rss(self, item: etree._Element) -> None:
        """Complete and order an RSS item."""
        entry = self.entry
        _add(item, "pubDate", format_datetime(entry.published))
        for author in entry.authors:
            _add(item, f"{_DC}creator", author)
        if entry.html and not entry.summary:  # feedgen made the content the description
            item.find("description").tag = f"{_CONTENT}encoded"  # type: ignore[union-attr]
            _add(item, "description", "")
        _exact(item, entry, summary_is_html=as_html(entry.summary) != entry.summary)
        _picture(item, entry)
        _add(item, f"{_ATOM}updated", _rfc3339(entry.updated))
        for link in entry.related:
            _link(item, f"{_ATOM}link", "related", "text/html", link.url, link.title)
        _arrange(item, _ITEM)

    def extend_atom(self, element: etree._Element) -> None:
        """Complete and order an Atom entry, with the links feedgen has stripped."""
        entry = self.entry
        _set(element, "published", _rfc3339(entry.published))
        _set(element, "updated", _rfc3339(entry.updated))
        for stripped in element.findall("link"):
            element.remove(stripped)
        _link(element, "link", "alternate", "text/html", entry.url)
        for link in entry.related:
            _link(element, "link", "related", "text/html", link.url, link.title)
        if looks_like_html(entry.title):
            element.find("title").set("type", "html")  # type: ignore[union-attr]
        if entry.language and entry.language.lower() != self.language.lower():
            element.set(_LANG, entry.language)
        _exact(element, entry, summary_is_html=looks_like_html(entry.summary))
        _picture(element, entry)
        _arrange(element, _ENTRY)


def shown_title(entry: EditionEntry, *, required: bool) -> str:
    """A fitted entry's title as its format's own element spells it.

    RSS items may go without one, except when there is nothing else to show.
    """
    required = required or not (entry.summary or entry.html)
    title = heading(entry) if required else entry.title
    return plain(as_html(title) if looks_like_html(title) else title)


def _exact(parent: etree._Element, entry: EditionEntry, *, summary_is_html: bool) -> None:
    """Give title and summary in Dublin Core too, as plain text, where the format's own are HTML.

    Only beside content: without it a second description would be taken for the content.
    """
    if looks_like_html(entry.title):
        _add(parent, f"{_DC}title", entry.title)
    if summary_is_html and entry.html:
        _add(parent, f"{_DC}description", entry.summary)


def _picture(parent: etree._Element, entry: EditionEntry) -> None:
    """Add the lead image as direct children: a media:group of one is an error."""
    image = entry.image
    if image is None:
        return
    content = etree.SubElement(parent, f"{_MEDIA}content", url=image.url, medium="image")
    if image.media_type:
        content.set("type", image.media_type)
    if image.width > 0 and image.height > 0:
        content.set("width", str(image.width))
        content.set("height", str(image.height))
    etree.SubElement(parent, f"{_MEDIA}thumbnail", url=image.url)


def _link(
    parent: etree._Element, tag: str, rel: str, media_type: str, href: str, title: str = ""
) -> None:
    link = etree.SubElement(parent, tag, rel=rel, type=media_type)
    if title:
        link.set("title", plain(title))
    link.set("href", href)


def _add(parent: etree._Element, tag: str, text: str) -> None:
    etree.SubElement(parent, tag).text = text


def _set(parent: etree._Element, tag: str, text: str) -> None:
    parent.find(tag).text = text  # type: ignore[union-attr]


def _arrange(parent: etree._Element, order: Sequence[str]) -> None:
    rank = {tag: place for place, tag in enumerate(order)}
    parent[:] = sorted(parent, key=lambda child: rank[str(child.tag)])


def _rfc3339(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat() + "Z"
