"""Which parts of a style attribute readers remove."""

import re
from functools import lru_cache

from feeds.lint.rules import data

_PROPERTIES = frozenset(data("html")["css_properties"].split())
_KEYWORDS = frozenset(data("html")["css_keywords"].split())
_BOXES = frozenset({"background", "border", "margin", "padding"})
_LETTERS = re.compile(
    r"(?:[:,;#%.\sa-zA-Z0-9!]|(?<=\w)-(?=\w)|'[\s\w]+'|\"[\s\w]+\"|\([\d,\s]+\))*+", re.ASCII
)
_RULE = re.compile(r"([-\w]+)\s*:\s*([^:;]*)")
_SIZE = re.compile(
    r"(#[0-9a-f]+|rgb\(\d+%?,\d*%?,?\d*%?\)?|\d?\.?\d?\d(cm|em|ex|in|mm|pc|pt|px|%|,|\))?)"
)


@lru_cache(maxsize=4096)
def unsafe_styles(style: str) -> tuple[str, ...]:
    """The properties and values of `style` that are not known to be harmless.

    The whole of it when it is not made of plain properties; W3C feed validator.
    """
    if not _is_plain(style):
        return (style,)
    unsafe: list[str] = []
    for name, value in _RULE.findall(style.lower()):
        if name not in _PROPERTIES:
            unsafe.append(name)
        elif name.partition("-")[0] in _BOXES:
            words = value.split()
            unsafe += [w for w in words if w not in _KEYWORDS and not _SIZE.fullmatch(w)]
    return tuple(dict.fromkeys(unsafe))


def _is_plain(style: str) -> bool:
    if not _LETTERS.fullmatch(style):
        return False
    *rules, last = style.split(";")
    return all(_is_rule(rule) for rule in rules) and (not last or _is_rule(last))


def _is_rule(text: str) -> bool:
    return bool(re.fullmatch(r"\s*[-\w]+\s*:[^:;]*", text))
