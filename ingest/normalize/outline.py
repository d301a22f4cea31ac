"""The outline of a page: its blocks of text in order, and what speaks for and against each."""

import re
from dataclasses import dataclass
from functools import cache

from lxml import html

from ingest.normalize.elements import elements
from ingest.normalize.furniture import furniture, is_comment, is_weak

_UNREAD = ("script", "style", "template", "svg", "head", "select", "textarea", "noscript")
_PARTS = frozenset(
    {"body", "caption", "dd", "dt", "figcaption", "hr", "li", "tbody", "td", "tfoot"}
)
_PARTS |= {"th", "thead", "tr", "form", "option"}
_GROUPS = frozenset({"ul", "ol", "div", "section", "table", "dl"})
_INLINE = frozenset({"a", "b", "em", "span", "strong"})
_MEDIA = ("img", "video", "audio", "iframe", "embed", "object")
_HOLDERS = frozenset({"h1", "main", "article"})
_MOST = 0.4  # of the page's text: such a part is not judged by its name when it holds the content
_PROSE, _ALL = 0.5, 0.9
_SOUND = re.compile(r"[\W_]+")
_DEEPEST = 250  # elements; below, an element is one block: nobody writes so, and calls have a limit
_SPACE = re.compile(r"\s+")


@dataclass(slots=True, kw_only=True)
class Block:
    """A run of text, or a picture or player, in an element of its own.

    `linked` is the part of the text that stands in links, `crowd` that of the densest list or
    section around it; `furniture` the reason why it is none of the content, "" when there is none.
    """

    element: html.HtmlElement
    text: str
    tag: str
    linked: float
    crowd: float
    furniture: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class _Place:
    inside: bool
    furniture: str
    tag: str
    crowd: float


@dataclass(slots=True)
class _Size:
    text: int = 0
    links: int = 0
    prose: int = 0
    anchors: int = 0
    holds: bool = False  # a title, article or main
    blocks: bool = False  # something that is no run of text


@dataclass(frozen=True, slots=True)
class _Page:
    body: html.HtmlElement
    sizes: dict[html.HtmlElement, _Size]
    blocks: list[Block]


def outline(body: html.HtmlElement) -> list[Block]:
    """The blocks of `body`, which is changed: each is an element that can be dropped by itself.

    What is furniture for sure is taken out: no block of it would stay, and half of the work on a
    page is work on that.
    """
    for element in list(body.iter(*_UNREAD)):
        element.drop_tree()
    sizes = _measure(body)
    page = _Page(body, sizes, [])
    _read(body, _Place(False, "", "body", 0.0), page)
    for block in page.blocks:
        block.key = sound(block.text)
    return page.blocks


def sound(text: str) -> str:
    """The letters and digits of `text` in lower case: what two forms of a text have in common."""
    return _SOUND.sub("", text.lower())


def _measure(body: html.HtmlElement) -> dict[html.HtmlElement, _Size]:
    order = list(body.iter())
    sizes = {element: _Size() for element in order}
    whole = _whole()
    for element in reversed(order):  # what is in an element comes before it
        tag, size = element.tag, sizes[element]
        if text := element.text:
            size.text += len(text.strip())
        if tag == "a":
            size.links, size.anchors = size.text, 1
        elif tag == "p":
            size.prose = size.text - size.links
        if tag in whole:
            size.blocks = True
            size.holds = size.holds or tag in _HOLDERS
        if element is body:
            break
        outer = sizes[element.getparent()]
        outer.text += size.text + (len(tail.strip()) if (tail := element.tail) else 0)
        outer.links += size.links
        outer.prose += size.prose
        outer.anchors += size.anchors
        outer.holds = outer.holds or size.holds
        outer.blocks = outer.blocks or size.blocks
    return sizes


@cache
def _whole() -> frozenset[str]:
    """Elements that are more than a run of text."""
    return elements().blocks | elements().containers | _PARTS


def _read(element: html.HtmlElement, place: _Place, page: _Page, depth: int = 0) -> None:
    """The blocks of `element`; runs of text between other blocks are put into a `span` each."""
    sizes = page.sizes
    run: list[html.HtmlElement] = []
    children = list(element)
    split = depth < _DEEPEST and any(sizes[child].blocks for child in children)
    opening, element.text = (element.text, None) if split else (None, element.text)
    for child in children:
        if not (split and sizes[child].blocks):
            if not place.furniture and furniture(child, inside=place.inside):
                child.drop_tree()
            else:
                run.append(child)
            continue
        _close(element, opening, run, place, page, before=child)
        run, opening, child.tail = [], child.tail, None
        below = _below(child, place, sizes[child], sizes[page.body])
        if _is_sure(below.furniture):
            element.remove(child)
        else:
            _read(child, below, page, depth + 1)
    if split:
        _close(element, opening, run, place, page, before=None)
    else:
        _add(element, run, place, page)


def _is_sure(reason: str) -> bool:
    return bool(reason) and not is_weak(reason) and not is_comment(reason)


def _close(
    parent: html.HtmlElement,
    opening: str | None,
    run: list[html.HtmlElement],
    place: _Place,
    page: _Page,
    before: html.HtmlElement | None,
) -> None:
    if not run and not (opening or "").strip():
        return
    holder = html.Element("span")
    holder.text = opening
    holder.extend(run)
    if before is None:
        parent.append(holder)
    else:
        before.addprevious(holder)
    _add(holder, run, place, page)


def _add(
    element: html.HtmlElement, run: list[html.HtmlElement], place: _Place, page: _Page
) -> None:
    for child in run:
        for br in child.iter("br"):
            br.tail = "\n" + (br.tail or "")
    text = _SPACE.sub(" ", "".join(element.itertext())).strip()
    if text or element.tag in _MEDIA or (run and any(True for _ in element.iter(*_MEDIA))):
        links = sum(page.sizes[child].links for child in run)
        page.blocks.append(
            Block(
                element=element,
                text=text,
                tag=place.tag,
                linked=min(links / len(text), 1.0) if text else 0.0,
                crowd=place.crowd,
                furniture=place.furniture,
            )
        )


def _below(child: html.HtmlElement, place: _Place, size: _Size, page: _Size) -> _Place:
    inside = place.inside or child.tag in {"main", "article"} or child.get("role") == "main"
    reason = place.furniture
    if not reason and not _is_content(size, page):
        reason = furniture(child, inside=inside)
    crowd = place.crowd
    if child.tag in _GROUPS and size.anchors > 1 and size.text < page.text / 2:
        crowd = max(crowd, size.links / max(size.text, 1))
    return _Place(inside, reason, place.tag if child.tag in _INLINE else str(child.tag), crowd)


def _is_content(size: _Size, page: _Size) -> bool:
    """Whether an element holds so much of the page that its name cannot make it furniture."""
    return size.text > _MOST * page.text and (
        size.holds or size.prose > _PROSE * page.prose or size.text > _ALL * page.text
    )
