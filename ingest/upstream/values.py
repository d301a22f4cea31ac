"""What an upstream feed says: of itself, and of each thing it lists."""

from dataclasses import dataclass
from datetime import datetime

from ingest.article import Stated
from ingest.polling import NO_HINTS, Hints


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamFeed:
    """A feed of another site, read.

    `entries` are in the feed's order. `home` is its page for people, `url` the address it gives
    itself, `hubs` where it can be subscribed to, `next_url` its next page (RFC 5005), `hints` how
    often it asks to be looked at. `title` and `description` are plain text. `warnings` tell what
    was broken and how it was read.
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
    hints: Hints = NO_HINTS
    warnings: tuple[str, ...] = ()
