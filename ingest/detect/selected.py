"""Lists by the operator's own CSS selectors, where detection is not to decide."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from lxml import html

from ingest.article import Stated
from ingest.detect.cards import stated_by
from ingest.detect.guesses import Detection, Guess, Selectors
from ingest.detect.links import Link, text_in
from ingest.detect.regions import Card, cards_of
from ingest.detect.schema import MOST, Reader
from ingest.markup import clean_line
from ingest.normalize.datelines import date_in
from ingest.selectors import finder


def by_selectors(
    page: html.HtmlElement, links: Iterable[Link], selectors: Selectors, reader: Reader
) -> Detection:
    """What `item` and `link` select of `links`, in page order, each address once.

    Without `link` an item's link is the one that is most like a title. Raises ValueError for a
    selector that is none.
    """
    known = {link.spot.element: link for link in links}
    pairs = _in_items(page, known, selectors) if selectors.item else _alone(page, known, selectors)
    found: dict[str, Stated] = {}
    for link, card in pairs:
        one = _overridden(stated_by(link, card, reader), card, selectors, reader)
        if one.url:
            found.setdefault(one.url, one)
    items = tuple(found.values())
    guess = Guess(
        how="selectors",
        where=f"{selectors.item} {selectors.link}".strip(),
        score=1.0 if items else 0.0,
        reasons=(f"{len(items)} links",),
        rejected="" if items else "selects no link",
        count=len(items),
        items=items,
    )
    return Detection(items=items, guesses=(guess,))


def _in_items(
    page: html.HtmlElement, known: dict[html.HtmlElement, Link], selectors: Selectors
) -> Iterator[tuple[Link, Card]]:
    find = finder(selectors.link or "a")
    for item in finder(selectors.item)(page)[:MOST]:
        options = [known[element] for element in find(item) if element in known]
        if options:
            best = options[0] if selectors.link else max(options, key=lambda link: link.weight)
            yield best, (item,)


def _alone(
    page: html.HtmlElement, known: dict[html.HtmlElement, Link], selectors: Selectors
) -> Iterator[tuple[Link, Card]]:
    links = [known[element] for element in finder(selectors.link)(page) if element in known]
    yield from zip(links[:MOST], cards_of(links[:MOST]), strict=True)


def _overridden(one: Stated, card: Card, selectors: Selectors, reader: Reader) -> Stated:
    title = _first(card, selectors.title)
    date = _first(card, selectors.date)
    if title is not None:
        one = replace(one, title=clean_line(text_in(title)))
    if date is not None:
        text = date.get("datetime") or text_in(date)
        one = replace(one, published=date_in(text, reader.timezone, reader.language))
    return one


def _first(card: Card, selector: str) -> html.HtmlElement | None:
    if not selector:
        return None
    find = finder(selector)
    return next((element for part in card for element in find(part)), None)
