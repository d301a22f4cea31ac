from pathlib import Path

import pytest

from feeds.daemon import Daemon
from feeds.lock import COMMAND, DAEMON, data_lock
from tests.feeds.cli.commands import LEAST, broadsheet, newsroom
from tests.newsroom import Newsroom, a_text

OTHER = '[[source]]\nname = "other"\nfiles = "other/*.txt"\n'
FILLER = "\n\n".join(f"Paragraph {n} tells more of it in a few more words." for n in range(9))

FEEDS = ("all.rss", "all.atom", "all.json")


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
        *(f"published  {room.folder / 'public' / n}  1 entry" for n in FEEDS),
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
    room.write("also/a.txt", a_text("Story a", "a namesake"))
    room.refresh()
    done = broadsheet(room.folder, command, "b.txt", "Story a")
    assert done.exit_code == 2
    assert "'Story a' means several articles; give the id of one:\n" in done.stderr
    broadsheet(room.folder, "publish")
    assert len(room.titles()) == 4
    assert broadsheet(room.folder, command).exit_code == 2


@pytest.mark.parametrize("command", ["hide", "unhide", "republish"])
def test_a_part_of_a_title_is_not_enough_to_change_what_subscribers_see(
    room: Newsroom, command: str
) -> None:
    id_ = room.ids()["Story b"]
    done = broadsheet(room.folder, command, "tory b")
    assert (done.exit_code, done.stdout) == (2, "")
    first, line = done.stderr.splitlines()
    assert first == "'tory b' is only a part of a title; give the id of the article that is meant:"
    assert line.startswith(f"  {id_}  ")
    assert len(room.titles()) == 3
    assert broadsheet(room.folder, command, "story B").exit_code == 0
    usage = broadsheet(room.folder, command, "--help").stdout.splitlines()[0]
    assert usage.replace("[ARTICLE]", "ARTICLE").endswith(" ARTICLE...")


def test_all_of_a_source_is_hidden_at_once_also_when_it_is_no_longer_configured(
    tmp_path: Path,
) -> None:
    room = newsroom(tmp_path, LEAST + OTHER)
    for name in ("a.txt", "b.txt"):
        room.write(name, a_text(f"Story {name}"))
    (tmp_path / "other").mkdir()
    (tmp_path / "other/c.txt").write_text(a_text("Story c"))
    room.refresh()
    room.configure(LEAST)
    room.publish()
    before = room.bytes()
    assert len(room.titles()) == 3
    done = broadsheet(tmp_path, "hide", "--source", "other")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("hidden  1 article of the source other\n")
    assert sorted(room.titles()) == ["Story a.txt", "Story b.txt"]
    done = broadsheet(tmp_path, "hide", "--source", "inbox")
    assert done.stdout.startswith("hidden  2 articles of the source inbox\n")
    assert room.titles() == []
    for name in ("other", "inbox"):
        assert broadsheet(tmp_path, "unhide", "--source", name).exit_code == 0
    assert room.bytes() == before


def test_a_source_that_never_was_and_two_ways_at_once_are_refused(room: Newsroom) -> None:
    done = broadsheet(room.folder, "hide", "--source", "inbux")
    assert (done.exit_code, done.stderr) == (
        2,
        "there is no source 'inbux'; did you mean 'inbox'?\n",
    )
    assert broadsheet(room.folder, "hide", "--source", "inbox", "a.txt").exit_code == 2
    assert broadsheet(room.folder, "hide").exit_code == 2
    assert len(room.titles()) == 3


def test_republish_shows_a_small_correction_as_an_update(room: Newsroom) -> None:
    [before] = [one for one in room.feed() if one.title == "Story a"]
    room.write("a.txt", a_text("Story a").replace("Monday", "Tuesday") + "\n" + FILLER)
    room.refresh()
    room.write("a.txt", a_text("Story a").replace("Monday", "Thursday") + "\n" + FILLER)
    room.later(hours=1)
    room.refresh()
    assert "Tuesday" in room.bytes().decode()
    assert "`broadsheet republish` makes it one" in broadsheet(room.folder, "show", "a.txt").stdout
    done = broadsheet(room.folder, "republish", "a.txt")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith(f"republished  Story a  {before.id}\npublished  ")
    [after] = [one for one in room.feed() if one.title == "Story a"]
    assert "Thursday" in after.content[0].value
    assert (after.id, after.published) == (before.id, before.published)
    assert after.updated > before.updated
    assert b"Thursday" in room.bytes("articles/a/index.html")
    still = room.bytes()
    broadsheet(room.folder, "publish")
    assert room.bytes() == still


def test_what_nobody_sees_cannot_be_republished(room: Newsroom) -> None:
    broadsheet(room.folder, "hide", "a.txt")
    done = broadsheet(room.folder, "republish", "a.txt", "b.txt")
    assert done.exit_code == 0
    assert [line.split("  ")[0] for line in done.stdout.splitlines()[:2]] == [
        "is not shown",
        "republished",
    ]
    assert sorted(room.titles()) == ["Story b", "Story c"]


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
