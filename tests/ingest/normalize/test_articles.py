"""Every article of tests/fixtures/articles against the expectation beside it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest import markup
from ingest.article import Document
from ingest.normalize import Rules, normalize

FOLDER = Path(__file__).parents[2] / "fixtures" / "articles"
NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize("expected", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_article_is_normalized_as_expected(expected: Path) -> None:
    wanted = json.loads(expected.read_text(encoding="utf-8"))
    article = next(p for p in FOLDER.glob(f"{expected.stem}.*") if p != expected)
    document = Document(
        origin=article.name,
        body=article.read_bytes(),
        media_type=wanted["media_type"],
        fetched_at=NOW,
    )
    draft = normalize(document, Rules(kind="files"), NOW)
    tree = markup.parse_fragment(draft.html)
    assert draft.title == wanted["title"]
    assert draft.language == wanted["language"]
    assert draft.text.split("\n\n") == wanted["blocks"]
    assert [h.text_content() for h in tree.iter("h2")] == wanted["headings"]
    assert [hint.title for hint in draft.hints] == wanted["hints"]
    assert draft.published is None
    assert "published" not in draft.origins
    for phrase in wanted["absent"]:
        assert phrase not in draft.html + draft.text + draft.summary
