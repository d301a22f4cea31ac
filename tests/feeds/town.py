"""A town's website on loopback: a home page, sections, pages of a list, feeds, sitemaps."""

from datetime import UTC, datetime
from hashlib import sha256

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

CONFIG = """\
# A comment that stays.
[site]
title = "Harbour News"
url = "https://example.org/"

[fetch]
allow_private = ["127.0.0.0/8"]  # this one too
gap = "0s"
"""
INBOX = '\n[[source]]\nname = "inbox"\nfiles = "articles/*.txt"\n'
NAMES = ("bridge", "ferry", "harbour", "market", "school", "tower", "library", "theatre")
SECTIONS = {"news": NAMES[:4], "sport": NAMES[4:6], "culture": NAMES[6:]}
UNDATED = frozenset({"tower"})
HTML = "text/html; charset=utf-8"
XML = "application/xml"


class Town:
    """A site whose documents a test may change: `documents` by path, `refused` answer 403."""

    def __init__(self, server: HTTPServer) -> None:
        self.root = server.url_for("/").replace("localhost", "127.0.0.1").rstrip("/")
        self.asked: list[str] = []
        self.refused: set[str] = set()
        self.documents = {
            "/": (HTML, self.home()),
            "/news/": (HTML, self.section("news")),
            "/news/?page=2": (HTML, self.page_two()),
            "/sport/": (HTML, self.section("sport")),
            "/culture/": (HTML, self.section("culture")),
            "/feeds/all.atom": ("application/atom+xml", self.atom()),
            "/feeds/comments.atom": ("application/atom+xml", self.comments()),
            "/robots.txt": ("text/plain", f"User-agent: *\nSitemap: {self.root}/maps/index.xml\n"),
            "/maps/index.xml": (XML, self.sitemap_index()),
            "/maps/articles.xml": (XML, self.sitemap()),
            **{f"/2026/{name}": (HTML, article(name)) for name in NAMES},
        }
        server.expect_request(_Any()).respond_with_handler(self._answer)

    def url(self, path: str) -> str:
        return self.root + path

    def without_feeds(self) -> None:
        """Take the feeds away, and what leads to them."""
        for path in ("/feeds/all.atom", "/feeds/comments.atom"):
            del self.documents[path]
        for path, (kind, text) in self.documents.items():
            lines = [line for line in text.splitlines() if "/feeds/" not in line]
            self.documents[path] = (kind, "\n".join(lines))

    def home(self) -> str:
        teasers = "".join(teaser(name) for name in NAMES[:6])
        return self.framed("Harbour Town", f"<main><h1>What is new</h1>{teasers}</main>")

    def section(self, name: str) -> str:
        teasers = "".join(teaser(each) for each in SECTIONS[name])
        more = f'<nav class="pager"><a rel="next" href="/{name}/?page=2">Older</a></nav>'
        return self.framed(f"{name.title()} - Harbour Town", f"<main>{teasers}{more}</main>")

    def page_two(self) -> str:
        return self.framed("News - Harbour Town", f"<main>{teaser('tower')}</main>")

    def framed(self, title: str, body: str) -> str:
        menu = "".join(f'<li><a href="/{name}/">{name.title()}</a></li>' for name in SECTIONS)
        return (
            f'<!doctype html><html lang="en"><head><title>{title}</title>\n'
            '<meta property="og:site_name" content="Harbour Town">\n'
            '<link rel="alternate nofollow" type="application/atom+xml" href="/feeds/all.atom">\n'
            '<link rel="alternate" type="application/atom+xml" href="/feeds/comments.atom">\n'
            f'</head><body><nav class="menu"><ul>{menu}<li><a href="/about">About us</a></li></ul>'
            f'</nav>{body}<footer><a href="/imprint">Imprint</a> <a href="/privacy">Privacy</a>'
            "</footer></body></html>"
        )

    def atom(self) -> str:
        entries = "".join(
            f"<entry><id>tag:town,2026:{name}</id><title>{title(name)}</title>"
            f'<link href="{name}"/><published>{day(name):%Y-%m-%dT%H:%M:%SZ}</published>'
            f"<updated>{day(name):%Y-%m-%dT%H:%M:%SZ}</updated>"
            f"<summary>In short: {name}.</summary></entry>"
            for name in NAMES
        )
        return (
            '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/2026/"><id>tag:town,2026:all</id>'
            f"<title>Harbour Town</title><updated>2026-05-20T00:00:00Z</updated>{entries}</feed>"
        )

    def comments(self) -> str:
        entry = (
            "<entry><id>tag:town,2026:c1</id><title>Ann on the bridge</title><link href='/c/1'/>"
            "<updated>2026-05-20T00:00:00Z</updated><summary>I like it.</summary></entry>"
        )
        return self.atom().partition("<entry>")[0] + entry + "</feed>"

    def sitemap_index(self) -> str:
        loc = f"<sitemap><loc>{self.root}/maps/articles.xml</loc></sitemap>"
        return f'<sitemapindex xmlns="{_SITEMAP}">{loc}</sitemapindex>'

    def sitemap(self) -> str:
        urls = "".join(
            f"<url><loc>{self.root}/2026/{name}</loc><lastmod>{day(name):%Y-%m-%d}</lastmod></url>"
            for name in NAMES
        )
        return f'<urlset xmlns="{_SITEMAP}">{urls}</urlset>'

    def _answer(self, request: Request) -> Response:
        path = request.full_path.rstrip("?")
        self.asked.append(path)
        if path in self.refused:
            return Response("no", status=403)
        if path not in self.documents:
            return Response("no", status=404)
        kind, text = self.documents[path]
        etag = f'"{sha256(text.encode()).hexdigest()[:12]}"'
        if request.headers.get("If-None-Match") == etag:
            return Response(status=304, headers={"ETag": etag})
        return Response(text.encode(), content_type=kind, headers={"ETag": etag})


class _Any(str):
    """A path that is every path."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


def day(name: str) -> datetime:
    return datetime(2026, 5, 10 + NAMES.index(name), 9, tzinfo=UTC)


def title(name: str) -> str:
    return f"The story of the {name} and its people"


def words(name: str) -> str:
    about = " ".join(f"{name}word{n}" for n in range(60))
    return f"The council spoke about the {name} on Monday. It said: {about}. Nobody was against."


def teaser(name: str) -> str:
    when = f'<time datetime="{day(name):%Y-%m-%d}">{day(name):%d %B}</time>'
    return (
        f'<article class="teaser"><h2><a href="/2026/{name}">{title(name)}</a></h2>{when}'
        f"<p>In short: {name}.</p></article>"
    )


def article(name: str) -> str:
    stated = f'<meta property="article:published_time" content="{day(name).isoformat()}">'
    return (
        f'<html lang="en"><head><title>{title(name)}</title>'
        f"{'' if name in UNDATED else stated}</head><body><nav><a href='/'>Home</a></nav>"
        f"<article><h1>{title(name)}</h1><p>{words(name)}</p><p>{words(name + 'more')}</p>"
        "</article></body></html>"
    )
