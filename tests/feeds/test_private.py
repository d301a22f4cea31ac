"""What private feeds alone show is nowhere in public: before, while and after it is private."""

import re
import shutil
from pathlib import Path

import pytest

from feeds.cli.known import known
from ingest.store import articles
from tests.feeds.cli.commands import broadsheet
from tests.feeds.vault import (
    MARK,
    PRIVATE,
    PUBLIC,
    SITE,
    crawled,
    served,
    subscribed,
    traces,
    write_both,
)
from tests.newsroom import Newsroom

FORMATS = ("rss", "atom", "json")
OPEN = PUBLIC + PRIVATE.replace("private = true\n", "")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rooms that are refreshed: one with private feeds, one where the same feeds are public."""
    folder = tmp_path_factory.mktemp("made")
    for name, feeds in (("closed", PUBLIC + PRIVATE), ("open", OPEN)):
        room = Newsroom(folder / name, SITE + feeds)
        write_both(room)
        assert not room.refresh().published.warnings  # the linter's among them
    return folder


@pytest.fixture
def room(made: Path, tmp_path: Path) -> Newsroom:
    return _copied(made / "closed", tmp_path, PUBLIC + PRIVATE)


@pytest.fixture
def opened(made: Path, tmp_path: Path) -> Newsroom:
    return _copied(made / "open", tmp_path, OPEN)


def _copied(folder: Path, to: Path, feeds: str) -> Newsroom:
    shutil.copytree(folder, to, dirs_exist_ok=True)
    return Newsroom(to, SITE + feeds)


def private(room: Newsroom, path: str) -> bytes:
    return (room.folder / "data" / "private" / path).read_bytes()


def test_nothing_private_is_below_output_and_all_of_it_is_in_its_own_folder(room: Newsroom) -> None:
    assert traces(room) == []
    for format_ in FORMATS:
        assert MARK.encode() in private(room, f"board/board.{format_}")
        assert (room.folder / f"data/private/board/board.{format_}.gz").is_file()
    assert MARK.encode() in private(room, "board/index.html")
    assert MARK.encode() in private(room, f"board/articles/{MARK}-a/index.html")
    assert private(room, f"board/articles/{MARK}-a/{MARK}.png")
    assert room.titles("boats.atom") == ["The pump", "A ferry sank", "The plan"]


def test_a_crawl_of_everything_that_can_be_linked_or_guessed_finds_nothing(room: Newsroom) -> None:
    with served(room) as (client, store):
        subscribed(room, store)
        found = crawled(room, client)
    assert len([path for path, told in found.items() if told.startswith("200")]) > 10
    said = {path: told.replace(path, "") for path, told in found.items()}
    assert [path for path, told in said.items() if MARK in told.lower()] == []
    assert "board" not in found["/"] + found["/feeds.opml"]


def test_public_private_and_back_leaves_what_belongs_there_each_time(opened: Newsroom) -> None:
    room = opened
    assert f"articles/{MARK}-a/index.html" in traces(room)
    assert "all.atom.gz" in traces(room)
    assert any(path.startswith("stories/") for path in traces(room))
    before = {n: b for n, (b, _) in room.state().items()}
    room.later(hours=1)
    room.configure(SITE + PUBLIC + PRIVATE)
    room.publish()
    assert traces(room) == []
    assert room.titles("boats.atom") == ["The pump", "A ferry sank", "The plan"]
    with served(room) as (client, _):
        said = {p: told.replace(p, "") for p, told in crawled(room, client).items()}
    assert [path for path, told in said.items() if MARK in told.lower()] == []
    room.later(hours=1)
    room.configure(SITE + OPEN)
    room.publish()
    assert not (room.folder / "data" / "private" / "board").exists()
    assert not (room.folder / "data" / "private" / "board.json").exists()
    after = {n: b for n, (b, _) in room.state().items()}
    assert after.keys() - before.keys() == {"stories/twin/index.html"}  # it came to lead one
    assert before.keys() <= after.keys()
    ids = [re.findall(rb"<id>(.+?)</id>", one["boats.atom"]) for one in (before, after)]
    assert ids[0] == ids[1]
    room.configure(SITE + PUBLIC + PRIVATE)
    room.publish()
    assert traces(room) == []


def test_what_becomes_public_is_new_to_a_feed_by_its_backlog_and_no_flood(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, SITE + PRIVATE + '[[feed]]\nname = "all"\nbacklog = 2\n')
    for n in range(6):
        date = f"---\ndate: 2026-05-0{n + 1}\n---\n"
        room.write(f"vault/v{n}.md", f"{date}# Number {n}\n\nOne of six, the number is {n}.\n")
    room.write("wire/w.md", "# Wired\n\nThe wire says something else.\n")
    room.refresh()
    assert room.titles() == ["Wired"]
    room.later(days=3)
    room.configure(SITE + '[[feed]]\nname = "all"\nbacklog = 2\n')
    room.publish()
    assert room.titles() == ["Number 5", "Number 4", "Wired"]


def test_sources_and_feeds_that_are_taken_out_stay_as_private_as_they_were(room: Newsroom) -> None:
    whole = room.folder / "broadsheet.toml"
    room.configure(SITE.partition('[[source]]\nname = "vault"')[0] + PUBLIC)
    assert MARK not in whole.read_text()
    room.publish()
    assert traces(room) == []
    assert not list((room.folder / "data" / "private").iterdir())
    with served(room) as (client, _):
        gone = [client.get(f"/board.{format_}").told for format_ in FORMATS]
        assert {*gone} == {client.get("/never.rss").told}


def test_a_renamed_private_feed_keeps_entries_and_readers_and_tells_nobody(room: Newsroom) -> None:
    with served(room) as (_, store):
        token = subscribed(room, store)
    before = room.bytes("../data/private/board/board.json")
    was = PRIVATE.replace('name = "board"', 'name = "council"\nwas = "board"')
    room.configure(SITE + PUBLIC + was)
    room.publish()
    assert not list((room.folder / "data" / "private").glob("board*"))
    assert traces(room) == []
    with served(room) as (client, _):
        moved = client.get(f"/private/{token}/board.atom")
        assert (moved.status, moved.headers["location"]) == (301, "council.atom")
        kept = client.get(f"/private/{token}/council.json")
        assert kept.body == before.replace(b"board", b"council")
        assert client.get("/board.atom").told == client.get("/never.atom").told


def test_a_public_feed_that_turns_private_leaves_no_address_behind(opened: Newsroom) -> None:
    room = opened
    with served(room) as (client, _):
        assert client.get("/board.atom").status == 200
    room.configure(SITE + PUBLIC + PRIVATE)
    room.publish()
    assert not list((room.folder / "public").glob("board*"))
    assert not (room.folder / "data" / "editions" / "board.json").exists()
    with served(room) as (client, _):
        assert client.get("/board.atom").told == client.get("/never.atom").told


def test_a_private_article_never_leads_a_public_story(opened: Newsroom) -> None:
    room = opened
    assert room.titles("firsts.atom").count("The secret ferry") == 1
    assert "Twin" not in room.titles("firsts.atom")  # the other one was first
    room.configure(SITE + PUBLIC + PRIVATE)
    room.publish()
    assert "Twin" in room.titles("firsts.atom")
    assert "Twin" in room.titles("all.atom")
    assert traces(room) == []


def test_a_private_feed_tells_of_what_it_shows_and_of_what_is_public(room: Newsroom) -> None:
    """Another private feed shows a source of its own: its readers alone hear of it."""
    third = '[[source]]\nname = "safe"\nfiles = "articles/safe/**/*.md"\n'
    room.write("safe/s.md", "# The numbat ferry\n\nThe numbat saw the ferry Nordstern at Lubmin.\n")
    safe = '[[feed]]\nname = "safe"\nprivate = true\nsources = ["safe"]\n'
    room.configure(SITE + third + PUBLIC + PRIVATE.partition('[[feed]]\nname = "club"')[0] + safe)
    room.refresh()
    folder = room.folder / "data" / "private"
    board = [p for p in (folder / "board").rglob("*") if b"numbat" in b"%s" % _bytes(p)]
    own = [p for p in (folder / "safe").rglob("*") if MARK.encode() in _bytes(p)]
    assert (board, own) == ([], [])
    assert b"https://example.org/articles/ferry/" in private(room, "safe/safe.atom")


def _bytes(path: Path) -> bytes:
    return path.read_bytes().lower() if path.is_file() else b""


def test_private_pages_lead_to_those_before_and_after_in_their_feed(room: Newsroom) -> None:
    def around(name: str) -> list[bytes]:
        page = private(room, f"board/articles/{MARK}-{name}/index.html")
        found = rb'rel="(?:prev|next)" href="../../articles/%s-(.)/">' % MARK.encode()
        return sorted(set(re.findall(found, page)))  # in the head and at the end

    assert [around(name) for name in "abc"] == [[b"b"], [b"a", b"c"], [b"b"]]
    (room.folder / f"articles/vault/{MARK}-b.md").unlink()
    room.refresh("vault", allow_removal=True)
    assert [around(name) for name in "ac"] == [[b"c"], [b"a"]]
    assert traces(room) == []


def test_a_page_that_is_not_for_the_readers_of_a_feed_any_more_goes(room: Newsroom) -> None:
    page = room.folder / f"data/private/board/articles/{MARK}-a/index.html"
    assert page.is_file()
    feeds = PRIVATE.partition('[[feed]]\nname = "club"')[0].replace('"vault"', '"safe"')
    safe = '[[source]]\nname = "safe"\nfiles = "articles/safe/**/*.md"\n'
    room.write("safe/s.md", "# The numbat\n\nThe numbat saw it.\n")
    room.configure(SITE + safe + PUBLIC + feeds.replace("board", "other") + PRIVATE)
    room.refresh()
    assert page.is_file()
    room.configure(
        SITE + safe + PUBLIC + feeds + feeds.replace("board", "x").replace("safe", "vault")
    )
    room.refresh()
    assert not page.parent.exists()
    assert traces(room) == []


def test_readers_of_a_part_hear_of_that_part_alone(room: Newsroom) -> None:
    part = '[[feed]]\nname = "part"\nprivate = true\nsources = ["vault"]\ntags = ["open"]\n'
    room.write(
        "vault/o.md", "---\ntags: [open]\n---\n# An open ferry\n\nThe ferry Nordstern sank.\n"
    )
    room.configure(SITE + PUBLIC + PRIVATE + part)
    room.refresh()
    assert MARK.encode() in private(room, "club/club.atom")
    assert b"An open ferry" in private(room, "part/part.atom")
    folder = room.folder / "data" / "private" / "part"
    assert [str(p) for p in folder.rglob("*") if MARK.encode() in _bytes(p)] == []


def test_an_article_that_a_private_source_takes_over_is_private(room: Newsroom) -> None:
    same = "---\nid: ferry-1\n---\n# One article\n\nThe wire says that all is well here.\n"
    file = room.write("wire/one.md", same)
    room.refresh()
    assert "One article" in room.titles()
    file.unlink()
    room.refresh("wire", allow_removal=True)
    room.write("vault/one.md", same.replace("well here", f"well, {MARK}"))
    room.later(hours=1)
    room.refresh()
    assert "One article" not in room.titles()
    assert traces(room) == []
    assert not (room.folder / "public" / "articles" / "one").exists()
    assert b"One article" in private(room, "club/club.atom")


def test_a_file_that_is_moved_to_a_private_source_leaves_no_notice_behind(room: Newsroom) -> None:
    file = room.write(f"wire/{MARK}.md", f"# The {MARK}\n\nIt was seen at the pier of Lubmin.\n")
    room.refresh()
    assert f"articles/{MARK}/index.html" in traces(room)
    room.later(hours=1)
    room.write(f"vault/{MARK}.md", file.read_bytes())
    file.unlink()
    room.refresh("wire", allow_removal=True)  # before the other one looks at what it has
    room.refresh("vault")
    assert traces(room) == []
    assert MARK.encode() in private(room, "board/board.atom")


def test_an_edition_that_cannot_be_written_anew_does_not_stay_up(
    opened: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = opened
    room.configure(SITE + PUBLIC + PRIVATE)

    def full(*_args: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("feeds.publish.write_if_changed", full)
    assert room.publish().failed
    monkeypatch.undo()
    assert [path for path in traces(room) if not path.endswith("html")] == []
    room.publish()
    assert room.titles() == ["The plan", "Twin"]
    assert traces(room) == []


def test_frozen_related_links_are_filtered_when_they_are_shown(opened: Newsroom) -> None:
    room = opened
    entry = room.entries()["The plan"]
    assert "The secret ferry" in [title for _, title, *_ in entry.related]
    room.configure(SITE + PUBLIC + PRIVATE)
    room.publish()
    assert room.entries()["The plan"] == entry
    assert traces(room) == []
    room.write(
        "wire/fresh.md", "# Fresh\n\nThe ferry Nordstern sank.\n\nRead more: The secret ferry\n"
    )
    room.later(hours=1)
    room.refresh()
    fresh = room.entries()["Fresh"]
    assert {title for _, title, *_ in fresh.related} <= {
        "A ferry sank",
        "The pump",
        "The plan",
        "Twin",
    }
    assert "\n".join(shares for *_, shares in fresh.related).find(MARK) < 0


def test_the_operator_sees_where_a_private_article_is_read(room: Newsroom) -> None:
    with room.open() as context, context.store.read() as tx:
        [id_] = articles.with_title(tx, f"another{MARK}")
        found = known(tx, context.settings, id_)
    assert found.address == f"https://example.org/private/board/articles/{MARK}-b/"


def test_a_place_that_waits_for_a_source_to_be_public_again_is_told(opened: Newsroom) -> None:
    opened.later(hours=1)
    opened.configure(SITE + PUBLIC + PRIVATE)
    opened.publish()
    said = broadsheet(opened.folder, "explain", "all", "The secret ferry").stdout
    assert "private: it has its place (number " in said
    assert said.endswith(", for when its source is public again\n")


def test_why_a_public_feed_is_without_a_private_article_is_told(room: Newsroom) -> None:
    said = broadsheet(room.folder, "explain", "all", f"Another {MARK}").stdout
    assert said.splitlines()[1] == (
        "   no  sources: it came from vault, which is private: it is shown by board, club alone"
    )


def test_feeds_that_are_made_know_nothing_private(opened: Newsroom) -> None:
    room, kinds = opened, ("tag", "author", "source", "language", "section", "story")
    made = "".join(
        f'[[feed]]\nname = "on-{kind}"\neach = "{kind}"\nat_least = 1\n' for kind in kinds
    )
    room.configure(SITE + OPEN + made)
    room.publish()
    named = {f"on-tag-{MARK}", f"on-section-{MARK}", f"on-author-ann-{MARK}", "on-source-vault"}
    stories = {path.stem for path in (room.folder / "public").glob("on-story-*.atom")}
    assert stories == {"on-story-the-secret-ferry"}
    for name in (*named, *stories):
        assert (room.folder / f"public/{name}.atom").is_file()
    for _ in range(2):
        room.later(hours=1)
        room.configure(SITE + PUBLIC + PRIVATE + made)
        report = room.publish()
        assert traces(room) == []
        assert not [path for path in room.state() if "secret" in path or "vault" in path]
        assert "secret" not in (room.folder / "public/feeds.opml").read_text()
        assert not [line for line in report.warnings if "410" in line]
        assert [path.stem for path in (room.folder / "public").glob("on-story-*.atom")] == [
            "on-story-twin"
        ]
        with served(room) as (client, _):
            for name in (*named, *stories):
                assert client.get(f"/{name}.atom").status == 404
        room.later(hours=1)
        room.configure(SITE + OPEN + made)
        room.publish()
        for name in named:
            assert (room.folder / f"public/{name}.atom").is_file()
