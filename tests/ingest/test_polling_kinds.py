"""When the list that a source reads is asked, whatever its kind: politely, and never forgotten."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import event

from feeds.context import Context
from ingest.address import Address
from ingest.fetch import Fetcher
from ingest.store import sources
from tests.ingest.kinds import (
    DAY,
    FORMS,
    HOUR,
    NAMES,
    SITE,
    Desk,
    Web,
    about,
    listing,
    rss,
    sitemap,
    sitemap_index,
)
from tests.ingest.test_kinds import page
from tests.newsroom import NOON, Newsroom

LOGIN = '<html><body><form><input type="password"></form></body></html>'
each_kind = pytest.mark.parametrize("form", ["feed", "listing", "sitemap", "url"])
of_pages = pytest.mark.parametrize("form", ["fulltext", "listing", "sitemap"])


@pytest.fixture
def web(httpserver: HTTPServer) -> Web:
    return Web(httpserver)


Make = Callable[..., Desk]


@pytest.fixture
def make(tmp_path: Path, web: Web) -> Iterator[Make]:
    """Make the desk of a source of a form, which is closed at the end."""
    desks: list[Desk] = []

    def start(form: str, more: str = "") -> Desk:
        desks.append(Desk(tmp_path, web, form, more))
        return desks[-1]

    yield start
    for desk in desks:
        desk.restart()


@each_kind
def test_its_rhythm_is_that_of_its_articles_and_slows_while_nothing_comes(
    make: Make, web: Web, form: str
) -> None:
    desk = make(form)
    assert desk.look().new == 5
    assert desk.wire.gap == DAY
    assert desk.wire.why == "it changes about once a day"
    assert desk.pause == about(DAY / 2)
    web.asked()
    for times in range(1, 4):
        assert desk.next().unchanged == 5
        assert desk.pause == about(min(DAY / 2 * 1.25**times, DAY))
    assert desk.wire.why == "it has not changed the last 3 times"
    assert web.asked() == [("/index", 304)] * 3
    desk.lists("new", *NAMES)
    run = desk.next()
    assert (run.outcome, run.new) == ("ok", 1)
    assert desk.pause == about(DAY / 2)


@each_kind
def test_what_its_server_says_is_fresh_is_not_asked(make: Make, web: Web, form: str) -> None:
    desk = make(form)
    desk.lists(*NAMES, Cache_Control="max-age=72000")
    desk.look()
    assert desk.pause == 20 * HOUR
    assert desk.wire.why == "its server says that it stays the same until then"
    expires = datetime.now(UTC) + 22 * HOUR  # servers state the date too, which it is relative to
    desk.lists(*NAMES, Expires=f"{expires:%a, %d %b %Y %H:%M:%S} GMT")
    desk.next()
    assert web.asked("/index") == [("/index", 200), ("/index", 304)]
    assert desk.pause == pytest.approx(22 * HOUR, abs=HOUR / 2), "a 304 says it too"
    desk.watch('every = "1 hour"\n')
    desk.refresh("wire")
    assert desk.pause == about(HOUR)
    assert desk.wire.why == "every 60 minutes"


@pytest.mark.parametrize(
    ("head", "hours", "why"),
    [
        ("<ttl>1200</ttl>", 20, "the feed asks for it (ttl)"),
        ("<sy:updatePeriod>daily</sy:updatePeriod>", 24, "the feed asks for it (updatePeriod)"),
        (
            "<sy:updatePeriod>weekly</sy:updatePeriod><sy:updateFrequency>8</sy:updateFrequency>",
            21,
            "the feed asks for it (updatePeriod)",
        ),
        (
            "<skipHours>" + "".join(f"<hour>{n}</hour>" for n in range(7)) + "</skipHours>",
            19,
            "the feed asks not to be read before (skipHours, skipDays)",
        ),
        (
            "<skipDays><day>Tuesday</day><day>Wednesday</day></skipDays>",
            60,
            "the feed asks not to be read before (skipHours, skipDays)",
        ),
    ],
)
def test_a_feed_is_asked_when_it_wants_to_be_also_while_it_is_unchanged(
    make: Make, web: Web, head: str, hours: int, why: str
) -> None:
    desk = make("url")
    desk.lists(*NAMES, head=head)
    desk.look()
    start = desk.now
    assert (desk.pause, desk.wire.why) == (hours * HOUR, why)
    hints = desk.wire.hints
    desk.now = start
    desk.refresh("wire")
    assert web.asked("/index")[-1] == ("/index", 304)
    assert desk.wire.hints == hints
    assert desk.pause >= hours * HOUR - timedelta(seconds=1)
    desk.watch('every = "1 hour"\n')
    desk.refresh("wire")
    assert desk.pause == about(HOUR)
    desk.watch()
    desk.lists("new", *NAMES)
    desk.refresh("wire")
    assert desk.pause == about(DAY / 2), "who asks for nothing any more is asked as usual"


@each_kind
def test_one_that_is_missing_is_asked_as_before_for_a_week_and_then_daily(
    make: Make, web: Web, form: str
) -> None:
    desk = make(form)
    desk.look()
    before = desk.bytes()
    web.put("/index", status=404)
    for _ in range(5):
        run = desk.next()
        assert run.outcome == "failed"
        assert "404 from 127.0.0.1: there is no such page" in run.troubles[0].reason
        assert desk.pause == about(DAY / 2)
    assert desk.wire.why == "it was not there the last 5 times (404), and is asked as before"
    for _ in range(10):
        desk.next()
    assert desk.wire.why.startswith("it has not been there for ")
    assert desk.pause == DAY
    desk.lists(*NAMES)
    assert desk.next().outcome == "ok"
    assert desk.books == {}
    assert desk.bytes() == before


@each_kind
def test_one_that_is_gone_for_good_stops_its_source_until_somebody_asks(
    make: Make, web: Web, form: str
) -> None:
    desk = make(form)
    desk.look()
    before = desk.bytes()
    web.put("/index", status=410)
    assert desk.next().outcome == "failed"
    assert desk.wire.stopped is True
    assert desk.wire.why == (
        "stopped: 410 from 127.0.0.1: it says that the page is gone for good; "
        "`broadsheet refresh` with its name asks it again"
    )
    web.asked()
    desk.later(days=400)
    assert desk.refresh().runs == ()
    assert web.asked() == []
    assert desk.bytes() == before
    desk.lists(*NAMES)
    (run,) = desk.refresh("wire").runs
    assert run.outcome == "ok"
    assert desk.wire.why == "it changes about once a day"
    assert desk.books == {}


@each_kind
def test_one_that_does_not_let_us_in_is_asked_daily(make: Make, web: Web, form: str) -> None:
    status = 403 if form == "feed" else 401
    desk = make(form, 'every = "1 hour"\n')
    desk.look()
    web.put("/index", status=status)
    desk.next()
    assert desk.pause == 4 * HOUR
    assert desk.wire.why == f"it does not let us in ({status})"
    desk.next()
    assert desk.pause == DAY


@each_kind
def test_one_with_troubles_of_its_own_is_asked_less_and_less_often(
    make: Make, web: Web, form: str
) -> None:
    desk = make(form, 'every = "1 hour"\n')
    desk.look()
    web.put("/index", status=500)
    pauses = []
    for _ in range(6):
        desk.next()
        pauses.append(desk.pause / HOUR)
    assert pauses == [2, 4, 8, 16, 24, 24]
    assert desk.wire.why == "it could not be read 6 times in a row"
    desk.lists("new", *NAMES)
    assert desk.next().new == 1
    assert desk.pause == about(HOUR)


@each_kind
@pytest.mark.parametrize("schedule", ["", 'every = "1 hour"\n', 'cron = "0 * * * *"\n'])
def test_one_that_asks_for_peace_gets_it_whatever_the_schedule(
    make: Make, web: Web, form: str, schedule: str
) -> None:
    desk = make(form, schedule)
    desk.look()
    at = datetime.now(UTC) + 30 * HOUR
    status = 429 if schedule else 503
    for asked in ("108000", f"{at:%a, %d %b %Y %H:%M:%S} GMT"):
        web.put("/index", status=status, Retry_After=asked)
        desk.refresh("wire")
        assert desk.pause == pytest.approx(30 * HOUR, abs=HOUR)
        assert desk.wire.why == f"its server asks for it ({status})"
    web.asked()
    desk.restart()
    desk.later(hours=28)
    assert desk.refresh().runs == ()
    assert web.asked() == []


def test_what_is_new_in_a_sitemap_is_seen_although_the_index_of_sitemaps_never_changes(
    make: Make, web: Web
) -> None:
    desk = make("sitemap")
    web.put("/index", *sitemap_index(web, "/s1.xml", "/s2.xml"))
    web.put("/s1.xml", *sitemap(web, *NAMES[:3]))
    web.put("/s2.xml", *sitemap(web, *NAMES[3:]))
    assert desk.look().new == 5
    web.asked()
    assert desk.next().unchanged == 5
    assert web.asked() == [("/index", 304), ("/s1.xml", 304), ("/s2.xml", 304)]
    web.put("/s2.xml", *sitemap(web, "new", *NAMES[3:]))
    assert desk.next().new == 1
    assert web.asked("/s1.xml", "/s2.xml") == [("/s1.xml", 304), ("/s2.xml", 200)]
    web.put("/index", *sitemap_index(web, "/s2.xml"))
    desk.next()
    web.asked()
    desk.next()
    assert web.asked() == [("/index", 304), ("/s2.xml", 304)], "what is listed no more is not asked"


@pytest.mark.parametrize("form", ["sitemap", "list"])
def test_a_part_of_the_index_that_fails_is_told_waits_alone_and_is_not_forgotten(
    make: Make, web: Web, form: str
) -> None:
    more = "max_pages = 3\n" if form == "list" else ""
    desk = make(form, more)
    if form == "sitemap":
        web.put("/index", *sitemap_index(web, "/s1.xml", "/s2.xml"))
        web.put("/s1.xml", *sitemap(web, *NAMES[:3]))
    else:
        desk.lists(*NAMES[:3], head="<a rel='next' href='/s2.xml'>Next page</a>")
    web.put("/s2.xml", status=503, Retry_After="108000")
    run = desk.look()
    assert "503" in run.troubles[0].reason
    web.asked()
    for _ in range(2):
        run = desk.next()
        assert "503" in run.troubles[0].reason
    assert desk.now < NOON + 30 * HOUR
    assert web.asked("/s2.xml") == []
    desk.index = sitemap if form == "sitemap" else listing
    desk.lists(*NAMES[3:], path="/s2.xml")
    desk.later(hours=30)
    assert desk.look().outcome == "ok"
    assert len(desk.feed()) == 5
    assert desk.books == {}


@of_pages
def test_a_page_that_fails_holds_up_nobody_and_is_tried_again_although_nothing_else_changed(
    make: Make, web: Web, form: str
) -> None:
    desk = make(form, 'every = "1 hour"\n')
    web.put("/a/ferry", status=503, Retry_After="36000")
    run = desk.look()
    assert (run.new, run.failed) == ((5, 0) if form == "fulltext" else (4, 1))
    assert len(desk.feed()) == run.new, "a feed says something of it too"
    assert desk.pause == about(HOUR)
    web.asked()
    desk.restart()
    for _ in range(2):
        desk.next()
    assert web.asked() == [("/index", 304)] * 2
    web.put("/a/ferry", page("ferry", date="2026-05-02"))
    desk.later(hours=10)
    run = desk.look()
    assert (run.new + run.updated, run.outcome) == (1, "ok")
    assert web.asked() == [("/index", 304), ("/a/ferry", 200)]
    assert len(desk.feed()) == 5
    assert all("ferrymore" in one.content[0].value for one in desk.feed() if one.title == "ferry")


@of_pages
@pytest.mark.parametrize("status", [404, 410, 403, 500])
def test_what_was_read_of_a_page_stays_when_it_fails_and_its_books_end_with_its_listing(
    make: Make, web: Web, form: str, status: int
) -> None:
    desk = make(form, 'every = "1 hour"\n')
    desk.look()
    before = desk.bytes()
    web.put("/a/ferry", status=status)
    desk.lists("new", *NAMES)
    desk.later(days=2)
    run = desk.look()
    assert (run.new, run.updated, run.failed) == (1, 0, 1)
    assert desk.books["/a/ferry"].status == status
    assert not desk.wire.stopped
    web.asked()
    desk.next()
    assert web.asked("/a/ferry") == ([("/a/ferry", 404)] if status == 404 else [])
    desk.lists("new", *(name for name in NAMES if name != "ferry"))
    assert desk.next().outcome == "ok"
    assert desk.books == {}
    assert {one.id for one in desk.feed()} > {one.id for one in parsed(before)}


@pytest.mark.parametrize("form", ["listing", "sitemap"])
def test_a_page_that_robots_txt_forbids_is_left_out_and_is_no_failure(
    make: Make, web: Web, form: str
) -> None:
    desk = make(form, 'every = "1 hour"\n')
    web.robots = "User-agent: *\nDisallow: /a/ferry\n"
    run = desk.look()
    assert (run.outcome, run.new, run.failed) == ("ok", 4, 0)
    (told,) = run.troubles
    assert (told.failed, "robots.txt" in told.reason, "exclude" in told.advice) == (
        False,
        True,
        True,
    )
    assert not web.asked("/a/ferry")


def parsed(feed: bytes) -> list[Any]:
    return list(feedparser.parse(feed).entries)


def test_a_page_in_which_there_is_no_article_is_downloaded_once_a_day(make: Make, web: Web) -> None:
    desk = make("listing", 'every = "1 hour"\n')
    url = web.put("/a/ferry", "<html><body><video src='x'></video></body></html>")
    run = desk.look()
    assert [one.origin for one in run.troubles] == [url]
    web.asked()
    for _ in range(3):
        assert [one.origin for one in desk.next().troubles] == [url]
    assert web.asked() == [("/index", 304)] * 3
    desk.later(days=1)
    desk.look()
    assert ("/a/ferry", 200) in web.asked()


@each_kind
def test_an_index_that_moved_for_good_is_asked_where_it_is_until_that_is_gone(
    make: Make, web: Web, form: str
) -> None:
    desk = make(form)
    desk.refresh("wire")
    desk.lists(*NAMES, path="/moved", head=" ")
    web.put("/index", status=301 if form == "feed" else 308, Location=web.url("/moved"))
    desk.by_hand(days=1)
    desk.lists(*NAMES)
    desk.by_hand(days=1)
    assert desk.books == {}, "that was for a while"
    web.put("/index", status=301, Location=web.url("/moved"))
    desk.by_hand(days=2)
    web.asked()
    desk.by_hand(days=1)
    assert web.asked("/index", "/moved") == [("/moved", 304)] * 2
    assert desk.books["/index"].instead == web.url("/moved")
    web.put("/moved", status=404)
    desk.lists("new", *NAMES)
    desk.by_hand(days=1)
    assert web.asked("/index", "/moved") == [("/moved", 404), ("/index", 200)]
    assert len(desk.feed()) == 6


@each_kind
@pytest.mark.parametrize(
    ("status", "path", "body"),
    [
        (302, "/moved", ""),
        (301, "/login", LOGIN),
        (301, "/", ""),
        (301, "/sorry", "<html><body><p>We have tidied up.</p></body></html>"),
    ],
)
def test_an_index_does_not_move_to_what_is_another_thing_or_for_now(
    make: Make, web: Web, form: str, status: int, path: str, body: str
) -> None:
    desk = make(form)
    desk.refresh("wire")
    if body:
        web.put(path, body)
    else:
        desk.lists(*NAMES, path=path)
    web.put("/index", status=status, Location=web.url(path))
    desk.by_hand(days=3)
    assert not (desk.books or {"/index": Address()})["/index"].instead
    desk.lists("new", *NAMES)
    desk.now = max(desk.now, desk.wire.next_due)
    assert desk.look().new == 1


def test_a_host_that_wants_peace_gets_it_from_all_sources_also_after_a_restart(
    make: Make, web: Web
) -> None:
    desk = make("listing", 'every = "1 hour"\n')
    web.put("/a/ferry", status=429, Retry_After="36000")
    desk.look()
    web.asked()
    desk.restart()
    desk.later(hours=2)
    run = desk.look()
    assert web.asked() == []
    assert "wants to be left alone for another 8 hours" in run.troubles[0].reason
    desk.restart()
    desk.later(hours=8)
    assert desk.look().outcome != "failed"
    assert ("/index", 304) in web.asked()


@contextmanager
def written(context: Context) -> Iterator[list[str]]:
    """The statements that change the store inside."""
    engine, found = context.store._engine, list[str]()

    def note(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("SELECT", "BEGIN", "PRAGMA")):
            found.append(" ".join(statement.split()[:3]))

    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


PARSERS = (
    "ingest.sources.feed.parse_feed",
    "ingest.sources.listing.detect",
    "ingest.sources.sitemap.read_sitemap",
    "ingest.sources.anything.sniff",
    "tests.newsroom.prepare",
)


@pytest.mark.parametrize("form", [*FORMS, "pages", "index"])
def test_a_second_run_over_what_did_not_change_reads_nothing_and_writes_that_it_was(
    make: Make, web: Web, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    desk = make({"pages": "listing", "index": "sitemap"}.get(form, form))
    asked = ["/index"]
    if form == "pages":
        desk.watch("max_pages = 5\n")
        desk.lists(*NAMES[:3], head="<a rel='next' href='/2'>Next page</a>")
        desk.lists(*NAMES[3:], "new", path="/2")
        asked.append("/2")
    elif form == "index":
        web.put("/index", *sitemap_index(web, "/s1", "/s2"))
        web.put("/s1", *sitemap(web, *NAMES[:3]))
        web.put("/s2", *sitemap(web, *NAMES[3:]))
        asked += ["/s1", "/s2"]
    assert desk.look().outcome == "ok"
    before = desk.state()
    parsed: list[str] = []
    for name in PARSERS:
        monkeypatch.setattr(name, lambda *_, name=name, **__: parsed.append(name))
    for hours in (2, 30):
        web.asked()
        desk.later(hours=hours)
        with desk.open() as context, written(context) as statements:
            run = context.run("wire", "ingest")
        assert (run.outcome, run.new, run.updated) == ("ok", 0, 0)
        assert web.asked() == [(path, 304) for path in asked]
        assert parsed == []
        assert statements == ["INSERT INTO run", "UPDATE source SET"]
    desk.publish()
    assert desk.state() == before


def test_an_outage_of_our_own_counts_against_no_index_and_is_over_soon(
    tmp_path: Path, web: Web
) -> None:
    for name in NAMES:
        web.put(f"/a/{name}", page(name))
    kinds = {"feed": rss, "listing": listing, "sitemap": sitemap, "url": rss}
    for kind, index in kinds.items():
        web.put(f"/{kind}", *index(web, *NAMES))
    port = urlsplit(web.url("/")).port
    tables = "".join(
        f'[[source]]\nname = "{kind}"\n{kind} = "http://{kind}.example:{port}/{kind}"\n'
        for kind in kinds
    )
    room = Newsroom(tmp_path, SITE + tables)
    down = False

    def resolve(_host: str, _port: int) -> tuple[str, ...]:
        if down:
            raise OSError("no network")
        return ("127.0.0.1",)

    with room.open() as opened:
        assert opened.fetcher
        limits = opened.settings.fetch
        with Fetcher(limits, contact="", version="1", resolve=resolve) as fetcher:
            context = replace(opened, fetcher=fetcher)
            for kind in kinds:
                assert context.run(kind, "ingest").outcome == "ok"
            down = True
            room.later(hours=24)
            for kind in (*kinds, *kinds):  # nobody can tell before the third
                assert context.run(kind, "ingest").outcome == "failed"
            with context.store.read() as tx:
                states = sources.states(tx)
            for kind in ("sitemap", "url"):
                assert states[kind].errors == 0
                assert states[kind].next_due - room.now == about(HOUR / 2)
                assert "our own network seems to be down" in states[kind].why
            down = False
            room.later(hours=24)
            for kind in kinds:
                assert context.run(kind, "ingest").outcome == "ok"
