import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from config.load import load
from config.source import Source
from feeds.cli import main
from feeds.cli.setup import next_run
from tests.feeds.cli.commands import documented_json, newsroom
from tests.newsroom import a_text

LEAST = """\
[site]
title = "T"
url = "https://example.org"
[[source]]
name = "inbox"
files = "articles/**/*.{txt,md}"
"""


def broadsheet(*args: str | Path) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "articles").mkdir()
    path = tmp_path / "broadsheet.toml"
    path.write_text(LEAST)
    return path


def test_init_writes_a_configuration_that_check_accepts(tmp_path: Path) -> None:
    done = broadsheet("init", tmp_path / "news")
    assert done.exit_code == 0
    assert "Next:" in done.output
    written = tmp_path / "news" / "broadsheet.toml"
    assert load(written, {}).site.title
    assert broadsheet("--config", written, "check").exit_code == 0


def test_init_never_overwrites(path: Path) -> None:
    done = broadsheet("init", path.parent)
    assert done.exit_code == 1
    assert "left as it is" in done.output
    assert path.read_text() == LEAST


def test_init_where_nothing_can_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = broadsheet("init", tmp_path / "file" / "below")
    assert done.exit_code == 1
    assert "cannot be written" in done.output


def test_check_says_what_each_source_holds_and_when_it_runs(path: Path) -> None:
    for name in ("a.txt", "b.md", "c.html", ".hidden.md"):
        (path.parent / "articles" / name).write_text("x")
    path.write_text(
        LEAST + '[[source]]\nname = "pages"\nurls = ["https://a.example/"]\ncron = "0 6 * * 1"\n'
    )
    done = broadsheet("--config", path, "check")
    assert done.exit_code == 0
    assert "inbox: 2 files; next run at start, then every 1 minute\n" in done.output
    assert "pages: 1 address; next run Mon " in done.output
    assert "06:00 UTC, in " in done.output
    assert not (path.parent / "public").exists()


def test_the_next_run_of_a_cron_is_told_in_the_sites_zone() -> None:
    source = Source(name="a", urls=("https://a.example/",), cron="0 6 * * 1-5")
    now = datetime(2026, 10, 23, 12, tzinfo=UTC)
    assert next_run(source, "Europe/Berlin", now) == (
        "next run Mon 2026-10-26 06:00 Europe/Berlin, in 2 days 17 hours (0 6 * * 1-5)"
    )


def test_what_is_asked_on_the_web_may_not_be_due_at_start() -> None:
    source = Source(name="a", feed="https://a.example/feed")
    assert next_run(source, "UTC", datetime(2026, 10, 23, 12, tzinfo=UTC)) == (
        "next run at start, or later if it is not due then, then as often as it changes"
    )


def test_every_problem_goes_to_stderr_with_exit_code_2(path: Path) -> None:
    path.write_text(LEAST.replace("title", "tittle") + 'evry = "1h"\n')
    done = broadsheet("--config", path, "check")
    assert done.exit_code == 2
    assert done.stdout == ""
    assert f"{path}:2: site.tittle: there is no such option; did you mean `title`?" in done.stderr
    assert f"{path}:7: source[1].evry: " in done.stderr


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ('item = "div["', "'div[' is not a CSS selector: "),
        ('exclude = ["/{1,2,3,4,5,6}{1,2,3,4,5,6}{1,2,3,4,5,6}{1,2,3,4,5,6}{1,2}"]', ""),
    ],
)
def test_what_no_run_could_apply_is_a_problem_of_its_line(
    path: Path, option: str, message: str
) -> None:
    listing = '[[source]]\nname = "news"\nlisting = "https://a.example/"\n'
    path.write_text(f"{LEAST}{listing}{option}\n")
    done = broadsheet("--config", path, "check")
    key, line = option.partition(" ")[0], len(path.read_text().splitlines())
    assert done.exit_code == 2
    assert done.stderr.startswith(f"{path}:{line}: source[2].{key}: {message}")


def test_an_impossible_cron_is_a_problem_of_its_line(path: Path) -> None:
    path.write_text(LEAST + 'cron = "0 0 30 2 *"\n')
    done = broadsheet("--config", path, "check")
    assert done.exit_code == 2
    assert done.stderr == f"{path}:7: source[1].cron: there is no such date in any year\n"


def test_a_missing_configuration_points_to_init(tmp_path: Path) -> None:
    done = broadsheet("--config", tmp_path / "broadsheet.toml", "check")
    assert done.exit_code == 2
    assert "`broadsheet init`" in done.stderr


def test_the_environment_may_name_the_configuration(path: Path) -> None:
    done = CliRunner().invoke(main, ["check"], env={"BROADSHEET_CONFIG": str(path)})
    assert done.exit_code == 0


def test_a_missing_root_is_told_with_exit_code_1(path: Path) -> None:
    (path.parent / "articles").rmdir()
    done = broadsheet("--config", path, "check")
    assert done.exit_code == 1
    assert f"{path}:6: source[1].files: the folder" in done.stderr
    assert "removed" not in done.stderr, "nothing was going to be"


def test_an_output_that_is_a_file_is_told(path: Path) -> None:
    (path.parent / "public").write_text("")
    done = broadsheet("--config", path, "check")
    assert done.exit_code == 1
    assert "output: " in done.stderr
    assert "is not a folder" in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_data_folder_that_cannot_be_written_is_told(path: Path) -> None:
    path.parent.chmod(0o500)
    try:
        done = broadsheet("--config", path, "check")
    finally:
        path.parent.chmod(0o700)
    assert done.exit_code == 1
    assert "data: " in done.stderr


SOURCE = {"kind", "name", "holds", "every", "cron", "next_run"}
PROBLEM = {"file", "line", "key", "message"}


