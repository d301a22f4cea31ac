"""What elements of a page are furniture, told by what they are and are called: furniture.toml."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise

from lxml import html

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|\|")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_MAX_NAMES = 1_000  # characters of class and id that are looked at
_HEADINGS = ("h2", "h3", "h4", "h5")


@dataclass(frozen=True, slots=True)
class _Names:
    tags: frozenset[str]
    outside: frozenset[str]
    roles: frozenset[str]
    safe: frozenset[str]
    classes: frozenset[str]
    words: frozenset[str]
    pairs: frozenset[tuple[str, ...]]
    comments: frozenset[str]
    weak: frozenset[str]
    layout: frozenset[str]


def furniture(element: html.HtmlElement, *, inside: bool) -> str:
    """What makes `element` furniture, "" when nothing does; `inside`: in an article or main."""
    names = _names()
    tag = str(element.tag)
    if tag in names.tags:
        # An accordion writes its headings as buttons.
        headed = tag == "button" and element.find(".//*") is not None
        return "" if headed and any(True for _ in element.iter(*_HEADINGS)) else tag
    if tag in names.outside and not inside:
        return tag
    if tag in names.safe:
        return ""
    return _by_state(element, inside=inside) or _by_name(element)


def is_comment(reason: str) -> bool:
    """Whether a reason of `furniture` is that of readers' comments."""
    return reason in _names().comments


def is_weak(reason: str) -> bool:
    """Whether a reason of `furniture` also applies to content on many pages."""
    return reason in _names().weak


def _by_state(element: html.HtmlElement, *, inside: bool) -> str:
    if element.get("role") in _names().roles:
        return "role"
    style = element.get("style")
    concealed = element.get("aria-hidden") == "true" or (style and _HIDDEN.search(style))
    # Content hides behind tabs and accordions, and then stands in the middle of other content.
    return "hidden" if concealed or (not inside and element.get("hidden") is not None) else ""


def _by_name(element: html.HtmlElement) -> str:
    classes, name = element.get("class") or "", element.get("id") or ""
    return _named(classes[:_MAX_NAMES], name[:_MAX_NAMES]) if classes or name else ""


@lru_cache(maxsize=4_096)  # the elements of a page share a few hundred classes
def _named(classes: str, name: str) -> str:
    names = _names()
    whole = names.classes.intersection(classes.split())
    if whole:
        return min(whole)
    words: list[str] = [word.lower() for word in _WORD.findall(f"{classes}|{name}")]
    layout = not names.layout.isdisjoint(words)
    for word in words:
        if word in names.comments or (word in names.words and not (word == "sidebar" and layout)):
            return word
    return next((" ".join(pair) for pair in pairwise(words) if pair in names.pairs), "")


@cache
def _names() -> _Names:
    text = resources.files("ingest.normalize").joinpath("furniture.toml").read_text("utf-8")
    data = tomllib.loads(text)
    pairs = frozenset(tuple(pair.split()) for pair in data.pop("pairs"))
    return _Names(pairs=pairs, **{name: frozenset(words) for name, words in data.items()})
