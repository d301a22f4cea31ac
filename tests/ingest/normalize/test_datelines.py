"""Dates in the text beside a link."""

import tomllib
from datetime import UTC, datetime, timezone
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.normalize.datelines import date_in, words

DAY = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Posted on 5 January 2026 by Ann | 3 comments", "05.01.2026 | Press release",
        "Jan. 5, 2026",
        "Monday, January 5th, 2026", "5. Januar 2026", "5 de enero de 2026", "5 janvier 2026",
        "2026年1月5日", "2026년 1월 5일", "2026. 1. 5.", "2026-01-05", "2026/01/05", "5-Jan-2026",
        "5 января 2026 г.", "5 stycznia 2026", "Κυριακή, 5 Ιανουαρίου 2026", "05 ene. 2026",
        "No. 12 of 400, 5 JAN 2026", "01/05/2026", "5 gennaio 2026", "Ann Bee – 5. tammikuuta 2026",
    ],
)  # fmt: skip
def test_a_day_is_found_in_many_languages_and_forms(text: str) -> None:
    assert date_in(text, "UTC", "") == DAY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 January 2026 at 3:30 pm", "2026-01-05 15:30"),
        ("January 5, 2026, 12:05 a.m.", "2026-01-05 00:05"),
        ("5. Januar 2026, 14:30 Uhr", "2026-01-05 14:30"),
        ("2026-01-05T10:20:30+02:00", "2026-01-05 08:20"),
        ("2026-01-05T10:20:30.123Z", "2026-01-05 10:20"),
        ("Mon, 05 Jan 2026 10:00:00 GMT", "2026-01-05 10:00"),
        ("05.01.2026 09:15", "2026-01-05 09:15"),
        ("5 January 2026 17 comments", "2026-01-05 00:00"),
        ("2026-01-05 10:00:00+00", "2026-01-05 10:00"),
        ("2026-01-05T10:00:00+01", "2026-01-05 09:00"),
        ("20260105T100000Z", "2026-01-05 10:00"),
        ("2026-01-05T23:30:00 PST", "2026-01-06 07:30"),
    ],
)
def test_the_time_after_it_counts(text: str, expected: str) -> None:
    found = date_in(text, "UTC", "")
    assert found
    assert f"{found.astimezone(UTC):%Y-%m-%d %H:%M}" == expected


def test_a_time_without_zone_is_in_the_zone_given() -> None:
    assert f"{date_in('5 January 2026 00:30', 'Europe/Berlin', '')}" == "2026-01-05 00:30:00+01:00"


@pytest.mark.parametrize(
    "text",
    ["", "Top 10 of 2026", "12 things to see", "March 2026", "5 January", "3 hours ago",
     "99.99.2026",
     "2026-13-45", "call 555-12-2026-1", "5 Brumaire 2026", "31 February 2026", "1 January 1900"],
)  # fmt: skip
def test_what_is_no_whole_date_is_none(text: str) -> None:
    assert date_in(text, "UTC", "") is None


def test_the_first_of_several_dates_counts() -> None:
    assert date_in("99.99.2026 then 5 January 2026, updated 7 March 2026", "UTC", "") == DAY


@given(st.text(st.sampled_from("0123456789-/.:TZ+ Januaryмай年月日,de\x00\ud800"), max_size=80))
@settings(max_examples=60, deadline=None)
def test_any_text_is_a_moment_or_none(text: str) -> None:
    found = date_in(text, "America/New_York", "en")
    assert found is None or (isinstance(found.tzinfo, timezone) and 1990 <= found.year <= 2100)


def test_a_month_has_one_number_in_all_languages() -> None:
    numbers: dict[str, set[int]] = {}
    text = resources.files("ingest.normalize").joinpath("dates.toml").read_text("utf-8")
    for months in tomllib.loads(text)["months"].values():
        assert len(months) == 12
        for number, names in enumerate(months, 1):
            for name in names.split():
                numbers.setdefault(name, set()).add(number)
    assert {name for name, found in numbers.items() if len(found) > 1} == set()
    assert len(words().months) == len(numbers)
