"""A group's place in the page as a CSS selector: what an operator may put into `link`."""

import re
from collections.abc import Sequence

from lxml import html

from ingest.detect.groups import Group
from ingest.detect.links import ancestors

_SAMPLE = 10  # links that must have a class for it to be named
_DEEPEST = 4  # elements of a selector
_PLAIN = re.compile(r"[^\w-]")
_DIGITS = re.compile(r"\d{2,}")


def selector_of(group: Group) -> str:
    """Tags and common classes of the elements the links share, outermost first."""
    ways = [
        [spot.element for spot, _ in zip(ancestors(link.spot), range(_DEEPEST), strict=False)]
        for link in group.links[:_SAMPLE]
    ]
    levels = list(zip(*ways, strict=False))[: group.depth]
    return " > ".join(map(_part, reversed(levels)))


def _part(elements: Sequence[html.HtmlElement]) -> str:
    common = set.intersection(*({*(e.get("class") or "").split()} for e in elements))
    names = [name for name in (elements[0].get("class") or "").split() if name in common]
    telling = next((name for name in names if not _DIGITS.search(name)), "")
    tag = str(elements[0].tag)
    return f"{tag}.{_PLAIN.sub(_escaped, telling)}" if telling else tag


def _escaped(sign: re.Match[str]) -> str:
    return f"\\{sign[0]}"
