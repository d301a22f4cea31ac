"""The value between a reader (text, Markdown, HTML) and the draft: raw, not cleaned, not capped."""

from dataclasses import dataclass
from datetime import datetime

from ingest.article import DateOrigin, Hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a reader found. `html` is not sanitized; `image` and `url` are as written.

    `own_summary` tells that a person wrote the summary for this purpose (front matter).
    """

    html: str
    title: str = ""
    declared_id: str = ""
    url: str = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    date_origin: DateOrigin = ""
    language: str = ""
    summary: str = ""
    own_summary: bool = False
    image: str = ""
    tags: tuple[str, ...] = ()
    section: str = ""
    site_name: str = ""
    licence: str = ""
    hints: tuple[Hint, ...] = ()
    unpublished: bool = False
    warnings: tuple[str, ...] = ()
