"""robots.txt: the rules and examples of RFC 9309, and what becomes of one that cannot be read."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import pytest

from ingest.article import Document, Validators
from ingest.errors import FetchError, RobotsError
from ingest.fetch import Fetcher
from ingest.fetch.robots import MAX_BYTES, Robots
from tests.ingest.fetch.conftest import NOW, Answer, Make, Serve, Server

DAY = timedelta(hours=24)


class Rules:
    """A robots.txt in memory, how often it was asked for, and the delays that were told."""

    def __init__(self, text: str | bytes = "", *, error: FetchError | None = None) -> None:
        self.body = text.encode() if isinstance(text, str) else text
        self.error = error
        self.asked: list[str] = []
        self.delays: dict[str, float] = {}
        self.robots = Robots(self._get, self.delays.__setitem__)

    def allows(self, path: str = "/", *, host: str = "example.com", **later: float) -> bool:
        try:
            self.robots.check(f"https://{host}{path}", NOW + timedelta(**later))
        except RobotsError:
            return False
        return True

    def _get(self, url: str, _now: object) -> bytes:
        self.asked.append(url)
        if self.error:
            raise self.error
        return self.body


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        # RFC 9309 §2.2.1: groups of one name count as one, names in any case, else the group of *
        ("User-Agent: broadsheet\nDisallow: /a\nUser-agent: other\nDisallow: /", "/a/b", False),
        ("User-Agent: broadsheet\nDisallow: /a\nUser-agent: other\nDisallow: /", "/b", True),
        ("user-agent: *\ndisallow: /\nuser-agent: BROADSHEET\nallow: /", "/b", True),
        ("user-agent: *\ndisallow: /", "/b", False),
        ("user-agent: other\ndisallow: /", "/b", True),
        ("user-agent: broadsheet\ndisallow: /a\n\nuser-agent: broadsheet\ndisallow: /b", "/b",
         False),
        ("user-agent: other\nuser-agent: broadsheet\ndisallow: /a", "/a", False),
        ("disallow: /", "/a", True),
        # §2.2.2: the longest match wins, allow where both are as long; case matters
        ("user-agent: *\nallow: /a/b\ndisallow: /a", "/a/bc", True),
        ("user-agent: *\nallow: /a/b\ndisallow: /a", "/a/c", False),
        ("user-agent: *\ndisallow: /a\nallow: /a", "/a", True),
        ("user-agent: *\ndisallow: /A", "/a", True),
        ("user-agent: *\ndisallow:", "/a", True),
        ("user-agent: *\ndisallow: /", "/robots.txt", True),
        # §2.2.2: octets outside of ASCII, percent-encoded or not
        ("user-agent: *\ndisallow: /foo/bar/ツ", "/foo/bar/%E3%83%84", False),
        ("user-agent: *\ndisallow: /foo/bar/%E3%83%84", "/foo/bar/%E3%83%84", False),
        ("user-agent: *\ndisallow: /foo/bar/%62%61%7A", "/foo/bar/baz", False),
        ("user-agent: *\ndisallow: /foo/bar?baz=http", "/foo/bar?baz=http://foo.bar", False),
        # §2.2.3: # begins a comment, $ ends a match, * is anything
        ("user-agent: *\nallow: /  # all\ndisallow: /this # not", "/this", False),
        ("user-agent: *\ndisallow: /this/path/exactly$", "/this/path/exactly", False),
        ("user-agent: *\ndisallow: /this/path/exactly$", "/this/path/exactly/1", True),
        ("user-agent: *\ndisallow: /this/*/exactly", "/this/great/path/exactly", False),
        ("user-agent: *\ndisallow: *.gif$", "/a/b.gif", False),
        ("user-agent: *\ndisallow: *.gif$\nallow: /publications/", "/publications/a.gif", True),
        # §5.1, simple example
        ("User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/", "/x", True),
        ("User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/",
         "/example/", False),
        # §5.2, longest match
        ("User-Agent: broadsheet\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif",
         "/example/page/disallow.gif", True),
        ("User-Agent: broadsheet\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif",
         "/example/page/disallowed.gif", False),
        # what is met: a byte order mark, carriage returns, HTML
        ("\ufeffUser-agent: *\r\nDisallow: /a\r\n", "/a", False),
        ("User-agent: *\rDisallow: /a\r", "/a", False),
        ("<!doctype html><title>Not found</title>", "/a", True),
    ],
)  # fmt: skip
def test_the_rules_of_rfc_9309_hold(rules: str, path: str, allowed: bool) -> None:
    assert Rules(rules).allows(path) is allowed


@pytest.mark.parametrize("status", [204, 301, 400, 401, 403, 404, 410])
def test_without_a_robots_txt_all_is_allowed(status: int) -> None:
    assert Rules(error=FetchError("no", status=status)).allows()


@pytest.mark.parametrize("status", [0, 429, 500, 503])
def test_while_it_cannot_be_read_nothing_is_and_it_is_tried_again_soon(status: int) -> None:
    rules = Rules(error=FetchError("it is down", status=status, retry_after=DAY))
    assert rules.error
    rules.error.offline = True
    with pytest.raises(RobotsError, match=r"robots\.txt cannot be read.*it is down") as caught:
        rules.robots.check("https://example.com/", NOW)
    assert (caught.value.retry_after, caught.value.offline) == (DAY, True)
    assert caught.value.advice.startswith("nothing to do")
    assert not rules.allows(minutes=9)
    assert len(rules.asked) == 1
    rules.error = None
    assert rules.allows(minutes=10)


def test_rules_are_kept_for_a_day_and_longer_while_they_cannot_be_read_anew() -> None:
    rules = Rules("user-agent: *\ndisallow: /a")
    assert not rules.allows("/a")
    rules.error = FetchError("it is down", status=503)
    assert rules.allows("/b", hours=23)
    assert rules.asked == ["https://example.com/robots.txt"]
    assert rules.allows("/b", hours=24)
    assert not rules.allows("/a", hours=48)
    assert len(rules.asked) == 3
    rules.error, rules.body = None, b""
    assert rules.allows("/a", hours=49)


def test_a_clock_set_back_does_not_keep_rules_for_ever() -> None:
    rules = Rules()
    assert rules.allows(days=900)
    assert rules.allows()
    assert len(rules.asked) == 2


def test_hosts_ports_and_schemes_have_rules_of_their_own() -> None:
    rules = Rules("sitemap: https://example.com/s.xml")
    for host in (
        "https://a.example",
        "http://a.example",
        "https://a.example:1",
        "https://b.example",
    ):
        rules.robots.check(f"{host}/x", NOW)
    assert len(set(rules.asked)) == 4


def test_memory_is_bounded_in_hosts_and_in_bytes() -> None:
    rules = Rules("# " + "x" * 300_000)
    for number in range(30):
        assert rules.allows(host=f"{number}.example")
    assert len(rules.robots._entries) == 6
    rules.body = b""
    for number in range(1_100):
        assert rules.allows(host=f"{number}.example")
    assert len(rules.robots._entries) == 1_000
    assert rules.allows(host="1099.example")
    assert len(rules.asked) == 30 + 1_100 - 6, "those of the last few hosts were still there"


@pytest.mark.parametrize(
    ("said", "delay"),
    [("5", 5), ("0.5", 0.5), ("3600", 60), ("-1", 0), ("inf", 0), ("nan", 0), ("x", 0)],
)
def test_a_crawl_delay_is_told_within_limits(said: str, delay: float) -> None:
    rules = Rules(f"user-agent: *\ncrawl-delay: {said}")
    assert rules.allows()
    assert rules.delays == {"example.com": delay}


def test_hostile_rules_are_read_and_applied_in_time() -> None:
    stars = "\n".join(f"disallow: /{'*a' * 200}{number}" for number in range(1_000))
    rules = Rules(f"user-agent: *\n{stars}\n\x00\xff\n".encode("latin-1")[:MAX_BYTES])
    began = time.monotonic()
    assert rules.allows("/" + "a" * 5_000)
    assert time.monotonic() - began < 20


def _site(serve: Serve, robots: str, status: str = "200 OK", redirect: str = "") -> Server:
    """A server whose robots.txt is that; every other page is there, or leads elsewhere."""

    def handler(peer: socket.socket, _over: threading.Event) -> None:
        asked = server.requests[-1].split(b" ", 2)[1]
        if asked == b"/robots.txt":
            head = f"HTTP/1.1 {status}\r\nContent-Type: application/octet-stream\r\n\r\n"
            peer.sendall(head.encode() + robots.encode())
        elif redirect:
            peer.sendall(f"HTTP/1.1 302 Found\r\nLocation: {redirect}\r\n\r\n".encode())
        else:
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>x")

    server: Server = serve(handler)
    return server


def _paths(server: Server) -> list[bytes]:
    return [request.split(b" ", 2)[1] for request in server.requests]


def _crawl(fetcher: Fetcher, url: str) -> Document:
    document = fetcher.fetch(url, Validators(), NOW, crawl=True)
    assert isinstance(document, Document)
    return document


def test_crawling_asks_for_the_rules_once_and_keeps_them(make: Make, serve: Serve) -> None:
    server = _site(serve, "user-agent: broadsheet\ndisallow: /private")
    fetcher = make()
    for path in ("/a", "/b"):
        _crawl(fetcher, server.url(path))
    with pytest.raises(RobotsError, match=r"robots\.txt of news\.example asks not to") as caught:
        _crawl(fetcher, server.url("/private/x"))
    assert caught.value.origin == server.url("/private/x")
    assert "`exclude`" in caught.value.advice
    assert _paths(server) == [b"/robots.txt", b"/a", b"/b"]


def test_what_the_operator_wrote_is_fetched_without_asking(make: Make, serve: Serve) -> None:
    server = _site(serve, "user-agent: *\ndisallow: /")
    make().fetch(server.url("/a"), Validators(), NOW)
    assert _paths(server) == [b"/a"]


def test_the_rules_hold_at_every_hop(make: Make, serve: Serve, answer: Answer) -> None:
    end = _site(serve, "user-agent: *\ndisallow: /")
    start = answer(b"", f"Location: {end.url('/robots.txt', 'other.example')}", "302 Found")
    with pytest.raises(RobotsError, match=r"robots\.txt of news\.example"):
        _crawl(make(), start.url("/x"))
    free = _site(serve, "", redirect=end.url("/a", "other.example"))
    with pytest.raises(RobotsError, match=r"robots\.txt of other\.example"):
        _crawl(make(), free.url("/x"))
    assert _paths(free) == [b"/robots.txt", b"/x"]
    assert set(_paths(end)) == {b"/robots.txt"}


def test_only_the_beginning_of_a_large_robots_txt_is_read(make: Make, serve: Serve) -> None:
    rules = "user-agent: *\ndisallow: /early\n# " + "x" * MAX_BYTES + "\ndisallow: /late\n"
    server, fetcher = _site(serve, rules), make(max_bytes=10_000)
    _crawl(fetcher, server.url("/late"))
    with pytest.raises(RobotsError):
        _crawl(fetcher, server.url("/early"))


@pytest.mark.parametrize(
    ("status", "allowed"),
    [("404 No", True), ("403 No", True), ("500 No", False), ("503 No", False)],
)
def test_the_status_of_robots_txt_decides(
    make: Make, serve: Serve, status: str, allowed: bool
) -> None:
    server = _site(serve, "user-agent: *\ndisallow: /", status)
    if allowed:
        _crawl(make(), server.url("/a"))
    else:
        with pytest.raises(RobotsError, match=f"not crawled now: {status[:3]} from"):
            _crawl(make(), server.url("/a"))


def test_many_threads_ask_for_the_rules_once(make: Make, serve: Serve) -> None:
    server, fetcher = _site(serve, ""), make()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: _crawl(fetcher, server.url(f"/{number}")), range(8)))
    assert _paths(server).count(b"/robots.txt") == 1


def test_a_crawl_delay_is_kept_between_any_two_requests_of_the_host(
    make: Make, serve: Serve
) -> None:
    times: list[float] = []
    rules = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nuser-agent: *\ncrawl-delay: 0.3"

    def handler(peer: socket.socket, _over: threading.Event) -> None:
        times.append(time.monotonic())
        peer.sendall(rules)

    server, fetcher = serve(handler), make()
    _crawl(fetcher, server.url("/a"))
    fetcher.fetch(server.url("/b"), Validators(), NOW)
    _robots, *pages = times
    assert min(later - earlier for earlier, later in pairwise(pages)) >= 0.3
