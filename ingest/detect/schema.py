"""Lists of articles in a page's structured data: JSON-LD, and the state that scripts start from."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin

from lxml import html

from ingest.article import Stated
from ingest.detect.addresses import split
from ingest.detect.words import words
from ingest.markup import clean_line
from ingest.normalize.bylines import people
from ingest.normalize.datelines import date_in
from ingest.normalize.structured import Structured, is_article, nodes
from ingest.urls import canonical_url, link_url

MOST = 1_000  # items of a list
_LISTS = ("itemListElement", "blogPost", "blogPosts", "hasPart")
_NO_LISTS = frozenset({"BreadcrumbList", "SiteNavigationElement"})
_TITLE, _SUMMARY = 300, 1_000  # characters
_STATE = 2_000_000  # bytes of state in scripts
_NODES = 50_000


@dataclass(frozen=True, slots=True)
class Reader:
    """How what a page states is read: its base, and the zone and language of its dates."""

    base: str
    timezone: str
    language: str

    def address(self, reference: str) -> str:
        """The canonical URL that `reference` names, "" when it names none."""
        try:
            return canonical_url(urljoin(self.base, reference.strip())) if reference else ""
        except ValueError:
            return ""

    def picture(self, reference: str) -> str:
        """The URL of an image, "" when `reference` names none."""
        try:
            return link_url(urljoin(self.base, reference.strip())) if reference else ""
        except ValueError:
            return ""

    def stated(self, node: Mapping[str, object]) -> Stated:
        """An article of schema.org as it is stated; its `url` may be "" ."""
        data = Structured(node)
        published, updated = (
            date_in(data.text(name).value, self.timezone, self.language)
            for name in ("datePublished", "dateModified")
        )
        return Stated(
            url=self.address(data.text("url", "@id", "mainEntityOfPage").value),
            title=clean_line(unescape(data.text("headline", "name").value))[:_TITLE],
            authors=people(data.texts("author").value),
            published=published,
            updated=updated,
            summary=clean_line(data.text("description").value)[:_SUMMARY],
            image=self.picture(data.text("image", "thumbnailUrl").value),
        )


def key_of(url: str) -> str:
    """What two ways to write the address of one article share, for looking it up."""
    parts = split(url)
    if parts is None:
        return url
    return f"{parts.host}{parts.path.rstrip('/')}{'?' if parts.query else ''}{parts.query}"


def lists_of(page: html.HtmlElement, reader: Reader) -> list[tuple[Stated, ...]]:
    """The lists of two or more things with addresses in the page's JSON-LD."""
    loose: list[Mapping[str, object]] = []
    found = []
    for node in nodes(page):
        if is_article(node):
            loose.append(node)
        found += [_items(node.get(name), reader) for name in _LISTS if _lists(node)]
    found.append(_items(loose, reader))
    return [items for items in found if len(items) > 1]


def _lists(node: Mapping[str, object]) -> bool:
    kinds = node.get("@type")
    return _NO_LISTS.isdisjoint(map(str, kinds if isinstance(kinds, list) else [kinds]))


def _items(value: object, reader: Reader) -> tuple[Stated, ...]:
    known: dict[str, Stated] = {}
    for node in value[:MOST] if isinstance(value, list) else []:
        whole = _item(node)
        if whole and _lists(whole):
            one = reader.stated(whole)
            if one.url:
                known.setdefault(one.url, one)
    return tuple(known.values())


def _item(node: object) -> Mapping[str, object]:
    """An element of a list: the thing itself, its address, or a `ListItem` around either."""
    if isinstance(node, str):
        return {"url": node}
    if not isinstance(node, dict):
        return {}
    inner = node.get("item")
    if isinstance(inner, str):
        return {"url": inner, **node}
    return {**node, **inner} if isinstance(inner, dict) else node


def states_of(page: html.HtmlElement) -> list[html.HtmlElement]:
    """The scripts of a page that are no code but the state that code starts from."""
    return list(page.xpath("//script[@type='application/json' or @id='__NEXT_DATA__']"))


def state_of(scripts: Iterable[html.HtmlElement], reader: Reader) -> tuple[Stated, ...]:
    """The longest list of things with addresses and titles in the state that `scripts` hold.

    Pages that are drawn by a script often bring what it draws. Only as much is read as a real page
    brings.
    """
    left = _STATE
    best: Sequence[Mapping[str, object]] = ()
    for script in scripts:
        text = script.text or ""
        left -= len(text)
        if left < 0:
            break
        try:
            data = json.loads(text, strict=False)
        except (ValueError, RecursionError):
            continue
        best = max([best, *_arrays(data)], key=len)
    found = {one.url: one for one in (_state(item, reader) for item in best) if one.url}
    return tuple(found.values())


def _arrays(data: object) -> Iterator[Sequence[Mapping[str, object]]]:
    """Of every array of objects, whatever it is in, those that have an address and a title."""
    waiting = [data]
    for _ in range(_NODES):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, dict):
            waiting += node.values()
        elif isinstance(node, list):
            objects = [item for item in node[:MOST] if isinstance(item, dict)]
            items = [item for item in objects if "/" in _said(item, "url") and _said(item, "title")]
            if len({_said(item, "title") for item in items}) > 2:
                yield items
            waiting += node[:MOST]


def _said(item: Mapping[str, object], kind: str) -> str:
    """The first text that a thing of the state has under one of the names for `kind`."""
    for name in words().state[kind]:
        value = item.get(name)
        if isinstance(value, dict):
            value = value.get("rendered")  # WordPress
        if isinstance(value, str) and value.strip():
            return value
    return ""


def _state(item: Mapping[str, object], reader: Reader) -> Stated:
    return Stated(
        url=reader.address(_said(item, "url")),
        title=clean_line(unescape(_said(item, "title")))[:_TITLE],
        published=date_in(_said(item, "published"), reader.timezone, reader.language),
        summary=clean_line(_said(item, "summary"))[:_SUMMARY],
        image=reader.picture(_said(item, "image")),
    )
