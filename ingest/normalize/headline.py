"""The title of a page's article, and what its site is called.

A page tells its title for search engines, for social networks and for readers. For readers is the
heading; it is taken where it agrees with what else is said, or is marked as the headline.
"""

import re
from collections.abc import Callable, Iterator
from html import unescape
from urllib.parse import urlsplit

from lxml import etree, html

from ingest.markup import clean_line
from ingest.normalize.metadata import Head
from ingest.normalize.structured import Structured, types
from ingest.traced import Traced

_STATED = ("dc.title", "dcterms.title", "citation_title")
_SOCIAL = ("og:title", "twitter:title", "parsely-title", "title")
_SITE = ("og:site_name", "application-name", "apple-mobile-web-app-title")
_SITES = frozenset({"WebSite", "Organization", "NewsMediaOrganization", "Blog"})
_SEPARATOR = re.compile(r"\s+[-–—|·•»:/~]+\s+|\s*[|»]\s*|(?<=\w):\s+")
_LAST = re.compile(r"(?<=\S)\s*(?:\s[-–—|/\\>»·•:~]+\s|[|»_])\s*")
_WORD = re.compile(r"\w+")
_PUNCTUATION = re.compile(r"[\W_]+")
_ANCHOR = re.compile(r"[\s¶#§]+$")  # the sign that links a heading to itself
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af]")
_HEADLINE = re.compile(r"(?<![a-z])(?:(?:entry|post)?title|headline|hed|heading)(?![a-z])")
_NO_HEADLINE = re.compile(
    r"(?<![a-z])(?:site|logo|widget|brand|blog|nav|menu|banner|section|card|related)"
)
_INLINE = frozenset({
    "a", "abbr", "b", "bdi", "cite", "code", "em", "font", "i", "ins", "kbd", "mark", "q", "s",
    "samp", "small", "strong", "sub", "sup", "u", "var", "wbr",
})  # fmt: skip
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LONGEST = 250  # characters of a heading that may be a title
_LONG = 1_000  # characters of a stated title that are read
_HEADINGS = 10
_ALIKE = 0.5  # of the words of heading and stated title: they are two forms of one title
_AKIN = 0.1  # likewise, of a heading that is marked as the headline
_ENOUGH = 3  # words left, for the last part of a `<title>` to be taken for a site's name


def title_of(head: Head, url: str) -> Traced[str]:
    """The headline, without the name of the site.

    What the page states is `dc.title`, `og:title`, `<title>` or structured data, the first there
    is. A heading is preferred when it is the same, the beginning of it, half of its words, or
    marked as a headline and akin to it. The thresholds are measured (docs/quality.md).
    """
    names = _names(head, url)
    stated = _stated(head, names)
    headings = [h for h in _headings(head.page) if _key(h[0]) not in names]
    if not stated:
        return Traced(headings[0][0], "first heading") if headings else Traced("")
    best = max((text for text, _ in headings), key=lambda h: _alike(h, stated.value), default="")
    marked = next((h for h, is_marked in headings if is_marked and len(_words(h)) > 2), "")
    for heading, least in ((best, _ALIKE), (marked, _AKIN)):
        if heading and _better(heading, stated.value, least):
            return Traced(heading, "first heading")
    return stated.map(_without_last) if stated.origin == "title element" else stated


def site_name_of(head: Head) -> Traced[str]:
    """The name the site gives itself."""
    named = [
        Structured(node).text("name")
        for kind in ("WebSite", "Organization")
        for node in head.nodes
        if kind in types(node)
    ]
    told = next(filter(None, [head.data.text("publisher"), *named]), Traced(""))
    return (
        head.first("og:site_name", "twitter:site_name", "application-name")
        or told.map(clean_line)
        or head.first("apple-mobile-web-app-title")
    )


def site_test(head: Head, url: str) -> Callable[[str], bool]:
    """Tells whether a name is what the site is called, by itself or by its address."""
    names = _names(head, url)
    return lambda name: _key(name) in names


