from pathlib import Path

import pytest

from feeds.daemon import Daemon
from feeds.lock import COMMAND, DAEMON, data_lock
from tests.feeds.cli.commands import broadsheet, newsroom
from tests.newsroom import Newsroom, a_text


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    room = newsroom(tmp_path)
    for name in ("a", "b", "c"):
        room.write(f"{name}.txt", a_text(f"Story {name}"))
    room.refresh()
    return room


def test_hide_takes_articles_from_the_feeds_at_once_and_unhide_puts_them_back(
    room: Newsroom,
) -> None:
    before, ids = room.bytes(), room.ids()
    done = broadsheet(room.folder, "hide", "a.txt", "Story b")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"hidden  Story a  {ids['Story a']}",
        f"hidden  Story b  {ids['Story b']}",
        *(f"published  {room.folder / 'public' / n}  1 entry" for n in ("all.rss", "all.atom")),
    ]
    assert room.titles() == ["Story c"]
    room.write("a.txt", a_text("Story a", "something else altogether"))
    room.refresh()
    room.write("a.txt", a_text("Story a"))
    room.refresh()
    assert room.titles() == ["Story c"]
    done = broadsheet(room.folder, "unhide", ids["Story a"], ids["Story b"])
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith(f"unhidden  Story a  {ids['Story a']}\n")
    assert room.bytes() == before


def test_what_is_hidden_or_not_already_is_said(room: Newsroom) -> None:
    broadsheet(room.folder, "hide", "a.txt")
    done = broadsheet(room.folder, "hide", "a.txt")
    assert (done.exit_code, done.stdout.split("  ")[0]) == (0, "was hidden already")
    done = broadsheet(room.folder, "unhide", "b.txt")
    assert (done.exit_code, done.stdout.split("  ")[0]) == (0, "was not hidden")
    assert sorted(room.titles()) == ["Story b", "Story c"]


@pytest.mark.parametrize("command", ["hide", "unhide"])
def test_when_one_of_several_is_not_found_nothing_is_done(room: Newsroom, command: str) -> None:
    done = broadsheet(room.folder, command, "a.txt", "nosuch")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "there is no article 'nosuch'" in done.stderr
    assert len(room.titles()) == 3
    done = broadsheet(room.folder, command, "a.txt", "story")
    assert done.exit_code == 2
    assert "'story' means several articles; give the id of one:\n" in done.stderr
    broadsheet(room.folder, "publish")
    assert len(room.titles()) == 3
    assert broadsheet(room.folder, command).exit_code == 2


def test_beside_the_daemon_it_asks_it_to_publish(room: Newsroom) -> None:
    with data_lock(room.folder / "data", DAEMON), room.open() as context:
        daemon = Daemon(context)
        daemon.start()
        done = broadsheet(room.folder, "hide", "a.txt")
        assert (done.exit_code, done.stderr) == (0, "The daemon is running; asking it.\n")
        assert done.stdout.startswith("hidden  Story a")
        assert sorted(room.titles()) == ["Story b", "Story c"]
        assert daemon.close()


def test_beside_another_command_nothing_is_hidden(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.cli.work._WAIT", 0.1)
    with data_lock(room.folder / "data", COMMAND):
        done = broadsheet(room.folder, "hide", "a.txt")
    assert done.exit_code == 1
    assert done.stderr.endswith("; try again later\n")
    broadsheet(room.folder, "publish")
    assert len(room.titles()) == 3


def test_what_cannot_be_published_gives_exit_code_1(room: Newsroom) -> None:
    (room.folder / "public/all.rss").unlink()
    (room.folder / "public/all.rss").mkdir()
    done = broadsheet(room.folder, "hide", "a.txt")
    assert done.exit_code == 1
    assert "all: " in done.stderr
