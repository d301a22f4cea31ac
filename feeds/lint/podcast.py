"""The rules of Apple Podcasts' tags."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from feeds.lint import addresses
from feeds.lint.rules import data
from feeds.lint.walk import Check, End, Leaf, State, Walk

_FORMATS = frozenset(["m4a", "mp3", "mov", "mp4", "m4v", "pdf", "epub"])
_DURATION = re.compile(r"\d+(?::[0-5]\d(?::[0-5]\d)?)?")


def check_podcast(walk: Walk, state: State) -> None:
    """What a podcast's channel needs."""
    if not (state.seen["language"] or state.lang):
        walk.sheet.note("itunes-missing", element="language")
    for name in ("itunes:category", "itunes:explicit"):
        if not state.seen[name]:
            walk.sheet.note("itunes-missing", element=name)
    if not state.seen["itunes:owner"]:
        walk.sheet.note("itunes-owner", element="itunes:email")


def check_podcast_item(walk: Walk, state: State) -> None:
    """The format of an episode's file."""
    if not state.podcast:
        return
    for enclosure in state.element.iterchildren("enclosure"):
        path = urlsplit(_safe(enclosure.get("url", ""))).path
        ending = path.rpartition("/")[2].rpartition(".")[2].lower()
        if ending not in _FORMATS:
            walk.sheet.note("itunes-format", element="enclosure", found=ending)


def _safe(url: str) -> str:
    return url if "[" not in url and "]" not in url else ""


def _short(most: int) -> Check:
    def check(walk: Walk, leaf: Leaf, _state: State) -> None:
        if len(leaf.text) > most:
            walk.sheet.note("itunes-long", found=f"{len(leaf.text)} characters")

    return check


def _yes_no(walk: Walk, leaf: Leaf, _state: State) -> None:
    if leaf.raw.lower() not in {"yes", "no", "clean"}:
        walk.sheet.note("itunes-block", found=leaf.raw)


def _keywords(walk: Walk, leaf: Leaf, _state: State) -> None:
    if " " in leaf.text and "," not in leaf.text:
        walk.sheet.note("itunes-keywords", found=leaf.text)


def _image(walk: Walk, leaf: Leaf, _state: State) -> None:
    href = leaf.element.get("href")
    if href is None:
        walk.sheet.note("missing-attribute", attribute="href")
    elif not addresses.fetchable(href):
        walk.sheet.note("url-attribute", attribute="href", found=href)
    if leaf.text:
        walk.sheet.note("unexpected-text", found=leaf.text)


def _category(walk: Walk, leaf: Leaf, _state: State) -> None:
    known, former = data("podcast")["categories"], data("podcast")["former"]
    name = leaf.element.get("text")
    _category_name(walk, name, known, former)
    for child in leaf.element:
        if name is not None:
            _category_name(walk, child.get("text"), known.get(name, ()), former.get(name, ()))


def _category_name(walk: Walk, name: str | None, known: object, former: object) -> None:
    if name is None:
        walk.sheet.note("missing-attribute", attribute="text")
    elif isinstance(known, Mapping | list | tuple) and name not in known:
        old = isinstance(former, Mapping | list | tuple) and name in former
        walk.sheet.note("itunes-category-old" if old else "itunes-category", found=name)


def _duration(walk: Walk, leaf: Leaf, _state: State) -> None:
    if not _DURATION.fullmatch(leaf.text):
        walk.sheet.note("itunes-duration", found=leaf.text)


def _one_of(rule: str, *known: str) -> Check:
    def check(walk: Walk, leaf: Leaf, _state: State) -> None:
        if leaf.text not in known:
            walk.sheet.note(rule, found=leaf.text)

    return check


def _end_owner(walk: Walk, state: State) -> None:
    if not state.seen["itunes:email"]:
        walk.sheet.note("missing-element", element="itunes:email")


CHECKS: Mapping[str, Check] = {
    "short": _short(255),
    "long": _short(4000),
    "yes-no": _yes_no,
    "keywords": _keywords,
    "itunes-image": _image,
    "itunes-category": _category,
    "duration": _duration,
    "itunes-type": _one_of("itunes-type", "episodic", "serial"),
    "episode-type": _one_of("itunes-episode-type", "full", "trailer", "bonus"),
}
"""Checks by the names that `vocabulary` uses."""

ENDS: Mapping[str, End] = {"owner": _end_owner}
"""What is checked when an element ends, by its table."""
