import socket
import ssl
import threading
from pathlib import Path

import pytest

from ingest.article import Document, Validators
from ingest.errors import FetchError
from tests.ingest.fetch.conftest import NOW, Answer, Make, Serve, Server

# A key nobody else trusts, with its certificate for news.example; valid until 2126.
PEM = Path(__file__).with_name("news.example.pem")


def _secure(serve: Serve, names: list[str], answer: bytes) -> Server:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    context.sni_callback = lambda _sock, name, _context: names.append(str(name))

    def handler(peer: socket.socket, _over: threading.Event) -> None:
        with context.wrap_socket(peer, server_side=True) as secure:
            request = secure.recv(65_536)
            names.append(request.decode().split("Host: ")[1].split("\r\n")[0])
            secure.sendall(answer)

    return serve(handler, read_request=False)


def _url(server: Server, host: str) -> str:
    return server.url("/", host).replace("http:", "https:")


def test_the_name_asked_for_is_the_one_that_is_checked(
    make: Make, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(PEM))
    names: list[str] = []
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<p>x"
    server = _secure(serve, names, page)
    document = make().fetch(_url(server, "news.example"), Validators(), NOW)
    assert isinstance(document, Document)
    assert document.body == b"<p>x"
    assert names == ["news.example", f"news.example:{server.port}"]
    with pytest.raises(FetchError, match=r"certificate of other\.example is not valid"):
        make().fetch(_url(server, "other.example"), Validators(), NOW)
    assert names[2:] == ["other.example"], "nothing is sent to a server that is not the one meant"


def test_a_certificate_of_nobody_is_refused(make: Make, serve: Serve) -> None:
    server = _secure(serve, [], b"")
    with pytest.raises(FetchError, match=r"certificate of news\.example is not valid: self-signed"):
        make().fetch(_url(server, "news.example"), Validators(), NOW)


def test_a_server_without_tls_is_told_so(make: Make, serve: Serve) -> None:
    server = serve(lambda peer, _: peer.sendall(b"HTTP/1.1 400 Bad\r\n\r\n"), read_request=False)
    with pytest.raises(FetchError, match=r"no secure connection to news\.example"):
        make().fetch(_url(server, "news.example"), Validators(), NOW)


def test_a_redirect_from_https_to_http_is_refused(
    make: Make, serve: Serve, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(PEM))
    insecure = answer()
    head = f"HTTP/1.1 301 X\r\nLocation: {insecure.url()}\r\nContent-Length: 0\r\n\r\n"
    server = _secure(serve, [], head.encode())
    with pytest.raises(FetchError, match="from https to the insecure"):
        make().fetch(_url(server, "news.example"), Validators(), NOW)
    assert insecure.connections == 0
