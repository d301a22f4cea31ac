"""What publishing works with, and where things are found once they are published."""

import hashlib
import json
from collections.abc import Mapping, Sequence
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
from ingest.store import Store, Transaction, published

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
    feeds by name. `warnings` are of their making."""

    store: Store
    settings: Settings
    feed_ids: Mapping[str, str]
    roots: Mapping[str, Path]
    silent: frozenset[str]
    warnings: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of every source."""
        return tuple(source.name for source in self.settings.sources)


def settings_digest(press: Press, *parts: object) -> str:
    """A digest that changes when an edition must be rendered again though its store has not."""
    site = press.settings.site.model_dump_json()
    text = json.dumps([product_version(), site, *map(str, parts)])
    return hashlib.sha256(text.encode()).hexdigest()


def page_url(settings: Settings, slug: str) -> str:
    """The public address of an article page."""
    return f"{settings.site.url}articles/{slug}/"


def file_links(settings: Settings, feed: Feed, format_: Format) -> tuple[tuple[str, str], ...]:
    """What a feed's file tells in its header, as (absolute URL, relation) pairs, so that who does
    not parse it knows where it belongs."""
    itself = ascii_url(settings.feed_url(feed, format_))
    home = ascii_url(f"{settings.site.url}{settings.feed_page(feed.name)}")
    hubs = ((hub, "hub") for hub in hubs_of(settings, feed))
    return tuple(link for link in (*hubs, (itself, "self"), (home, "alternate")) if link[0])


def editions_folder(settings: Settings) -> Path:
    """Where the manifests of the editions lie: not below `output`, they are ours."""
    return settings.data_folder / "editions"


def archives_folder(settings: Settings, name: str) -> Path:
    """Where the archives of the feed `name` lie, a file for each page, format and coding."""
    return settings.output_folder / "archive" / name


def resolved(settings: Settings, html: str, pages: Mapping[str, str]) -> str:
    """`html` with its internal links made absolute; `pages` maps bare UUIDs to addresses."""
    return rewrite(html, lambda link: _resolve(settings, link, pages))


def resolved_image(settings: Settings, image: Image | None) -> Image | None:
    """An entry's image with an absolute URL."""
    if image is None or not image.url.startswith(INTERNAL):
        return image
    url = _resolve(settings, image.url, {})
    return replace(image, url=url)


def addresses(
    tx: Transaction, settings: Settings, entries: Sequence[Entry]
) -> tuple[dict[str, str], dict[str, tuple[RelatedLink, ...]]]:
    """Where the articles that `entries` link to are found.

    Returns addresses by bare UUID, and each entry's related links by article id.
    """
    wanted = {id_ for entry in entries for id_, *_ in entry.related}
    for entry in entries:
        wanted |= {f"urn:uuid:{uuid}" for uuid in mentioned(entry.html)}
    found = published.entries(tx, wanted)
    pages = {
        id_.removeprefix("urn:uuid:"): one.url or page_url(settings, one.slug)
        for id_, one in found.items()
    }
    related = {
        entry.article: tuple(
            RelatedLink(url=url or pages[id_.removeprefix("urn:uuid:")], title=title, shares=shares)
            for id_, title, url, shares in entry.related
            if url or id_ in found
        )
        for entry in entries
    }
    return pages, related


def _resolve(settings: Settings, link: str, pages: Mapping[str, str]) -> str:
    kind, _, rest = link[len(INTERNAL) :].partition("/")
    if kind == "asset":
        return f"{settings.site.url}articles/{rest}"
    uuid, hash_, fragment = rest.partition("#")
    return pages[uuid] + hash_ + fragment if kind == "article" and uuid in pages else ""
