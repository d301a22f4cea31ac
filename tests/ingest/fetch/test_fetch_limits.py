import gzip
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache

import pytest

from ingest.article import Validators
from ingest.errors import DeadlineError, FetchError, TooLargeError
from ingest.fetch import Fetcher
from tests.ingest.fetch.conftest import NOW, Answer, Handler, Make, Serve

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
DEADLINE = 0.2
STALL = 4  # seconds a busy machine may add: a quiet one takes 0.2 in all
PACKED = gzip.compress(b"<p>" * 99, mtime=0)  # the same in every worker of a parallel run


@contextmanager
def ends_within(seconds: float) -> Iterator[None]:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < seconds + STALL


def dripping(start: bytes, drop: bytes) -> Handler:
    def handler(peer: socket.socket, over: threading.Event) -> None:
        peer.sendall(start)
        while not over.wait(0.02):
            peer.sendall(drop)

    return handler


@pytest.mark.parametrize(
    ("start", "drop"),
    [
        (b"", b""),
        (b"HTTP/1.1 200 O", b"K"),
        (b"HTTP/1.1 200 OK\r\n", b"X-Y: z\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (HEAD + b"\r\n", b"x"),
        (HEAD + b"Content-Length: 9000\r\n\r\n", b"x"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n", b"Trailer: x\r\n"),
        (HEAD + b"Content-Encoding: gzip\r\n\r\n" + PACKED[:10], b""),
    ],
    ids=["silence", "status", "headers", "continue", "body", "length", "chunks", "trailer", "gzip"],
)
def test_a_dripping_server_is_left_at_the_deadline(
    make: Make, serve: Serve, start: bytes, drop: bytes
) -> None:
    server = serve(dripping(start, drop))
    with ends_within(DEADLINE + 1), pytest.raises(DeadlineError, match=r"within 0\.2 seconds"):
        make(deadline=DEADLINE).fetch(server.url(), Validators(), NOW)


def test_redirects_share_one_deadline(make: Make, serve: Serve) -> None:
    def slow(peer: socket.socket, over: threading.Event) -> None:
        over.wait(0.09)
        peer.sendall(b"HTTP/1.1 302 X\r\nLocation: /%d\r\n\r\n" % len(server.requests))

    server = serve(slow)
    with ends_within(DEADLINE + 1), pytest.raises(DeadlineError):
        make(deadline=DEADLINE, max_redirects=20).fetch(server.url("/x"), Validators(), NOW)
    assert server.connections <= 3


def test_a_silent_tls_handshake_is_left_at_the_deadline(make: Make, serve: Serve) -> None:
    server = serve(dripping(b"\x16\x03\x03\x40\x00\x02\x00", b"\x00"))
    url = server.url().replace("http:", "https:")
    with ends_within(DEADLINE + 1), pytest.raises(DeadlineError):
        make(deadline=DEADLINE).fetch(url, Validators(), NOW)


def test_the_read_timeout_ends_silence_before_the_deadline(make: Make, serve: Serve) -> None:
    server = serve(dripping(HEAD + b"\r\n<p>", b""))
    fetcher = make(deadline=10, read_timeout=timedelta(seconds=0.1))
    with ends_within(2), pytest.raises(DeadlineError, match=r"news\.example went silent"):
        fetcher.fetch(server.url(), Validators(), NOW)


def test_a_full_backlog_is_left_at_the_connect_timeout(make: Make) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(("127.0.0.1", port))
        fetcher = make(deadline=10, connect_timeout=timedelta(seconds=0.2))
        with ends_within(2), pytest.raises(DeadlineError, match=r"no connection within 0\.2 s"):
            fetcher.fetch(f"http://news.example:{port}/", Validators(), NOW)
        for sock in waiting:
            sock.close()


def test_a_hanging_look_up_is_left_at_the_deadline(make: Make) -> None:
    released = threading.Event()

    def hangs(_host: str, _port: int) -> tuple[str, ...]:
        released.wait(10)
        return ("127.0.0.1",)

    with ends_within(DEADLINE + 1), pytest.raises(DeadlineError):
        make(hangs, deadline=DEADLINE).fetch("http://slow.example/", Validators(), NOW)
    released.set()


def test_an_endless_body_is_left_at_the_cap(make: Make, serve: Serve) -> None:
    server = serve(dripping(HEAD + b"\r\n", b"x" * 100_000))
    with pytest.raises(TooLargeError, match="larger than 300,000 bytes"):
        make(max_bytes=300_000).fetch(server.url(), Validators(), NOW)


def test_an_announced_size_beyond_the_cap_is_not_read(make: Make, answer: Answer) -> None:
    server = answer(b"", "Content-Type: text/html\r\nContent-Length: 300001")
    with pytest.raises(TooLargeError):
        make(max_bytes=300_000).fetch(server.url(), Validators(), NOW)


def test_packed_nothing_is_left_at_the_cap_too(make: Make, answer: Answer) -> None:
    server = answer(gzip.compress(b"") * 1_000, "Content-Type: text/html\r\nContent-Encoding: gzip")
    with pytest.raises(TooLargeError):
        make(max_bytes=10_000).fetch(server.url(), Validators(), NOW)


@cache
def _bomb(layers: int) -> bytes:
    data = gzip.compress(bytes(50_000_000), mtime=0)
    return data if layers == 1 else gzip.compress(data, mtime=0)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("max_bytes", [500_000, 100_000_000])
def test_a_bomb_is_left_early_and_costs_no_memory(
    make: Make, answer: Answer, layers: int, max_bytes: int
) -> None:
    codings = ", ".join(["gzip"] * layers)
    server = answer(_bomb(layers), f"Content-Type: text/html\r\nContent-Encoding: {codings}")
    fetcher = make(max_bytes=max_bytes, deadline=10)
    tracemalloc.start()
    try:
        with pytest.raises(TooLargeError):
            fetcher.fetch(server.url(), Validators(), NOW)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 12_000_000


@pytest.mark.parametrize(
    ("head", "body", "words"),
    [
        ("Content-Length: 500", b"<p>half", "cut short"),
        ("Transfer-Encoding: chunked", b"100\r\n<p>half", "cut short"),
        ("Transfer-Encoding: chunked", b"7\r\n<p>half\r\n", "cut short"),
        ("Transfer-Encoding: chunked", b"zz\r\n<p>half\r\n", "cut short"),
        ("Content-Encoding: gzip", PACKED[:-12], "cut short"),
        ("Content-Encoding: gzip", b"<p>not packed", "damaged"),
        ("Content-Encoding: deflate", b"\xff\xff\xff\xff", "damaged"),
        ("Content-Encoding: br", b"<p>x", "not asked for: 'br'"),
        ("Content-Encoding: gzip,gzip,gzip,gzip", b"<p>x", "not asked for"),
        ("Content-Length: 4\r\nContent-Length: 5", b"<p>xy", "failed|cut short"),
    ],
)
def test_a_body_that_is_not_whole_is_an_error(
    make: Make, answer: Answer, head: str, body: bytes, words: str
) -> None:
    with pytest.raises(FetchError, match=words):
        make().fetch(answer(body, f"Content-Type: text/html\r\n{head}").url(), Validators(), NOW)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (b"", "closed the connection"),
        (b"SSH-2.0-OpenSSH_9\r\n", "is not HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", "is not HTTP"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n", "is not HTTP"),
    ],
)
def test_an_answer_that_is_no_http_is_an_error(
    make: Make, serve: Serve, sent: bytes, words: str
) -> None:
    with pytest.raises(FetchError, match=words):
        make().fetch(serve(lambda peer, _: peer.sendall(sent)).url(), Validators(), NOW)


def _fetch_in_thread(fetcher: Fetcher, url: str) -> tuple[threading.Thread, list[FetchError]]:
    errors: list[FetchError] = []

    def run() -> None:
        try:
            fetcher.fetch(url, Validators(), NOW)
        except FetchError as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, errors


def test_stop_ends_running_and_waiting_fetches_and_refuses_new_ones(
    make: Make, serve: Serve
) -> None:
    server = serve(dripping(HEAD + b"\r\n", b"x"))
    released = threading.Event()

    def resolve(host: str, _port: int) -> tuple[str, ...]:
        if host == "hangs.example":
            released.wait(10)
        return ("127.0.0.1",)

    fetcher = make(resolve, deadline=20)
    urls = (server.url(), server.url("/waits"), server.url("/", "hangs.example"))
    running = [_fetch_in_thread(fetcher, url) for url in urls]
    while server.connections < 1:
        time.sleep(0.01)
    with ends_within(2):
        fetcher.stop()
        for thread, _ in running:
            thread.join()
    released.set()
    assert [errors[0].reason for _, errors in running] == ["stopping"] * 3
    with pytest.raises(FetchError, match="stopping"):
        fetcher.fetch(server.url(), Validators(), NOW)
    assert server.connections == 1
