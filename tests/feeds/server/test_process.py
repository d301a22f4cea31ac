"""The server as a thread: it starts, stops and says plainly why it cannot."""

import socket
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from feeds.server import Server, ServerError, create_app
from tests.feeds.server.published import Site


def test_a_taken_port_is_said_in_plain_words(still: Site) -> None:
    second = Server(
        create_app(still.output, still.manifests, lambda: 0),
        "127.0.0.1",
        still.port,
    )
    with pytest.raises(ServerError, match=f"port {still.port} at 127.0.0.1 is taken.*site.url"):
        second.start()
    assert second.stop(1)


@pytest.mark.parametrize("address", ["192.0.2.1", "no host"])
def test_an_address_that_is_not_ours_is_said_in_plain_words(still: Site, address: str) -> None:
    with pytest.raises(ServerError, match="address"):
        Server(create_app(still.output, still.manifests, lambda: 0), address, 0).start()


def test_stopping_ends_with_idle_and_stalled_connections_open(tmp_path: Path) -> None:
    server = Server(create_app(tmp_path, tmp_path / "none", lambda: 0), "127.0.0.1", 0)
    port = server.start()
    with (
        closing(HTTPConnection("127.0.0.1", port)) as idle,
        closing(socket.create_connection(("127.0.0.1", port))) as stalled,
    ):
        idle.request("GET", "/")
        assert idle.getresponse().status == 404
        stalled.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        assert server.stop(5)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port)).close()
