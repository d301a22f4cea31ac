"""How good a summary is against one that a person wrote: ROUGE.

Lin, "ROUGE: A Package for Automatic Evaluation of Summaries" (2004): F1 of the words (1), of the
pairs of words (2) and of the longest common subsequence of words (L). Words are folded and not
stemmed, in every language alike.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from ingest.similarity import words

_LONGEST = 2_000  # words of a text compared


class Rouge(NamedTuple):
    """Three measures, each 0 to 1."""

    one: float
    two: float
    longest: float


def rouge(found: str, references: Sequence[str]) -> Rouge:
    """The scores of `found` against the reference it is closest to by its words."""
    return max((_against(found, one) for one in references), default=Rouge(0.0, 0.0, 0.0))


def _against(found: str, reference: str) -> Rouge:
    a, b = words(found)[:_LONGEST], words(reference)[:_LONGEST]
    pairs = [list(pairwise(each)) for each in (a, b)]
    return Rouge(
        _f1((Counter(a) & Counter(b)).total(), len(a), len(b)),
        _f1((Counter(pairs[0]) & Counter(pairs[1])).total(), len(pairs[0]), len(pairs[1])),
        _f1(_common(a, b), len(a), len(b)),
    )


def _f1(both: int, one: int, other: int) -> float:
    return 2 * both / (one + other) if both else 0.0


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    """The length of the longest common subsequence."""
    row = [0] * (len(b) + 1)
    for word in a:
        before = 0
        for i, other in enumerate(b, 1):
            before, row[i] = row[i], before + 1 if word == other else max(row[i], row[i - 1])
    return row[-1]
