"""Structured data of a page: the schema.org article in its JSON-LD."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lxml import html

from ingest.traced import Traced

_ARTICLES = (
    "Article", "NewsArticle", "BlogPosting", "Report", "TechArticle", "ScholarlyArticle",
    "AnalysisNewsArticle", "OpinionNewsArticle", "ReportageNewsArticle", "ReviewNewsArticle",
    "BackgroundNewsArticle", "SocialMediaPosting", "LiveBlogPosting", "AdvertiserContentArticle",
    "SatiricalArticle", "Review", "DiscussionForumPosting", "Question",
)  # fmt: skip
# XHTML's way to keep a script from the parser, and that of old browsers.
_OPENS, _CLOSES = ("<![CDATA[", "<!--"), ("]]>", "-->")
_MAX_SCRIPTS = 20
_MAX_BYTES = 1_000_000
_MAX_NODES = 2_000


@dataclass(frozen=True, slots=True)
class Structured:
    """The article as structured data tell it, raw; `node` is empty when they tell of none."""

    node: Mapping[str, object]

    def text(self, *names: str) -> Traced[str]:
        """The text of the first of the properties `names` that has one."""
        found = (Traced(_one(self.node.get(name)), _origin(name)) for name in names)
        return next(filter(None, found), Traced(""))

    def texts(self, *names: str, commas: bool = False) -> Traced[tuple[str, ...]]:
        """Every text of the first of the properties `names` that has one.

        With `commas` a single one is a list.
        """
        for name in names:
            value = self.node.get(name)
            items = value.split(",") if commas and isinstance(value, str) else value
            if found := _names(items):
                return Traced(found, _origin(name))
        return Traced(())


def structured(found: Iterable[Mapping[str, object]]) -> Structured:
    """The first article-like one of the nodes of a page's JSON-LD."""
    return next((Structured(node) for node in found if is_article(node)), Structured({}))


def is_article(node: Mapping[str, object]) -> bool:
    """Whether a node of JSON-LD is of a type that articles have."""
    return not types(node).isdisjoint(_ARTICLES)


def types(node: Mapping[str, object]) -> frozenset[str]:
    """The types of a node of JSON-LD."""
    kinds = node.get("@type")
    return frozenset(map(str, kinds if isinstance(kinds, list) else [kinds]))


def nodes(page: html.HtmlElement) -> Iterator[dict[str, object]]:
    """The nodes of the page's JSON-LD, outer ones first, of so many and so long scripts."""
    scripts = page.xpath("//script[contains(@type, 'ld+json')]")[:_MAX_SCRIPTS]
    waiting: list[object] = []
    for script in scripts:
        text = script.text or ""
        if len(text) <= _MAX_BYTES:
            text = _unwrapped(text)
            try:
                waiting.append(json.loads(text, strict=False))
            except (ValueError, RecursionError):
                continue
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        node = waiting.pop(0)
        if isinstance(node, list):
            waiting[:0] = node[:_MAX_NODES]
        elif isinstance(node, dict):
            yield node
            waiting += [node[key] for key in ("@graph", "mainEntity") if key in node]


def _unwrapped(text: str) -> str:
    """The data of a script without the marks around them, which may stand in comments."""
    data = text.strip().removeprefix("//").removeprefix("/*").lstrip()
    mark = next((mark for mark in _OPENS if data.startswith(mark)), "")
    if not mark:
        return text
    data = data.removeprefix(mark).removesuffix("*/").rstrip()
    for mark in _CLOSES:
        data = data.removesuffix(mark)
    return data.lstrip("*/ \n").rstrip("/* \n")


def _origin(name: str) -> str:
    return f"structured data {name}"


def _names(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    return tuple(name for name in map(_one, items[:100]) if name)


def _one(value: object) -> str:
    """The text of a value: itself, the first of a list, or the name or address of a node."""
    for _ in range(5):
        if isinstance(value, list):
            value = value[0] if value else ""
        elif isinstance(value, dict):
            keys = ("name", "url", "@id", "contentUrl", "@value", "alternateName")
            value = next((value[key] for key in keys if value.get(key)), "")
        else:
            break
    return value.strip() if isinstance(value, str) else ""
