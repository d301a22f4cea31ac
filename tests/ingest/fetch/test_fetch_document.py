import re
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from ingest.article import Document, Validators
from ingest.errors import FetchError, GoneError
from ingest.fetch import NotModified
from tests.ingest.fetch.conftest import NOW, Answer, Make

Get = Callable[[str], Document]
ETAG = 'W/"a,b\'c/ü=="'
MODIFIED = "Sunday, 06-Nov-94 08:49:37 GMT"


def test_a_page_becomes_a_document(get: Get, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/a b").respond_with_data(
        "<p>Grüße", content_type='text/html; charset="ISO-8859-2"'
    )
    url = httpserver.url_for("/a b#part")
    document = get(url)
    assert document == Document(
        origin=url,
        url=httpserver.url_for("/a%20b"),
        body="<p>Grüße".encode(),
        media_type="text/html",
        charset="iso-8859-2",
        fetched_at=NOW,
    )


def test_the_request_says_who_asks_and_nothing_more(get: Get, answer: Answer) -> None:
    server = answer()
    get(server.url("/x?y=1#z"))
    line, *lines = server.requests[0].decode("ascii").strip().split("\r\n")
    headers = dict(field.split(": ", 1) for field in lines)
    assert line == "GET /x?y=1 HTTP/1.1"
    assert headers.pop("Accept").startswith("text/html")
    assert headers == {
        "Host": f"news.example:{server.port}",
        "User-Agent": "Broadsheet/1.2 (+https://example.org/%C3%BCber)",
        "Accept-Encoding": "gzip, deflate",
        "Connection": "close",
    }


def test_environment_netrc_and_cookies_have_no_say(
    make: Make, answer: Answer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine news.example login me password secret\ndefault login a password b\n")
    netrc.chmod(0o600)
    proxy = answer()
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    monkeypatch.setenv("NETRC", str(netrc))
    server = answer(head="Content-Type: text/html\r\nSet-Cookie: a=b; Path=/")
    fetcher = make()
    for _ in range(2):
        fetcher.fetch(server.url(), Validators(), NOW)
    assert proxy.connections == 0
    sent = b"".join(server.requests).lower()
    assert len(server.requests) == 2
    assert not re.search(rb"(?m)^(authorization|cookie|referer|proxy-[a-z]+):", sent)


def test_validators_are_kept_and_sent_as_they_came(make: Make, answer: Answer) -> None:
    server = answer(head=f"Content-Type: text/html\r\nETag: {ETAG}\r\nLast-Modified: {MODIFIED}")
    fetcher = make()
    first = fetcher.fetch(server.url(), Validators(), NOW)
    assert first.validators == Validators(etag=ETAG, last_modified=MODIFIED, url=server.url())
    fetcher.fetch(server.url(), first.validators, NOW)
    assert f"\r\nIf-None-Match: {ETAG}\r\n".encode("latin-1") in server.requests[1]
    assert f"\r\nIf-Modified-Since: {MODIFIED}\r\n".encode() in server.requests[1]


@pytest.mark.parametrize("bad", ['"' + "x" * 2000 + '"', '"a\x7f"', ' "a"', '"a\r\nX: y"', '"Ω"'])
def test_validators_that_no_header_may_hold_are_not_sent(
    make: Make, answer: Answer, bad: str
) -> None:
    server = answer()
    make().fetch(server.url(), Validators(etag=bad), NOW)
    assert b"If-None-Match" not in server.requests[0]


def test_304_renews_the_validators_it_names(make: Make, answer: Answer) -> None:
    server = answer(b"", 'ETag: "new"', "304 Not Modified")
    known = Validators(etag='"old"', last_modified=MODIFIED)
    assert make().fetch(server.url(), known, NOW) == NotModified(
        url=server.url(),
        validators=Validators(etag='"new"', last_modified=MODIFIED, url=server.url()),
    )


def test_304_without_a_condition_is_an_error(get: Get, answer: Answer) -> None:
    with pytest.raises(FetchError, match=r"304 from news\.example"):
        get(answer(b"", 'ETag: "x"', "304 Not Modified").url())


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("403 Forbidden", "403 from news.example: it refuses automated readers"),
        ("404 Not Found", "404 from news.example: there is no such page"),
        ("410 Gone", "410 from news.example: it says that the page is gone for good"),
        ("429 Too Many", "asked too often; it wants to be left alone for 2 minutes"),
        ("500 Oops", "500 from news.example: it has a problem of its own"),
        ("204 No Content", "204 from news.example: an answer that cannot be used"),
        ("300 Choices", "300 from news.example: an answer that cannot be used"),
    ],
)
def test_statuses_are_told_in_words(get: Get, answer: Answer, status: str, words: str) -> None:
    server = answer(b"", "Retry-After: 120" if "429" in status else "X: y", status)
    with pytest.raises(FetchError, match=re.escape(words)) as caught:
        get(server.url("/p"))
    assert caught.value.status == int(status[:3])
    assert caught.value.origin == server.url("/p")
    assert isinstance(caught.value, GoneError) == (status[:3] in {"404", "410"})


@pytest.mark.parametrize(
    ("declared", "media_type", "charset"),
    [
        ("TEXT/HTML;Charset=UTF-8", "text/html", "utf-8"),
        ("application/xhtml+xml", "application/xhtml+xml", ""),
        ("application/atom+xml; type=feed; charset='x y'", "application/atom+xml", "x"),
        ("text/markdown", "text/markdown", ""),
        ("text/plain; xcharset=no", "text/plain", ""),
        ("text/html, text/html; charset=gbk", "text/html", "gbk"),
        ("nonsense", "text/html", ""),
    ],
)
def test_the_declared_type_is_read_leniently(
    get: Get, answer: Answer, declared: str, media_type: str, charset: str
) -> None:
    document = get(answer(head=f"Content-Type: {declared}").url())
    assert (document.media_type, document.charset) == (media_type, charset)


def test_what_its_server_says_of_showing_a_page_is_kept_line_by_line(
    get: Get, answer: Answer
) -> None:
    head = "Content-Type: text/html\r\nX-Robots-Tag: other: none\r\nx-robots-tag:  noindex,  all"
    assert get(answer(head=head).url()).robots == "other: none\nnoindex, all"


@pytest.mark.parametrize(
    ("body", "media_type"),
    [(b"\xef\xbb\xbf\n <!DOCTYPE html>", "text/html"), (b"Hi", "text/plain")],
)
def test_an_undeclared_type_is_told_by_the_body(
    get: Get, answer: Answer, body: bytes, media_type: str
) -> None:
    assert get(answer(body, "X: y").url()).media_type == media_type


@pytest.mark.parametrize("declared", ["application/pdf", "image/svg+xml", "video/mp4"])
def test_what_is_no_page_is_refused_by_name(get: Get, answer: Answer, declared: str) -> None:
    with pytest.raises(FetchError, match=f"nor a feed but {re.escape(declared)}") as caught:
        get(answer(head=f"Content-Type: {declared}").url())
    assert caught.value.status == 200


@pytest.mark.parametrize("body", [b"", b" \r\n\t"])
def test_an_empty_page_is_an_error(get: Get, answer: Answer, body: bytes) -> None:
    with pytest.raises(FetchError, match="page is empty"):
        get(answer(body).url())


@pytest.mark.parametrize(
    "url", ["http://", "http:///x", "http://[::1", "http://a b/", "http://x:99999/", "http://*.a/"]
)
def test_what_is_no_address_is_said_so(get: Get, url: str) -> None:
    with pytest.raises(FetchError, match=r"address|not exist") as caught:
        get(url)
    assert caught.value.origin == url
