"""Which article a file is, where its place and its content say different things; its date."""

from datetime import datetime, timedelta
from pathlib import Path

from ingest.article import Article
from ingest.store import articles
from tests.newsroom import NOON, Newsroom, a_text


def stored(room: Newsroom) -> Article:
    """The one article there is."""
    [id_] = room.ids().values()
    with room.open() as context, context.store.read() as tx:
        found = articles.get(tx, id_)
    assert found
    return found


def test_an_article_that_went_elsewhere_by_its_id_is_not_looked_for_where_it_was(
    tmp_path: Path,
) -> None:
    room = Newsroom(tmp_path)
    text = "---\nid: bridge\n---\n" + a_text("# The bridge")
    room.write("old.md", text)
    room.refresh()
    (tmp_path / "articles/old.md").unlink()
    room.write("new.md", text + "\nAnd one more line.\n")
    assert room.refresh().runs[0].new == 0
    room.write("another.md", a_text("# The bridge"))  # as if it had been moved from old.md
    report = room.refresh()
    assert not report.failed
    assert room.titles() == ["The bridge", "The bridge"]


def test_a_copy_is_shown_once_and_takes_over_when_the_first_goes(tmp_path: Path) -> None:
    room = Newsroom(tmp_path)
    room.write("a.md", a_text("# The bridge"))
    room.write("b.md", a_text("# The bridge"))
    report = room.refresh()
    assert not report.failed
    [trouble] = report.runs[0].troubles
    assert (trouble.origin, trouble.failed) == ("b.md", False)
    assert trouble.reason == "is a copy of a.md; it is shown once"
    ids = room.ids()
    (tmp_path / "articles/a.md").unlink()
    report = room.refresh()
    assert (report.runs[0].new, report.runs[0].removed) == (0, 0)
    assert room.ids() == ids


def test_two_files_that_claim_one_id_are_one_article_and_said(tmp_path: Path) -> None:
    room = Newsroom(tmp_path)
    room.write("a.md", "---\nid: x\n---\n" + a_text("# First"))
    room.write("b.md", "---\nid: x\n---\n" + a_text("# Second"))
    for _ in range(2):
        report = room.refresh()
        assert report.failed
        [trouble] = report.runs[0].troubles
        assert trouble.origin == "b.md"
        assert "the article of a.md" in trouble.reason
        assert room.titles() == ["First"]


def test_an_undated_file_takes_its_time_and_keeps_it_and_where_it_came_from(tmp_path: Path) -> None:
    room = Newsroom(tmp_path)
    room.write("a.md", a_text("# The bridge"))
    room.refresh()
    first = stored(room)
    assert first.published == NOON - timedelta(hours=1)
    assert first.origins["published"] == "file time"
    assert (first.language, first.origins["language"]) == ("en", "detected")
    room.later(hours=3)
    room.write("a.md", a_text("# The bridge", "the other side"))
    room.refresh()
    again = stored(room)
    assert (again.published, again.origins) == (first.published, first.origins)
    room.write("a.md", "---\ndate: 2026-05-01\n---\n" + a_text("# The bridge"))
    room.refresh()
    assert stored(room).origins["published"] == "front matter date"


def test_a_file_from_before_clocks_takes_the_time_it_was_first_seen(tmp_path: Path) -> None:
    room = Newsroom(tmp_path)
    room.write("a.md", "# Öre\n\nÅtta.", at=datetime.fromtimestamp(1000, NOON.tzinfo))
    for _ in range(2):
        room.refresh()
        assert stored(room).published == NOON
        assert stored(room).origins == {
            "title": "first heading",
            "text": "body",
            "summary": "computed",
            "language": "site setting",
            "published": "first sight",
        }
        room.later(hours=1)
        room.write("a.md", "# Öre\n\nNio.", at=datetime.fromtimestamp(1000, NOON.tzinfo))
