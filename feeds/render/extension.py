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

from feeds.edition import Edition, EditionEntry, RelatedLink
from feeds.render.elements import (
    MEDIA,
    add,
    add_atom_source,
    add_enclosures,
    add_link,
    add_picture,
    add_rss_source,
)
from feeds.render.fitting import heading
from feeds.render.spelling import as_html, looks_like_html, plain

NAME = "broadsheet"

_ATOM = "{http://www.w3.org/2005/Atom}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NAMESPACES = {"dc": _DC[1:-1], "media": MEDIA[1:-1]}

_CHANNEL = (
    *("title", "link", "description", f"{_ATOM}link", "language", "lastBuildDate", "pubDate"),
    *("generator", "docs", "ttl"),
)
# description stands before content:encoded, the machine links last: some readers take whichever
# link comes last for the item's own.
_ITEM = (
    *(f"{_DC}title", "title", "link", "guid", "pubDate", f"{_DC}creator", "category", "source"),
    *("description", f"{_CONTENT}encoded", f"{_DC}description"),
    *("enclosure", f"{MEDIA}content", f"{MEDIA}thumbnail", f"{_ATOM}updated", f"{_ATOM}link"),
)
_ENTRY = (
    *("id", f"{_DC}title", "title", "link", "published", "updated", "author", "category"),
    *("summary", "content", f"{_DC}description", f"{MEDIA}content", f"{MEDIA}thumbnail"),
    "source",
)


class FeedExtension:
    """Corrects the head of a feed; `edition` must be set before the document is made."""

    edition: Edition
    urls: Mapping[str, str]

    def extend_ns(self) -> dict[str, str]:
        """The namespaces declared on the root, beside those feedgen declares itself."""
        return dict(_NAMESPACES)

    def extend_rss(self, root: etree._Element) -> None:
        """Add the channel's links to its hubs and Atom twin, and its dates, the edition's."""
        channel = root[0]
        for hub in self.edition.hubs:
            add_link(channel, f"{_ATOM}link", "hub", hub)
        if twin := self.urls.get("atom"):
            add_link(channel, f"{_ATOM}link", "alternate", twin, media_type="application/atom+xml")
        for name in ("lastBuildDate", "pubDate"):
            add(channel, name, format_datetime(self.edition.updated))
        _arrange(channel, _CHANNEL)

    def extend_atom(self, root: etree._Element) -> None:
        """Write the feed's own date as RFC 3339 has it, and add the links to its hubs."""
        _set(root, "updated", _rfc3339(self.edition.updated))
        for hub in self.edition.hubs:
            add_link(root, "link", "hub", hub)
            root.findall("link")[-2].addnext(root[-1])  # the links stand together


class EntryExtension:
    """Corrects one entry; `entry` must be set, and fitted, before the document is made."""

    entry: EditionEntry
    language: str

    def extend_rss(self, item: etree._Element) -> None:
        """Complete and order an RSS item."""
        entry = self.entry
        add(item, "pubDate", format_datetime(entry.published))
        for author in entry.authors:
            add(item, f"{_DC}creator", author)
        if entry.html and not entry.summary:  # feedgen made the content the description
            item.find("description").tag = f"{_CONTENT}encoded"  # type: ignore[union-attr]
            add(item, "description", "")
        _exact(item, entry, summary_is_html=as_html(entry.summary) != entry.summary)
        add_picture(item, entry.image)
        add_enclosures(item, entry)
        if entry.upstream:
            add_rss_source(item, entry.upstream)
        add(item, f"{_ATOM}updated", _rfc3339(entry.updated))
        for link in entry.related:
            _related(item, f"{_ATOM}link", link)
        _arrange(item, _ITEM)

    def extend_atom(self, element: etree._Element) -> None:
        """Complete and order an Atom entry, with the links feedgen has stripped."""
        entry = self.entry
        _set(element, "published", _rfc3339(entry.published))
        _set(element, "updated", _rfc3339(entry.updated))
        for stripped in element.findall("link"):
            element.remove(stripped)
        add_link(element, "link", "alternate", entry.url, media_type="text/html")
        for link in entry.related:
            _related(element, "link", link)
        if looks_like_html(entry.title):
            element.find("title").set("type", "html")  # type: ignore[union-attr]
        if entry.language and entry.language.lower() != self.language.lower():
            element.set(_LANG, entry.language)
        _exact(element, entry, summary_is_html=looks_like_html(entry.summary))
        add_picture(element, entry.image)
        for one in entry.enclosures:
            add_link(
                element, "link", "enclosure", one.url, media_type=one.media_type, length=one.length
            )
        if entry.upstream:
            updated = entry.upstream.updated or entry.updated
            add_atom_source(element, entry.upstream, _rfc3339(updated))
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
        add(parent, f"{_DC}title", entry.title)
    if summary_is_html and entry.html:
        add(parent, f"{_DC}description", entry.summary)


def _related(parent: etree._Element, tag: str, link: RelatedLink) -> None:
    add_link(parent, tag, "related", link.url, media_type="text/html", title=link.title)


def _set(parent: etree._Element, tag: str, text: str) -> None:
    parent.find(tag).text = text  # type: ignore[union-attr]


def _arrange(parent: etree._Element, order: Sequence[str]) -> None:
    rank = {tag: place for place, tag in enumerate(order)}
    parent[:] = sorted(parent, key=lambda child: rank[str(child.tag)])


def _rfc3339(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat() + "Z"
