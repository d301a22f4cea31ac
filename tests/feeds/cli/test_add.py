import json
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from config.load import load
from feeds import web
from tests.feeds.cli.commands import broadsheet, documented_json
from tests.feeds.processes import broadsheet as in_process
from tests.feeds.processes import running
from tests.feeds.town import CONFIG, INBOX, NAMES, Town, title, words
from tests.newsroom import Newsroom


@pytest.fixture
def town(httpserver: HTTPServer) -> Town:
    return Town(httpserver)


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path, CONFIG + INBOX)


def text(folder: Path) -> str:
    return (folder / "broadsheet.toml").read_text("utf-8")


def whole_articles(room: Newsroom, count: int = len(NAMES)) -> None:
    entries = {entry.title: entry for entry in room.feed()}
    assert set(entries) == {title(name) for name in NAMES[:count]}
    for name in NAMES[:count]:
        said = entries[title(name)].content[0].value
        assert words(name) in said
        assert words(name + "more") in said


def test_the_address_of_a_home_page_ends_in_a_feed_of_whole_articles(
    room: Newsroom, town: Town
) -> None:
    done = broadsheet(room.folder, "add", town.url("/"))
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    path = room.folder / "broadsheet.toml"
    assert lines[0] == f"Added the feed {town.url('/feeds/all.atom')} to {path} as harbour-town."
    assert "Subscribe to https://example.org/all.rss" in lines
    whole_articles(room)


def test_without_a_feed_the_list_on_the_page_is_followed(room: Newsroom, town: Town) -> None:
    town.without_feeds()
    done = broadsheet(room.folder, "add", town.url("/"))
    assert done.exit_code == 0, done.stderr
    whole_articles(room, count=6)


def test_where_the_page_is_refused_the_sitemap_does_it(room: Newsroom, town: Town) -> None:
    town.without_feeds()
    town.refused = {"/"}
    assert broadsheet(room.folder, "add", town.url("/")).exit_code == 0
    whole_articles(room)


def test_what_was_in_the_configuration_stays_byte_for_byte(room: Newsroom, town: Town) -> None:
    path = room.folder / "broadsheet.toml"
    before = (CONFIG + INBOX).replace("\n", "\r\n").encode()
    path.write_bytes(before)
    path.chmod(0o600)
    assert broadsheet(room.folder, "add", town.url("/"), "--name", "town").exit_code == 0
    after = path.read_bytes()
    assert after.startswith(before)
    assert b'\r\n[[source]]\r\nname = "town"\r\nfeed = ' in after
    assert after.count(b"\n") == after.count(b"\r\n")
    assert path.stat().st_mode & 0o777 == 0o600
    assert not list(room.folder.glob(".*"))


def test_a_configuration_that_is_a_link_stays_one(room: Newsroom, town: Town) -> None:
    path = room.folder / "broadsheet.toml"
    real = room.folder / "real.toml"
    path.rename(real)
    path.symlink_to("real.toml")
    assert broadsheet(room.folder, "add", town.url("/")).exit_code == 0
    assert path.is_symlink()
    assert "harbour-town" in real.read_text()


def test_what_would_not_load_is_not_written(room: Newsroom, town: Town) -> None:
    inline = 'source = [{name = "inbox", files = "articles/*.txt"}]\n' + CONFIG
    room.configure(inline)
    done = broadsheet(room.folder, "add", town.url("/"))
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("nothing was added:\n")
    assert f"{room.folder / 'broadsheet.toml'}:" in done.stderr
    assert text(room.folder) == inline
    assert not list(room.folder.glob(".*"))


def test_the_second_time_it_is_there_already(room: Newsroom, town: Town) -> None:
    assert broadsheet(room.folder, "add", town.url("/")).exit_code == 0
    before = text(room.folder)
    for path in ("/", "/feeds/all.atom"):
        done = broadsheet(room.folder, "add", town.url(path))
        assert done.exit_code == 1
        assert "is the source 'harbour-town' already" in done.stderr
    assert text(room.folder) == before


