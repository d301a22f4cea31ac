import json
import os
import pty
import select
import subprocess
from pathlib import Path

import pytest

from feeds.lock import DAEMON, data_lock
from tests.feeds.cli.commands import LEAST, broadsheet, documented_json, newsroom
from tests.feeds.processes import command, environment, running
from tests.newsroom import Newsroom, a_text

CHANGE = {
    "source", "document", "article", "title", "new", "fields", "words_gone", "words_come",
    "significant", "error",
}  # fmt: skip


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    """Two published articles, and a source that has an author since."""
    room = newsroom(tmp_path)
    room.write("a.md", a_text("# A bridge"))
    room.write("b.md", "---\nauthor: Ann Lee\n---\n" + a_text("# A ferry"))
    assert broadsheet(tmp_path, "refresh").exit_code == 0
    room.configure(LEAST + 'authors = ["Bo Ek"]\n[server]\nport = 0\n')
    return room


def test_in_a_pipe_it_shows_what_would_change_and_changes_nothing(room: Newsroom) -> None:
    before = room.state()
    for _ in range(2):
        done = broadsheet(room.folder, "re-extract", "inbox")
        assert done.exit_code == 0
        assert done.stdout.splitlines() == [
            "inbox: a.md: A bridge",
            "    authors: none → Bo Ek",
            "    subscribers would see it",
            "inbox: 2 documents, 1 would change, 1 of them so that subscribers see it",
        ]
        again = "Nothing was changed; `broadsheet re-extract inbox --yes` applies it.\n"
        assert done.stderr == again
    assert room.state() == before


def test_yes_applies_and_publishes(room: Newsroom) -> None:
    done = broadsheet(room.folder, "re-extract", "--yes")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "inbox: a.md: A bridge" in done.stdout
    assert done.stdout.splitlines()[5].split() == ["inbox", "0", "1", "1", "0", "0", "ok"]
    assert f"published  {room.folder / 'public' / 'all.atom'}  2 entries" in done.stdout
    assert [entry.author for entry in room.feed() if entry.title == "A bridge"] == ["Bo Ek"]
    done = broadsheet(room.folder, "re-extract")
    assert done.stdout == "inbox: 2 documents, 0 would change\n"
    assert done.stderr == ""


def test_json_has_every_change_the_counts_and_what_was_applied(room: Newsroom) -> None:
    found = json.loads(broadsheet(room.folder, "re-extract", "--json", "--yes").stdout)
    assert set(found) == documented_json("re-extract")
    (change,) = found["changes"]
    assert set(change) == CHANGE
    assert (change["document"], change["fields"]) == ("a.md", {"authors": ["", "Bo Ek"]})
    assert (change["significant"], change["error"]) == (True, None)
    counts = {"documents": 2, "changes": 1, "significant": 1, "errors": 0, "bodiless": 0}
    assert found["sources"] == [{"name": "inbox", **counts}]
    (run,) = found["applied"]["runs"]
    assert (run["task"], run["outcome"]) == ("re-extract", "ok")
    assert (run["updated"], run["unchanged"]) == (1, 1)
    again = json.loads(broadsheet(room.folder, "re-extract", "--json").stdout)
    assert (again["changes"], again["applied"]) == ([], None)


def test_only_the_first_changes_are_shown_to_people(tmp_path: Path) -> None:
    room = newsroom(tmp_path)
    for number in range(23):
        room.write(f"n{number:02d}.txt", a_text(f"Story {number}"))
    broadsheet(tmp_path, "ingest")
    room.configure(LEAST + "summary_words = 10\n")
    lines = broadsheet(tmp_path, "re-extract").stdout.splitlines()
    assert sum(line.startswith("inbox: n") for line in lines) == 20
    assert lines[-2:] == ["inbox: … and 3 more", "inbox: 23 documents, 23 would change"]
    assert max(map(len, lines)) < 250
    assert len(json.loads(broadsheet(tmp_path, "re-extract", "--json").stdout)["changes"]) == 23


def test_the_running_daemon_applies_it(room: Newsroom) -> None:
    with running(room.folder) as daemon:
        done = broadsheet(room.folder, "re-extract", "--yes")
        assert done.exit_code == 0
        assert done.stderr == "The daemon is running; asking it.\n"
        assert daemon.terminate() == 0
    assert {e.author for e in room.feed()} == {"Bo Ek", "Ann Lee"}


def test_a_daemon_that_takes_nothing_is_not_waited_for_for_ever(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.cli.work._UNTAKEN", 0.1)
    with data_lock(room.folder / "data", DAEMON):
        done = broadsheet(room.folder, "re-extract", "--yes")
    assert done.exit_code == 1
    assert "takes no requests" in done.stderr


def until(terminal: int, words: bytes) -> bytes:
    """What is shown up to `words`, or to the end."""
    shown = b""
    while words not in shown and select.select([terminal], [], [], 20)[0]:
        try:
            shown += os.read(terminal, 1000)
        except OSError:  # the other end was closed
            break
    return shown


@pytest.mark.parametrize(("answer", "authors"), [("y", ["Bo Ek"]), ("n", [])])
def test_on_a_terminal_it_asks(room: Newsroom, answer: str, authors: list[str]) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command(room.folder, "re-extract"),
        env=environment() | {"TERM": "dumb"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    asked = until(ours, b"Apply? [y/N]")
    os.write(ours, answer.encode() + b"\n")
    until(ours, b"no such words")
    os.close(ours)
    assert process.wait(20) == 0, asked
    room.publish()
    assert [e.author for e in room.feed() if e.title == "A bridge" and "author" in e] == authors