def check_json(path: Path, code: int) -> dict[str, Any]:
    done = broadsheet("--config", path, "check", "--json")
    assert done.exit_code == code
    assert done.stderr == ""
    found: dict[str, Any] = json.loads(done.stdout)
    assert list(found) == ["ok", "problems", "sources", "feeds", "private", "notes"]
    assert set(found) == documented_json("check")
    assert found["ok"] == (code == 0) == (not found["problems"])
    assert all(set(source) == SOURCE for source in found["sources"])
    assert all(set(problem) == PROBLEM for problem in found["problems"])
    return found


def test_json_says_what_sources_hold_and_when_they_run(path: Path) -> None:
    (path.parent / "articles" / "a.txt").write_text("x")
    path.write_text(
        LEAST + '[[source]]\nname = "pages"\nurls = ["https://a.example/"]\ncron = "0 6 * * 1"\n'
    )
    found = check_json(path, 0)
    inbox, pages = found["sources"]
    assert (inbox["name"], inbox["kind"], inbox["holds"]) == ("inbox", "files", 1)
    assert (inbox["every"], inbox["cron"], inbox["next_run"]) == (60, None, None)
    assert (pages["kind"], pages["holds"], pages["every"]) == ("urls", 1, None)
    assert pages["cron"] == "0 6 * * 1"
    due = datetime.fromisoformat(pages["next_run"])
    assert (due.weekday(), due.hour, due.utcoffset()) == (0, 6, timedelta())
    assert found["feeds"] == ["all"]


def test_json_says_where_each_problem_is(path: Path) -> None:
    path.write_text(LEAST.replace("title", "tittle") + 'evry = "1h"\n')
    found = check_json(path, 2)
    places = [(p["file"], p["line"], p["key"]) for p in found["problems"]]
    assert places == [
        (str(path), 2, "site.tittle"),
        (str(path), 7, "source[1].evry"),
    ]
    assert "did you mean `title`?" in found["problems"][0]["message"]
    assert (found["sources"], found["feeds"]) == ([], [])


def test_json_has_null_where_a_problem_is_of_the_whole_file(path: Path) -> None:
    path.unlink()
    (problem,) = check_json(path, 2)["problems"]
    assert (problem["line"], problem["key"]) == (None, None)
    assert "there is no such file" in problem["message"]


def test_json_says_which_folder_cannot_be_used(path: Path) -> None:
    (path.parent / "articles").rmdir()
    (path.parent / "public").write_text("")
    found = check_json(path, 1)
    assert {problem["key"] for problem in found["problems"]} == {"output", "source[1].files"}
    assert found["sources"][0]["holds"] == 0


def notes(path: Path) -> list[str]:
    """What `check` notes, which makes nothing wrong."""
    done = broadsheet("--config", path, "check")
    assert done.exit_code == 0
    told = check_json(path, 0)["notes"]
    assert done.stderr.splitlines() == told
    assert ("All is well." in done.stdout) == (not told)
    assert isinstance(told, list)
    return told


def test_a_source_that_holds_nothing_is_noted(path: Path) -> None:
    assert notes(path) == ["source 'inbox' holds nothing: no file matches articles/**/*.{txt,md}"]
    (path.parent / "articles/a.txt").write_text("x")
    assert notes(path) == []


@pytest.mark.parametrize(
    ("url", "port", "noted"),
    [
        ("http://127.0.0.1:8000/", 8001, True),
        ("http://localhost/", 8000, True),
        ("http://[::1]:8000/", 8001, True),
        ("http://127.0.0.1:8001/", 8001, False),
        ("http://127.0.0.1:8000/", 0, False),
        ("https://example.org/", 8001, False),
    ],
)
def test_an_address_of_this_machine_with_another_port_is_noted(
    path: Path, url: str, port: int, noted: bool
) -> None:
    (path.parent / "articles/a.txt").write_text("x")
    path.write_text(LEAST.replace("https://example.org", url) + f"[server]\nport = {port}\n")
    told = notes(path)
    assert bool(told) == noted
    assert all("set the same port in both" in one for one in told)


def test_feeds_that_would_go_and_tags_that_nobody_has_are_noted_before_it_happens(
    tmp_path: Path,
) -> None:
    room = newsroom(tmp_path)
    path = tmp_path / "broadsheet.toml"
    tagged = '[[feed]]\nname = "new"\ntags = ["harbor"]\n'
    room.configure(LEAST.replace(",md", ",md,html") + tagged)
    room.write("a.md", "---\ntags: Harbour\n---\n" + a_text("# A bridge"))
    assert notes(path) == []
    assert not (tmp_path / "data").exists(), "a look makes no store"
    room.configure(LEAST)
    room.refresh()
    before = (tmp_path / "data/broadsheet.db").read_bytes()
    room.configure(LEAST + tagged)
    assert notes(path) == [
        "feed 'all' is no longer configured: its addresses will answer 410 Gone and readers drop "
        'it; to keep its subscribers write was = "all" below the feed that takes its place',
        "feed 'new': no article has the tag 'harbor'; did you mean 'harbour'?",
    ]
    assert (tmp_path / "data/broadsheet.db").read_bytes() == before
    room.configure(LEAST + tagged.replace("harbor", "HARBOUR") + 'was = "all"\n')
    assert notes(path) == []
    room.publish()
    assert notes(path) == []


def test_a_source_given_tags_of_its_own_will_have_them(tmp_path: Path) -> None:
    room = newsroom(tmp_path)
    room.write("a.md", a_text("# A bridge"))
    room.refresh()
    room.configure(LEAST + 'tags = ["sea"]\n[[feed]]\nname = "all"\ntags = ["Sea"]\n')
    assert notes(tmp_path / "broadsheet.toml") == []
