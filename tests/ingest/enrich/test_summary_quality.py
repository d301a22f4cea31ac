"""Pinned floors of summaries: opinions with reference summaries, and a news story of our own."""

import json
from collections import Counter
from pathlib import Path
from statistics import fmean

import pytest

from ingest.article import Draft
from ingest.enrich.sentences import sentences
from ingest.enrich.summarize import summarize
from ingest.enrich.terms import terms
from ingest.similarity import words as words_of

OPINIONS = Path(__file__).parents[2] / "fixtures" / "opinions" / "opinions.jsonl"
FLOOR = 0.35
"""Mean F1 of words against the closest reference. Never lower it without a decision that says why.
"""


@pytest.fixture(scope="module")
def topics() -> list[dict[str, list[str] | str]]:
    return [json.loads(line) for line in OPINIONS.read_text(encoding="utf-8").splitlines()]


def test_opinions_are_summed_up_better_than_by_the_first_ones(
    topics: list[dict[str, list[str] | str]],
) -> None:
    ours, lead = [], []
    for topic in topics:
        text = str(topic["text"])
        first = " ".join(sentences(text, "en")[:2])
        ours.append(_best(_summary(text), topic["references"]))
        lead.append(_best(first, topic["references"]))
    assert fmean(ours) >= FLOOR
    assert fmean(ours) > fmean(lead)


def _summary(text: str) -> str:
    draft = Draft(origin="a", title="", html="", text=text, language="en")
    return summarize(draft, words=60, sentences=sentences, terms=terms).text


def _best(found: str, references: list[str] | str) -> float:
    return max(_f1(Counter(words_of(found)), Counter(words_of(one))) for one in references)


def _f1(found: Counter[str], wanted: Counter[str]) -> float:
    both = (found & wanted).total()
    return 2 * both / (found.total() + wanted.total()) if both else 0.0
