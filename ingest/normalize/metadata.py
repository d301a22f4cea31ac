"""What the head and the markup of a page say about its article. Guesses are not made here."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from lxml import html

from ingest.article import DateOrigin
from ingest.markup import clean_line
from ingest.normalize.dates import parse_date
from ingest.normalize.structured import Structured, structured
from ingest.urls import canonical_url, same_site

_AUTHOR = (
    "author", "article:author", "dc.creator", "dcterms.creator", "parsely-author",
    "citation_author", "sailthru.author", "byl",
)  # fmt: skip
_PUBLISHED = (
    "article:published_time", "og:article:published_time", "datepublished", "date",
    "dc.date.issued", "dcterms.created", "dc.date", "parsely-pub-date", "pubdate",
    "citation_publication_date", "sailthru.date", "publish-date", "publication_date",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "og:updated_time", "datemodified", "dcterms.modified",
    "last-modified",
)  # fmt: skip
_DESCRIPTION = ("og:description", "description", "dc.description", "twitter:description")
_KEYWORDS = ("article:tag", "keywords", "news_keywords", "parsely-tags", "citation_keywords")
_IMAGE = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")
_SEPARATOR = re.compile(r"\s+[-–—|·•»:/]\s+")
_BY = re.compile(r"^(?:by|von|par|por|di|door|av|af)\s+(?=\S)", re.IGNORECASE)
_PATH_DATE = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=[/_-]|$)")


@dataclass(frozen=True, slots=True)
class Head:
    """The page, its structured data and its `meta` elements by lower-case name, in order."""

    page: html.HtmlElement
    data: Structured
    meta: dict[str, list[str]]

    def first(self, *names: str) -> str:
        """The first non-empty content of the `meta` elements `names`, in the order of `names`."""
        return next((self.meta[name][0] for name in names if name in self.meta), "")


def read_head(page: html.HtmlElement) -> Head:
    """Collect what a page says about itself."""
    meta: dict[str, list[str]] = {}
    for element in page.xpath("//meta[@content]")[:1_000]:
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = clean_line((element.get("content") or "")[:5_000])
        if content:
            meta.setdefault(name.strip().lower(), []).append(content)
    return Head(page, structured(page), meta)


def title_of(head: Head) -> str:
    """The headline, without the name of the site.

    Of structured data, `og:title`, the only `h1` and `<title>`, the first that another one agrees
    with (equal, or part of it); else the first there is.
    """
    site = site_name_of(head)
    heads = [clean_line(h.text_content()) for h in head.page.xpath("//h1")[:5]]
    named = clean_line("".join(head.page.xpath("string(//head/title[1])")))
    given = [head.data.headline, head.first("og:title", "twitter:title")]
    given += [heads[0] if heads else "", head.first("title", "dc.title", "citation_title"), named]
    found = [t for t in (_without_site(clean_line(text), site) for text in given) if t]
    agreed = (t for i, t in enumerate(found) if any(_agree(t, u) for u in found[i + 1 :]))
    return next(agreed, found[0] if found else "")


def authors_of(head: Head) -> tuple[str, ...]:
    """Names of structured data, else of `meta`; addresses of profiles are no names."""
    meta = [part for name in _AUTHOR for text in head.meta.get(name, []) for part in _split(text)]
    names = (_BY.sub("", clean_line(n)) for n in (head.data.authors or meta))
    return tuple(dict.fromkeys(n for n in names if n and "://" not in n and not n.startswith("@")))


def published_of(
    head: Head, url: str, zone: str, language: str
) -> tuple[datetime | None, DateOrigin]:
    """When the page says it was published and where it says so; (None, "") when it does not.

    Structured data, `meta`, a `<time>` marked as the publication or the only one of the article,
    then a whole date in the URL's path.
    """
    sources: tuple[tuple[DateOrigin, Callable[[], list[str]]], ...] = (
        ("structured data", lambda: [head.data.published]),
        ("meta", lambda: [head.first(name) for name in _PUBLISHED]),
        ("time element", lambda: _times(head.page)),
        ("url", lambda: ["-".join(m.groups()) for m in _PATH_DATE.finditer(urlsplit(url).path)]),
    )
    for origin, texts in sources:
        for text in texts():
            found = parse_date(text, zone, language=language)
            if found:
                return found, origin
    return None, ""


def updated_of(head: Head, zone: str, language: str) -> datetime | None:
    """When the page says it was last changed."""
    texts = [head.data.modified, *(head.first(name) for name in _MODIFIED)]
    found = (parse_date(text, zone, language=language) for text in texts)
    return next((moment for moment in found if moment), None)


def canonical_of(head: Head, url: str, site: str) -> str:
    """The page's own canonical URL, "" when it names none that can be believed.

    `rel=canonical`, `og:url`, structured data, in that order: http(s), of the same site as `site`,
    and no home page.
    """
    links = head.page.xpath("//link[contains(concat(' ', @rel, ' '), ' canonical ')]/@href")
    for reference in [*links[:3], head.first("og:url"), head.data.url]:
        try:
            found = canonical_url(urljoin(url, reference.strip())) if reference else ""
        except ValueError:
            continue
        if found and same_site(found, site) and (urlsplit(found).path != "/" or "?" in found):
            return found
    return ""


def site_name_of(head: Head) -> str:
    """The name the site gives itself."""
    return head.first("og:site_name", "application-name") or clean_line(head.data.publisher)


def description_of(head: Head) -> str:
    """The publisher's own description of the article."""
    return head.first(*_DESCRIPTION) or clean_line(head.data.description)


def image_of(head: Head) -> str:
    """The lead image as the page names it."""
    return head.first(*_IMAGE) or head.data.image


def tags_of(head: Head) -> tuple[str, ...]:
    """Keywords of `meta` and structured data, in order."""
    listed = [
        part for name in _KEYWORDS for text in head.meta.get(name, []) for part in _split(text)
    ]
    return tuple(dict.fromkeys([*listed, *head.data.keywords]))


def language_of_page(head: Head) -> str:
    """The language the page states."""
    root = head.page.get("lang") or head.page.get("xml:lang") or ""
    return root or head.first("content-language", "og:locale", "dc.language") or head.data.language


def section_of(head: Head) -> str:
    """The section of the site that the article stands in."""
    return head.first("article:section") or clean_line(head.data.section)


def _split(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,;]", text) if part.strip()][:100]


def _times(page: html.HtmlElement) -> list[str]:
    marked = page.xpath("//time[@datetime][@pubdate or contains(@itemprop, 'datePublished')]")
    scope = page.xpath("(//article | //main)[1]//time[@datetime]")
    chosen = marked or (scope if len(scope) == 1 else [])
    chosen = chosen or page.xpath("//header//time[@datetime]")
    return [element.get("datetime") or "" for element in chosen[:1]]


def _agree(first: str, second: str) -> bool:
    one, other = first.casefold(), second.casefold()
    return one == other or (min(len(one), len(other)) > 9 and (one in other or other in one))


def _without_site(title: str, site: str) -> str:
    parts = list(_SEPARATOR.finditer(title))
    if not site or not parts:
        return title
    name = site.casefold()
    if title[parts[-1].end() :].casefold() == name:
        return title[: parts[-1].start()].strip()
    if title[: parts[0].start()].casefold() == name:
        return title[parts[0].end() :].strip()
    return title
