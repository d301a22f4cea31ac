"""What the head and the markup of a page say about its article. Guesses are not made here."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import html

from ingest.markup import clean_line
from ingest.normalize.structured import Structured, nodes, structured, types
from ingest.traced import Traced, joined
from ingest.urls import canonical_url, same_site

_LICENCE = ("dcterms.license", "dc.rights.license", "license")
_DESCRIPTION = ("og:description", "description", "dc.description", "twitter:description")
_KEYWORDS = ("article:tag", "keywords", "news_keywords", "parsely-tags", "citation_keywords")
_PAGE = re.compile(r"(?:^|&)(?:p|page_id|id|post|article|story)=\w")
_DUBLIN = re.compile(r"^(dc|dcterms)[:.]")


@dataclass(frozen=True, slots=True)
class Head:
    """The page, its structured data (all nodes, the article's) and its `meta` elements.

    `meta` is by lower-case name, in order, with `dc:title` as `dc.title`.
    """

    page: html.HtmlElement
    nodes: tuple[dict[str, object], ...]
    data: Structured
    meta: dict[str, list[str]]

    def first(self, *names: str) -> Traced[str]:
        """The first non-empty content of the `meta` elements `names`, in the order of `names`."""
        found = (Traced(self.meta[name][0], f"meta {name}") for name in names if name in self.meta)
        return next(found, Traced(""))

    def lists(self, names: Sequence[str]) -> Iterator[Traced[tuple[str, ...]]]:
        """What each of the `meta` elements `names` lists, split at commas."""
        for name in names:
            parts = (part for text in self.meta.get(name, ()) for part in _split(text))
            yield Traced(tuple(parts), f"meta {name}")


def read_head(page: html.HtmlElement) -> Head:
    """Collect what a page says about itself; `property`, as Open Graph has it, before `name`."""
    meta: dict[str, list[str]] = {}
    elements = page.xpath("//meta[@content]")[:1_000]
    for element in sorted(elements, key=lambda one: one.get("property") is None):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = clean_line((element.get("content") or "")[:5_000])
        for one in name.lower().split()[:5] if content else ():  # RDFa: several names at once
            meta.setdefault(_DUBLIN.sub(r"\1.", one), []).append(content)
    found = tuple(nodes(page))
    return Head(page, found, structured(found), meta)


def is_article_page(head: Head) -> bool:
    """Whether a page says of itself that it is an article."""
    return bool(head.data.node) or head.first("og:type").value.lower() == "article"


def is_home(url: str) -> bool:
    """Whether a page is the first of its site, which lists what others wrote.

    Some sites tell every page by its query alone ("/?p=123").
    """
    parts = urlsplit(url)
    return bool(url) and parts.path in {"", "/"} and not _PAGE.search(parts.query)


def is_product(head: Head) -> bool:
    """Whether a page sells something: it shows makers, buyers and dates of theirs."""
    kinds = frozenset[str]().union(*map(types, head.nodes))
    sold = "Product" in kinds or "product" in head.first("og:type").value
    return sold and not head.data.node


def canonical_of(head: Head, url: str, site: str) -> Traced[str]:
    """The page's own canonical URL, "" when it names none that can be believed.

    `rel=canonical`, `og:url`, structured data, in that order: http(s), of the same site as `site`,
    and no home page.
    """

    def believed(reference: str) -> str:
        try:
            found = canonical_url(urljoin(url, reference.strip())) if reference else ""
        except ValueError:
            return ""
        own = found and same_site(found, site) and (urlsplit(found).path != "/" or "?" in found)
        return found if own else ""

    links = head.page.xpath("//link[contains(concat(' ', @rel, ' '), ' canonical ')]/@href")
    places = [Traced(str(link), "canonical link") for link in links[:3]]
    places += [head.first("og:url"), head.data.text("mainEntityOfPage", "url")]
    return next((found for one in places if (found := one.map(believed))), Traced(""))


def licence_of(head: Head, base: str) -> Traced[str]:
    """The licence of the article, its address where one is given; "" when several are named.

    `rel=license`, structured data, `meta`.
    """
    named = head.page.xpath("//*[@rel and @href][contains(concat(' ', @rel, ' '), ' license ')]")
    links = {str(link.get("href")).strip() for link in named[:100]}
    sole = Traced(links.pop() if len(links) == 1 else "", "licence link")
    return (sole or head.data.text("license") or head.first(*_LICENCE)).map(
        lambda said: _resolved(said, base) if "/" in said else said
    )


def _resolved(reference: str, base: str) -> str:
    try:
        return urljoin(base, reference)
    except ValueError:
        return ""


def description_of(head: Head) -> Traced[str]:
    """The publisher's own description of the article."""
    return head.first(*_DESCRIPTION) or head.data.text("description").map(clean_line)


def tags_of(head: Head) -> Traced[tuple[str, ...]]:
    """Keywords of `meta` and structured data, in order."""
    return joined(*head.lists(_KEYWORDS), head.data.texts("keywords", commas=True))


def language_of_page(head: Head) -> Traced[str]:
    """The language the page states."""
    root = head.page.get("lang") or head.page.get("xml:lang") or ""
    return (
        Traced(root, "lang attribute")
        or head.first("content-language", "og:locale", "dc.language")
        or head.data.text("inLanguage")
    )


def section_of(head: Head) -> Traced[str]:
    """The section of the site that the article stands in."""
    return head.first("article:section") or head.data.text("articleSection").map(clean_line)


def _split(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,;]", text) if part.strip()][:100]
