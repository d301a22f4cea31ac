"""Lines of copied pages that are no part of the article. The phrases stand in boilerplate.toml."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from ingest.article import Hint
from ingest.markup import clean_line

_MAX_LINE = 80  # characters; the longest phrase has about 40
_MAX_NOTE = 200  # of a note whose beginning tells what it is
_MAX_TITLE = 200
_MAX_HINTS = 10
_SOUND = re.compile(r"[^\w#]+|_+")
_NUMBER = re.compile(r"\d[\d.,]*")
_SAME_LINE = re.compile(r"\s*([^:：»→|>]{3,40}?)\s*[:：»→|>]+\s*(\S.*)")
_ENDS = (".", "。", "।", "۔", ".”", '."', ".»")


@dataclass(frozen=True, slots=True)
class _Phrases:
    drop: frozenset[str]
    neighbours: frozenset[str]
    teasers: tuple[str, ...]
    starts: tuple[str, ...]


def judge(lines: Sequence[str]) -> tuple[frozenset[int], tuple[Hint, ...]]:
    """Tell which of the non-empty `lines` (plain text, in order) are boilerplate, by index.

    Titles behind "Previous Article" and "Next Article", on the same line after a colon or on the
    next one, go with their label and are handed back as hints. A line goes only as a whole, and a
    line that ends as a sentence does is never taken for a title.
    """
    dropped: set[int] = set()
    titles: dict[str, None] = {}
    behind = False  # the line before was the label of a neighbouring article
    for index, line in enumerate(lines):
        kind, title = _kind(line)
        if not kind and behind and _titular(line):
            kind, title = "title", line
        if kind:
            dropped.add(index)
        if title:
            titles[clean_line(title)] = None
        behind = kind == "label"
    return frozenset(dropped), tuple(Hint(title=t) for t in list(titles)[:_MAX_HINTS])


def is_boilerplate(line: str) -> bool:
    """Whether `line` as a whole is no part of an article."""
    return len(line) <= 2 * _MAX_NOTE and bool(_kind(clean_line(line))[0])


def is_teaser(line: str) -> bool:
    """Whether `line`, most of which is a link, begins as those do that lead to other articles."""
    return f"{_key(line)} ".startswith(_phrases().teasers)


def _kind(line: str) -> tuple[str, str]:
    """("drop", ""), ("label", ""), ("both", title), or ("", "") for a line of the article."""
    phrases = _phrases()
    if len(line) <= _MAX_NOTE and f"{_key(line)} ".startswith(phrases.starts):
        return "drop", ""
    if len(line) <= _MAX_LINE:
        key = _key(line)
        if key in phrases.neighbours:
            return "label", ""
        if key in phrases.drop:
            return "drop", ""
    match = _SAME_LINE.fullmatch(line) if len(line) <= _MAX_TITLE + _MAX_LINE else None
    if match and _key(match[1]) in phrases.neighbours and _titular(match[2]):
        return "both", match[2]
    return "", ""


def _titular(line: str) -> bool:
    return len(line) <= _MAX_TITLE and not line.rstrip().endswith(_ENDS)


def _key(line: str) -> str:
    return _SOUND.sub(" ", _NUMBER.sub("#", line.casefold())).strip()


@cache
def _phrases() -> _Phrases:
    text = resources.files("ingest.normalize").joinpath("boilerplate.toml").read_text("utf-8")
    data = tomllib.loads(text)
    networks = data.pop("networks")
    drop = {
        _key(phrase.replace("{net}", network))
        for language in data.values()
        for phrase in language["drop"]
        for network in (networks if "{net}" in phrase else [""])
    }
    labels = {
        _key(p) for language in data.values() for p in language["previous"] + language["next"]
    }
    teasers = {_key(p) + " " for language in data.values() for p in language["teasers"]}
    starts = {_key(p) + " " for language in data.values() for p in language.get("starts", ())}
    return _Phrases(
        frozenset(drop), frozenset(labels), tuple(sorted(teasers)), tuple(sorted(starts))
    )
