"""The operator's selectors, ready for use: CSS, or XPath 1.0 where they begin as paths do.

XPath is lxml's without EXSLT: its regular expressions could be made to run for ever. What a
selector costs on a page is bounded by the deadline of the worker that reads the page.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from cssselect import SelectorError
from lxml import etree, html
from lxml.cssselect import CSSSelector

_PATH = re.compile(r"\.{0,2}/|[a-z-]*\(")  # no CSS selector begins so
_MOST = 1_000  # elements or texts that are taken of a page
# What may stand before a parenthesis (XPath 1.0 §2.3, §3.3, §4).
_KNOWN = frozenset(
    (
        *("comment", "text", "processing-instruction", "node", "and", "or", "div", "mod"),
        *("last", "position", "count", "id", "local-name", "namespace-uri", "name", "string"),
        *("concat", "starts-with", "contains", "substring-before", "substring-after", "substring"),
        *("string-length", "normalize-space", "translate", "boolean", "not", "true", "false"),
        *("lang", "number", "sum", "floor", "ceiling", "round"),
    )
)
_CALL = re.compile(r"""'[^']*'|"[^"]*"|([\w:.-]+)\s*\(""")
_SAMPLE = "<html><body><p class='a' title='b'>c<a href='d'>e</a></p></body></html>"


@lru_cache(maxsize=64)  # asked for each of a thousand cards of a page
def picker(selector: str) -> Callable[[html.HtmlElement], list[html.HtmlElement | str]]:
    """What finds the elements, and the texts of XPath, that `selector` selects, in page order.

    CSS looks into an element, it included; XPath begins at the element, or at the page with `/`.
    Raises ValueError when it is no selector, or one that nobody can apply; so does what it returns
    where XPath still fails on a page.
    """
    is_path = _PATH.match(selector)
    try:
        find: etree.XPath = _path(selector) if is_path else CSSSelector(selector)
    except SelectorError as error:
        raise ValueError(f"{selector!r} is not a CSS selector: {error}") from error
    except etree.XPathError as error:
        raise ValueError(f"{selector[:60]!r} cannot be used: {error}") from error
    except RecursionError:
        raise ValueError(f"{selector[:60]!r}… has too many parts") from None

    def pick(element: html.HtmlElement) -> list[html.HtmlElement | str]:
        try:
            found = find(element)
        except etree.XPathError as error:
            raise ValueError(f"{selector[:60]!r} cannot be used: {error}") from error
        listed = found if isinstance(found, list) else [found]
        return [one for one in listed[:_MOST] if isinstance(one, html.HtmlElement | str)]

    pick(html.document_fromstring(_SAMPLE))  # some are refused only when they are used
    return pick


def _path(selector: str) -> etree.XPath:
    """Raises ValueError also for functions that libxml2 would miss only where it calls them."""
    for match in _CALL.finditer(selector):
        if match[1] and match[1] not in _KNOWN:
            raise ValueError(f"{selector[:60]!r} cannot be used: no function {match[1]}()")
    return etree.XPath(selector, regexp=False, smart_strings=False)


def finder(selector: str) -> Callable[[html.HtmlElement], list[html.HtmlElement]]:
    """What finds the elements that `selector` selects; see `picker`. Raises ValueError."""
    pick = picker(selector)
    return lambda element: [one for one in pick(element) if isinstance(one, html.HtmlElement)]
