"""When the list that a source reads is asked, whatever its kind: politely, and never forgotten."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.ingest.kinds import (
    DAY,
    HOUR,
    NAMES,
    Desk,
    Web,
    about,
)

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
    assert desk.wire.why.startswith("stopped: 410 from 127.0.0.1")
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
