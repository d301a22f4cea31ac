import json
import os
import socket
from datetime import datetime, timedelta
from pathlib import Path

from feeds.lock import DAEMON, data_lock
from tests.feeds.cli.commands import LEAST, PAGES, broadsheet, cells, documented_json, newsroom
from tests.feeds.processes import running
from tests.newsroom import a_text

KEYS = {
    "name", "next_run", "why", "errors_in_a_row", "last_run", "outcome", "new", "updated",
    "unchanged", "removed", "failed", "problems",
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
    names = {"daemon", "up", "sources", "private", "untold", "subscriptions", "pushed", "notes"}
    names |= {"empty"}
    assert set(found) == documented_json("status") == names
    assert (found["daemon"], found["up"]) == (None, None)
    inbox, pages = found["sources"]
    assert set(inbox) == set(pages) == KEYS
    assert (inbox["name"], inbox["new"], inbox["outcome"]) == ("inbox", 1, "ok")
    assert inbox["why"] == "every 60 seconds"
    assert pages["why"] == "it could not be read the last time"
    ran, due = (datetime.fromisoformat(inbox[key]) for key in ("last_run", "next_run"))
    assert timedelta(seconds=58) < due - ran <= timedelta(seconds=61)
    assert (pages["errors_in_a_row"], pages["failed"]) == (1, 1)
    (problem,) = pages["problems"]
    assert set(problem) == {"where", "why", "failed", "advice", "since"}
    assert (problem["where"], problem["failed"]) == ("http://127.0.0.1:9/", True)


def test_a_running_daemon_is_told_by_its_process(tmp_path: Path) -> None:
    newsroom(tmp_path)
    with data_lock(tmp_path / "data", DAEMON):
        assert f"The daemon is up (process {os.getpid()})." in broadsheet(tmp_path, "status").stdout
        found = json.loads(broadsheet(tmp_path, "status", "--json").stdout)
    assert found["daemon"] == os.getpid()
    assert "not running" in broadsheet(tmp_path, "status").stdout


def test_what_is_wrong_is_told_with_since_when_and_what_to_do(tmp_path: Path) -> None:
    room = newsroom(tmp_path)
    room.write("empty.txt", "")
    broadsheet(tmp_path, "refresh")
    (problem,) = json.loads(broadsheet(tmp_path, "status", "--json").stdout)["sources"][0][
        "problems"
    ]
    began = problem["since"]
    for _ in range(2):
        broadsheet(tmp_path, "refresh")
    (problem,) = json.loads(broadsheet(tmp_path, "status", "--json").stdout)["sources"][0][
        "problems"
    ]
    assert problem["since"] == began
    lines = broadsheet(tmp_path, "status").stdout.splitlines()
    at = lines.index("inbox: empty.txt: it is empty")
    assert lines[at + 1].startswith("    since 20")
    assert lines[at + 1].endswith("; `broadsheet extract` shows what is made of it")


def test_the_daemons_own_troubles_are_told(tmp_path: Path) -> None:
    room = newsroom(tmp_path, LEAST + "[server]\nport = 0\n")
    room.write("a.txt", a_text("A bridge"))
    with running(tmp_path) as daemon:
        assert broadsheet(tmp_path, "refresh").exit_code == 0
        done = broadsheet(tmp_path, "status")
        assert done.exit_code == 0
        assert f"The daemon is up (process {daemon.process.pid}) since " in done.stdout
        good = (tmp_path / "broadsheet.toml").read_text()
        room.configure(good + "# changed\n")
        assert "`broadsheet reload` takes it up" in broadsheet(tmp_path, "status").stdout
        told = "has changed since the daemon read it; `broadsheet reload` tells it.\n"
        assert broadsheet(tmp_path, "refresh").stderr.endswith(told)
        room.configure(good + "[[feed]]\n")
        done = broadsheet(tmp_path, "reload")
        assert done.exit_code == 2
        assert done.stderr.endswith(
            "\nNothing was reloaded: a daemon keeps the configuration it has.\n"
        )
        (tmp_path / "other.toml").write_text(good)  # of the same folder, and not what it goes by
        done = broadsheet(tmp_path, "--config", str(tmp_path / "other.toml"), "status")
        assert "`broadsheet reload` takes it up" in done.stdout
        room.configure(good)
        (tmp_path / "other.toml").write_text(good + "# changed\n")
        done = broadsheet(tmp_path, "--config", str(tmp_path / "other.toml"), "status")
        assert "`broadsheet reload`" not in done.stdout
        room.configure(good + '[[feed]]\nname = "new"\n')
        done = broadsheet(tmp_path, "reload")
        assert done.exit_code == 0
        assert done.stderr.startswith("feed 'all' is no longer configured: its addresses will ")
        room.configure(good + "# changed\n")
        assert broadsheet(tmp_path, "reload").exit_code == 0
        assert broadsheet(tmp_path, "refresh").stderr == "The daemon is running; asking it.\n"
        (tmp_path / "public" / "all.rss").unlink()
        (tmp_path / "public" / "all.rss").mkdir()
        assert broadsheet(tmp_path, "refresh").exit_code == 1
        done = broadsheet(tmp_path, "status")
        assert done.exit_code == 1
        assert "Not published since " in done.stdout
        (tmp_path / "public" / "all.rss").rmdir()
        assert broadsheet(tmp_path, "refresh").exit_code == 0
        assert broadsheet(tmp_path, "status").exit_code == 0
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            room.configure(good.replace("port = 0", f"port = {port}"))
            done = broadsheet(tmp_path, "reload")
            assert done.exit_code == 1
            assert done.stderr.startswith("The daemon keeps the configuration it has:\nport ")
            done = broadsheet(tmp_path, "status")
        assert done.exit_code == 1
        assert "A configuration was refused at " in done.stdout
        room.configure(good)
        assert broadsheet(tmp_path, "status").exit_code == 0


def test_that_no_daemon_runs_is_wrong_where_one_should(tmp_path: Path) -> None:
    newsroom(tmp_path)
    done = broadsheet(tmp_path, "status", "--quiet", "--daemon")
    assert (done.exit_code, done.stdout) == (1, "The daemon is not running.\n")
    assert broadsheet(tmp_path, "status", "--json", "--daemon").exit_code == 1
    with data_lock(tmp_path / "data", DAEMON):
        done = broadsheet(tmp_path, "status", "--quiet", "--daemon")
    assert (done.exit_code, done.stdout) == (0, "")


def test_articles_of_a_source_that_was_taken_out_are_told(tmp_path: Path) -> None:
    other = '[[source]]\nname = "other"\nfiles = "articles/*.text"\n'
    room = newsroom(tmp_path, LEAST + other)
    room.write("a.text", a_text("A bridge"))
    room.refresh()
    room.configure(LEAST)
    told = (
        "source 'other' is no longer configured; its 1 article stays; "
        "`broadsheet hide --source other` takes it from view"
    )
    done = broadsheet(tmp_path, "status")
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, told)
    assert json.loads(broadsheet(tmp_path, "status", "--json").stdout)["notes"] == [told]
    assert told in broadsheet(tmp_path, "check").stderr
    broadsheet(tmp_path, "hide", "--source", "other")
    assert "no longer" not in broadsheet(tmp_path, "status").stdout
    room.configure(LEAST + other.replace('"other"', '"renamed"'))
    broadsheet(tmp_path, "unhide", "--source", "other")
    assert "no longer" not in broadsheet(tmp_path, "status").stdout


