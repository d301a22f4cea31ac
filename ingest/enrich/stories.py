"""Which articles tell of the same event, and how these make a story. Pure.

Two articles are compared by themselves: nothing else that is stored has a say. Copies share their
shingles (Broder 1997); of a text that was written anew, the quotes and the names are left.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.enrich.terms import names
from ingest.similarity import shingles, title_key

SPAN = timedelta(hours=72)
"""Articles further apart tell of different events, however alike: the same match, a year later."""

MOST = 30
"""Articles that one is compared with: beyond that they are alike through each other."""

_ALIKE = 0.9  # names and shared text, from which two articles tell of one event
_TEXT = 3.0  # what the root of the shared part of a text is worth, against the cosine of the names
_SHORT = 20  # shingles; what has fewer, a teaser or a notice, is not compared
_FEW_NAMES, _FEW_RUNS = 3, 2  # shared names and shingles below which they are chance
_COPY = 0.5  # share of the shorter text that makes a copy of it
_OWN_COPY = 0.8  # likewise of a text under the same title, where both are of one publisher
_SAME = 3600  # alikeness, in thousandths, of texts of which hardly anything differs
_NEW = 0.5  # share of a text that must be new for it to tell more
_STEP = 1000  # alikeness is counted in so many parts: whole numbers are the same on every machine

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an article is known by when it is compared. `publisher` is its host, or its source.

    `language` is a primary subtag or "", `title` is folded, `runs` are the text's shingles.
    """

    publisher: str
    language: str
    published: datetime
    title: str
    names: Mapping[str, float]
    runs: frozenset[tuple[str, ...]]


def report(*, publisher: str, language: str, published: datetime, title: str, text: str) -> Report:
    """Read an article for comparison; `language` is a BCP 47 tag or ""."""
    return Report(
        publisher=publisher,
        language=language.partition("-")[0].lower(),
        published=published,
        title=title_key(title),
        names=dict(names(text, language)),
        runs=shingles(text),
    )


def alikeness(a: Report, b: Report) -> int:
    """How sure it is that two articles tell of one event, in thousandths; 0: they do not.

    The same whichever is first. Between articles of one publisher only copies count: bulletins,
    match reports and the next day's story are made alike there. Languages do not mix.
    """
    size = min(len(a.runs), len(b.runs))
    if abs(a.published - b.published) > SPAN or size < _SHORT:
        return 0
    if a.language and b.language and a.language != b.language:
        return 0
    shared = len(a.runs & b.runs)
    text = shared / size if shared >= _FEW_RUNS else 0.0
    if a.publisher == b.publisher and (text < _OWN_COPY or a.title != b.title):
        return 0
    value = _cosine(a.names, b.names) + _TEXT * math.sqrt(text)
    return round(value * _STEP) if value >= _ALIKE or text >= _COPY else 0


def tells_more(article: Report, told: Iterable[Report]) -> bool:
    """Whether at least half of the article's text stands in none of those `told`."""
    known = frozenset[tuple[str, ...]]().union(*(one.runs for one in told))
    new = len(article.runs - known)
    return new >= _SHORT and new >= _NEW * len(article.runs)


def gathered(alike: Mapping[Pair, int]) -> list[frozenset[str]]:
    """The stories that articles make, given the alikeness of pairs of their ids; each has two or
    more.

    The surest pairs first, the groups of two articles become one when the two are the same text or
    at least half of the pairs across are alike. So an article that tells of two events, or a chain
    in which each is a little like the next, does not make one story of them. The order of the pairs
    has no influence.
    """
    near: dict[str, set[str]] = {}
    for a, b in alike:
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    group = {id_: frozenset({id_}) for id_ in near}
    for a, b in sorted(alike, key=lambda pair: (-alike[pair], sorted(pair))):
        small, large = sorted((group[a], group[b]), key=len)
        if small is large:
            continue
        # Of very many copies each was compared with a few, so most pairs across are not known.
        if alike[a, b] >= _SAME or _belong(small, large, near):
            joined = small | large
            group.update(dict.fromkeys(joined, joined))
    stories = {min(story): story for story in group.values() if len(story) > 1}
    return [stories[first] for first in sorted(stories)]


def _belong(small: frozenset[str], large: frozenset[str], near: Mapping[str, set[str]]) -> bool:
    across = sum(len(near[id_] & large) for id_ in small)
    return 2 * across >= len(small) * min(len(large), MOST)


def _cosine(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    shared = a.keys() & b.keys()
    return math.fsum(a[name] * b[name] for name in shared) if len(shared) >= _FEW_NAMES else 0.0
