"""A Broadsheet that is told of the news of an upstream feed, and the hub of that feed."""

import hashlib
import hmac
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from config.load import load
from config.rules import with_rules
from feeds.context import Context, reopened
from feeds.daemon import Daemon
from feeds.server import Server
from feeds.serving import new_app
from ingest.store import outbox, pushes, sources, subscriptions
from ingest.store.pushes import Push
from ingest.store.sources import SourceState
from tests.listener import Answer, Heard, Listener, listener
from tests.newsroom import Newsroom, a_text

LOOPBACK = '[fetch]\nallow_private = ["127.0.0.0/8"]\ngap = "0s"\n'
SITE = '[site]\ntitle = "Reader"\nurl = "{url}"\n'


class Running:
    """A daemon and its server at a real address, which ticks while a test waits."""

    def __init__(self, room: Newsroom, context: Context, daemon: Daemon, url: str) -> None:
        self.room = room
        self.daemon = daemon
        self.url = url
        self.beside: list[Running] = []  # others that tick too
        self._context = context

    @property
    def context(self) -> Context:
        return self.daemon.context

    @property
    def settled(self) -> bool:
        """Whether nothing is due."""
        now = self.context.clock()
        with self.context.store.read() as tx:
            waits = outbox.due(tx, now, 1) or pushes.due(tx, now, 1)
            return not (waits or sources.due(tx, set(self.context.names), now))

    def until(self, done: Callable[[], bool]) -> None:
        end = time.monotonic() + 20
        while not done():
            assert time.monotonic() < end
            for one in (self, *self.beside):
                one.daemon.tick()
            time.sleep(0.01)

    def settle(self) -> None:
        self.until(lambda: self.settled)

    def later(self, **span: float) -> None:
        """Let time pass, and what is due by then be done."""
        self.room.later(**span)
        self.settle()

    def reload(self, config: str) -> None:
        """Go by another configuration from now on."""
        self.room.configure(config.replace("{url}", self.url))
        settings = with_rules(load(self.room.folder / "broadsheet.toml", {}), {})
        self.daemon.reload(reopened(self.context, settings))

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, str]:
        """One request to the server, by anybody."""
        place = urlsplit(self.url)
        with closing(HTTPConnection(place.hostname or "", place.port, timeout=10)) as connection:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.read().decode()

    def titles(self) -> list[str]:
        """What is published, newest first; none before the first edition."""
        there = (self.room.folder / "public/all.atom").is_file()
        return self.room.titles() if there else []

    def wait_for(self, title: str) -> None:
        self.until(lambda: title in self.titles())

    def count(self) -> int:
        """How many subscriptions its own hub has."""
        with self.context.store.read() as tx:
            return subscriptions.count(tx, "").all

    def push(self, name: str = "up") -> Push | None:
        """What it has with the hub of a source."""
        with self.context.store.read() as tx:
            return pushes.of_source(tx, self.state(name).id)

    def state(self, name: str = "up") -> SourceState:
        with self.context.store.read() as tx:
            return sources.states(tx)[name]


@contextmanager
def running(folder: Path, config: str, before: Running | None = None) -> Iterator[Running]:
    """Start one, or `before` again; `{url}` in `config` is its own address."""
    port = (urlsplit(before.url).port or 0) if before else 0
    server = Server(_nothing, "127.0.0.1", port)
    url = f"http://127.0.0.1:{server.start()}/"
    folder.mkdir(exist_ok=True)
    room = before.room if before else Newsroom(folder, config.replace("{url}", url))
    with room.open() as context:
        daemon = Daemon(context)
        names = lambda: daemon.context.names  # noqa: E731
        server.serve(new_app(context.settings, context.store, names, context.clock))
        try:
            yield Running(room, context, daemon, url)
        finally:
            assert daemon.close()
            assert server.stop(5)


async def _nothing(*_: object) -> None:
    raise AssertionError


class Newspaper:
    """A Broadsheet that publishes, and tells `hubs` (a TOML list)."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.url = running.url

    def write(self, title: str) -> None:
        """Publish an article."""
        room = self.running.room
        room.write(f"{title}.txt", a_text(title))
        room.rest()
        self.running.daemon.wake(["inbox"])


@contextmanager
def newspaper(folder: Path, hubs: str) -> Iterator[Newspaper]:
    inbox = '[[source]]\nname = "inbox"\nfiles = "articles/*.txt"\n'
    with running(folder, f"{SITE}hubs = {hubs}\n{LOOPBACK}{inbox}") as found:
        paper = Newspaper(found)
        paper.write("First")
        found.wait_for("First")
        yield paper


class Upstream:
    """A feed at `feed` and its hub at `hub`, which says to requests what `hub_says`."""

    def __init__(self, site: Listener) -> None:
        self.site = site
        self.entries: list[str] = []
        self.hubs: list[str] = [f"{site.url}hub"]
        self.topic = f"{site.url}feed"
        self.links = ""
        self.hub_says: Answer = (202, {}, b"")
        site.answer = self._answer

    @property
    def feed(self) -> bytes:
        hubs = "".join(f'<link rel="hub" href="{hub}"/>' for hub in self.hubs)
        entries = "".join(
            f"<entry><id>tag:up.example,2026:{n}</id><title>{title}</title>"
            f"<updated>2026-05-01T12:00:{n:02}Z</updated><content>Words of {title}.</content>"
            f'<link href="https://up.example/{n}"/></entry>'
            for n, title in enumerate(self.entries)
        )
        return (
            '<feed xmlns="http://www.w3.org/2005/Atom"><id>tag:up.example,2026:f</id>'
            f"<title>Up</title><updated>2026-05-01T12:00:00Z</updated>{hubs}"
            f'<link rel="self" href="{self.topic}"/>{entries}</feed>'
        ).encode()

    @property
    def looks(self) -> int:
        """How often the feed was asked for."""
        return sum(one.method == "GET" for one in self.site.heard)

    @property
    def asked(self) -> list[dict[str, str]]:
        """What the hub was asked for, one after the other."""
        return [one.form for one in self.site.heard if one.method == "POST"]

    def _answer(self, heard: Heard) -> Answer:
        if heard.method == "POST":
            return self.hub_says
        links = {"Link": self.links} if self.links else {}
        return 200, {"Content-Type": "application/atom+xml", **links}, self.feed


@contextmanager
def upstream() -> Iterator[Upstream]:
    with listener() as site:
        found = Upstream(site)
        found.entries = ["First"]
        yield found


def path_of(form: dict[str, str]) -> str:
    """The path of the callback that a hub was given."""
    return urlsplit(form["hub.callback"]).path


def verify(reader: Running, form: dict[str, str], **more: str) -> tuple[int, str]:
    """Ask what a hub asks who wants to subscribe; `more` is said otherwise."""
    said = {"mode": form["hub.mode"], "topic": form["hub.topic"], "challenge": "are you there?"}
    said |= {"lease_seconds": "864000"} | more
    query = urlencode({f"hub.{name}": value for name, value in said.items()})
    return reader.ask("GET", f"{path_of(form)}?{query}")


def deliver(
    reader: Running, form: dict[str, str], body: bytes, method: str = "sha256", secret: str = ""
) -> tuple[int, str]:
    """Push `body` as the hub does that was asked with `form`."""
    key = (secret or form["hub.secret"]).encode()
    proof = hmac.new(key, body, getattr(hashlib, method)).hexdigest()
    return reader.ask("POST", path_of(form), body, {"X-Hub-Signature": f"{method}={proof}"})
