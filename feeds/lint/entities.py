"""Character references in HTML, as HTML Living Standard §13.2.5.72 reads them."""

import re
from html.entities import html5

_REFERENCE = re.compile(
    r"&(?:#(?:[xX](?P<hex>[0-9a-fA-F]*)|(?P<number>[0-9]*))(?P<ended>;?)"
    r"|(?P<name>[A-Za-z][A-Za-z0-9]*)(?P<semicolon>;?)|(?=(?P<other>.?)))",
    re.DOTALL,
)
_LONGEST = max(map(len, html5))
_HARMLESS = frozenset("\t\n\f\r <&")
_CONTROLS = frozenset({0, 0x0B, 0x0D, *range(0x80, 0xA0), *range(1, 9), *range(0x0E, 0x20), 0x7F})


def entity_fault(text: str, quote: str = "") -> str:
    """What is wrong with the first bad reference in `text`, "" when all are good.

    A lone & is harmless before white space and at the end; `quote` is the mark that ends `text`.
    """
    for found in _REFERENCE.finditer(text):
        if name := found["name"]:
            if found["semicolon"] and f"{name};" in html5:
                continue
            known = next((name[:n] for n in range(len(name), 0, -1) if name[:n] in html5), "")
            return f"&{known} has no semicolon" if known else f"& before {name[:20]!r}"
        if found["other"] is None:
            digits = found["hex"] if found["hex"] is not None else found["number"]
            if not digits:
                return "&# without a number"
            if not found["ended"]:
                return f"{found[0]} has no semicolon"
            code = int(digits[:12], 16 if found["hex"] is not None else 10)
            if _is_illegal(code):
                return f"{found[0]} is no character"
        elif found["other"] and found["other"] not in _HARMLESS and found["other"] != quote:
            return f"& before {found['other']!r}"
    return ""


def _is_illegal(code: int) -> bool:
    surrogate = 0xD800 <= code <= 0xDFFF
    nonchar = 0xFDD0 <= code <= 0xFDEF or (code & 0xFFFE) == 0xFFFE
    return code in _CONTROLS or code > 0x10FFFF or surrogate or nonchar
