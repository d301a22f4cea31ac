"""A feed that is renamed, removed or written in fewer formats: what becomes of its addresses."""

from pathlib import Path

import feedparser
import pytest

from feeds.manifest import read_manifest
from feeds.publish import publish
from tests.newsroom import Newsroom, a_text

SITE = '[site]\ntitle = "Harbour News"\nurl = "https://example.org/"\n'
INBOX = '[[source]]\nname = "inbox"\nfiles = "articles/*.txt"\n'


def feed(name: str, more: str = "") -> str:
    return f'[[feed]]\nname = "{name}"\ntitle = "Town"\n{more}\n'


FORMATS = ("rss", "atom", "json")
MOVED = {f"town.{format_}": f"city.{format_}" for format_ in FORMATS}


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    room = Newsroom(tmp_path, SITE + INBOX + feed("town"))
    room.write("a.txt", a_text("A bridge"))
    room.refresh()
    return room


def published(room: Newsroom) -> set[str]:
    return {path for path in room.state() if "/" not in path and "." in path}


def leads(room: Newsroom, name: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Where a feed's manifest sends readers, and what it says is gone."""
    manifest = read_manifest(room.folder / "data" / "editions" / f"{name}.json")
    return dict(manifest.moved), manifest.gone


def test_a_renamed_feed_is_the_same_feed_at_another_address(room: Newsroom) -> None:
    before = feedparser.parse(room.bytes("town.atom"))
    room.later(hours=1)
    room.configure(SITE + INBOX + feed("city", 'was = "town"'))
    room.refresh()
    after = feedparser.parse(room.bytes("city.atom"))
    assert after.feed.id == before.feed.id
    assert [e.id for e in after.entries] == [e.id for e in before.entries]
    assert [e.updated for e in after.entries] == [e.updated for e in before.entries]
    assert published(room) == {
        "index.html",
        "style.css",
        "feed.css",
        "city.html",
        "feeds.opml",
        *(f"city.{format_}{pack}" for format_ in FORMATS for pack in ("", ".gz", ".br")),
    }
    assert leads(room, "town") == (MOVED, ())
    assert after.feed.link == "https://example.org/city.html"


def test_a_former_address_answers_until_the_new_one_does(room: Newsroom) -> None:
    before = room.state()
    room.configure(SITE + INBOX + feed("city", 'was = "town"') + feed("other"))
    with room.open() as context:
        publish(context.press(), now=room.now, names=["other"])
    assert room.state().items() >= {n: s for n, s in before.items() if "town" in n}.items()
    assert leads(room, "town") == ({}, ())
    room.publish()
    assert leads(room, "town") == (MOVED, ())


def test_a_renamed_feed_takes_up_where_it_was_and_has_no_new_first_edition(room: Newsroom) -> None:
    room.configure(SITE + INBOX + feed("city", 'was = "town"\nlimit = 1'))
    room.write("b.txt", a_text("A tunnel"))
    room.write("c.txt", a_text("A ferry"))
    room.refresh()
    assert set(room.titles("city.atom")) == {"A tunnel", "A ferry"}, "fresh ones stay 48 hours"


def test_a_removed_feed_is_gone_and_its_files_too(room: Newsroom) -> None:
    room.configure(SITE + INBOX + feed("other"))
    room.refresh()
    assert leads(room, "town") == ({}, ("town.rss", "town.atom", "town.json"))
    assert not {path for path in published(room) if path.startswith("town")}
    room.configure(SITE + INBOX + feed("other") + feed("town"))
    room.refresh()
    assert leads(room, "town") == ({}, ())
    assert room.titles("town.atom") == ["A bridge"]


def test_a_format_given_up_leads_to_the_one_that_is_left(room: Newsroom) -> None:
    room.configure(SITE + INBOX + feed("town", 'formats = ["atom"]'))
    room.refresh()
    assert leads(room, "town") == ({"town.rss": "town.atom", "town.json": "town.atom"}, ())
    assert {p for p in published(room) if p.startswith("town")} == {
        "town.atom",
        "town.atom.gz",
        "town.atom.br",
        "town.html",
    }
    room.configure(SITE + INBOX + feed("city", 'was = "town"\nformats = ["rss"]'))
    room.refresh()
    assert leads(room, "town") == (dict.fromkeys(MOVED, "city.rss"), ())


def test_retiring_again_touches_nothing(room: Newsroom) -> None:
    room.configure(SITE + INBOX + feed("city", 'was = "town"'))
    room.refresh()
    manifest = room.folder / "data" / "editions" / "town.json"
    before = (room.state(), manifest.stat().st_mtime_ns)
    room.publish()
    assert (room.state(), manifest.stat().st_mtime_ns) == before
