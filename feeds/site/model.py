"""What pages are made of: final text, cleaned, with absolute URLs."""

from dataclasses import dataclass
from datetime import datetime

from feeds.edition import RelatedLink
from ingest.article import Enclosure, Image, Upstream


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLink:
    """A feed in one format: its title, absolute URL, media type and what people call the format."""

    title: str
    url: str
    media_type: str
    format: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """A neighbouring article's page."""

    url: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A feed as it is offered to people: its title, and its formats, the first of which is for
    whoever has no opinion. `page` is the address of the feed's page, "" on that page itself.
    What is `brief` is one of many, and no more than a link to its page."""

    title: str
    formats: tuple[FeedLink, ...]
    page: str = ""
    brief: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteHead:
    """What all pages of a site share.

    `home` is the absolute URL of the index. `stylesheet` may be relative to the page, so that a
    copy of the site read at another address than its public one is not bare. `icon` is absolute, ""
    for none.
    """

    title: str
    home: str
    language: str
    author: str
    feeds: tuple[FeedLink, ...]
    stylesheet: str
    icon: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePage:
    """One article as its page shows it.

    `url` is the page's own, absolute; `html` the article's text, sanitized, without a related
    block; `summary` plain text, "" for none, and `written_by` the model that wrote it; `language`
    "" for the site's. `enclosures`, `upstream` and `licence` went through `feeds.foreign`. `story`
    is the address of the page that lists what else was written of the event, "" for none.
    """

    url: str
    title: str
    published: datetime
    updated: datetime
    html: str
    authors: tuple[str, ...] = ()
    language: str = ""
    summary: str = ""
    written_by: str = ""
    key_points: tuple[str, ...] = ()
    image: Image | None = None
    tags: tuple[str, ...] = ()
    previous: PageLink | None = None
    next: PageLink | None = None
    related: tuple[RelatedLink, ...] = ()
    story: str = ""
    enclosures: tuple[Enclosure, ...] = ()
    upstream: Upstream | None = None
    licence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedPage:
    """The notice at the address of an article that was taken away: nothing of it, for it may have
    been taken away to be read nowhere, or by few."""

    url: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """One article as the index lists it. `language` "" is the site's."""

    title: str
    url: str
    published: datetime
    summary: str = ""
    authors: tuple[str, ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPage:
    """A feed as people read it: what it holds, and how to subscribe to it.

    `url` is the page's own, absolute; `offer` is None for what cannot be subscribed to.
    """

    url: str
    title: str
    description: str
    language: str
    entries: tuple[IndexEntry, ...]
    offer: Offer | None = None
