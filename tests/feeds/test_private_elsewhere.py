"""What private feeds alone show is nowhere else either: archives, hubs, webhooks, hosts' files."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.feeds.archives import walk
from tests.feeds.vault import MARK, SITE, crawled, served, subscribed, traces
from tests.listener import Listener, listener
from tests.newsroom import Newsroom, a_text

FEEDS = (
    '[[feed]]\nname = "all"\nlimit = 2\n'
    '[[feed]]\nname = "board"\nsources = ["vault"]\nlimit = 2\nicon = "board.png"\n'
)
OPEN = SITE + FEEDS
CLOSED = SITE + FEEDS.replace("limit = 2\nicon", "limit = 2\nprivate = true\nicon")


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    """Two of three articles of each source have left their feeds; all of them are public."""
    room = Newsroom(tmp_path, OPEN)
    (tmp_path / "board.png").write_bytes(b"\x89PNG\r\n\x1a\n" + MARK.encode())
    for number in range(3):
        write(room, number)
        assert not room.refresh().failed
        room.later(days=3)
    return room


def write(room: Newsroom, number: int) -> None:
    day = f"---\ndate: 2026-05-0{number + 1}\n---\n"
    link = f"[It](../vault/{MARK}{number}.md) " if number == 0 else ""
    room.write(f"wire/w{number}.md", f"{day}# Wire {number}\n\n{link}The wire of day {number}.\n")
    room.write(f"vault/{MARK}{number}.md", f"{day}# The {MARK} {number}\n\nA {MARK} on {number}.\n")


def archived(room: Newsroom) -> list[str]:
    return sorted(path for path in room.state() if path.startswith("archive/"))


def test_archives_know_what_is_private_before_while_and_after(room: Newsroom) -> None:
    public = [path for path in traces(room) if path.startswith("archive/")]
    assert {path.split("/")[1] for path in public} == {"all", "board"}
    assert "board-icon.png" in traces(room)
    before = {one.url: one.ids for one in walk(room.folder / "public", "all.atom")}
    room.configure(CLOSED)
    assert not room.publish().failed
    assert traces(room) == []
    assert "board" not in room.bytes("_headers").decode()
    assert {path.split("/")[1] for path in archived(room)} == {"all"}
    folder = room.folder / "data/private/board"
    for file in ("archive/board/1.atom", "archive/board/1.rss", "archive/board/1.json"):
        assert MARK.encode() in (folder / file).read_bytes()
        assert (folder / f"{file}.gz").is_file()
    assert (folder / "board-icon.png").is_file()
    with served(room) as (client, store):
        token = subscribed(room, store)
        said = {p: told.replace(p, "") for p, told in crawled(room, client).items()}
        assert [path for path, told in said.items() if MARK in told.lower()] == []
        first = client.get(f"/private/{token}/archive/board/1.atom")
        assert first.status == 200
        assert MARK in first.told
        assert "https://example.org/private/board/archive/board/2.atom" in first.told
        assert first.headers["cache-control"].startswith("private, ")
        assert token not in first.told
        newest = client.get(f"/private/{token}/archive/board/2.atom")
        assert (newest.status, newest.headers["location"]) == (302, "../../board.atom")
        nowhere = client.get("/nothing").told
        assert client.get(f"/private/{token}/archive/all/1.atom").told == nowhere
        assert client.get(f"/private/{token[:-1]}/archive/board/1.atom").told == nowhere
        assert client.get("/archive/board/1.atom").told == nowhere
    room.configure(OPEN)
    assert not room.publish().failed
    assert {one.url: one.ids for one in walk(room.folder / "public", "all.atom")} == before
    assert not folder.exists()


def test_what_moves_to_a_private_source_leaves_archives_and_their_links(tmp_path: Path) -> None:
    """It was taken from one source and came back in another: archives that name it forget it."""
    own = '[[feed]]\nname = "all"\nlimit = 2\n[[feed]]\nname = "board"\nprivate = true\n'
    room = Newsroom(tmp_path, SITE + own + 'sources = ["vault"]\n')
    same = f"---\nid: one\ndate: 2026-05-01\n---\n# The {MARK} ferry\n\nThe ferry sank at Lubmin.\n"
    room.write(f"wire/{MARK}.md", same)
    room.write("vault/first.md", a_text("# The first of the vault"))
    link = f"Read [more]({MARK}.md).\n\nThe ferry sank at Lubmin, Anna says.\n"
    room.write("wire/other.md", f"---\ndate: 2026-05-02\n---\n# A ferry\n\n{link}")
    assert not room.refresh().failed
    for number in range(3):
        room.later(days=3)
        room.write(f"wire/n{number}.md", a_text(f"# Story {number}", f"{number} things"))
        assert not room.refresh().failed
    held = [path for path in traces(room) if path.startswith("archive/")]
    assert held
    (room.folder / f"articles/wire/{MARK}.md").unlink()
    room.refresh("wire", allow_removal=True)
    room.write("vault/one.md", same.replace("sank", "sank again"))
    room.later(hours=1)
    assert not room.refresh().failed
    left = {path for path in traces(room) if path.startswith("archive/")}
    assert left == set()


@pytest.fixture
def chat() -> Iterator[Listener]:
    with listener() as up:
        yield up


def test_only_webhooks_that_name_a_private_feed_hear_of_it_and_no_hub(
    tmp_path: Path, chat: Listener
) -> None:
    with listener() as hub:
        site = SITE.replace(
            'url = "https://example.org/"\n',
            f'url = "https://example.org/"\nhubs = ["{hub.url}"]\n',
        )
        loopback = '[fetch]\nallow_private = ["127.0.0.0/8"]\n'
        hooks = "".join(
            f'[[notify]]\nname = "{name}"\nurl = "{chat.url}{name}"\n{more}'
            for name, more in (("every", ""), ("own", 'feeds = ["board"]\n'))
        )
        feeds = '[[feed]]\nname = "all"\n[[feed]]\nname = "board"\nprivate = true\n'
        room = Newsroom(tmp_path, site + loopback + hooks + feeds + 'sources = ["vault"]\n')
        for name in ("wire/first.md", "vault/first.md"):
            room.write(name, a_text("# The first"))
        room.refresh()
        room.later(minutes=1)
        room.write("wire/next.md", a_text("# The wire"))
        room.write(f"vault/{MARK}.md", a_text(f"# The {MARK}"))
        room.refresh()
        topics = {form["hub.topic"] for form in hub.forms}
    assert topics == {f"https://example.org/all.{format_}" for format_ in ("rss", "atom", "json")}
    told = {heard.path: json.loads(heard.body) for heard in chat.heard}
    assert [entry["title"] for entry in told["/every"]["entries"]] == ["The wire"]
    assert MARK not in json.dumps(told["/every"])
    [entry] = told["/own"]["entries"]
    assert entry["url"] == f"https://example.org/private/board/articles/{MARK}/"
    assert told["/own"]["feed"]["url"] == "https://example.org/private/board/"
    assert hub.url.encode() not in (room.folder / "data/private/board/board.atom").read_bytes()
    assert traces(room) == []


def test_what_became_private_meanwhile_is_told_to_no_public_webhook(
    tmp_path: Path, chat: Listener
) -> None:
    hook = '[fetch]\nallow_private = ["127.0.0.0/8"]\n[[notify]]\nname = "every"\n'
    hook += f'url = "{chat.url}"\n'
    feeds = '[[feed]]\nname = "all"\n[[feed]]\nname = "board"\nsources = ["vault"]\n'
    room = Newsroom(tmp_path, SITE + hook + feeds)
    room.write("wire/first.md", a_text("# The first"))
    room.write("vault/first.md", a_text("# The other"))
    room.refresh()
    chat.says(503)
    room.later(minutes=1)
    room.write(f"vault/{MARK}.md", a_text(f"# The {MARK}"))
    room.refresh()
    assert chat.heard
    chat.heard.clear()
    chat.says(204)
    room.configure(SITE + hook + feeds + "private = true\n")
    room.later(days=1)
    room.write("wire/next.md", a_text("# The wire"))
    room.refresh()
    assert [json.loads(one.body)["feed"]["name"] for one in chat.heard] == ["all"]
    assert MARK.encode() not in b"".join(one.body for one in chat.heard)
