"""The runs of a daemon: one a source, hosts side by side, who asks first."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from feeds import pool as pools
from feeds.pool import Pool
from ingest.store.runs import RunReport

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
WAIT = 30  # seconds until a test that hangs fails


class Runs:
    """Runs that last until they are let go; `began` tells in which order."""

    def __init__(self) -> None:
        self.pool = Pool()
        self.began: list[str] = []
        self._more = threading.Condition()
        self._ends: dict[str, threading.Event] = {}

    def begin(self, name: str, host: str = "", *, due: bool = True) -> bool:
        end = self._ends.setdefault(name, threading.Event())

        def work(stopping: Callable[[], bool]) -> RunReport:
            with self._more:
                self.began.append(name)
                self._more.notify_all()
            while not (end.wait(0.01) or stopping()):
                pass
            return RunReport(source=name, started_at=NOW, outcome="ok")

        return self.pool.begin(name, name, work, host=host, due=due)

    def begun(self, count: int) -> list[str]:
        """The names of those begun so far, once there are so many."""
        with self._more:
            assert self._more.wait_for(lambda: len(self.began) >= count, WAIT), self.began
            return list(self.began)

    def end(self, name: str) -> None:
        self._ends[name].set()
        self.pool.running[name].future.result(WAIT)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Runs]:
    monkeypatch.setattr(pools, "_AT_ONCE", 2)
    monkeypatch.setattr(pools, "_AT_MOST", 4)
    found = Runs()
    yield found
    found.pool.close()


def test_what_is_due_runs_in_turn(runs: Runs) -> None:
    assert [runs.begin(name, f"{name}.example") for name in "abcd"] == [True] * 4
    assert set(runs.begun(2)) == {"a", "b"}
    assert not runs.begin("a", "a.example")
    assert not runs.begin("c", "c.example")
    runs.end("b")
    assert runs.begun(3)[2] == "c"
    assert [id_ for id_, _ in runs.pool.ended()] == ["b"]
    assert runs.begin("b", "b.example")
    runs.end("a")
    assert runs.begun(4)[3] == "d"
    runs.end("c")
    assert runs.begun(5)[4] == "b"
    for name in "db":
        runs.end(name)
    assert not runs.pool.idle, "what has ended was not collected"
    assert {id_ for id_, _ in runs.pool.ended()} == set("abcd")
    assert runs.pool.idle


def test_many_sources_of_one_host_hold_up_nobody_else(runs: Runs) -> None:
    for number in range(50):
        runs.begin(f"slow-{number}", "slow.example")
    runs.begin("other", "other.example")
    assert set(runs.begun(2)) == {"slow-0", "other"}
    runs.begin("third", "third.example")
    runs.end("slow-0")
    assert runs.begun(3)[2] == "third", "hosts take turns"
    runs.end("other")
    assert runs.begun(4)[3] == "slow-1"


def test_sources_that_ask_nobody_do_not_wait_for_each_other(runs: Runs) -> None:
    for name in "ab":
        runs.begin(name)
    assert set(runs.begun(2)) == {"a", "b"}


def test_many_slow_hosts_hold_up_nobody_else(runs: Runs) -> None:
    for name in "abcdefg":
        runs.begin(name, f"{name}.example")
    assert set(runs.begun(2)) == {"a", "b"}
    assert not list(runs.pool.ended()), "they may have begun just now"
    assert len(runs.begun(2)) == 2
    assert not list(runs.pool.ended())
    assert set(runs.begun(4)) == {"a", "b", "c", "d"}
    assert not list(runs.pool.ended())
    assert not list(runs.pool.ended())
    assert len(runs.began) == 4, "there is an end to it"
    for name in "abcd":
        runs.end(name)
    assert set(runs.begun(7)) == set("abcdefg")
    assert {id_ for id_, _ in runs.pool.ended()} == set("abcd")


def test_who_asks_does_not_wait_for_what_is_due(runs: Runs) -> None:
    for name in "abcde":
        runs.begin(name, "same.example")
    runs.begin("f", "f.example")
    assert set(runs.begun(2)) == {"a", "f"}
    assert runs.begin("c", "same.example", due=False)
    assert runs.begun(3)[2] == "c"
    assert not runs.begin("c", "same.example", due=False), "it is under way"
    runs.end("a")
    runs.end("c")
    assert runs.begun(4)[3] == "b"
    runs.end("b")
    assert runs.begun(5)[4] == "d", "c has run already"


def test_what_leaves_the_configuration_ends_and_does_not_begin(runs: Runs) -> None:
    for name in "abc":
        runs.begin(name, "same.example")
    runs.begun(1)
    runs.pool.keep({"c"})
    assert runs.begun(2) == ["a", "c"]


def test_what_waits_can_be_taken_out(runs: Runs) -> None:
    for name in "abc":
        runs.begin(name, "same.example")
    runs.begun(1)
    runs.pool.clear_due()
    runs.end("a")
    assert [id_ for id_, _ in runs.pool.ended()] == ["a"]
    assert runs.pool.idle
    assert runs.begin("c", "same.example")
    assert runs.begun(2) == ["a", "c"]


def test_nothing_begins_once_it_stops(runs: Runs) -> None:
    for name in "abc":
        runs.begin(name, "same.example")
    runs.begun(1)
    runs.pool.close()
    assert runs.began == ["a"]
