"""What lists of articles and their surroundings are called: detect.toml as a value."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The tables of detect.toml."""

    roles: frozenset[str]
    furniture: frozenset[str]
    aside: frozenset[str]
    about: tuple[str, ...]
    title: frozenset[str]
    summary: frozenset[str]
    byline: frozenset[str]
    entries: frozenset[str]
    anywhere: frozenset[str]
    last: frozenset[str]
    hosts: frozenset[str]
    endings: frozenset[str]
    views: frozenset[str]
    leaves: frozenset[str]
    headings: tuple[str, ...]
    next: frozenset[str]
    buttons: frozenset[str]
    state: dict[str, list[str]]


@cache
def words() -> Words:
    """Read detect.toml, once."""
    text = resources.files("ingest.detect").joinpath("detect.toml").read_text("utf-8")
    data = tomllib.loads(text)
    about = tuple(word + mark for word in data["places"].pop("about") for mark in "-_")
    sets = {**data["places"], **data["addresses"]}
    return Words(
        about=about,
        headings=tuple(phrase for some in data["headings"].values() for phrase in some),
        state=data["state"],
        next=_phrases(data["next"]),
        buttons=_phrases(data["buttons"]) | _phrases(data["next"]),
        **{name: frozenset(some) for name, some in sets.items()},
    )


def _phrases(languages: dict[str, list[str]]) -> frozenset[str]:
    return frozenset(phrase for phrases in languages.values() for phrase in phrases)
