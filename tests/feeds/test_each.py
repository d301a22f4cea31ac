"""Feeds that are made: one for each tag, author, source, language or section."""

import re
from pathlib import Path

import pytest

from config.load import ConfigError, load
from feeds.manifest import read_manifest
from tests.feeds.cli.commands import broadsheet
from tests.newsroom import Newsroom, a_text

SITE = '[site]\ntitle = "Harbour News"\nurl = "https://example.org/"\n'
INBOX = '[[source]]\nname = "inbox"\nfiles = "articles/in/*.md"\n'
WIRE = '[[source]]\nname = "wire"\nfiles = "articles/wire/*.md"\n'


def each(kind: str, more: str = "at_least = 2\n", name: str = "on") -> str:
    return f'{SITE}{INBOX}{WIRE}[[feed]]\nname = "{name}"\neach = "{kind}"\n{more}'


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    room = Newsroom(tmp_path, each("tag"))
    for folder in ("in", "wire"):
        (room.folder / "articles" / folder).mkdir()
    return room


def put(room: Newsroom, day: int, *tags: str, folder: str = "in", more: str = "") -> None:
    head = f"---\ndate: 2026-05-{day:02d}\ntags: {list(tags)}\n{more}---\n"
    room.write(f"{folder}/n{day}.md", head + a_text(f"# Day {day}"))


def written(room: Newsroom) -> list[str]:
    return sorted(path.stem for path in (room.folder / "public").glob("on*.atom"))


def test_one_for_each_tag_that_enough_articles_have(room: Newsroom) -> None:
    put(room, 1, "Energy", "harbour")
    put(room, 2, "energy", "Straße & Weg")
    put(room, 3, "STRASSE & weg")
    room.refresh()
    assert written(room) == ["on-energy", "on-strasse-weg"]
    assert room.titles("on-energy.atom") == ["Day 2", "Day 1"]
    assert room.titles("on-strasse-weg.atom") == ["Day 3", "Day 2"]
    assert b"<title>Harbour News: energy</title>" in room.bytes("on-energy.atom")


def test_a_publish_tells_of_each_that_changed_and_sums_up_the_others(room: Newsroom) -> None:
    for day in (1, 2):
        put(room, day, "energy", "water", "wind")
    first = broadsheet(room.folder, "refresh").stdout.splitlines()
    there = f"published  {room.folder / 'public'}"
    assert first[-3:] == [f"{there}/on-{tag}.rss  2 entries" for tag in ("energy", "water", "wind")]
    put(room, 3, "wind")
    later = broadsheet(room.folder, "refresh").stdout.splitlines()
    assert later[-2:] == [f"{there}/on-wind.rss  3 entries", "unchanged  2 feeds made by on"]


def test_they_are_listed_and_have_pages(room: Newsroom) -> None:
    for day in (1, 2):
        put(room, day, "energy")
    room.refresh()
    assert "on-energy.rss" in room.bytes("feeds.opml").decode()
    assert "on-energy.html" in room.bytes("index.html").decode()
    assert "Day 1" in room.bytes("on-energy.html").decode()
    for page in (room.folder / "public/articles").glob("*/index.html"):
        assert "on-energy" not in page.read_text()


def test_another_one_rewrites_the_index_and_no_article(room: Newsroom) -> None:
    for day in (1, 2):
        put(room, day, "energy", "water")
    room.configure(each("tag", "at_least = 2\nat_most = 1\n"))
    room.refresh()
    before = room.state()
    room.configure(each("tag", "at_least = 2\nat_most = 2\n"))
    room.refresh()
    changed = {path for path, state in room.state().items() if before.get(path) != state}
    assert not any(path.startswith("articles/") for path in changed)
    assert {"index.html", "feeds.opml", "on-water.atom"} <= changed


def test_nobody_gets_the_name_of_another(room: Newsroom) -> None:
    for day in (1, 2):
        put(room, day, "c", "c++", "東京", "!!")
    room.refresh()
    names = written(room)
    assert len(names) == 4
    assert "on-c" in names
    assert all(re.fullmatch(r"on-[a-z0-9-]+", name) for name in names)
    assert len([name for name in names if re.fullmatch(r"on-c-[0-9a-f]{6}", name)]) == 1
    tags = {name: room.feed(f"{name}.atom")[0].tags for name in names}
    assert len(tags) == 4


