"""Every bad input costs itself alone: it is said, the rest is published, nothing removed."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from feeds.cli import main
from tests.newsroom import Newsroom, a_text

GOOD = "A good report"


def status(room: Newsroom) -> tuple[int, list[dict[str, Any]]]:
    """The exit code of `status` and what it tells of each source."""
    config = str(room.folder / "broadsheet.toml")
    result = CliRunner().invoke(main, ["--config", config, "status", "--json"])
    return result.exit_code, json.loads(result.stdout)["sources"]


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    room = Newsroom(tmp_path)
    room.write("good.txt", a_text(GOOD))
    return room


NESTED = ("<title>Deep</title><p>A start.</p>" + "<div>" * 5000 + "<p>Down here.</p>").encode()

FAILING = {
    "empty.txt": (b"", "empty"),
    "blank.md": (b" \r\n\t\n", "empty"),
    "large.txt": (b"word " * 2_000_001, "is 10.0 MB; the limit is 10 MB"),
    "photo.txt": (
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 40,
        "is not a text but looks like a PNG",
    ),
}

PUBLISHED = {
    "bom.txt": (b"\xef\xbb\xbf" + a_text("With a mark").encode(), "With a mark"),
    "wide.txt": (a_text("Two bytes each").encode("utf-16"), "Two bytes each"),
    "crlf.txt": (a_text("Lines of a PC").replace("\n", "\r\n").encode(), "Lines of a PC"),
    "latin.txt": (a_text("Größe und Übermut").encode("latin-1"), "Größe und Übermut"),
    "with spaces and ünïcode – 船.md": (a_text("# Any name").encode(), "Any name"),
    "deep.html": (NESTED, "Deep"),
}


@pytest.mark.parametrize("name", FAILING)
def test_a_file_that_gives_no_article_says_why_and_costs_no_other(
    room: Newsroom, name: str
) -> None:
    body, reason = FAILING[name]
    bad = room.write(name, body)
    report = room.refresh()
    assert report.failed
    assert (report.runs[0].outcome, report.runs[0].failed) == ("partial", 1)
    assert room.titles() == [GOOD]
    code, [source] = status(room)
    assert code == 1
    [problem] = source["problems"]
    assert (problem["where"], problem["failed"]) == (name, True)
    assert reason in problem["why"]
    assert room.refresh().runs[0].failed == 1  # still bad, still said
    bad.unlink()
    assert not room.refresh().failed
    assert status(room)[0] == 0


@pytest.mark.parametrize("name", PUBLISHED)
def test_odd_files_are_published(room: Newsroom, name: str) -> None:
    body, title = PUBLISHED[name]
    room.write(name, body)
    assert not room.refresh().failed
    assert sorted(room.titles()) == sorted([GOOD, title])
    assert status(room)[0] == 0
    assert b"\0" not in room.bytes()


def test_text_with_nul_is_published_without_or_said_to_be_none(room: Newsroom) -> None:
    room.write("nul.txt", a_text("Text with a hole").replace("Monday", "Mon\0day"))
    report = room.refresh()
    assert GOOD in room.titles()
    assert b"\0" not in room.bytes()
    assert report.failed or "Text with a hole" in room.titles()


def test_broken_front_matter_is_said(room: Newsroom) -> None:
    room.write("broken.md", "---\ntitle: [never closed\n---\n" + a_text("# Broken"))
    report = room.refresh()
    assert GOOD in room.titles()
    [trouble] = report.runs[0].troubles
    assert trouble.origin == "broken.md"
    assert "front matter" in trouble.reason
    assert report.failed == trouble.failed


def test_a_file_that_turns_bad_keeps_its_article(room: Newsroom) -> None:
    room.write("b.txt", a_text("A second"))
    room.refresh()
    before = room.state()
    room.later(hours=1)
    room.write("b.txt", b"")
    assert room.refresh().failed
    assert room.state() == before
    room.write("b.txt", a_text("A second"))
    assert not room.refresh().failed
    assert room.state() == before


def test_links_that_leave_the_folder_are_not_followed(room: Newsroom) -> None:
    (room.folder / "secret.txt").write_text(a_text("A secret"))
    (room.folder / "articles/link.txt").symlink_to("../secret.txt")
    (room.folder / "articles/around.txt").symlink_to("around.txt")
    report = room.refresh()
    assert report.failed
    assert room.titles() == [GOOD]
    told = {t.origin: t.reason for t in report.runs[0].troubles}
    assert "leads out of the folder" in told["link.txt"]
    assert "link to nothing" in told["around.txt"]


def test_a_file_being_written_is_published_whole(room: Newsroom) -> None:
    path = room.folder / "articles/slow.txt"
    text, began = a_text("Slowly written") + "And this is its end.\n", threading.Event()

    def write() -> None:
        with path.open("w") as file:
            for start in range(0, len(text), 40):
                file.write(text[start : start + 40])
                file.flush()
                began.set()
                time.sleep(0.03)

    writer = threading.Thread(target=write)
    writer.start()
    assert began.wait(10)
    assert not room.refresh().failed
    writer.join()
    assert "And this is its end." in room.bytes().decode()


def twelve(room: Newsroom) -> Path:
    for number in range(11):
        room.write(f"n{number:02d}.txt", a_text(f"Report {number}"))
    room.refresh()
    assert len(room.titles()) == 12
    return room.folder / "articles"


def test_a_vanished_root_removes_nothing(room: Newsroom) -> None:
    folder = twelve(room)
    before = room.state()
    folder.rename(room.folder / "elsewhere")
    report = room.refresh()
    assert (report.failed, report.runs[0].outcome) == (True, "failed")
    assert room.state() == before
    code, [source] = status(room)
    assert (code, source["outcome"], source["errors_in_a_row"]) == (1, "failed", 1)
    assert "nothing was removed" in source["problems"][0]["why"]
    (room.folder / "elsewhere").rename(folder)
    assert not room.refresh().failed
    assert room.state() == before
    assert status(room)[0] == 0


@pytest.mark.parametrize("left", [0, 5])
def test_losing_most_of_a_folder_removes_nothing_unless_it_is_meant(
    room: Newsroom, left: int
) -> None:
    folder = twelve(room)
    before = room.state()
    for path in sorted(folder.iterdir())[left:]:
        path.unlink()
    for _ in range(2):
        report = room.refresh()
        assert (report.failed, report.runs[0].removed) == (True, 0)
        assert room.state() == before
    code, [source] = status(room)
    assert code == 1
    assert "--allow-removal" in source["problems"][0]["why"]
    report = room.refresh(allow_removal=True)
    assert (report.failed, report.runs[0].removed) == (False, 12 - left)
    assert len(room.titles()) == left
    assert status(room)[0] == 0


def test_another_folder_in_its_place_does_not_hide_the_loss(room: Newsroom) -> None:
    folder = twelve(room)
    shutil.rmtree(folder)
    for number in range(12):
        room.write(f"other{number:02d}.txt", a_text(f"Something quite different, {number}"))
    report = room.refresh()
    assert (report.failed, report.runs[0].removed) == (True, 0)
    assert len(room.titles()) == 24


def test_half_may_go(room: Newsroom) -> None:
    folder = twelve(room)
    for path in sorted(folder.iterdir())[6:]:
        path.unlink()
    report = room.refresh()
    assert (report.failed, report.runs[0].removed) == (False, 6)
    assert len(room.titles()) == 6


def test_everything_at_once_by_the_real_command(room: Newsroom) -> None:
    for name, (body, _) in (FAILING | PUBLISHED).items():
        room.write(name, body)
    os.mkfifo(room.folder / "articles/pipe.md")
    config = str(room.folder / "broadsheet.toml")
    result = subprocess.run(
        [sys.executable, "-m", "feeds", "--config", config, "refresh"],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1, result.stderr
    for name, (_, reason) in FAILING.items():
        [line] = [one for one in result.stderr.splitlines() if f"{name}: " in one]
        assert reason in line or "copy" in line
    assert "pipe.md: is not a regular file" in result.stderr
    assert "Traceback" not in result.stderr
    assert sorted(room.titles()) == sorted([GOOD, *(title for _, title in PUBLISHED.values())])


def test_a_picture_that_is_a_link_in_a_circle_costs_only_itself(room: Newsroom) -> None:
    (room.folder / "articles/round.png").symlink_to("round.png")
    pictures = f"![a view](round.png) ![b]({'x' * 300}.png) ![c](a%00b.png)"
    room.write("b.md", a_text("# With a picture") + f"\n{pictures}\n")
    report = room.refresh()
    assert not report.failed
    assert report.published.warnings
    assert sorted(room.titles()) == [GOOD, "With a picture"]
