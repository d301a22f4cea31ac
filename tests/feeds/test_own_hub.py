"""Our own hub, by the Recommendation (WebSub, 2018) and the list of tests at websub.rocks/hub."""

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from feeds.context import Context, reopened
from feeds.daemon import Daemon
from feeds.server import Server
from feeds.serving import new_app
from feeds.tokens import digest
from ingest.store import outbox, subscriptions, tokens
from tests.feeds.cli.commands import broadsheet
from tests.listener import Answer, Heard, Listener, listener
from tests.newsroom import Newsroom, a_text

SITE = '[site]\ntitle = "Harbour News"\nurl = "https://example.org/"\nhubs = ["self"]\n'
LOOPBACK = '[fetch]\nallow_private = ["127.0.0.0/8"]\n'
INBOX = '[[source]]\nname = "inbox"\nfiles = "articles/**/*.txt"\n'
RSS, ATOM, JSON = (f"https://example.org/all.{format_}" for format_ in ("rss", "atom", "json"))
TEN_DAYS = "864000"


class Office:
    """A daemon with our hub, which ticks while a test waits."""

    def __init__(self, room: Newsroom, context: Context, daemon: Daemon, port: int) -> None:
        self.room = room
        self.context = context
        self.daemon = daemon
        self.port = port
        self.articles = 0

    def post(self, body: bytes, kind: str = "application/x-www-form-urlencoded") -> tuple[int, str]:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request("POST", "/hub", body, {"Content-Type": kind})
            response = connection.getresponse()
            return response.status, response.read().decode()

    def ask(self, callback: str, topic: str = RSS, mode: str = "subscribe", **more: str) -> int:
        form = {"hub.callback": callback, "hub.mode": mode, "hub.topic": topic}
        form |= {f"hub.{name}": value for name, value in more.items()}
        return self.post(urlencode(form).encode())[0]

    def until(self, done: Callable[[], bool]) -> None:
        end = time.monotonic() + 20
        while not done():
            assert time.monotonic() < end
            self.daemon.tick()
            time.sleep(0.01)

    def settle(self, but: int = 0) -> None:
        """Tick until nothing is due, but for so many callbacks that hang."""

        def rest() -> bool:
            with self.context.store.read() as tx:
                due = outbox.due(tx, self.context.clock(), 10_000)
            return len({letter.target for letter in due}) <= but

        self.until(rest)

    def subscribe(self, callback: str, topic: str = RSS, **more: str) -> None:
        assert self.ask(callback, topic, **more) == 202
        self.settle()

    def publish(self, but: int = 0) -> bytes:
        """Publish one more article, and let everybody be told; its title."""
        self.articles += 1
        title = f"Ferry number {self.articles} sails"
        self.room.write(f"{self.articles}.txt", a_text(title))
        self.room.rest()
        self.daemon.wake(["inbox"])
        self.until(lambda: title.encode() in self.room.bytes("all.rss"))
        self.settle(but)
        return title.encode()

    def waiting(self) -> list[outbox.Letter]:
        with self.context.store.read() as tx:
            far = self.context.clock().replace(year=self.context.clock().year + 1)
            return outbox.due(tx, far, 10_000)

    def count(self) -> subscriptions.Counts:
        with self.context.store.read() as tx:
            return subscriptions.count(tx, "127.0.0.1")


@contextmanager
def office(folder: Path, config: str = SITE + LOOPBACK + INBOX) -> Iterator[Office]:
    room = Newsroom(folder, config)
    room.write("first.txt", a_text("first"))
    room.rest()
    with room.open() as context:
        daemon = Daemon(context)
        app = new_app(context.settings, context.store, lambda: context.names, context.clock)
        server = Server(app, "127.0.0.1", 0)
        found = Office(room, context, daemon, server.start())
        try:
            found.until(lambda: (folder / "public/all.rss").is_file())
            yield found
        finally:
            assert daemon.close()
            assert server.stop(5)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("hub")) as found:
        yield found