def test_it_stays_while_one_article_has_it_and_a_week_longer(room: Newsroom) -> None:
    for day in (1, 2):
        put(room, day, "energy")
    room.refresh()
    id_ = re.search(rb"<id>([^<]+)", room.bytes("on-energy.atom"))
    put(room, 1, "water")
    room.refresh()
    put(room, 2, "water")
    room.refresh()
    room.later(days=6)
    room.refresh()
    assert written(room) == ["on-energy", "on-water"]
    room.later(days=2)
    report = room.refresh()
    assert any("no article has had" in line for line in report.published.warnings)
    assert written(room) == ["on-water"]
    assert "on-energy" not in room.bytes("index.html").decode()
    assert read_manifest(room.folder / "data/editions/on-energy.json").gone
    with room.open():  # a start says nothing and changes nothing
        pass
    for day in (3, 4):
        put(room, day, "energy")
    room.refresh()
    assert written(room) == ["on-energy", "on-water"]
    again = re.search(rb"<id>([^<]+)", room.bytes("on-energy.atom"))
    assert id_
    assert again
    assert id_[1] == again[1]
    assert room.titles("on-energy.atom")[:2] == ["Day 4", "Day 3"]


def test_a_start_keeps_what_is_made(room: Newsroom, capsys: pytest.CaptureFixture[str]) -> None:
    for day in (1, 2):
        put(room, day, "energy")
    room.refresh()
    capsys.readouterr()
    before = room.state()
    room.refresh()
    assert room.state() == before
    assert "no longer configured" not in capsys.readouterr().out


def test_there_are_no_more_than_at_most(room: Newsroom) -> None:
    room.configure(each("tag", "at_least = 1\nat_most = 2\n"))
    put(room, 1, "a", "b", "c")
    put(room, 2, "c")
    report = room.refresh()
    assert written(room) == ["on-a", "on-c"]
    assert report.published.warnings == [
        "feed 'on': 1 more have at least 1 articles and get no feed; `at_most` is 2"
    ]


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("author", ["on-ada-o-neill"]),
        ("source", ["on-inbox", "on-wire"]),
        ("language", ["on-de", "on-en"]),
        ("section", ["on-sport"]),
    ],
)
def test_each_kind(room: Newsroom, kind: str, names: list[str]) -> None:
    room.configure(each(kind))
    ada = "author: Ada O'Neill\nsection: Sport\n"
    put(room, 1, more=f"{ada}language: en-GB\n")
    put(room, 2, more=f"{ada}language: en\n")
    put(room, 3, folder="wire", more="author: Bob\nlanguage: de\n")
    put(room, 4, folder="wire", more="language: de\n")
    room.refresh()
    assert written(room) == names
    assert len(room.titles(f"{names[0]}.atom")) == 2


def test_rule_sources_and_titles_hold_for_each(room: Newsroom) -> None:
    more = (
        'at_least = 1\nsources = ["wire"]\nwhere = "NOT title:4"\n'
        'title = "{value} at {site}"\ndescription = "All on {value}"\n'
    )
    room.configure(each("tag", more))
    put(room, 2, "energy")
    put(room, 3, "energy", folder="wire")
    put(room, 4, "energy", "water", folder="wire")
    room.refresh()
    assert written(room) == ["on-energy"]
    assert room.titles("on-energy.atom") == ["Day 3"]
    assert b"<title>energy at Harbour News</title>" in room.bytes("on-energy.atom")
    assert b"All on energy" in room.bytes("on-energy.atom")


def test_a_value_that_looks_like_a_place_in_a_title_is_a_value(room: Newsroom) -> None:
    room.configure(
        each("tag", 'at_least = 1\ntitle = "{value} at {site}"\n').replace(
            "Harbour News", "{value}"
        )
    )
    put(room, 2, "{site}")
    put(room, 3, "{value}")
    room.refresh()
    assert b"<title>{site} at {value}</title>" in room.bytes("on-site.atom")
    assert b"<title>{value} at {value}</title>" in room.bytes("on-value.atom")


