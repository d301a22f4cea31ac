"""Plain text: a title, paragraphs between blank lines, short lines as headings."""

import re
from collections.abc import Sequence
from html import escape

from ingest.normalize.boilerplate import judge
from ingest.normalize.bylines import byline_in
from ingest.normalize.reading import Reading
from ingest.normalize.recurring import BULLET, cut_lines
from ingest.passages import NOTHING, Learned
from ingest.traced import Traced

_HEADING_LENGTH = 80  # characters
_HEADING_WORDS = 12
_WRAPPED = 120  # characters; hard-wrapped text has no longer lines
_TITLE_LINE = 300  # a first line longer than that is a paragraph, and stays one too
_STOPS = tuple(".!?…:;,。！？：；，、।۔؟»\"”'’)")
_URL = re.compile(r"https?://[^\s<>\"'“”‘’«»]+", re.IGNORECASE)
_TAIL = ".,;:!?…)]}*_"
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")


def read_text(text: str, learned: Learned = NOTHING, origin: str = "") -> Reading:
    """Read a text whose first line is the title. A text of one line is a title without a body.

    A byline ("By Jo Bloggs") right below the title names the authors and leaves the body.

    Boilerplate lines go wherever they stand, before the title too, and so does what is `learned` of
    the source that the document `origin` is of.
    """
    lines = text.splitlines()
    filled = [index for index, line in enumerate(lines) if line.strip()]
    dropped, hints = judge([lines[index] for index in filled])
    gone = frozenset(filled[index] for index in dropped)
    shared, cut = cut_lines(lines, gone, learned, origin)
    authors, byline = _byline(lines, gone, shared)
    gone |= shared | byline
    blocks = _blocks([line for index, line in enumerate(lines) if index not in gone])
    if not blocks:
        return Reading(html=Traced(""), hints=hints, cut=cut)
    title = blocks[0][0].strip()
    if len(title) <= _TITLE_LINE:
        blocks[0] = blocks[0][1:]
    return Reading(
        html=Traced(_html([block for block in blocks if block]), "body"),
        title=Traced(title, "first line"),
        authors=Traced(authors, "byline"),
        hints=hints,
        cut=cut,
    )


def _byline(
    lines: Sequence[str], gone: frozenset[int], shared: frozenset[int]
) -> tuple[tuple[str, ...], frozenset[int]]:
    """The authors of a byline right below the title, and its line; also where it is `shared`, for
    all texts of a folder may be by one author.
    """
    filled = [index for index, line in enumerate(lines) if line.strip() and index not in gone]
    title = next((rank for rank, index in enumerate(filled) if index not in shared), len(filled))
    for index in filled[title + 1 :]:
        if authors := byline_in(lines[index].strip()):
            return authors, frozenset({index})
        if index not in shared:
            break
    return (), frozenset()


def linked(text: str) -> str:
    """Escape a plain text and make links of the URLs in it."""
    parts, end = [], 0
    for match in _URL.finditer(text):
        url = _trimmed(match[0])
        parts += [escape(text[end : match.start()], quote=False), _anchor(url)]
        end = match.start() + len(url)
    return "".join([*parts, escape(text[end:], quote=False)])


def _blocks(lines: list[str]) -> list[list[str]]:
    blocks: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            blocks[-1].append(line)
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block]


def _html(blocks: list[list[str]]) -> str:
    short = [_could_be_heading(block) for block in blocks]
    parts = []
    for index, block in enumerate(blocks):
        between = 0 < index < len(blocks) - 1 and not short[index - 1] and not short[index + 1]
        if short[index] and between:
            parts.append(f"<h2>{linked(block[0].strip())}</h2>")
        else:
            parts.append(_paragraphs(block))
    return "\n".join(parts)


def _could_be_heading(block: list[str]) -> bool:
    line = block[0].strip()
    return (
        len(block) == 1
        and len(line) <= _HEADING_LENGTH
        and len(line.split()) <= _HEADING_WORDS
        and any(c.isalpha() for c in line)
        and not line.endswith(_STOPS)
        and not BULLET.match(line)
        and not _URL.match(line)
    )


def _paragraphs(block: list[str]) -> str:
    if len(block) > 1 and all(BULLET.match(line) for line in block):
        items = (f"<li>{linked(BULLET.sub('', line, count=1).strip())}</li>" for line in block)
        return f"<ul>{''.join(items)}</ul>"
    if any(len(line) > _WRAPPED for line in block):
        return "\n".join(f"<p>{linked(line.strip())}</p>" for line in block)
    return f"<p>{linked(_joined(block))}</p>"


def _joined(block: list[str]) -> str:
    """One line of the hard-wrapped `block`; Chinese and Japanese are joined without a space."""
    parts = [block[0].strip()]
    for line in block[1:]:
        line = line.strip()
        tight = _WIDE.match(parts[-1][-1:]) and _WIDE.match(line)
        parts += ["" if tight else " ", line]
    return "".join(parts)


def _trimmed(url: str) -> str:
    """Without the punctuation of the sentence around it; a bracket stays if it was opened in it."""
    kept = url
    while kept and kept[-1] in _TAIL:
        if kept[-1] == ")" and kept.count("(") >= kept.count(")"):
            break
        kept = kept[:-1]
        if len(url) - len(kept) > 20:
            return url
    return kept


def _anchor(url: str) -> str:
    return f'<a href="{escape(url)}">{escape(url, quote=False)}</a>'