@pytest.fixture
def hub(shared: Office) -> Iterator[Office]:
    """A hub without subscribers: to start one takes longer than any test."""
    yield shared
    shared.settle()
    with shared.context.store.write() as tx:
        subscriptions.keep(tx, ())
        for kind in ("verify", "distribute"):
            outbox.keep(tx, kind, ())


def agrees(heard: Heard) -> Answer:
    """What a subscriber says that wants everything it is asked about."""
    if heard.method == "GET":
        return 200, {}, heard.query["hub.challenge"].encode()
    return 204, {}, b""


@pytest.fixture
def reader() -> Iterator[Listener]:
    with listener() as up:
        up.answer = agrees
        yield up


def deliveries(reader: Listener) -> list[Heard]:
    return [heard for heard in reader.heard if heard.method == "POST"]


def test_100_a_typical_subscription(hub: Office, reader: Listener) -> None:
    hub.subscribe(f"{reader.url}callback")
    (asked,) = reader.heard
    assert (asked.method, asked.path.partition("?")[0]) == ("GET", "/callback")
    assert asked.query.keys() == {"hub.mode", "hub.topic", "hub.challenge", "hub.lease_seconds"}
    assert (asked.query["hub.mode"], asked.query["hub.topic"]) == ("subscribe", RSS)
    assert asked.query["hub.lease_seconds"] == TEN_DAYS
    assert len(asked.query["hub.challenge"]) >= 32
    hub.publish()
    (brought,) = deliveries(reader)
    assert brought.path == "/callback"
    assert brought.body == hub.room.bytes("all.rss")
    assert brought.headers["content-type"] == "application/rss+xml; charset=utf-8"
    hub_and_self = f'<https://example.org/hub>; rel="hub", <{RSS}>; rel="self"'
    assert brought.headers["link"].startswith(hub_and_self)
    assert "x-hub-signature" not in brought.headers
    assert hub.waiting() == []


@pytest.mark.parametrize(
    ("topic", "kind"), [(ATOM, "application/atom+xml"), (JSON, "application/feed+json")]
)
def test_100_the_type_is_that_of_the_topic(
    hub: Office, reader: Listener, topic: str, kind: str
) -> None:
    hub.subscribe(reader.url, topic)
    hub.publish()
    (brought,) = deliveries(reader)
    assert brought.headers["content-type"] == f"{kind}; charset=utf-8"
    assert brought.body == hub.room.bytes(topic.rpartition("/")[2])


def test_101_with_a_secret_what_is_brought_is_signed(hub: Office, reader: Listener) -> None:
    secret = "é" * 99  # 198 bytes
    hub.subscribe(reader.url, secret=secret)
    hub.publish()
    (brought,) = deliveries(reader)
    method, _, signature = brought.headers["x-hub-signature"].partition("=")
    assert method == "sha256"
    assert signature == hmac.new(secret.encode(), brought.body, hashlib.sha256).hexdigest()
    assert secret.encode() not in (hub.room.folder / "public/all.rss").read_bytes()


def test_102_what_nobody_knows_is_ignored(hub: Office, reader: Listener) -> None:
    hub.subscribe(reader.url, verify="sync", foo="bar", **{"x y": ""})
    hub.publish()
    assert len(deliveries(reader)) == 1


def test_103_who_subscribes_again_has_one_subscription_and_a_new_lease(
    hub: Office, reader: Listener
) -> None:
    hub.subscribe(reader.url, secret="one", lease_seconds="3600")
    hub.room.later(minutes=50)
    hub.subscribe(reader.url, secret="two", lease_seconds="3600")
    first, second = (heard.query["hub.challenge"] for heard in reader.heard)
    assert first != second
    hub.room.later(minutes=50)
    hub.publish()
    (brought,) = deliveries(reader)
    wanted = hmac.new(b"two", brought.body, hashlib.sha256).hexdigest()
    assert brought.headers["x-hub-signature"] == f"sha256={wanted}"


def test_104_who_unsubscribes_hears_no_more(hub: Office, reader: Listener) -> None:
    hub.subscribe(reader.url)
    assert hub.ask(reader.url, mode="unsubscribe") == 202
    hub.settle()
    asked = reader.heard[-1]
    assert asked.query["hub.mode"] == "unsubscribe"
    assert asked.query.keys() == {"hub.mode", "hub.topic", "hub.challenge"}
    hub.publish()
    assert deliveries(reader) == []
    assert hub.ask(reader.url, mode="unsubscribe") == 404


