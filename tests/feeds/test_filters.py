"""The filters of a feed: what they take away, hold back and put."""

from pathlib import Path

import pytest

from feeds import slices
from tests.newsroom import Newsroom, a_text

SITE = '[site]\ntitle = "Harbour News"\nurl = "https://example.org/"\n'
INBOX = '[[source]]\nname = "inbox"\nfiles = "articles/in/*.md"\n'
WIRE = '[[source]]\nname = "wire"\nfiles = "articles/wire/*.md"\n'


def filtered(*filters: str, more: str = "") -> str:
    listed = ", ".join(f"{{ {one} }}" for one in filters)
    return f'{SITE}{INBOX}{WIRE}[[feed]]\nname = "all"\nfilters = [{listed}]\n{more}'


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    room = Newsroom(tmp_path, SITE + INBOX + WIRE)
    for folder in ("in", "wire"):
        (room.folder / "articles" / folder).mkdir()
    return room


def put(room: Newsroom, when: str, title: str, *, folder: str = "in", more: str = "") -> None:
    head = f"---\ndate: {when}:00Z\n{more}---\n"
    room.write(f"{folder}/{title.replace(' ', '-')}.md", head + a_text(f"# {title}", title))


def test_include_exclude_and_image(room: Newsroom) -> None:
    picture = "image: https://example.org/i.png\n"
    room.configure(filtered('include = "source:inbox"', 'exclude = "title:boats"', "image = true"))
    put(room, "2026-05-01T10:00", "Wind", more=picture)
    put(room, "2026-05-02T10:00", "Sun")
    put(room, "2026-05-03T10:00", "Boats", more=picture)
    put(room, "2026-05-04T10:00", "Rain", folder="wire", more=picture)
    room.refresh()
    assert room.titles() == ["Wind"]


def test_an_embargo_holds_back_until_then(room: Newsroom) -> None:
    room.configure(filtered('embargo = "2 hours"'))
    put(room, "2026-06-01T11:00", "Wind")
    room.refresh()
    assert room.titles() == []
    room.later(minutes=59)
    room.publish()
    assert room.titles() == []
    room.later(minutes=1)
    room.publish()
    assert room.titles() == ["Wind"]


def test_a_share_is_of_a_source_and_a_day_however_they_arrive(room: Newsroom) -> None:
    room.configure(filtered("share = 2"))
    for hour in (8, 9, 10):
        put(room, f"2026-05-03T{hour:02}:00", f"In {hour}")
        put(room, f"2026-05-03T{hour:02}:30", f"Wire {hour}", folder="wire")
    put(room, "2026-05-02T10:00", "Before")
    room.refresh()
    assert room.titles() == ["Wire 9", "In 9", "Wire 8", "In 8", "Before"]
    put(room, "2026-05-03T07:00", "Late")
    put(room, "2026-05-02T11:00", "Second")
    put(room, "2026-05-02T12:00", "Third")
    room.refresh()
    assert room.titles() == ["Second", "Wire 9", "In 9", "Wire 8", "In 8", "Before"]


def test_a_first_edition_is_filled_within_the_share(room: Newsroom) -> None:
    room.configure(filtered("share = 1", more="limit = 3\n"))
    for day in (1, 2, 3, 4):
        for hour in (8, 9):
            put(room, f"2026-05-0{day}T{hour:02}:00", f"Day {day} {hour}")
    room.refresh()
    assert room.titles() == ["Day 4 8", "Day 3 8", "Day 2 8"]


def test_titles_are_changed_in_this_feed_alone(room: Newsroom) -> None:
    other = '[[feed]]\nname = "plain"\n'
    room.configure(filtered(r"find = '^breaking\W*'", r"find = 'wind', put = 'W\1nd'", more=other))
    put(room, "2026-05-01T10:00", "Breaking wind")
    put(room, "2026-05-02T10:00", "Breaking")
    room.refresh()
    assert room.titles() == ["Breaking", r"W\1nd"]
    assert room.titles("plain.atom") == ["Breaking", "Breaking wind"]
    with room.open() as context:
        feed = context.settings.feeds[0]
    assert slices.titled(feed, "wind " * 100) == "wind " * 100
