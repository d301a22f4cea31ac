"""The terms that stand for an article when it is compared with others.

The choice looks at the article alone, never at what else is stored: the same article has the same
terms in every store, in any order of arrival. How rare a term is in the archive comes in when
articles are compared, from exact counts.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from ingest.similarity import UNSPACED, WORD

MOST = 64
"""Terms kept of an article. Fewer cost quality (48: -0.6 % MRR), more cost space and time."""

_LONGEST = 100_000  # characters read
_LONGEST_TITLE = 1_000  # likewise, of a title and of all tags
_MOST_TAGS = 50
_LONGEST_TERM = 40  # characters; longer tokens are encoded data or run-together text
_NAME = 1.2  # how much sooner a word always written with a capital is kept
_STEP = 1024  # weights are multiples of 1/1024: sums of their products are exact in any order
_TOKEN = re.compile(rf"[{UNSPACED}]+|{WORD}(?:['’]{WORD})*")
_APOSTROPHE = re.compile("['’]")
_UNSPACED = re.compile(f"[{UNSPACED}]")


def terms(
    title: str, text: str, language: str, tags: Sequence[str] = ()
) -> tuple[tuple[str, float], ...]:
    """The at most 64 terms that say most about an article, each with its weight, heaviest first.

    Terms are casefolded words without function words and bare numbers; character pairs in scripts
    without spaces. A word of the title or a tag counts as one more occurrence. Weight: 1 + ln(tf),
    the whole normalized to length 1 ("lnc" of Salton and Buckley 1988), rounded to 1/1024. Among
    equals the alphabet decides, so that two texts that share words keep the same ones.
    """
    counts: Counter[str] = Counter()
    capitals: Counter[str] = Counter()
    tagged = " ".join(tags[:_MOST_TAGS])
    for part in (title[:_LONGEST_TITLE], tagged[:_LONGEST_TITLE], text[:_LONGEST]):
        for term, capital in _terms_of(part, language):
            counts[term] += 1
            capitals[term] += capital
    weights = {term: 1 + math.log(count) for term, count in counts.items()}

    def rank(term: str) -> tuple[float, str]:
        named = capitals[term] == counts[term]
        return (-weights[term] * (_NAME if named else 1), term)

    kept = sorted(weights, key=rank)[:MOST]
    length = math.sqrt(sum(weights[term] ** 2 for term in kept))
    return tuple((term, round(weights[term] / length * _STEP) / _STEP) for term in kept)


@cache
def stop_words(language: str) -> frozenset[str]:
    """The function words of a language (its primary subtag); none for one we have no list of."""
    source = files(__package__) / "stopwords" / f"{language}.txt"
    if not language.isalpha() or not source.is_file():
        return frozenset()
    lines = source.read_text(encoding="utf-8").casefold().splitlines()
    words = (word for line in lines if not line.startswith("#") for word in line.split())
    return frozenset(map(_core, words))


def _terms_of(text: str, language: str) -> Iterator[tuple[str, bool]]:
    primary = language.partition("-")[0].lower()
    stops = stop_words(primary)
    for token in _TOKEN.findall(unicodedata.normalize("NFC", text)):
        if _UNSPACED.match(token):
            yield from ((token[i : i + 2], False) for i in range(len(token) - 1))
            continue
        word = _core(token.casefold())
        if word not in stops and 1 < len(word) <= _LONGEST_TERM and not word.isnumeric():
            yield (_singular(word) if primary == "en" else word), token[0].isupper()


def _core(word: str) -> str:
    """Of parts joined by apostrophes the longest, the last of equals.

    It carries the meaning in every language that joins so: l'homme, Shoigu's, Ankara'da.
    """
    if "'" not in word and "’" not in word:
        return word
    return max(reversed(_APOSTROPHE.split(word)), key=len)


def _singular(word: str) -> str:
    if len(word) < 4 or word[-1] != "s" or word[-2] in "suia":
        return word
    return word[:-3] + "y" if word.endswith("ies") and len(word) > 4 else word[:-1]
