"""One address over time: errors, freshness, moves. Laws hold for whatever it answers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.address import LONGEST_WAIT, Address, Answer, answered, failed
from ingest.errors import DeadlineError, FetchError, GoneError, RobotsError, TooLargeError
from ingest.schedule import LONGEST_PAUSE

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NEW = "https://example.org/new"


def error(status: int = 0, *, retry_after: timedelta | None = None) -> FetchError:
    kind = GoneError if status in {404, 410} else FetchError
    return kind(f"{status}: no", status=status, retry_after=retry_after)


def pauses(*statuses: int, every: timedelta = HOUR, base: timedelta = HOUR) -> list[float | None]:
    """The pauses, in hours, after errors that come so often; None: it goes by its source."""
    address, found, now = Address(), list[float | None](), NOW
    for status in statuses:
        address = failed(address, error(status), now, base=base)
        found.append((address.not_before - now) / HOUR if address.not_before else None)
        now += every
    return found


@pytest.mark.parametrize("status", [0, 500, 503, 429, 200, 402, 451])
def test_what_is_broken_waits_twice_as_long_each_time_up_to_a_day(status: int) -> None:
    assert pauses(*[status] * 6) == [2, 4, 8, 16, 24, 24]


def test_a_source_looked_at_less_often_than_daily_is_not_slowed_down_further() -> None:
    assert pauses(500, 500, base=7 * DAY) == [168, 168]


@pytest.mark.parametrize("status", [401, 403])
def test_who_locks_us_out_is_asked_after_four_hours_then_daily(status: int) -> None:
    assert pauses(status, status, status) == [4, 24, 24]


def test_what_is_missing_five_times_over_a_week_is_asked_daily() -> None:
    assert pauses(*[404] * 10, every=HOUR) == [None] * 10
    assert pauses(*[404] * 4, every=3 * DAY) == [None] * 4
    assert pauses(*[404] * 7, every=40 * HOUR) == [None] * 5 + [24, 24]
    address = Address()
    for day in range(10):
        address = failed(address, error(404), NOW + day * DAY, base=HOUR)
    assert address.why == "it has not been there for 9 days (404)"


def test_what_is_gone_for_good_is_stopped_until_it_answers_again() -> None:
    address = failed(Address(), error(410), NOW, base=HOUR)
    assert address.stopped
    assert address.why == "stopped: 410: no; `broadsheet refresh` with its name asks it again"
    assert address.waits(NOW + 900 * DAY)
    assert isinstance(address.last_error(), GoneError)
    assert answered(address, Answer(), NOW) == Address()


@pytest.mark.parametrize("kind", [GoneError, RobotsError, DeadlineError, TooLargeError, FetchError])
def test_while_it_waits_it_fails_as_it_did(kind: type[FetchError]) -> None:
    happened = kind("no", status=404 if kind is GoneError else 0)
    again = failed(Address(), happened, NOW, base=HOUR).last_error()
    assert again
    assert type(again) is kind
    assert (again.reason, again.status, again.advice) == (
        happened.reason,
        happened.status,
        happened.advice,
    )


def test_failures_of_another_kind_are_counted_anew() -> None:
    assert pauses(500, 503, 0, 403, 500, 404, 403) == [2, 4, 8, 4, 2, None, 4]


def test_a_server_that_names_a_time_is_believed_up_to_two_days() -> None:
    asked = error(503, retry_after=30 * HOUR)
    address = failed(Address(), asked, NOW, base=HOUR)
    assert address.not_before == NOW + 30 * HOUR
    assert address.why == "its server asks for it (503)"
    long = failed(Address(), error(503, retry_after=90 * HOUR), NOW, base=HOUR)
    assert long.not_before == NOW + 48 * HOUR
    short = failed(Address(), error(503, retry_after=HOUR), NOW, base=HOUR)
    assert short.not_before == NOW + 2 * HOUR


def test_an_outage_of_ours_counts_against_nobody() -> None:
    ours = error()
    ours.offline = True
    before = failed(Address(), error(500), NOW, base=HOUR)
    assert failed(before, ours, NOW + HOUR, base=HOUR) == before


def test_a_fresh_answer_is_good_for_a_day_at_most() -> None:
    address = answered(Address(), Answer(fresh_for=3 * HOUR), NOW)
    assert address.waits(NOW + 2 * HOUR)
    assert not address.waits(NOW + 3 * HOUR)
    assert answered(Address(), Answer(fresh_for=900 * DAY), NOW).not_before == NOW + DAY


def test_what_a_wrong_clock_wrote_is_not_believed() -> None:
    address = Address(not_before=NOW + 900 * DAY)
    assert not address.waits(NOW)
    assert address.waits(NOW + 899 * DAY)


def moved(*answers: tuple[int, str], before: Address | None = None, fits: bool = True) -> Address:
    """The address after answers at those hours, each with where it says that it moved."""
    address = before or Address()
    for hour, place in answers:
        answer = Answer(moved_to=place, fits=fits)
        address = answered(address, answer, NOW + timedelta(hours=hour))
    return address


def test_an_address_has_moved_when_it_said_so_three_times_over_a_day() -> None:
    assert moved((0, NEW), (12, NEW), (24, NEW)) == Address(instead=NEW)
    assert not moved((0, NEW), (48, NEW)).instead
    assert not moved((0, NEW), (1, NEW), (2, NEW), (23, NEW)).instead
    assert moved((0, NEW), (1, NEW), (2, NEW), (25, NEW)).instead == NEW


@pytest.mark.parametrize("between", ["", "https://example.org/other"])
def test_one_answer_without_or_to_elsewhere_begins_anew(between: str) -> None:
    assert not moved((0, NEW), (12, NEW), (24, between), (36, NEW), (48, NEW)).instead


def test_an_error_in_between_begins_anew() -> None:
    address = failed(moved((0, NEW), (12, NEW)), error(500), NOW + DAY, base=HOUR)
    assert not moved((30, NEW), before=address).instead


def test_what_cannot_be_the_page_is_never_moved_to() -> None:
    assert moved((0, NEW), (12, NEW), (24, NEW), (36, NEW), fits=False) == Address()


def test_a_moved_address_moves_on_but_never_to_an_insecure_place() -> None:
    at_new = Address(instead=NEW)
    newer = "https://example.com/newer"
    assert moved((0, newer), (12, newer), (24, newer), before=at_new).instead == newer
    insecure = "http://example.org/new"
    assert moved((0, insecure), (12, insecure), (24, insecure), before=at_new) == at_new
    assert moved((0, ""), before=at_new) == at_new


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_gone_where_it_moved_to_is_asked_at_its_own_place_again(status: int) -> None:
    address = failed(Address(instead=NEW), error(status), NOW, base=HOUR)
    assert address == Address()
    assert failed(address, error(410), NOW, base=HOUR).stopped


hours = st.integers(0, 10_000).map(lambda minutes: timedelta(minutes=minutes))
errors = st.builds(
    error,
    st.sampled_from([0, 200, 401, 403, 404, 410, 429, 451, 500, 503]),
    retry_after=st.none() | hours,
)
answers = st.builds(Answer, fresh_for=hours, moved_to=st.sampled_from(["", NEW]))


@given(st.lists(st.tuples(hours, errors | answers), max_size=30), hours)
def test_no_history_makes_an_address_wait_too_long_or_stop_but_for_410(
    history: list[tuple[timedelta, FetchError | Answer]], base: timedelta
) -> None:
    address, now = Address(), NOW
    for pause, said in history:
        now += pause
        if isinstance(said, Answer):
            address = answered(address, said, now)
            allowed = now + min(said.fresh_for, LONGEST_PAUSE)
        else:
            before, address = address, failed(address, said, now, base=base)
            allowed = now + min(said.retry_after or timedelta(), LONGEST_WAIT)
            if before.instead and not address.instead:
                continue
            assert address.stopped == (said.status == 410)
            assert address.failures >= 1
        wait = address.not_before or now
        assert wait >= allowed or address.stopped
        assert wait - now <= max(LONGEST_WAIT, base)
        assert replace(address, not_before=None).waits(now) == address.stopped
