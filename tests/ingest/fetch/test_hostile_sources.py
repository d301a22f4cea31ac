"""Every kind of source at a bad server, through whole runs: what was published stays."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from gzip import compress
from pathlib import Path

import pytest

from feeds.context import Context
from ingest.fetch import Fetcher
from ingest.store.runs import RunReport
from tests.ingest.fetch.conftest import Handler, Make, Serve, Server
from tests.ingest.fetch.test_fetch_limits import DEADLINE, HEAD, dripping, ends_within
from tests.ingest.kinds import FORMS, NAMES, SITE
from tests.ingest.test_kinds import page
from tests.newsroom import Newsroom

HOSTS = {"private.example": "10.0.0.1", "local.example": "169.254.1.1", "v6.example": "fd00::1"}
BOMB = compress(bytes(20_000_000), mtime=0)


def says(status: str, *head: str, body: bytes = b"") -> Handler:
    lines = "\r\n".join((f"HTTP/1.1 {status}", *head, "", ""))
    return lambda peer, _over: peer.sendall(lines.encode() + body)


class Town(Newsroom):
    """A newsroom with one source, whose index is answered by `handler` as long as there is one."""

    def __init__(self, folder: Path, serve: Serve, make: Make, form: str) -> None:
        self.handler: Handler | None = None
        self.server: Server = serve(self._answer)
        options, self.index = FORMS[form]
        source = options.format(self.url("/index")).replace("'", '"')
        self.opened = ExitStack()
        self._context: Context | None = None
        super().__init__(folder, f'{SITE}[[source]]\nname = "wire"\n{source}\n')
        self._make = make
        self.fetcher = self.patient()

    def patient(self, **limits: float) -> Fetcher:
        """A fetcher with as much patience as usual, unless it is told otherwise."""
        return self._make(self._resolve, **limits)

    def url(self, path: str) -> str:
        return self.server.url(path)

    def _resolve(self, host: str, _port: int) -> tuple[str, ...]:
        return (HOSTS.get(host) or (host if host[0].isdigit() else "127.0.0.1"),)

    @contextmanager
    def open(self) -> Iterator[Context]:
        if self._context is None:
            self._context = self.opened.enter_context(super().open())
        yield replace(self._context, fetcher=self.fetcher)

    def look(self) -> RunReport:
        (run,) = self.refresh("wire").runs
        return run

    def _answer(self, peer: socket.socket, over: threading.Event) -> None:
        path = self.server.requests[-1].split()[1].decode()
        if path == "/robots.txt":
            return says("404 No")(peer, over)
        if path.startswith("/a/"):
            return says("200 OK", "Content-Type: text/html", body=page(path[3:]).encode())(
                peer, over
            )
        if self.handler and path.startswith("/index"):
            return self.handler(peer, over)
        body, media = self.index(self, *NAMES)
        return says("200 OK", f"Content-Type: {media}", body=body.encode())(peer, over)


@pytest.fixture(params=["feed", "list", "sitemap", "url"])
def town(
    tmp_path: Path, serve: Serve, make: Make, request: pytest.FixtureRequest
) -> Iterator[Town]:
    """A source of each kind that was read once."""
    found = Town(tmp_path, serve, make, request.param)
    with found.opened:
        assert found.look().new == 5
        yield found


BAD: dict[str, tuple[Handler, str]] = {
    "drips its headers": (dripping(b"HTTP/1.1 200 OK\r\n", b"X-Y: z\r\n"), "within 0.2 seconds"),
    "drips its body": (dripping(HEAD + b"\r\n", b"x"), "within 0.2 seconds"),
    "never ends": (dripping(HEAD + b"\r\n", b"x" * 100_000), "larger than 300,000 bytes"),
    "sends a bomb": (
        says("200 OK", "Content-Type: text/html", "Content-Encoding: gzip", body=BOMB),
        "larger than",
    ),
    "lies about its length": (
        says("200 OK", "Content-Type: text/xml", "Content-Length: 900", body=b"<rss>"),
        "cut short",
    ),
    "redirects in a circle": (says("302 X", "Location: /index"), "in a circle"),
    "redirects to a private host": (says("301 X", "Location: http://private.example/"), "10.0.0.1"),
    "redirects to a local link": (says("302 X", "Location: http://local.example/"), "169.254.1.1"),
    "redirects to metadata": (
        says("307 X", "Location: http://169.254.169.254/latest/meta-data/"),
        "169.254.169.254",
    ),
    "redirects to a private v6": (says("308 X", "Location: http://v6.example/"), "fd00::1"),
    "is overloaded": (says("503 X", "Retry-After: 7200"), "left alone for 2 hours"),
    "is asked too often": (
        says("429 X", "Date: Mon, 01 Jun 2026 12:00:00 GMT",
             "Retry-After: Mon, 01 Jun 2026 14:00:00 GMT"),
        "left alone for 2 hours",
    ),
    "is gone": (says("410 X"), "gone for good"),
}  # fmt: skip


def test_a_bad_server_costs_its_deadline_and_nothing_that_was_published(
    town: Town, serve: Serve
) -> None:
    before = town.state()
    private = serve(says("200 OK", body=b"secret"), address="127.0.0.2")
    to_private = says("301 X", f"Location: http://127.0.0.2:{private.port}/")
    for bad, (handler, words) in (BAD | {"redirects here": (to_private, "127.0.0.2")}).items():
        town.handler = handler
        town.fetcher = town.patient(deadline=DEADLINE, max_bytes=300_000)
        town.later(hours=2)
        with ends_within(DEADLINE + 1):
            run = town.look()
        assert run.outcome == "failed", bad
        assert [words in one.reason for one in run.troubles] == [True], (bad, run.troubles)
        assert town.state() == before, bad
    assert private.connections == 0
    town.handler, town.fetcher = None, town.patient()
    town.later(hours=2)
    assert town.look().outcome == "ok"
    assert town.state() == before


def test_a_server_that_lies_about_its_charset_changes_nothing(town: Town) -> None:
    before = town.state()
    body, media = town.index(town, *NAMES)
    for charset in ("utf-16", "klingon", "us-ascii"):
        kind = f"Content-Type: {media}; charset={charset}"
        town.handler = says("200 OK", kind, body=body.encode() + b"<!-- \xc3\xa4 -->")
        town.later(hours=2)
        run = town.look()
        assert (run.outcome, run.new, run.updated) == ("ok", 0, 0), run.troubles
        assert town.state() == before
