"""The fields of a query: what each is, and with which operators it is compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ingest.query.nodes import Operator

Kind = Literal["whole", "words", "part", "number", "age", "date", "has", "story"]

_TEXT: tuple[Operator, ...] = (":", "=", "!=")
_ORDER: tuple[Operator, ...] = (">", ">=", "<", "<=")

OPERATORS: Mapping[Kind, tuple[Operator, ...]] = {
    "whole": _TEXT,
    "words": _TEXT,
    "part": _TEXT,
    "number": (*_TEXT, *_ORDER),
    "age": _ORDER,
    "date": (*_TEXT, *_ORDER),
    "has": _TEXT,
    "story": _TEXT,
}
"""What each kind of field can be asked."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a query. `example` is a term of it, for messages."""

    kind: Kind
    example: str


FIELDS: Mapping[str, Field] = {
    "tag": Field("whole", "tag:energy"),
    "author": Field("words", 'author:"Ada Lindqvist"'),
    "source": Field("whole", "source:wire"),
    "language": Field("whole", "language:en"),
    "section": Field("whole", "section:sport"),
    "title": Field("words", "title:harbour"),
    "text": Field("words", 'text:"wind farm"'),
    "url": Field("part", "url:/news/"),
    "site": Field("whole", "site:example.org"),
    "words": Field("number", "words>200"),
    "age": Field("age", "age<30d"),
    "published": Field("date", "published>=2026-05-01"),
    "updated": Field("date", "updated:2026-05"),
    "has": Field("has", "has:image"),
    "story": Field("story", "story:1042"),
}
"""Every field by its name."""

HAD = ("author", "enclosure", "image", "section", "story", "summary", "tag", "updated", "url")
"""What an article may have, behind `has:`."""
