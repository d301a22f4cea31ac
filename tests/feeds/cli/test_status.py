import json
import os
from datetime import datetime, timedelta
from pathlib import Path

from feeds.lock import DAEMON, data_lock
from tests.feeds.cli.commands import LEAST, PAGES, broadsheet, cells, documented_json, newsroom
from tests.newsroom import a_text

KEYS = {
    "name", "next_run", "errors_in_a_row", "last_run", "outcome", "new", "updated", "unchanged",
    "removed", "failed", "problems",
}  # fmt: skip


def test_before_any_run_there_is_nothing_wrong(tmp_path: Path) -> None:
    newsroom(tmp_path)
    done = broadsheet(tmp_path, "status")
    assert done.exit_code == 0
    assert done.stdout.startswith("The daemon is not running.\n")
    assert cells(done, 2) == ["inbox", "never", "0", "0", "0", "0", "at", "start"]
    (source,) = json.loads(broadsheet(tmp_path, "status", "--json").stdout)["sources"]
    assert (source["last_run"], source["outcome"], source["next_run"]) == (None, None, None)


def test_what_went_wrong_is_told_with_exit_code_1(tmp_path: Path) -> None:
    room = newsroom(tmp_path, LEAST + PAGES)
    room.write("a.txt", a_text("A bridge"))
    broadsheet(tmp_path, "refresh")
    done = broadsheet(tmp_path, "status")
    assert done.exit_code == 1
    assert "ok" in cells(done, 2)
    assert "failed" in cells(done, 3)
    assert "pages: http://127.0.0.1:9/: 127.0.0.1 is not fetched" in done.stdout


def test_json_is_for_scripts(tmp_path: Path) -> None:
    room = newsroom(tmp_path, LEAST + PAGES)
    room.write("a.txt", a_text("A bridge"))
    broadsheet(tmp_path, "refresh")
    done = broadsheet(tmp_path, "status", "--json")
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert set(found) == documented_json("status") == {"daemon", "sources"}
    assert found["daemon"] is None
    inbox, pages = found["sources"]
    assert set(inbox) == set(pages) == KEYS
    assert (inbox["name"], inbox["new"], inbox["outcome"]) == ("inbox", 1, "ok")
    ran, due = (datetime.fromisoformat(inbox[key]) for key in ("last_run", "next_run"))
    assert timedelta(seconds=58) < due - ran <= timedelta(seconds=61)
    assert (pages["errors_in_a_row"], pages["failed"]) == (1, 1)
    (problem,) = pages["problems"]
    assert set(problem) == {"where", "why", "failed"}
    assert (problem["where"], problem["failed"]) == ("http://127.0.0.1:9/", True)


def test_a_running_daemon_is_told_by_its_process(tmp_path: Path) -> None:
    newsroom(tmp_path)
    with data_lock(tmp_path / "data", DAEMON):
        assert f"The daemon is up (process {os.getpid()})." in broadsheet(tmp_path, "status").stdout
        found = json.loads(broadsheet(tmp_path, "status", "--json").stdout)
    assert found["daemon"] == os.getpid()
    assert "not running" in broadsheet(tmp_path, "status").stdout
