"""A list of pages as a source: asked again politely, kept when gone, each article once."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from ingest.store import articles, published, schema, sources
from tests.newsroom import Newsroom

_FETCH = '[fetch]\nallow_private = ["127.0.0.0/8"]\ngap = "0s"\ndeadline = "1s"\n'
_SITE = '[site]\ntitle = "Harbour News"\nurl = "https://example.org/"\n'


ABOUT = "Six words about a harbour."


def page(title: str, *, more: str = "", head: str = "") -> str:
    words = " ".join(
        f"Sentence {n} of the report tells how the harbour was built and who paid for it."
        for n in range(12)
    )
    return (
        f"<!doctype html><html lang=en><head><title>{title}</title>{head}</head>"
        f"<body><article><h1>{title}</h1><p>{words}</p><p>{more}</p></article></body></html>"
    )


class Site:
    """Pages that a server answers with, and what it was asked."""

    def __init__(self, server: HTTPServer) -> None:
        self.server = server
        self.pages: dict[str, tuple[int, str, dict[str, str]]] = {}
        self.answers: list[tuple[str, int]] = []
        server.expect_request(_Any()).respond_with_handler(self._answer)

    def put(self, path: str, body: str = "", *, status: int = 200, **headers: str) -> str:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = (status, body, {"Content-Type": "text/html; charset=utf-8", **named})
        return self.server.url_for(path)

    def _answer(self, request: Request) -> Response:
        status, body, headers = self.pages[request.path]
        tag = headers.get("ETag")
        since = headers.get("Last-Modified")
        if (tag and request.headers.get("If-None-Match") == tag) or (
            since and request.headers.get("If-Modified-Since") == since
        ):
            status, body = 304, ""
        self.answers.append((request.path, status))
        return Response(body, status, headers)


class _Any(str):
    """A path that every request has."""

    __slots__ = ()

    def __eq__(self, _other: object) -> bool:
        return True

    __hash__ = str.__hash__


@pytest.fixture
def site(httpserver: HTTPServer) -> Iterator[Site]:
    yield Site(httpserver)
    httpserver.check_assertions()


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path)


def watch(room: Newsroom, *urls: str, more: str = "") -> None:
    listed = ", ".join(f'"{url}"' for url in urls)
    room.configure(f'{_SITE}{_FETCH}[[source]]\nname = "wire"\nurls = [{listed}]\n{more}')


def counts(room: Newsroom) -> tuple[int, int, int, int, int]:
    [run] = room.refresh("wire").runs
    return run.new, run.updated, run.unchanged, run.removed, run.failed


def test_a_page_is_fetched_then_asked_for_changes_then_updated(room: Newsroom, site: Site) -> None:
    watch(room, site.put("/a", page("The harbour"), ETag='"1"'))
    assert counts(room) == (1, 0, 0, 0, 0)
    before, ids = room.state(), room.ids()
    room.later(hours=2)
    assert counts(room) == (0, 0, 1, 0, 0)
    assert [status for _, status in site.answers] == [200, 304]
    assert room.state() == before
    site.put("/a", page("The new harbour"), ETag='"2"')
    assert counts(room) == (0, 1, 0, 0, 0)
    assert room.titles() == ["The new harbour"]
    assert set(room.ids().values()) == set(ids.values())


def test_a_new_validator_of_the_same_bytes_is_what_is_asked_with_next(
    room: Newsroom, site: Site
) -> None:
    watch(room, site.put("/a", page("The harbour"), ETag='"1"'))
    counts(room)
    site.put("/a", page("The harbour"), ETag='W/"2"')
    assert counts(room) == counts(room) == (0, 0, 1, 0, 0)
    assert [status for _, status in site.answers] == [200, 200, 304]


def summaries(room: Newsroom) -> dict[str, str]:
    """Title to summary, as stored now."""
    with room.open() as context, context.store.read() as tx:
        found = articles.many(tx, published.latest(tx, 100))
        return {article.title: article.summary for article in found.values()}


def test_with_other_rules_a_page_is_normalized_again_and_not_downloaded(
    room: Newsroom, site: Site
) -> None:
    urls = (
        site.put("/a", page("The harbour"), ETag='"1"'),
        site.put("/b", page("The mole"), Last_Modified="Mon, 01 Jun 2026 08:00:00 GMT"),
        site.put("/plain", page("The quay")),
    )
    watch(room, *urls, more="summary_words = 100\n")
    counts(room)
    before = summaries(room)
    site.answers.clear()
    watch(room, *urls, more="summary_words = 15\n")
    assert counts(room) == (0, 3, 0, 0, 0)
    assert sorted(site.answers) == [("/a", 304), ("/b", 304), ("/plain", 200)]
    after = summaries(room)
    assert all(len(after[title]) < len(before[title]) for title in before)
    site.answers.clear()
    assert counts(room) == (0, 0, 3, 0, 0)
    assert sorted(site.answers) == [("/a", 304), ("/b", 304), ("/plain", 200)]


def test_a_page_that_its_server_begins_to_limit_is_shown_no_longer_in_full(
    room: Newsroom, site: Site
) -> None:
    body = page("The harbour", head=f'<meta name="description" content="{ABOUT}">')
    watch(room, site.put("/a", body))
    counts(room)
    site.put("/a", body, X_Robots_Tag="noindex")
    report = room.refresh("wire").runs[0]
    assert (report.updated, report.troubles[0].reason) == (
        1, "the page asks not to be shown in full (robots noindex)",
    )  # fmt: skip
    watch(room, site.server.url_for("/a"), more="summary_words = 20\n")
    assert counts(room)[-1] == 0
    with room.open() as context, context.store.read() as tx:
        texts = [one.text for one in articles.many(tx, published.latest(tx, 9)).values()]
    assert texts == [ABOUT]
    watch(room, site.server.url_for("/a"), more="ignore_robots_tag = true\n")
    assert counts(room) == (0, 1, 0, 0, 0)


def test_a_changed_file_of_rules_has_the_pages_of_its_host_read_again(
    room: Newsroom, site: Site
) -> None:
    watch(room, site.put("/a", page("The harbour", more="<b>The mole</b>"), ETag='"1"'))
    counts(room)
    folder = room.folder / "data" / "rules"
    folder.mkdir()
    (folder / "other.example.toml").write_text('title = "b"\n')
    assert counts(room) == (0, 0, 1, 0, 0), "it has no page of that host"
    (folder / "localhost.toml").write_text('title = "b"\nauthor = "h6"\n')
    report = room.refresh("wire").runs[0]
    assert (report.updated, room.titles()) == (1, ["The mole"])
    [trouble] = report.troubles
    assert trouble.origin.endswith("/a")
    assert trouble.reason.startswith("rules of localhost, `author` finds nothing (h6)")
    assert [status for _, status in site.answers] == [200, 304, 304]
    assert counts(room) == (0, 0, 1, 0, 0)
    (folder / "localhost.toml").unlink()
    assert counts(room) == (0, 1, 0, 0, 0)
    assert room.titles() == ["The harbour"]


def test_with_other_rules_a_page_that_changed_is_read_as_it_is_now(
    room: Newsroom, site: Site
) -> None:
    url = site.put("/a", page("The harbour"), ETag='"1"')
    watch(room, url)
    counts(room)
    site.put("/a", page("The new harbour"), ETag='"2"')
    watch(room, url, more="summary_words = 15\n")
    assert counts(room) == (0, 1, 0, 0, 0)
    assert room.titles() == ["The new harbour"]
    assert [status for _, status in site.answers] == [200, 200]


def test_with_other_rules_a_page_whose_body_was_dropped_is_downloaded(
    room: Newsroom, site: Site
) -> None:
    url = site.put("/a", page("The harbour"), ETag='"1"')
    watch(room, url)
    counts(room)
    with room.open() as context, context.store.write() as tx:
        tx.execute(schema.body.delete())
    watch(room, url, more="summary_words = 15\n")
    assert counts(room) == (0, 1, 0, 0, 0)
    assert [status for _, status in site.answers] == [200, 200]


def test_a_page_whose_changes_are_news_states_its_first_date_and_is_dated_now(
    room: Newsroom, site: Site
) -> None:
    head = '<meta property="article:published_time" content="2026-05-03T08:00:00Z">'
    url = site.put("/a", page("Prices", head=head), ETag='"1"')
    watch(room, url, more='on_change = "new"\n')
    counts(room)
    room.later(hours=2)
    site.put("/a", page("Prices", head=head, more="Rope is dearer. " * 20), ETag='"2"')
    assert counts(room) == (1, 0, 0, 0, 0)
    assert [(entry.published, entry.link) for entry in room.feed()] == [
        ("2026-06-01T14:00:00Z", url),
        ("2026-05-03T08:00:00Z", url),
    ]
    room.later(hours=2)
    assert counts(room) == (0, 0, 1, 0, 0)


def test_a_page_that_is_gone_keeps_its_article_and_says_so(room: Newsroom, site: Site) -> None:
    watch(room, site.put("/a", page("The harbour"), ETag='"1"'), site.put("/b", page("The mole")))
    counts(room)
    before = room.state()
    url = site.put("/a", status=404)
    report = room.refresh("wire")
    assert report.failed
    assert [(t.origin, "404" in t.reason) for t in report.runs[0].troubles] == [(url, True)]
    assert room.state() == before
    with room.open() as context, context.store.read() as tx:
        known = sources.known(tx, context.states["wire"].id)
    assert [document.gone for document in known.values()] == [True, False]
    site.put("/a", page("The harbour"), ETag='"1"')
    assert not room.refresh("wire").failed
    assert room.state() == before
    with room.open() as context, context.store.read() as tx:
        known = sources.known(tx, context.states["wire"].id)
    assert [document.gone for document in known.values()] == [False, False]


def test_on_gone_remove_removes_and_the_return_brings_it_back(room: Newsroom, site: Site) -> None:
    first, second = site.put("/a", page("The harbour"), ETag='"1"'), site.put("/b", page("Mole"))
    watch(room, first, second, more='on_gone = "remove"\n')
    counts(room)
    ids = room.ids()
    site.put("/a", status=410)
    assert counts(room) == (0, 0, 1, 1, 0)
    assert room.titles() == ["Mole"]
    site.put("/a", page("The harbour"), ETag='"1"')
    assert not room.refresh("wire").failed
    assert room.ids() == ids


def test_a_redirect_leads_to_the_article_of_its_target(room: Newsroom, site: Site) -> None:
    target = site.put("/new", page("The harbour"))
    watch(room, site.put("/old", status=301, Location=target))
    assert counts(room) == (1, 0, 0, 0, 0)
    assert room.titles() == ["The harbour"]
    assert [entry.link for entry in room.feed()] == [target]


def test_a_page_behind_a_redirect_is_asked_for_changes_where_it_is(
    room: Newsroom, site: Site
) -> None:
    target = site.put("/new", page("The harbour"), ETag='"1"')
    watch(room, site.put("/old", status=302, Location=target))
    counts(room)
    assert counts(room) == (0, 0, 1, 0, 0)
    assert site.answers == [("/old", 302), ("/new", 200), ("/old", 302), ("/new", 304)]
    site.put("/new", page("The harbour"), ETag='"2"')
    site.put("/old", page("The harbour"), ETag='"2"')
    counts(room)
    assert counts(room) == (0, 0, 1, 0, 0)
    assert site.answers[4:] == [("/old", 200), ("/old", 304)]


def test_two_addresses_of_one_article_are_one_article(room: Newsroom, site: Site) -> None:
    canonical = site.server.url_for("/a")
    head = f'<link rel="canonical" href="{canonical}">'
    site.put("/a", page("The harbour", head=head))
    site.put("/print/a", page("The harbour", more="Printed for you.", head=head))
    watch(room, canonical, site.server.url_for("/print/a"))
    for _ in range(2):
        report = room.refresh("wire")
        [trouble] = report.runs[0].troubles
        assert trouble.origin.endswith("/print/a")
        assert f"the article of {canonical}" in trouble.reason
        assert room.titles() == ["The harbour"]


@pytest.mark.parametrize("at_once", [True, False])
def test_a_canonical_address_that_different_articles_share_is_nobodys(
    room: Newsroom, site: Site, at_once: bool
) -> None:
    shared = site.server.url_for("/news/all")
    head = f'<link rel="canonical" href="{shared}">'
    titles = ("The harbour", "The mole", "The quay", "The crane")
    urls = []
    for number, title in enumerate(titles):
        body = page(title, head=head).replace(
            "the harbour was built", f"{title} was number {number}"
        )
        urls.append(
            site.put(f"/{number}", body.replace("report", f"{number}th account of {title}"))
        )
        if not at_once:
            watch(room, *urls)
            assert counts(room)[::4] == (1, 0)
    watch(room, *urls)
    counts(room)
    ids, links = room.ids(), {entry.title: entry.link for entry in room.feed()}
    assert sorted(ids) == sorted(titles)
    assert len(set(ids.values())) == len(titles)
    own = dict(zip(titles, urls, strict=True))
    kept = {} if at_once else {"The harbour": shared}
    assert links == own | kept, "the first could not know"
    site.put("/4", page("The dock", head=head).replace("report", "docks and docks"))
    site.put(
        "/1", page("The mole and more", head=head).replace("report", "1th account of The mole")
    )
    watch(room, *reversed(urls), site.server.url_for("/4"))
    assert counts(room) == (1, 1, 3, 0, 0)
    assert len(room.ids()) == 5
    assert room.ids()["The mole and more"] == ids["The mole"]


def test_a_server_that_never_answers_costs_its_page_alone(room: Newsroom, site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(20)
        held: list[socket.socket] = []
        taker = threading.Thread(target=lambda: held.append(silent.accept()[0]))
        taker.start()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/a"
        watch(room, url, site.put("/b", page("The mole")))
        report = room.refresh("wire")
        taker.join()
        for peer in held:
            peer.close()
    assert (report.failed, report.runs[0].outcome) == (True, "partial")
    [trouble] = report.runs[0].troubles
    assert trouble.origin == url
    assert "within 1 seconds" in trouble.reason
    assert room.titles() == ["The mole"]
