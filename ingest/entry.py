"""An article as subscribers see it: frozen, and its place in a feed."""

from dataclasses import dataclass
from datetime import datetime

from ingest.article import Enclosure, Episode, Image, Upstream

AGAIN, AGAIN_SAME_DATE = -1, -2
"""What an entry was judged to be: to freeze again as an update, or without a later `updated`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An article as it was exposed to subscribers, frozen.

    `published` and `updated` are whole seconds since 1970; `updated` is unique in the store. `url`
    is the article's own, "" when a page of ours shows it. `html` and `image` may hold
    `broadsheet:article/…` and `broadsheet:asset/…` links. `related` are (article id, title, its own
    URL or "", what both are about), best first; `assets` pairs of (path below the source's root,
    name beside the page). `written_by` is the model that wrote the summary, "" for none. `licence`,
    `via` and `episode` are the article's. `judged` is the article's change number it was last
    compared with, or one of AGAIN and AGAIN_SAME_DATE; `change` the number of its own last change.
    """

    article: str
    source: str
    number: int
    slug: str
    url: str
    published: int
    updated: int
    title: str
    authors: tuple[str, ...]
    language: str
    html: str
    summary: str
    image: Image | None
    tags: tuple[str, ...]
    related: tuple[tuple[str, str, str, str], ...]
    assets: tuple[tuple[str, str], ...]
    judged: int
    enclosures: tuple[Enclosure, ...] = ()
    upstream: Upstream | None = None
    licence: str = ""
    via: str = ""
    episode: Episode | None = None
    key_points: tuple[str, ...] = ()
    written_by: str = ""
    change: int = 0
    removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """One article's place in one feed. `settled`: of a first edition or a backlog. `lead` is the
    article whose entry tells of it too; `developed` the second its story last told more."""

    article: str
    number: int
    exposed_at: datetime
    settled: bool
    lead: str = ""
    developed: int = 0
