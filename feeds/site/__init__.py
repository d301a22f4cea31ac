"""The pages people read: an article, the notice of a removed one, the index. Pure, no clock."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from html import escape as html_escape
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from feeds.foreign import file_name
from feeds.media import medium
from feeds.site.model import (
    ArticlePage,
    FeedLink,
    FeedPage,
    IndexEntry,
    Offer,
    PageLink,
    RemovedPage,
    SiteHead,
)
from feeds.site.readers import device_link, web_readers
from feeds.words import marked, words
from ingest.article import Enclosure

__all__ = [
    "ArticlePage",
    "FeedLink",
    "FeedPage",
    "IndexEntry",
    "Offer",
    "PageLink",
    "RemovedPage",
    "SiteHead",
    "article_page",
    "feed_page",
    "feed_stylesheet",
    "index_page",
    "removed_page",
    "story_page",
    "stylesheet",
]

_REVISED = timedelta(days=1)
"""An update this long after publication is worth a reader's notice; a corrected typo is not."""

_PLAYED = frozenset({"audio", "video"})

_IMAGE = re.compile(r"<(?:img|picture|video)\b", re.IGNORECASE)


def article_page(page: ArticlePage, site: SiteHead) -> bytes:
    """Write an article's page as a complete HTML document."""
    language = page.language or site.language
    offered = _offered(page)
    return _document(
        "article.html",
        page=page,
        site=site,
        language=language,
        words=words(language),
        site_words=words(site.language),
        content=Markup(page.html),  # noqa: S704 - sanitized before it was stored
        lead_image=None if _IMAGE.search(page.html) else page.image,
        players=[one for one in offered if medium(one.media_type) in _PLAYED],
        files=[one for one in offered if medium(one.media_type) not in _PLAYED],
        revised=_revised(page),
        description=marked(page.summary, page.written_by, language),
        structured=_structured(page, site, language),
    )


def removed_page(page: RemovedPage, site: SiteHead) -> bytes:
    """Write the notice that stands where an article was."""
    language = page.language or site.language
    return _document(
        "removed.html",
        page=page,
        site=site,
        language=language,
        words=words(language),
        site_words=words(site.language),
    )


def index_page(
    entries: Sequence[IndexEntry], offers: Sequence[Offer], site: SiteHead, *, opml: str
) -> bytes:
    """Write the front page: `entries` in the order given, and how to subscribe to what `offers`
    tell, of which `opml` is a list beside the page."""
    return _document(
        "index.html",
        entries=entries,
        offers=offers,
        opml=opml,
        site=site,
        language=site.language,
        words=words(site.language),
        phrases=_phrases(words(site.language).language),
    )


def feed_page(page: FeedPage, site: SiteHead) -> bytes:
    """Write the page of one feed; `site` names that feed alone."""
    return _document(
        "feed.html",
        page=page,
        entries=page.entries,
        offers=[page.offer] if page.offer else [],
        opml="",
        site=site,
        language=page.language,
        words=words(page.language),
        phrases=_phrases(words(page.language).language),
    )


def story_page(page: FeedPage, site: SiteHead) -> bytes:
    """Write the page of a story, which lists its articles; it has no feed of its own."""
    return _document(
        "story.html",
        page=page,
        entries=page.entries,
        site=site,
        language=page.language,
        words=words(page.language),
        site_words=words(site.language),
        phrases=_phrases(words(page.language).language),
    )


@lru_cache(maxsize=1)
def stylesheet() -> bytes:
    """The style sheet of all pages."""
    return resources.files(__package__).joinpath("style.css").read_bytes()


@lru_cache(maxsize=64)
def feed_stylesheet(language: str) -> bytes:
    """The style sheet of feeds that are opened in a browser: it says in words what they are."""
    known = words(language)
    sheet = resources.files(__package__).joinpath("feed.css").read_text("utf-8")
    said = _phrases(known.language).raw
    spoken = (
        f"\n:root {{\n  direction: {known.direction};\n}}\n"
        f'\n:root::before {{\n  content: "{said}";\n}}\n'
    )
    return (sheet + spoken).encode()


def _document(template: str, **values: object) -> bytes:
    return _environment().get_template(template).render(values).encode("utf-8", "replace")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters["instant"] = _instant
    environment.filters["day"] = _day
    environment.filters["direction"] = _direction
    environment.filters["medium"] = medium
    environment.filters["file_name"] = file_name
    environment.filters["web_readers"] = web_readers
    environment.filters["device_link"] = device_link
    return environment


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(moment: datetime) -> str:
    """The day in UTC, in the one notation that no country reads differently (ISO 8601)."""
    return moment.astimezone(UTC).date().isoformat()


def _direction(language: str) -> str:
    """The script's direction; left to the browser where we have no words of the language."""
    known = words(language)
    ours = known.language != "en" or language.lower().split("-")[0] == "en"
    return known.direction if ours else "auto"


def _offered(page: ArticlePage) -> list[Enclosure]:
    """The enclosures that the page does not show already, in its text or as its lead image."""
    lead = page.image.url if page.image else ""
    return [
        one
        for one in page.enclosures
        if one.url != lead and f'"{html_escape(one.url)}"' not in page.html
    ]


def _revised(page: ArticlePage) -> bool:
    return page.updated - page.published >= _REVISED


def _structured(page: ArticlePage, site: SiteHead, language: str) -> Mapping[str, object]:
    """The article for machines, as schema.org's Article, without empty properties."""
    publisher = {"@type": "Organization", "name": site.author or site.title, "url": site.home}
    value: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": page.title,
        "url": page.url,
        "mainEntityOfPage": page.url,
        "datePublished": _instant(page.published),
        "dateModified": _instant(page.updated),
        "inLanguage": language,
        "author": [{"@type": "Person", "name": name} for name in page.authors] or publisher,
        "publisher": publisher,
        "description": marked(page.summary, page.written_by, language),
        "image": page.image.url if page.image else "",
        "keywords": list(page.tags),
    }
    return {name: content for name, content in value.items() if content}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Phrases:
    """The sentences about feeds; `phrases.toml` says where each stands."""

    reader: str
    how: str
    add: str
    device: str
    raw: str
    empty: str


@lru_cache(maxsize=64)
def _phrases(language: str) -> _Phrases:
    """The sentences in a language that has words."""
    known = tomllib.loads(resources.files(__package__).joinpath("phrases.toml").read_text("utf-8"))
    return _Phrases(**known[language])
