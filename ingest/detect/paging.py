"""The next, older part of a list that goes on over several pages."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import html

from ingest.detect.addresses import Parts, split
from ingest.detect.links import base_of, spoken, text_in
from ingest.detect.words import words
from ingest.selectors import finder
from ingest.urls import canonical_url, same_site

_MOST = 5_000  # links that are looked at
_LABEL = 40  # characters; a longer text is no button
_LEAF = re.compile(r"(?<=/)page[/-]?(\d{1,5})(?=/|$|\.)|(?<=/)(\d{1,5})(?=/?$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Button:
    """A link with a short text, in lower case without arrows, or one with `rel=next`."""

    href: str
    text: str
    related: bool


def next_page(page: html.HtmlElement, url: str, selector: str = "") -> str:
    """The address of the page on which the list at `url` goes on, "" when it names none.

    What the operator's `selector` finds; without one, by `rel=next`, by what the link says in many
    languages, then by numbers: the link that says 3 on a second page. Only of the same site, and
    never the page itself. Raises ValueError for a selector that is none.
    """
    base = base_of(page, url)
    if selector:
        found = [element.get("href") or "" for element in finder(selector)(page)[:1]]
        return _elsewhere(_joined(base, found[0]), url) if found else ""
    marked = [str(link) for link in page.xpath("//link[@href][@rel='next']/@href")[:3]]
    buttons = list(_buttons(page))
    related = [button.href for button in buttons if button.related]
    named = [button.href for button in buttons if button.text in words().next]
    numbered = _numbered(buttons, base, url)
    candidates = (*marked, *related, *named[-1:], *numbered)
    return next(filter(None, (_elsewhere(_joined(base, one), url) for one in candidates)), "")


def _buttons(page: html.HtmlElement) -> Iterator[_Button]:
    for count, element in enumerate(page.iter("a")):
        if count >= _MOST:
            return
        href = (element.get("href") or "").strip()
        if not href or href[0] == "#":
            continue
        related = "next" in (element.get("rel") or "").lower().split()
        text = text_in(element, _LABEL + 1) or element.get("aria-label") or ""
        if len(text) <= _LABEL or related:
            yield _Button(href, spoken(text), related)


def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href.strip())
    except ValueError:
        return ""


def _elsewhere(link: str, url: str) -> str:
    """The canonical form of `link` when it is another page of the site of `url`."""
    try:
        found = canonical_url(link)
        return found if found != canonical_url(url) and same_site(found, url) else ""
    except ValueError:
        return ""


def _numbered(buttons: Iterable[_Button], base: str, url: str) -> list[str]:
    """Links that say the number after this page's and carry it in an address built alike."""
    here = split(url)
    if here is None:
        return []
    number, stem = _leaf(here)
    following = str(max(number, 1) + 1)
    links = (_joined(base, button.href) for button in buttons if button.text == following)
    pairs = ((link, split(link)) for link in links)
    return [link for link, parts in pairs if parts and _leaf(parts) == (int(following), stem)]


def _leaf(parts: Parts) -> tuple[int, str]:
    """The number of a page in its address, 0 without one, and the address without it."""
    number = 0
    kept = []
    for field in parts.query.split("&"):
        name, _, value = field.partition("=")
        if name.lower() in words().leaves | {"p"} and value.isdecimal():
            number = int(value[:6])
        elif field:
            kept.append(field)
    path = parts.path
    found = None if number else _LEAF.search(path)
    if found:
        number = int(found[1] or found[2])
        path = path[: found.start()] + path[found.end() :]
    return number, f"{parts.host}{path.rstrip('/')}?{'&'.join(kept)}"
