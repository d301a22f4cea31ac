"""Runs are remembered as long as somebody may ask about them, and no longer."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from ingest.store import Store, open_store, requests, runs, schema, sources
from ingest.store.runs import RunReport, Trouble

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
EMPTY = Trouble(origin="a.txt", reason="it is empty")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path / "store.db")
    with store.write() as tx:
        for name in ("s", "t"):
            row = insert(schema.source).values(id=name, name=name, kind="files", locator=name)
            tx.execute(row.values(next_due=0, settled=True))
    yield store
    store.close()


def run(store: Store, at: datetime, source: str = "s", *troubles: Trouble, new: int = 0) -> int:
    """A run of a second that begins then; its id."""
    with store.write() as tx:
        id_ = runs.start_run(tx, source, at)
        report = RunReport(
            id=id_,
            source=source,
            started_at=at,
            ended_at=at + timedelta(seconds=1),
            outcome="partial" if troubles else "ok",
            new=new,
            unchanged=3,
            failed=len(troubles),
            troubles=troubles,
        )
        state = sources.states(tx)[source]
        runs.end_run(tx, state, report, next_due=at, why="")
    return id_


def remembered(store: Store, source: str = "") -> list[RunReport]:
    with store.read() as tx:
        return list(runs.history(tx, source))


def test_a_run_that_changes_nothing_and_ends_as_the_one_before_is_no_news(store: Store) -> None:
    minute = timedelta(minutes=1)
    other = Trouble(origin="b.txt", reason="it is empty")
    run(store, NOW)
    run(store, NOW + minute)
    run(store, NOW + minute, "t")
    run(store, NOW + 2 * minute, "s", new=1)
    run(store, NOW + 3 * minute)
    run(store, NOW + 4 * minute, "s", EMPTY)
    run(store, NOW + 5 * minute, "s", EMPTY)
    run(store, NOW + 6 * minute, "s", EMPTY, other)
    run(store, NOW + 7 * minute)
    run(store, NOW + 8 * minute)
    with store.write() as tx:
        cut = runs.start_run(tx, "s", NOW + 9 * minute)
        runs.cut_short(tx, NOW + 9 * minute, cut)
    run(store, NOW + 10 * minute)
    news = [one.news for one in reversed(remembered(store, "s"))]
    assert news == [
        True, False, True, False, True, False, True, True, False, True, True,
    ]  # fmt: skip
    assert [one.news for one in remembered(store, "t")] == [True]


def test_history_tells_the_newest_first_of_one_source_or_all(store: Store) -> None:
    ids = [run(store, NOW, name) for name in ("s", "t", "s")]
    assert [one.id for one in remembered(store)] == ids[::-1]
    assert [one.id for one in remembered(store, "t")] == [ids[1]]
    assert remembered(store, "nosuch") == []
    assert remembered(store)[0].task == "ingest"


def test_runs_without_news_are_kept_two_days_the_others_ninety(store: Store) -> None:
    first = run(store, NOW)
    quiet = run(store, NOW + timedelta(minutes=1))
    failed = run(store, NOW + timedelta(minutes=2), "s", EMPTY)
    run(store, NOW + timedelta(days=1))
    run(store, NOW + timedelta(days=2))
    assert len(remembered(store)) == 5, "nothing is older than two days"
    run(store, NOW + timedelta(days=2, minutes=2))
    assert len(remembered(store)) == 6, "what is old is looked for once a day"
    run(store, NOW + timedelta(days=3))
    kept = {one.id for one in remembered(store)}
    assert first in kept
    assert failed in kept
    assert quiet not in kept
    last = run(store, NOW + timedelta(days=90, minutes=3))
    assert failed not in {one.id for one in remembered(store)}
    after = run(store, NOW + timedelta(days=900))
    assert [one.id for one in remembered(store)] == [after], f"{last} is older than any is kept"


def test_the_last_run_of_each_source_stays_and_so_does_one_under_way(store: Store) -> None:
    other = run(store, NOW, "t")
    with store.write() as tx:
        under_way = runs.start_run(tx, "s", NOW)
    run(store, NOW + timedelta(days=900))
    assert {other, under_way} <= {one.id for one in remembered(store)}
    with store.read() as tx:
        assert set(runs.last_runs(tx)) == runs.ended(tx) == {"s", "t"}


def test_a_folder_looked_at_each_minute_does_not_grow_the_table_for_ever(store: Store) -> None:
    """Two years of minutes, in rows made at once; what one run forgets is bounded."""
    minutes = random.Random(3).sample(range(2 * 365 * 1440), 12_000)
    rows = [
        {
            "source": "s",
            "started_at": at.timestamp(),
            "ended_at": at.timestamp(),
            "outcome": "ok",
            "news": number % 10 == 0,
        }
        for number, minute in enumerate(sorted(minutes))
        for at in [NOW + timedelta(minutes=minute)]
    ]
    with store.write() as tx:
        tx.execute(insert(schema.run), rows)
    now = NOW + timedelta(days=2 * 365)
    before = 12_000
    for sweep in range(4):
        run(store, now + timedelta(days=sweep))
        with store.read() as tx:
            left = tx.execute(select(func.count()).select_from(schema.run)).scalar_one()
        assert left >= before - 5_000
        before = left
    kept = remembered(store)
    assert all(one.started_at > now - timedelta(days=90) for one in kept)
    assert all(one.news or one.started_at > now for one in kept)
    assert 100 < len(kept) < 200


def test_requests_done_long_ago_are_forgotten(store: Store) -> None:
    with store.write() as tx:
        done, waiting = (requests.ask(tx, ["s"], NOW) for _ in range(2))
        requests.done(tx, done, [], "", NOW)
    with store.write() as tx:
        requests.ask(tx, ["s"], NOW + timedelta(minutes=59))
        assert requests.look(tx, done)
        requests.ask(tx, ["s"], NOW + timedelta(minutes=61))
        assert requests.look(tx, done) is None
        assert requests.look(tx, waiting)
