"""Why a page was read as it was: what was not taken for a field, and which lines were left out.

Told after the fact, from the page and the draft that was made of it, so that reading pages pays
nothing for it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import etree, html

from ingest import markup
from ingest.article import Document, Draft
from ingest.markup import clean_line
from ingest.normalize import metadata, pictures
from ingest.normalize.boilerplate import judge
from ingest.normalize.bylines import people
from ingest.normalize.dates import parse_date
from ingest.normalize.decode import decode
from ingest.normalize.elements import elements
from ingest.normalize.furniture import furniture
from ingest.normalize.headline import site_test
from ingest.normalize.metadata import Head
from ingest.normalize.outline import sound
from ingest.normalize.picked import strip
from ingest.normalize.rules import Rules
from ingest.traced import Traced
from ingest.urls import canonical_url, same_site

_MOST, _LONGEST = 500, 300  # lines, and characters of a value
_UNREAD = frozenset({"script", "style", "template", "head", "noscript", "svg", "select", "title"})
_PARTS = frozenset({"body", "li", "dd", "dt", "td", "th", "tr", "tbody", "caption", "figcaption"})
_TITLES = ("dc.title", "citation_title", "og:title", "twitter:title", "parsely-title", "title")
_AUTHORS = ("author", "article:author", "dc.creator", "parsely-author", "citation_author", "byl")
_DATE = re.compile(r"(?<![a-z])(?:date|published|modified|updated|issued|created)|(?:date|time)$")
_INSTEAD = {
    "main content": "no part of the article that was told from the page",
    "body without furniture": "before the title, behind the end, or a call to action",
    "article element": "outside of the article element",
    "main element": "outside of the main element",
    "rules body": "outside of what the rules select as the body",
    "feed": "the text of the feed was taken instead",
}


@dataclass(frozen=True, slots=True)
class Rejected:
    """A value that a page states for a field and that was not taken: where it stands, and why."""

    field: str
    value: str
    origin: str
    why: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """A line of the page that is not in the article's text, and why."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that was not taken, in the order of the page."""

    rejected: tuple[Rejected, ...] = ()
    dropped: tuple[Dropped, ...] = ()


def explain(document: Document, rules: Rules, draft: Draft) -> Explanation:
    """Tell why `draft` is what was made of the page `document`.

    Raises ReadError and ExtractError as normalizing does.
    """
    page = markup.parse_page(markup.clean(decode(document.body, document.charset, html=True)))
    mine = rules.of_page(document.url)
    whole = list(_lines(page))
    strip(page, mine)
    stripped = [line for element, line in whole if page not in element.iterancestors()]
    head = metadata.read_head(page)
    dropped = [Dropped(line, "the rules strip it") for line in stripped]
    dropped += _left_out(page, draft)
    return Explanation(tuple(_rejected(head, document, rules, draft)), tuple(dropped[:_MOST]))


def _left_out(page: html.HtmlElement, draft: Draft) -> Iterator[Dropped]:
    text, title = sound(draft.text), sound(draft.title)
    origin = draft.origins.get("text", "")
    limit = next((one for one in draft.warnings if one.startswith("the page asks")), "")
    for element, line in _lines(page):
        key = sound(line)
        if not key or key in text:
            continue
        why = limit or _INSTEAD.get(origin, f"not in the {origin}")
        if key == title:
            why = "it repeats the title"
        elif judge([line])[0]:
            why = "a phrase of boilerplate"
        elif not origin.startswith("rules"):
            why = _furniture_around(element) or why
        yield Dropped(line[:_LONGEST], why)


def _furniture_around(element: html.HtmlElement) -> str:
    """What makes an element, or the nearest one around it, furniture; "" when nothing does."""
    above = [element, *element.iterancestors()]
    for up in above:
        if up.tag in {"body", "html"}:
            break
        inside = any(one.tag in {"main", "article"} for one in up.iterancestors())
        if reason := furniture(up, inside=inside):
            name = next(iter((up.get("class") or up.get("id") or "").split()), "")
            return f"furniture: {reason} (<{up.tag}{' ' + name if name else ''}>)"
    return ""


