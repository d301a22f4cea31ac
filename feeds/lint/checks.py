"""The checks of single values that any format uses, by the names the tables give them."""

import re
from collections.abc import Mapping
from html.entities import name2codepoint

from feeds.lint import addresses, values
from feeds.lint.html import html_faults
from feeds.lint.names import prefix_of
from feeds.lint.notes import Sheet
from feeds.lint.tags import SAFE, UNSAFE
from feeds.lint.tree import line_of
from feeds.lint.walk import Check, Leaf, State, Walk

_END_TAG = re.compile(r"</(\w+)>")
_ENTITY = re.compile(r"&(#?\w+)")
_MARKUP = re.compile(r"&#[x0-9]|<[/a-zA-Z]")
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_PERIODS = frozenset({"hourly", "daily", "weekly", "monthly", "yearly"})
_COORDINATES = re.compile(r"[-+]?\d+\.?\d* [-+]?\d+\.?\d*")
_INTEGERS = re.compile(r"\d+(,\s*\d+)*")


def no_children(walk: Walk, leaf: Leaf) -> None:
    """An element of text has no elements in it."""
    for child in leaf.element:
        uri, _, local = child.tag[1:].partition("}") if child.tag[0] == "{" else ("", "", child.tag)
        prefix = prefix_of(uri)
        name = f"{prefix}:{local}" if prefix and prefix not in {"atom", "rss1"} else local
        walk.sheet.note("unknown-element", element=name, line=line_of(child))


def plain_fault(walk: Walk, text: str, line: int, rule: str) -> tuple[str, str]:
    """The rule that plain `text` of the element at `line` breaks, and its markup; "" for none.

    As the W3C validator tells text that is HTML from text about HTML; RSS profile, character data.
    """
    if "<" not in text and "&" not in text:
        return "", ""
    tags = [tag for tag in _END_TAG.findall(text) if tag.lower() in SAFE | UNSAFE]
    if tags:
        return rule, f"</{tags[0]}>"
    found = _ENTITY.findall(text)
    if found:
        for name in found:
            known = name in name2codepoint or name == "apos" or not name.isalpha()
            if known and not walk.is_spelt(line):
                return rule, f"&{name}"
    elif walk.kind == "rss" and walk.version.startswith("2."):
        markup = _MARKUP.search(text)
        if markup and not walk.is_spelt(line):
            return "character-data", markup[0]
    return "", ""


def plain(walk: Walk, leaf: Leaf, _state: State) -> None:
    no_children(walk, leaf)
    check_plain(walk, leaf.text, leaf, "html-in-text")


def check_plain(walk: Walk, text: str, leaf: Leaf, rule: str, attribute: str = "") -> None:
    """Note markup in what should be plain text."""
    fault, found = plain_fault(walk, text, line_of(leaf.element), rule)
    if fault:
        walk.sheet.note(fault, attribute=attribute, found=found)


def check_html(sheet: Sheet, text: str, *, absolute: bool) -> None:
    """Note what is wrong with HTML."""
    if "<" not in text and "&" not in text:
        return
    start = sheet.line
    for rule, found, below in html_faults(text, absolute=absolute):
        sheet.note(rule, found=found, line=start + below)


def _text(walk: Walk, leaf: Leaf, _state: State) -> None:
    no_children(walk, leaf)


def _html(walk: Walk, leaf: Leaf, _state: State) -> None:
    no_children(walk, leaf)
    check_html(walk.sheet, leaf.raw, absolute=True)


def _dated(rule: str) -> Check:
    judge = {"rfc822": values.rfc822, "rfc3339": values.rfc3339, "w3cdtf": values.w3cdtf}[rule]

    def check(walk: Walk, leaf: Leaf, _state: State) -> None:
        no_children(walk, leaf)
        if fault := judge(leaf.text, walk.now):
            walk.sheet.note(fault, found=leaf.text)

    return check


def _iso8601(walk: Walk, leaf: Leaf, _state: State) -> None:
    if (
        "date-w3cdtf"
        == values.w3cdtf(leaf.text, walk.now)
        == values.w3cdtf(f"{leaf.text}Z", walk.now)
    ):
        walk.sheet.note("date-iso8601", found=leaf.text)


