"""Sources that list their articles: feeds, listing pages, sitemaps, over real loopback HTTP."""

import re
from collections.abc import Callable
from datetime import timedelta
from gzip import compress
from hashlib import sha256
from json import dumps
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from ingest.store import addresses, sources
from tests.feeds.cli.commands import broadsheet
from tests.newsroom import NOON, Newsroom

ORDER = ("bridge", "ferry", "harbour", "market", "school", "gone", "new")
SITE = """\
[site]
title = "Harbour News"
url = "https://example.org/"
[fetch]
allow_private = ["127.0.0.0/8"]
gap = "0s"
"""


class Site:
    """Documents by path, answered with validators; and how often each was sent whole."""

    def __init__(self, server: HTTPServer) -> None:
        self.server = server
        self.documents: dict[str, tuple[str, bytes]] = {}
        self.sent: dict[str, int] = {}
        self.asked: dict[str, int] = {}
        server.expect_request(_Any()).respond_with_handler(self._answer)

    def put(self, path: str, text: str | bytes, kind: str = "text/html; charset=utf-8") -> str:
        self.documents[path] = (kind, text.encode() if isinstance(text, str) else text)
        return self.url(path)

    def url(self, path: str) -> str:
        return self.server.url_for(path).replace("localhost", "127.0.0.1")

    def forget(self) -> None:
        self.sent, self.asked = {}, {}

    def _answer(self, request: Request) -> Response:
        path = request.full_path.rstrip("?")
        self.asked[path] = self.asked.get(path, 0) + 1
        if path not in self.documents:
            return Response("no", status=404)
        kind, body = self.documents[path]
        etag = f'"{sha256(body).hexdigest()[:12]}"'
        if request.headers.get("If-None-Match") == etag:
            return Response(status=304, headers={"ETag": etag})
        self.sent[path] = self.sent.get(path, 0) + 1
        return Response(body, content_type=kind, headers={"ETag": etag})


