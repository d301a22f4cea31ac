"""The edition: the value that is rendered. Everything in it is final text, cleaned and absolute."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ingest.article import Enclosure, Image, Upstream


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
    machine links: empty when the feed has them switched off. `enclosures` and `upstream` are as the
    source stated them.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One feed's head and its entries, newest exposure first.

    `id` is the feed's own `urn:uuid:`; `home` the human page; `urls` maps each published format to
    the absolute URL it is served at; `hubs` are the WebSub hubs it is announced to. `updated` is
    the newest entry's; an empty feed carries the time the feed was first built.
    """

    id: str
    name: str
    title: str
    description: str
    home: str
    urls: tuple[tuple[Literal["rss", "atom", "json"], str], ...]
    language: str
    author: str
    updated: datetime
    entries: tuple[EditionEntry, ...]
    generator: str = "Broadsheet"
    version: str = ""
    hubs: tuple[str, ...] = ()