def _stated(head: Head, names: frozenset[str]) -> Traced[str]:
    places = [
        head.first(*_STATED),
        head.first(*_SOCIAL),
        Traced(
            str(head.page.xpath("string(//title[not(ancestor::*[name()='svg'])])")), "title element"
        ),
        head.data.text("headline", "name"),
    ]
    given = [one.map(lambda text: clean_line(unescape(text[:_LONG]))) for one in places]
    own = (one.map(lambda text: _without_site(text, names)) for one in given)
    named = (one for one in own if one and _key(one.value) not in names)
    return next(named, next(filter(None, given), Traced("")))


def _headings(page: html.HtmlElement) -> Iterator[tuple[str, bool]]:
    """The texts of the first `h1` elements, and whether each is marked as the headline."""
    for heading in page.xpath("//h1")[:_HEADINGS]:
        for style in heading.xpath(".//style | .//script"):
            style.drop_tree()
        text = _ANCHOR.sub("", _spoken(heading))
        if text and len(text) <= _LONGEST and not any(map(_is_root, heading.xpath("./a/@href"))):
            own = f"{heading.get('class') or ''} {heading.get('id') or ''}"
            mark = _CAMEL.sub("-", own[:300]).lower()
            yield text, bool(_HEADLINE.search(mark)) and not _NO_HEADLINE.search(mark)


def _is_root(href: str) -> bool:
    """Whether a link leads to the first page of a site: its text is the name of the site."""
    try:
        parts = urlsplit(href.strip())
    except ValueError:
        return False
    return parts.path == "/" and not parts.query


def _spoken(heading: html.HtmlElement) -> str:
    """Its text as it is read: words of different blocks are apart, those of one line are not."""
    pieces: list[str] = []
    for event, element in etree.iterwalk(heading, events=("start", "end", "comment", "pi")):
        whole = event in {"comment", "pi"} or element.tag in _INLINE or element is heading
        begins = event == "start"
        said = element.text if begins else "" if element is heading else element.tail
        pieces += ["" if whole else " ", said or ""]
    return clean_line("".join(pieces))


def _better(heading: str, stated: str, least: float) -> bool:
    one, other = _key(heading), _key(stated)
    if one == other:
        return True
    if one in other:
        return not other.endswith(one)
    return other not in one and _alike(heading, stated) >= least


def _alike(first: str, second: str) -> float:
    one, other = _words(first), _words(second)
    return len(one & other) / max(1, len(one | other))


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _key(text: str) -> str:
    return _PUNCTUATION.sub("", text.casefold())


def _names(head: Head, url: str) -> frozenset[str]:
    """Keys of what the site is called: what it says, and the labels of its host."""
    said = [head.first(name).value for name in _SITE]
    said.append(head.data.text("publisher").value)
    said += [str(node.get("name")) for node in head.nodes if types(node) & _SITES]
    labels = (urlsplit(url).hostname or "").split(".")
    said += [".".join(labels[i:]) for i in range(len(labels) - 1)]
    said += [label for label in labels[:-1] if len(label) > 2]
    return frozenset(map(_key, said)) - {""}


def _without_site(title: str, names: frozenset[str]) -> str:
    for _ in range(2):
        parts = list(_SEPARATOR.finditer(title))
        cut = next((p for p in parts if _key(title[p.end() :]) in names), None)
        if cut:
            title = title[: cut.start()].strip()
            continue
        cut = next((p for p in reversed(parts) if _key(title[: p.start()]) in names), None)
        if cut is None:
            break
        title = title[cut.end() :].strip()
    return title


def _without_last(title: str) -> str:
    """`title` up to its last separator, if enough is left: what follows is mostly the site."""
    parts = list(_LAST.finditer(title))
    rest = title[: parts[-1].start()].strip() if parts else ""
    enough = len(_WORD.findall(rest)) >= _ENOUGH or len(_WIDE.findall(rest)) > 2 * _ENOUGH
    return rest if enough else title