def test_a_feed_of_which_a_filter_leaves_nothing_is_told(tmp_path: Path) -> None:
    feeds = """[[feed]]
name = "wind"
where = "tag:wind"
filters = [
    { exclude = "title:bridge" },
]
[[feed]]
name = "none"
where = "tag:none"
[[feed]]
name = "all"
"""
    room = newsroom(tmp_path, LEAST + feeds)
    for name, tag in (("a", "wind"), ("b", "sea"), ("c", "sea")):
        room.write(f"{name}.md", f"---\ntags: [{tag}]\n---\n" + a_text("# A bridge", name))
    done = broadsheet(tmp_path, "refresh")
    first = "feed 'wind' shows nothing: filters[1].exclude takes away the last 1 of the 3 articles"
    second = "feed 'none' shows nothing: where takes away all 3 articles of its sources"
    assert f"{first} of its sources; `status` says where" in done.stderr
    lines = (tmp_path / "broadsheet.toml").read_text().splitlines()
    places = [n for n, line in enumerate(lines, 1) if "exclude" in line or "tag:none" in line]
    said = broadsheet(tmp_path, "status")
    assert said.exit_code == 0
    assert f"{first} of its sources (broadsheet.toml:{places[0]})" in said.stdout
    assert f"{second} (broadsheet.toml:{places[1]})" in said.stdout
    assert not broadsheet(tmp_path, "status", "--quiet").stdout
    assert json.loads(broadsheet(tmp_path, "status", "--json").stdout)["empty"][1] == {
        "feed": "none",
        "step": "where",
        "line": places[1],
        "articles": 3,
        "left": 3,
    }
