"""Pinned floors of detection over pages as found in the wild (tests/fixtures/lists)."""

import json
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from ingest.detect import Detection
from tests.ingest.detect.lists import found

FOLDER = Path(__file__).parents[2] / "fixtures" / "lists"
F1 = 0.98
WORST = 0.9
DATED = 0.85
"""Mean and least F1 of the links of a page, and the share of articles whose date is read.

Never lower them without a decision that says why.
"""


@pytest.fixture(scope="module")
def pages() -> list[tuple[dict[str, Any], Detection]]:
    wanted = [(path, json.loads(path.read_text("utf-8"))) for path in sorted(FOLDER.glob("*.json"))]
    return [
        (page, found(path.with_suffix(".html").read_text("utf-8"), url=page["url"]))
        for path, page in wanted
    ]


def test_the_articles_of_real_pages_are_found(
    pages: list[tuple[dict[str, Any], Detection]],
) -> None:
    scores = []
    for page, detection in pages:
        given = {item.url for item in detection.items}
        hits = len(given & set(page["links"]))
        scores.append(2 * hits / (len(given) + len(page["links"])))
    assert len(scores) == 12
    assert min(scores) >= WORST
    assert fmean(scores) >= F1


def test_their_order_is_kept(pages: list[tuple[dict[str, Any], Detection]]) -> None:
    for page, detection in pages:
        given = [item.url for item in detection.items if item.url in page["links"]]
        assert given == [url for url in page["links"] if url in given]


def test_their_dates_are_read(pages: list[tuple[dict[str, Any], Detection]]) -> None:
    items = [item for _, detection in pages for item in detection.items]
    undated = {"www.nutsvolts.com", "confessionsofafitfoodie.com"}  # these show none
    told = [item for item in items if item.url.split("/")[2] not in undated]
    assert len({item.url for item in items} - {item.url for item in told}) > 10
    assert fmean(item.published is not None for item in told) >= DATED


def test_their_next_pages_are_found(pages: list[tuple[dict[str, Any], Detection]]) -> None:
    assert [detection.next for _, detection in pages] == [page["next"] for page, _ in pages]