def _full(walk: Walk, leaf: Leaf, _state: State) -> None:
    no_children(walk, leaf)
    if fault := addresses.absolute(leaf.text):
        walk.sheet.note(fault, found=leaf.text)


def _url(walk: Walk, leaf: Leaf, _state: State) -> None:
    no_children(walk, leaf)
    if fault := addresses.reference(leaf.text):
        walk.sheet.note(fault, found=leaf.text)


def _iri(walk: Walk, leaf: Leaf, _state: State) -> None:
    no_children(walk, leaf)
    if fault := addresses.international(leaf.text):
        walk.sheet.note(fault, found=leaf.text)


def _resource(walk: Walk, leaf: Leaf, _state: State) -> None:
    value = leaf.element.get(f"{_RDF}resource")
    if value is not None:
        if fault := addresses.reference(value):
            walk.sheet.note(fault, attribute="rdf:resource", found=value)
    elif walk.kind == "rdf":
        walk.sheet.note("missing-attribute", attribute="rdf:resource")


def _language(walk: Walk, leaf: Leaf, _state: State) -> None:
    no_children(walk, leaf)
    if fault := values.language(leaf.text):
        walk.sheet.note(fault, found=leaf.text)


def _number(rule: str, least: int | None) -> Check:
    def check(walk: Walk, leaf: Leaf, _state: State) -> None:
        no_children(walk, leaf)
        found = values.number(leaf.text)
        if found is None or (least is not None and found < least):
            walk.sheet.note(rule, found=leaf.text)

    return check


def _degrees(rule: str, most: float) -> Check:
    def check(walk: Walk, leaf: Leaf, _state: State) -> None:
        try:
            fine = abs(float(leaf.text)) <= most
        except ValueError:
            fine = False
        if not fine:
            walk.sheet.note(rule, found=leaf.text)

    return check


def _period(walk: Walk, leaf: Leaf, _state: State) -> None:
    if leaf.text not in _PERIODS:
        walk.sheet.note("update-period", found=leaf.text)


def _coordinates(walk: Walk, leaf: Leaf, _state: State) -> None:
    no_children(walk, leaf)
    if "," in leaf.text and _COORDINATES.fullmatch(leaf.text.replace(",", " ")):
        walk.sheet.note("coordinates-comma", found=leaf.text)
    elif not _COORDINATES.fullmatch(leaf.text):
        walk.sheet.note("coordinates", found=leaf.text)


def _integers(walk: Walk, leaf: Leaf, _state: State) -> None:
    if not _INTEGERS.fullmatch(leaf.text):
        walk.sheet.note("integers", found=leaf.text)


def _boolean(walk: Walk, leaf: Leaf, _state: State) -> None:
    if leaf.raw.lower() not in {"true", "false"}:
        walk.sheet.note("boolean", found=leaf.raw)


def _empty(walk: Walk, leaf: Leaf, _state: State) -> None:
    no_children(walk, leaf)
    if leaf.text:
        walk.sheet.note("unexpected-text", found=leaf.text)


def _no_email(walk: Walk, leaf: Leaf, _state: State) -> None:
    if values.holds_email(leaf.text):
        walk.sheet.note("email-in-name", found=leaf.text)


def _address(walk: Walk, leaf: Leaf, _state: State) -> None:
    no_children(walk, leaf)
    if not values.email(leaf.text):
        walk.sheet.note("email-address", found=leaf.text)


CHECKS: Mapping[str, Check] = {
    "text": _text,
    "plain": plain,
    "html": _html,
    "rfc822": _dated("rfc822"),
    "rfc3339": _dated("rfc3339"),
    "w3cdtf": _dated("w3cdtf"),
    "iso8601": _iso8601,
    "url-full": _full,
    "url": _url,
    "iri": _iri,
    "resource": _resource,
    "language": _language,
    "positive": _number("positive-integer", 1),
    "nonnegative": _number("nonnegative-integer", 0),
    "integer": _number("integer", None),
    "latitude": _degrees("latitude", 90),
    "longitude": _degrees("longitude", 180),
    "coordinates": _coordinates,
    "period": _period,
    "integers": _integers,
    "boolean": _boolean,
    "empty": _empty,
    "no-email": _no_email,
    "address": _address,
}
"""Checks by the names that `vocabulary` uses."""
