"""Text to whole sentences: paragraph by paragraph, headings and unfinished lines left out."""

import re
from collections.abc import Iterator

import sentencex

_LONGEST = 200_000  # characters read; a summary is made of the beginning of anything longer
_MOST = 2_000  # sentences returned
_BLOCK = re.compile(r"\n[^\S\n]*\n")
_SPACE = re.compile(r"\s+")
# Unicode's Sentence_Terminal (UAX 29) of the scripts in use, and the ellipsis. What may follow the
# mark: quotes, brackets, and the reference marks of a copied encyclopedia.
_FINISHED = re.compile(r"[.!?…。｡．！？؟۔।॥։።፧။][\"'”’“‘»«›‹)\]}」』】〉》*]*(?:\[\d{1,3}\])*$")
_UNMARKED = re.compile(r"[\u0e00-\u0eff\u1780-\u17ff]$")  # Thai, Lao and Khmer use no end mark


def sentences(text: str, language: str) -> tuple[str, ...]:
    """The whole sentences of `text` in order, each on one line, none across two blocks.

    Blocks are separated by blank lines. What does not end as sentences of its script end (a
    heading, a caption, a cut-off last line) is left out. `language` is a BCP 47 tag or "". At most
    2,000 sentences of the first 200,000 characters. Segmentation: sentencex.
    """
    found: list[str] = []
    for block in _BLOCK.split(text[:_LONGEST]):
        line = _SPACE.sub(" ", block).strip()
        if line:
            found += (part for part in _of_block(line, language) if _whole(part))
        if len(found) >= _MOST:
            break
    return tuple(found[:_MOST])


def _whole(part: str) -> bool:
    return bool(_FINISHED.search(part[-40:]) or _UNMARKED.search(part))


def _of_block(line: str, language: str) -> Iterator[str]:
    """The segments of one block; one that begins in lower case continues the one before it.

    An abbreviation that the segmenter does not know would otherwise end a sentence too early.
    """
    held: list[str] = []
    for segment in sentencex.segment(language.partition("-")[0].lower() or "en", line):
        part = segment.strip()
        if held and part and not part[0].islower():
            yield " ".join(held)
            held = []
        if part:
            held.append(part)
    if held:
        yield " ".join(held)
