"""A site with one list of articles in each form that a source reads, and a clock that is turned."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from feeds.context import Context
from ingest.address import Address
from ingest.store import addresses, sources
from ingest.store.runs import RunReport
from ingest.store.sources import SourceState
from tests.ingest.test_kinds import page
from tests.newsroom import Newsroom

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NS = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"
SY = "xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'"
NAMES = ("bridge", "ferry", "harbour", "market", "school")
SITE = """\
[site]
title = "Harbour News"
url = "https://example.org/"
[fetch]
allow_private = ["127.0.0.0/8"]
gap = "0s"
deadline = "1s"
"""


class Web:
    """Documents by path, each answered with an ETag of its bytes; and what was asked for.

    Asking for robots.txt is not noted; it says `robots`, and is not there while that is "".
    """

    def __init__(self, server: HTTPServer) -> None:
        self.answers: list[tuple[str, int]] = []
        self.robots = ""
        self._server = server
        self._replies: dict[str, tuple[int, bytes, dict[str, str]]] = {}
        server.expect_request(_Any()).respond_with_handler(self._answer)

    def put(
        self,
        path: str,
        body: str | bytes = "",
        media: str = "",
        status: int = 200,
        **headers: str,
    ) -> str:
        """Answer `path` so from now on; an ETag is given unless it is stated as ""."""
        data = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        tag = {"ETag": f'"{sha256(data).hexdigest()[:12]}"'} if status == 200 else {}
        kind = {"Content-Type": media or "text/html; charset=utf-8"}
        self._replies[path] = (status, data, kind | tag | named)
        return self.url(path)

    def url(self, path: str) -> str:
        return self._server.url_for(path).replace("localhost", "127.0.0.1")

    def asked(self, *only: str) -> list[tuple[str, int]]:
        """What was asked for since this was called last, of the paths given or of all."""
        found = [(path, status) for path, status in self.answers if not only or path in only]
        self.answers.clear()
        return found

    def _answer(self, request: Request) -> Response:
        path = request.full_path.rstrip("?")
        if path == "/robots.txt":
            return Response(self.robots or "no", status=200 if self.robots else 404)
        status, body, headers = self._replies.get(path, (404, b"no", {}))
        tag = headers.get("ETag")
        if status == 200 and tag and request.headers.get("If-None-Match") == tag:
            status, body = 304, b""
        self.answers.append((path, status))
        return Response(body, status, headers)


class _Any(str):
    """A path that every request has."""

    __slots__ = ()

    def __eq__(self, _other: object) -> bool:
        return True

    __hash__ = str.__hash__


def day_of(name: str) -> datetime:
    """When an article was published: one a day, but the new one, today."""
    if name in NAMES:
        return datetime(2026, 5, NAMES.index(name) + 1, 10, tzinfo=UTC)
    return datetime(2026, 6, 1, 10, tzinfo=UTC)


class Place(Protocol):
    """What knows its own addresses."""

    def url(self, path: str) -> str:
        """The address of `path`."""


Index = Callable[..., tuple[str, str]]
"""Makes an index of the articles named, with its media type."""


def rss(web: Place, *names: str, head: str = "") -> tuple[str, str]:
    items = "".join(
        f"<item><title>{name}</title><link>{web.url(f'/a/{name}')}</link><guid>{name}</guid>"
        f"<pubDate>{day_of(name):%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
        f"<description>All about {name}, in short.</description></item>"
        for name in names
    )
    body = f"<rss version='2.0' {SY}><channel><title>Town</title>{head}{items}</channel></rss>"
    return body, "application/rss+xml"


def listing(_web: Place, *names: str, head: str = "") -> tuple[str, str]:
    items = "".join(
        f"<article class='teaser'><h2><a href='/a/{name}'>The story of {name} and its people</a>"
        f"</h2><time datetime='{day_of(name):%Y-%m-%d}'>then</time><p>In short: {name}.</p>"
        "</article>"
        for name in names
    )
    body = (
        "<html><head><title>News</title></head><body><nav><a href='/'>Home</a><a href='/x'>Shop"
        f"</a></nav><main>{items}{head}</main><footer><a href='/imprint'>Imprint</a></footer>"
        "</body></html>"
    )
    return body, "text/html"


def sitemap(web: Place, *names: str, head: str = "") -> tuple[str, str]:
    urls = "".join(
        f"<url><loc>{web.url(f'/a/{name}')}</loc><lastmod>{day_of(name):%Y-%m-%d}</lastmod></url>"
        for name in names
    )
    return f"<urlset {NS}>{head}{urls}</urlset>", "application/xml"


def sitemap_index(web: Place, *paths: str, changed: str = "") -> tuple[str, str]:
    last = f"<lastmod>{changed}</lastmod>" if changed else ""
    listed = "".join(f"<sitemap><loc>{web.url(path)}</loc>{last}</sitemap>" for path in paths)
    return f"<sitemapindex {NS}>{listed}</sitemapindex>", "application/xml"


FORMS: dict[str, tuple[str, Index]] = {
    "feed": ("feed = {!r}", rss),
    "fulltext": ("feed = {!r}\nfulltext = true", rss),
    "listing": ("listing = {!r}", listing),
    "list": ('listing = {!r}\nfollow = "none"', listing),
    "sitemap": ("sitemap = {!r}", sitemap),
    "url": ("url = {!r}", rss),
}
"""How each kind of source is configured, and what its index is."""


class Desk(Newsroom):
    """A newsroom with one source, `wire`, of the form `form`, whose index is at `/index`.

    It stays open from one run to the next, as a daemon does, until it is told to `restart`.
    """

    def __init__(self, folder: Path, web: Web, form: str, more: str = "") -> None:
        self.web = web
        self._opened = ExitStack()
        self._context: Context | None = None
        super().__init__(folder, SITE)
        self.options, self.index = FORMS[form]
        for name in (*NAMES, "new"):
            web.put(f"/a/{name}", page(name, date=f"{day_of(name):%Y-%m-%d}"))
        self.lists(*NAMES)
        self.watch(more)

    @contextmanager
    def open(self) -> Iterator[Context]:
        if self._context is None:
            self._context = self._opened.enter_context(super().open())
        yield self._context

    def restart(self) -> None:
        """Close everything; what comes next opens it again."""
        self._opened.close()
        self._context = None

    def configure(self, text: str) -> None:
        self.restart()
        super().configure(text)

    def watch(self, more: str = "", path: str = "/index") -> None:
        source = self.options.format(self.web.url(path)).replace("'", '"')
        self.configure(f'{SITE}[[source]]\nname = "wire"\n{source}\n{more}')

    def lists(self, *names: str, path: str = "/index", head: str = "", **headers: str) -> str:
        """Let the index list these from now on."""
        body, media = self.index(self.web, *names, head=head)
        return self.web.put(path, body, media, 200, **headers)

    @property
    def wire(self) -> SourceState:
        """The source as it is stored."""
        with self.open() as context, context.store.read() as tx:
            return sources.states(tx)["wire"]

    @property
    def books(self) -> dict[str, Address]:
        """What is known of addresses, by path."""
        with self.open() as context, context.store.read() as tx:
            known = addresses.known(tx, context.states["wire"].id)
        return {url.removeprefix(self.web.url("/")[:-1]): one for url, one in known.items()}

    @property
    def pause(self) -> timedelta:
        return self.wire.next_due - self.now

    def look(self) -> RunReport:
        """Run the source, which must be due."""
        (run,) = self.refresh().runs
        return run

    def next(self) -> RunReport:
        """Run the source when it is due next."""
        self.now = max(self.now, self.wire.next_due)
        return self.look()

    def by_hand(self, *, days: int) -> None:
        """Ask twice a day."""
        for _ in range(2 * days):
            self.later(hours=12)
            self.refresh("wire")


def about(span: timedelta) -> object:
    """That span, a tenth more or less, as a source is spread."""
    return pytest.approx(span, abs=span / 10)
