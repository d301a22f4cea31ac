"""`show-source`: what was learned is shown, put back and left out again."""

import json
from pathlib import Path

import pytest

from feeds.lock import DAEMON, data_lock
from ingest.store import learned, requests
from tests.copied import CALL, FOOTER, HEADER, INTRO, article
from tests.feeds.cli.commands import LEAST, broadsheet, documented_json, newsroom
from tests.newsroom import Newsroom


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    """Twelve articles of a series, copied from one site; none of their passages has a footer."""
    room = newsroom(tmp_path)
    for number in range(12):
        text = article(number).text(intro=INTRO, footer=())
        room.write(f"{number:02}.txt", text)
    assert not room.refresh().failed
    return room


def test_what_was_learned_is_shown_with_where_it_stands_and_what_became_of_it(
    room: Newsroom,
) -> None:
    done = broadsheet(room.folder, "show-source", "inbox")
    assert (done.exit_code, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    since = ", since 2026-06-01 12:00:00"
    assert lines[0] == "inbox: files articles/**/*.{txt,md,html}, 12 articles"
    assert lines[1:] == [
        "",
        f"   1  {HEADER[0]}",
        f"      left out, at the beginning of 12 articles{since}",
        "",
        f"   2  {HEADER[1]}",
        f"      left out, at the beginning of 12 articles{since}",
        "",
        f"   3  {INTRO}",
        f"      left out, as the opening of 12 articles, but stays in the first, 00.txt{since}",
        "",
        f"   4  {CALL}",
        f"      left out, between paragraphs of 12 articles{since}",
    ]


def test_a_passage_is_kept_and_left_out_again_and_subscribers_have_it_at_once(
    room: Newsroom,
) -> None:
    before = room.bytes()
    done = broadsheet(room.folder, "show-source", "inbox", "--keep", "4")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "kept, between paragraphs of 12 articles" in done.stdout
    assert room.bytes().count(CALL.encode()) == 12
    done = broadsheet(room.folder, "show-source", "inbox", "--drop", "4", "--keep", "1")
    assert done.exit_code == 0
    assert {one.title for one in room.feed()} == {HEADER[0]}
    done = broadsheet(room.folder, "show-source", "inbox", "--drop", "all")
    assert done.exit_code == 0
    assert room.bytes() == before
    done = broadsheet(room.folder, "show-source", "inbox", "--keep", "all")
    assert all(INTRO in one.content[0].value for one in room.feed())


def test_json_has_what_help_says(room: Newsroom) -> None:
    found = json.loads(broadsheet(room.folder, "show-source", "--json", "inbox").stdout)
    assert set(found) == documented_json("show-source")
    assert (found["name"], found["kind"], found["articles"]) == ("inbox", "files", 12)
    assert (found["learns"], found["applied"]) == (True, None)
    assert found["learned"][2] == {
        "number": 3,
        "place": "intro",
        "text": INTRO,
        "articles": 12,
        "kept": False,
        "first": "00.txt",
        "since": "2026-06-01T12:00:00+00:00",
    }
    done = broadsheet(room.folder, "show-source", "--json", "inbox", "--keep", "3")
    applied = json.loads(done.stdout)["applied"]
    assert (applied["failed"], applied["runs"][0]["task"]) == (False, "learn")
    assert applied["runs"][0]["updated"] == 11


def test_a_number_that_is_not_there_changes_nothing(room: Newsroom) -> None:
    before = room.state()
    for number in ("9", "0", "-1", "x", ""):
        done = broadsheet(room.folder, "show-source", "inbox", "--keep", "4", "--keep", number)
        assert done.exit_code == 2
        assert done.stderr.endswith("`broadsheet show-source inbox` shows them\n")
    assert room.state() == before
    assert broadsheet(room.folder, "show-source", "inbex").exit_code == 2


def test_a_passage_is_not_kept_and_dropped_at_once(room: Newsroom) -> None:
    before = room.state()
    done = broadsheet(room.folder, "show-source", "inbox", "--keep", "4", "--drop", "4")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "--keep 4 and --drop 4 contradict each other\n"
    assert room.state() == before


def test_a_source_that_shares_nothing_or_learns_nothing_says_so(tmp_path: Path) -> None:
    room = newsroom(tmp_path)
    assert "share nothing yet" in broadsheet(room.folder, "show-source", "inbox").stdout
    for number in range(12):
        room.write(f"{number:02}.txt", article(number).text(footer=FOOTER))
    room.configure(LEAST + "learn = false\n")
    room.refresh()
    done = broadsheet(room.folder, "show-source", "inbox")
    assert done.stdout.splitlines()[1] == "It learns nothing: learn = false."
    with room.open() as context, context.store.read() as tx:
        assert learned.lines(tx, context.states["inbox"].id) == []


def test_a_daemon_is_asked_to_do_it(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.cli.work._daemon_is_up", lambda _: False)
    with room.open() as context, data_lock(context.settings.data_folder, DAEMON):
        done = broadsheet(room.folder, "show-source", "inbox", "--keep", "4")
        assert done.exit_code == 1, "the daemon of this test ends before it does anything"
        with context.store.write() as tx:
            asked = requests.take(tx, room.now)
            (line,) = (one for one in learned.lines(tx, context.states["inbox"].id) if one.kept)
    assert asked == []
    assert (line.text, line.applied) == (CALL, False)
    room.refresh()
    assert room.bytes().count(CALL.encode()) == 12
