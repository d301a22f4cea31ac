import logging
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.schedule import LONGEST_PAUSE, Cron, Ticker, next_due, parse_cron

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def slots(cron: Cron, begin: datetime, end: datetime) -> list[datetime]:
    """Every slot later than `begin` and before `end`, one asked for after the other."""
    found, last = [], begin
    while (last := cron.next_after(last)) < end:
        found.append(last)
    return found


def local(cron: str, count: int, after: datetime = NEW_YEAR, zone: str = "UTC") -> list[str]:
    """The next slots as `Thu 01-01 00:00`."""
    found = []
    for _ in range(count):
        after = parse_cron(cron, zone).next_after(after)
        found.append(f"{after.astimezone(ZoneInfo(zone)):%a %m-%d %H:%M}")
    return found


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("0 6 * * 0", ["Sun 01-04 06:00", "Sun 01-11 06:00"]),
        ("0 6 * * 7", ["Sun 01-04 06:00", "Sun 01-11 06:00"]),
        ("0 6 * * 1", ["Mon 01-05 06:00", "Mon 01-12 06:00"]),
        ("0 6 * * 1-5", ["Thu 01-01 06:00", "Fri 01-02 06:00", "Mon 01-05 06:00"]),
        ("0 6 * * fri-sun", ["Fri 01-02 06:00", "Sat 01-03 06:00", "Sun 01-04 06:00"]),
        ("0 6 * * 5-7", ["Fri 01-02 06:00", "Sat 01-03 06:00", "Sun 01-04 06:00"]),
        ("*/20 3 1 feb *", ["Sun 02-01 03:00", "Sun 02-01 03:20", "Sun 02-01 03:40"]),
        ("5,7-9/2 0 * * *", ["Thu 01-01 00:05", "Thu 01-01 00:07", "Thu 01-01 00:09"]),
        ("@hourly", ["Thu 01-01 01:00", "Thu 01-01 02:00"]),
        ("@Daily", ["Fri 01-02 00:00", "Sat 01-03 00:00"]),
        ("@weekly", ["Sun 01-04 00:00"]),
        ("@monthly", ["Sun 02-01 00:00", "Sun 03-01 00:00"]),
        ("@yearly", ["Fri 01-01 00:00"]),
    ],
)
def test_numbers_names_ranges_and_nicknames_mean_what_crontab_says(
    cron: str, expected: list[str]
) -> None:
    assert local(cron, len(expected)) == expected


def test_a_day_fits_by_number_or_by_name_when_both_are_given() -> None:
    assert local("0 0 13 * 5", 4) == [
        "Fri 01-02 00:00",
        "Fri 01-09 00:00",
        "Tue 01-13 00:00",
        "Fri 01-16 00:00",
    ]
    assert local("0 0 */2 * 5", 2) == ["Fri 01-09 00:00", "Fri 01-23 00:00"]  # a star: both


def test_leap_days_come_however_far_away() -> None:
    leap = parse_cron("0 0 29 2 *", "UTC")
    assert leap.next_after(datetime(2096, 3, 1, tzinfo=UTC)).year == 2104
    friday = parse_cron("0 0 29 2 */5", "UTC")  # a star: a Sunday or Friday, 29 February
    assert friday.next_after(NEW_YEAR).date() == date(2032, 2, 29)


@pytest.mark.parametrize(
    ("cron", "why"),
    [
        ("0 0 30 2 *", "no such date"),
        ("0 0 31 4,6,9,11 *", "no such date"),
        ("0 0 31 2 */2", "no such date"),
        ("0 6 * *", "five fields"),
        ("0 0 6 * * *", "five fields"),
        ("", "five fields"),
        ("* " * 200, "five fields"),
        ("60 * * * *", "minute: '60' is not 0 to 59"),
        ("* 24 * * *", "hour"),
        ("* * 0 * *", "day of month"),
        ("* * * 13 *", "month: '13' is not 1 to 12 or jan"),
        ("* * * * 8", "day of week"),
        ("* * * * mo", "day of week"),
        ("*/0 * * * *", "step"),
        ("5/10 * * * *", "write 5-59/10"),
        ("* 22-2 * * *", "backwards"),
        ("* * L * *", "day of month"),
        ("1,,2 * * * *", "minute"),
        ("1- * * * *", "minute"),
        ("-1 * * * *", "minute"),
        ("*-5 * * * *", "minute"),
        ("१ * * * *", "minute"),
        ("@reboot", "@hourly"),
    ],
)
def test_what_is_no_schedule_is_refused_in_plain_words(cron: str, why: str) -> None:
    with pytest.raises(ValueError, match=why.replace("*", r"\*")):
        parse_cron(cron, "UTC")


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        parse_cron("@daily", "Mars/Olympus")


@pytest.mark.parametrize("cron", ["30 2 * * *", "0 2,3 * * *", "15 1-3 * * 0", "59 23 * * *"])
def test_through_a_year_with_both_changes_each_slot_runs_once(cron: str) -> None:
    parsed = parse_cron(cron, "Europe/Berlin")
    begin = datetime(2026, 1, 1, tzinfo=BERLIN)
    found = slots(parsed, begin, datetime(2027, 1, 1, tzinfo=BERLIN))
    assert found == sorted(set(found))
    days = [begin.date() + timedelta(days=n) for n in range(365)]
    expected = Counter(
        day
        for day in days
        if parsed.weekdays == tuple(range(7)) or day.isoweekday() == 7
        for _ in range(len(parsed.hours))
    )
    if cron == "0 2,3 * * *":  # in spring two o'clock moves onto three o'clock
        expected[date(2026, 3, 29)] -= 1
    if cron == "15 1-3 * * 0":
        expected[date(2026, 3, 29)] -= 1
    assert Counter(slot.astimezone(BERLIN).date() for slot in found) == expected


