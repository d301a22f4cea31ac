"""The shared vocabulary: one frozen value per stage, from what a source holds to a stored article.

All datetimes are aware and in UTC. An empty string or tuple means "not known"; None is used only
where emptiness would be a value of its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic, Self, TypeVar

T_co = TypeVar("T_co", covariant=True)
U = TypeVar("U")

INTERNAL = "broadsheet:"
"""Scheme of links inside stored HTML that only publishing can make absolute.

`broadsheet:file/<path>` points to a file below the source's root (path percent-encoded, NFC), with
the fragment it had. Entries are frozen with `broadsheet:article/<uuid>` and
`broadsheet:asset/<slug>/<name>` instead, so that a new site URL changes no frozen form.
"""


@dataclass(frozen=True, slots=True)
class Traced(Generic[T_co]):
    """A value and the place it came from, in the words of docs/answers.md; false when it is empty.

    So `a or b or c` is the first of several places that says something.
    """

    value: T_co
    origin: str = ""

    def __bool__(self) -> bool:
        return bool(self.value)

    def map(self, change: Callable[[T_co], U]) -> "Traced[U]":
        """What `change` makes of the value, from the same place."""
        return Traced(change(self.value), self.origin)


def joined(*parts: Traced[tuple[str, ...]]) -> Traced[tuple[str, ...]]:
    """The texts of all `parts` in order; the origin names each part that has any."""
    said = [part for part in parts if part]
    origins = dict.fromkeys(part.origin for part in said)
    return Traced(tuple(text for part in said for text in part.value), " + ".join(origins))


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave to ask again with: kept verbatim, quotes and `W/` included."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What was read or fetched.

    `origin` is the path relative to the source's root (NFC, forward slashes) or the URL asked for;
    `url` the URL that answered after redirects, "" for files; `charset` what the server declared.
    `modified_at` is a file's modification time, None for URLs; `size` in bytes.
    """

    origin: str
    body: bytes
    media_type: str
    fetched_at: datetime
    charset: str = ""
    url: str = ""
    modified_at: datetime | None = None
    modified_ns: int = 0
    validators: Validators = field(default_factory=Validators)


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
    """A normalized found, without identity.

    Every string went through `markup.clean`; `html` through `normalize.sanitize`. `declared_id` is
    the front matter's own id. `url` is the canonical URL, "" when the article has none of its own.
    `html` of files may hold `broadsheet:file/…` links (see INTERNAL); `assets` are the files below
    the root that it shows or offers (paths relative to the root). `summary` is the publisher's
    own, if it is real prose. `unpublished` is a front matter's `draft: true`. `warnings` are for
    the run's report. `origins` tells of each field that was chosen, and is not empty, where its
    value came from.
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
    image: Image | None = None
    tags: tuple[str, ...] = ()
    section: str = ""
    site_name: str = ""
    licence: str = ""
    hints: tuple[Hint, ...] = ()
    assets: tuple[str, ...] = ()
    unpublished: bool = False
    warnings: tuple[str, ...] = ()
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
    for the future. `summary` is the one chosen at ingest: the publisher's or our own.
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
    """A stored article that shares terms with another: `score` is their cosine, 0 to 1."""

    id: str
    title: str
    text: str
    language: str
    published: datetime
    score: float
    hinted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """One chosen related article."""

    id: str
    score: float


AGAIN, AGAIN_SAME_DATE = -1, -2
"""What an entry was judged to be: to freeze again as an update, or without a later `updated`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An article as it was exposed to subscribers, frozen.

    `published` and `updated` are whole seconds since 1970; `updated` is unique in the store. `url`
    is the article's own, "" when a page of ours shows it. `html` and `image` may hold
    `broadsheet:article/…` and `broadsheet:asset/…` links. `related` are (article id, title, its own
    URL or ""), best first; `assets` pairs of (path below the source's root, name beside the page).
    `judged` is the article's change number it was last compared with, or one of AGAIN and
    AGAIN_SAME_DATE; `change` the number of its own last change.
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
    related: tuple[tuple[str, str, str], ...]
    assets: tuple[tuple[str, str], ...]
    judged: int
    change: int = 0
    removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """One article's place in one feed. `settled`: of a first edition or a backlog."""

    article: str
    number: int
    exposed_at: datetime
    settled: bool
