"""The operator's CSS selectors, ready for use."""

from collections.abc import Callable
from functools import lru_cache

from cssselect import SelectorError
from lxml import etree, html
from lxml.cssselect import CSSSelector


@lru_cache(maxsize=64)  # asked for each of a thousand cards of a page
def finder(selector: str) -> Callable[[html.HtmlElement], list[html.HtmlElement]]:
    """What finds the elements that `selector` selects in an element, it included, in page order.

    Raises ValueError when it is no selector, or one that nobody can apply.
    """
    try:
        find = CSSSelector(selector)
        find(html.Element("p"))  # some are refused only when they are used
    except SelectorError as error:
        raise ValueError(f"{selector!r} is not a CSS selector: {error}") from error
    except etree.XPathError as error:
        raise ValueError(f"{selector[:60]!r} cannot be used: {error}") from error
    except RecursionError:
        raise ValueError(f"{selector[:60]!r}… has too many parts") from None
    return lambda element: [one for one in find(element) if isinstance(one, html.HtmlElement)]  # type: ignore[union-attr]
