"""What is no longer there: told from what is being saved, moved, replaced or lost by accident."""

import shutil
import threading
from pathlib import Path

import pytest

from feeds.refresh import refresh
from ingest.sources import Listing
from ingest.sources.files import FilesSource
from tests.newsroom import Newsroom, a_text


def branch(room: Newsroom, name: str, count: int, kept: int = 3) -> None:
    """Let the folder hold what a branch of that name does: some files are on every branch."""
    folder = room.folder / "articles"
    for path in folder.glob("[!k]*.md"):
        path.unlink()
    for number in range(kept):
        room.write(f"kept{number}.md", a_text(f"# Kept {number}", f"{number} of all branches"))
    for number in range(count):
        room.write(f"{name}{number}.md", a_text(f"# {name} {number}", f"{name} only, {number}"))


def shown(room: Newsroom) -> dict[str, tuple[str, str]]:
    """Title to id and `updated`."""
    return {entry.title: (entry.id, entry.updated) for entry in room.feed()}


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    """Twelve articles, three of which are on every branch."""
    room = Newsroom(tmp_path)
    branch(room, "main", 9)
    assert not room.refresh().failed
    room.later(minutes=1)
    return room


def test_another_branch_takes_the_place_of_this_one_and_back(room: Newsroom) -> None:
    before = shown(room)
    branch(room, "draft", 8)
    report = room.refresh()
    assert (report.failed, report.runs[0].new, report.runs[0].removed) == (False, 8, 9)
    there = shown(room)
    assert len(there) == 11
    assert {title: there[title] for title in there if "Kept" in title} == {
        title: before[title] for title in before if "Kept" in title
    }
    for _ in range(2):
        room.later(minutes=1)
        branch(room, "main", 9)
        report = room.refresh()
        assert (report.failed, report.runs[0].new, report.runs[0].removed) == (False, 0, 8)
        assert shown(room) == before
        room.later(minutes=1)
        branch(room, "draft", 8)
        assert not room.refresh().failed
        assert shown(room) == there


def test_a_branch_of_far_fewer_files_is_believed_after_a_day(room: Newsroom) -> None:
    branch(room, "draft", 1)
    for hours in (0, 1, 22):
        room.later(hours=hours)
        report = room.refresh()
        assert (report.failed, report.runs[0].removed) == (True, 0)
        assert [trouble.reason for trouble in report.runs[0].troubles] == [
            "9 of 12 articles are gone at once, so they are kept for a day; "
            "if this is meant, run: broadsheet refresh --allow-removal inbox"
        ]
        assert len(shown(room)) == 13
    room.later(hours=1)
    report = room.refresh()
    assert (report.failed, report.runs[0].removed) == (False, 9)
    assert sorted(shown(room)) == ["Kept 0", "Kept 1", "Kept 2", "draft 0"]
    assert not room.refresh().failed


def test_what_comes_later_in_the_place_of_what_is_lost_counts_too(room: Newsroom) -> None:
    branch(room, "draft", 0)
    assert room.refresh().failed
    room.later(minutes=1)
    branch(room, "draft", 8)
    report = room.refresh()
    assert (report.failed, report.runs[0].new, report.runs[0].removed) == (False, 8, 9)


def test_another_folder_in_its_place_is_an_accident_for_a_day(room: Newsroom) -> None:
    before = shown(room)
    (room.folder / "articles").rename(room.folder / "away")
    branch(room, "other", 12, kept=0)
    for _ in range(2):
        report = room.refresh()
        assert (report.failed, report.runs[0].removed) == (True, 0)
        assert shown(room).items() > before.items()
        room.later(hours=1)
    shutil.rmtree(room.folder / "articles")
    (room.folder / "away").rename(room.folder / "articles")
    room.refresh()
    assert shown(room).items() >= before.items()
    room.later(days=1)
    assert not room.refresh().failed
    assert shown(room) == before


def test_an_empty_folder_is_never_believed(room: Newsroom) -> None:
    before = shown(room)
    (room.folder / "articles").rename(room.folder / "away")
    (room.folder / "articles").mkdir()
    for _ in range(3):
        report = room.refresh()
        assert (report.failed, report.runs[0].removed) == (True, 0)
        assert "suddenly empty, so its 12 articles were kept" in report.runs[0].troubles[0].reason
        room.later(days=1)
    for path in sorted((room.folder / "away").iterdir())[:2]:  # they come back one by one
        shutil.copy2(path, room.folder / "articles")
    assert room.refresh().runs[0].removed == 0
    shutil.rmtree(room.folder / "articles")
    (room.folder / "away").rename(room.folder / "articles")
    assert not room.refresh().failed
    assert shown(room) == before


def test_a_file_that_goes_between_listing_and_reading_is_no_failure(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shown(room)
    path = room.write("kept0.md", a_text("# Kept 0", "something else"))
    listing = FilesSource.listing

    def list_and_lose(self: FilesSource, seen: object) -> Listing:
        found = listing(self, seen)  # type: ignore[arg-type]
        path.unlink(missing_ok=True)
        return found

    monkeypatch.setattr(FilesSource, "listing", list_and_lose)
    report = room.refresh()
    assert (report.failed, report.runs[0].outcome, report.runs[0].removed) == (False, "ok", 0)
    assert [(t.origin, t.failed) for t in report.runs[0].troubles] == [("kept0.md", False)]
    assert shown(room) == before
    report = room.refresh()
    assert (report.failed, report.runs[0].removed) == (False, 1)
    assert not report.runs[0].troubles


def test_a_file_gone_for_a_moment_is_not_missed_when_the_rules_changed(room: Newsroom) -> None:
    before = room.ids()
    path = room.folder / "articles/kept0.md"
    text = path.read_text()
    path.unlink()
    again = threading.Timer(0.3, lambda: room.write("kept0.md", text))
    again.start()
    room.configure((room.folder / "broadsheet.toml").read_text() + 'tags = ["town"]\n')
    with room.open() as context:  # without the rest that `room.refresh` gives the folder
        report = refresh(context, ["inbox"])
    again.join()
    assert not report.failed
    assert (report.runs[0].new, report.runs[0].removed) == (0, 0)
    assert room.ids() == before
