"""The rules of Media RSS 1.5.1."""

import re
from collections.abc import Mapping

from feeds.lint import addresses, values
from feeds.lint.checks import check_html, check_plain, no_children
from feeds.lint.tree import attributes_of
from feeds.lint.walk import Check, End, Leaf, State, Walk

_MEDIA = frozenset({"image", "audio", "video", "document", "executable"})
_EXPRESSIONS = frozenset({"sample", "full", "nonstop"})
_RATINGS = {
    "urn:simple": frozenset({"adult", "nonadult"}),
    "urn:mpaa": frozenset(["g", "m", "nc-17", "pg", "pg-13", "r", "x"]),
    "urn:v-chip": frozenset(
        [
            "14+",
            "18+",
            "c",
            "c8",
            "g",
            "pg",
            "tv-14",
            "tv-g",
            "tv-ma",
            "tv-pg",
            "tv-y",
            "tv-y7",
            "tv-y7-fv",
        ]
    ),
}
_HASH = {"md5": 32, "sha-1": 40}
_TIME = re.compile(r"now|\d+(?:\.\d+)?|\d+:\d\d:\d\d(?:\.\d+)?")
_FLOATS = ("bitrate", "duration", "framerate", "samplingrate")


def _url(walk: Walk, said: Mapping[str, str], name: str = "url", *, required: bool = False) -> None:
    value = said.get(name)
    if value:
        if fault := addresses.absolute(value):
            walk.sheet.note(fault, attribute=name, found=value)
    elif required:
        walk.sheet.note("missing-attribute", attribute=name)


def _positive(walk: Walk, said: Mapping[str, str], *names: str) -> None:
    for name in names:
        if said.get(name) and (values.number(said[name]) or 0) < 1:
            walk.sheet.note("positive-integer", attribute=name, found=said[name])


def _end_content(walk: Walk, state: State) -> None:
    said = attributes_of(state.element)
    _url(walk, said)
    _positive(walk, said, "fileSize", "height", "width")
    for name in _FLOATS:
        if said.get(name) and not re.match(r"\d", said[name]):
            walk.sheet.note("float", attribute=name, found=said[name])
    channels = values.number(said.get("channels") or "0")
    if channels is None or channels < 0:
        walk.sheet.note("nonnegative-integer", attribute="channels", found=said["channels"])
    if said.get("isDefault", "true").lower() not in {"true", "false", ""}:
        walk.sheet.note("boolean", attribute="isDefault", found=said["isDefault"])
    if said.get("lang") and (fault := values.language(said["lang"])):
        walk.sheet.note(fault, attribute="lang", found=said["lang"])
    if said.get("medium") and said["medium"] not in _MEDIA:
        walk.sheet.note("media-medium", attribute="medium", found=said["medium"])
    if said.get("expression") and said["expression"] not in _EXPRESSIONS:
        walk.sheet.note("media-expression", attribute="expression", found=said["expression"])
    if said.get("type") and not values.media_type(said["type"]):
        walk.sheet.note("mime-attribute", attribute="type", found=said["type"])


def _end_group(walk: Walk, state: State) -> None:
    if state.seen["media:content"] < 2:
        walk.sheet.note("media-group")


def _thumbnail(walk: Walk, leaf: Leaf, _state: State) -> None:
    said = attributes_of(leaf.element)
    _url(walk, said, required=True)
    _positive(walk, said, "height", "width")
    _times(walk, said, "time")


def _player(walk: Walk, leaf: Leaf, _state: State) -> None:
    said = attributes_of(leaf.element)
    _url(walk, said, required=True)
    _positive(walk, said, "height", "width")


def _times(walk: Walk, said: Mapping[str, str], *names: str) -> None:
    for name in names:
        if said.get(name) and not _TIME.fullmatch(said[name]):
            walk.sheet.note("media-time", attribute=name, found=said[name])


def _text(walk: Walk, leaf: Leaf, _state: State) -> None:
    said = attributes_of(leaf.element)
    kind = said.get("type", "plain")
    no_children(walk, leaf)
    if kind not in {"plain", "html", ""}:
        walk.sheet.note("media-text-type", attribute="type", found=kind)
    _times(walk, said, "start", "end")
    if said.get("lang") and (fault := values.language(said["lang"])):
        walk.sheet.note(fault, attribute="lang", found=said["lang"])
    if kind == "html":
        check_html(walk.sheet, leaf.text, absolute=False)
    else:
        check_plain(walk, leaf.text, leaf, "html-undeclared")


def _category(walk: Walk, leaf: Leaf, _state: State) -> None:
    said = attributes_of(leaf.element)
    check_plain(walk, said.get("label", ""), leaf, "html-in-text", "label")
    _url(walk, said, "scheme")
    check_plain(walk, leaf.text, leaf, "html-in-text")


def _copyright(walk: Walk, leaf: Leaf, _state: State) -> None:
    _url(walk, attributes_of(leaf.element))
    check_plain(walk, leaf.text, leaf, "html-in-text")


def _credit(walk: Walk, leaf: Leaf, _state: State) -> None:
    said = attributes_of(leaf.element)
    if said.get("scheme", "urn:ebu") != "urn:ebu":
        _url(walk, said, "scheme")


def _hash(walk: Walk, leaf: Leaf, _state: State) -> None:
    algorithm = leaf.element.get("algo", "md5")
    if algorithm not in _HASH:
        walk.sheet.note("media-hash", attribute="algo", found=algorithm)
    length = _HASH.get(algorithm, 32)
    if not re.fullmatch(rf"[0-9A-Za-z]{{{length}}}", leaf.text):
        walk.sheet.note("media-hash", found=leaf.text)


def _rating(walk: Walk, leaf: Leaf, _state: State) -> None:
    scheme = leaf.element.get("scheme") or "urn:simple"
    if scheme in _RATINGS:
        if leaf.text not in _RATINGS[scheme]:
            walk.sheet.note("media-rating", found=leaf.text)
    elif fault := addresses.absolute(scheme):
        walk.sheet.note(fault, attribute="scheme", found=scheme)


def _restriction(walk: Walk, leaf: Leaf, _state: State) -> None:
    said = attributes_of(leaf.element)
    relationship, kind = said.get("relationship"), said.get("type")
    if not relationship:
        walk.sheet.note("missing-attribute", attribute="relationship")
    elif relationship not in {"allow", "deny"}:
        walk.sheet.note(
            "media-restriction-relationship", attribute="relationship", found=relationship
        )
    if not kind:
        if leaf.text and leaf.text not in {"all", "none"}:
            walk.sheet.note("media-restriction", found=leaf.text)
    elif kind == "uri":
        if fault := addresses.absolute(leaf.text):
            walk.sheet.note(fault, found=leaf.text)
    elif kind == "sharing":
        walk.sheet.note("newer-element", attribute="type", found=kind)
    elif kind != "country":
        walk.sheet.note("media-restriction-type", attribute="type", found=kind)


def _adult(walk: Walk, _leaf: Leaf, _state: State) -> None:
    walk.sheet.note("media-adult")


CHECKS: Mapping[str, Check] = {
    "media-category": _category,
    "media-copyright": _copyright,
    "media-credit": _credit,
    "media-text": _text,
    "media-hash": _hash,
    "media-player": _player,
    "media-rating": _rating,
    "media-restriction": _restriction,
    "media-thumbnail": _thumbnail,
    "deprecated-adult": _adult,
}
"""Checks by the names that `vocabulary` uses."""

ENDS: Mapping[str, End] = {"media:content": _end_content, "media:group": _end_group}
"""What is checked when an element ends, by its table."""
