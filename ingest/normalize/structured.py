"""Structured data of a page: the schema.org article in its JSON-LD."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import html

_ARTICLES = (
    "Article", "NewsArticle", "BlogPosting", "Report", "TechArticle", "ScholarlyArticle",
    "AnalysisNewsArticle", "OpinionNewsArticle", "ReportageNewsArticle", "ReviewNewsArticle",
    "BackgroundNewsArticle", "SocialMediaPosting", "LiveBlogPosting", "AdvertiserContentArticle",
    "SatiricalArticle", "Review",
)  # fmt: skip
_MAX_SCRIPTS = 20
_MAX_BYTES = 1_000_000
_MAX_NODES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Structured:
    """The article as structured data tell it; all raw, "" or () where they say nothing."""

    headline: str = ""
    authors: tuple[str, ...] = ()
    published: str = ""
    modified: str = ""
    url: str = ""
    image: str = ""
    section: str = ""
    language: str = ""
    description: str = ""
    publisher: str = ""
    keywords: tuple[str, ...] = ()


def structured(page: html.HtmlElement) -> Structured:
    """The first article-like node of the page's JSON-LD; an empty value when there is none."""
    for node in _nodes(page):
        kinds = node.get("@type")
        if set(kinds if isinstance(kinds, list) else [str(kinds)]) & set(_ARTICLES):
            return _read(node)
    return Structured()


def _read(node: dict[str, object]) -> Structured:
    keywords = node.get("keywords")
    split = keywords.split(",") if isinstance(keywords, str) else _names(keywords)
    return Structured(
        headline=_one(node.get("headline") or node.get("name")),
        authors=_names(node.get("author")),
        published=_one(node.get("datePublished")),
        modified=_one(node.get("dateModified")),
        url=_one(node.get("mainEntityOfPage") or node.get("url")),
        image=_one(node.get("image") or node.get("thumbnailUrl")),
        section=_one(node.get("articleSection")),
        language=_one(node.get("inLanguage")),
        description=_one(node.get("description")),
        publisher=_one(node.get("publisher")),
        keywords=tuple(word.strip() for word in split if word.strip()),
    )


def _nodes(page: html.HtmlElement) -> Iterator[dict[str, object]]:
    scripts = page.xpath("//script[contains(@type, 'ld+json')]")[:_MAX_SCRIPTS]
    waiting: list[object] = []
    for script in scripts:
        text = script.text or ""
        if len(text) <= _MAX_BYTES:
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