def test_what_was_in_force_stays_unless_the_callback_confirms(
    hub: Office, reader: Listener
) -> None:
    hub.subscribe(reader.url, secret="one")
    reader.answer = lambda heard: (404, {}, b"") if heard.method == "GET" else (200, {}, b"")
    for mode in ("unsubscribe", "subscribe"):  # somebody else may have asked
        assert hub.ask(reader.url, mode=mode, secret="other") == 202
        hub.settle()
    hub.publish()
    (brought,) = deliveries(reader)
    wanted = hmac.new(b"one", brought.body, hashlib.sha256).hexdigest()
    assert brought.headers["x-hub-signature"] == f"sha256={wanted}"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, b""),
        (500, b""),
        (302, b""),
        (200, b""),
        (200, b"another"),
        (200, b"x" * 10_000),
        (410, b""),
    ],
)
def test_a_callback_that_does_not_confirm_is_not_subscribed(
    hub: Office, reader: Listener, status: int, body: bytes
) -> None:
    reader.says(status, {"Location": reader.url} if status == 302 else {}, body)
    hub.subscribe(reader.url)
    assert len(reader.heard) == 1
    assert hub.count().all == 0
    hub.publish()
    assert deliveries(reader) == []


def test_a_challenge_counts_with_a_status_of_success_only(hub: Office, reader: Listener) -> None:
    reader.answer = lambda heard: (404, {}, agrees(heard)[2])
    hub.subscribe(reader.url)
    assert hub.count().all == 0


def test_the_callback_is_kept_as_it_is_with_its_query(hub: Office, reader: Listener) -> None:
    path = "a/b%20c?key=a%2Bb&x=%C3%A9"
    hub.subscribe(f"{reader.url}{path}")
    assert reader.heard[0].path.startswith(f"/{path}&hub.mode=subscribe&")
    hub.publish()
    assert [heard.path for heard in deliveries(reader)] == [f"/{path}"]


@pytest.mark.parametrize(
    ("asked", "given"),
    [("3600", "3600"), ("1", "300"), ("99999999999", "2592000"), ("", TEN_DAYS)],
)
def test_a_lease_is_kept_within_bounds(
    hub: Office, reader: Listener, asked: str, given: str
) -> None:
    hub.subscribe(reader.url, lease_seconds=asked)
    assert reader.heard[0].query["hub.lease_seconds"] == given


def test_nothing_is_brought_after_the_lease(hub: Office, reader: Listener) -> None:
    hub.subscribe(reader.url, lease_seconds="3600")
    hub.room.later(hours=1, seconds=1)
    hub.publish()
    assert deliveries(reader) == []
    with listener("127.0.0.2") as other:
        other.answer = agrees
        hub.subscribe(other.url)
    assert hub.count().all == 1  # what has ended is forgotten


BAD: dict[str, dict[str, str]] = {
    "hub.mode is subscribe": {"hub.mode": "publish"},
    "hub.topic is the address": {"hub.topic": ""},
    "hub.topic is no feed": {"hub.topic": "https://elsewhere.example/all.rss"},
    "hub.secret has less": {"hub.secret": "s" * 200},
    "hub.callback is a whole": {"hub.callback": "/callback"},
    "whole http or https": {"hub.callback": "gopher://reader.example/"},
    "a password": {"hub.callback": "https://a:b@reader.example/"},
    "a #fragment": {"hub.callback": "https://reader.example/#x"},
    "not part of an address": {"hub.callback": "https://reader.example/a b"},
    "than 2000": {"hub.callback": "https://reader.example/" + "a" * 2_000},
    "a number of seconds": {"hub.lease_seconds": "-5"},
}


@pytest.mark.parametrize("why", BAD)
def test_a_request_that_cannot_be_is_refused_with_the_reason(hub: Office, why: str) -> None:
    form = {"hub.callback": "http://127.0.0.1:9/", "hub.mode": "subscribe", "hub.topic": RSS}
    status, text = hub.post(urlencode(form | BAD[why]).encode())
    assert 400 <= status < 500
    assert why in text
    assert hub.waiting() == []


