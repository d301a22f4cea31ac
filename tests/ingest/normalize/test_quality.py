"""How good the main content of real pages is, against floors that are lowered only on purpose.

The pages and texts are tests/fixtures/content (see SOURCES.md there); the measure is that of wcxb:
what the bags of words have in common. docs/quality.md has the figures of the whole sets.
"""

import json
import re
from collections import Counter
from pathlib import Path
from statistics import fmean

from tests.ingest.normalize.documents import make

PAGES = Path(__file__).parents[2] / "fixtures" / "content" / "pages.jsonl"
CASES = [json.loads(line) for line in PAGES.read_text("utf-8").splitlines()]
FLOORS = {
    "article": 0.987, "collection": 0.948, "documentation": 0.975, "forum": 0.962,
    "listing": 0.701, "product": 0.919, "service": 0.993,
}  # fmt: skip


def likeness(expected: str, found: str) -> float:
    """F1 of the words of two texts, 0 to 1."""
    a, b = (Counter(re.findall(r"\w+", text.lower())) for text in (expected, found))
    return 2 * (a & b).total() / ((a.total() + b.total()) or 1)


def scores() -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for case in CASES:
        text = make(case["html"], "text/html", origin=case["url"], url=case["url"]).text
        found.setdefault(case["kind"], []).append(likeness(case["text"], text))
    return found


def test_main_content_is_no_worse_than_it_was() -> None:
    found = {kind: fmean(values) for kind, values in scores().items()}
    assert found.keys() == FLOORS.keys()
    assert {kind: value for kind, value in found.items() if value < FLOORS[kind]} == {}
