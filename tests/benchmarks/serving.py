"""How many answers a second the server gives, beside what bare servers give on the same machine.

`python -m tests.benchmarks.serving [--seconds 5] [--rounds 3]` publishes a feed, and asks for it
from processes of its own over connections that stay open. Compared in one run, in turn:

- ours: 304 of our server, and the whole feed compressed, each with a share of
- bare: an app of one route, in the same uvicorn, that answers with the same headers and bytes;
- nginx, where it is installed: the feed's file and any other file of that size, in one folder.

Only the ratios count: the answers a second are those of the machine.
"""

import argparse
import asyncio
import gzip
import multiprocessing
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feeds.files import write_if_changed, write_with_siblings
from feeds.manifest import FileRecord, Manifest, dumps
from feeds.server import Limits, Server, create_app

_ENTRY = "<item><title>Report {n}</title><description>{digest}</description></item>"
_CONNECTIONS = 16
_CHANGED = datetime(2026, 6, 1, 12, tzinfo=UTC)

Headers = list[tuple[bytes, bytes]]


def feed(size: int) -> bytes:
    """A document of about so many bytes that compresses about as text does."""
    items, total = [b"<rss version='2.0'><channel>"], 0
    while total < size:
        digest = " ".join(sha256(f"{len(items)}-{k}".encode()).hexdigest()[:8] for k in range(80))
        items.append(_ENTRY.format(n=len(items), digest=digest).encode())
        total += len(items[-1])
    return b"\n".join([*items, b"</channel></rss>"])


class _Asking(asyncio.Protocol):
    """Sends the same request again as soon as its answer, of `size` bytes, is there."""

    def __init__(self, request: bytes, size: int) -> None:
        self.answers = 0
        self._request = request
        self._size = size
        self._got = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._got += len(data)
        if self._got >= self._size:
            assert self._got == self._size, "the answers differ in size"
            self._got = 0
            self.answers += 1
            self._transport.write(self._request)


def _ask(port: int, request: bytes, size: int, seconds: float, pipe: Connection) -> None:
    async def run() -> int:
        loop = asyncio.get_running_loop()
        made = [
            await loop.create_connection(lambda: _Asking(request, size), "127.0.0.1", port)
            for _ in range(_CONNECTIONS)
        ]
        await asyncio.sleep(seconds)
        for transport, _ in made:
            transport.abort()
        return sum(protocol.answers for _, protocol in made)

    pipe.send(asyncio.run(run()))


def rate(port: int, request: bytes, seconds: float, clients: int) -> float:
    """Answers a second to so many processes that ask with `request`."""
    size = asyncio.run(_size(port, request))
    context = multiprocessing.get_context("fork")
    pipes = [context.Pipe(duplex=False) for _ in range(clients)]
    asking = [
        context.Process(target=_ask, args=(port, request, size, seconds, there))
        for _, there in pipes
    ]
    for process in asking:
        process.start()
    answers = sum(int(here.recv()) for here, _ in pipes)
    for process in asking:
        process.join()
    return answers / seconds


async def _size(port: int, request: bytes) -> int:
    """The bytes of one answer, once no more come."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    size = 0
    while True:
        try:
            size += len(await asyncio.wait_for(reader.read(1_000_000), 0.3))
        except TimeoutError:
            writer.close()
            return size


def asking(path: str, **headers: str) -> bytes:
    """A request as readers send it."""
    lines = [f"GET {path} HTTP/1.1", "Host: news.example.org", "User-Agent: Reader/1.0"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _serve(start: Callable[[], Server], pipe: Connection) -> None:
    server = start()
    pipe.send(server.start())
    pipe.recv()
    server.stop(5)


@contextmanager
def in_a_process(start: Callable[[], Server]) -> Iterator[int]:
    """A server in a process of its own: its port."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(start, there))
    process.start()
    try:
        yield here.recv()
    finally:
        here.send(None)
        process.join()


def ours(folder: Path) -> Callable[[], Server]:
    """Our server over a published folder, with limits as they are by default."""
    limits = Limits(60)
    app = create_app(folder / "public", folder / "editions", lambda: 900, limits=limits)
    return lambda: Server(app, "127.0.0.1", 0)


