"""The main content of a page: which of its blocks stay.

Two opinions are asked. Ours leaves out what is furniture by its name and place, and keeps every
member of a list; trafilatura finds the text of an article in what we leave. Where both find the
same long text, it is an article and trafilatura tells where it begins and ends; where they differ,
the page is a list, a shop or a thread, of which trafilatura loses most. What stays is the page's
own HTML.
"""

import re
from collections.abc import Sequence
from copy import deepcopy
from itertools import pairwise

from lxml import etree, html

from ingest.markup import unwrap
from ingest.normalize.boilerplate import is_teaser
from ingest.normalize.elements import elements
from ingest.normalize.embeds import unfold
from ingest.normalize.extract import opinion
from ingest.normalize.furniture import is_comment, is_weak
from ingest.normalize.outline import Block, outline, sound
from ingest.normalize.structured import is_article, nodes
from ingest.traced import Traced

_LONG, _LINKED = 100, 0.3  # characters of a paragraph, and the part of it in links
_NEAR, _FAR, _SHORT = 300, 1_500, 25  # characters
_SEARCHES = 300  # of a whole text: a page of many blocks must not be searched for each of them
_ARTICLE, _SHARED, _WARES, _AGREED = 200, 0.2, 0.3, 0.7
_GAP, _PASSAGE, _SEEN = 300, 800, 60  # characters
_BEFORE, _LABEL, _CALL = 0.3, 100, 25
_COPYRIGHT = re.compile(r"©|\(c\)\s*\d{4}|copyright|all rights reserved", re.IGNORECASE)
_PART = 0.25
_TOLD = frozenset({"Article", "Product", "og:article"})
_THREADS = frozenset({"DiscussionForumPosting", "QAPage"})
_LINES = frozenset({"p", "div", "h2", "h3", "h4", "h5"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LABELS = frozenset({"p", "div", "time"})
_STOPS = (".", "!", "?", ":", "”", '"', "。", "।", "»")
_TEASER = 200  # characters
_LOOSE = frozenset({"div", "p", "body", "section", "main", "article"})


def main_content(page: html.HtmlElement) -> Traced[html.HtmlElement]:
    """What is left of the body of `page`, which is not changed; without text when it has none."""
    source = page.find("body")
    assert source is not None  # parse_page ensures it
    body = deepcopy(source)
    _unfold(body)
    kinds = _kinds(page)
    blocks = outline(body)
    seen = _second_opinion(body, blocks, kinds)
    if _reads_as_article(blocks, seen, kinds):
        kept, origin = _article(blocks, seen), "main content"
        if kinds & {"Article", "og:article"}:
            _trim(blocks, kept)
            _drop_last_headings(blocks, kept)
    else:
        kept, origin = _whole(blocks, comments=bool(kinds & _THREADS)), "body without furniture"
    _keep_media(blocks, kept)
    for block, stays in zip(blocks, kept, strict=True):
        if not stays and block.element is not body:
            block.element.drop_tree()
    # What stayed in these was judged; the sanitizer would take them out whole.
    etree.strip_tags(body, *elements().with_content)
    return Traced(body, origin)


def _second_opinion(
    body: html.HtmlElement, blocks: Sequence[Block], kinds: frozenset[str]
) -> list[bool]:
    """What trafilatura finds: fast first, thoroughly when that is little of what we see.

    A page that does not say it is an article, and of which the fast way finds a part, is none.
    """
    if kinds & _THREADS:
        return [False] * len(blocks)
    seen = matched(blocks, opinion(body))
    agreed = _agreed(blocks, seen)
    if agreed >= _AGREED or (agreed >= _PART and kinds.isdisjoint(_TOLD)):
        return seen
    return matched(blocks, opinion(body, thorough=True))


def matched(blocks: Sequence[Block], text: str) -> list[bool]:
    """Which of `blocks` stand in `text`, an excerpt of the same page in about the same order.

    Long ones are found anywhere, short ones only behind the block found before them.
    """
    whole = sound(text)
    found: list[bool] = []
    used: dict[str, int] = {}
    end, jumped, searches = 0, -_NEAR, _SEARCHES
    for key in (block.key for block in blocks):
        if not key:
            found.append(bool(found) and found[-1])
            continue
        reach = _NEAR if len(key) < _SHORT else _FAR
        at = whole.find(key, end, end + len(key) + reach)
        if at >= 0:
            end = at + len(key)
        elif len(key) >= _SHORT and searches:
            searches -= 1
            at = whole.find(key) if whole.count(key) > used.get(key, 0) else -1
            if 0 <= at - jumped < _NEAR:
                end = at + len(key)
            jumped = at + len(key) if at >= 0 else jumped
        if at >= 0:
            used[key] = used.get(key, 0) + 1
        found.append(at >= 0)
    return found


def _unfold(body: html.HtmlElement) -> None:
    """What a page shows only without scripts stays when it is most of its text, or a picture."""
    hidden = list(body.iter("noscript"))
    half = len(body.text_content()) / 2 if hidden else 0
    whole = [element for element in hidden if len(element.text_content()) > half]
    unfold(body, (e for e in hidden if e not in whole and e.find(".//img") is not None))
    unwrap(body, whole)


def _kinds(page: html.HtmlElement) -> frozenset[str]:
    """The types that structured data and meta elements give the page; "Article" for every kind."""
    found: set[str] = set()
    for node in nodes(page):
        kind = node.get("@type")
        found |= set(map(str, kind if isinstance(kind, list) else [kind]))
        if is_article(node) and "Review" not in found:
            found.add("Article")
    found.add("og:" + page.xpath("string(//meta[@property='og:type']/@content)").strip().lower())
    return frozenset(found)


def _reads_as_article(blocks: Sequence[Block], seen: list[bool], kinds: frozenset[str]) -> bool:
    if kinds & _THREADS:
        return False
    own = [(block, s) for block, s in zip(blocks, seen, strict=True) if not block.furniture]
    prose = [(b, s) for b, s in own if len(b.text) >= _LONG and b.linked < _LINKED]
    shared = sum(len(block.text) for block, s in prose if s)
    if "Article" in kinds and shared > _ARTICLE:
        return True
    if "og:article" in kinds:
        return shared > _SHARED * sum(len(block.text) for block, _ in prose)
    return _agreed(blocks, seen) > (_WARES if "Product" in kinds else _AGREED)


def _agreed(blocks: Sequence[Block], seen: list[bool]) -> float:
    """The part of what we take for content that is `seen`, too."""
    own = [(block, s) for block, s in zip(blocks, seen, strict=True) if not block.furniture]
    return sum(len(b.text) for b, s in own if s) / (sum(len(b.text) for b, _ in own) or 1)


def _article(blocks: Sequence[Block], seen: list[bool]) -> list[bool]:
    """What trafilatura found less what is surely furniture, and long passages it lost between."""
    kept = [
        s and (not block.furniture or is_weak(block.furniture))
        for block, s in zip(blocks, seen, strict=True)
    ]
    sure = [i for i, block in enumerate(blocks) if kept[i] and len(block.text) > _SEEN]
    for first, last in pairwise(sure):
        between = range(first + 1, last)
        if sum(len(blocks[i].text) for i in between) > _GAP:
            for i in between:
                kept[i] = kept[i] or _is_lost(blocks[i])
    if sure:
        _extend(blocks, kept, sure[-1] + 1)
    _drop_end(blocks, kept)
    _drop_last_headings(blocks, kept)
    return kept


def _extend(blocks: Sequence[Block], kept: list[bool], start: int) -> None:
    """Paragraphs that go on where trafilatura stopped, as it does at a change of container."""
    more = []
    for i in range(start, len(blocks)):
        block = blocks[i]
        if block.text and not block.furniture:
            if block.tag != "p" or not _is_lost(block):
                break
            more.append(i)
    if sum(len(blocks[i].text) for i in more) > _PASSAGE:
        for i in more:
            kept[i] = True


def _trim(blocks: Sequence[Block], kept: list[bool]) -> None:
    """From a known article, drop lines that only lead elsewhere and labels at its ends."""
    for i, block in enumerate(blocks):
        alone = block.linked > 0.95 and (block.tag in _LINES or block.crowd > 0.8)
        leads = block.linked > 0.5 and len(block.text) < _TEASER and is_teaser(block.text)
        if kept[i] and (alone or leads):
            kept[i] = False
    filled = [i for i, block in enumerate(blocks) if kept[i] and block.text]
    for end in (filled[:3], filled[:-4:-1]):
        for i in end:
            block = blocks[i]
            if len(block.text) >= 40 or block.tag not in _LABELS or block.text.endswith(_STOPS):
                break
            kept[i] = False


def _is_lost(block: Block) -> bool:
    return (
        bool(block.text)
        and not block.furniture
        and block.crowd < 0.5
        and block.linked < 0.5
        and block.tag not in {"figcaption", "h1"}
    )


def _whole(blocks: Sequence[Block], *, comments: bool) -> list[bool]:
    """All that is no furniture, less what stands before the title and calls to action."""
    kept = [not b.furniture or (comments and is_comment(b.furniture)) for b in blocks]
    title = next((i for i, block in enumerate(blocks) if kept[i] and block.tag == "h1"), 0)
    length = sum(len(block.text) for block, k in zip(blocks, kept, strict=True) if k)
    before = [i for i in range(title) if kept[i]]
    if sum(len(blocks[i].text) for i in before) < _BEFORE * length:
        for i in before:
            kept[i] = len(blocks[i].text) >= _LABEL and blocks[i].crowd <= 0.5
    _drop_end(blocks, kept)
    for i, block in enumerate(blocks):
        if block.linked > 0.9 and len(block.text) < _CALL and block.tag in _LOOSE:
            kept[i] = False
    return kept


def _drop_end(blocks: Sequence[Block], kept: list[bool]) -> None:
    """Copyright lines and short links at the end go."""
    for i in range(len(blocks) - 1, -1, -1):
        block = blocks[i]
        if not (kept[i] and block.text):
            continue
        if not (_COPYRIGHT.search(block.text) or (block.linked > 0.8 and len(block.text) < 40)):
            return
        kept[i] = False


def _drop_last_headings(blocks: Sequence[Block], kept: list[bool]) -> None:
    """Headings that end a text belong to what went; in a list of headings they are members."""
    texts = [i for i, block in enumerate(blocks) if kept[i] and block.text]
    while len(texts) > 1:
        last, before = blocks[texts[-1]], blocks[texts[-2]]
        if last.tag not in _HEADINGS or before.tag == last.tag or len(last.text) >= _LABEL:
            return
        kept[texts.pop()] = False


def _keep_media(blocks: Sequence[Block], kept: list[bool]) -> None:
    """A picture or player stays between texts that stay, with its caption."""
    texts = [i for i, block in enumerate(blocks) if kept[i] and block.text and block.tag != "h1"]
    for i, block in enumerate(blocks):
        if not block.text:
            kept[i] = bool(texts) and texts[0] < i < texts[-1] and not block.furniture
        elif block.tag == "figcaption" and i and not blocks[i - 1].text:
            kept[i] = kept[i] or kept[i - 1]
