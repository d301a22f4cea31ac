"""The edition: the value that is rendered. Everything in it is final text, cleaned and absolute."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ingest.article import Enclosure, Episode, Image, Upstream


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedLink:
    """A related article as subscribers see it: absolute URL, plain-text title, what both share."""

    url: str
    title: str
    shares: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionEntry:
    """One entry as shown in one feed.

    `url` is absolute; `html` is final (related block, lead and "read on" included), sanitized, with
    absolute URLs only, and may be empty; `summary` is plain text and may be empty; dates are whole
    seconds in UTC, `updated` unique in the feed and not before `published`. `related` are the
    machine links: empty when the feed has them switched off. `enclosures`, `upstream`, `licence`
    (an address or a text), `via` and `episode` are as the source stated them.
    """

    id: str
    url: str
    title: str
    published: datetime
    updated: datetime
    html: str
    summary: str = ""
    authors: tuple[str, ...] = ()
    language: str = ""
    tags: tuple[str, ...] = ()
    image: Image | None = None
    related: tuple[RelatedLink, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    upstream: Upstream | None = None
    licence: str = ""
    via: str = ""
    episode: Episode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Podcast:
    """What directories ask of a podcast: Apple's category, its subcategory, whom to write to."""

    category: str
    subcategory: str = ""
    email: str = ""


Urls = tuple[tuple[Literal["rss", "atom", "json"], str], ...]
"""A document's absolute URL in each of its formats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """Where a document stands among the archives of its feed (RFC 5005): `previous` is the archive
    before it, `following` the one after, `current` the document that is subscribed to.

    Without `current` it is that document itself.
    """

    previous: Urls = ()
    following: Urls = ()
    current: Urls = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One feed's head and its entries, newest exposure first; or the same of one of its archives.

    `id` is the feed's own `urn:uuid:`; `home` the human page; `urls` maps each published format to
    the absolute URL it is served at; `hubs` are the WebSub hubs it is announced to. `updated` is
    the newest entry's; an empty feed carries the time the feed was first built. `icon` is the
    address of a square image, `logo` of a wide one; `licence` an address or a text, `copyright` a
    text. All of these may be "".
    """

    id: str
    name: str
    title: str
    description: str
    home: str
    urls: Urls
    language: str
    author: str
    updated: datetime
    entries: tuple[EditionEntry, ...]
    icon: str = ""
    logo: str = ""
    licence: str = ""
    copyright: str = ""
    podcast: Podcast | None = None
    generator: str = "Broadsheet"
    version: str = ""
    archive: Archive = Archive()
    hubs: tuple[str, ...] = ()
