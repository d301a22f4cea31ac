"""The date an article gets."""

from datetime import UTC, datetime, timedelta, timezone

from ingest.article import Document, Draft
from ingest.dating import dated

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PAGE = Document(origin="p", url="https://example.org/p", body=b"", media_type="", fetched_at=NOW)


def test_what_is_stored_is_in_utc_whatever_the_page_states() -> None:
    stated = datetime(2026, 1, 5, 22, 20, tzinfo=timezone(timedelta(hours=-5)))
    draft = Draft(origin="p", title="", html="", text="", published=stated, updated=stated)
    filed, held = dated(draft, PAGE, None, NOW, last=None)
    assert (f"{filed.published}", f"{filed.updated}") == ("2026-01-06 03:20:00+00:00",) * 2
    assert held is None