def _lines(page: html.HtmlElement) -> Iterator[tuple[html.HtmlElement, str]]:
    """The runs of text of a page's blocks, each with its block, in order."""
    blocks = elements().blocks | elements().containers | _PARTS
    runs: dict[html.HtmlElement, list[str]] = {}
    around: list[html.HtmlElement] = []
    unread = 0
    for event, element in etree.iterwalk(page, events=("start", "end")):
        if event == "start":
            unread += element.tag in _UNREAD
            if element.tag in blocks:
                around.append(element)
                runs[element] = []
        else:
            unread -= element.tag in _UNREAD
            if element.tag in blocks:
                around.pop()
        if around and not unread:
            runs[around[-1]].append((element.text if event == "start" else element.tail) or "")
    for element, parts in runs.items():
        if line := clean_line(" ".join(parts)):
            yield element, line


def _rejected(head: Head, document: Document, rules: Rules, draft: Draft) -> Iterator[Rejected]:
    url = document.url
    base = urljoin(url, head.page.xpath("string(//base/@href)").strip()) if url else ""
    is_site = site_test(head, url)
    for place in _titles(head):
        if place and sound(place.value) != sound(draft.title):
            why = "what the site is called" if is_site(place.value) else _surer(draft, "title")
            yield _of("title", place, why)
    for name in _authors(head):
        known = people((name.value,))
        if not {one.casefold() for one in known} & {one.casefold() for one in draft.authors}:
            why = "what the site is called" if is_site(name.value) else _surer(draft, "authors")
            yield _of("authors", name, why if known else "no name of a person")
    chosen = {moment for moment in (draft.published, draft.updated) if moment}
    for place in _dates(head):
        found = parse_date(place.value, rules.timezone, language=draft.language)
        if found not in chosen:
            why = "no date can be read in it" if found is None else _surer(draft, "published")
            yield _of("published", place, why)
    for place in _addresses(head):
        if why := _no_address(place.value, base or url, draft):
            yield _of("url", place, why)
    for one in pictures.candidates(head, base or url, url):
        image = one.image.value.url
        if draft.image is None or image != draft.image.url:
            why = one.rejected or _surer(draft, "image")
            yield Rejected("image", image[:_LONGEST], one.image.origin, why)


def _of(field: str, place: Traced[str], why: str) -> Rejected:
    return Rejected(field, clean_line(place.value)[:_LONGEST], place.origin, why)


def _surer(draft: Draft, field: str) -> str:
    origin = draft.origins.get(field, "")
    return f"{origin} was believed" if origin else "it was not believed"


def _titles(head: Head) -> Iterator[Traced[str]]:
    yield from (head.first(name) for name in _TITLES if name in head.meta)
    yield Traced(str(head.page.xpath("string(//title)")), "title element")
    yield head.data.text("headline", "name")
    for heading in head.page.xpath("//h1")[:5]:
        yield Traced(clean_line(heading.text_content()), "heading")


def _authors(head: Head) -> Iterator[Traced[str]]:
    stated = [head.data.texts("author", "creator"), *head.lists(_AUTHORS)]
    for place in stated:
        yield from (Traced(name, place.origin) for name in place.value)


def _dates(head: Head) -> Iterator[Traced[str]]:
    names = ("datePublished", "dateCreated", "uploadDate", "dateModified")
    yield from (place for name in names if (place := head.data.text(name)))
    yield from (head.first(name) for name in head.meta if _DATE.search(name))
    for element in head.page.iter("time"):
        yield Traced(element.get("datetime") or element.text_content(), "time element")


def _addresses(head: Head) -> Iterable[Traced[str]]:
    links = head.page.xpath("//link[@rel='canonical']/@href")[:3]
    places = [Traced(str(link), "canonical link") for link in links]
    return [*places, head.first("og:url"), head.data.text("mainEntityOfPage", "url")]


def _no_address(reference: str, base: str, draft: Draft) -> str:
    if not reference:
        return ""
    try:
        found = canonical_url(urljoin(base, reference.strip()))
    except ValueError:
        return "no address"
    if found == draft.url:
        return ""
    if base and not same_site(found, base):
        return "of another site"
    home = urlsplit(found).path == "/" and "?" not in found
    return "the home page" if home else _surer(draft, "url")
