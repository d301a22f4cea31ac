"""Front matter: the YAML (`---`) or TOML (`+++`) block at the head of a Markdown file.

Every scalar is read as text: YAML would make `no` a boolean, 1.10 a number and a day a date.
"""

import contextlib
import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from ingest.article import Image
from ingest.errors import ExtractError
from ingest.normalize.dates import parse_date
from ingest.normalize.reading import Reading
from ingest.traced import Traced, joined

_MAX = 65_536  # characters; YAML is read at about 100 kB a second
_BLOCK = re.compile(r"\s*?(---|\+\+\+)[ \t]*\n(.*?\n)??(\1|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_PLAIN = re.compile(r"[^\t\ufeff\u2028\u2029\x85|>!]{,4000}")
"""What both YAML parsers read alike, and too short to nest as deeply as the one in C can bear."""

_LINE = re.compile(r"at line (\d+)")
_TRUE = frozenset({"true", "yes", "on", "1", "y"})
_KEYS = {
    "id": ("id", "guid", "uuid"),
    "title": ("title",),
    "date": ("date", "published", "pubdate", "publishdate", "published_at", "created"),
    "updated": ("updated", "lastmod", "modified", "last_modified", "updated_at"),
    "authors": ("authors", "author", "by"),
    "tags": ("tags", "tag", "keywords"),
    "section": ("categories", "category", "section"),
    "summary": ("summary", "description", "excerpt"),
    "url": ("url", "canonical", "canonical_url", "canonicalurl"),
    "image": ("image", "cover", "featured_image", "thumbnail"),
    "language": ("language", "lang", "locale"),
    "draft": ("draft",),
    "licence": ("licence", "license"),
    "site": ("site_name",),
}


def split(text: str) -> tuple[dict[str, object], str]:
    """The front matter's values, keys in lower case, and the text after it.

    No front matter is no error: ({}, text). Raises ExtractError with the line for a broken one.
    """
    match = _BLOCK.match(text, 0, _MAX)
    if not match:
        return {}, text
    inner = match[2] or ""
    found = _toml(inner) if match[1] == "+++" else _yaml(inner)
    if not isinstance(found, dict):  # two rules with a text between them, not front matter
        return {}, text
    return {str(key).lower(): value for key, value in found.items()}, text[match.end() :]


def reading(values: Mapping[str, object], *, zone: str) -> Reading:
    """What the front matter `values` say, with no html; `zone` is that of dates without one."""
    language = _first(values, "language")

    def moment(text: str) -> datetime | None:
        return parse_date(text, zone, language=language.value)

    date_text = _first(values, "date")
    published = date_text.map(moment)
    sections = _value(values, "section").map(_texts)
    unread = [f"the date {date_text.value!r} cannot be read"] if date_text and not published else []
    return Reading(
        html=Traced(""),
        title=_first(values, "title"),
        declared_id=_first(values, "id"),
        url=_first(values, "url"),
        authors=_value(values, "authors").map(_texts),
        published=published,
        updated=_first(values, "updated").map(moment),
        language=language,
        summary=_first(values, "summary"),
        own_summary=True,
        image=_first(values, "image").map(lambda url: Image(url=url) if url else None),
        tags=joined(_value(values, "tags").map(_texts), sections),
        section=sections.map(lambda names: names[0] if names else ""),
        site_name=_first(values, "site"),
        licence=_first(values, "licence"),
        unpublished=_first(values, "draft").value.lower() in _TRUE,
        warnings=tuple(unread),
    )


def _yaml(text: str) -> object:
    import yaml

    if _PLAIN.fullmatch(text):
        with contextlib.suppress(yaml.YAMLError, RecursionError, ValueError, AttributeError):
            # Nine times as fast. It may be missing, and its complaints are worded differently.
            return yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506 - it makes strings only
    try:
        return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - it makes strings only
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 2 if mark else 1
        raise ExtractError(f"its front matter is broken at line {line}: {error.problem}") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ExtractError("its front matter is broken at line 1: it cannot be read") from error


def _toml(text: str) -> object:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        line = int(found[1]) + 1 if found else text.count("\n") + 1
        problem = str(error).partition(" (at ")[0]
        raise ExtractError(f"its front matter is broken at line {line}: {problem}") from error
    except RecursionError as error:
        raise ExtractError("its front matter is broken at line 1: nested too deeply") from error


def _value(values: Mapping[str, object], name: str) -> Traced[object]:
    found = (Traced(values.get(key), f"front matter {key}") for key in _KEYS[name])
    return next(filter(None, found), Traced(""))


def _first(values: Mapping[str, object], name: str) -> Traced[str]:
    return _value(values, name).map(lambda v: next(iter(_texts(v, split_commas=False)), ""))


def _texts(value: object, *, split_commas: bool = True) -> tuple[str, ...]:
    """A scalar, a list, or a list of mappings as texts; a scalar with commas is a list."""
    if isinstance(value, list):
        return tuple(t for item in value[:100] for t in _texts(item, split_commas=False)[:1])
    if isinstance(value, dict):
        named: dict[Any, object] = value
        keys = ("name", "url", "src", "image", "title")
        return next((_texts(named[k], split_commas=False) for k in keys if named.get(k)), ())
    text = _text(value)
    parts = text.split(",") if split_commas else [text]
    return tuple(part.strip() for part in parts if part.strip())


def _text(value: object) -> str:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else ""
    return str(value).strip() if isinstance(value, str | int | float) else ""
