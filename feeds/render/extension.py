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
from typing import Literal

from lxml import etree

from feeds.edition import Edition, EditionEntry, RelatedLink
from feeds.render.elements import (
    HISTORY,
    MEDIA,
    add,
    add_atom_source,
    add_enclosures,
    add_link,
    add_picture,
    add_place,
    add_rss_source,
)
from feeds.render.fitting import heading
from feeds.render.podcasts import (
    ITUNES,
    PODCAST,
    add_episode,
    add_show,
    is_playable,
    says_something,
)
from feeds.render.spelling import as_html, defused, looks_like_html, plain

NAME = "broadsheet"

_ATOM = "{http://www.w3.org/2005/Atom}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_CC = "{http://backend.userland.com/creativeCommonsRssModule}"
_NAMESPACES = {"dc": _DC[1:-1], "media": MEDIA[1:-1]}
_IN_IMAGE = (".gif", ".jpeg", ".jpg", ".png")  # endings that validators accept

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (*("Jan", "Feb", "Mar", "Apr", "May", "Jun"), *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"))


def _ranks(*order: str) -> dict[str, int]:
    return {tag: place for place, tag in enumerate(order)}


_CHANNEL = _ranks(
    *("title", "link", "description", f"{_ATOM}link", "language", "lastBuildDate", "pubDate"),
    *("copyright", f"{_CC}license", "generator", "docs", "ttl", f"{HISTORY}archive", "image"),
    *(f"{ITUNES}{name}" for name in ("author", "explicit", "category", "owner", "image")),
)
_EPISODE = (
    *(
        f"{ITUNES}{n}"
        for n in ("duration", "season", "episode", "episodeType", "explicit", "image")
    ),
    *(f"{PODCAST}{n}" for n in ("season", "episode", "transcript", "chapters")),
)
# description stands before content:encoded, the machine links last: some readers take whichever
# link comes last for the item's own.
_ITEM = _ranks(
    *(f"{_DC}title", "title", "link", "guid", "pubDate", f"{_DC}creator", "category", "source"),
    *(f"{_DC}language", f"{_DC}rights", f"{_CC}license"),
    *("description", f"{_CONTENT}encoded", f"{_DC}description"),
    *("enclosure", *_EPISODE, f"{MEDIA}content", f"{MEDIA}thumbnail"),
    *(f"{_ATOM}updated", f"{_ATOM}link"),
)
_ENTRY = _ranks(
    *("id", f"{_DC}title", "title", "link", "published", "updated", "author", "category", "rights"),
    *("summary", "content", f"{_DC}description", *_EPISODE),
    *(f"{MEDIA}content", f"{MEDIA}thumbnail"),
    "source",
)


class FeedExtension:
    """Corrects the head of a feed; `edition`, without its entries, these, fitted, and the rest must
    be set before the document is made."""

    edition: Edition
    entries: Sequence[EditionEntry]
    format: Literal["rss", "atom"]
    urls: Mapping[str, str]

    def extend_ns(self) -> dict[str, str]:
        """The namespaces declared on the root, beside those feedgen declares itself."""
        found = dict(_NAMESPACES)
        if self.edition.archive.current:
            found["fh"] = HISTORY[1:-1]
        if any(map(says_something, self.entries)):
            found["podcast"] = PODCAST[1:-1]
        if self.format == "atom":
            return found
        if self.edition.podcast:
            found["itunes"] = ITUNES[1:-1]
        if any(map(is_address, (self.edition.licence, *(one.licence for one in self.entries)))):
            found["creativeCommons"] = _CC[1:-1]
        return found

    def extend_rss(self, root: etree._Element) -> None:
        """Add the channel's links, to its Atom twin too, and its dates, which are the edition's."""
        channel, head = root[0], self.edition
        for hub in head.hubs:
            add_link(channel, f"{_ATOM}link", "hub", hub)
        if is_address(head.licence):
            add(channel, f"{_CC}license", head.licence)
        if rights := _rights(head):
            add(channel, "copyright", plain(rights))
        self._picture(channel)
        add_show(
            channel, head, explicit=any(e.episode and e.episode.explicit for e in self.entries)
        )
        if twin := self.urls.get("atom"):
            add_link(channel, f"{_ATOM}link", "alternate", twin, media_type="application/atom+xml")
        add_place(channel, f"{_ATOM}link", head.archive, "rss")
        for name in ("lastBuildDate", "pubDate"):
            add(channel, name, _rfc822(self.edition.updated))
        _arrange(channel, _CHANNEL)

    def extend_atom(self, root: etree._Element) -> None:
        """Write the feed's own date as RFC 3339 has it, what feedgen has no place for, and where it
        stands among archives."""
        head = self.edition
        _set(root, "updated", _rfc3339(head.updated))
        for hub in head.hubs:
            add_link(root, "link", "hub", hub)
            root.findall("link")[-2].addnext(root[-1])  # the links stand together
        if is_address(head.licence):
            add_link(root, "link", "license", head.licence)
        said = {"rights": plain(_rights(head)), "icon": head.icon, "logo": head.logo}
        for name, text in said.items():
            if text:
                add(root, name, text)
        add_place(root, "link", head.archive, "atom")

    def _picture(self, channel: etree._Element) -> None:
        """Give the channel the first image that readers of RSS can show; without sizes, which are
        upper bounds."""
        for url in (self.edition.logo, self.edition.icon):
            if url.lower().endswith(_IN_IMAGE):
                image = etree.SubElement(channel, "image")
                add(image, "url", url)
                add(image, "title", self.edition.title)
                add(image, "link", self.edition.home)
                break


class EntryExtension:
    """Corrects one entry; `entry`, fitted, and the feed's `head` must be set before the document is
    made."""

    entry: EditionEntry
    head: Edition

    def extend_rss(self, item: etree._Element) -> None:
        """Complete and order an RSS item."""
        entry = self.entry
        add(item, "link", entry.url)
        add(item, "pubDate", _rfc822(entry.published))
        for author in entry.authors:
            add(item, f"{_DC}creator", author)
        for tag in entry.tags:
            add(item, "category", plain(tag))
        if entry.html and not entry.summary:  # feedgen made the content the description
            item.find("description").tag = f"{_CONTENT}encoded"  # type: ignore[union-attr]
            add(item, "description", "")
        _exact(item, entry, summary_is_html=as_html(entry.summary) != entry.summary)
        add_picture(item, entry.image)
        apple = self.head.podcast is not None and is_playable(entry)
        add_enclosures(item, entry, timed=apple)
        if entry.upstream:
            add_rss_source(item, entry.upstream)
        if self._is_foreign():
            add(item, f"{_DC}language", entry.language)
        if entry.licence:
            tag = f"{_CC}license" if is_address(entry.licence) else f"{_DC}rights"
            add(item, tag, entry.licence)
        add_episode(item, entry, apple=apple)
        add(item, f"{_ATOM}updated", _rfc3339(entry.updated))
        if entry.via:
            add_link(item, f"{_ATOM}link", "via", entry.via)
        for link in entry.related:
            _related(item, f"{_ATOM}link", link)
        _arrange(item, _ITEM)

    def extend_atom(self, element: etree._Element) -> None:
        """Complete and order an Atom entry, with the links feedgen has stripped."""
        entry = self.entry
        add(element, "published", _rfc3339(entry.published))
        _set(element, "updated", _rfc3339(entry.updated))
        for author in entry.authors:
            add(etree.SubElement(element, "author"), "name", plain(author))
        for tag in entry.tags:
            etree.SubElement(element, "category", term=plain(tag))
        if not entry.html:
            element.remove(element.find("link"))  # type: ignore[arg-type]
        add_link(element, "link", "alternate", entry.url, media_type="text/html")
        for link in entry.related:
            _related(element, "link", link)
        if looks_like_html(entry.title):
            element.find("title").set("type", "html")  # type: ignore[union-attr]
        if entry.via:
            add_link(element, "link", "via", entry.via)
        if is_address(entry.licence):
            add_link(element, "link", "license", entry.licence)
        elif entry.licence:
            add(element, "rights", plain(entry.licence))
        if self._is_foreign():
            element.set(_LANG, entry.language)
        _exact(element, entry, summary_is_html=looks_like_html(entry.summary))
        add_picture(element, entry.image)
        for one in entry.enclosures:
            add_link(
                element,
                "link",
                "enclosure",
                one.url,
                media_type=one.media_type,
                title=defused(one.label),
                length=one.length,
            )
        add_episode(element, entry, apple=False)
        if entry.upstream:
            updated = entry.upstream.updated or entry.updated
            add_atom_source(element, entry.upstream, _rfc3339(updated))
        _arrange(element, _ENTRY)

    def _is_foreign(self) -> bool:
        """Whether the entry is in another language than its feed."""
        own = self.entry.language.lower()
        return bool(own) and own != self.head.language.lower()


def is_address(licence: str) -> bool:
    """Whether a fitted licence is one that can be linked to."""
    return licence.startswith(("https://", "http://"))


def _rights(head: Edition) -> str:
    return head.copyright or ("" if is_address(head.licence) else head.licence)


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


def _arrange(parent: etree._Element, ranks: Mapping[str, int]) -> None:
    parent[:] = sorted(parent, key=lambda child: ranks[child.tag])


def _rfc822(moment: datetime) -> str:
    """As `email.utils.format_datetime` has it, which takes ten times as long."""
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    year, time = f"{moment.year:04}", moment.time().isoformat()
    return f"{day}, {moment.day:02} {month} {year} {time} +0000"


def _rfc3339(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat() + "Z"
