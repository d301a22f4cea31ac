"""From an RSS item or an Atom entry to what it states."""

import re
from datetime import datetime

from lxml import etree

from ingest.article import Stated, Upstream
from ingest.normalize.language import language_tag
from ingest.upstream import texts
from ingest.upstream.dates import Dates
from ingest.upstream.fields import Fields, text_of
from ingest.upstream.links import address, base_of, page_of, permalink, related
from ingest.upstream.media import media_of
from ingest.upstream.podcast import episode_of
from ingest.urls import same_site

_TITLES = ("title", "atom:title", "dc:title", "media:title", "itunes:title")
_CONTENT = ("content:encoded", "atom:content", "xhtml:body", "body", "fullitem")
_SUMMARY = (
    "description", "atom:summary", "dc:description", "dcterms:abstract", "media:description",
    "itunes:summary", "googleplay:description", "itunes:subtitle", "summary",
)  # fmt: skip
_PUBLISHED = (
    "pubdate", "atom:published", "atom:issued", "dcterms:issued", "dcterms:created",
    "atom:created", "dc:date", "published", "date",
)  # fmt: skip
_UPDATED = ("atom:updated", "atom:modified", "dcterms:modified", "updated")
_CATEGORIES = ("category", "atom:category", "dc:subject", "media:category")
_AUTHORS = (
    ("atom:author",),
    ("dc:creator", "dc:author"),
    ("author",),
    ("itunes:author", "googleplay:author"),
    ("managingeditor",),
)
_MOST = 100  # names or tags
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_KIND = "http://schemas.google.com/g/2005#kind"  # Google's "this is a blog post" is no category


def entry_of(item: Fields, base: str, dates: Dates, *, language: str = "") -> Stated:
    """What the item or entry states; `base` is what its xml:base is relative to.

    `language` is that of its feed, taken when it states none itself. References in its HTML are
    relative to the page they were written for, if no xml:base says otherwise.
    """
    grouped = next(item.each("media:group"), item)
    url = page_of(item, base) or permalink(item, base)
    enclosures, image = media_of(item, base)
    html, holder = _html(item, _CONTENT)
    summary, beside = _html(item, _SUMMARY)
    summary = summary or _html(grouped, _SUMMARY)[0]
    holder = holder if html else beside
    return Stated(
        guid=item.text("guid", "atom:id", "id") or (item.element.get(_ABOUT) or "").strip(),
        url=url,
        title=title_of(item) or title_of(grouped),
        authors=authors_of(item, *item.each("atom:source")),
        published=first_date(item, _PUBLISHED, dates),
        updated=first_date(item, _UPDATED, dates),
        html=html,
        summary=summary if summary != html else "",
        base=base_of(holder, base) if holder.base else url or base,
        language=language_of(item) or language,
        tags=tags_of(item) or tags_of(grouped),
        image=image,
        enclosures=enclosures,
        upstream=_upstream(item, base, dates),
        licence=_licence(item, base),
        via=_via(item, base, url),
        episode=episode_of(item, base),
    )


def title_of(fields: Fields) -> str:
    """The plain text of the first title that says something."""
    return next(filter(None, (texts.title_of(*named) for named in fields.named(*_TITLES))), "")


def authors_of(*several: Fields) -> tuple[str, ...]:
    """The names of the first of several elements, and the first way to name authors, with any."""
    for fields in several:
        for way in _AUTHORS:
            if found := texts.people(*map(_name, fields.each(*way)))[:_MOST]:
                return found
    return ()


def tags_of(fields: Fields) -> tuple[str, ...]:
    """Every category, in order; keywords only where there is none, for many feeds stuff them."""
    said = [
        category.get("label") or category.get("term") or text_of(category)
        for category in fields.all(*_CATEGORIES)
        if category.get("scheme") != _KIND
    ]
    podcast = (one for category in fields.all("itunes:category") for one in category.iter())
    said += [one.get("text") or "" for one in podcast]
    if not any(said):
        listed = fields.texts("media:keywords", "itunes:keywords")
        said = [word for text in listed for word in re.split(r"[,;]", text[:10_000])]
    plain = (texts.plain(text) for text in said[:_MOST])
    return tuple(dict.fromkeys(tag for tag in plain if tag and "://" not in tag))


def language_of(fields: Fields) -> str:
    """The language tag that an entry or feed states itself."""
    stated = fields.element.get(_LANG) or fields.text("language", "dc:language")
    return language_tag(stated)


def first_date(fields: Fields, names: tuple[str, ...], dates: Dates) -> datetime | None:
    """The first date of these names that can be read."""
    return next(filter(None, map(dates.read, fields.texts(*names))), None)


def _html(fields: Fields, names: tuple[str, ...]) -> tuple[str, etree._Element]:
    """The HTML of the first of `names` that has any, and the element it came from."""
    for name, element in fields.named(*names):
        if found := texts.html_of(name, element):
            return found, element
    return "", fields.element


def _name(author: Fields) -> str:
    named = author.text("atom:name", "name")
    return named or ("" if len(author.element) else text_of(author.element))


def _licence(item: Fields, base: str) -> str:
    """The address of the licence, "" when none is given by its address."""
    stated = (address(text, "") for text in item.texts("cc:license"))
    return next(iter(related(item, base, "license")), "") or next(filter(None, stated), "")


def _via(item: Fields, base: str, url: str) -> str:
    """Where the feed found what it points to: stated, or its own discussion of a page elsewhere."""
    stated = next(iter(related(item, base, "via")), "")
    talk = address(item.text("comments"), base)
    elsewhere = url and same_site(talk, base) and not same_site(url, base)
    return stated or (talk if elsewhere else "")


def _upstream(item: Fields, base: str, dates: Dates) -> Upstream | None:
    for source in item.each("source", "atom:source"):
        element = source.element
        itself = next(iter(related(source, base, "self")), "")
        found = Upstream(
            id=source.text("atom:id"),
            title=title_of(source) or ("" if len(element) else texts.plain(text_of(element))),
            url=page_of(source, base),
            feed_url=address(element.get("url") or "", base_of(element, base)) or itself,
            updated=first_date(source, _UPDATED, dates),
        )
        if found != Upstream():
            return found
    return None
