import json
import logging
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from feeds.cli import main
from feeds.cli.common import Output
from feeds.cli.output import RunTable
from tests.feeds.cli.commands import LEAST, broadsheet, newsroom
from tests.newsroom import a_text

QUIET = ["init", "check", "demo", "ingest", "publish", "refresh", "status", "extract"]


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_short_work_in_a_pipe_shows_no_progress(capfd: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with RunTable(Output(), clock) as table:
        for done in range(100):
            clock.now += 0.09
            table.progress("inbox", done, 100)
    assert capfd.readouterr() == ("", "")


def test_long_work_in_a_pipe_is_told_every_ten_seconds_in_plain_lines(
    capfd: pytest.CaptureFixture[str],
) -> None:
    clock = Clock()
    with RunTable(Output(), clock) as table:
        for second in range(35):
            clock.now += 1
            table.progress("inbox", second * 100, 4_000)
            table.progress("pages", second, 40)
    out, err = capfd.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "looked at 908 of 4,040 documents",
        "looked at 1,918 of 4,040 documents",
        "looked at 2,928 of 4,040 documents",
    ]
    assert "\r" not in err
    assert "\x1b" not in err


def test_progress_may_come_from_many_threads(capfd: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with RunTable(Output(), clock) as table:
        clock.now += 60

        def report(name: str) -> None:
            for done in range(200):
                table.progress(name, done, 200)

        threads = [threading.Thread(target=report, args=(f"s{n}",)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(capfd.readouterr().err.splitlines()) == 1


def test_quiet_shows_no_progress(capfd: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    with RunTable(Output(quiet=True), clock) as table:
        clock.now += 60
        table.progress("inbox", 1, 2)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", QUIET)
@pytest.mark.parametrize("before", [True, False])
def test_quiet_says_nothing_where_all_is_well(
    tmp_path: Path, name: str, before: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    newsroom(tmp_path).write("a.txt", a_text("A bridge"))
    given = {"init": [str(tmp_path / "new")], "extract": [str(tmp_path / "articles" / "a.txt")]}
    args = ["-q", name] if before else [name, "--quiet"]
    done = broadsheet(tmp_path, *args, *given.get(name, []))
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")


def test_quiet_still_tells_problems(tmp_path: Path) -> None:
    newsroom(tmp_path).write("empty.txt", "")
    done = broadsheet(tmp_path, "-q", "refresh")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "inbox: empty.txt: it is empty\n"
    assert done.stderr in broadsheet(tmp_path, "status", "-q").stdout


def test_verbose_tells_each_document_that_is_new_updated_or_failed(tmp_path: Path) -> None:
    room = newsroom(tmp_path)
    room.write("a.txt", a_text("A bridge"))
    room.write("empty.txt", "")
    first = broadsheet(tmp_path, "refresh", "-v").stderr
    assert 'article new where=a.txt title="A bridge" source=inbox' in first
    assert 'document failed where=empty.txt why="it is empty" source=inbox' in first
    room.later(hours=1)
    room.write("a.txt", a_text("A longer bridge"))
    again = broadsheet(tmp_path, "--verbose", "ingest").stderr
    assert 'article updated where=a.txt title="A longer bridge" source=inbox' in again
    assert "article" not in broadsheet(tmp_path, "refresh", "-v").stderr, "nothing changed"


def test_verbose_check_lists_what_each_source_holds(tmp_path: Path) -> None:
    newsroom(tmp_path).write("town/a.txt", a_text("A bridge"))
    assert "  town/a.txt\n" in broadsheet(tmp_path, "check", "-v").stdout
    assert "town" not in broadsheet(tmp_path, "check").stdout


def test_verbose_extract_shows_the_html(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A bridge\n\nIt *opened*.\n")
    assert "<em>opened</em>" in broadsheet(tmp_path, "extract", "-v", str(tmp_path / "a.md")).stdout


@pytest.mark.parametrize("args", [["-q", "check", "-v"], ["check", "-q", "-v"], ["-qv", "check"]])
def test_quiet_and_verbose_at_once_are_refused(tmp_path: Path, args: list[str]) -> None:
    newsroom(tmp_path)
    done = broadsheet(tmp_path, *args)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "contradict each other" in done.stderr


def test_quiet_keeps_json(tmp_path: Path) -> None:
    newsroom(tmp_path)
    assert json.loads(broadsheet(tmp_path, "-q", "check", "--json").stdout)["ok"]


@pytest.mark.parametrize(
    ("output", "usual", "level"),
    [
        (Output(), "info", "INFO"),
        (Output(), "warning", "WARNING"),
        (Output(quiet=True), "info", "WARNING"),
        (Output(verbose=True), "info", "DEBUG"),
        (Output(verbose=True), "warning", "DEBUG"),
    ],
)
def test_the_log_is_as_quiet_or_verbose_as_the_command(
    output: Output, usual: str, level: str
) -> None:
    output.start_log(usual)
    assert logging.getLevelName(logging.getLogger("ingest").level) == level


@pytest.mark.parametrize(("no_color", "term"), [("", "xterm"), ("1", "xterm"), ("", "dumb")])
def test_only_outcomes_that_call_for_a_look_have_a_colour(
    tmp_path: Path, no_color: str, term: str
) -> None:
    room = newsroom(tmp_path, LEAST)
    config = ["--config", str(tmp_path / "broadsheet.toml")]
    env = {"NO_COLOR": no_color, "TERM": term}
    plain = bool(no_color) or term == "dumb"
    room.write("a.txt", a_text("A bridge"))
    done = CliRunner().invoke(main, [*config, "refresh"], env=env, color=True)
    assert "\x1b" not in done.output
    room.write("empty.txt", "")
    done = CliRunner().invoke(main, [*config, "refresh"], env=env, color=True)
    assert done.output.count("\x1b[") == (0 if plain else 2), "on and off, once"
    assert ("\x1b[33mpartial\x1b[0m" in done.output) == (not plain)
