"""What an upstream feed says: of itself, of how often to ask, and of each thing it lists."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ingest.article import Stated


@dataclass(frozen=True, slots=True, kw_only=True)
class Polling:
    """How often a feed asks to be fetched; all of it may be missing.

    `ttl` is the time it may be cached, `every` the time between its updates, both zero when not
    stated; `base` is when those are counted from. `skip_hours` are hours of the day in UTC, 0 to
    23, and `skip_days` days of the week, 0 for Monday, in which nobody need ask.
    """

    ttl: timedelta = timedelta()
    every: timedelta = timedelta()
    base: datetime | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamFeed:
    """A feed of another site, read.

    `entries` are in the feed's order. `home` is its page for people, `url` the address it gives
    itself, `hubs` where it can be subscribed to, `next_url` its next page (RFC 5005). `title` and
    `description` are plain text. `warnings` tell what was broken and how it was read.
    """

    entries: tuple[Stated, ...] = ()
    id: str = ""
    title: str = ""
    description: str = ""
    home: str = ""
    url: str = ""
    language: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    image: str = ""
    icon: str = ""
    updated: datetime | None = None
    hubs: tuple[str, ...] = ()
    next_url: str = ""
    polling: Polling = field(default_factory=Polling)
    warnings: tuple[str, ...] = ()
