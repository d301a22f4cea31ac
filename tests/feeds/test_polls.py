"""Many sources polled by a daemon: each once, no host twice at a time, nothing due forgotten."""

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from ingest.store import Store, open_store, runs, schema, sources
from ingest.store.engine import Transaction
from tests.benchmarks.polls import least_pause, polled, server, site

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_many_sources_of_few_hosts_are_polled_once_each_and_each_host_in_peace(
    tmp_path: Path,
) -> None:
    gap = 'gap = "1s"\n'
    with server() as (port, visits), site(tmp_path, 12, 4, port, gap) as context:
        polled(context)
        with context.store.read() as tx:
            ended = list(runs.history(tx))
            states = sources.states(tx).values()
        came = visits()
    assert {(run.outcome, run.unchanged, run.news) for run in ended} == {("ok", 1, True)}
    assert len(ended) == len(came) == 12
    assert least_pause(came) >= 0.9, "a second, by a server that may note an end a little late"
    assert all(state.quiet == 2 for state in states)
    assert len({state.next_due for state in states}) == 12, "they are spread"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "store.db")


def test_what_is_due_among_many_is_found_in_order(store: Store) -> None:
    rows = [
        {
            "id": f"s{n}",
            "name": f"source-{n}",
            "kind": "urls",
            "locator": str(n),
            "next_due": (NOW - timedelta(seconds=n)).timestamp(),
            "stopped": n % 4 == 0,
        }
        for n in range(-5_000, 5_000)
    ]
    with store.write() as tx:
        tx.execute(insert(schema.source), rows)
    names = {f"source-{n}" for n in range(-5_000, 5_000, 2)}
    with store.read() as tx:
        assert sources.due(tx, names, NOW)[:3] == ["source-4998", "source-4994", "source-4990"]
        assert len(sources.due(tx, names, NOW)) == 1_250
        plan = tx.exec_driver_sql(
            "explain query plan select name from source where next_due <= 1 order by next_due, id"
        )
        assert "source_due" in str(plan.all())
    store.close()


def test_work_done_together_shares_a_transaction_and_fails_alone(store: Store) -> None:
    committed: list[int] = []
    entered, go = threading.Event(), threading.Event()

    def note(tx: Transaction, name: str) -> str:
        if name == "first":
            entered.set()
            go.wait(5)
        if name == "bad":
            raise ValueError(name)
        tx.execute(insert(schema.meta).values(name=name, value=len(committed)))
        return name

    done: dict[str, str] = {}

    def work(name: str) -> None:
        try:
            done[name] = store.together(lambda tx: note(tx, name))
        except ValueError as error:
            done[name] = f"failed: {error}"

    threads = [threading.Thread(target=work, args=[name]) for name in ("first", "a", "b", "bad")]
    threads[0].start()
    entered.wait(5)
    for thread in threads[1:]:
        thread.start()
    until = time.monotonic() + 5
    while len(store._waiting) < 3 and time.monotonic() < until:
        time.sleep(0.001)
    go.set()
    for thread in threads:
        thread.join()
    assert done == {"first": "first", "a": "a", "b": "b", "bad": "failed: bad"}
    with store.read() as tx:
        names = set(tx.execute(select(schema.meta.c.name)).scalars())
    assert {"first", "a", "b"} <= names
    assert "bad" not in names
    store.close()


def test_many_short_works_need_few_transactions(store: Store) -> None:
    begun: list[object] = []
    entered, go = threading.Event(), threading.Event()

    def work(tx: Transaction) -> None:
        begun.append(tx.get_transaction())
        entered.set()
        go.wait(5)

    threads = [threading.Thread(target=store.together, args=[work]) for _ in range(20)]
    threads[0].start()
    entered.wait(5)
    for thread in threads[1:]:
        thread.start()
    until = time.monotonic() + 5
    while len(store._waiting) < 19 and time.monotonic() < until:
        time.sleep(0.001)
    go.set()
    for thread in threads:
        thread.join()
    assert len(begun) == 20
    assert len({id(one) for one in begun}) <= 2
    store.close()
