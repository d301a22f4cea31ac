"""The fixed words we print, in the language of the entry or page that carries them."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

_FALLBACK = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of one language, plain text; `words.toml` says where each stands.

    `language` is the primary subtag they are in, which is not the one asked for when that is
    missing.
    """

    language: str
    direction: Literal["ltr", "rtl"]
    related: str
    also_at: str
    story: str
    read_on: str
    get_summary: str
    previous: str
    next: str
    subscribe: str
    removed: str
    by: str
    updated: str
    taken_from: str
    machine_written: str


@lru_cache(maxsize=256)
def words(language: str) -> Words:
    """The words for a BCP 47 tag, by its primary subtag; English when there are none."""
    languages, aliases = _read()
    subtag = language.partition("-")[0].strip().lower()
    return languages.get(aliases.get(subtag, subtag)) or languages[_FALLBACK]


def marked(summary: str, written_by: str, language: str) -> str:
    """`summary`, marked in its language when a model wrote it: `written_by` names that one."""
    note = words(language).machine_written
    return f"{summary} ({note})" if summary and written_by else summary


@lru_cache(maxsize=1)
def _read() -> tuple[dict[str, Words], dict[str, str]]:
    tables = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
    aliases = tables.pop("aliases")
    return {name: Words(language=name, **table) for name, table in tables.items()}, aliases
