"""Whether what a page offers as its summary is one: prose, whole, and about this article."""

import re

from ingest.similarity import words

_LEAST = 6  # words
_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af]")
_CUT = ("…", "...", "[…]", "[...]")
_HANGING = (",", ";", ":", "-", "–", "—", "&", "|", "➔")
_ENDS = (".", "!", "?", "。", "！", "？", "”", '"', "»", "؟", "।")
_STEM = 5  # letters by which words are compared, for languages that inflect them
_TELLING = 3  # words as long as that, below which a summary does not tell what it is about
_MOSTLY = 0.6  # of them, in the text


def is_standfirst(summary: str, title: str, text: str) -> bool:
    """Whether `summary` is real prose about the article of `title` and `text`.

    It is not when it is the title again, a few words, cut off (with a mark, or as the beginning
    of the text that ends inside a sentence), or what a site says of itself on every page.
    """
    if summary.casefold().rstrip(".") == title.casefold().rstrip("."):
        return False
    if summary.endswith((*_CUT, *_HANGING)):
        return False
    beginning = " ".join(text[: 2 * len(summary) + 100].split())
    if not summary.endswith(_ENDS) and beginning.startswith(summary):
        return False
    count = len(summary.split()) + len(_WIDE.findall(summary)) // 2
    return count >= _LEAST and _is_about(summary, title, text)


def _is_about(summary: str, title: str, text: str) -> bool:
    """Whether a word that matters stands in the title too, or most of them in the text."""
    said = {word[:_STEM] for word in words(summary)}
    telling = {stem for stem in said if len(stem) == _STEM}
    if len(telling) < _TELLING:
        return True
    if telling & {word[:_STEM] for word in words(title)}:
        return True
    return len(telling & {word[:_STEM] for word in words(text)}) >= _MOSTLY * len(telling)
