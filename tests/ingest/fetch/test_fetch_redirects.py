import socket
import threading
from collections.abc import Callable

import pytest

from ingest.article import Document, NotModified, Validators
from ingest.errors import AddressRefusedError, FetchError
from ingest.fetch.guard import system_resolver
from tests.ingest.fetch.conftest import NOW, Answer, Make, Serve, Server

Get = Callable[[str], Document]


def test_a_redirect_leads_to_the_document(make: Make, answer: Answer) -> None:
    end = answer(head='Content-Type: text/html\r\nETag: "of the end"')
    start = answer(b"", f"Location: {end.url('/new', 'other.example')}#x", "301 Moved")
    document = make().fetch(start.url("/old"), Validators(etag='"of the start"'), NOW)
    assert isinstance(document, Document)
    assert (document.origin, document.url) == (start.url("/old"), end.url("/new", "other.example"))
    assert b'If-None-Match: "of the start"' in start.requests[0]
    assert b"If-None-Match" not in end.requests[0], "validators belong to the URL that gave them"
    assert document.validators == Validators(etag='"of the end"', url=document.url)
    make().fetch(start.url("/old"), document.validators, NOW)
    assert b"If-None-Match" not in start.requests[1]
    assert b'If-None-Match: "of the end"' in end.requests[1]


def _chain(answer: Answer, *statuses: str) -> str:
    """An address from which redirects of those statuses lead to a page."""
    url = answer().url("/end")
    for status in reversed(statuses):
        url = answer(b"", f"Location: {url}", status).url("/start")
    return url


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [
        ((), False),
        (("301 Moved",), True),
        (("308 Moved", "301 Moved"), True),
        (("302 Found",), False),
        (("303 See Other",), False),
        (("307 Temporary",), False),
        (("301 Moved", "302 Found"), False),
        (("302 Found", "301 Moved"), False),
    ],
)
def test_a_page_has_moved_when_every_redirect_to_it_is_a_permanent_one(
    make: Make, answer: Answer, statuses: tuple[str, ...], moved: bool
) -> None:
    url = _chain(answer, *statuses)
    document = make().fetch(url, Validators(), NOW)
    assert document.moved_to == (document.url if moved else "")


def test_a_page_that_moved_and_did_not_change_has_moved_all_the_same(
    make: Make, answer: Answer
) -> None:
    end = answer(b"", 'ETag: "a"', "304 Not Modified")
    start = answer(b"", f"Location: {end.url('/new')}", "301 Moved")
    known = Validators(etag='"a"', url=end.url("/new"))
    found = make().fetch(start.url("/old"), known, NOW)
    assert (type(found), found.moved_to) == (NotModified, end.url("/new"))


def test_unescaped_and_relative_locations_work(get: Get, serve: Serve) -> None:
    def handler(peer: socket.socket, _over: threading.Event) -> None:
        first = len(server.requests) == 1
        head = b"HTTP/1.1 302 Found\r\nLocation:  ../\xc3\xa4 b?c=d \r\n\r\n"
        page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>x"
        peer.sendall(head if first else page)

    server: Server = serve(handler)
    assert get(server.url("/x/y/z")).url == server.url("/x/%C3%A4%20b?c=d")


def test_a_circle_is_noticed_at_once(get: Get, answer: Answer) -> None:
    server = answer(b"", "Location: /same#again", "302 Found")
    with pytest.raises(FetchError, match="circle"):
        get(server.url("/same"))
    assert server.connections == 1


def _counting(serve: Serve) -> Server:
    server: Server = serve(
        lambda peer, _: peer.sendall(
            b"HTTP/1.1 307 X\r\nLocation: /%d\r\n\r\n" % len(server.requests)
        )
    )
    return server


def test_redirects_are_counted(make: Make, serve: Serve) -> None:
    server = _counting(serve)
    with pytest.raises(FetchError, match="redirects more than 3 times"):
        make(max_redirects=3).fetch(server.url("/start"), Validators(), NOW)
    assert server.connections == 4


def test_the_body_of_a_redirect_is_not_read(make: Make, serve: Serve, answer: Answer) -> None:
    end = answer()

    def endless(peer: socket.socket, over: threading.Event) -> None:
        peer.sendall(f"HTTP/1.1 302 X\r\nLocation: {end.url()}\r\n\r\n".encode())
        while not over.is_set():
            peer.sendall(b"x" * 65_536)

    make().fetch(serve(endless).url(), Validators(), NOW)
    assert end.connections == 1


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        ("file:///etc/passwd", AddressRefusedError),
        ("ftp://news.example/", AddressRefusedError),
        ("javascript:alert(1)", AddressRefusedError),
        ("http://me:secret@news.example/", AddressRefusedError),
        ("http://[bad/", FetchError),
        ("", FetchError),
    ],
)
def test_a_redirect_elsewhere_than_the_web_is_refused(
    get: Get, answer: Answer, location: str, kind: type[FetchError]
) -> None:
    server = answer(b"", f"Location: {location}", "302 Found")
    with pytest.raises(FetchError) as caught:
        get(server.url())
    assert type(caught.value) is kind
    assert server.connections == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "[::ffff:7f00:1]", "inside.example"])
def test_a_redirect_to_a_private_address_sends_it_nothing(
    make: Make, serve: Serve, answer: Answer, host: str
) -> None:
    inside = answer()
    head = f"HTTP/1.1 302 Found\r\nLocation: {inside.url('/', host)}\r\n\r\n".encode()
    outside = serve(lambda peer, _: peer.sendall(head), address="127.0.0.2")
    names = {"news.example": ("127.0.0.2",), "inside.example": ("127.0.0.1",)}
    fetcher = make(
        lambda name, port: names.get(name) or system_resolver(name, port),
        private=("127.0.0.2/32",),
    )
    with pytest.raises(AddressRefusedError, match=r"127\.0\.0\.1 is this machine itself") as caught:
        fetcher.fetch(outside.url(), Validators(), NOW)
    assert caught.value.origin == outside.url()
    assert (outside.connections, inside.connections) == (1, 0)
