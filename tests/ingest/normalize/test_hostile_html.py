"""Hostile and broken pages: nothing that runs comes out, nothing is cut silently, nothing fails."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.article import Document
from ingest.normalize import sanitize
from ingest.workers import Prepared, prepare
from tests.costs import no_runaway
from tests.ingest.normalize.documents import FILES, HEAD, JSON_LD, NEWS, NOW, PAGE, PROSE, URLS
from tests.ingest.normalize.gate import assert_clean
from tests.ingest.normalize.mutants import mutant

FOLDER = Path(__file__).parents[2] / "fixtures"
CASES = [
    json.loads(line)
    for line in (FOLDER / "hostile" / "feedparser.jsonl").read_text("utf-8").splitlines()
]
END = "The last words are about the harbour and its new crane, which the town had paid for."


def show(body: bytes, url: str = PAGE) -> Prepared | None:
    """What a worker makes of a page, checked; None where it said why it makes nothing."""
    document = Document(
        origin=url or "a.html", url=url, body=body, media_type="text/html", fetched_at=NOW
    )
    found = prepare(document, URLS if url else FILES, 60, NOW)
    if not isinstance(found, Prepared):
        assert "unexpected" not in found.reason, found.reason
        return None
    assert_clean(found.draft.html)
    return found


@pytest.mark.parametrize("base", ["https://e.example/a/", ""])
def test_the_cases_of_feedparser_come_out_clean(base: str) -> None:
    for case in CASES:
        shown = sanitize(case["html"], base=base)
        assert_clean(shown)
        assert sanitize(shown, base=base) == shown, case["path"]
        assert "javascript:" not in shown.lower(), case["path"]


@pytest.mark.parametrize("url", [PAGE, ""], ids=["page", "file"])
@pytest.mark.parametrize(
    "deep",
    [
        "<div>" * 5_000, "<div>" * 5_000 + "x" + "</div>" * 5_000, "<b>" * 5_000,
        "<blockquote>" * 5_000, "<ul><li>" * 2_500, "<table><tr><td>" * 1_700, "<svg>" * 5_000,
        "<font color=a>" * 5_000,
    ],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_what_stands_behind_deep_nesting_stays_and_is_told(deep: str, url: str) -> None:
    body = f"<title>Storm</title><article><p>{PROSE}</p>{deep}<p>{END}</p></article>"
    with no_runaway():
        found = show(body.encode(), url)
    assert found is not None
    assert END in found.draft.text
    assert "nested too deeply" in found.draft.warnings[0]


@given(st.randoms(use_true_random=False), st.booleans())
@settings(max_examples=12, deadline=None)
def test_no_mutant_of_a_page_does_harm(chance: random.Random, is_file: bool) -> None:
    page = f"<html><head>{HEAD}{JSON_LD}</head><body>{NEWS}</body></html>"
    hostile = [case["html"] for case in CASES]
    show(mutant(page.encode(), chance, hostile), "" if is_file else PAGE)
