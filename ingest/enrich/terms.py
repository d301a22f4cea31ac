"""The terms that stand for an article when it is compared with others.

The choice looks at the article alone, never at what else is stored: the same article has the same
terms in every store, in any order of arrival. How rare a term is in the archive comes in when
articles are compared, from exact counts.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain

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
    tagged = " ".join(tags[:_MOST_TAGS])
    counts, capitals = _counted((title, tagged, text), language)
    ranked = sorted(
        (-_weight(count) * (_NAME if capitals[term] == count else 1), term)
        for term, count in counts.items()
    )
    return _weighed(counts, [term for _, term in ranked[:MOST]])


def names(text: str, language: str) -> tuple[tuple[str, float], ...]:
    """The at most 64 terms that `text` always writes with a capital, weighed as `terms` are.

    Most are names of people, places and things; in German all nouns. None in a script without
    capitals. Titles have no part in it: many are written all in capitals or with one each.
    """
    counts, capitals = _counted((text,), language)
    found = sorted((-count, term) for term, count in capitals.items() if count == counts[term])
    return _weighed(counts, [term for _, term in found[:MOST]])


@cache
def stop_words(language: str) -> frozenset[str]:
    """The function words of a language (its primary subtag); none for one we have no list of."""
    source = files(__package__) / "stopwords" / f"{language}.txt"
    if not language.isalpha() or not source.is_file():
        return frozenset()
    lines = source.read_text(encoding="utf-8").casefold().splitlines()
    words = (word for line in lines if not line.startswith("#") for word in line.split())
    return frozenset(map(_core, words))


def _counted(parts: Sequence[str], language: str) -> tuple[Counter[str], Counter[str]]:
    """How often each term occurs in `parts`, of which the last is the text, and how often with a
    capital."""
    *short, text = parts
    read = [part[:_LONGEST_TITLE] for part in short] + [text[:_LONGEST]]
    found = [pair for part in read if part for pair in _terms_of(part, language)]
    counts = Counter([term for term, _ in found])
    return counts, Counter([term for term, capital in found if capital])


def _weighed(counts: Counter[str], kept: Sequence[str]) -> tuple[tuple[str, float], ...]:
    length = math.sqrt(sum([_weight(counts[term]) ** 2 for term in kept]))
    return tuple((term, round(_weight(counts[term]) / length * _STEP) / _STEP) for term in kept)


@lru_cache(1_000)
def _weight(count: int) -> float:
    return 1 + math.log(count)


def _terms_of(text: str, language: str) -> list[tuple[str, bool]]:
    """The terms of `text` in order, each with whether it was written with a capital."""
    primary = language.partition("-")[0].lower()
    tokens = _TOKEN.findall(unicodedata.normalize("NFC", text))
    return list(
        chain.from_iterable(
            # Long tokens are not remembered: hostile ones would fill the memory.
            _known(token, primary) if len(token) <= _LONGEST_TERM else _read(token, primary)
            for token in tokens
        )
    )


def _read(token: str, primary: str) -> tuple[tuple[str, bool], ...]:
    if _UNSPACED.match(token):
        return tuple((token[i : i + 2], False) for i in range(len(token) - 1))
    word = _core(token.casefold())
    if word in stop_words(primary) or not 1 < len(word) <= _LONGEST_TERM or word.isnumeric():
        return ()
    return ((_singular(word) if primary == "en" else word, token[0].isupper()),)


# The words of a language come again and again, in an article and in the next one.
_known = lru_cache(30_000)(_read)


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
