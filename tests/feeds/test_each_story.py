"""Feeds that are made for each story, and queries about stories."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from config.load import ConfigError, load
from feeds import gathering
from feeds.manifest import read_manifest
from ingest.store import Store, articles, editions, members, stories
from tests.feeds.cli.commands import broadsheet
from tests.feeds.test_stories import CONFIG, SOURCES, write
from tests.ingest.enrich.test_stories import a_copy, original
from tests.newsroom import NOON, Newsroom, a_text

EACH = '[[feed]]\nname = "on"\neach = "story"\nat_least = 2\n'
EUROPA = original("europa", 0)
COPY, ANOTHER = a_copy(EUROPA, 1, "x"), a_copy(EUROPA, 2, "x")
WATER = "on-water-on-europa"


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    for name in SOURCES:
        (tmp_path / "articles" / name).mkdir(parents=True)
    return Newsroom(tmp_path, CONFIG + EACH)


def hours(count: float) -> datetime:
    return NOON - timedelta(hours=count)


def written(room: Newsroom) -> list[str]:
    return sorted(path.stem for path in (room.folder / "public").glob("on*.atom"))


def write_two(room: Newsroom) -> None:
    write(room, "ada", "Water on Europa", EUROPA, hours(5))
    write(room, "bo", "Plumes seen", COPY, hours(4))


def ids(room: Newsroom) -> dict[str, str]:
    done = broadsheet(room.folder, "search", "age<900d", "--json", "--limit", "99")
    return {one["title"]: one["id"] for one in json.loads(done.stdout)["articles"]}


def told_alike(monkeypatch: pytest.MonkeyPatch, said: Mapping[str, list[str]]) -> None:
    """Let articles, by their titles, be the same as is said here, instead of by their texts."""
    pairs = {(a, b) for a, others in said.items() for b in others}
    pairs |= {(b, a) for a, b in pairs}

    def compare(store: Store, fresh: list[str]) -> None:
        with store.write() as tx:
            there = [id_ for *_, id_ in members.fresh(tx, 0, 0, limit=99)]
            titles = {id_: one.title for id_, one in articles.many(tx, there).items()}
            for id_ in fresh:
                near = {other for other in there if (titles[id_], titles[other]) in pairs}
                stories.put_alike(tx, id_, dict.fromkeys(near, 4_000))

    monkeypatch.setattr("feeds.gathering.stories.compare", compare)


def some(room: Newsroom, title: str, ago: float, source: str = "ada") -> None:
    write(room, source, title, a_text(f"# {title}"), room.now - timedelta(hours=ago))


def test_one_for_each_story_called_by_its_first_title(room: Newsroom) -> None:
    write_two(room)
    write(room, "cy", "Another matter", original("depot", 0), hours(3))
    room.refresh()
    assert written(room) == [WATER]
    assert room.titles(f"{WATER}.atom") == ["Plumes seen", "Water on Europa"]
    assert b"<title>Harbour News: Water on Europa</title>" in room.bytes(f"{WATER}.atom")
    assert f"{WATER}.rss" in room.bytes("feeds.opml").decode()
    assert f"{WATER}.html" in room.bytes("index.html").decode()


def test_what_more_is_told_enters_and_changes_no_name(room: Newsroom) -> None:
    write_two(room)
    room.refresh()
    room.later(hours=1)
    write(room, "ada", "Water on Europa", EUROPA.replace("Europa", "the moon Europa"), hours(5))
    write(room, "cy", "At last", ANOTHER, hours(90))  # told at another time: no part of it
    room.refresh()
    assert written(room) == [WATER]
    assert "At last" not in room.titles(f"{WATER}.atom")
    write(room, "cy", "Even earlier", ANOTHER, hours(30))
    room.refresh()
    assert written(room) == [WATER]
    assert room.titles(f"{WATER}.atom")[0] == "Even earlier"  # entered last
    assert b"Water on Europa</title>" in room.bytes(f"{WATER}.atom")


def test_it_ends_two_weeks_after_its_last_article(room: Newsroom) -> None:
    write_two(room)
    room.refresh()
    for days in (6, 1.5, 6):  # it is over after one week, and stays for another
        room.later(days=days)
        room.refresh()
        assert written(room) == [WATER]
    room.later(days=2)
    report = room.refresh()
    assert written(room) == []
    (told,) = report.published.warnings
    assert "no article has told more of 'Water on Europa' for two weeks" in told
    assert len(read_manifest(room.folder / f"data/editions/{WATER}.json").gone) == 3


def test_what_may_not_be_shown_makes_no_story(room: Newsroom) -> None:
    write_two(room)
    room.configure(CONFIG)
    room.refresh()
    assert broadsheet(room.folder, "hide", ids(room)["Plumes seen"]).exit_code == 0
    room.configure(CONFIG + EACH)
    room.refresh()
    assert written(room) == []
    assert "No article matches" in broadsheet(room.folder, "search", "has:story").stdout


def test_rules_and_sources_hold_for_each(room: Newsroom) -> None:
    room.configure(CONFIG + EACH + 'where = "NOT source:ada"\n')
    write_two(room)
    room.refresh()
    assert written(room) == []
    write(room, "cy", "At last", ANOTHER, hours(1))
    room.refresh()
    assert written(room) == ["on-plumes-seen"]
    assert room.titles("on-plumes-seen.atom") == ["At last", "Plumes seen"]


def test_an_old_article_that_a_new_one_joins_to_a_story_enters(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    told_alike(monkeypatch, {"B": ["A"], "D": ["A", "B", "C"]})
    for ago, title in enumerate("BAC", 1):
        some(room, title, ago)
    room.refresh()
    assert [room.titles(f"{name}.atom") for name in written(room)] == [["B", "A"]]
    some(room, "D", 0.1)
    room.refresh()
    assert [room.titles(f"{name}.atom") for name in written(room)] == [["D", "C", "B", "A"]]


def test_two_stories_that_turn_out_to_be_one_go_on_as_the_larger(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = {"A2": ["A1"], "A3": ["A1", "A2"], "A4": ["A3"], "B2": ["B1"], "B3": ["B2"]}
    told_alike(monkeypatch, pairs | {"C": ["A1", "A2", "A3", "B1", "B2"]})
    for ago, title in enumerate(["B1", "B2", "B3", "A1", "A2", "A3", "A4"], 1):
        some(room, title, ago)
    room.refresh()
    assert written(room) == ["on-a4", "on-b3"]
    hidden = ids(room)["B3"]
    assert broadsheet(room.folder, "hide", hidden).exit_code == 0
    some(room, "C", 0.1)
    room.refresh()
    assert written(room) == ["on-a4"]
    assert set(room.titles("on-a4.atom")) == {"A1", "A2", "A3", "A4", "B1", "B2", "C"}
    assert dict(read_manifest(room.folder / "data/editions/on-b3.json").moved) == {
        f"on-b3.{kind}": f"on-a4.{kind}" for kind in ("rss", "atom", "json")
    }
    room.refresh()  # and stays so
    assert written(room) == ["on-a4"]
    assert broadsheet(room.folder, "unhide", hidden).exit_code == 0
    assert "B3" in room.titles("on-a4.atom")


def test_who_takes_up_a_story_with_a_feed_gets_its_feed(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.configure(CONFIG + EACH + 'sources = ["bo"]\n')
    pairs = {"A2": ["A1"], "A3": ["A1", "A2"], "B2": ["B1"]}
    told_alike(monkeypatch, pairs | {"C": ["A1", "A2", "A3", "B1", "B2"]})
    for ago, title in enumerate(["B1", "B2", "A1", "A2", "A3"], 1):
        some(room, title, ago, "bo" if title in {"A1", "B1", "B2"} else "ada")
    room.refresh()
    assert written(room) == ["on-b2"]
    some(room, "C", 0.1, "bo")
    room.refresh()
    assert written(room) == ["on-b2"]
    assert set(room.titles("on-b2.atom")) == {"A1", "B1", "B2", "C"}


def test_who_tells_of_something_else_now_leaves_its_story(room: Newsroom) -> None:
    write_two(room)
    write(room, "cy", "At last", ANOTHER, hours(1))
    room.refresh()
    write(room, "cy", "At last", original("depot", 0), hours(1))
    room.refresh()
    found = broadsheet(room.folder, "search", "has:story", "--json")
    assert {one["title"] for one in json.loads(found.stdout)["articles"]} == {
        "Plumes seen",
        "Water on Europa",
    }
    assert "At last" in room.titles(f"{WATER}.atom")  # what was published stays


def test_queries_about_stories(room: Newsroom) -> None:
    room.configure(CONFIG + '[[feed]]\nname = "told"\nwhere = "has:story"\n')
    write(room, "ada", "Water on Europa", EUROPA, hours(5))
    room.refresh()
    assert room.titles("told.atom") == []
    write(room, "bo", "Plumes seen", COPY, hours(4))
    room.refresh()
    assert room.titles("told.atom") == ["Plumes seen", "Water on Europa"]
    found = json.loads(broadsheet(room.folder, "search", "has:story", "--json").stdout)["articles"]
    (number,) = {one["story"] for one in found}
    again = json.loads(broadsheet(room.folder, "search", f"story:{number}", "--json").stdout)
    assert again["articles"] == found
    explained = broadsheet(room.folder, "explain", "told", ids(room)["Plumes seen"])
    assert f"has:story: story {number}" in explained.stdout


def test_without_a_feed_that_asks_nothing_is_gathered(room: Newsroom) -> None:
    room.configure(CONFIG)
    write_two(room)
    room.refresh()
    with room.open() as news, news.store.read() as tx:
        assert editions.edition(tx, "*stories") is None
        assert not members.of(tx, ids(room).values())


def test_very_many_at_once_are_looked_at_one_publish_after_another(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "_MOST", 2)
    write_two(room)
    write(room, "cy", "At last", ANOTHER, hours(1))
    report = room.refresh()
    assert [w for w in report.published.warnings if "the next publish looks at the rest" in w]
    report = room.refresh()
    assert not report.published.warnings
    assert len(room.titles(f"{WATER}.atom")) == 3


@pytest.mark.parametrize("value", ["first", "story"])
def test_a_feed_of_a_story_shows_all_of_it(tmp_path: Path, value: str) -> None:
    path = tmp_path / "broadsheet.toml"
    path.write_text(CONFIG + EACH + f'duplicates = "{value}"\n')
    with pytest.raises(ConfigError, match="shows every article of it"):
        load(path, {})