class _Any(str):
    """A path that is every path."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


@pytest.fixture
def site(httpserver: HTTPServer) -> Site:
    return Site(httpserver)


def words(name: str) -> str:
    about = " ".join(f"{name}word{n}" for n in range(60))
    return f"The council spoke about {name} on Monday. It said: {about}. Nobody was against it."


def page(name: str, *, date: str = "2026-05-01") -> str:
    return (
        f"<html lang='en'><head><title>{name} - Town</title>"
        f"<meta property='article:published_time' content='{date}T10:00:00Z'></head><body>"
        f"<nav><a href='/'>Home</a> <a href='/about'>About us</a></nav>"
        f"<article><h1>{name}</h1><p>{words(name)}</p><p>{words(name + 'more')}</p></article>"
        f"</body></html>"
    )


def rss(site: Site, *names: str, guid: bool = True) -> str:
    items = "".join(
        f"<item><title>{name}</title><link>{site.url(f'/a/{name}')}</link>"
        + (f"<guid isPermaLink='false'>g-{name}</guid>" if guid else "")
        + f"<pubDate>Fri, 01 May 2026 1{ORDER.index(name)}:00:00 GMT</pubDate>"
        f"<author>a@b.example (Ann Lee)</author>"
        f"<category>town</category><description>&lt;p&gt;{words(name)}&lt;/p&gt;</description>"
        f"<enclosure url='{site.url(f'/m/{name}.mp3')}' length='12' type='audio/mpeg'/></item>"
        for name in names
    )
    return (
        f"<?xml version='1.0'?><rss version='2.0'><channel><title>Town</title>"
        f"<link>{site.url('/')}</link><description>d</description>{items}</channel></rss>"
    )


def source(**options: object) -> str:
    lines = [
        f"{k} = {str(v).lower() if isinstance(v, bool) else repr(v)}" for k, v in options.items()
    ]
    return '[[source]]\nname = "news"\n' + "\n".join(lines).replace("'", '"') + "\n"


def listing(*names: str, more: str = "") -> str:
    items = "".join(
        f"<article class='teaser'>"
        f"<h2><a href='/a/{name}'>The story of {name} and its people</a></h2>"
        f"<time datetime='2026-05-0{n + 1}'>May {n + 1}</time><p>In short: {name}.</p></article>"
        for n, name in enumerate(names)
    )
    return (
        "<html><head><title>News</title></head><body><nav><a href='/'>Home</a><a href='/x'>Shop</a>"
        f"</nav><main>{items}{more}</main><footer><a href='/imprint'>Imprint</a></footer>"
        "</body></html>"
    )


NAMES = ("bridge", "ferry", "harbour", "market", "school")


def test_a_feeds_entries_become_articles_with_all_it_says(tmp_path: Path, site: Site) -> None:
    url = site.put("/feed", rss(site, "bridge", "ferry"), "application/rss+xml")
    room = Newsroom(tmp_path, SITE + source(feed=url))
    report = room.refresh("news")
    assert not report.failed, report.runs[0].troubles
    entries = {entry.title: entry for entry in room.feed()}
    assert set(entries) == {"bridge", "ferry"}
    bridge = entries["bridge"]
    assert bridge.link == site.url("/a/bridge")
    assert bridge.author == "Ann Lee"
    assert bridge.published == "2026-05-01T10:00:00Z"
    assert bridge.content[0].value.startswith(f"<p>{words('bridge')}</p>")
    assert [tag.term for tag in bridge.tags] == ["town"]


def test_a_feed_that_had_to_be_mended_is_read_with_a_warning(tmp_path: Path, site: Site) -> None:
    url = site.put("/feed", rss(site, "bridge").replace("<description>", "<description>Q & A "))
    room = Newsroom(tmp_path, SITE + source(feed=url))
    (run,) = room.refresh().runs
    assert (run.outcome, run.new, run.failed) == ("ok", 1, 0)
    (told,) = run.troubles
    assert (told.failed, "was mended" in told.reason) == (False, True)


def test_an_unchanged_feed_is_not_read_again(tmp_path: Path, site: Site) -> None:
    url = site.put("/feed", rss(site, "bridge", "ferry"), "application/rss+xml")
    room = Newsroom(tmp_path, SITE + source(feed=url))
    room.refresh("news")
    before = room.state()
    site.forget()
    room.later(hours=2)
    (run,) = room.refresh("news").runs
    assert (site.asked, site.sent) == ({"/feed": 1}, {})
    assert (run.outcome, run.new, run.unchanged) == ("ok", 0, 2)
    assert room.state() == before


def test_an_entry_that_loses_or_changes_one_thing_keeps_its_id_and_date(
    tmp_path: Path, site: Site
) -> None:
    site.put("/feed", rss(site, "bridge", "ferry"), "application/rss+xml")
    room = Newsroom(tmp_path, SITE + source(feed=site.url("/feed")))
    room.refresh("news")
    before = {entry.title: (entry.id, entry.published) for entry in room.feed()}
    link = f"<link>{site.url('/a/bridge')}</link>"
    changes: list[Callable[[str], str]] = [
        lambda text: text.replace("<guid isPermaLink='false'>g-bridge</guid>", ""),
        lambda text: text.replace("g-bridge", "g-other"),
        lambda text: text.replace(link, ""),
        lambda text: text.replace("/a/bridge", "/b/bridge"),
        lambda text: text.replace("Fri, 01 May 2026 10:00:00 GMT", ""),
        lambda text: text.replace("Fri, 01 May 2026 10:00:00 GMT", "Sat, 02 May 2026 10:00:00 GMT"),
        lambda text: text.replace("<title>bridge</title>", ""),
        lambda text: text.replace("<title>bridge</title>", "<title>The bridge</title>"),
        lambda text: text.replace("http://", "https://"),
    ]
    for change in changes:
        for text in (change(rss(site, "bridge", "ferry")), rss(site, "bridge", "ferry")):
            room.later(hours=1)
            site.put("/feed", text, "application/rss+xml")
            room.refresh("news")
            after = [(entry.id, entry.published) for entry in room.feed()]
            assert sorted(after) == sorted(before.values())
    assert {entry.title: (entry.id, entry.published) for entry in room.feed()} == before


@pytest.mark.parametrize("lacks", ["guid", "link", "pubDate", "title", "description"])
def test_an_entry_that_never_had_one_thing_is_the_same_at_every_poll(
    tmp_path: Path, site: Site, lacks: str
) -> None:
    def without(*names: str) -> str:
        head, *items = rss(site, *names).split("<item>")
        return "<item>".join([head, *(re.sub(f"<{lacks}.*?</{lacks}>", "", one) for one in items)])

    site.put("/feed", without("bridge", "ferry"), "application/rss+xml")
    room = Newsroom(tmp_path, SITE + source(feed=site.url("/feed")))
    room.refresh("news")
    before = sorted((entry.id, entry.published) for entry in room.feed())
    assert len(before) == 2
    for names in (("new", "bridge", "ferry"), ("ferry", "new", "bridge")):
        room.later(hours=1)
        site.put("/feed", without(*names), "application/rss+xml")
        room.refresh("news")
        after = {(entry.id, entry.published) for entry in room.feed()}
        assert len(after) == 3
        assert after > set(before)


def test_what_left_the_feed_stays_and_newcomers_join_it(tmp_path: Path, site: Site) -> None:
    site.put("/feed", rss(site, *NAMES[:3]), "application/rss+xml")
    room = Newsroom(tmp_path, SITE + source(feed=site.url("/feed")))
    room.refresh("news")
    room.later(hours=1)
    site.put("/feed", rss(site, *NAMES[2:]), "application/rss+xml")
    room.refresh("news")
    assert set(room.titles()) == set(NAMES)


def test_full_text_is_fetched_once_and_the_feeds_words_about_it_are_kept(
    tmp_path: Path, site: Site
) -> None:
    for name in ("bridge", "ferry"):
        site.put(f"/a/{name}", page(f"Page of {name}", date="2020-01-01"))
    site.put("/feed", rss(site, "bridge", "ferry", "gone"), "application/rss+xml")
    room = Newsroom(tmp_path, SITE + source(feed=site.url("/feed"), fulltext=True))
    room.refresh("news")
    entries = {entry.title: entry for entry in room.feed()}
    assert set(entries) == {"bridge", "ferry", "gone"}, "a page that is not there costs no entry"
    assert words("Page of bridgemore") in entries["bridge"].content[0].value
    assert entries["bridge"].published == "2026-05-01T10:00:00Z"
    site.forget()
    room.later(hours=2)
    site.put("/feed", rss(site, "new", "bridge", "ferry", "gone"), "application/rss+xml")
    room.refresh("news")
    assert "/a/bridge" not in site.asked
    assert site.sent == {"/feed": 1}


def test_a_page_that_fails_later_costs_no_article_its_text(tmp_path: Path, site: Site) -> None:
    for name in ("bridge", "ferry"):
        site.put(f"/a/{name}", page(name))
    site.put("/feed", rss(site, "bridge", "ferry"), "application/rss+xml")
    room = Newsroom(tmp_path, SITE + source(feed=site.url("/feed"), fulltext=True))
    room.refresh("news")
    before = {entry.title: entry for entry in room.feed()}
    del site.documents["/a/bridge"]
    site.put("/feed", rss(site, "new", "bridge", "ferry"), "application/rss+xml")
    room.later(days=2)
    (run,) = room.refresh("news").runs
    assert (run.updated, run.failed) == (0, 1)
    after = {entry.title: entry for entry in room.feed()}
    for name in ("bridge", "ferry"):
        assert after[name].content == before[name].content
        assert after[name].updated == before[name].updated


@pytest.mark.parametrize("option", [{"tags": ["port"]}, {"authors": ["Jo"]}])
def test_other_rules_reach_what_an_unchanged_feed_lists(
    tmp_path: Path, site: Site, option: dict[str, list[str]]
) -> None:
    plain = rss(site, *NAMES).replace("<category>town</category>", "").replace("Ann Lee", "")
    site.put("/feed", plain, "application/rss+xml")
    room = Newsroom(tmp_path, SITE + source(feed=site.url("/feed")))
    room.refresh("news")
    room = Newsroom(tmp_path, SITE + source(feed=site.url("/feed"), **option))
    room.later(hours=2)
    (run,) = room.refresh("news").runs
    assert run.updated == len(NAMES)
    room.later(hours=2)
    (run,) = room.refresh("news").runs
    assert (run.updated, run.unchanged) == (0, len(NAMES))


def test_other_selectors_and_patterns_reach_an_unchanged_page(tmp_path: Path, site: Site) -> None:
    url = site.put("/news", listing(*NAMES))
    options = {"listing": url, "follow": "none"}
    room = Newsroom(tmp_path, SITE + source(**options, exclude=["/a/ferry"]))
    room.refresh("news")
    assert len(room.titles()) == len(NAMES) - 1
    room = Newsroom(tmp_path, SITE + source(**options))
    room.later(hours=2)
    (run,) = room.refresh("news").runs
    assert (run.new, run.outcome) == (1, "ok")


def test_a_listing_page_becomes_whole_articles_without_a_selector(
    tmp_path: Path, site: Site
) -> None:
    for name in NAMES:
        site.put(f"/a/{name}", page(f"The story of {name} and its people"))
    url = site.put("/news", listing(*NAMES))
    room = Newsroom(tmp_path, SITE + source(listing=url))
    report = room.refresh("news")
    assert not report.failed, report.runs[0].troubles
    assert set(room.titles()) == {f"The story of {name} and its people" for name in NAMES}
    assert all("more" in entry.content[0].value for entry in room.feed())
    before = room.state()
    site.forget()
    room.later(hours=2)
    room.refresh("news")
    assert (site.asked, site.sent) == ({"/news": 1}, {})
    assert room.state() == before


def test_a_listing_is_followed_from_page_to_page(tmp_path: Path, site: Site) -> None:
    site.put("/news", listing(*NAMES[:3], more="<a rel='next' href='/news?p=2'>Next</a>"))
    site.put("/news?p=2", listing(*NAMES[3:], "tower"))
    options = {"listing": site.url("/news"), "follow": "none", "max_pages": 3}
    room = Newsroom(tmp_path, SITE + source(**options))
    room.refresh("news")
    assert len(room.titles()) == 6


def test_a_listing_that_is_suddenly_empty_is_told_and_loses_nothing(
    tmp_path: Path, site: Site
) -> None:
    site.put("/news", listing(*NAMES))
    room = Newsroom(tmp_path, SITE + source(listing=site.url("/news"), follow="none"))
    room.refresh("news")
    before = room.state()
    site.put("/news", "<html><body><main><p>We have moved house.</p></main></body></html>")
    room.later(hours=2)
    (run,) = room.refresh("news").runs
    assert run.outcome == "failed"
    assert "its layout has probably changed" in run.troubles[0].reason
    assert room.state() == before


def test_a_sitemap_index_gives_its_newest_pages_first(tmp_path: Path, site: Site) -> None:
    for name in NAMES:
        site.put(f"/a/{name}", page(name))
    urls = "".join(
        f"<url><loc>{site.url(f'/a/{name}')}</loc><lastmod>2026-05-0{n + 1}</lastmod></url>"
        for n, name in enumerate(NAMES)
    )
    ns = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"
    site.put("/s1.xml", f"<urlset {ns}>{urls}</urlset>", "application/xml")
    index = f"<sitemap><loc>{site.url('/s1.xml')}</loc></sitemap>"
    url = site.put("/sitemap.xml", f"<sitemapindex {ns}>{index}</sitemapindex>", "application/xml")
    room = Newsroom(tmp_path, SITE + source(sitemap=url, max_items=3, exclude=["/a/school"]))
    report = room.refresh("news")
    assert not report.failed, report.runs[0].troubles
    assert set(room.titles()) == {"ferry", "harbour", "market"}


@pytest.mark.parametrize("kind", ["feed", "listing", "sitemap"])
def test_an_address_is_enough_to_find_out_what_it_is(tmp_path: Path, site: Site, kind: str) -> None:
    for name in NAMES:
        site.put(f"/a/{name}", page(name))
    ns = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"
    urls = "".join(f"<url><loc>{site.url(f'/a/{name}')}</loc></url>" for name in NAMES)
    documents = {
        "feed": (rss(site, *NAMES), "application/rss+xml"),
        "listing": (listing(*NAMES), "text/html"),
        "sitemap": (f"<urlset {ns}>{urls}</urlset>", "application/xml"),
    }
    url = site.put("/what", *documents[kind])
    room = Newsroom(tmp_path, SITE + source(url=url))
    report = room.refresh("news")
    assert not report.failed, report.runs[0].troubles
    assert len(room.titles()) == len(NAMES)


@pytest.mark.parametrize("option", ["feed", "url"])
@pytest.mark.parametrize("kind", ["application/feed+json", "application/json"])
def test_a_json_feed_is_read_as_any_other(
    tmp_path: Path, site: Site, option: str, kind: str
) -> None:
    items = [
        {"id": name, "url": site.url(f"/a/{name}"), "title": name, "content_text": words(name)}
        for name in NAMES
    ]
    document = {"version": "https://jsonfeed.org/version/1.1", "title": "Town", "items": items}
    room = Newsroom(tmp_path, SITE + source(**{option: site.put("/f", dumps(document), kind)}))
    report = room.refresh("news")
    assert not report.failed, report.runs[0].troubles
    assert sorted(room.titles()) == sorted(NAMES)


@pytest.mark.parametrize("option", ["sitemap", "url"])
@pytest.mark.parametrize("kind", ["application/gzip", "application/octet-stream", "text/xml"])
def test_a_packed_sitemap_is_read_whatever_its_type(
    tmp_path: Path, site: Site, option: str, kind: str
) -> None:
    for name in NAMES:
        site.put(f"/a/{name}", page(name))
    urls = "".join(f"<url><loc>{site.url(f'/a/{name}')}</loc></url>" for name in NAMES)
    packed = compress(
        f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{urls}</urlset>".encode()
    )
    url = site.put("/sitemap.xml.gz", packed, kind)
    room = Newsroom(tmp_path, SITE + source(**{option: url}))
    report = room.refresh("news")
    assert not report.failed, report.runs[0].troubles
    assert sorted(room.titles()) == sorted(NAMES)


def test_the_same_article_of_two_sources_is_published_once(tmp_path: Path, site: Site) -> None:
    for name in NAMES[:2]:
        site.put(f"/a/{name}", page(name))
    feed = site.put("/feed", rss(site, *NAMES[:2]), "application/rss+xml")
    pages = f'[[source]]\nname = "pages"\nurls = ["{site.url("/a/bridge")}?utm_source=x"]\n'
    site.documents["/a/bridge?utm_source=x"] = site.documents["/a/bridge"]
    room = Newsroom(tmp_path, SITE + source(feed=feed) + pages)
    room.refresh("news")
    room.refresh("pages")
    assert sorted(room.titles()) == ["bridge", "ferry"]


@pytest.mark.parametrize("first", ["http", "https"])
@pytest.mark.parametrize("form", ["feed", "marked feed", "listing", "sitemap", "canonical page"])
def test_one_article_in_two_sources_is_published_once_whatever_they_are(
    tmp_path: Path, site: Site, form: str, first: str
) -> None:
    for name in NAMES:
        site.put(f"/a/{name}", page(name))
    feed = rss(site, *NAMES, guid=False).replace(site.url("/a"), f"{first}://{site.url('/a')[7:]}")
    canonical = f"<link rel='canonical' href='{site.url('/a/bridge')}'></head>"
    documents = {
        "feed": ("feed", rss(site, *NAMES)),
        "marked feed": ("feed", rss(site, *NAMES).replace("</link><g", "?utm_source=x</link><g")),
        "listing": ("listing", listing(*NAMES)),
        "sitemap": (
            "sitemap",
            "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
            + "".join(f"<url><loc>{site.url(f'/a/{name}')}</loc></url>" for name in NAMES)
            + "</urlset>",
        ),
        "canonical page": ("urls", page("bridge").replace("</head>", canonical)),
    }
    kind, text = documents[form]
    other = site.put("/other", text, "text/html" if kind in {"listing", "urls"} else "text/xml")
    where = f'["{other}"]' if kind == "urls" else f'"{other}"'
    second = f'[[source]]\nname = "other"\n{kind} = {where}\n'
    room = Newsroom(tmp_path, SITE + source(feed=site.put("/feed", feed, "text/xml")) + second)
    room.refresh("news")
    before = room.ids()
    assert len(before) == len(NAMES)
    (run,) = room.refresh("other").runs
    assert run.new == 0, run.troubles
    assert room.ids() == before


def test_a_source_added_later_brings_its_newest_articles_only(tmp_path: Path, site: Site) -> None:
    inbox = '[[source]]\nname = "inbox"\nfiles = "articles/*.txt"\n'
    room = Newsroom(tmp_path, SITE + inbox)
    room.write("a.txt", "A note\n\nThe council met on Monday and spoke of many things.\n")
    room.refresh()
    items = "".join(
        f"<item><title>Old {n}</title><link>{site.url(f'/o/{n}')}</link>"
        f"<description>{words(f'o{n}')}</description>"
        f"<pubDate>{NOON - timedelta(days=n + 1):%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
        for n in range(500)
    )
    body = f"<rss version='2.0'><channel><title>Old</title>{items}</channel></rss>"
    url = site.put("/feed", body, "application/rss+xml")
    room.configure(SITE + inbox + source(feed=url))
    (run,) = room.refresh("news").runs
    assert run.new == 500
    assert sorted(room.titles()) == sorted(["A note", *(f"Old {n}" for n in range(10))])
    for n in (10, 499):
        shown = broadsheet(tmp_path, "show", site.url(f"/o/{n}"))
        assert f"Old {n}" in shown.stdout


def test_what_is_no_feed_is_told_plainly(tmp_path: Path, site: Site) -> None:
    url = site.put("/feed", page("bridge"))
    room = Newsroom(tmp_path, SITE + source(feed=url))
    (run,) = room.refresh("news").runs
    assert run.outcome == "failed"
    assert run.troubles[0].reason == "it is an HTML page, not a feed"
    assert run.troubles[0].advice.endswith("`broadsheet probe` shows what is there")


def test_a_list_given_up_because_the_process_ends_did_not_fail(tmp_path: Path, site: Site) -> None:
    url = site.put("/feed", "<rss version='2.0'><channel/></rss>", "application/rss+xml")
    room = Newsroom(tmp_path, SITE + source(feed=url))
    with room.open() as context:
        assert context.fetcher
        context.fetcher.stop()
        run = context.run("news", "ingest", stopping=lambda: True)
        with context.store.read() as tx:
            state = sources.states(tx)["news"]
            learned = addresses.known(tx, state.id)
    assert (run.outcome, run.troubles) == ("cut short", ())
    assert (state.next_due, learned) == (NOON, {}), "it is asked at the next start"
