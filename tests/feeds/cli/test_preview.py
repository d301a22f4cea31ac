import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from tests.feeds.cli.commands import broadsheet, documented_json
from tests.feeds.processes import broadsheet as in_process
from tests.feeds.processes import running
from tests.feeds.town import CONFIG, INBOX, NAMES, Town, title
from tests.newsroom import Newsroom, a_text


@pytest.fixture
def town(httpserver: HTTPServer) -> Town:
    return Town(httpserver)


@pytest.fixture
def room(tmp_path: Path, town: Town) -> Newsroom:
    listing = f'[[source]]\nname = "town"\nlisting = "{town.url("/")}"\n'
    return Newsroom(tmp_path, CONFIG + "[server]\nport = 0\n" + INBOX + listing)


def previewed(folder: Path, name: str = "town", *args: str) -> list[dict[str, Any]]:
    done = broadsheet(folder, "preview", name, "--json", *args)
    found = json.loads(done.stdout)
    assert set(found) == documented_json("preview")
    articles: list[dict[str, Any]] = found["articles"]
    assert done.exit_code == int(any(one["state"] == "failed" for one in articles))
    return articles


def states(articles: list[dict[str, Any]]) -> dict[str, str]:
    return {one["title"] or one["document"]: one["state"] for one in articles}


def files(folder: Path) -> dict[str, str]:
    """Every file and what is in it; the log of the database apart, which reading may renew."""
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(("-shm", "-wal", ".lock"))
    }


def test_it_tells_what_a_first_run_would_store_and_leaves_no_trace(room: Newsroom) -> None:
    before = files(room.folder)
    found = previewed(room.folder)
    assert states(found) == {title(name): "new" for name in NAMES[:6]}
    assert all(one["words"] > 100 for one in found)
    assert found[0]["published"] == "2026-05-10T09:00:00+00:00"
    assert files(room.folder) == before
    assert not (room.folder / "data").exists()


def test_after_a_run_it_tells_what_changed(room: Newsroom, town: Town) -> None:
    assert broadsheet(room.folder, "refresh", "town").exit_code == 0
    assert set(states(previewed(room.folder)).values()) == {"unchanged"}
    kind, page = town.documents["/2026/bridge"]
    town.documents["/2026/bridge"] = (kind, page.replace("on Monday", "on Tuesday evening"))
    del town.documents["/2026/ferry"]
    kind, home = town.documents["/"]  # a page is asked for soon again where its list says so
    later = home.replace('"2026-05-10"', '"2026-05-20"').replace('"2026-05-11"', '"2026-05-21"')
    town.documents["/"] = (kind, later)
    before = files(room.folder)
    found = states(previewed(room.folder))
    assert found.pop(title("bridge")) == "changed"
    assert found.pop(town.url("/2026/ferry")) == "failed"
    assert set(found.values()) == {"unchanged"}
    assert files(room.folder) == before
    (run,) = json.loads(broadsheet(room.folder, "refresh", "--json", "town").stdout)["runs"]
    assert (run["updated"], run["unchanged"], run["failed"]) == (1, 4, 1)


def test_it_explains_where_each_field_came_from(room: Newsroom) -> None:
    done = broadsheet(room.folder, "preview", "town", "--explain", "--limit", "1")
    assert done.exit_code == 0
    head, url, *explained, count = done.stdout.splitlines()
    assert head.startswith("new  2026-05-10  ")
    assert head.endswith(title("bridge"))
    assert url.endswith("/2026/bridge")
    assert "    published: " in "\n".join(explained)
    assert count == "1 new"


def test_no_more_is_fetched_than_is_asked_for(room: Newsroom, town: Town) -> None:
    assert len(previewed(room.folder, "town", "--limit", "2")) == 2
    assert len([path for path in town.asked if path.startswith("/2026/")]) == 2


def test_a_folder_can_be_looked_at_too(room: Newsroom) -> None:
    room.write("a.txt", a_text("A bridge"))
    room.write("b.txt", a_text("A tunnel"))
    room.write("empty.txt", "")
    found = states(previewed(room.folder, "inbox"))
    assert found == {"A bridge": "new", "A tunnel": "new", "empty.txt": "failed"}
    assert len(previewed(room.folder, "inbox", "--limit", "1")) == 1


def test_a_source_that_is_new_to_the_store_is_no_exception(room: Newsroom) -> None:
    room.write("a.txt", a_text("A bridge"))
    configured = (room.folder / "broadsheet.toml").read_text()
    room.configure(CONFIG + INBOX)
    assert broadsheet(room.folder, "refresh").exit_code == 0
    room.configure(configured)
    assert set(states(previewed(room.folder)).values()) == {"new"}


def test_a_source_that_cannot_be_read_is_told_in_a_line(room: Newsroom, town: Town) -> None:
    town.documents["/"] = ("text/html", "<html><body><p>We moved.</p></body></html>")
    done = broadsheet(room.folder, "preview", "town")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "no list of articles was found" in done.stderr
    assert broadsheet(room.folder, "preview", "twon").exit_code == 2
    config = (room.folder / "broadsheet.toml").read_text()
    room.configure(config.replace('name = "town"\n', 'name = "town"\ninclude = ["/news/*"]\n'))
    done = broadsheet(room.folder, "preview", "town")
    assert "nothing that the page lists fits `include` and `exclude`" in done.stderr


def test_beside_the_daemon_it_works_too(room: Newsroom) -> None:
    with running(room.folder):
        done = in_process(room.folder, "preview", "town", "-v")
    assert done.returncode == 0, done.stderr
    assert title("bridge") in done.stdout
