"""The value between a reader (text, Markdown, HTML) and the draft: raw, not cleaned, not capped."""

from dataclasses import dataclass
from datetime import datetime

from ingest.article import Hint, Image
from ingest.passages import Cut
from ingest.traced import Traced

_NOTHING = Traced("")
_NOBODY: Traced[tuple[str, ...]] = Traced(())
_IMAGELESS: Traced[Image | None] = Traced(None)
_NEVER: Traced[datetime | None] = Traced(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a reader found, and where. `html` is not sanitized; `image` and `url` may be relative.

    `own_summary` tells that a person wrote the summary for this purpose (front matter). `robots`
    are the rules for crawlers that a page states, `closed` that its readers must pay or sign in.
    `cut` tells that what is learned was taken out already, as from a text before it had a title.
    """

    html: Traced[str]
    title: Traced[str] = _NOTHING
    declared_id: Traced[str] = _NOTHING
    url: Traced[str] = _NOTHING
    authors: Traced[tuple[str, ...]] = _NOBODY
    published: Traced[datetime | None] = _NEVER
    updated: Traced[datetime | None] = _NEVER
    language: Traced[str] = _NOTHING
    summary: Traced[str] = _NOTHING
    own_summary: bool = False
    image: Traced[Image | None] = _IMAGELESS
    tags: Traced[tuple[str, ...]] = _NOBODY
    section: Traced[str] = _NOTHING
    site_name: Traced[str] = _NOTHING
    licence: Traced[str] = _NOTHING
    hints: tuple[Hint, ...] = ()
    unpublished: bool = False
    robots: tuple[str, ...] = ()
    closed: bool = False
    warnings: tuple[str, ...] = ()
    cut: Cut | None = None
