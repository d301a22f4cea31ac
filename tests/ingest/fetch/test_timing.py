"""Threads that fetches share: deadlines in order, look-ups that hold up no other."""

import threading
import time

from ingest.fetch.timing import Deadlines, LookUps

WAIT = 30  # seconds until a test that hangs fails


def test_deadlines_are_kept_in_their_order_whatever_the_order_they_came_in() -> None:
    deadlines, called, done = Deadlines(), list[str](), threading.Event()
    now = time.monotonic()
    deadlines.at(now + 0.2, done.set)
    for name, after in (("c", 0.15), ("a", 0.05), ("b", 0.1)):
        deadlines.at(now + after, lambda name=name: called.append(name))  # type: ignore[misc]
    never = deadlines.at(now + 0.07, lambda: called.append("never"))
    deadlines.call_off(never)
    deadlines.call_off(never)
    assert done.wait(WAIT)
    assert called == ["a", "b", "c"]
    assert time.monotonic() >= now + 0.2


def test_a_deadline_that_is_over_is_kept_at_once_and_the_thread_begins_anew() -> None:
    deadlines = Deadlines()
    for _ in range(3):
        done = threading.Event()
        deadlines.at(time.monotonic() - 1, done.set)
        assert done.wait(WAIT)
    far = deadlines.at(time.monotonic() + 3600, lambda: None)
    done = threading.Event()
    deadlines.at(time.monotonic(), done.set)
    assert done.wait(WAIT), "the first of all is not waited for behind a later one"
    deadlines.call_off(far)


def test_a_look_up_that_hangs_holds_up_no_other_and_threads_are_used_again() -> None:
    look_ups, release = LookUps(), threading.Event()
    threads: set[int] = set()
    look_ups.begin(lambda: release.wait(WAIT))
    for _ in range(20):
        done = threading.Event()

        def one(done: threading.Event = done) -> None:
            threads.add(threading.get_ident())
            done.set()

        look_ups.begin(one)
        assert done.wait(WAIT)
        until = time.monotonic() + WAIT
        while not look_ups._free and time.monotonic() < until:
            time.sleep(0.001)
    assert len(threads) == 1
    release.set()
