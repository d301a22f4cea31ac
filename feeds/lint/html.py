"""Whether a text is valid HTML, as a browser's parser judges it, and safe in a reader.

A fragment is read as HTML Living Standard §13.2 has it, up to its first parse error: what stands
after it depends on how a browser repairs it. Elements and attributes are looked at to the end. One
pass, linear in the text.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape

from feeds.lint.entities import entity_fault
from feeds.lint.nesting import Nesting
from feeds.lint.style import unsafe_styles
from feeds.lint.tags import OBSOLETE, SAFE, UNSAFE
from ingest.markup import unusual

_TOKEN = re.compile(
    r"<(?:(?P<comment>!--)"
    r"|(?P<end>/?)(?P<name>[a-zA-Z][^\s/>\x00]*+)"
    r"(?P<rest>(?:[^<>\"']|\"[^\"]*+\"|'[^']*+')*+)(?P<close>>?)"
    r"|(?P<other>[^\s]?))"
)
_ATTRIBUTE = re.compile(
    r"(?P<gap>[\s/]*)(?P<name>[^\s\"'<>/=]+)(?:\s*=\s*(?:\"(?P<d>[^\"]*)\"|'(?P<s>[^']*)'"
    r"|(?P<u>[^\s\"'<>=`]+)))?"
)
_INVALID = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\U0001fffe\U0001ffff]"
)
_BAD_COMMENT = re.compile(r"\A-?>|--(?!\Z)|-\Z|--!")
_SCHEME = re.compile(r"\w+:")
_SCRIPT = re.compile(
    r"[\x00-\x20]*(?:j\s*a\s*v\s*a|v\s*b)\s*s\s*c\s*r\s*i\s*p\s*t\s*:", re.IGNORECASE
)
_RAW = frozenset({"script", "style", "xmp", "iframe", "noembed", "noframes", "title", "textarea"})
_ADDRESSES = frozenset({"href", "src", "cite", "action", "poster"})

Fault = tuple[str, str, int]
"""A rule's name, what was found, and how many lines below the text's first one."""


def html_faults(text: str, *, absolute: bool = False) -> Iterator[Fault]:
    """What is wrong with `text` as HTML; `absolute` if its addresses must be whole."""
    if "<?import " in text.lower():
        yield "html-unsafe", "?import", 0
    nesting = Nesting()
    told = bool(_INVALID.search(unusual(text)))
    if told:
        yield "html-invalid", "an invalid character", 0
    position = line = counted = 0
    seen: set[tuple[str, str]] = set()
    while (at := text.find("<", position)) >= 0:
        found = _TOKEN.match(text, at)
        assert found, "every < is matched"
        fault = "" if told else _text_fault(text[position:at])
        position = found.end()
        faults: tuple[tuple[str, str], ...] = ()
        if found["comment"]:
            end = text.find("-->", position)
            fault = fault or _comment_fault(text, position, end)
            position = end + 3 if end >= 0 else len(text)
        elif found["name"]:
            name = found["name"].lower()
            wrong, faults = _tag(name, found["rest"], absolute, bool(found["end"]))
            fault = fault or wrong or ("" if found["close"] else f"<{name} does not end")
            closed = found["rest"].endswith("/")
            if not (told or fault):
                fault = nesting.end(name) if found["end"] else nesting.start(name, closed=closed)
            if name in _RAW and not (closed or found["end"]):
                ending = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(text, position)
                position = ending.start() if ending else len(text)
        else:
            fault = fault or f"< is followed by {found['other'] or 'a space'!r}"
        if faults or (fault and not told):
            line, counted = line + text.count("\n", counted, at), at
            for one in faults:
                if one not in seen:
                    seen.add(one)
                    yield *one, line
        if fault and not told:
            told = True
            yield "html-invalid", fault, line
    if not told and (fault := _text_fault(text[position:]) or nesting.finish()):
        yield "html-invalid", fault, text.count("\n")


@lru_cache(maxsize=4096)
def _tag(
    name: str, rest: str, absolute: bool, ends: bool
) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What is wrong with the writing of a tag, and the faults of its element."""
    if ends:
        return "an end tag has attributes" if rest.strip() else "", ()
    attributes, wrong = _attributes(rest) if rest.strip(" /") else ({}, "")
    return wrong, tuple(_element_faults(name, attributes, absolute))


def _text_fault(text: str) -> str:
    return entity_fault(text) if "&" in text else ""


def _comment_fault(text: str, start: int, end: int) -> str:
    if end < 0:
        return "a comment does not end"
    wrong = text.startswith((">", "->"), start) or _BAD_COMMENT.search(text[start:end])
    return "a comment holds --" if wrong else ""


def _attributes(rest: str) -> tuple[dict[str, str], str]:
    """The attributes of a tag, and what is wrong with them."""
    found: dict[str, str] = {}
    fault, position = "", 0
    body = rest[:-1] if rest.endswith("/") else rest
    while part := _ATTRIBUTE.match(body, position):
        gap, name = part["gap"], part["name"].lower()
        if not gap or "/" in gap:
            fault = fault or f"no space before the attribute {name}"
        quoted = part["d"] if part["d"] is not None else part["s"]
        value = quoted if quoted is not None else part["u"] or ""
        if name in found:
            fault = fault or f"the attribute {name} is there twice"
        elif "&" in value:
            mark = '"' if part["d"] is not None else "'" if part["s"] is not None else ">"
            fault = fault or entity_fault(value, mark)
        found.setdefault(name, value)
        position = part.end()
    if body[position:].strip():
        fault = fault or f"{body[position:].strip()[:20]!r} is no attribute"
    return found, fault


def _element_faults(
    name: str, attributes: dict[str, str], absolute: bool
) -> Iterator[tuple[str, str]]:
    if name in UNSAFE:
        yield "html-unsafe", name
    elif name not in SAFE:
        yield "html-unknown", name
    if name in OBSOLETE:
        yield "html-obsolete", name
    for key, value in attributes.items():
        if key == "style":
            if name in SAFE:
                for wrong in unsafe_styles(unescape(value)):
                    yield "html-style", wrong
        elif key.startswith("on"):
            if name in SAFE:
                yield "html-unsafe-attribute", key
        elif key in _ADDRESSES:
            address = unescape(value).strip()
            if _SCRIPT.match(address):
                yield "html-script-url", address
            elif absolute and key in {"href", "src"} and not _SCHEME.match(address):
                yield _relative(address), address


def _relative(address: str) -> str:
    from feeds.lint.addresses import reference

    return "url-character" if reference(address) == "url-character" else "html-relative"
