"""Pinned floors of titles, authors and dates over real pages (tests/fixtures/metadata)."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ingest.article import Draft
from ingest.errors import ExtractError
from tests.ingest.normalize.documents import URLS, make

PAGES = Path(__file__).parents[2] / "fixtures" / "metadata" / "pages.jsonl"
DATED = PAGES.with_name("dated.jsonl")
TITLES, AUTHORS, INVENTED_AUTHORS, DATES, INVENTED_DATES = 27, 12, 0, 18, 2
"""How many of the pages are right at least, and how many name none and are given one at most.

Never loosen them without a decision that says why.
"""

Case = tuple[dict[str, Any], Draft]


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return _cases(PAGES)


def _cases(path: Path) -> list[Case]:
    wanted = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [(page, _read(page)) for page in wanted]


def _read(page: dict[str, Any]) -> Draft:
    try:
        return make(page["html"], "text/html", origin="p", url=page["url"], rules=URLS)
    except ExtractError:
        return Draft(origin="p", title="", html="", text="")


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip()


def test_titles(cases: list[Case]) -> None:
    right = [_plain(page["title"]) == _plain(draft.title) for page, draft in cases]
    assert sum(right) >= TITLES


def test_authors(cases: list[Case]) -> None:
    named = [
        {_plain(name) for name in re.split(r",|&| and ", page["author"])}
        == {_plain(name) for name in draft.authors}
        for page, draft in cases
        if page["author"]
    ]
    invented = [bool(draft.authors) for page, draft in cases if not page["author"]]
    assert (sum(named) >= AUTHORS, sum(invented) <= INVENTED_AUTHORS) == (True, True)


def test_dates(cases: list[Case]) -> None:
    dated = [
        f"{draft.published:%Y-%m-%d}" == page["date"]
        for page, draft in cases
        if page["date"] and draft.published
    ]
    invented = [bool(draft.published) for page, draft in cases if not page["date"]]
    assert (sum(dated) >= DATES, sum(invented) <= INVENTED_DATES) == (True, True)


def test_dates_stand_in_many_places() -> None:
    """Each of these pages has its date elsewhere, so that all of them must be right."""
    for page, draft in _cases(DATED):
        assert draft.published, page["id"]
        assert f"{draft.published:%Y-%m-%d}" == page["date"], page["id"]
