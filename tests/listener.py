"""Whoever is told something over HTTP on loopback: a hub, a subscriber, a webhook."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One request: its path with the query, its headers in small letters, its body."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.path).query).items()}

    @property
    def form(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(self.body.decode()).items()}


Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Listener:
    """`answer` makes what is said to a request; `hang` says nothing at all.

    `at_once` is the most requests that were ever under way together.
    """

    url: str
    answer: Callable[[Heard], Answer] = lambda _: (204, {}, b"")
    hang: bool = False
    heard: list[Heard] = field(default_factory=list)
    at_once: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def forms(self) -> list[dict[str, str]]:
        """What was posted, in a fixed order."""
        forms = [one.form for one in self.heard if one.method == "POST"]
        return sorted(forms, key=lambda form: sorted(form.items()))

    def says(self, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
        """Answer this to everything."""
        self.answer = lambda _: (status, headers or {}, body)

    def wait_for(self, count: int, seconds: float = 10) -> None:
        """Wait until so many requests were heard."""
        until = time.monotonic() + seconds
        while len(self.heard) < count:
            assert time.monotonic() < until, self.heard
            time.sleep(0.01)


@contextmanager
def listener(address: str = "127.0.0.1") -> Iterator[Listener]:
    """One that is up, and answers 204; each `address` of loopback is another host."""
    lock, under_way = threading.Lock(), [0]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            with lock:
                under_way[0] += 1
                told.at_once = max(told.at_once, under_way[0])
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            heard = Heard(method=self.command, path=self.path, headers=headers, body=body)
            told.heard.append(heard)
            if told.hang:
                told.over.wait(30)
            status, said, answer = told.answer(heard)
            with lock:
                under_way[0] -= 1
            self.send_response(status)
            for name, value in said.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    server = ThreadingHTTPServer((address, 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    told = Listener(f"http://{address}:{server.server_port}/")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield told
    finally:
        told.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
