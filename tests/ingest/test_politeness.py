"""Pages as a source, over days: each is asked when it may be, and no other waits for it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from ingest.store import addresses, sources
from ingest.store.runs import RunReport
from ingest.store.sources import SourceState
from tests.ingest.test_urls_source import Site, page, watch
from tests.newsroom import Newsroom

HOUR = timedelta(hours=1)
LOGIN = page("Log in", more='<form><input name="p" type="password"></form>')


@pytest.fixture
def site(httpserver: HTTPServer) -> Iterator[Site]:
    yield Site(httpserver)
    httpserver.check_assertions()


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path)


def state(room: Newsroom) -> SourceState:
    with room.open() as context, context.store.read() as tx:
        return sources.states(tx)["wire"]


def look(room: Newsroom) -> RunReport | None:
    """Run the source if it is due."""
    runs = room.refresh().runs
    return runs[0] if runs else None


def at_due_time(room: Newsroom) -> RunReport:
    """Run the source when it is due next."""
    room.now = max(room.now, state(room).next_due)
    run = look(room)
    assert run
    return run


def pause(room: Newsroom) -> timedelta:
    return state(room).next_due - room.now


def about(span: timedelta, expected: timedelta) -> bool:
    """Whether `span` is that, a tenth more or less."""
    return expected * 0.9 <= span <= expected * 1.1


def test_a_page_is_asked_less_and_less_often_while_it_does_not_change(
    room: Newsroom, site: Site
) -> None:
    watch(room, site.put("/a", page("The harbour"), ETag='"1"'))
    look(room)
    assert about(pause(room), HOUR)
    for times in range(1, 4):
        at_due_time(room)
        assert about(pause(room), HOUR * 1.25**times)
    assert state(room).why == "it has not changed the last 3 times"
    for _ in range(30):
        at_due_time(room)
    assert 19 * HOUR < pause(room) <= 24 * HOUR
    site.put("/a", page("The new harbour"), ETag='"2"')
    assert at_due_time(room).updated == 1
    assert about(pause(room), HOUR)


def test_how_often_is_told_by_the_dates_of_the_articles(room: Newsroom, site: Site) -> None:
    head = '<meta property="article:published_time" content="2026-05-{:02}T08:00:00Z">'
    urls = [
        site.put(f"/{day}", page(f"Day {day}", head=head.format(day)), ETag=f'"{day}"')
        for day in range(1, 12)
    ]
    watch(room, *urls)
    look(room)
    assert state(room).gap == 24 * HOUR
    assert state(room).why == "it changes about once a day"
    assert about(pause(room), 12 * HOUR)


def test_a_fresh_page_is_not_asked_again_and_others_are(room: Newsroom, site: Site) -> None:
    fresh = site.put("/a", page("The harbour"), Cache_Control="max-age=36000")
    watch(room, fresh, site.put("/b", page("The mole")))
    look(room)
    at_due_time(room)
    assert [path for path, _ in site.answers] == ["/a", "/b", "/b"]
    room.later(hours=10)
    look(room)
    assert [path for path, _ in site.answers][3:] == ["/a", "/b"]


def test_a_source_of_fresh_pages_is_not_due_before_one_may_be_stale(
    room: Newsroom, site: Site
) -> None:
    watch(room, site.put("/a", page("The harbour"), ETag='"1"', Cache_Control="max-age=18000"))
    look(room)
    assert pause(room) == 5 * HOUR
    assert state(room).why == "its server says that it stays the same until then"
    assert at_due_time(room).unchanged == 1
    assert pause(room) == 5 * HOUR
    assert [status for _, status in site.answers] == [200, 304]


def test_with_a_schedule_of_ones_own_pages_are_asked_although_they_are_fresh(
    room: Newsroom, site: Site
) -> None:
    url = site.put("/a", page("The harbour"), ETag='"1"', Cache_Control="max-age=36000")
    watch(room, url, more='every = "1 hour"\n')
    look(room)
    at_due_time(room)
    assert [status for _, status in site.answers] == [200, 304]


def test_one_overloaded_page_waits_alone_and_is_told_of_meanwhile(
    room: Newsroom, site: Site
) -> None:
    watch(room, site.put("/a", page("The harbour")), site.put("/b", page("The mole")))
    look(room)
    url = site.put("/a", status=503, Retry_After="36000")
    site.answers.clear()
    for _ in range(3):
        run = at_due_time(room)
        assert [trouble.origin for trouble in run.troubles] == [url]
        assert "503" in run.troubles[0].reason
        assert run.unchanged == 1
    assert [path for path, _ in site.answers] == ["/a", "/b", "/b", "/b"]
    site.put("/a", page("The harbour"))
    room.later(hours=10)
    assert not at_due_time(room).troubles
    assert sorted(room.titles()) == ["The harbour", "The mole"]


def test_a_host_that_is_asked_too_often_is_left_alone_also_after_a_restart(
    room: Newsroom, site: Site
) -> None:
    watch(room, *(site.put(f"/{name}", status=429, Retry_After="7200") for name in "abc"))
    run = look(room)
    assert run
    assert run.failed == 3
    assert len(site.answers) == 1, "the first 429 is for all of its host"
    assert pause(room) >= 2 * HOUR - timedelta(minutes=1)
    assert state(room).why == "its server asks for it (429)"
    room.later(hours=1, minutes=50)
    assert look(room) is None


def test_a_page_that_is_gone_for_good_is_never_asked_again_and_its_source_stops(
    room: Newsroom, site: Site
) -> None:
    watch(room, site.put("/a", page("The harbour")))
    look(room)
    site.put("/a", status=410)
    at_due_time(room)
    assert state(room).stopped
    assert state(room).why.startswith("stopped: 410 from ")
    site.answers.clear()
    room.later(days=900)
    assert look(room) is None
    assert site.answers == []
    site.put("/a", page("The harbour"))
    assert not room.refresh("wire").failed
    assert not state(room).stopped
    assert site.answers == [("/a", 200)]


def test_another_list_of_pages_asks_what_had_stopped(room: Newsroom, site: Site) -> None:
    url = site.put("/a", status=410)
    watch(room, url)
    look(room)
    assert state(room).stopped
    watch(room, url, site.put("/b", page("The mole")))
    site.answers.clear()
    look(room)
    assert [path for path, _ in site.answers] == ["/a", "/b"]
    room.later(hours=2)
    look(room)
    assert [path for path, _ in site.answers] == ["/a", "/b", "/b"]
    with room.open() as context, context.store.read() as tx:
        assert list(addresses.known(tx, context.states["wire"].id)) == [url]
    watch(room, site.server.url_for("/b"))
    look(room)
    with room.open() as context, context.store.read() as tx:
        assert addresses.known(tx, context.states["wire"].id) == {}


def days(room: Newsroom, count: int) -> None:
    """Ask by hand twice a day."""
    for _ in range(2 * count):
        room.later(hours=12)
        room.refresh("wire")


def test_a_page_that_moved_for_good_is_asked_where_it_is_and_stays_the_article_it_was(
    room: Newsroom, site: Site
) -> None:
    watch(room, site.put("/old", page("The harbour"), ETag='"1"'))
    room.refresh("wire")
    before, ids = room.state(), room.ids()
    target = site.put("/new", page("The harbour"), ETag='"2"')
    site.put("/old", status=301, Location=target)
    days(room, 1)
    assert [path for path, _ in site.answers].count("/old") == 3
    days(room, 1)
    site.answers.clear()
    days(room, 1)
    assert site.answers == [("/new", 304)] * 2
    assert room.ids() == ids
    assert room.state().keys() == before.keys()
    site.put("/new", status=404)
    site.put("/old", page("The harbour, back"), ETag='"3"')
    days(room, 1)
    assert room.titles() == ["The harbour, back"]
    assert room.ids() == {"The harbour, back": ids["The harbour"]}


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_page_that_is_elsewhere_for_now_is_asked_at_its_own_address(
    room: Newsroom, site: Site, status: int
) -> None:
    watch(room, site.put("/old", status=status, Location=site.put("/new", page("The harbour"))))
    days(room, 4)
    assert [path for path, _ in site.answers].count("/old") == 8


@pytest.mark.parametrize(
    ("path", "body"), [("/login", LOGIN), ("/", page("All our news")), ("/empty", "<p>")]
)
def test_what_is_no_page_of_its_own_is_never_moved_to(
    room: Newsroom, site: Site, path: str, body: str
) -> None:
    watch(room, site.put("/old", status=301, Location=site.put(path, body)))
    days(room, 4)
    assert [asked for asked, _ in site.answers].count("/old") >= 8


def test_where_several_pages_lead_none_has_moved(room: Newsroom, site: Site) -> None:
    target = site.put("/sorry", page("We have tidied up"))
    watch(room, *(site.put(f"/{name}", status=301, Location=target) for name in "ab"))
    days(room, 4)
    assert [path for path, _ in site.answers].count("/a") == 8


def test_what_comes_of_a_restart_is_the_same_as_without(room: Newsroom, site: Site) -> None:
    watch(room, site.put("/a", page("The harbour"), ETag='"1"'))
    look(room)
    due: datetime = state(room).next_due
    room.now = due - timedelta(seconds=1)
    assert look(room) is None
    assert state(room).next_due == due
    room.now = due
    assert look(room)