def test_a_time_that_occurs_twice_runs_first_and_one_that_is_skipped_runs_late() -> None:
    def on(day: datetime) -> list[str]:
        found = slots(parse_cron("30 2 * * *", "Europe/Berlin"), day, day + timedelta(hours=30))
        return [slot.strftime("%H:%M") for slot in found]

    assert on(datetime(2026, 10, 25, tzinfo=BERLIN)) == ["00:30", "01:30"]  # 2:30 summer, next day
    assert on(datetime(2026, 3, 29, tzinfo=BERLIN)) == ["01:30", "00:30"]  # 3:30 summer, next day


def test_a_schedule_of_every_hour_goes_on_in_real_time() -> None:
    for day in (datetime(2026, 10, 25, tzinfo=BERLIN), datetime(2026, 3, 29, tzinfo=BERLIN)):
        begin = day.astimezone(UTC) - timedelta(hours=1)
        found = slots(
            parse_cron("*/30 * * * *", "Europe/Berlin"), begin, begin + timedelta(hours=30)
        )
        assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(minutes=30)}


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(["Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Africa/Cairo"]),
    st.integers(0, 2 * 365 * 24 * 60),
    st.integers(0, 59),
    st.integers(0, 23),
)
def test_asking_later_never_gives_an_earlier_slot(
    zone: str, after: int, minute: int, hour: int
) -> None:
    cron = parse_cron(f"{minute} {hour} * * *", zone)
    moment = NEW_YEAR + timedelta(minutes=after)
    due = cron.next_after(moment)
    assert moment < due <= moment + timedelta(hours=26)
    assert cron.next_after(due - timedelta(microseconds=1)) == due
    assert cron.next_after(due) > due


def test_an_interval_without_spread_is_exact() -> None:
    due = next_due(cron=None, interval=timedelta(minutes=1), after=NEW_YEAR, errors=0, spread="")
    assert due == NEW_YEAR + timedelta(minutes=1)


def test_sources_begun_together_drift_apart_by_at_most_a_tenth() -> None:
    hour = timedelta(hours=1)
    waits = [
        next_due(cron=None, interval=hour, after=NEW_YEAR, spread=f"source-{n}") - NEW_YEAR
        for n in range(200)
    ]
    assert all(hour * 0.9 <= wait <= hour * 1.1 for wait in waits)
    assert max(Counter(wait // timedelta(minutes=1) for wait in waits).values()) < 30
    again = next_due(cron=None, interval=hour, after=NEW_YEAR, spread="source-0")
    assert again - NEW_YEAR == waits[0]


def test_errors_double_the_pause_up_to_a_day_and_never_shorten_it() -> None:
    def pause(interval: timedelta, errors: int) -> timedelta:
        return next_due(cron=None, interval=interval, after=NEW_YEAR, errors=errors) - NEW_YEAR

    hour = timedelta(hours=1)
    assert [pause(hour, n) / hour for n in (0, 1, 2, 4, 5, 10_000)] == [1, 2, 4, 16, 24, 24]
    assert pause(timedelta(days=7), 3) == timedelta(days=7)
    assert pause(timedelta(seconds=10), 99) == LONGEST_PAUSE


def test_a_cron_knows_no_errors() -> None:
    cron = parse_cron("0 6 * * *", "Europe/Berlin")
    due = next_due(cron=cron, interval=timedelta(1), after=NEW_YEAR, errors=9, spread="a")
    assert due == datetime(2026, 1, 1, 5, tzinfo=UTC)


def test_a_ticker_ticks_at_once_and_again_and_stops() -> None:
    ticked = threading.Semaphore(0)
    ticker = Ticker(lambda: ticked.release(), timedelta(seconds=0.05))
    ticker.start()
    ticker.start()
    assert ticked.acquire(timeout=30)
    assert ticked.acquire(timeout=30)
    ticker.stop()
    ticker.stop()
    threading.Event().wait(0.1)
    while ticked.acquire(blocking=False):
        pass
    assert not ticked.acquire(timeout=0.2)


def test_a_tick_that_fails_is_logged_and_the_next_one_comes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    twice, calls = threading.Event(), []

    def tick() -> None:
        calls.append(1)
        if len(calls) == 2:
            twice.set()
        raise RuntimeError("boom")

    ticker = Ticker(tick, timedelta(seconds=0.05))
    ticker.start()
    assert twice.wait(5)
    ticker.stop()
    assert any("tick failed" in record.message and record.exc_info for record in caplog.records)


def test_a_slow_tick_runs_alone_and_what_it_skips_makes_no_noise(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    running, most, begun, free = [], [0], threading.Event(), threading.Event()

    def tick() -> None:
        running.append(1)
        most[0] = max(most[0], len(running))
        begun.set()
        free.wait(5)
        running.pop()

    ticker = Ticker(tick, timedelta(seconds=0.05))
    ticker.start()
    assert begun.wait(5)
    threading.Event().wait(0.4)
    ticker.stop()
    free.set()
    assert most == [1]
    assert not caplog.records


def test_importing_the_schedule_does_not_import_apscheduler() -> None:
    code = "import sys, ingest.schedule; sys.exit('apscheduler' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
