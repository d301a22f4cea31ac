"""The links of a page that may be articles: what each says, and the elements that lead to it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import html

from ingest.detect.addresses import Address, addresses
from ingest.detect.words import words
from ingest.normalize.datelines import words as datewords

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_MOST = 5_000  # links of one page that are looked at
_TEXT = 300  # characters of a title
# What a link is worth by the number of words in it; longer ones are sentences.
_STEPS = ((0, 0.0), (1, 0.15), (2, 0.45), (3, 0.75), (4, 0.9), (25, 1.0))
_SENTENCE, _NO_TITLE = 0.5, 0.1
_SPOKEN, _DESCRIBED, _IN_PROSE, _OFF = 0.7, 0.5, 0.2, 0.3  # of that, where something speaks against
_WORD = re.compile(r"\w+")
# Scripts that put no space between words: about two or four letters are one.
_DENSE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SPACELESS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_PROSE = re.compile(r"[^\W\d_]{2,}")
_PIECE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_NUMBER = re.compile(r"\d+")
_SIGNS = re.compile(r"[^\w\s'’-]+")


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """An element on the way from the page to a link; `name` is its tag and first class.

    Digits in names are `#`, so that `post-12` and `post-13` are alike.
    """

    element: html.HtmlElement
    parent: "Spot | None"
    depth: int
    name: str
    in_item: bool
    in_link: bool


@dataclass(frozen=True, slots=True, eq=False)
class Link:
    """A link that may be an article: `weight`, 0 to 1, is how much its text is like a title.

    `own` tells that the text is to be seen in the link: no label, and not the name of its card.
    """

    address: Address
    text: str
    own: bool
    heading: bool
    weight: float
    spot: Spot
    index: int


def links_of(page: html.HtmlElement, url: str) -> tuple[Link, ...]:
    """The links of `page`, whose address is `url`, in document order; scripts must be gone."""
    address = addresses(base_of(page, url), url)
    spots: dict[html.HtmlElement, Spot] = {}
    found = []
    for index, element in enumerate(page.iter("a")):
        if index >= _MOST:
            break
        where = address(element.get("href") or "")
        if where is None:
            continue
        spot = _spot(element, spots)
        if not spot.in_link:  # broken HTML nests them, and then each would hold all that follow
            found.append(_link(element, where, spot, index))
    return tuple(found)


def base_of(page: html.HtmlElement, url: str) -> str:
    """What references of the page are resolved against."""
    element = page.find(".//base[@href]")
    try:
        return url if element is None else urljoin(url, (element.get("href") or "").strip())
    except ValueError:
        return url


def text_in(element: html.HtmlElement, most: int = _TEXT, *, between: str = "") -> str:
    """The text of `element` on one line; not read much further than `most` characters.

    `between` is put between texts of different elements.
    """
    if not len(element):
        return " ".join((element.text or "")[: 2 * most].split())[:most]
    parts, length = [], 0
    for part in element.itertext():
        parts.append(part[:most])
        length += len(parts[-1].strip())
        if length > most:
            break
    return " ".join(between.join(parts).split())[:most]


def pieces(name: str) -> list[str]:
    """The words of a class or id: `siteFooter-top` is site, footer, top."""
    return [piece.lower() for piece in _PIECE.findall(name)]


def length_in_words(text: str) -> float:
    """How many words a title has, in any script."""
    dense = len(_DENSE.findall(text))
    spaceless = len(_SPACELESS.findall(text))
    if not dense and not spaceless:
        return len(_WORD.findall(text))
    rest = _SPACELESS.sub(" ", _DENSE.sub(" ", text))
    return dense / 2 + spaceless / 4 + len(_WORD.findall(rest))


def spoken(text: str) -> str:
    """`text` as one says it: in lower case, without arrows and other signs."""
    return " ".join(_SIGNS.sub(" ", text.casefold()).split())


def titular(text: str, *, heading: bool) -> float:
    """How much `text` is like a title, 0 to 1: by its length, and more when it is a heading.

    A date is none, nor is what stands on buttons.
    """
    count = length_in_words(text)
    if count < 6 and (spoken(text) in words().buttons or _is_date(text)):
        return _NO_TITLE
    value = next((value for most, value in _STEPS if count <= most), _SENTENCE)
    return min(1.0, 1.15 * value + 0.1) if heading and value else value


def _is_date(text: str) -> bool:
    """Numbers, and hardly more words than the name of a month."""
    months = datewords().months
    names = [name.casefold() for name in _PROSE.findall(text)]
    if not any(map(str.isdigit, text)) or len(names) > 3:
        return False
    return not names or any(name in months for name in names)


def ancestors(spot: Spot) -> Iterator[Spot]:
    """`spot` itself and the elements around it, outwards."""
    at: Spot | None = spot
    while at is not None:
        yield at
        at = at.parent


def _spot(element: html.HtmlElement, spots: dict[html.HtmlElement, Spot]) -> Spot:
    fresh = []
    at: html.HtmlElement | None = element
    while at is not None and at not in spots:
        fresh.append(at)
        at = at.getparent()
    spot = spots[at] if at is not None else None
    for one in reversed(fresh):
        classes = (one.get("class") or "").split(maxsplit=1)
        name = f"{one.tag}.{_NUMBER.sub('#', classes[0]) if classes else ''}"
        item = spot is not None and (spot.in_item or spot.element.tag in _ITEMS)
        link = spot is not None and (spot.in_link or spot.element.tag == "a")
        spot = spots[one] = Spot(one, spot, spot.depth + 1 if spot else 0, name, item, link)
    assert spot is not None
    return spot


_ITEMS = frozenset({"article", "section", "li", "main"})


def _link(element: html.HtmlElement, address: Address, spot: Spot, index: int) -> Link:
    inner = naming(element)
    text = text_in(element if inner is None else inner)
    heading = _is_heading(spot) or (inner is not None and inner.tag in HEADINGS)
    own = bool(text)
    if not own:
        text, factor = _label(element)
    else:
        text, factor = _whole(text, element), _IN_PROSE if _in_prose(element) else 1.0
    weight = factor * weight_of(text, address, heading=heading)
    return Link(address, text, own, heading, weight, spot, index)


def weight_of(text: str, address: Address, *, heading: bool) -> float:
    """How much a link to `address` that says `text` is like that of an article."""
    return titular(text, heading=heading) * (_OFF if address.off else 1.0)


def _whole(text: str, element: html.HtmlElement) -> str:
    """The text, or the whole of it when the page cuts it and tells the rest in `title`."""
    full = " ".join((element.get("title") or "").split())[:_TEXT]
    cut = text.endswith(("…", "...")) and full.startswith(text.rstrip(".…"))
    return full if cut else text


def naming(element: html.HtmlElement) -> html.HtmlElement | None:
    """What names all that `element` holds: a heading in it, or what its class calls a title."""
    if not len(element):
        return None
    for heading in element.iter(*HEADINGS):
        if text_in(heading, 3):
            return heading
    inner = (e for e in element.iter() if e is not element and _titled(e.get("class")))
    return next((e for e in inner if text_in(e, 3)), None)


def _titled(classes: str | None) -> bool:
    if not classes:
        return False
    return any(not words().title.isdisjoint(pieces(name)[-1:]) for name in classes.split()[:5])


def _is_heading(spot: Spot) -> bool:
    """Within three elements: a heading may hold a wrapper around its link."""
    at: Spot | None = spot
    for _ in range(4):
        if at is None:
            return False
        if at.name[0] == "h" and at.element.tag in HEADINGS:
            return True
        at = at.parent
    return False


def _label(element: html.HtmlElement) -> tuple[str, float]:
    """What a link without text is called, and how far that is as good as a text."""
    label = " ".join((element.get("aria-label") or "").split())[:_TEXT]
    if label:
        return label, _SPOKEN
    image = element.find(".//img[@alt]")
    alt = "" if image is None else image.get("alt") or ""
    return " ".join((element.get("title") or alt).split())[:_TEXT], _DESCRIBED


def _in_prose(element: html.HtmlElement) -> bool:
    """A link in the middle of a sentence is no title: three words right before it."""
    before = element.getprevious()
    parent = element.getparent()
    text = before.tail if before is not None else parent.text if parent is not None else ""
    return len(_PROSE.findall((text or "")[-200:])) > 2
