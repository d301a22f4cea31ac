"""What the head and the markup of a page say about its article. Guesses are not made here."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from lxml import html

from ingest.markup import clean_line
from ingest.normalize.dates import parse_date
from ingest.normalize.structured import Structured, structured
from ingest.traced import Traced, joined
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
_TITLE = ("title", "dc.title", "citation_title")
_SEPARATOR = re.compile(r"\s+[-–—|·•»:/]\s+")
_BY = re.compile(r"^(?:by|von|par|por|di|door|av|af)\s+(?=\S)", re.IGNORECASE)
_PATH_DATE = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=[/_-]|$)")


@dataclass(frozen=True, slots=True)
class Head:
    """The page, its structured data and its `meta` elements by lower-case name, in order."""

    page: html.HtmlElement
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
    """Collect what a page says about itself."""
    meta: dict[str, list[str]] = {}
    for element in page.xpath("//meta[@content]")[:1_000]:
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = clean_line((element.get("content") or "")[:5_000])
        if content:
            meta.setdefault(name.strip().lower(), []).append(content)
    return Head(page, structured(page), meta)


def title_of(head: Head) -> Traced[str]:
    """The headline, without the name of the site.

    Of structured data, `og:title`, the only `h1` and `<title>`, the first that another one agrees
    with (equal, or part of it); else the first there is.
    """
    site = site_name_of(head).value
    heads = [h.text_content() for h in head.page.xpath("//h1")[:1]]
    given = [
        head.data.text("headline", "name"),
        head.first("og:title", "twitter:title"),
        Traced("".join(heads), "first heading"),
        head.first(*_TITLE),
        Traced(str(head.page.xpath("string(//head/title[1])")), "title element"),
    ]
    found = [t for one in given if (t := one.map(lambda x: _without_site(clean_line(x), site)))]
    agreed = (
        t for i, t in enumerate(found) if any(_agree(t.value, u.value) for u in found[i + 1 :])
    )
    return next(agreed, found[0] if found else Traced(""))


def authors_of(head: Head) -> Traced[tuple[str, ...]]:
    """Names of structured data, else of `meta`; addresses of profiles are no names."""
    stated = head.data.texts("author").map(people)
    return stated or joined(*(names.map(people) for names in head.lists(_AUTHOR)))


def published_of(head: Head, url: str, zone: str, language: str) -> Traced[datetime | None]:
    """When the page says it was published; None when it does not.

    Structured data, `meta`, a `<time>` marked as the publication or the only one of the article,
    then a whole date in the URL's path.
    """

    def places() -> Iterator[Traced[str]]:
        yield head.data.text("datePublished")
        yield from map(head.first, _PUBLISHED)
        yield Traced(_time(head.page), "time element")
        for match in _PATH_DATE.finditer(urlsplit(url).path):
            yield Traced("-".join(match.groups()), "url")

    return _first_date(places(), zone, language)


def updated_of(head: Head, zone: str, language: str) -> Traced[datetime | None]:
    """When the page says it was last changed; None when it does not."""
    places = [head.data.text("dateModified"), *map(head.first, _MODIFIED)]
    return _first_date(places, zone, language)


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


def site_name_of(head: Head) -> Traced[str]:
    """The name the site gives itself."""
    return head.first("og:site_name", "application-name") or head.data.text("publisher").map(
        clean_line
    )


def description_of(head: Head) -> Traced[str]:
    """The publisher's own description of the article."""
    return head.first(*_DESCRIPTION) or head.data.text("description").map(clean_line)


def image_of(head: Head) -> Traced[str]:
    """The lead image as the page names it."""
    return head.first(*_IMAGE) or head.data.text("image", "thumbnailUrl")


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


def _first_date(places: Iterable[Traced[str]], zone: str, language: str) -> Traced[datetime | None]:
    dates = (text.map(lambda x: parse_date(x, zone, language=language)) for text in places)
    return next(filter(None, dates), Traced(None))


def people(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names of persons among `names`, cleaned, without "By"; no addresses of profiles."""
    tidy = (_BY.sub("", clean_line(name)) for name in names)
    return tuple(name for name in tidy if name and "://" not in name and name[0] != "@")


def _split(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,;]", text) if part.strip()][:100]


def _time(page: html.HtmlElement) -> str:
    marked = page.xpath("//time[@datetime][@pubdate or contains(@itemprop, 'datePublished')]")
    scope = page.xpath("(//article | //main)[1]//time[@datetime]")
    chosen = marked or (scope if len(scope) == 1 else [])
    chosen = chosen or page.xpath("//header//time[@datetime]")
    return chosen[0].get("datetime") or "" if chosen else ""


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
