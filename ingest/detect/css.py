"""The operator's CSS selectors, ready for use."""

from collections.abc import Callable
from functools import lru_cache

from cssselect import SelectorError
from lxml import html
from lxml.cssselect import CSSSelector


@lru_cache(maxsize=64)  # asked for each of a thousand cards of a page
def finder(selector: str) -> Callable[[html.HtmlElement], list[html.HtmlElement]]:
    """What finds the elements that `selector` selects in an element, it included, in page order.

    Raises ValueError when it is no selector.
    """
    try:
        find = CSSSelector(selector)
    except SelectorError as error:
        raise ValueError(f"{selector!r} is not a CSS selector: {error}") from error
    return lambda element: [one for one in find(element) if isinstance(one, html.HtmlElement)]  # type: ignore[union-attr]
