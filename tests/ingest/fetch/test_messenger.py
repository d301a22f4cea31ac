"""One message over HTTP on loopback: it arrives or fails in time, and next to nothing is read."""

import socket
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from config.settings import Fetch
from ingest.fetch.messenger import Message, Messenger, Reply
from tests.ingest.fetch.conftest import Handler, Serve

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
LOOPBACK = Fetch(allow_private=(ip_network("127.0.0.0/8"),), deadline=timedelta(seconds=1))


def send(url: str, limits: Fetch = LOOPBACK, *, answer: bool = False) -> Reply:
    message = Message(url=url, body=b"a=1", headers={"X-Test": "yes"}, wants_answer=answer)
    return Messenger().send(message, limits, NOW)


def says(text: bytes, heard: list[bytes] | None = None) -> Handler:
    """Read the whole message, then say `text` and close."""

    def answer(peer: socket.socket, _over: threading.Event) -> None:
        got = b""
        while not got.endswith(b"\r\n\r\na=1"):
            got += peer.recv(65_536)
        if heard is not None:
            heard.append(got)
        peer.sendall(text)

    return answer


def test_a_message_arrives_as_it_is(serve: Serve) -> None:
    requests: list[bytes] = []
    text = b"HTTP/1.1 202 Accepted\r\nContent-Length: 3\r\n\r\nyes"
    server = serve(says(text, requests), read_request=False)
    assert send(server.url("/a?b=c%20d&e=%C3%A9", "127.0.0.1")) == Reply(status=202)
    (heard,) = requests
    head = heard.partition(b"\r\n\r\n")[0].decode()
    assert head.startswith("POST /a?b=c%20d&e=%C3%A9 HTTP/1.1")
    assert "X-Test: yes" in head
    assert "Content-Length: 3" in head
    assert "Cookie" not in head


def test_an_answer_is_read_where_it_is_wanted(serve: Serve) -> None:
    server = serve(says(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes"), read_request=False)
    assert send(server.url("/", "127.0.0.1"), answer=True) == Reply(status=200, body=b"yes")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", "302 from 127.0.0.1"),
        (b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", "410 from 127.0.0.1: it does not"),
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "500 from 127.0.0.1: it has a problem"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "127.0.0.1"),
        (b"", "127.0.0.1 closed the connection"),
        (b"HTTP/1.1 204 No\r\nX: " + b"y" * 100_000, "127.0.0.1"),
    ],
)
def test_whatever_else_is_a_failure_and_nothing_is_followed(
    serve: Serve, text: bytes, why: str
) -> None:
    server = serve(says(text), read_request=False)
    reply = send(server.url("/", "127.0.0.1"))
    assert why in reply.failure
    assert server.connections == 1


def test_one_that_says_nothing_or_goes_on_for_ever_ends_in_time(serve: Serve) -> None:
    silent = serve(lambda _peer, over: over.wait(20), read_request=False)
    assert send(silent.url("/", "127.0.0.1")).failure == "no answer from 127.0.0.1 within 1 second"

    def drips(peer: socket.socket, over: threading.Event) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\n")
        while not over.wait(0.05):
            peer.sendall(b"X-Drip: 1\r\n")

    dripping = serve(drips, read_request=False)
    assert "within 1 second" in send(dripping.url("/", "127.0.0.1")).failure


def test_no_more_of_an_answer_is_read_than_anybody_needs(serve: Serve) -> None:
    def floods(peer: socket.socket, over: threading.Event) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not over.is_set():
            peer.sendall(b"x" * 65_536)

    server = serve(floods, read_request=False)
    assert send(server.url("/", "127.0.0.1")) == Reply(status=200)
    found = send(server.url("/", "127.0.0.1"), answer=True)
    assert found.failure == "the answer of 127.0.0.1 is larger than 4,096 bytes"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "0x7f000001", "localhost"])
def test_a_private_address_is_not_spoken_to(serve: Serve, host: str) -> None:
    server = serve(says(b""))
    reply = send(server.url("/", host), Fetch())
    assert f"{host} is not spoken to" in reply.failure
    assert server.connections == 0


def test_who_is_told_to_wait_is_told_how_long(serve: Serve) -> None:
    text = b"HTTP/1.1 503 No\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n"
    reply = send(serve(says(text), read_request=False).url("/", "127.0.0.1"))
    assert (reply.status, reply.retry_after) == (503, timedelta(minutes=2))


def test_nothing_is_sent_once_it_is_stopped(serve: Serve) -> None:
    server = serve(says(b""))
    messenger = Messenger()
    messenger.stop()
    message = Message(url=server.url("/", "127.0.0.1"), headers={})
    assert messenger.send(message, LOOPBACK, NOW).failure == "stopping"
