"""The passages of a document, and leaving out those that its source's articles share."""

import re
from collections.abc import Sequence

from lxml import html

from ingest.markup import clean_line
from ingest.passages import Cut, Learned, Passage, Trait, left_out, passage, picture

BULLET = re.compile(r"\s*(?:[-*•–·]|\d{1,3}[.)])\s+(?=\S)")
"""What begins an item of a list in a plain text."""

_LEAVES = ("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "dt", "dd", "figcaption", "caption")
_FIXED = ("pre", "table", "blockquote")
_BLOCKS = (*_LEAVES, *_FIXED)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_ITEMS = frozenset({"li", "dt", "dd"})
_SHOWN = "img | .//video | .//audio | .//hr"
_WRAPPED = (50, 120)  # characters of the lines of a paragraph that was wrapped by hand
_LONGEST_TITLE = 150  # characters
_NAMING = 12  # words beside the title in a line that names it

Spoken = tuple[html.HtmlElement, str, Passage]


def cut(body: html.HtmlElement, title: str, learned: Learned, origin: str) -> tuple[bool, Cut]:
    """Take what is learned out of `body`, the sanitized HTML of the document `origin`; whether
    anything went.

    An article's own `title` within a short line makes no difference.
    """
    spoken = _spoken(body, title)
    passages = tuple(one for _, _, one in spoken)
    out = left_out(passages, learned, origin)
    for index in sorted(out, reverse=True):
        _drop(spoken[index][0], body)
    return bool(out), _cut([text for _, text, _ in spoken], passages, learned)


def cut_lines(
    lines: Sequence[str], gone: frozenset[int], learned: Learned, origin: str
) -> tuple[frozenset[int], Cut]:
    """Which of the `lines` of a plain text go, by index, beside those `gone` already.

    The title is the first that is left; it is never a paragraph for what was learned.
    """
    groups = [
        (group, text, one)
        for group in _groups(lines, gone)
        if (one := _line(text := clean_line(" ".join(lines[index] for index in group))))
    ]
    passages = tuple(one for _, _, one in groups)
    texts = [text for _, text, _ in groups]
    out = _with_title(texts, passages, left_out(passages, learned, origin))
    going = frozenset(line for index in out for line in groups[index][0])
    return going, _cut(texts, passages, learned)


def _cut(texts: Sequence[str], passages: tuple[Passage, ...], learned: Learned) -> Cut:
    both = zip(texts, passages, strict=True)
    shared = tuple((one.key, text) for text, one in both if one.key in learned.places)
    return Cut(passages=passages, shared=shared)


def _spoken(body: html.HtmlElement, title: str) -> list[Spoken]:
    found: list[Spoken] = []
    for element in body.iter(*_BLOCKS):
        if any(inner is not element for inner in element.iter(*_BLOCKS)):
            continue
        text = clean_line(element.text_content())
        around = {up.tag for up in element.iterancestors()} | {element.tag}
        one = passage(
            _without(title, text),
            label=element.tag in _HEADINGS,
            item=not around.isdisjoint(_ITEMS),
            fixed=not around.isdisjoint(_FIXED),
        )
        image = element.find(".//img") if not text else None
        if one is None and image is not None and around.isdisjoint(_FIXED):
            text = str(image.get("src") or "")
            one = picture(text)
        if one:
            found.append((element, text, one))
    return found


def _without(title: str, text: str) -> str:
    """A line that names the article, such as "The post … appeared first on …", without the name."""
    before, named, after = text.partition(title) if title else (text, "", "")
    short = len(before.split()) + len(after.split()) <= _NAMING
    return f"{before} {after}" if named and short else text


def _drop(element: html.HtmlElement, body: html.HtmlElement) -> None:
    """Take an element out, and what is empty without it."""
    parent = element.getparent()
    element.drop_tree()
    while parent is not None and parent is not body:
        if parent.text_content().strip() or parent.xpath(f"boolean(.//{_SHOWN})"):
            return
        above = parent.getparent()
        parent.drop_tree()
        parent = above


def _groups(lines: Sequence[str], gone: frozenset[int]) -> list[list[int]]:
    """The lines that make one passage: those of a paragraph wrapped by hand, else each by itself.

    The first block is taken line by line: its first line may be the title.
    """
    blocks: list[list[int]] = [[]]
    for index, line in enumerate(lines):
        if not line.strip():
            blocks.append([])
        elif index not in gone:
            blocks[-1].append(index)
    filled = [block for block in blocks if block]
    groups: list[list[int]] = []
    for block in filled:
        wrapped = block is not filled[0] and _is_wrapped([lines[index] for index in block])
        groups += [block] if wrapped else [[index] for index in block]
    return groups


def _is_wrapped(block: Sequence[str]) -> bool:
    least, most = _WRAPPED
    return (
        len(block) > 1
        and all(least <= len(line) <= most for line in block[:-1])
        and not any(BULLET.match(line) for line in block)
    )


def _line(text: str) -> Passage | None:
    return passage(text, item=BULLET.match(text) is not None, titled=True)


def _with_title(
    texts: Sequence[str], passages: Sequence[Passage], out: frozenset[int]
) -> frozenset[int]:
    """`out` without the line that must be the title, where a paragraph would become it."""
    rest = next((index for index in range(len(passages)) if index not in out), 0)
    prose = passages and (passages[rest].traits & Trait.PROSE or len(texts[rest]) > _LONGEST_TITLE)
    before = [index for index in range(rest) if not passages[index].traits & Trait.PROSE]
    return out - {before[-1]} if prose and before else out
