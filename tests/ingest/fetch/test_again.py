"""When a server may be asked again, by what it says: dates, seconds, and nonsense."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.article import Validators
from ingest.errors import FetchError
from ingest.fetch.again import LONGEST, SHORTEST, fresh_for, retry_after
from tests.ingest.fetch.conftest import NOW, Answer, Make

HOUR = timedelta(hours=1)


def http_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", timedelta(seconds=120)),
        (" 3600 ", HOUR),
        ("1", SHORTEST),
        ("0", SHORTEST),
        ("999999999999999999999", LONGEST),
        (http_date(NOW + 2 * HOUR), 2 * HOUR),
        ("Monday, 23-Nov-26 10:30:00 GMT", 2 * HOUR),
        ("Mon Nov 23 10:30:00 2026", 2 * HOUR),
        (http_date(NOW - HOUR), SHORTEST),
        (http_date(NOW + 100 * HOUR), LONGEST),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_within_limits(
    value: str, expected: timedelta | None
) -> None:
    assert retry_after({"retry-after": value}, NOW) == expected


def test_dates_are_told_by_the_clock_of_the_server() -> None:
    wrong = NOW - timedelta(days=400)
    dated = {"date": http_date(wrong), "retry-after": http_date(wrong + HOUR)}
    assert retry_after(dated, NOW) == HOUR
    assert fresh_for({"date": http_date(wrong), "expires": http_date(wrong + HOUR)}, NOW) == HOUR


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"cache-control": "max-age=600"}, 600),
        ({"cache-control": 'public, Max-Age = "600"', "age": "100"}, 500),
        ({"cache-control": "max-age=600", "age": "700"}, 0),
        ({"cache-control": "max-age=600", "expires": http_date(NOW + HOUR)}, 600),
        ({"cache-control": "public", "expires": http_date(NOW + HOUR)}, 3600),
        ({"cache-control": "no-cache, max-age=600"}, 0),
        ({"cache-control": "max-age=600, no-store"}, 0),
        ({"cache-control": "s-maxage=600"}, 0),
        ({"cache-control": "x-max-age=600"}, 0),
        ({"expires": "0"}, 0),
        ({"expires": http_date(NOW - HOUR)}, 0),
        ({"cache-control": "max-age=999999999999"}, 31_536_000),
    ],
)
def test_an_answer_is_fresh_for_as_long_as_it_says(headers: dict[str, str], seconds: int) -> None:
    assert fresh_for(headers, NOW) == timedelta(seconds=seconds)


@given(st.text(), st.text(), st.text(), st.text())
def test_no_header_breaks_the_reading_or_the_limits(a: str, b: str, c: str, d: str) -> None:
    headers = {"retry-after": a, "cache-control": f"max-age={a}, {b}", "age": c, "expires": d}
    wait = retry_after(headers | {"date": b}, NOW)
    assert wait is None or SHORTEST <= wait <= LONGEST
    assert timedelta() <= fresh_for(headers | {"date": c}, NOW) <= timedelta(days=365)


def test_a_document_and_no_news_tell_how_long_they_are_fresh(make: Make, answer: Answer) -> None:
    head = 'Content-Type: text/html\r\nCache-Control: max-age=60\r\nETag: "a"'
    found = make().fetch(answer(head=head).url(), Validators(), NOW)
    assert found.fresh_for == timedelta(seconds=60)
    server = answer(b"", "Cache-Control: max-age=90", "304 Not Modified")
    assert make().fetch(server.url(), Validators(etag='"a"'), NOW).fresh_for == timedelta(
        seconds=90
    )


def test_too_many_requests_hold_the_host_for_everybody_and_other_hosts_go_on(
    make: Make, answer: Answer
) -> None:
    server, fetcher = answer(b"", "Retry-After: 7200", "429 Too Many"), make()
    with pytest.raises(FetchError) as caught:
        fetcher.fetch(server.url("/a"), Validators(), NOW)
    assert (caught.value.status, caught.value.retry_after) == (429, 2 * HOUR)
    with pytest.raises(FetchError, match="left alone for another 2 hours") as caught:
        fetcher.fetch(server.url("/b"), Validators(), NOW)
    assert caught.value.status == 429
    assert caught.value.retry_after is not None
    assert HOUR < caught.value.retry_after <= 2 * HOUR
    assert server.connections == 1
    with pytest.raises(FetchError, match="429 from other"):
        fetcher.fetch(server.url("/a", "other.example"), Validators(), NOW)
    assert server.connections == 2


def test_who_asks_for_no_time_gets_a_minute(make: Make, answer: Answer) -> None:
    with pytest.raises(FetchError) as caught:
        make().fetch(answer(b"", "X: y", "429 Too Many").url(), Validators(), NOW)
    assert caught.value.retry_after == SHORTEST


def test_an_overloaded_page_holds_nothing_but_itself(make: Make, answer: Answer) -> None:
    server, fetcher = answer(b"", "Retry-After: 7200", "503 Busy"), make()
    for path in ("/a", "/b"):
        with pytest.raises(FetchError, match="503") as caught:
            fetcher.fetch(server.url(path), Validators(), NOW)
        assert caught.value.retry_after == 2 * HOUR
    assert server.connections == 2


def test_several_silent_hosts_and_none_reached_are_an_outage_of_ours(
    make: Make, answer: Answer
) -> None:
    down = True

    def resolve(_host: str, _port: int) -> tuple[str, ...]:
        if down:
            raise OSError("no network")
        return ("127.0.0.1",)

    fetcher, server = make(resolve), answer()

    def offline(host: str) -> bool:
        with pytest.raises(FetchError) as caught:
            fetcher.fetch(server.url("/", host), Validators(), NOW)
        return caught.value.offline

    hosts = ("a.example", "b.example", "a.example", "c.example", "a.example")
    assert [offline(host) for host in hosts] == [False, False, False, True, True]
    down = False
    fetcher.fetch(server.url(), Validators(), NOW)
    down = True
    time.sleep(0.001)
    assert not offline("a.example")


def test_a_host_that_refuses_the_connection_was_reached(make: Make, answer: Answer) -> None:
    server = answer()
    port = server.port
    server.close()
    for number in range(5):
        with pytest.raises(FetchError, match="refused") as caught:
            make().fetch(f"http://{number}.example:{port}/", Validators(), NOW)
        assert not caught.value.offline