def bare(headers: Headers, body: bytes, packed: Headers) -> Callable[[], Server]:
    """An app of one route that knows its answers: 304 to who sends a condition, else `body`."""

    async def answer(request: Request) -> Response:
        known = "if-none-match" in request.headers
        response = Response(status_code=304) if known else Response(body)
        response.raw_headers = headers if known else packed
        return response

    app = Starlette(routes=[Route("/all.rss", answer)])
    return lambda: Server(app, "127.0.0.1", 0)


@contextmanager
def nginx(folder: Path) -> Iterator[int]:
    """nginx over the same folder, as Debian has it: its port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    paths = "".join(
        f"{kind}_temp_path {folder / kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; worker_processes 1; pid {folder / 'pid'}; error_log stderr crit;\n"
        f"{'user root;' if os.geteuid() == 0 else ''}\nevents {{}}\n"
        f"http {{ {paths} access_log off; include /etc/nginx/mime.types;"
        f" keepalive_requests 1000000;"
        f" server {{ listen 127.0.0.1:{port}; root {folder / 'public'}; gzip_static on; }} }}\n"
    )
    command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    process = subprocess.Popen(command)
    try:
        time.sleep(0.5)
        yield port
    finally:
        process.terminate()
        process.wait()


def headers_of(port: int, request: bytes) -> Headers:
    """The headers of an answer but those that uvicorn adds itself."""

    async def head() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request)
        found = await reader.readuntil(b"\r\n\r\n")
        writer.close()
        return found

    lines = asyncio.run(head()).split(b"\r\n")[1:-2]
    pairs = [line.split(b": ", 1) for line in lines]
    return [(name, value) for name, value in pairs if name != b"date"]


def _publish(folder: Path, body: bytes) -> None:
    record = FileRecord(
        path="all.rss",
        media_type="application/rss+xml",
        digest=sha256(body).hexdigest(),
        size=len(body),
        changed_at=_CHANGED,
        links=(("https://example.org/all.rss", "self"), ("https://example.org/", "alternate")),
    )
    write_with_siblings(folder / "public" / "all.rss", body, modified=_CHANGED)
    write_if_changed(folder / "public" / "any.bin", body)
    write_if_changed(folder / "public" / "any.bin.gz", gzip.compress(body, 9, mtime=0))
    write_if_changed(folder / "editions" / "all.json", dumps(Manifest(feed="all", files=(record,))))


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--size", type=int, default=150_000)
    parser.add_argument("--clients", type=int, default=2)
    options = parser.parse_args()
    body = feed(options.size)
    with TemporaryDirectory(prefix="broadsheet-") as name, ExitStack() as stack:
        folder = Path(name)
        _publish(folder, body)
        our_port = stack.enter_context(in_a_process(ours(folder)))
        tag = f'W/"{sha256(body).hexdigest()}"'
        again = asking("/all.rss", Accept_Encoding="gzip, br", If_None_Match=tag)
        whole = asking("/all.rss", Accept_Encoding="gzip")
        packed = (folder / "public" / "all.rss.gz").read_bytes()
        short, long = headers_of(our_port, again), headers_of(our_port, whole)
        bare_port = stack.enter_context(in_a_process(bare(short, packed, long)))
        runs = {
            "304, ours": (our_port, again),
            "304, bare": (bare_port, again),
            "200 gzip, ours": (our_port, whole),
            "200 gzip, bare": (bare_port, whole),
        }
        if shutil.which("nginx"):
            there = stack.enter_context(nginx(folder))
            runs |= {
                "nginx, all.rss": (there, asking("/all.rss")),
                "nginx, any.bin": (there, asking("/any.bin")),
                "nginx, all.rss gzip": (there, whole),
                "nginx, any.bin gzip": (there, asking("/any.bin", Accept_Encoding="gzip")),
            }
        found: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(options.rounds):
            for name, (port, request) in runs.items():
                found[name].append(rate(port, request, options.seconds, options.clients))
        for (name, first), (_, second) in zip(*[iter(found.items())] * 2, strict=True):
            ratio = median(a / b for a, b in zip(first, second, strict=True))
            print(f"{name:20} {median(first):8.0f}/s of {median(second):8.0f}/s: {ratio:.2f}")


if __name__ == "__main__":
    _main()
