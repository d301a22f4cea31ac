"""Hubs are told of what changed: once, after it is live, whatever they do, and nothing else."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from lxml import etree

from feeds.context import Context
from feeds.daemon import Daemon
from feeds.lint import lint
from feeds.press import editions_folder
from feeds.render import Format, render
from ingest.store import outbox
from tests.builders import an_edition, an_entry
from tests.feeds.cli.commands import broadsheet
from tests.listener import Listener, listener
from tests.newsroom import Newsroom, a_text

ATOM = "{http://www.w3.org/2005/Atom}link"
TOPICS = [f"https://example.org/all.{format_}" for format_ in ("atom", "json", "rss")]
LOOPBACK = '[fetch]\nallow_private = ["127.0.0.0/8"]\n'


def config(*hubs: str, private: str = LOOPBACK, more: str = "") -> str:
    return (
        f'[site]\ntitle = "Harbour News"\nurl = "https://example.org/"\nhubs = {json.dumps(hubs)}\n'
        f"{private}"
        '[[source]]\nname = "inbox"\nfiles = "articles/**/*.txt"\n'
        f"{more}"
    )


@pytest.fixture
def hub() -> Iterator[Listener]:
    with listener() as up:
        yield up


@pytest.fixture
def room(tmp_path: Path, hub: Listener) -> Newsroom:
    room = Newsroom(tmp_path, config(hub.url))
    room.write("a.txt", a_text("A bridge"))
    return room


def waiting(room: Newsroom) -> list[outbox.Letter]:
    with room.open() as context, context.store.read() as tx:
        room_far = room.now.replace(year=room.now.year + 1)
        return outbox.due(tx, room_far, 1_000)


def test_each_changed_document_is_announced_in_both_spellings(
    room: Newsroom, hub: Listener
) -> None:
    live: list[bytes] = []
    said = hub.answer

    def look(heard: object) -> tuple[int, dict[str, str], bytes]:
        live.append(room.bytes("all.rss"))
        return said(heard)  # type: ignore[arg-type]

    hub.answer = look
    assert not room.refresh().failed
    assert [form["hub.topic"] for form in hub.forms] == TOPICS
    for form in hub.forms:
        assert form == {
            "hub.mode": "publish",
            "hub.url": form["hub.topic"],
            "hub.topic": form["hub.topic"],
        }
    first = hub.heard[0]
    assert first.headers["content-type"] == "application/x-www-form-urlencoded"
    assert first.headers["user-agent"].startswith("Broadsheet/")
    assert live == [room.bytes("all.rss")] * 3  # the files are live before anybody hears of them
    assert hub.at_once == 1  # one at a time to one host
    assert waiting(room) == []


def test_nothing_changed_is_not_announced(room: Newsroom, hub: Listener) -> None:
    room.refresh()
    hub.heard.clear()
    room.later(hours=1)
    room.refresh()
    (room.folder / "public/all.rss").unlink()  # written again with the same bytes
    room.refresh()
    assert (room.folder / "public/all.rss").is_file()
    room.write("b.txt", "")  # makes no article
    room.refresh()
    assert hub.heard == []


def test_only_what_changed_is_announced(room: Newsroom, hub: Listener) -> None:
    other = '[[feed]]\nname = "all"\nformats = ["atom"]\n[[feed]]\nname = "town"\ntags = ["town"]\n'
    room.configure(config(hub.url, more=other))
    room.refresh()
    hub.heard.clear()
    room.write("b.txt", a_text("A ferry"))
    room.refresh()
    assert [form["hub.topic"] for form in hub.forms] == ["https://example.org/all.atom"]


def test_no_hub_hears_of_a_site_that_names_none(room: Newsroom, hub: Listener) -> None:
    room.configure(config())
    room.refresh()
    assert hub.heard == []
    assert b"hub" not in room.bytes("all.rss") + room.bytes("all.atom") + room.bytes("all.json")
    manifest = (room.folder / "data/editions/all.json").read_bytes()
    links = json.loads(manifest)["files"][0]["links"]
    assert [relation for _, relation in links] == ["self", "alternate"]


def test_a_hub_that_is_added_hears_of_everything_for_the_documents_name_it(
    room: Newsroom, hub: Listener
) -> None:
    room.configure(config())
    room.refresh()
    room.configure(config(hub.url))
    room.refresh()
    assert [form["hub.topic"] for form in hub.forms] == TOPICS


def test_a_failing_hub_is_tried_again_later_and_later_and_hears_the_newest_once(
    room: Newsroom, hub: Listener
) -> None:
    hub.says(503)
    assert not room.refresh().failed  # what a hub does is no failure of ours
    assert len(hub.heard) == 1  # one that has a problem is not asked for each topic
    for _ in range(2):  # it stays at one message a topic, and nobody asks before it is time
        room.write("a.txt", a_text("A bridge", f"bridges {room.now}"))
        room.refresh()
        room.later(seconds=5)
    assert len(hub.heard) == 1
    assert len(waiting(room)) == 3
    gaps = []
    for tries in range(1, 5):
        with room.open() as context, context.store.read() as tx:
            (failing,) = outbox.failing(tx, ["announce"])
        gaps.append((failing.due_at - room.now).total_seconds())
        room.later(seconds=gaps[-1])
        room.refresh()
        assert len(hub.heard) == 1 + tries
    assert gaps[1:] == [60, 120, 240]
    hub.heard.clear()
    hub.says(202)
    room.later(hours=1)
    room.refresh()
    assert [form["hub.topic"] for form in hub.forms] == TOPICS
    assert waiting(room) == []


def test_a_hub_says_when_it_wants_to_be_asked_again(room: Newsroom, hub: Listener) -> None:
    hub.says(429, {"Retry-After": "7200"})
    room.refresh()
    room.later(hours=1)
    room.refresh()
    assert len(hub.heard) == 1
    room.later(hours=2)
    room.refresh()
    assert len(hub.heard) == 2


def test_a_topic_that_a_hub_refuses_holds_up_no_other(room: Newsroom, hub: Listener) -> None:
    hub.answer = lambda heard: (400 if heard.form["hub.url"] == TOPICS[1] else 204, {}, b"")
    room.refresh()
    assert [form["hub.topic"] for form in hub.forms] == TOPICS
    assert [letter.topic for letter in waiting(room)] == [TOPICS[1]]


def test_a_hub_that_is_gone_from_the_configuration_is_forgotten(
    room: Newsroom, hub: Listener
) -> None:
    hub.says(503)
    room.refresh()
    room.configure(config())
    room.refresh()
    assert waiting(room) == []


def test_status_tells_whom_messages_do_not_reach(room: Newsroom, hub: Listener) -> None:
    hub.says(302, {"Location": "http://127.0.0.1:1/"})
    room.refresh()
    done = broadsheet(room.folder, "status", "-q")
    assert done.exit_code == 1
    assert f"{hub.url} is not told of changes: 302 from 127.0.0.1: it redirects" in done.stdout
    assert "3 messages wait" in done.stdout
    (untold,) = json.loads(broadsheet(room.folder, "status", "--json").stdout)["untold"]
    assert set(untold) == {"target", "why", "since", "next_try", "waiting"}
    assert (untold["target"], untold["waiting"]) == (hub.url, 3)
    hub.says(204)
    room.later(hours=1)
    room.refresh()
    assert broadsheet(room.folder, "status", "-q").exit_code == 0


def test_a_private_address_is_refused_unless_it_is_allowed(room: Newsroom, hub: Listener) -> None:
    room.configure(config(hub.url, private=""))
    room.refresh()
    assert hub.heard == []
    done = broadsheet(room.folder, "status", "-q")
    assert "127.0.0.1 is not spoken to: its address 127.0.0.1 is" in done.stdout


@contextmanager
def daemon_of(room: Newsroom) -> Iterator[tuple[Daemon, Context]]:
    with room.open() as context:
        daemon = Daemon(context)
        try:
            yield daemon, context
        finally:
            assert daemon.close()


def tick_until(daemon: Daemon, hub: Listener, count: int) -> None:
    for _ in range(1_000):
        daemon.tick()
        if len(hub.heard) >= count:
            return
        threading.Event().wait(0.01)
    raise AssertionError(hub.heard)


def settle(daemon: Daemon, context: Context, but: int = 0) -> None:
    """Tick until what is due was told, but to so many targets that hang."""
    for _ in range(1_000):
        daemon.tick()
        with context.store.read() as tx:
            due = outbox.due(tx, context.clock(), 1_000)
        if len({letter.target for letter in due}) <= but:
            return
        threading.Event().wait(0.01)
    raise AssertionError(due)


def test_a_daemon_announces_and_goes_on_while_a_hub_hangs(room: Newsroom, hub: Listener) -> None:
    with listener("127.0.0.2") as dead:
        dead.hang = True
        room.configure(config(dead.url, hub.url))
        room.rest()
        with daemon_of(room) as (daemon, context):
            tick_until(daemon, hub, 3)
            dead.wait_for(1)
            room.write("b.txt", a_text("A ferry"))
            room.rest()
            daemon.wake(["inbox"])
            tick_until(daemon, hub, 6)
            settle(daemon, context, but=1)
            assert len(dead.heard) == 1
        dead.over.set()
    assert {letter.target for letter in waiting(room)} == {dead.url}
    assert len(room.titles()) == 2


def test_what_was_not_told_is_told_after_a_restart_and_no_more_than_that(
    room: Newsroom, hub: Listener
) -> None:
    room.rest()
    with room.open() as context:  # a kill after the edition was noted
        from feeds.publish import publish
        from feeds.refresh import run_sources

        run_sources(context, ["inbox"])
        publish(context.press(), now=room.now)
    assert hub.heard == []
    with daemon_of(room) as (daemon, context):
        tick_until(daemon, hub, 3)
        settle(daemon, context)
    with daemon_of(room) as (daemon, _):
        daemon.tick()
    assert [form["hub.topic"] for form in hub.forms] == TOPICS


def test_a_change_while_its_announcement_is_under_way_is_announced_too(
    room: Newsroom, hub: Listener
) -> None:
    hub.hang = True
    room.configure(config(hub.url, more='[[feed]]\nname = "all"\nformats = ["rss"]\n'))
    room.rest()
    with daemon_of(room) as (daemon, context):
        tick_until(daemon, hub, 1)
        room.write("b.txt", a_text("A ferry"))
        room.rest()
        daemon.wake(["inbox"])
        for _ in range(1_000):
            daemon.tick()
            if b"A ferry" in room.bytes("all.rss"):
                break
            threading.Event().wait(0.01)
        assert len(hub.heard) == 1
        hub.hang = False
        hub.over.set()
        tick_until(daemon, hub, 2)
        settle(daemon, context)
    assert len(hub.heard) == 2


def test_a_one_off_refresh_waits_for_a_silent_hub_no_longer_than_it_may(
    room: Newsroom, hub: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.refresh._TELLING", 0.2)
    hub.hang = True
    assert not room.refresh().failed
    assert len(hub.heard) == 1
    hub.over.set()
    letters = waiting(room)
    assert [letter.tries for letter in letters] == [0, 0, 0]  # our own haste is no fault of it
    hub.hang = False
    monkeypatch.undo()
    room.refresh()
    assert waiting(room) == []


@pytest.mark.parametrize("format_", ["rss", "atom", "json"])
def test_documents_name_their_hubs_and_stay_valid(format_: Format) -> None:
    hubs = ("https://hub.example/", "https://other.example/hub?a=1&b=2")
    body = render(an_edition(hubs=hubs), format_).body
    assert not lint(body, now=an_entry().updated).findings
    if format_ == "json":
        assert json.loads(body)["hubs"] == [{"type": "WebSub", "url": hub} for hub in hubs]
        return
    root = etree.fromstring(body)
    head = root[0] if format_ == "rss" else root
    links = [(link.get("rel"), link.get("href")) for link in head.findall(ATOM)]
    assert [href for rel, href in links if rel == "hub"] == list(hubs)
    assert ("self", f"https://example.org/all.{format_}") in links
    names = [str(child.tag).rpartition("}")[2] for child in head]
    assert max(i for i, n in enumerate(names) if n == "link") < names.index(
        "entry" if format_ == "atom" else "item"
    )


def test_the_manifest_names_them_for_the_header(room: Newsroom, hub: Listener) -> None:
    room.refresh()
    with room.open() as context:
        folder = editions_folder(context.settings)
    files = json.loads((folder / "all.json").read_bytes())["files"]
    for file in files:
        own = f"https://example.org/{file['path']}"
        page = ["https://example.org/", "alternate"]
        assert file["links"] == [[hub.url, "hub"], [own, "self"], page]


@pytest.mark.parametrize(
    ("hubs", "why"),
    [
        (["hub.example"], "write the whole address"),
        (["ftp://hub.example/"], "write the whole address"),
        (["https://a:b@hub.example/"], "without #fragment or password"),
        (["https://hub.example/#x"], "without #fragment or password"),
        (["https://hüb.example/"], "in ASCII"),
        (["https://hub.example/", "https://hub.example/"], "each hub stands once"),
        ([f"https://hub.example/{n}" for n in range(11)], "at most 10"),
    ],
)
def test_a_hub_that_is_none_is_refused(tmp_path: Path, hubs: list[str], why: str) -> None:
    room = Newsroom(tmp_path, config(*hubs))
    done = broadsheet(room.folder, "check")
    assert done.exit_code == 2
    assert why in done.stderr


def test_a_hub_whose_name_is_not_known_costs_nothing(room: Newsroom) -> None:
    free = socket.create_server(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    room.configure(config(f"http://127.0.0.1:{port}/"))
    assert not room.refresh().failed
    assert "connection refused" in broadsheet(room.folder, "status", "-q").stdout
