"""Webhooks are told of new entries: each of them, signed, whatever goes wrong on the way."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.store import outbox
from tests.feeds.cli.commands import broadsheet
from tests.listener import Heard, Listener, listener
from tests.newsroom import Newsroom, a_text

SITE = (
    '[site]\ntitle = "Harbour News"\nurl = "https://example.org/"\n'
    '[fetch]\nallow_private = ["127.0.0.0/8"]\n'
)
INBOX = '[[source]]\nname = "inbox"\nfiles = "articles/**/*.{txt,md}"\n'
URL = 'url = "https://chat.example/"\n'


def hook(url: str, more: str = "", name: str = "chat") -> str:
    return f'[[notify]]\nname = "{name}"\nurl = "{url}"\n{more}'


@pytest.fixture
def chat() -> Iterator[Listener]:
    with listener() as up:
        yield up


@pytest.fixture
def room(tmp_path: Path, chat: Listener) -> Newsroom:
    """A site whose first edition is out."""
    room = Newsroom(tmp_path, SITE + INBOX + hook(f"{chat.url}hooks/t0ken"))
    room.write("first.txt", a_text("The first"))
    room.refresh()
    return room


def titles(chat: Listener) -> list[list[str]]:
    """Those of the entries of each message."""
    return [[entry["title"] for entry in said(heard)["entries"]] for heard in chat.heard]


def said(heard: Heard) -> dict[str, Any]:
    found = json.loads(heard.body)
    assert isinstance(found, dict)
    return found


def publish(room: Newsroom, *names: str) -> None:
    room.later(minutes=1)
    for name in names:
        room.write(f"{name}.txt", a_text(name))
    room.refresh()


def test_a_new_entry_is_told_with_all_that_a_message_needs(room: Newsroom, chat: Listener) -> None:
    assert chat.heard == []  # a first edition is no news
    room.later(minutes=1)
    room.write(
        "ferry.md",
        "---\nauthor: Ada Lindqvist\ntags: [town]\ndate: 2026-05-30\n---\n" + a_text("# A ferry"),
    )
    room.refresh()
    (heard,) = chat.heard
    assert (heard.method, heard.path) == ("POST", "/hooks/t0ken")
    assert heard.headers["content-type"] == "application/json"
    assert "x-hub-signature-256" not in heard.headers
    found = said(heard)
    assert found["feed"] == {
        "name": "all",
        "title": "Harbour News",
        "url": "https://example.org/",
        "formats": {f: f"https://example.org/all.{f}" for f in ("rss", "atom", "json")},
    }
    (entry,) = found["entries"]
    shown = room.feed()[0]
    assert entry["summary"].startswith("The council spoke")
    assert entry | {"summary": ""} == {
        "id": shown.id,
        "url": shown.link,
        "title": "A ferry",
        "summary": "",
        "published": "2026-05-30T00:00:00Z",
        "updated": shown.updated,
        "authors": ["Ada Lindqvist"],
        "tags": ["town"],
        "language": "en",
    }


def test_an_entry_is_told_once_and_its_update_is_not(room: Newsroom, chat: Listener) -> None:
    publish(room, "A ferry")
    publish(room)
    room.later(hours=1)
    room.write("A ferry.txt", a_text("A ferry", "ships that nobody had expected at all"))
    room.refresh()
    publish(room, "A bridge", "A tunnel")
    assert [sorted(one) for one in titles(chat)] == [["A ferry"], ["A bridge", "A tunnel"]]


def test_a_message_is_signed_with_the_secret(room: Newsroom, chat: Listener) -> None:
    for more, secret in (('secret = "s3cret"\n', "s3cret"), ('secret_file = "hook.key"\n', "k3y")):
        (room.folder / "hook.key").write_text("k3y\n", encoding="ascii")
        room.configure(SITE + INBOX + hook(chat.url, more))
        publish(room, f"Signed with {secret}")
        heard = chat.heard[-1]
        wanted = hmac.new(secret.encode(), heard.body, hashlib.sha256).hexdigest()
        assert heard.headers["x-hub-signature-256"] == f"sha256={wanted}"


def test_a_secret_that_cannot_be_read_sends_nothing(room: Newsroom, chat: Listener) -> None:
    (room.folder / "hook.key").write_text("two words\n", encoding="ascii")
    room.configure(SITE + INBOX + hook(chat.url, 'secret_file = "hook.key"\n'))
    publish(room, "A ferry")
    assert chat.heard == []
    done = broadsheet(room.folder, "status", "-q")
    assert "webhook chat is not told of changes: the file with its secret does not" in done.stdout
    assert done.exit_code == 1


def test_what_did_not_arrive_is_told_later_together_with_what_came_since(
    room: Newsroom, chat: Listener
) -> None:
    chat.says(500)
    publish(room, "A ferry")
    publish(room, "A bridge")
    before = len(chat.heard)
    chat.says(204)
    room.later(hours=1)
    publish(room, "A tunnel")  # another run of the program: all this is kept in the store
    assert [sorted(one) for one in titles(chat)[before:]] == [["A bridge", "A ferry", "A tunnel"]]
    publish(room)
    assert len(chat.heard) == before + 1
    with room.open() as context, context.store.read() as tx:
        assert outbox.due(tx, room.now.replace(year=2030), 10) == []


def test_what_left_its_feed_while_a_webhook_was_down_is_told_all_the_same(
    room: Newsroom, chat: Listener
) -> None:
    room.configure(SITE + INBOX + '[[feed]]\nname = "all"\nlimit = 1\n' + hook(chat.url))
    chat.says(500)
    publish(room, "A ferry")
    room.later(days=3)
    chat.says(204)
    publish(room, "A bridge")
    assert len(room.titles()) == 1
    assert titles(chat)[-1] == ["A ferry", "A bridge"]


def test_many_entries_come_in_several_messages(
    room: Newsroom, chat: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.letters._AT_ONCE", 2)
    publish(room, *(f"Number {number}" for number in range(5)))
    assert [len(one) for one in titles(chat)] == [2, 2, 1]
    assert len({title for one in titles(chat) for title in one}) == 5


def test_each_webhook_hears_of_its_feeds_and_one_that_fails_stops_no_other(
    room: Newsroom, chat: Listener
) -> None:
    feeds = '[[feed]]\nname = "all"\n[[feed]]\nname = "town"\ntags = ["town"]\n'
    with listener("127.0.0.2") as other:
        other.says(500)
        hooks = hook(chat.url, 'feeds = ["town"]\n') + hook(other.url, name="other")
        room.configure(SITE + INBOX + feeds + hooks)
        room.refresh()
        room.later(minutes=1)
        room.write("a.md", "---\ntags: [town]\n---\n" + a_text("# In town"))
        room.write("b.md", a_text("# Elsewhere"))
        room.refresh()
        assert titles(chat) == [["In town"]]
        assert said(chat.heard[0])["feed"]["name"] == "town"
        other.says(204)
        other.heard.clear()
        room.later(hours=1)
        room.refresh()
        found = sorted(
            (said(one)["feed"]["name"], len(said(one)["entries"])) for one in other.heard
        )
        assert found == [("all", 2), ("town", 1)]


def test_a_webhook_that_is_added_hears_of_what_comes_from_then_on(
    room: Newsroom, chat: Listener
) -> None:
    room.configure(SITE + INBOX)
    publish(room, "A ferry")
    room.configure(SITE + INBOX + hook(chat.url))
    publish(room)
    assert chat.heard == []
    publish(room, "A bridge")
    assert titles(chat) == [["A bridge"]]


def test_a_feed_of_another_name_tells_nothing_twice(room: Newsroom, chat: Listener) -> None:
    publish(room, "A ferry")
    feed = '[[feed]]\nname = "news"\nwas = "all"\n'
    room.configure(SITE + INBOX + feed + hook(chat.url))
    publish(room, "A bridge")
    assert titles(chat) == [["A ferry"], ["A bridge"]]
    assert said(chat.heard[-1])["feed"]["name"] == "news"


def test_what_was_removed_before_it_was_told_is_not_told(room: Newsroom, chat: Listener) -> None:
    chat.says(500)
    publish(room, "A ferry")
    (room.folder / "articles/A ferry.txt").unlink()
    publish(room)
    chat.heard.clear()
    chat.says(204)
    room.later(hours=1)
    publish(room)
    assert chat.heard == []


def test_neither_address_nor_secret_is_shown(room: Newsroom, chat: Listener) -> None:
    chat.says(403)
    url = f"{chat.url}hooks/t0ken"
    room.configure(SITE + INBOX + hook(url, 'secret = "s3cret"\n'))
    publish(room, "A ferry")
    for args in (["status"], ["status", "--json"], ["status", "-v"]):
        done = broadsheet(room.folder, *args)
        assert "chat" in done.stdout
        assert "t0ken" not in done.output
        assert "s3cret" not in done.output
    assert b"t0ken" not in (room.folder / "data/broadsheet.db").read_bytes()


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ("", "notify[1].url: is missing"),
        ('url = "chat.example"\n', "write the whole address"),
        ('url = "https://a:b@chat.example/"\n', "user:password"),
        (f'{URL}feeds = "new"\n', "no feed is called 'new'"),
        (f'{URL}secret_file = "no"\n', "there is no such file"),
        (f'{URL}secret = "a"\nsecret_file = "broadsheet.toml"\n', "stands beside"),
        (f'{URL}[[notify]]\nname = "chat"\n{URL}', "names are unique"),
    ],
)
def test_a_webhook_that_cannot_be_is_refused(tmp_path: Path, table: str, why: str) -> None:
    room = Newsroom(tmp_path, SITE + INBOX + '[[notify]]\nname = "chat"\n' + table)
    done = broadsheet(room.folder, "check")
    assert done.exit_code == 2
    assert why in done.stderr
