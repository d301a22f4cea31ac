import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest.store import runs
from tests.feeds.cli.commands import LEAST, PAGES, broadsheet, newsroom
from tests.newsroom import NOON, Newsroom, a_text

KEYS = [
    "id", "source", "task", "started", "ended", "seconds", "outcome", "news", "new", "updated",
    "unchanged", "removed", "failed", "problems",
]  # fmt: skip


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    """Two articles come, one is empty for a while; ten minutes in all."""
    room = newsroom(tmp_path)
    room.write("a.txt", a_text("A bridge"))
    for minute in range(10):
        room.now = NOON + timedelta(minutes=minute)
        if minute == 4:
            room.write("b.txt", "")
        if minute == 7:
            room.write("b.txt", a_text("A ship"))
        room.refresh()
    return room


def test_the_newest_run_comes_first_and_runs_without_news_are_counted(room: Newsroom) -> None:
    done = broadsheet(room.folder, "history")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "2026-06-01 12:09:00  … 2 runs without news since 2026-06-01 12:08:00",
        "2026-06-01 12:07:00  inbox: ok, 1 new, 1 unchanged, in 0.0 s",
        "2026-06-01 12:06:00  … 2 runs without news since 2026-06-01 12:05:00",
        "2026-06-01 12:04:00  inbox: partial, 1 failed, 1 unchanged, in 0.0 s",
        "    b.txt: it is empty",
        "2026-06-01 12:03:00  … 3 runs without news since 2026-06-01 12:01:00",
        "2026-06-01 12:00:00  inbox: ok, 1 new, in 0.0 s",
    ]


def test_all_shows_each_and_limit_how_many(room: Newsroom) -> None:
    lines = broadsheet(room.folder, "history", "--all").stdout.splitlines()
    assert len([line for line in lines if "inbox: " in line]) == 10
    lines = broadsheet(room.folder, "history", "--all", "--limit", "3").stdout.splitlines()
    assert [line[11:16] for line in lines] == ["12:09", "12:08", "12:07"]
    lines = broadsheet(room.folder, "history", "--limit", "1").stdout.splitlines()
    assert [line[11:16] for line in lines] == ["12:09", "12:07"]
    assert broadsheet(room.folder, "history", "--limit", "0").exit_code == 2


def test_json_is_for_scripts(room: Newsroom) -> None:
    found = json.loads(broadsheet(room.folder, "history", "--json", "inbox").stdout)
    assert list(found) == ["runs"]
    assert [list(run) for run in found["runs"]] == [KEYS] * 3
    last, partial, first = found["runs"]
    assert (last["started"], last["new"]) == ("2026-06-01T12:07:00+00:00", 1)
    assert (partial["outcome"], partial["failed"]) == ("partial", 1)
    (problem,) = partial["problems"]
    assert (problem["where"], problem["why"], problem["failed"]) == ("b.txt", "it is empty", True)
    assert problem["advice"].startswith("correct it or take it away")
    assert (first["seconds"], first["task"], first["news"]) == (0.0, "ingest", True)
    everything = json.loads(broadsheet(room.folder, "history", "--json", "--all").stdout)
    assert [run["news"] for run in everything["runs"]].count(False) == 7


def test_problems_are_cut_short_unless_all_are_asked_for(tmp_path: Path) -> None:
    room = newsroom(tmp_path)
    for number in range(5):
        room.write(f"{number}.txt", "\n" * number)
    room.refresh()
    lines = broadsheet(tmp_path, "history").stdout.splitlines()
    assert lines[1:] == [
        "    0.txt: it is empty",
        "    1.txt: it is empty",
        "    2.txt: it is empty",
        "    … and 2 more; -v shows them",
    ]
    lines = broadsheet(tmp_path, "history", "-v").stdout.splitlines()
    assert lines[1:] == [f"    {number}.txt: it is empty" for number in range(5)]


def test_one_source_is_told_from_the_others(tmp_path: Path) -> None:
    room = newsroom(tmp_path, LEAST + PAGES)
    room.write("a.txt", a_text("A bridge"))
    room.refresh()
    [line] = broadsheet(tmp_path, "history", "inbox").stdout.splitlines()
    assert "inbox: ok, 1 new" in line
    line, why = broadsheet(tmp_path, "history", "pages").stdout.splitlines()
    assert "pages: failed, 1 failed" in line
    assert why.startswith("    http://127.0.0.1:9/: ")
    assert len(broadsheet(tmp_path, "history").stdout.splitlines()) == 3
    done = broadsheet(tmp_path, "history", "inbex")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "there is no source 'inbex'; did you mean 'inbox'?\n"


def test_a_source_that_is_configured_no_more_is_remembered(tmp_path: Path) -> None:
    room = newsroom(tmp_path, LEAST + PAGES)
    room.refresh("pages")
    room.configure(LEAST)
    assert "pages: failed" in broadsheet(tmp_path, "history", "pages").stdout


def test_a_run_under_way_is_told_and_so_is_none(tmp_path: Path) -> None:
    room = newsroom(tmp_path)
    for source in ((), ("inbox",)):
        done = broadsheet(tmp_path, "history", *source)
        assert (done.exit_code, done.stdout) == (0, "There was no run yet.\n")
    assert json.loads(broadsheet(tmp_path, "history", "--json").stdout) == {"runs": []}
    with room.open() as context, context.store.write() as tx:
        runs.start_run(tx, context.states["inbox"].id, datetime(2026, 6, 1, tzinfo=UTC))
    said = broadsheet(tmp_path, "history").stdout
    assert said == "2026-06-01 00:00:00  inbox: under way\n"
    [run] = json.loads(broadsheet(tmp_path, "history", "--json").stdout)["runs"]
    assert (run["outcome"], run["ended"], run["seconds"]) == (None, None, None)
