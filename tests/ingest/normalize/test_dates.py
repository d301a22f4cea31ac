from datetime import UTC, datetime, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.normalize.dates import on_day, parse_date

BERLIN_MIDNIGHT = datetime(2026, 1, 4, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-05", "2026/01/05", "5. Januar 2026", "05.01.2026", "2026年1月5日", "Jan 5, 2026",
        "5 de enero de 2026", "2026-01-04T23:00:00Z", "2026-01-05 00:00 +0100", "5 января 2026",
    ],
)  # fmt: skip
def test_days_and_moments_in_many_forms(text: str) -> None:
    assert parse_date(text, "Europe/Berlin") == BERLIN_MIDNIGHT


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Mon, 05 Jan 2026 10:00:00 EST", datetime(2026, 1, 5, 15, tzinfo=UTC)),
        ("Mon, 05 Jan 26 10:00:00 +0545", datetime(2026, 1, 5, 4, 15, tzinfo=UTC)),
        ("2026-07-05T10:00:00.25", datetime(2026, 7, 5, 8, tzinfo=UTC)),
        ("2026-03-29 02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("2031-01-01T00:00Z", datetime(2031, 1, 1, tzinfo=UTC)),
    ],
)
def test_zones_are_kept_or_supplied(text: str, wanted: datetime) -> None:
    assert parse_date(text, "Europe/Berlin") == wanted


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 05 Jan 2026 10:00:00 GMT", "Monday, 05-Jan-26 10:00:00 GMT", "5 January 2026 10:00 Z",
        "Mon,5 Jan 2026 10:00:00.5 UT", "Mon, 05 Jan 2026 11:00:00 CET", "5 Jan 2026 12:00 GMT+2",
        "Mon, 05 Jan 2026 05:00:00 -0500 (EST)", "5 Jan 2026 10:00:00 +00:00", "20260105T100000Z",
        "2026-01-05T10:00:00.123456789012Z", "2026-01-05 10:00:00 +0000 UTC", "20260105100000 UTC",
        "2026-01-05T12:00:00 02:00", "2026-01-05 05:00:00 EST", "2026-01-05T10:00:00.000+0000",
        "5 Jan 2026 10:00 AM GMT", "Mon Jan  5 10:00:00 UTC 2026", "2026-1-5T10:0:00Z",
    ],
)  # fmt: skip
def test_what_feeds_write_for_one_moment(text: str) -> None:
    assert parse_date(text, "Asia/Tokyo") == datetime(2026, 1, 5, 10, tzinfo=UTC)


def test_a_day_ends_at_24_and_a_zone_nobody_knows_is_the_readers() -> None:
    assert parse_date("2026-01-04T24:00:00Z", "UTC") == datetime(2026, 1, 5, tzinfo=UTC)
    assert parse_date("5 Jan 2026 10:00 XYZT", "Asia/Tokyo") == datetime(2026, 1, 5, 1, tzinfo=UTC)


def test_dates_in_words_can_be_left_out() -> None:
    assert parse_date("5 janvier 2026", "UTC", words=False) is None
    assert parse_date("Mon, 05 Jan 2026", "UTC", words=False) == datetime(2026, 1, 5, tzinfo=UTC)


def test_the_language_tells_the_month_from_the_day_unless_only_one_can_be_it() -> None:
    assert parse_date("05/01/2026", "UTC") == datetime(2026, 5, 1, tzinfo=UTC)
    assert parse_date("05/01/2026", "UTC", language="fr") == datetime(2026, 1, 5, tzinfo=UTC)
    for language in ("en", "fr"):
        assert parse_date("13/05/2026", "UTC", language=language) == datetime(
            2026, 5, 13, tzinfo=UTC
        )
        assert parse_date("05/13/2026 10:30", "UTC", language=language) == datetime(
            2026, 5, 13, 10, 30, tzinfo=UTC
        )


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "yesterday", "3 hours ago", "12", "2026", "May", "5 January", "10:30",
        "1970-01-01", "1989-12-31", "2026-13-45", "9999-12-31", "0001-01-01T00:00+14:00",
        "1" * 1000, "3.11.4", "31 Jun 2026 10:00:00", "5 Jan 2026 25:00", "20261345", "1767225600",
    ],
)  # fmt: skip
def test_nonsense_and_half_dates_are_no_dates(text: str) -> None:
    assert parse_date(text, "UTC") is None


def test_a_date_keeps_the_offset_it_states() -> None:
    assert f"{parse_date('2026-01-05T23:30:00-05:00', 'UTC')}" == "2026-01-05 23:30:00-05:00"
    assert f"{parse_date('2026-07-05', 'Europe/Berlin')}" == "2026-07-05 00:00:00+02:00"


@pytest.mark.parametrize(
    ("stated", "day", "shown"),
    [
        ("2026-01-06T03:20:00Z", "2026-01-05", "2026-01-05 23:20:00-04:00"),
        ("2026-01-05T23:05:00Z", "2026-01-06", "2026-01-06 00:05:00+01:00"),
        ("2026-01-06T13:00:00Z", "2026-01-05", "2026-01-06 13:00:00+00:00"),
        ("2026-01-05T09:00:00Z", "2026-01-06", "2026-01-05 09:00:00+00:00"),
        ("2026-01-06T00:00:00Z", "2026-01-05", "2026-01-06 00:00:00+00:00"),
        ("2026-01-06T03:20:00+01:00", "2026-01-05", "2026-01-06 03:20:00+01:00"),
        ("2026-01-06T03:20:00Z", "2026-02-05", "2026-01-06 03:20:00+00:00"),
    ],
)
def test_a_moment_in_utc_is_put_on_the_day_it_was_at_the_publisher(
    stated: str, day: str, shown: str
) -> None:
    moment, told = parse_date(stated, "UTC"), parse_date(day, "UTC")
    assert moment
    assert told
    assert on_day(moment, told) == moment
    assert f"{on_day(moment, told)}" == shown


def test_an_unknown_zone_counts_as_utc() -> None:
    assert parse_date("2026-01-05", "Mars/Olympus") == datetime(2026, 1, 5, tzinfo=UTC)


@given(st.text(st.sampled_from("0123456789-/.:TZ+ JanuaryMon,年月日\x00\ud800"), max_size=30))
@settings(max_examples=25, deadline=None)
def test_any_text_is_a_moment_of_our_time_or_none(text: str) -> None:
    found = parse_date(text, "America/New_York")
    assert found is None or (isinstance(found.tzinfo, timezone) and 1990 <= found.year <= 2100)