@pytest.mark.parametrize(
    "topic", ["https://example.org/", f"{RSS}?x", "https://example.org/no.rss"]
)
def test_only_our_feeds_are_topics(hub: Office, topic: str) -> None:
    assert hub.ask("http://127.0.0.1:9/", topic) == 404


def test_what_is_no_form_is_refused(hub: Office) -> None:
    assert hub.post(b"{}", "application/json")[0] == 415
    assert hub.post(b"hub.mode=%ff")[0] == 400
    assert hub.post(b"hub.mode=\xff")[0] == 400
    assert hub.post(b"a=1&" * 100)[0] == 400
    assert hub.post(b"a=" + b"1" * 10_000)[0] == 413
    with closing(HTTPConnection("127.0.0.1", hub.port, timeout=10)) as connection:
        connection.request("GET", "/hub")
        response = connection.getresponse()
        assert (response.status, response.headers["allow"]) == (405, "POST")


def test_a_form_that_never_ends_is_given_up(hub: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.server.hub._SECONDS", 0.2)
    with socket.create_connection(("127.0.0.1", hub.port), 10) as peer:
        peer.sendall(
            b"POST /hub HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: 100\r\n\r\nhub.mode="
        )
        assert b" 408 " in peer.recv(100)


def test_who_is_gone_is_forgotten(hub: Office, reader: Listener) -> None:
    hub.subscribe(reader.url)
    reader.says(410)
    hub.publish()
    assert (hub.count().all, hub.waiting()) == (0, [])


def test_who_fails_is_tried_until_the_lease_ends_and_then_brought_the_newest_once(
    hub: Office, reader: Listener
) -> None:
    hub.subscribe(reader.url, lease_seconds="86400")
    reader.says(500)
    hub.publish()
    hub.publish()
    assert len(deliveries(reader)) == 1
    hub.room.later(minutes=2)
    hub.settle()
    assert len(deliveries(reader)) == 2
    reader.answer = agrees
    hub.room.later(hours=1)
    hub.settle()
    assert len(deliveries(reader)) == 3
    assert deliveries(reader)[-1].body == hub.room.bytes("all.rss")
    reader.says(302, {"Location": reader.url})  # not followed
    hub.publish()
    assert len(deliveries(reader)) == 4
    hub.room.later(days=2)
    hub.settle()
    assert len(deliveries(reader)) == 4
    assert hub.waiting() == []


def test_a_private_callback_is_never_spoken_to(tmp_path: Path, reader: Listener) -> None:
    with office(tmp_path, SITE + INBOX) as hub:
        assert hub.ask(reader.url) == 202
        hub.settle()
        assert hub.count().all == 0
    assert reader.heard == []


def test_one_that_hangs_or_lies_holds_up_no_other(hub: Office, reader: Listener) -> None:
    with listener("127.0.0.2") as slow, listener("127.0.0.3") as lying:
        slow.answer = lying.answer = agrees
        hub.subscribe(slow.url)
        hub.subscribe(lying.url)
        hub.subscribe(reader.url)
        slow.hang = True
        lying.says(200, {}, b"x" * 1_000_000)  # nobody reads it
        hub.publish(but=1)
        hub.publish(but=1)
        assert len(deliveries(slow)) == 1
        slow.over.set()
    assert len(deliveries(reader)) == len(deliveries(lying)) == 2


def test_a_host_hears_one_at_a_time(hub: Office, reader: Listener) -> None:
    for number in range(6):
        assert hub.ask(f"{reader.url}{number}") == 202
    hub.settle()
    hub.publish()
    assert sorted(heard.path for heard in deliveries(reader)) == [f"/{n}" for n in range(6)]
    assert reader.at_once == 1


def test_there_are_no_more_than_so_many(
    hub: Office, reader: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.subscribers._MOST_OF_HOST", 2)
    monkeypatch.setattr("feeds.subscribers._MOST", 3)
    hub.subscribe(f"{reader.url}1")
    hub.subscribe(f"{reader.url}2")
    assert hub.ask(f"{reader.url}3") == 429
    assert hub.ask(f"{reader.url}2") == 202  # who has one renews it
    hub.settle()
    with listener("127.0.0.2") as other, listener("127.0.0.3") as third:
        other.answer = third.answer = agrees
        hub.subscribe(other.url)
        assert hub.ask(third.url) == 503
        hub.room.later(days=11)
        hub.subscribe(third.url)
    monkeypatch.setattr("feeds.subscribers._MOST_ASKED", 0)
    assert hub.ask(f"{reader.url}9") == 503


def test_what_changes_while_it_is_brought_is_brought_once(hub: Office, reader: Listener) -> None:
    hub.subscribe(reader.url)
    reader.hang = True
    hub.publish(but=1)
    reader.wait_for(2)
    later = hub.publish(but=1)
    assert len(deliveries(reader)) == 1
    reader.hang = False
    reader.over.set()
    hub.settle()
    assert [later in heard.body for heard in deliveries(reader)] == [False, True]
    hub.settle()
    assert len(deliveries(reader)) == 2


def test_the_same_bytes_are_not_brought_twice(hub: Office, reader: Listener) -> None:
    hub.subscribe(reader.url)
    hub.publish()
    with hub.context.store.write() as tx:  # as after a kill between the answer and its note
        outbox.post(tx, "distribute", [(reader.url, RSS)], hub.room.now)
    hub.settle()
    assert len(deliveries(reader)) == 1


def test_a_restart_loses_nothing_and_doubles_nothing(tmp_path: Path, reader: Listener) -> None:
    with office(tmp_path) as hub:
        hub.subscribe(reader.url)
        hub.publish()
        hub.subscribe(f"{reader.url}other", ATOM)
        reader.says(503)
        hub.publish()
        reader.answer = agrees
        assert hub.ask(f"{reader.url}third", JSON) == 202  # nobody has been asked yet
    before, heard = len(deliveries(reader)), len(reader.heard)
    room = Newsroom(tmp_path, SITE + LOOPBACK + INBOX)
    room.later(hours=1)
    with room.open() as context, closing(Ticking(context)) as daemon:
        daemon.until(lambda: len(reader.heard) >= heard + 3)
    brought = deliveries(reader)[before:]
    assert sorted(heard.path for heard in brought) == ["/", "/other"]
    assert {heard.body for heard in brought} == {room.bytes("all.rss"), room.bytes("all.atom")}


class Ticking:
    """A daemon alone, for another life of the same data."""

    def __init__(self, context: Context) -> None:
        self._daemon = Daemon(context)

    def until(self, done: Callable[[], bool]) -> None:
        for _ in range(300):
            self._daemon.tick()
            threading.Event().wait(0.01)
            if done():
                break
        for _ in range(20):
            self._daemon.tick()
            threading.Event().wait(0.01)

    def close(self) -> None:
        assert self._daemon.close()


def test_status_counts_subscriptions(hub: Office, reader: Listener) -> None:
    hub.subscribe(reader.url)
    done = broadsheet(hub.room.folder, "status")
    assert "Our hub has 1 subscription." in done.stdout
    reader.says(500)
    hub.publish()
    done = broadsheet(hub.room.folder, "status")  # subscribers come and go: no trouble of ours
    assert (done.exit_code, "not told" in done.stdout) == (0, False)


def test_documents_name_our_hub_and_it_is_never_asked_by_ourselves(hub: Office) -> None:
    assert b'rel="hub" href="https://example.org/hub"' in hub.room.bytes("all.rss")
    assert b'rel="hub" href="https://example.org/hub"' in hub.room.bytes("all.atom")
    assert json.loads(hub.room.bytes("all.json"))["hubs"][0]["url"] == "https://example.org/hub"
    assert hub.waiting() == []


def test_without_our_hub_the_subscriptions_end(hub: Office, reader: Listener) -> None:
    hub.subscribe(reader.url)
    hub.room.configure(SITE.replace('["self"]', "[]") + LOOPBACK + INBOX)
    with hub.room.open() as context, context.store.read() as tx:
        assert subscriptions.count(tx, "").all == 0


@pytest.mark.parametrize(("hubs", "status"), [('["self"]', 503), ("[]", 405)])
def test_a_server_alone_takes_no_subscriptions(tmp_path: Path, hubs: str, status: int) -> None:
    room = Newsroom(tmp_path, SITE.replace('["self"]', hubs) + INBOX)
    with room.open() as context:
        server = Server(
            new_app(context.settings, context.store, lambda: context.names, None), "127.0.0.1", 0
        )
        port = server.start()
        hub = Office(room, context, Daemon(context), port)
        try:
            assert hub.ask("http://127.0.0.1:9/") == status
            assert hub.waiting() == []
        finally:
            assert server.stop(5)
            assert hub.daemon.close()


def test_a_feed_that_is_made_is_a_topic_once_it_is_there(tmp_path: Path) -> None:
    made = '[[feed]]\nname = "all"\n[[feed]]\nname = "by"\neach = "source"\nat_least = 2\n'
    topic = "https://example.org/by-inbox.rss"
    with office(tmp_path, SITE + LOOPBACK + INBOX + made) as hub, listener() as callback:
        callback.answer = agrees
        assert hub.ask(callback.url, topic) == 404
        hub.publish()
        hub.subscribe(callback.url, topic)
        title = hub.publish()
        posted = [heard for heard in callback.heard if heard.method == "POST"]
        assert [title in heard.body for heard in posted] == [True]
        hub.daemon.reload(reopened(hub.context, hub.context.settings))
        hub.publish()
        assert len([heard for heard in callback.heard if heard.method == "POST"]) == 2


BOARD = '[[feed]]\nname = "all"\n[[feed]]\nname = "board"\nprivate = true\n'
PRIVATE = "https://example.org/private/"


def test_a_private_feed_is_a_topic_with_a_token_that_opens_it(
    tmp_path: Path, reader: Listener
) -> None:
    with office(tmp_path, SITE + LOOPBACK + INBOX + BOARD) as hub:
        with hub.context.store.write() as tx:
            for name, made in (("Ann", "Tann"), ("Bo", "Tbo")):
                tokens.put(tx, "board", name, digest(made), hub.context.clock())
        closed = ("private/board/board.atom", "private/Tno/board.atom", "board.atom")
        others = ("private/Tann/all.atom", "private/Tann/board.xml", "private/Tann/x/board.atom")
        said = {hub.ask(reader.url, f"https://example.org/{path}") for path in (*closed, *others)}
        assert said == {404}
        ann, bo = (f"{PRIVATE}{token}/board.atom" for token in ("Tann", "Tbo"))
        hub.subscribe(f"{reader.url}ann", ann)
        hub.subscribe(f"{reader.url}bo", bo)
        assert {heard.query["hub.topic"] for heard in reader.heard} == {ann, bo}
        title = hub.publish()
        found = {heard.path: heard for heard in deliveries(reader)}
        assert found.keys() == {"/ann", "/bo"}
        body = (tmp_path / "data/private/board/board.atom").read_bytes()
        assert title in body
        assert {heard.body for heard in found.values()} == {body}
        assert b"Tann" not in body
        with closing(HTTPConnection("127.0.0.1", hub.port, timeout=10)) as connection:
            connection.request("GET", "/private/Tann/board.atom")
            link = connection.getresponse().getheader("link")
        assert link == (
            '<https://example.org/hub>; rel="hub", <./board.atom>; rel="self", '
            '<./>; rel="alternate"; type="text/html"'
        )
        assert f'<{ann}>; rel="self"' in found["/ann"].headers["link"]
        assert "Tbo" not in found["/ann"].headers["link"]
        with hub.context.store.write() as tx:
            tokens.revoke(tx, "board", "Ann")  # at once, whoever forgets the subscription and when
        hub.publish()
        assert sorted(one.path for one in deliveries(reader)) == ["/ann", "/bo", "/bo"]
        assert hub.count().all == 2
        assert broadsheet(tmp_path, "token", "rotate", "board", "Bo").exit_code == 0
        assert hub.count().all == 0
