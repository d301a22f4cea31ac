"""A summary made of an article's own sentences.

Extractive and deterministic: position, closeness to what the whole article is about, and what the
sentences chosen before have not said yet. Centroid: Radev et al., "Centroid-based summarization of
multiple documents" (2004); redundancy: Carbonell and Goldstein, "The use of MMR" (1998).
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from lxml import etree

from ingest.article import Draft
from ingest.markup import parse_fragment, text_of
from ingest.similarity import UNSPACED, title_key
from ingest.similarity import words as words_of

Sentences = Callable[[str, str], Sequence[str]]
Terms = Callable[..., Sequence[tuple[str, float]]]

_MOST = 200  # sentences looked at: the beginning of anything longer
_LEAD = 0.5  # what the first position is worth, against a centrality of at most 1
_TITLE = 0.1  # what closeness to the title is worth
# Stories, and texts whose sentences all say much the same, ask for different things: what a
# sentence loses for what is said already, and for each 20 words; the share of the budget after
# which what adds little is left out.
_REDUNDANCY = (0.3, 0.6)
_LENGTH = (0.0, 0.2)
_ENOUGH = (0.5, 0.3)
_LITTLE = 0.6  # of what the best sentence is worth: less adds little
# The mean cosine of two sentences up to which position counts in full, and from which not at all.
# Of 491 news stories 5 % lie above 0.12, of 51 sets of opinions on one subject 5 % below 0.127.
_STORY, _CHORUS = 0.13, 0.17
_DATELINE = re.compile(  # before a sentence: "PARIS (Reuters) - ", "(CNN)", "LONDON, May 3 (AP) —"
    r"(?:[A-Z][A-Z .'’-]{2,30}(?:, [\w .,]{2,30})? ?)?\([A-Z][\w .&/-]{1,20}\) ?(?:--|[-–—])? ?"
    r"(?=[\"“‘']?[A-Z])"
)
_FEWEST_POINTS, _MOST_POINTS = 3, 5
_PER_POINT = 6  # sentences for each key point
_LONGEST_POINT = 35  # words
_DIFFERENT = 0.6  # what a key point loses for what another one says
_BESIDE = ("pre", "figcaption")  # elements whose text is no prose of the article
_SHORT = 6  # words; shorter sentences seldom stand alone
_SHORT_COST = 0.3
_GENEROUS = 2  # a publisher's own summary may be this many times the budget
_FURNITURE = re.compile(r"https?://|www\.|[@©®|]|[\w-]\.(?:com|org|net)\b", re.IGNORECASE)
_UNSPACED = re.compile(f"[{UNSPACED}]")

Vector = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Summary:
    """What an article says: `text` in short; of a longer one three to five `key_points` more."""

    text: str
    key_points: tuple[str, ...] = ()


def summarize(draft: Draft, *, words: int, sentences: Sentences, terms: Terms) -> Summary:
    """Summarize `draft` in at most `words` words: whole sentences in their order.

    The publisher's own summary wins; when it is longer than twice the budget it is cut to the
    whole sentences that fit. An article that fits the budget is its own summary. A single sentence
    over the budget stands alone where the first one is that long. "" when there is no sentence.
    Key points are sentences of at most 35 words that say what the summary does not, each another
    thing; a text of fewer than six times as many sentences, or of one refrain, has none.
    `sentences(text, language)` splits, `terms(title, text, language)` weighs the words of a part.
    """
    read = _read(draft, sentences, terms)
    if not draft.summary:
        short = not read.sentences or sum(read.lengths) <= words
        text = " ".join(
            read.sentences if short else [read.sentences[i] for i in _choose(read, words)]
        )
    elif count_words(draft.summary) <= words * _GENEROUS:
        text = draft.summary
    else:
        text = fit(sentences(draft.summary, draft.language), words)
    return Summary(text, _key_points(read, text, _unit(terms("", text, draft.language))))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """The sentences of a text, each with its words, terms, value, and whether it leans on another.

    `story` tells how far their order means something, 0 to 1.
    """

    sentences: Sequence[str]
    lengths: Sequence[int]
    vectors: Sequence[Vector]
    values: Sequence[float]
    leaning: Sequence[bool]
    story: float


def _read(draft: Draft, sentences: Sentences, terms: Terms) -> _Read:
    found = _candidates(draft, sentences)
    lengths = [count_words(sentence) for sentence in found]
    vectors = [_unit(terms("", sentence, draft.language)) for sentence in found]
    total = _sum(vectors)
    story = _storyness(total, len(vectors))
    title = _unit(terms(draft.title, "", draft.language))
    return _Read(
        sentences=found,
        lengths=lengths,
        vectors=vectors,
        values=_values(lengths, vectors, _unit(sorted(total.items())), title, story),
        leaning=[_leans(sentence, draft.language) for sentence in found],
        story=story,
    )


def _key_points(read: _Read, summary: str, vector: Vector) -> tuple[str, ...]:
    """Sentences that stand alone and say different things: one for each six, three to five.

    `vector` holds the terms of the summary.
    """
    count = min(_MOST_POINTS, len(read.sentences) // _PER_POINT)
    if count < _FEWEST_POINTS or read.story < 1:
        return ()
    left = [
        i
        for i, n in enumerate(read.lengths)
        if _SHORT <= n <= _LONGEST_POINT and not read.leaning[i]
        if read.sentences[i] not in summary
    ]
    chosen: list[int] = []
    overlap = [_dot(vector, other) for other in read.vectors]
    while left and len(chosen) < count:
        best = max(left, key=lambda i: (read.values[i] - _DIFFERENT * overlap[i], -i))
        chosen.append(best)
        left.remove(best)
        vector = read.vectors[best]
        overlap = [max(o, _dot(vector, v)) for o, v in zip(overlap, read.vectors, strict=True)]
    return tuple(read.sentences[i] for i in sorted(chosen)) if len(chosen) >= _FEWEST_POINTS else ()


def count_words(text: str) -> int:
    """The words of `text`; in scripts without spaces two characters count as one word."""
    pieces = 0 if text.isascii() else len(_UNSPACED.findall(text))
    return len(words_of(text)) - pieces + math.ceil(pieces / 2)


def _candidates(draft: Draft, sentences: Sentences) -> list[str]:
    """What a summary may be made of: nothing said before, no title, address, aside or dateline."""
    title = title_key(draft.title)
    reach = 2 * len(draft.title) + 20  # a longer sentence cannot be the title again
    text = draft.text
    every = (sentences(_prose(draft), draft.language) or sentences(text, draft.language))[:_MOST]
    if every and (place := _DATELINE.match(every[0])):
        every = (every[0][place.end() :], *every[1:])
    found = [
        sentence
        for sentence in dict.fromkeys(every)
        if len(sentence) > reach or title_key(sentence) != title
    ]
    beside = asides(draft.language.partition("-")[0].lower())
    beside = [phrase for phrase in beside if phrase not in draft.title.casefold()]
    return [
        sentence
        for sentence in found
        if not _FURNITURE.search(sentence)
        if not any(phrase in sentence.casefold() for phrase in beside)
    ] or found


def _prose(draft: Draft) -> str:
    """The text of `draft` without its code and the captions of its pictures."""
    if not any(f"<{tag}" in draft.html for tag in _BESIDE):
        return draft.text
    tree = parse_fragment(draft.html)
    etree.strip_elements(tree, *_BESIDE, with_tail=False)
    return text_of(tree)


@cache
def asides(language: str) -> Sequence[str]:
    """The phrases that mark a sentence as said beside the article, in a language."""
    text = (files(__package__) / "asides.txt").read_text(encoding="utf-8")
    rows = [line.partition(" ") for line in text.splitlines() if not line.startswith("#")]
    return [
        phrase.strip().casefold()
        for tag, _, phrases in rows
        if tag == language
        for phrase in phrases.split(",")
    ]


def fit(found: Sequence[str], words: int) -> str:
    """The first sentences that fit, the first one in any case."""
    kept: list[str] = []
    for sentence in found:
        words -= count_words(sentence)
        if kept and words < 0:
            break
        kept.append(sentence)
    return " ".join(kept)


def _unit(weighted: Sequence[tuple[str, float]]) -> Vector:
    length = math.sqrt(sum(weight * weight for _, weight in weighted))
    return {term: weight / length for term, weight in weighted} if length else {}


def _dot(a: Vector, b: Vector) -> float:
    short, long = (a, b) if len(a) <= len(b) else (b, a)
    return sum([weight * long[term] for term, weight in short.items() if term in long])


def _sum(vectors: Sequence[Vector]) -> Vector:
    total: dict[str, float] = {}
    for vector in vectors:
        for term, weight in vector.items():
            total[term] = total.get(term, 0.0) + weight
    return total


def _values(
    lengths: Sequence[int],
    vectors: Sequence[Vector],
    centroid: Vector,
    title: Vector,
    story: float,
) -> list[float]:
    """What each sentence is worth by itself: centrality, position, title, and length."""
    lead, cost = _LEAD * story, _between(_LENGTH, story) / 20
    return [
        _dot(vector, centroid)
        + lead / math.sqrt(1 + place)
        + _TITLE * _dot(vector, title)
        - cost * length
        - (_SHORT_COST if length < _SHORT else 0)
        for place, (length, vector) in enumerate(zip(lengths, vectors, strict=True))
    ]


def _between(ends: tuple[float, float], story: float) -> float:
    """Between what a story asks for and what a chorus does."""
    return story * ends[0] + (1 - story) * ends[1]


def _storyness(total: Vector, count: int) -> float:
    """How far the order of `count` sentences whose unit vectors add up to `total` means something.

    0 to 1. A story moves on; where all sentences say much the same (opinions, comments, a list of
    reports) the first is no better than any.
    """
    if count < 2:
        return 1.0
    alike = (sum(sorted([w * w for w in total.values()])) - count) / (count * (count - 1))
    return min(1.0, max(0.0, (_CHORUS - alike) / (_CHORUS - _STORY)))


def _leans(sentence: str, language: str) -> bool:
    """Whether the sentence opens with a pronoun for somebody named before: "He said"."""
    opening = words_of(sentence[:40])[:1]
    return bool(opening) and opening[0] in leaning_words(language.partition("-")[0].lower())


@cache
def leaning_words(language: str) -> frozenset[str]:
    """The personal pronouns of a language that point back; none for one we have no list of."""
    text = (files(__package__) / "leaning.txt").read_text(encoding="utf-8")
    rows = [line.split() for line in text.splitlines() if not line.startswith("#")]
    return frozenset(word for row in rows if row[:1] == [language] for word in row[1:])


def _choose(read: _Read, budget: int) -> list[int]:
    """The places of the sentences to take: again and again the best one that still fits.

    One that leans on the sentence before it is taken after that one only. Once there is enough,
    the next one must add something.
    """
    redundancy = _between(_REDUNDANCY, read.story)
    enough = budget * (1 - _between(_ENOUGH, read.story))
    chosen: list[int] = []
    overlap = [0.0] * len(read.lengths)
    left, least = budget, _LITTLE * max(read.values)
    while fitting := [
        i
        for i, n in enumerate(read.lengths)
        if n <= left and i not in chosen and (not (i and read.leaning[i]) or i - 1 in chosen)
    ]:
        worth = {i: read.values[i] - redundancy * overlap[i] for i in fitting}
        best = max(fitting, key=lambda i: (worth[i], -i))
        if left <= enough and worth[best] < least:
            break
        chosen.append(best)
        left -= read.lengths[best]
        vector = read.vectors[best]
        overlap = [max(o, _dot(vector, v)) for o, v in zip(overlap, read.vectors, strict=True)]
    return sorted(chosen) or [0]
