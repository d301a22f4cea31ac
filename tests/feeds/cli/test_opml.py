import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from config.load import load
from feeds.cli import main
from ingest.upstream import Subscription, parse_opml, write_opml
from tests.feeds.cli.commands import LEAST, PAGES, broadsheet, documented_json
from tests.feeds.processes import broadsheet as in_process
from tests.feeds.processes import running

LIST = (
    Subscription(url="https://one.example/feed", title="One", path=("Town", "${HOME}")),
    Subscription(url="https://two.example/rss?a=1&b=2", title="Öne"),
    Subscription(url="https://www.three.example/atom", title="", home="https://three.example/"),
    Subscription(url="https://four.example/feed", title='"Four" \\ and a title that is long'),
    Subscription(url="http://www.one.example/feed", title="One again"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "broadsheet.toml").write_text(LEAST)
    (tmp_path / "list.opml").write_bytes(write_opml(LIST, title="Mine"))
    return tmp_path


def run(folder: Path, *args: str) -> str:
    done = broadsheet(folder, *args)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_feeds_of_a_list_become_sources_with_names_of_their_own(folder: Path) -> None:
    said = run(folder, "import", str(folder / "list.opml"))
    path = folder / "broadsheet.toml"
    assert f"Added 4 sources to {path}; 1 of the list were there already." in said
    assert "there already  one  http://www.one.example/feed\n" in said
    _, *added = load(path, {}).sources
    assert [(one.name, one.feed) for one in added] == [
        ("one", "https://one.example/feed"),
        ("one-2", "https://two.example/rss?a=1&b=2"),
        ("three-example", "https://www.three.example/atom"),
        ("four-example", "https://four.example/feed"),
    ]
    assert [one.tags for one in added] == [("Town", "${HOME}"), (), (), ()]
    assert path.read_text().startswith(LEAST)


def test_where_each_feed_names_its_sources_one_more_shows_what_is_imported(folder: Path) -> None:
    own = (
        '[[feed]]\nname = "all"\nsources = ["'
        + load(folder / "broadsheet.toml", {}).sources[0].name
    )
    (folder / "broadsheet.toml").write_text(LEAST + own + '"]\n')
    run(folder, "import", str(folder / "list.opml"))
    _, imported = load(folder / "broadsheet.toml", {}).feeds
    assert imported.name == "imported"
    assert imported.sources == ("one", "one-2", "three-example", "four-example")


def test_what_is_a_source_already_is_said_and_left_out(folder: Path) -> None:
    run(folder, "import", str(folder / "list.opml"))
    before = (folder / "broadsheet.toml").read_bytes()
    found = json.loads(run(folder, "import", "--json", str(folder / "list.opml")))
    assert set(found) == documented_json("import")
    assert found["added"] == []
    assert len(found["skipped"]) == len(LIST)
    assert (folder / "broadsheet.toml").read_bytes() == before


def test_export_gives_what_import_takes(folder: Path, tmp_path: Path) -> None:
    run(folder, "import", str(folder / "list.opml"))
    done = broadsheet(folder, "export", "--opml")
    assert done.stderr == "Left out, being no feeds: 1 source\n"
    listed = parse_opml(done.stdout_bytes)
    assert [one.url for one in listed] == [one.url for one in LIST[:4]]
    assert [one.path for one in listed] == [("Town", "${HOME}"), (), (), ()]
    other = tmp_path / "other"
    other.mkdir()
    (other / "list.opml").write_bytes(done.stdout_bytes)
    run(other, "import", str(other / "list.opml"))
    ours, theirs = (load(place / "broadsheet.toml", {}).sources for place in (folder, other))
    assert [(s.name, s.feed, s.tags) for s in ours[1:]] == [
        (s.name, s.feed, s.tags) for s in theirs
    ]


def test_what_is_published_here_can_be_exported_too(folder: Path) -> None:
    (folder / "broadsheet.toml").write_text(
        LEAST + '[[feed]]\nname = "all"\n[[feed]]\nname = "b"\n'
    )
    listed = parse_opml(broadsheet(folder, "export", "--opml", "--published").stdout_bytes)
    assert [(one.url, one.title) for one in listed] == [
        ("https://example.org/all.rss", "Harbour News"),
        ("https://example.org/b.rss", "Harbour News: b"),
    ]
    assert "published" in broadsheet(folder, "publish").stdout
    assert parse_opml((folder / "public" / "feeds.opml").read_bytes()) == listed


def test_standard_input_will_do_and_an_empty_folder_too(folder: Path, tmp_path: Path) -> None:
    config = tmp_path / "new.toml"
    args = ["--config", str(config), "import", "-"]
    done = CliRunner().invoke(main, args, input=(folder / "list.opml").read_bytes())
    assert done.exit_code == 0, done.output
    assert len(load(config, {}).sources) == 4


@pytest.mark.parametrize(
    "body", [b"", b"\0\xff", b"<opml>", b"<rss version='2.0'><channel/></rss>", b"<html>", None]
)
def test_what_is_no_list_is_told_in_a_line(folder: Path, body: bytes | None) -> None:
    path = folder / "x.opml"
    if body is not None:
        path.write_bytes(body)
    done = broadsheet(folder, "import", str(path))
    assert (done.exit_code, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert (folder / "broadsheet.toml").read_text() == LEAST


def test_a_list_that_is_too_long_for_a_configuration_changes_nothing(folder: Path) -> None:
    many = [Subscription(url=f"https://{n}.example/{'x' * 100}") for n in range(9_000)]
    (folder / "list.opml").write_bytes(write_opml(many, title=""))
    done = broadsheet(folder, "import", str(folder / "list.opml"))
    assert done.exit_code == 2
    assert "larger than 1,000,000 bytes" in done.stderr
    assert (folder / "broadsheet.toml").read_text() == LEAST


def test_a_running_daemon_takes_the_new_sources_up(folder: Path) -> None:
    (folder / "articles").mkdir()
    config = LEAST + PAGES.replace("/:9", "/:10") + "[server]\nport = 0\n"
    (folder / "broadsheet.toml").write_text(config)
    one = [Subscription(url="http://127.0.0.1:9/feed", title="Nobody")]
    (folder / "list.opml").write_bytes(write_opml(one, title=""))
    with running(folder):
        done = in_process(folder, "import", str(folder / "list.opml"))
        assert done.returncode == 0, done.stderr
        assert "goes by" in done.stdout
