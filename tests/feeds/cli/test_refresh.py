from pathlib import Path

import pytest

from feeds.lock import COMMAND, data_lock
from tests.feeds.cli.commands import LEAST, PAGES, broadsheet, cells, newsroom
from tests.newsroom import a_text

HEAD = ["source", "new", "updated", "unchanged", "removed", "failed", "outcome"]


def test_refresh_shows_a_table_and_what_it_published(tmp_path: Path) -> None:
    room = newsroom(tmp_path)
    room.write("a.txt", a_text("A bridge"))
    first = broadsheet(tmp_path, "refresh")
    assert (first.exit_code, first.stderr) == (0, "")
    assert cells(first, 0) == HEAD
    assert cells(first, 1) == ["inbox", "1", "0", "0", "0", "0", "ok"]
    assert first.stdout.splitlines()[2:] == [
        f"published  {tmp_path / 'public' / name}  1 entry"
        for name in ("all.rss", "all.atom", "all.json")
    ]
    again = broadsheet(tmp_path, "refresh")
    assert cells(again, 1) == ["inbox", "0", "0", "1", "0", "0", "ok"]
    assert cells(again, 2)[0] == "unchanged"


def test_a_source_that_failed_gives_exit_code_1_and_everything_else_is_published(
    tmp_path: Path,
) -> None:
    room = newsroom(tmp_path, LEAST + PAGES)
    room.write("a.txt", a_text("A bridge"))
    room.write("empty.txt", "")
    done = broadsheet(tmp_path, "refresh")
    assert done.exit_code == 1
    assert cells(done, 1) == ["inbox", "1", "0", "0", "0", "1", "partial"]
    assert cells(done, 2) == ["pages", "0", "0", "0", "0", "1", "failed"]
    assert "inbox: empty.txt: " in done.stderr
    assert "pages: http://127.0.0.1:9/: " in done.stderr
    assert room.titles() == ["A bridge"]


def test_unasked_only_folders_and_what_is_due_are_looked_at(tmp_path: Path) -> None:
    newsroom(tmp_path, LEAST + PAGES)
    assert len(broadsheet(tmp_path, "refresh").stdout.splitlines()) >= 3
    again = broadsheet(tmp_path, "refresh")
    assert again.exit_code == 0, "the page failed a moment ago and is not due"
    assert "pages" not in again.stdout
    for args in (("--all",), ("pages",)):
        assert broadsheet(tmp_path, "refresh", *args).exit_code == 1


@pytest.mark.parametrize("command", ["refresh", "ingest", "publish", "re-extract"])
def test_a_misspelt_name_is_told_with_the_one_that_was_meant(tmp_path: Path, command: str) -> None:
    newsroom(tmp_path, LEAST.replace("inbox", "all-of-it") + '[[feed]]\nname = "all-of-it"\n')
    done = broadsheet(tmp_path, command, "all-of-ti")
    assert done.exit_code == 2
    what = "feed" if command == "publish" else "source"
    assert done.stderr == f"there is no {what} 'all-of-ti'; did you mean 'all-of-it'?\n"


@pytest.mark.parametrize(
    "command", ["refresh", "ingest", "publish", "re-extract", "status", "run", "serve", "check"]
)
def test_a_broken_configuration_gives_exit_code_2(tmp_path: Path, command: str) -> None:
    newsroom(tmp_path, LEAST.replace("title", "tittle"))
    done = broadsheet(tmp_path, command)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "did you mean `title`?" in done.stderr


@pytest.mark.parametrize(
    "command", ["refresh", "ingest", "publish", "re-extract", "status", "run", "serve"]
)
def test_a_data_folder_that_is_a_file_is_told_plainly(tmp_path: Path, command: str) -> None:
    newsroom(tmp_path)
    (tmp_path / "data").write_text("")
    done = broadsheet(tmp_path, command)
    assert (done.exit_code, done.stdout) == (1, "")
    assert str(tmp_path / "data") in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "command", ["refresh", "ingest", "publish", "re-extract", "status", "run", "serve"]
)
def test_a_store_that_is_no_database_is_told_plainly(tmp_path: Path, command: str) -> None:
    newsroom(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "broadsheet.db").write_text(
        "not a database, for it is far too plain\n" * 9
    )
    done = broadsheet(tmp_path, command)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "not a database" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["refresh", "publish"])
def test_an_output_folder_that_is_a_file_is_told_plainly(tmp_path: Path, command: str) -> None:
    room = newsroom(tmp_path)
    room.write("a.txt", a_text("A bridge"))
    broadsheet(tmp_path, "ingest")
    (tmp_path / "public").write_text("")
    done = broadsheet(tmp_path, command)
    assert done.exit_code == 1
    assert f"{tmp_path / 'public'}" in done.stderr
    assert "Not a directory" in done.stderr or "File exists" in done.stderr


def test_ingest_stores_and_publish_writes(tmp_path: Path) -> None:
    room = newsroom(tmp_path)
    room.write("a.txt", a_text("A bridge"))
    done = broadsheet(tmp_path, "ingest", "inbox")
    assert (done.exit_code, cells(done, 1)[1]) == (0, "1")
    assert not (tmp_path / "public").exists()
    assert broadsheet(tmp_path, "publish", "all").exit_code == 0
    assert room.titles() == ["A bridge"]


def test_two_commands_take_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    newsroom(tmp_path)
    monkeypatch.setattr("feeds.cli.work._WAIT", 0.1)
    with data_lock(tmp_path / "data", COMMAND):
        done = broadsheet(tmp_path, "ingest")
    assert done.exit_code == 1
    assert done.stderr.startswith("another broadsheet command (process ")
    assert done.stderr.endswith("; try again later\n")


def test_names_of_any_bytes_are_told_plainly(tmp_path: Path) -> None:
    newsroom(tmp_path)
    (tmp_path / "articles").joinpath(b"caf\xe9.txt".decode("utf-8", "surrogateescape")).write_text(
        ""
    )
    done = broadsheet(tmp_path, "refresh")
    assert done.exit_code in {0, 1}
    assert broadsheet(tmp_path, "status").exit_code == done.exit_code
    assert broadsheet(tmp_path, "status", "--json").exit_code == done.exit_code


def test_a_feed_is_not_taken_for_a_source_nor_the_other_way_round(tmp_path: Path) -> None:
    newsroom(tmp_path)
    for command in ("refresh", "ingest", "re-extract"):
        done = broadsheet(tmp_path, command, "all")
        told = "there is no source 'all'; that is a feed; `broadsheet publish all` writes it\n"
        assert (done.exit_code, done.stderr) == (2, told)
    done = broadsheet(tmp_path, "publish", "inbox")
    told = "there is no feed 'inbox'; that is a source; `broadsheet refresh inbox` reads it\n"
    assert (done.exit_code, done.stderr) == (2, told)
