"""Real servers on loopback that behave as badly as the test asks for."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest

from config.settings import Fetch
from ingest.article import Document, Validators
from ingest.fetch import Fetcher

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
Handler = Callable[[socket.socket, threading.Event], None]


class Server:
    """Takes connections on loopback and hands each to `handler` in a thread of its own."""

    def __init__(
        self, handler: Handler, *, read_request: bool = True, address: str = "127.0.0.1"
    ) -> None:
        self.connections = 0
        self.requests: list[bytes] = []
        self._handler = handler
        self._read_request = read_request
        self._over = threading.Event()
        self._listener = socket.create_server((address, 0), backlog=20)
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def url(self, path: str = "/", host: str = "news.example") -> str:
        return f"http://{host}:{self.port}{path}"

    def close(self) -> None:
        self._over.set()
        with contextlib.suppress(OSError):  # wakes the acceptor
            socket.create_connection(self._listener.getsockname(), 1).close()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            peer, _ = self._listener.accept()
            if self._over.is_set():
                return peer.close()
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(peer,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, peer: socket.socket) -> None:
        with peer, contextlib.suppress(OSError):
            peer.settimeout(5)
            if self._read_request:
                request = b""
                while not request.endswith(b"\r\n\r\n") and (piece := peer.recv(65_536)):
                    request += piece
                self.requests.append(request)
            self._handler(peer, self._over)


Serve = Callable[..., Server]
Answer = Callable[..., Server]
Make = Callable[..., Fetcher]


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start servers with a handler each; they end with the test."""
    servers: list[Server] = []

    def start(handler: Handler, **options: Any) -> Server:
        servers.append(Server(handler, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def answer(serve: Serve) -> Answer:
    """Start a server that gives one fixed answer: `head` lines without status, then `body`."""

    def start(
        body: bytes = b"<p>Hello", head: str = "Content-Type: text/html", status: str = "200 OK"
    ) -> Server:
        lines = f"HTTP/1.1 {status}\r\nConnection: close\r\n{head}\r\n\r\n"
        return serve(lambda peer, _: peer.sendall(lines.encode("latin-1") + body))

    return start


@pytest.fixture
def make() -> Iterator[Make]:
    """Make fetchers that may speak to loopback, where every name of theirs leads."""
    fetchers: list[Fetcher] = []

    def start(
        resolve: Callable[[str, int], Sequence[str]] = lambda _host, _port: ("127.0.0.1",),
        *,
        private: tuple[str, ...] = ("127.0.0.1/32",),
        deadline: float = 10,
        gap: float = 0,
        **limits: Any,
    ) -> Fetcher:
        values: dict[str, Any] = {
            "allow_private": tuple(ip_network(network) for network in private),
            "deadline": timedelta(seconds=deadline),
            "gap": timedelta(seconds=gap),
        }
        fetcher = Fetcher(
            Fetch().model_copy(update=values | limits),  # shorter than operators may ask for
            contact="https://example.org/über",
            version="1.2",
            resolve=resolve,
        )
        fetchers.append(fetcher)
        return fetcher

    yield start
    for fetcher in fetchers:
        fetcher.close()


@pytest.fixture
def get(make: Make) -> Callable[[str], Document]:
    """Fetch a URL with the usual limits; it has to give a document."""

    def fetch(url: str) -> Document:
        document = make().fetch(url, Validators(), NOW)
        assert isinstance(document, Document)
        return document

    return fetch