def test_another_name_keeps_the_subscribers_of_all(
    room: Newsroom, capsys: pytest.CaptureFixture[str]
) -> None:
    for day in (1, 2):
        put(room, day, "energy")
    room.refresh()
    before = [entry.id for entry in room.feed("on-energy.atom")]
    room.configure(each("tag", 'at_least = 2\nwas = "on"\n', name="onto"))
    capsys.readouterr()
    room.refresh()
    assert "no longer configured" not in capsys.readouterr().out
    assert [entry.id for entry in room.feed("onto-energy.atom")] == before
    assert dict(read_manifest(room.folder / "data/editions/on-energy.json").moved) == {
        f"on-energy.{kind}": f"onto-energy.{kind}" for kind in ("rss", "atom", "json")
    }


def test_a_feed_of_ones_own_may_take_the_place_of_one_that_is_made(room: Newsroom) -> None:
    for day in (1, 2):
        put(room, day, "energy")
    room.refresh()
    own = '[[feed]]\nname = "power"\nwas = "on-energy"\ntags = ["energy"]\n'
    room.configure(each("tag") + own)
    room.refresh()
    assert len(room.titles("power.atom")) == 2
    assert written(room) == []
    room.refresh()
    assert written(room) == []


def test_names_that_could_be_made_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "broadsheet.toml"
    path.write_text(each("tag") + '[[feed]]\nname = "on-energy"\n')
    with pytest.raises(ConfigError, match=r"begins like the names .* feed\[1\] makes"):
        load(path, {})


def test_publish_takes_the_name_of_one_or_of_all(room: Newsroom) -> None:
    for day in (1, 2):
        put(room, day, "energy", "water")
    room.refresh()
    for name, said in (("on", "2 feeds"), ("on-water", "1 feed")):
        done = broadsheet(room.folder, "publish", name)
        assert (done.exit_code, done.stdout) == (0, f"unchanged  {said} made by on\n")
    assert broadsheet(room.folder, "publish", "on-gone").exit_code == 2


def test_one_article_writes_the_feeds_that_it_is_in_and_no_other_file(tmp_path: Path) -> None:
    rules = ["tag:a AND words>5", "NOT tag:b", "title:Day", "age>1d", "source:wire OR text:iiiia"]
    feeds = [f'[[feed]]\nname = "f{n}"\nwhere = "{rule}"\n' for n, rule in enumerate(rules)]
    room = Newsroom(tmp_path, each("tag") + "".join(feeds))
    for folder in ("in", "wire"):
        (room.folder / "articles" / folder).mkdir()

    def tell(day: int, tags: str) -> None:  # of what no other tells: pages name what is related
        words = " ".join(f"{chr(96 + day) * 4}{letter}" for letter in "abcdefgh")
        head = f"---\ndate: 2026-05-{day:02d}\ntags: {list(tags)}\n---\n"
        room.write(f"in/n{day}.md", f"{head}# Day {day}\n\n{words}\n")

    for day, tags in enumerate(["ab", "ab", "bc", "c", "d", "d"], 1):
        tell(day, tags)
    room.refresh()
    before = files(room)
    tell(9, "b")
    room.refresh()
    after = files(room)
    changed = {path.partition(".")[0] for path, seen in after.items() if before.get(path) != seen}
    assert before.keys() <= after.keys()
    assert changed == {"on-b", "f2", "f3", "f4", "index", "articles/n6/index", "articles/n9/index"}


def files(room: Newsroom) -> dict[str, tuple[int, int, int]]:
    """Every file that is published: a file written again is another one."""
    output = room.folder / "public"
    seen = {path: path.stat() for path in output.rglob("*") if path.is_file()}
    return {
        str(path.relative_to(output)): (one.st_ino, one.st_mtime_ns, one.st_size)
        for path, one in seen.items()
    }
