"""Whole feeds an hour: who is told to wait, who never is, and what it costs to know."""

import sys
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from feeds.server import Limits
from tests.feeds.server.published import Site, served

ONE, OTHER = "8.8.8.8", "9.9.9.9"  # addresses on the internet: nothing is sent there
PROXIES = (ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8"))


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_an_hours_number_may_come_at_once_and_then_as_fast_as_it_fills_up(clock: Clock) -> None:
    limits = Limits(60, clock=clock)
    assert [limits.wait(ONE, "", "/all.rss") for _ in range(60)] == [0] * 60
    assert limits.wait(ONE, "", "/all.rss") == 60
    clock.now += 59.5
    assert limits.wait(ONE, "", "/all.rss") == 1, "refusals cost nothing"
    clock.now += 1
    assert limits.wait(ONE, "", "/all.rss") == 0
    clock.now += 3600 * 24
    assert [limits.wait(ONE, "", "/all.rss") for _ in range(61)] == [0] * 60 + [60]


def test_who_comes_every_five_minutes_without_validators_is_never_told_to_wait(
    clock: Clock,
) -> None:
    limits = Limits(12, clock=clock)
    for _ in range(1000):
        assert limits.wait(ONE, "", "/all.rss") == 0
        clock.now += 300


def test_each_client_and_each_feed_counts_by_itself(clock: Clock) -> None:
    limits = Limits(12, clock=clock)
    for _ in range(12):
        assert limits.wait(ONE, "", "/all.rss") == 0
    assert limits.wait(ONE, "", "/all.rss") > 0
    assert limits.wait(ONE, "", "/all.atom") == 0
    assert limits.wait(OTHER, "", "/all.rss") == 0


def refused(limits: Limits, peer: str, forwarded: str = "", count: int = 13) -> bool:
    return max(limits.wait(peer, forwarded, "/all.rss") for _ in range(count)) > 0


@pytest.mark.parametrize(
    "peer",
    ["127.0.0.1", "10.1.2.3", "192.168.1.1", "::1", "fd00::1", "fe80::1%eth0", "", "testclient",
     "::ffff:127.0.0.1", "100.64.0.1"],
)  # fmt: skip
def test_nobody_near_is_limited(peer: str) -> None:
    assert not refused(Limits(12), peer, count=100)


@pytest.mark.parametrize("peer", [ONE, f"::ffff:{ONE}", "2606:4700::1"])
def test_everybody_else_is(peer: str) -> None:
    assert refused(Limits(12), peer)
    assert not refused(Limits(0), peer, count=100)


def test_one_network_of_ipv6_is_one_client() -> None:
    limits = Limits(12)
    waits = [limits.wait(f"2606:4700::{n:x}", "", "/all.rss") for n in range(1, 14)]
    assert waits[-1] > 0
    assert limits.wait("2606:4700:0:1::1", "", "/all.rss") == 0


@pytest.mark.parametrize(
    ("peer", "forwarded", "limited"),
    [
        ("127.0.0.1", ONE, True),
        ("127.0.0.1", f"{ONE}:4711", True),
        ("127.0.0.1", "[2606:4700::1]:4711", True),
        ("127.0.0.1", f"192.168.1.1, {ONE}", True),
        ("127.0.0.1", f"{ONE}, 10.0.0.7", True),  # two proxies
        ("127.0.0.1", f"{ONE}, 192.168.1.1", False),  # somebody of the house says so
        ("127.0.0.1", f"{ONE}, nonsense", False),
        ("127.0.0.1", "", False),
        ("127.0.0.1", ",,,", False),
        (OTHER, "192.168.1.1", True),  # not believed
    ],
)
def test_only_trusted_proxies_are_believed(peer: str, forwarded: str, limited: bool) -> None:
    assert refused(Limits(12, PROXIES), peer, forwarded) is limited


def test_without_trust_a_header_changes_nothing() -> None:
    limits = Limits(12)
    assert not refused(limits, "127.0.0.1", ONE, count=100)
    assert [limits.wait(ONE, f"1.1.1.{n}", "/all.rss") for n in range(13)][-1] > 0


def test_what_is_remembered_is_bounded_and_the_longest_unseen_is_forgotten() -> None:
    limits = Limits(12, most=100)
    for number in range(12):
        assert limits.wait(ONE, "", "/all.rss") == 0
        for other in range(90):
            limits.wait(f"9.9.{number}.{other}", "", "/all.rss")
    assert limits.wait(ONE, "", "/all.rss") > 0
    for other in range(100):
        limits.wait(f"9.8.7.{other}", "", "/all.rss")
    assert limits.wait(ONE, "", "/all.rss") == 0
    assert len(limits._buckets) == 100
    assert sys.getsizeof(limits._buckets) < 100_000


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Site]:
    """A site that allows 12 an hour and believes everybody on this machine."""
    with served(tmp_path, Limits(12, PROXIES, clock=Clock())) as site:
        yield site


def test_the_heavy_unconditional_poller_is_told_how_long_to_wait(limited: Site) -> None:
    answers = [limited.get("/all.rss", x_forwarded_for=ONE) for _ in range(13)]
    assert [answer.status for answer in answers] == [200] * 12 + [429]
    last = answers[-1]
    assert last.headers["retry-after"] == "300"
    assert last.headers["cache-control"] == "no-store"
    assert last.headers["access-control-allow-origin"] == "*"
    assert b"If-None-Match" in last.body
    assert limited.get("/all.rss?null", x_forwarded_for=ONE).status == 429
    assert limited.get("/all.rss", x_forwarded_for=OTHER).status == 200


def test_who_asks_whether_there_is_news_is_never_told_to_wait(limited: Site) -> None:
    first = limited.get("/all.rss", x_forwarded_for=ONE)
    conditions = (
        {"if_none_match": first.headers["etag"]},
        {"if_modified_since": first.headers["last-modified"]},
        {"if_none_match": '"an edition before"'},
    )
    for condition in conditions:
        for _ in range(20):
            answer = limited.get("/all.rss", x_forwarded_for=ONE, **condition)
            assert answer.status in {200, 304}
    for _ in range(20):
        assert limited.get("/all.rss", "HEAD", x_forwarded_for=ONE).status == 200
        assert limited.get("/style.css", x_forwarded_for=ONE).status == 404
    assert limited.get("/all.rss", x_forwarded_for=ONE).status == 200