def test_names_are_unique(room: Newsroom, town: Town) -> None:
    assert broadsheet(room.folder, "add", town.url("/")).exit_code == 0
    assert broadsheet(room.folder, "add", town.url("/feeds/comments.atom")).exit_code == 0
    assert broadsheet(room.folder, "add", town.url("/maps/articles.xml")).exit_code == 0
    names = [source.name for source in load(room.folder / "broadsheet.toml", {}).sources]
    assert names == ["inbox", "harbour-town", "harbour-town-2", "127-0-0-1"]


@pytest.mark.parametrize("name", ["inbox", "Not A Name", "", "x" * 61])
def test_a_name_that_is_none_is_told_before_anything_is_asked(
    room: Newsroom, town: Town, name: str
) -> None:
    done = broadsheet(room.folder, "add", town.url("/"), "--name", name)
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1
    assert town.asked == []


def test_where_every_feed_names_its_sources_it_gets_one_of_its_own(
    room: Newsroom, town: Town
) -> None:
    room.configure(CONFIG + INBOX + '[[feed]]\nname = "all"\nsources = ["inbox"]\n')
    done = broadsheet(room.folder, "add", town.url("/"))
    assert done.exit_code == 0
    assert "Subscribe to https://example.org/harbour-town.rss\n" in done.stdout
    assert len(room.feed("harbour-town.atom")) == len(NAMES)


def test_json_has_what_probe_has_and_what_was_added(room: Newsroom, town: Town) -> None:
    done = broadsheet(room.folder, "add", "--json", town.url("/"))
    found: dict[str, Any] = json.loads(done.stdout)
    assert set(found) == documented_json("add")
    added = found["added"]
    assert (added["name"], added["kind"]) == ("harbour-town", "feed")
    assert added["feeds"] == [f"https://example.org/all.{kind}" for kind in ("rss", "atom", "json")]
    assert added["refresh"]["runs"][0]["new"] == len(NAMES)


def test_where_there_is_nothing_nothing_is_written(room: Newsroom, town: Town) -> None:
    town.documents = {"/": ("text/html", "<html><body><p>Hello.</p></body></html>")}
    before = text(room.folder)
    done = broadsheet(room.folder, "add", "--json", town.url("/"))
    assert done.exit_code == 1
    assert json.loads(done.stdout)["added"] is None
    assert "nothing to make a source of was found" in done.stderr
    assert text(room.folder) == before


def test_in_an_empty_folder_a_configuration_is_begun(
    tmp_path: Path, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowing = tmp_path / "allowing.toml"
    allowing.write_text(CONFIG + INBOX)
    limits = load(allowing, {}).fetch
    monkeypatch.setattr(web, "Fetch", lambda: limits)  # loopback is refused without one
    done = broadsheet(tmp_path, "add", town.url("/"))
    assert done.exit_code == 1, "the new configuration does not allow loopback either"
    settings = load(tmp_path / "broadsheet.toml", {})
    assert (settings.site.title, settings.site.url) == ("Harbour Town", "http://127.0.0.1:8000/")
    assert [source.feed for source in settings.sources] == [town.url("/feeds/all.atom")]
    assert "Subscribe to http://127.0.0.1:8000/all.rss\n" in done.stdout


def test_a_configuration_without_a_source_gets_its_first(tmp_path: Path, town: Town) -> None:
    (tmp_path / "broadsheet.toml").write_text(CONFIG, "utf-8")
    done = broadsheet(tmp_path, "add", town.url("/"))
    assert done.exit_code == 0, done.stderr
    assert text(tmp_path).startswith(CONFIG)
    assert broadsheet(tmp_path, "check").exit_code == 0


def test_beside_the_daemon_it_is_the_daemon_that_takes_it_up(room: Newsroom, town: Town) -> None:
    room.configure(CONFIG + "[server]\nport = 0\n" + INBOX)
    with running(room.folder) as daemon:
        done = in_process(room.folder, "add", town.url("/"))
        assert done.returncode == 0, done.stderr
        assert "goes by" in done.stdout
        assert "The daemon is running; asking it.\n" in done.stderr
        assert daemon.process.poll() is None
        whole_articles(room)
