"""When a source is looked at next: laws for every history, and the reasons in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.address import Address
from ingest.polling import (
    LATEST,
    SHORTEST,
    UNTOLD,
    Hints,
    Next,
    Pace,
    Seen,
    Told,
    gap_of,
    interval,
    next_look,
)
from ingest.schedule import LONGEST_PAUSE, parse_cron

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OPEN = Pace()


def test_the_usual_gap_is_the_median_between_moments() -> None:
    days = [NOW, NOW - DAY, NOW - 3 * DAY, NOW - 30 * DAY]
    assert gap_of(days) == 2 * DAY
    assert gap_of(list(reversed(days))) == 2 * DAY
    assert gap_of([NOW, NOW, NOW]) is None
    assert gap_of([NOW, NOW, NOW - HOUR]) == HOUR
    assert gap_of([NOW]) is gap_of([]) is None


@pytest.mark.parametrize(
    ("gap", "quiet", "hours"),
    [
        (None, 0, 1),
        (None, 2, 1.5625),
        (12 * HOUR, 0, 6),
        (12 * HOUR, 1, 7.5),
        (timedelta(minutes=5), 0, 0.5),
        (90 * DAY, 0, 24 / 1.1),
        (HOUR, 99, 24 / 1.1),
    ],
)
def test_half_the_gap_grows_with_each_look_that_finds_nothing(
    gap: timedelta | None, quiet: int, hours: float
) -> None:
    assert interval(OPEN, Seen(gap=gap, quiet=quiet)) / HOUR == pytest.approx(hours)


def test_the_operators_own_schedule_is_left_alone() -> None:
    seen = Seen(gap=HOUR, quiet=50, hints=Hints(ttl=DAY))
    assert next_look(Pace(every=HOUR), seen, NOW) == Next(at=NOW + HOUR, why="every 60 minutes")
    cron = Pace(cron=parse_cron("0 6 * * *", "UTC"))
    assert next_look(cron, seen, NOW) == Next(at=NOW + 18 * HOUR, why="its cron: 0 6 * * *")


def test_a_cron_keeps_to_its_slots_when_an_address_must_wait() -> None:
    cron = Pace(cron=parse_cron("0 * * * *", "UTC"))
    for minutes, hours in ((30, 1), (60, 1), (61, 2)):
        waits = Address(not_before=NOW + timedelta(minutes=minutes), why="it asks for it")
        look = next_look(cron, Seen(addresses=(waits,)), NOW)
        assert look.at == NOW + hours * HOUR


@pytest.mark.parametrize(
    ("hints", "hours", "why"),
    [
        (Hints(), 1, "how often it changes is not known yet"),
        (Hints(ttl=3 * HOUR), 3, "the feed asks for it (ttl)"),
        (Hints(every=6 * HOUR, ttl=3 * HOUR), 6, "the feed asks for it (updatePeriod)"),
        (Hints(ttl=30 * DAY), 24, "the feed asks for it (ttl)"),
        (Hints(skip_hours=frozenset({13, 14})), 3, "the feed asks not to be read before"),
        (Hints(skip_hours=frozenset({1})), 1, "how often"),
        (Hints(skip_days=frozenset({0})), 12, "the feed asks not to be read before"),
        (Hints(skip_days=frozenset({0, 1}), skip_hours=frozenset({0})), 37, "the feed asks not"),
        (Hints(skip_days=frozenset(range(7))), 1, "how often"),
        (Hints(skip_hours=frozenset(range(24))), 1, "how often"),
    ],
)
def test_a_feed_is_not_read_before_it_wants_to_be(hints: Hints, hours: int, why: str) -> None:
    look = next_look(OPEN, Seen(hints=hints), NOW)
    assert look.at == NOW + hours * HOUR
    assert look.why.startswith(why)


def test_one_address_that_may_be_asked_is_enough() -> None:
    late, gone = Address(not_before=NOW + 9 * HOUR, why="late"), Address(stopped=True, why="gone")
    assert next_look(OPEN, Seen(addresses=(late, gone, Address())), NOW).at == NOW + HOUR
    assert next_look(OPEN, Seen(addresses=(late, gone)), NOW) == Next(at=NOW + 9 * HOUR, why="late")
    assert next_look(OPEN, Seen(addresses=(gone, gone)), NOW) == Next(at=None, why="gone")


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (Seen(gap=12 * HOUR), "it changes about twice a day"),
        (Seen(gap=DAY), "it changes about once a day"),
        (Seen(gap=HOUR), "it changes about 24 times a day"),
        (Seen(gap=9 * DAY), "it changes about every 9 days"),
        (Seen(gap=HOUR, quiet=1), "it changes about 24 times a day"),
        (Seen(gap=HOUR, quiet=7), "it has not changed the last 7 times"),
        (Seen(errors=1), "it could not be read"),
        (Seen(offline=True), "no host can be reached: our own network seems to be down"),
    ],
)
def test_the_reason_is_told(seen: Seen, why: str) -> None:
    assert next_look(OPEN, seen, NOW).why == why


def told(**fields: Any) -> Seen:
    return Seen(gap=4 * HOUR, told=Told(**fields))


def test_while_a_hub_tells_of_news_looks_are_rarer_but_not_too_rare() -> None:
    far = NOW + 30 * DAY
    look = next_look(OPEN, told(until=far), NOW)
    assert look == Next(at=NOW + 12 * HOUR, why="its hub tells of news")
    often = Seen(gap=HOUR, told=Told(until=far))
    assert next_look(OPEN, often, NOW).at == NOW + 3 * HOUR
    rare = Seen(gap=40 * DAY, told=Told(until=far))
    assert next_look(OPEN, rare, NOW) == next_look(OPEN, replace(rare, told=UNTOLD), NOW)


def test_when_a_hub_ceases_to_tell_of_news_looks_are_as_ever() -> None:
    ends = NOW + 5 * HOUR
    assert next_look(OPEN, told(until=ends), NOW).at == ends
    assert next_look(OPEN, told(until=NOW + HOUR), NOW) == next_look(OPEN, told(), NOW)
    assert next_look(OPEN, replace(told(until=ends), errors=1), NOW).at == NOW + 4 * HOUR
    assert next_look(OPEN, replace(told(until=ends), offline=True), NOW).at == NOW + HOUR / 2


def test_who_says_how_often_says_so_with_a_hub_too() -> None:
    look = next_look(Pace(every=HOUR), told(until=NOW + DAY), NOW)
    assert look == Next(at=NOW + HOUR, why="every 60 minutes")


@pytest.mark.parametrize("pace", [OPEN, Pace(every=HOUR)])
def test_what_a_hub_told_of_is_looked_for_soon(pace: Pace) -> None:
    soon, now = NOW + timedelta(seconds=90), NOW + timedelta(seconds=20)
    why = "its hub told of news that was not there yet"
    assert next_look(pace, told(again=True), NOW) == Next(at=soon, why=why)
    assert next_look(pace, told(meanwhile=now), NOW) == Next(at=now, why=why)
    assert next_look(pace, told(meanwhile=NOW - HOUR), NOW) == Next(at=NOW, why=why)
    waits = (Address(not_before=NOW + 2 * HOUR, why="it asks for it"),)
    look = next_look(pace, replace(told(again=True), addresses=waits), NOW)
    assert look == Next(at=NOW + 2 * HOUR, why="it asks for it")


def test_during_an_outage_of_ours_it_is_tried_again_soon() -> None:
    look = next_look(OPEN, Seen(gap=90 * DAY, offline=True), NOW)
    assert look.at == NOW + SHORTEST


def test_sources_are_spread_by_a_tenth_in_a_repeatable_way() -> None:
    def waits() -> list[float]:
        looks = [next_look(Pace(spread=f"source-{n}"), Seen(), NOW).at for n in range(200)]
        return [(at - NOW) / HOUR for at in looks if at]

    assert waits() == waits()
    assert 0.9 <= min(waits()) < 0.92
    assert 1.08 < max(waits()) <= 1.1
    assert len(set(waits())) > 150


lengths = st.integers(0, 60 * 24 * 400).map(lambda minutes: timedelta(minutes=minutes))
moments = st.none() | st.integers(-2000, 48 * 60).map(lambda m: NOW + timedelta(minutes=m))
hints = st.builds(
    Hints,
    ttl=lengths,
    every=lengths,
    skip_hours=st.frozensets(st.integers(0, 23)),
    skip_days=st.frozensets(st.integers(0, 6)),
)
seens = st.builds(
    Seen,
    gap=st.none() | lengths,
    quiet=st.integers(0, 10_000),
    errors=st.integers(0, 10_000),
    hints=hints,
    addresses=st.lists(
        st.builds(Address, not_before=moments, stopped=st.booleans(), why=st.just("it waits")),
        max_size=3,
    ).map(tuple),
    offline=st.booleans(),
)
paces = st.builds(Pace, spread=st.text(max_size=3)) | st.builds(
    Pace, every=st.integers(10, 10**6).map(lambda n: timedelta(seconds=n)), spread=st.just("a")
)


@given(paces, seens)
def test_a_source_is_never_looked_at_too_early_nor_too_late_nor_forgotten(
    pace: Pace, seen: Seen
) -> None:
    look = next_look(pace, seen, NOW)
    assert look.why
    if look.at is None:
        assert seen.addresses
        assert all(address.stopped for address in seen.addresses)
        return
    assert look.at > NOW
    open_ = [address for address in seen.addresses if not address.stopped]
    assert look.at >= min((one.not_before or NOW for one in open_), default=NOW)
    if pace.adapts:
        assert look.at >= NOW + min(max(seen.hints.ttl, seen.hints.every), LONGEST_PAUSE)
        assert look.at >= NOW + SHORTEST * 0.9
        assert look.at <= NOW + LATEST
        skipping = seen.hints.skip_hours or seen.hints.skip_days
        waiting = max((one.not_before or NOW for one in open_), default=NOW) - NOW
        assert skipping or look.at - NOW <= max(LONGEST_PAUSE, waiting)
        allowed = set(range(24)) - seen.hints.skip_hours, set(range(7)) - seen.hints.skip_days
        if all(allowed):
            assert look.at.hour in allowed[0]
            assert look.at.weekday() in allowed[1]


@given(seens)
def test_what_is_new_never_makes_the_next_look_later(seen: Seen) -> None:
    fresh = Seen(gap=seen.gap, hints=seen.hints)
    quiet = Seen(gap=seen.gap, hints=seen.hints, quiet=seen.quiet)
    sooner, later = next_look(OPEN, fresh, NOW).at, next_look(OPEN, quiet, NOW).at
    assert sooner
    assert later
    assert sooner <= later
