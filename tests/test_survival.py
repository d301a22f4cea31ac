"""What a subscriber has seen survives: ids, slugs and dates under each change, alone."""

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from tests.newsroom import Newsroom, a_text

CONFIG = (
    '[site]\ntitle = "Harbour News"\nurl = "https://example.org/"\n'
    '[[source]]\nname = "inbox"\nfiles = "articles/**/*.{txt,md,html}"\n'
)

Identity = dict[str, tuple[str, str, int]]


def identities(room: Newsroom) -> Identity:
    """Key of each article's own words to (id, slug, published)."""
    return {
        (
            "bridge"
            if "bridge" in entry.html
            else "ferry"
            if "ferry" in entry.html
            else entry.title
        ): (
            entry.article,
            entry.slug,
            entry.published,
        )
        for entry in room.entries().values()
    }


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    """Two articles published a day ago, one dated and one not."""
    room = Newsroom(tmp_path, CONFIG)
    room.write("town/bridge.txt", a_text("A bridge", "the bridge"))
    room.write("ferry.md", "---\ndate: 2026-05-20\n---\n" + a_text("# A ferry", "the ferry"))
    assert not room.refresh().failed
    room.later(days=1)
    return room


def test_a_new_address_of_the_site(room: Newsroom) -> None:
    before = identities(room)
    room.configure(CONFIG.replace("https://example.org/", "http://news.example.net/paper/"))
    room.refresh()
    assert identities(room) == before
    assert {e.link for e in room.feed()} == {
        "http://news.example.net/paper/articles/town-bridge/",
        "http://news.example.net/paper/articles/ferry/",
    }
    assert [e.updated for e in room.feed()] == [e.updated for e in room.feed("all.rss")]


def test_a_new_title(room: Newsroom) -> None:
    before = identities(room)
    room.write("town/bridge.txt", a_text("Quite another headline", "the bridge"))
    room.refresh()
    assert identities(room) == before
    assert "Quite another headline" in room.titles()


def test_an_edit(room: Newsroom) -> None:
    before = identities(room)
    text = a_text("A bridge", "the bridge") + "\nThe mayor of the town has now said so too.\n" * 3
    room.write("town/bridge.txt", text)
    room.refresh()
    assert identities(room) == before


def test_a_renamed_file(room: Newsroom) -> None:
    before = identities(room)
    (room.folder / "articles/town/bridge.txt").rename(room.folder / "articles/town/crossing.txt")
    report = room.refresh()
    assert identities(room) == before
    assert (report.runs[0].new, report.runs[0].removed) == (0, 0)


def test_a_moved_and_slightly_edited_file(room: Newsroom) -> None:
    old = room.folder / "articles/town/bridge.txt"
    long = a_text("A bridge", "the bridge") + "".join(
        f"\nParagraph {n} tells of the {n}th pier and how its stones were laid.\n" for n in range(9)
    )
    room.write("town/bridge.txt", long)
    room.refresh()
    before = identities(room)
    old.unlink()
    room.write("river/bridge.txt", long.replace("9th", "ninth").replace("8th", "eighth"))
    report = room.refresh()
    assert identities(room) == before
    assert (report.runs[0].new, report.runs[0].removed) == (0, 0)


def test_a_renamed_source(room: Newsroom) -> None:
    before = identities(room)
    room.configure(CONFIG.replace('"inbox"', '"desk"'))
    report = room.refresh()
    assert identities(room) == before
    assert report.runs[0].new == 0
    assert len(room.feed()) == 2


def test_sources_that_exchange_their_names(room: Newsroom) -> None:
    room.write("wire/bridge.txt", a_text("A tunnel"))
    identified = []
    for names in (("town", "wire"), ("wire", "town")):
        config = CONFIG.partition("[[source]]")[0]
        for name, folder in zip(names, ("town", "wire"), strict=True):
            config += f'[[source]]\nname = "{name}"\nfiles = "articles/{folder}/*.txt"\n'
        room.configure(config)
        room.refresh()
        identified.append(identities(room))
    assert identified[0] == identified[1]


def test_a_deleted_and_recreated_file(room: Newsroom) -> None:
    room.write("third.txt", a_text("A third"))
    room.refresh()
    before, order = identities(room), room.titles()
    path = room.folder / "articles/town/bridge.txt"
    text = path.read_text()
    path.unlink()
    room.refresh()
    assert "A bridge" not in room.titles()
    room.later(minutes=5)
    room.write("town/bridge.txt", text)
    room.refresh()
    assert identities(room) == before
    assert room.titles() == order


def test_a_database_rebuilt_from_the_documents(room: Newsroom) -> None:
    before = identities(room)
    for name in ("broadsheet.db", "broadsheet.db-wal", "broadsheet.db-shm"):
        (room.folder / "data" / name).unlink(missing_ok=True)
    room.later(days=3)
    room.refresh()
    assert identities(room) == before


def test_a_lost_namespace_is_an_error_and_not_a_flood(room: Newsroom) -> None:
    (room.folder / "data/namespace").unlink()
    with pytest.raises(Exception, match="restore it from a backup"):
        room.refresh()


def test_a_declared_id_added_later_keeps_the_article_and_then_survives_a_rewrite(
    room: Newsroom,
) -> None:
    before = identities(room)
    text = "---\nid: ferry-2026\ndate: 2026-05-20\n---\n" + a_text("# A ferry", "the ferry")
    room.write("ferry.md", text)
    room.refresh()
    assert identities(room) == before
    (room.folder / "articles/ferry.md").unlink()
    room.write("new-place.md", text.replace("A ferry", "A boat").replace("spring", "the year 2031"))
    room.refresh()
    assert identities(room)["ferry"] == before["ferry"]


def test_a_touched_file_changes_nothing(room: Newsroom) -> None:
    before = room.state()
    now = (room.now - timedelta(minutes=30)).timestamp()
    for path in (room.folder / "articles").rglob("*.*"):
        os.utime(path, (now, now))
    report = room.refresh()
    assert report.runs[0].unchanged == 2
    assert room.state() == before


def test_published_files_that_were_deleted_come_back_the_same(room: Newsroom) -> None:
    before = {name: body for name, (body, _) in room.state().items()}
    shutil.rmtree(room.folder / "public")
    room.refresh()
    assert {name: body for name, (body, _) in room.state().items()} == before
