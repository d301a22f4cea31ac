"""The shared vocabulary: one frozen value per stage, from what a source holds to a stored article.

All datetimes are aware. What a page, a file or a list of articles states keeps the offset it was
stated with until it is filed; everything else is in UTC. An empty string or tuple means "not
known"; None is used only where emptiness would be a value of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self

from ingest.passages import Passage
from ingest.traced import Traced

INTERNAL = "broadsheet:"
"""Scheme of links inside stored HTML that only publishing can make absolute.

`broadsheet:file/<path>` points to a file below the source's root (path percent-encoded, NFC), with
the fragment it had. Entries are frozen with `broadsheet:article/<uuid>` and
`broadsheet:asset/<slug>/<name>` instead, so that a new site URL changes no frozen form.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave to ask again with: kept verbatim, quotes and `W/` included.

    `url` is the address they were given for, which alone they are sent to. False when there is
    nothing to ask with.
    """

    etag: str = ""
    last_modified: str = ""
    url: str = ""

    def __bool__(self) -> bool:
        return bool(self.etag or self.last_modified)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A media file that goes with an article. `length` in bytes and `duration` in whole seconds, 0
    when unknown; `label` what it is called, plain text."""

    url: str
    media_type: str = ""
    length: int = 0
    label: str = ""
    duration: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """What a podcast says of an article beside its file.

    `number` and `season` are 0 when unknown, `kind` is full, trailer, bonus or "", `explicit` None
    when it is not said. `transcript` and `chapters` are files that go with the sound.
    """

    number: int = 0
    season: int = 0
    kind: str = ""
    explicit: bool | None = None
    transcript: Enclosure | None = None
    chapters: Enclosure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """The feed an entry was taken from, as `atom:source` and RSS `source` name it.

    `url` is its home page, `feed_url` its own address, `updated` what it says of itself.
    """

    id: str = ""
    title: str = ""
    url: str = ""
    feed_url: str = ""
    updated: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a source itself says of one thing it lists; all of it may be missing.

    `guid` is the source's own identifier, verbatim. `url` and every other address is absolute http
    or https. `html` and `summary` are HTML as it came, neither sanitized nor cleaned, and `base` is
    what references in them are relative to; `title` and `authors` are plain text. `language` is a
    tag, `licence` and `via` (the page that led to it, if not its own) are addresses. `keys` are
    what the source knows it by, strongest first (`identity.stated_keys`).
    """

    keys: tuple[str, ...] = ()
    guid: str = ""
    url: str = ""
    title: str = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    html: str = ""
    summary: str = ""
    base: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()
    image: str = ""
    enclosures: tuple[Enclosure, ...] = ()
    upstream: Upstream | None = None
    licence: str = ""
    via: str = ""
    episode: Episode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What was read or fetched.

    `origin` is the path relative to the source's root (NFC, forward slashes) or the URL asked for;
    `url` the URL that answered after redirects, "" for files; `charset` what the server declared,
    `robots` its `X-Robots-Tag` headers, a line each, `links` its `Link` headers.
    `modified_at` is a file's modification time, None for URLs. `fresh_for` is how
    long the server promises that it stays the same, `moved_to` the URL that answered where every
    redirect on the way was a permanent one, else "". `stated` is what the source said of it where
    it was listed: all there is to it when `body` is empty.
    """

    origin: str
    body: bytes
    media_type: str
    fetched_at: datetime
    charset: str = ""
    robots: str = ""
    links: str = ""
    url: str = ""
    modified_at: datetime | None = None
    modified_ns: int = 0
    validators: Validators = field(default_factory=Validators)
    fresh_for: timedelta = timedelta()
    moved_to: str = ""
    stated: Stated | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The document at `url` is still the one that `validators`, as renewed by a 304, stand for.

    `fresh_for` and `moved_to` are those of a Document.
    """

    url: str
    validators: Validators
    fresh_for: timedelta = timedelta()
    moved_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing a source holds now, not yet read.

    `unchanged` when the source can tell without reading it (size and modification time of a file).
    """

    origin: str
    unchanged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A lead image. Sizes in pixels, 0 when unknown; `media_type` "" when unknown."""

    url: str
    media_type: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """Another article this one points to ("Next Article"), by title, by URL, or both."""

    title: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A normalized document, without identity.

    `stated_keys` are what its source knows it by (`identity.stated_keys`).

    Every string went through `markup.clean`; `html` through `normalize.sanitize`. `declared_id` is
    the front matter's own id. `url` is the canonical URL, "" when the article has none of its own.
    `html` of files may hold `broadsheet:file/…` links (see INTERNAL); `assets` are the files below
    the root that it shows or offers (paths relative to the root). `summary` is the publisher's own,
    if it is real prose. `licence` is an address or a text; `via` the page that led to it.
    `unpublished` is a front matter's `draft: true`. `warnings` are for the run's report. `origins`
    tells of each field that was chosen, and is not empty, where its value came from. `passages` are
    the document's as it came, `shared` key and text of those that are learned; neither is stored
    with the article.
    """

    origin: str
    title: str
    html: str
    text: str
    declared_id: str = ""
    url: str = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    language: str = ""
    summary: str = ""
    key_points: tuple[str, ...] = ()
    image: Image | None = None
    tags: tuple[str, ...] = ()
    section: str = ""
    site_name: str = ""
    licence: str = ""
    hints: tuple[Hint, ...] = ()
    assets: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    upstream: Upstream | None = None
    via: str = ""
    episode: Episode | None = None
    stated_keys: tuple[str, ...] = ()
    unpublished: bool = False
    warnings: tuple[str, ...] = ()
    passages: tuple[Passage, ...] = ()
    shared: tuple[tuple[int, str], ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)

    def having(self, **values: Traced[Any]) -> Self:
        """The draft with these values in the fields of their names, and their origins noted."""
        said = {name: one.origin for name, one in values.items() if one}
        kept = {name: origin for name, origin in self.origins.items() if name not in values}
        plain = {name: one.value for name, one in values.items()}
        return replace(self, **plain, origins=kept | said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article(Draft):
    """A stored article in its newest normalized form.

    `id` is the `urn:uuid:` minted once; `key` the identity key it was minted from; `source` the
    source's internal id. `published` is set, and at most `first_seen` unless the article is held
    for the future. `summary` is the one chosen at ingest: the publisher's or our own; `key_points`
    are three to five sentences of the text, none of a short one.
    """

    id: str
    key: str
    source: str
    first_seen: datetime
    change: int = 0

    @property
    def uuid(self) -> str:
        """The bare UUID, as internal links name the article."""
        return self.id.removeprefix("urn:uuid:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A stored article that shares terms with another: `score` is their cosine, 0 to 1.

    `lift` is what the terms of the articles around them add to its rank. `terms` are those both
    hold that make most of the score, the first of them first.
    """

    id: str
    title: str
    text: str
    language: str
    published: datetime
    score: float
    lift: float = 0.0
    terms: tuple[str, ...] = ()
    hinted: bool = False
