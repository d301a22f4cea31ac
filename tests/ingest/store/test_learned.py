"""What is learned of a source, in the store."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.passages import Place
from ingest.store import Store, configured, learned, open_store

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path / "store.db")
    with store.write() as tx:
        configured.sync(tx, [("inbox", "files", "*")], lambda name, _: f"of {name}", NOW)
    yield store
    store.close()


def test_two_who_learn_the_same_at_once_learn_it_once(store: Store) -> None:
    together = threading.Barrier(4)

    def work(first: int) -> None:
        together.wait()
        found: dict[int, Place] = {first + n: "head" for n in range(5)}
        with store.write() as tx:
            learned.add(tx, "of inbox", found, NOW)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as tx:
        found = learned.lines(tx, "of inbox")
    assert sorted(line.key for line in found) == list(range(8))
    assert [line.number for line in found] == list(range(1, 9))


def test_no_source_is_known_by_more_than_so_many_passages(store: Store) -> None:
    with store.write() as tx:
        for start in (0, 400):
            found: dict[int, Place] = dict.fromkeys(range(start, start + 400), "tail")
            learned.add(tx, "of inbox", found, NOW)
        assert len(learned.lines(tx, "of inbox")) == 500


def test_what_is_decided_while_it_is_carried_out_is_yet_to_be_done(store: Store) -> None:
    with store.write() as tx:
        learned.add(tx, "of inbox", {1: "head", 2: "tail"}, NOW)
        before = learned.lines(tx, "of inbox")
        assert learned.decide(tx, "of inbox", [2], keep=True) == [2]
        learned.applied(tx, "of inbox", before, {1: "one", 2: "two"})
        assert learned.of_source(tx, "of inbox").pending
        assert [(one.text, one.applied) for one in learned.lines(tx, "of inbox")] == [
            ("one", True),
            ("", False),
        ]
        learned.applied(tx, "of inbox", learned.lines(tx, "of inbox"), {2: "two"})
        assert not learned.of_source(tx, "of inbox").pending
        assert learned.decide(tx, "of inbox", [1, 2], keep=True) == [1]
