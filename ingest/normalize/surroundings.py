"""Where in a page its article begins, and what stands beside the article."""

import re

from lxml import html

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_BESIDE = re.compile(
    r"(?<![a-z])(?:comment(?!ary)|related|sidebar|(?<!elementor-)widget|recommend|testimonial"
    r"|(?<!post-|item-|node-)(?<!entry-|asset-)(?<!article-)footer(?!-row)|reviews?(?![a-z])"
    r"|cards?(?![a-z])|teaser|login|nav(?![a-z])|menu|promo(?!ted)|popular|trending|bio(?![a-z])|copyright|events"
    r"|upcoming|latest|recent|slider|carousel|similar|archive|calendar)"
)
_FURNITURE = frozenset({"nav", "aside", "form", "button"})
_READ = 6_000  # elements of a page that are looked at
_ABOVE, _CLOSE = 6, 30  # elements before and behind the headline that belong to it
_TELLING = 10  # letters of a heading that says a part of the title


class Surroundings:
    """The elements of a page in order, and the heading that says the title of its article.

    `start` is its index among `elements`, None when there is no heading.
    """

    def __init__(self, page: html.HtmlElement, title: str) -> None:
        found = (e for e in page.iter() if isinstance(e.tag, str))
        self.elements = [element for _, element in zip(range(_READ), found, strict=False)]
        self.start = self._headline(title)
        heading = () if self.start is None else (self.elements[self.start],)
        self._above = {up for one in heading for up in one.iterancestors()}

    def is_beside(self, element: html.HtmlElement, index: int) -> bool:
        """Whether `element` is in a part of the page that is called otherwise than the article.

        What holds the headline too is no such part, whatever it is called, and what stands right
        at the headline is not judged by what it is called.
        """
        inside = foot = False
        away = None if self.start is None else index - self.start
        at_headline = away is not None and -_ABOVE <= away <= _CLOSE
        for up in (element, *element.iterancestors()):
            if up in self._above:
                return inside or (foot and up.tag != "article")
            foot = foot or up.tag == "footer"
            tag = up.tag in _FURNITURE and (up.tag != "aside" or not at_headline)
            if tag or (not at_headline and _BESIDE.search(marks_of(up))):
                inside = True
            if up.tag == "article" and not inside:
                return False
        return inside or foot

    def _headline(self, title: str) -> int | None:
        wanted = _key(title)
        heads = [
            (index, element.tag, _key("".join(element.itertext())))
            for index, element in enumerate(self.elements)
            if element.tag in {"h1", "h2", "h3"}
        ]
        same = [index for index, _, text in heads if text == wanted]
        long = len(wanted) > _TELLING
        alike = [
            index
            for index, _, text in heads
            if (long and wanted in text) or (len(text) > _TELLING and text in wanted)
        ]
        first = [index for index, tag, _ in heads if tag == "h1"]
        second = [index for index, tag, _ in heads if tag == "h2"]
        return next(iter(same or alike or first or second), None)


def marks_of(element: html.HtmlElement) -> str:
    """The class and the id of an element in lower case, `siteFooter` as `site-footer`."""
    own = f"{element.get('class') or ''} {element.get('id') or ''}"
    return _CAMEL.sub("-", own[:300]).lower()


def _key(text: str) -> str:
    return "".join(text.casefold().split())
