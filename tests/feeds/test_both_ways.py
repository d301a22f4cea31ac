"""Pages show related articles in both directions and stay current; entries stay as they were."""

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html

from tests.newsroom import Newsroom, a_text

CLOSES = (
    "The bridge closes\n\nThe swing bridge over the Lerwick canal is closed since Sunday. "
    "Its gearwheel has rusted, and engineers fear that it breaks. Lorries take the ferry.\n"
)
DELIVERED = (
    "Gearwheel delivered\n\nA foundry has cast a new gearwheel for the swing bridge of Lerwick. "
    "It came up the canal by barge. Engineers want to fit it before lorries return.\n"
)

TWO_SOURCES = """\
[site]
title = "Harbour News"
url = "https://example.org/"
[[source]]
name = "inbox"
files = "articles/*.txt"
[[source]]
name = "far"
files = "articles/far/*.txt"
[[feed]]
name = "all"
[[feed]]
name = "news"
sources = ["inbox"]
"""


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path)


def related(room: Newsroom, slug: str) -> list[str]:
    page = html.fromstring(room.bytes(f"articles/{slug}/index.html"))
    return [link.text or "" for link in page.cssselect("aside.related a")]


def test_an_article_that_came_later_stands_on_the_page_of_the_first(room: Newsroom) -> None:
    room.write("first.txt", CLOSES)
    room.write("other.txt", a_text("A chess club meets in the old mill hall"))
    room.refresh()
    assert related(room, "first") == []
    before = room.entries()["The bridge closes"]

    room.later(hours=1)
    room.write("second.txt", DELIVERED)
    room.refresh()
    assert related(room, "second") == ["The bridge closes"]
    assert related(room, "first") == ["Gearwheel delivered"]
    assert related(room, "other") == []
    assert room.entries()["The bridge closes"] == before  # nothing that subscribers read changed


def test_an_article_that_went_is_on_no_page(room: Newsroom) -> None:
    room.write("first.txt", CLOSES)
    room.refresh()
    room.later(hours=1)
    second = room.write("second.txt", DELIVERED)
    room.write("other.txt", a_text("A chess club meets in the old mill hall"))
    room.refresh()
    assert related(room, "first") == ["Gearwheel delivered"]
    room.later(hours=1)
    second.unlink()
    room.refresh()
    assert related(room, "first") == []


def test_one_that_is_about_something_else_now_is_no_longer_there(room: Newsroom) -> None:
    room.write("first.txt", CLOSES)
    room.refresh()
    room.later(hours=1)
    room.write("second.txt", DELIVERED)
    room.refresh()
    assert related(room, "first") == ["Gearwheel delivered"]
    room.later(hours=1)
    room.write("second.txt", a_text("Herring prices", "the price of smoked herring at auctions"))
    room.refresh()
    assert related(room, "first") == []


@pytest.mark.slow
def test_what_is_published_stays_when_a_thousand_unrelated_articles_arrive(room: Newsroom) -> None:
    room.configure(TWO_SOURCES)
    room.write("first.txt", CLOSES)
    room.write("second.txt", DELIVERED)
    room.refresh()
    before = room.entries()
    assert all(entry.related and entry.summary for entry in before.values())
    feeds = {name: room.bytes(name) for name in ("news.rss", "news.atom", "news.json")}

    room.later(hours=1)
    for number in range(1_000):
        name = f"{number:04}".translate(str.maketrans("0123456789", "abcdefghij"))
        room.write(f"far/{name}.txt", a_text(f"Club {name} meets", f"club {name} and hall {name}"))
    room.refresh()
    after = room.entries()
    for title, entry in before.items():
        kept = after[title]
        assert replace(kept, judged=entry.judged, change=entry.change) == entry
    assert {name: room.bytes(name) for name in feeds} == feeds
