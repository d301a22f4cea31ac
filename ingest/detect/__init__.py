"""What a page that lists articles lists: found without being told where. Pure."""

from dataclasses import replace

from lxml import etree, html

from ingest.article import Document
from ingest.detect.choice import among_links, better, in_data
from ingest.detect.guesses import Detection, Guess, ListRules, Selectors
from ingest.detect.links import base_of, links_of
from ingest.detect.paging import next_page
from ingest.detect.patterns import wanted
from ingest.detect.schema import Reader, lists_of, state_of, states_of
from ingest.detect.selected import by_selectors
from ingest.errors import IngestError, ReadError
from ingest.markup import parse_page
from ingest.normalize.decode import decode
from ingest.selectors import finder

__all__ = ["Detection", "Guess", "ListRules", "Selectors", "detect", "finder", "wanted"]

_HTML = frozenset({"text/html", "application/xhtml+xml"})
_UNSEEN = ("script", "style", "template", "svg")
_SURE = 0.3  # a likelier list among the links needs no look at what scripts start from


def detect(document: Document, rules: ListRules) -> Detection:
    """Find the list of articles on the page `document`.

    Raises ReadError when it is no page, ExtractError when there is nothing in it, both with the
    document's origin; ValueError for selectors and patterns that are none.
    """
    kind = document.media_type.partition(";")[0].strip().lower()
    try:
        if kind not in _HTML:
            raise ReadError(f"{kind or 'a document without a media type'} is no page with a list")
        page = parse_page(decode(document.body, document.charset, html=True))
    except IngestError as error:
        error.origin = error.origin or document.origin
        raise
    return detect_in(page, document.url or document.origin, rules)


def detect_in(page: html.HtmlElement, url: str, rules: ListRules) -> Detection:
    """The same for a parsed page whose address is `url`; scripts and styles are taken out of it."""
    reader = Reader(base_of(page, url), rules.timezone, page.get("lang") or rules.language)
    lists, states = lists_of(page, reader), states_of(page)
    etree.strip_elements(page, *_UNSEEN, with_tail=False)
    links = [link for link in links_of(page, url) if _wants(rules, link.address.url)]
    if rules.selectors.item or rules.selectors.link:
        found = by_selectors(page, links, rules.selectors, reader)
    else:
        found = among_links(page, links, lists, reader, every=bool(rules.include))
        if found.score < _SURE:
            hidden = [("structured data", items) for items in lists]
            hidden.append(("state of scripts", state_of(states, reader)))
            for how, items in hidden:
                wanted_items = tuple(item for item in items if _wants(rules, item.url))
                found = better(found, in_data(how, wanted_items, url))
    return replace(found, next=next_page(page, url, rules.selectors.next))


def _wants(rules: ListRules, url: str) -> bool:
    return wanted(url, rules.include, rules.exclude)
