"""Addresses in feeds: what they are relative to, and which of an entry's links is its own."""

from urllib.parse import urljoin, urlsplit

from lxml import etree

from ingest.markup import clean_line
from ingest.upstream.fields import Fields, text_of
from ingest.urls import link_url, same_site

_PREFIXES = (
    "http://www.iana.org/assignments/relation/",
    "http://www.iana.org/assignments/link-relations/",
)
_PAGES = frozenset({"", "text/html", "application/xhtml+xml", "text/xhtml"})


def address(reference: str, base: str) -> str:
    """The absolute http or https form of `reference`, "" when it has none or is empty.

    Ampersands escaped once too often are set right, and a missing scheme before `www.` or the host
    of `base` is supplied.
    """
    reference = clean_line(reference[:10_000]).replace("&amp;", "&")
    if not reference:
        return ""
    try:
        host = urlsplit(base).netloc
        if reference.lower().startswith(("www.", f"{host}/" if host else "www.")):
            reference = f"//{reference}"
        absolute = reference.startswith(("https://", "http://"))  # the most, and joining is slow
        return link_url(reference if absolute else urljoin(base or "http:", reference))
    except ValueError:
        return ""


def base_of(element: etree._Element, base: str) -> str:
    """What references in `element` are relative to: its xml:base and those around it, which are
    relative to `base`, the address of the document."""
    own = element.base
    return (address(own, base) or base) if own else base


def default_base(url: str, home: str) -> str:
    """What references of a feed at `url` are relative to that states nothing.

    Its own address (RFC 4287 §2), unless it is kept for a site elsewhere, as FeedBurner does.
    """
    return home if home and not same_site(url, home) else url


def related(fields: Fields, base: str, relation: str) -> tuple[str, ...]:
    """The addresses of the Atom links with this relation, pages before other types."""
    found = [link for link in fields.all("atom:link", "link") if _relation(link) == relation]
    found.sort(key=lambda link: (link.get("type") or "").lower() not in _PAGES)  # stable
    urls = (address(link.get("href") or "", base_of(link, base)) for link in found)
    return tuple(dict.fromkeys(url for url in urls if url))


def page_of(fields: Fields, base: str) -> str:
    """The address of the page that an entry or feed is about, "" when it names none.

    FeedBurner's note of the original first, then RSS's `link`, then Atom's alternate one.
    """
    stated = (
        address(text_of(link), base_of(link, base))
        for link in fields.all("feedburner:origlink", "link", "atom:link")
        if not link.get("href") and (link.get("rel") or "alternate") == "alternate"
    )
    return next(filter(None, stated), "") or next(iter(related(fields, base, "alternate")), "")


def permalink(fields: Fields, base: str) -> str:
    """The address that an entry's identifier is, "" unless it is one.

    RSS's `guid` is by default, of Atom's only one of the site itself is taken for it.
    """
    for guid in fields.all("guid"):
        if (guid.get("isPermaLink") or guid.get("ispermalink") or "true").strip().lower() == "true":
            return address(text_of(guid), "")
    identifier = address(fields.text("atom:id"), "")
    return identifier if same_site(identifier, base) else ""


def _relation(link: etree._Element) -> str:
    relation = (link.get("rel") or "alternate").strip().lower() if link.get("href") else ""
    for prefix in _PREFIXES:
        relation = relation.removeprefix(prefix)
    return relation
