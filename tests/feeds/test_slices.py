"""Feeds by rule: what enters, what stays, and when."""

from pathlib import Path

import pytest

from ingest.store import runs
from tests.newsroom import Newsroom, a_text

SITE = '[site]\ntitle = "Harbour News"\nurl = "https://example.org/"\n'
INBOX = '[[source]]\nname = "inbox"\nfiles = "articles/in/*.md"\n'
WIRE = '[[source]]\nname = "wire"\nfiles = "articles/wire/*.md"\n'


def where(rule: str, more: str = "") -> str:
    return f"{SITE}{INBOX}{WIRE}[[feed]]\nname = \"all\"\nwhere = '{rule}'\n{more}"


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    room = Newsroom(tmp_path, SITE + INBOX + WIRE)
    (room.folder / "articles/in").mkdir()
    room.write("wire/old.md", dated(1, "Old wire", "energy"))
    return room


def dated(day: int, title: str, *tags: str) -> str:
    return f"---\ndate: 2026-05-{day:02d}T09:00:00Z\ntags: [{', '.join(tags)}]\n---\n" + a_text(
        f"# {title}", title
    )


def test_only_what_matches_enters(room: Newsroom) -> None:
    room.configure(where("tag:energy AND NOT source:wire"))
    room.write("in/a.md", dated(3, "Wind", "Energy"))
    room.write("in/b.md", dated(4, "Boats", "harbour"))
    room.refresh()
    assert room.titles() == ["Wind"]
    room.write("in/c.md", dated(5, "Sun", "ENERGY"))
    room.refresh()
    assert room.titles() == ["Sun", "Wind"]


def test_tags_and_rule_both_hold(room: Newsroom) -> None:
    room.configure(where("NOT source:wire", 'tags = ["energy", "water"]\n'))
    room.write("in/a.md", dated(3, "Wind", "Energy"))
    room.write("in/b.md", dated(4, "Boats", "harbour"))
    room.write("in/c.md", dated(5, "Rain", "water"))
    room.refresh()
    assert room.titles() == ["Rain", "Wind"]


def test_what_no_longer_matches_stays_where_it_was_exposed(room: Newsroom) -> None:
    room.configure(where("tag:energy age<40d"))
    room.write("in/a.md", dated(3, "Wind", "energy"))
    room.refresh()
    before = room.feed()
    room.write("in/a.md", dated(3, "Wind", "weather"))
    room.later(days=30)
    room.refresh()
    assert [entry.id for entry in room.feed()] == [entry.id for entry in before]


def test_an_article_that_gets_the_tag_enters(room: Newsroom) -> None:
    room.configure(where("tag:energy"))
    room.write("in/a.md", dated(3, "Wind"))
    room.refresh()
    assert room.titles() == ["Old wire"]
    room.write("in/a.md", dated(3, "Wind", "energy"))
    room.refresh()
    assert room.titles() == ["Wind", "Old wire"]


def test_not_one_older_than_all_the_feed_shows(room: Newsroom) -> None:
    room.configure(where("tag:energy", "limit = 2\n"))
    for day in (3, 4, 5):
        room.write(f"in/{day}.md", dated(day, f"Day {day}", "energy"))
    room.refresh()
    room.write("wire/old.md", dated(1, "Old wire", "energy", "more"))
    room.refresh()
    assert room.titles() == ["Day 5", "Day 4"]


def test_into_an_empty_feed_an_old_one_comes_that_gets_the_tag(room: Newsroom) -> None:
    room.configure(where("tag:water"))
    room.refresh()
    assert room.titles() == []
    room.write("wire/old.md", dated(1, "Old wire", "water"))
    room.refresh()
    assert room.titles() == ["Old wire"]


def test_an_age_is_a_delay(room: Newsroom) -> None:
    room.configure(where("age>=1d"))
    room.refresh()
    room.write("in/a.md", dated(31, "Wind").replace("05-31T09", "06-01T11"))
    room.refresh()
    assert room.titles() == ["Old wire"]
    room.later(hours=22)
    assert not any(feed.changed for feed in room.publish().feeds)
    room.later(hours=1)
    assert all(feed.changed for feed in room.publish().feeds)
    assert room.titles() == ["Wind", "Old wire"]
    room.later(hours=1)
    assert not any(feed.changed for feed in room.publish().feeds)


def test_who_comes_of_age_during_a_run_of_its_source_is_not_lost(room: Newsroom) -> None:
    room.configure(where("age>1d"))
    room.write("in/a.md", dated(31, "Wind").replace("05-31T09", "06-01T11"))
    room.refresh()
    with room.open() as context, context.store.write() as tx:
        runs.start_run(tx, context.states["inbox"].id, room.now)
    room.later(days=1)
    room.publish()
    assert room.titles() == ["Wind", "Old wire"]


def test_age_brings_nothing_that_matched_before(room: Newsroom) -> None:
    room.configure(where("age>40d OR tag:energy", "limit = 1\n"))
    room.write("in/a.md", dated(3, "Wind", "energy"))
    room.refresh()
    assert room.titles() == ["Wind"]
    room.later(days=20)
    room.publish()
    assert room.titles() == ["Wind"]


def test_another_rule_brings_the_newest_that_it_alone_matches(room: Newsroom) -> None:
    room.configure(where("tag:water"))
    for day in range(3, 9):
        room.write(f"in/{day}.md", dated(day, f"Day {day}", "water" if day % 2 else "energy"))
    room.refresh()
    assert room.titles() == ["Day 7", "Day 5", "Day 3"]
    room.configure(where("tag:water OR tag:energy", "backlog = 2\n"))
    room.refresh()
    assert room.titles() == ["Day 8", "Day 6", "Day 7", "Day 5", "Day 3"]
    room.refresh()
    assert len(room.titles()) == 5


def test_the_same_rule_in_other_words_brings_nothing(room: Newsroom) -> None:
    room.configure(where("tag:energy AND words>1", "limit = 1\n"))
    room.write("in/a.md", dated(3, "Wind", "energy"))
    room.refresh()
    room.configure(where('TAG:"energy"  words > 1', "limit = 1\n"))
    room.refresh()
    assert room.titles() == ["Wind"]


def test_a_rule_given_to_a_feed_of_everything_brings_nothing(room: Newsroom) -> None:
    room.configure(where("tag:energy OR tag:water", "limit = 1\n").replace("where", "#"))
    room.write("in/a.md", dated(3, "Wind", "energy"))
    room.refresh()
    room.configure(where("tag:energy OR tag:water", "limit = 1\n"))
    room.refresh()
    assert room.titles() == ["Wind"]


def test_days_are_those_of_the_site(room: Newsroom) -> None:
    zone = where("published:2026-05-04").replace(
        "[[source]]", 'timezone = "Asia/Tokyo"\n[[source]]', 1
    )
    room.configure(zone)
    room.write("in/a.md", dated(3, "Wind").replace("T09", "T16"))
    room.write("in/b.md", dated(4, "Boats").replace("T09", "T16"))
    room.refresh()
    assert room.titles() == ["Wind"]
