"""What publishing works with, and where things are found once they are published."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from config.feed import Feed, Format
from config.settings import Settings
from feeds.edition import RelatedLink
from feeds.hubs import hubs_of
from feeds.links import mentioned, rewrite
from feeds.uris import ascii_url
from feeds.web import product_version
from ingest.article import INTERNAL, Image
from ingest.entry import Entry
from ingest.store import Store, Transaction, privacy, published

MEDIA_TYPES: Mapping[Format, str] = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}
"""What each format is served as."""

FORMAT_NAMES: Mapping[Format, str] = {"rss": "RSS", "atom": "Atom", "json": "JSON Feed"}
"""What people call each format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """Where and for whom is published. `roots` maps a source's internal id to its files' root,
    `silent` are the internal ids of sources whose changes do not bump, `feed_ids` the ids of the
    feeds by name. `warnings` are of their making. `audiences` are the names of the feeds that alone
    show each private source, by its internal id."""

    store: Store
    settings: Settings
    feed_ids: Mapping[str, str]
    roots: Mapping[str, Path]
    silent: frozenset[str]
    audiences: Mapping[str, frozenset[str]]
    warnings: tuple[str, ...] = ()

    @property
    def privacy(self) -> list[tuple[str, list[str]]]:
        """Who sees what, in an order that is always the same: empty when everybody sees all."""
        return sorted((source, sorted(names)) for source, names in self.audiences.items())

    def reach(self, feed: Feed | None = None, base: str | None = None) -> "Reach":
        """Where readers of `feed`, or everybody, find the pages of ours.

        `base` stands for the address of a private feed's folder: a relative one in its pages.
        """
        return reach_of(self.settings, feed, self.audiences, base)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Where those for whom something is written find the pages of ours, and which they may see.

    `feed` is the private feed that they read, "" for everybody; `site` the address of what is
    public, `base` that of what is that feed's own: the articles of `private`, internal ids of
    sources.
    """

    site: str
    feed: str = ""
    base: str = ""
    private: frozenset[str] = frozenset()

    def home(self, entry: Entry) -> str:
        """The address below which the page of `entry` lies, and the files that it shows."""
        return self.base if entry.source in self.private else self.site

    def page(self, entry: Entry) -> str:
        """The address of the page that we write of `entry`."""
        return f"{self.home(entry)}articles/{entry.slug}/"

    def address(self, entry: Entry) -> str:
        """Where `entry` is read: at its own address, or on a page of ours."""
        return entry.url or self.page(entry)


def reach_of(
    settings: Settings, feed: Feed | None, private: Iterable[str], base: str | None = None
) -> Reach:
    """`Press.reach` for who has no press; `private` are the internal ids of private sources."""
    if feed is None or not feed.private:
        return Reach(site=settings.site.url)
    own = settings.base_of(feed) if base is None else base
    return Reach(site=settings.site.url, feed=feed.name, base=own, private=frozenset(private))


def settings_digest(press: Press, *parts: object) -> str:
    """A digest that changes when an edition must be rendered again though its store has not."""
    site = press.settings.site.model_dump_json()
    text = json.dumps([product_version(), site, *map(str, parts), *press.privacy])
    return hashlib.sha256(text.encode()).hexdigest()


def page_folder(root: Path, entry: Entry) -> Path:
    """Where below `root` the page of `entry` lies, and the files it shows."""
    return root / "articles" / entry.slug


def manifest_path(settings: Settings, feed: Feed) -> Path:
    """Where the manifest of a feed's edition lies: never below `output`, it is ours."""
    folder = settings.private_folder if feed.private else editions_folder(settings)
    return folder / f"{feed.name}.json"


def feed_path(feed: Feed, format_: Format) -> str:
    """The file of a feed's format, below the folder of all feeds that are private, or public."""
    return f"{feed.name}/" * feed.private + f"{feed.name}.{format_}"


def feeds_folder(settings: Settings, feed: Feed) -> Path:
    """The folder that `feed_path` starts in."""
    return settings.private_folder if feed.private else settings.output_folder


def file_links(settings: Settings, feed: Feed, format_: Format) -> tuple[tuple[str, str], ...]:
    """What a feed's file tells in its header, as (URL, relation) pairs, so that who does not parse
    it knows where it belongs. Absolute ones; of a private feed relative ones, for it is asked for
    at several addresses and none is to be told at another."""
    hubs = ((hub, "hub") for hub in hubs_of(settings, feed))
    if feed.private:
        return (*hubs, (f"./{feed.name}.{format_}", "self"), ("./", "alternate"))
    itself = ascii_url(settings.feed_url(feed, format_))
    home = ascii_url(f"{settings.site.url}{settings.feed_page(feed)}")
    return tuple(link for link in (*hubs, (itself, "self"), (home, "alternate")) if link[0])


def editions_folder(settings: Settings) -> Path:
    """Where the manifests of public editions lie."""
    return settings.data_folder / "editions"


def archives_folder(settings: Settings, feed: Feed) -> Path:
    """Where the archives of `feed` lie, a file for each page, format and coding."""
    return settings.folder_of(feed) / "archive" / feed.name


def resolved(reach: Reach, entry: Entry, pages: Mapping[str, str]) -> str:
    """The HTML of `entry` with addresses for internal links; `pages` maps bare UUIDs to them."""
    return rewrite(entry.html, lambda link: _resolve(reach, entry, link, pages))


def resolved_image(reach: Reach, entry: Entry) -> Image | None:
    """The image of `entry` with its URL."""
    if entry.image is None or not entry.image.url.startswith(INTERNAL):
        return entry.image
    return replace(entry.image, url=_resolve(reach, entry, entry.image.url, {}))


def addresses(
    tx: Transaction, reach: Reach, entries: Sequence[Entry]
) -> tuple[dict[str, str], dict[str, tuple[RelatedLink, ...]]]:
    """Where the articles that `entries` link to are found, as far as their readers may see them.

    Returns addresses by bare UUID, and each entry's related links by article id.
    """
    wanted = {id_ for entry in entries for id_, *_ in entry.related}
    for entry in entries:
        wanted |= {f"urn:uuid:{uuid}" for uuid in mentioned(entry.html)}
    wanted -= privacy.unseen(tx, wanted, reach.feed)
    found = published.entries(tx, wanted)
    wanted -= {id_ for id_, one in found.items() if one.removed}
    found = {id_: one for id_, one in found.items() if id_ in wanted}
    pages = {id_.removeprefix("urn:uuid:"): reach.address(one) for id_, one in found.items()}
    related = {
        entry.article: tuple(
            RelatedLink(url=url or pages[id_.removeprefix("urn:uuid:")], title=title, shares=shares)
            for id_, title, url, shares in entry.related
            if id_ in wanted and (url or id_ in found)
        )
        for entry in entries
    }
    return pages, related


def _resolve(reach: Reach, entry: Entry, link: str, pages: Mapping[str, str]) -> str:
    kind, _, rest = link[len(INTERNAL) :].partition("/")
    if kind == "asset":
        return f"{reach.home(entry)}articles/{rest}"
    uuid, hash_, fragment = rest.partition("#")
    return pages[uuid] + hash_ + fragment if kind == "article" and uuid in pages else ""
