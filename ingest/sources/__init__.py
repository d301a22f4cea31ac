"""Discovery: what a source holds now, one module per kind.

A source is listed first and read afterwards, document by document: only a whole listing can tell a
renamed file from a deleted one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ingest.article import Document, Found, NotModified, Validators
from ingest.polling import Hints
from ingest.push import Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What a source holds now, in a fixed order.

    `complete` is False when part of it could not be looked at, or when what is missing may be about
    to come back: then nothing is taken for gone.
    `troubles` are (origin, reason) pairs of what cannot be read, `warnings` of what could be read
    all the same. `index` are the documents that the source lists its articles in, where they are
    not as they were stored; `rests` tells that nothing in them has changed and there is nothing to
    do; otherwise `led_to` are the addresses of all of them. `hints` is how often a feed asks to be
    looked at and `offer` who tells of its news, each None while that was not read.
    """

    found: tuple[Found, ...]
    complete: bool = True
    troubles: tuple[tuple[str, str], ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()
    index: tuple[Document, ...] = ()
    rests: bool = False
    led_to: tuple[str, ...] = ()
    hints: Hints | None = None
    offer: Offer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was noted of a document when it was last read; `stated` as text, of pages only."""

    size: int
    modified_ns: int
    fetched_at: datetime
    stated: str = ""


class Reader(Protocol):
    """One opened source."""

    @property
    def addresses(self) -> Sequence[str]:
        """The URLs that are asked at each run; none for folders."""

    def listing(self, seen: Mapping[str, "Seen"]) -> Listing:
        """List what is there. Raises SourceError when that cannot be told."""

    def read(self, origin: str, validators: Validators, now: datetime) -> Document | NotModified:
        """Read one document, or learn that it has not changed. Raises IngestError."""
