"""A daemon told to end in the middle of its first large ingestion, and started again."""

import json
import time
from pathlib import Path

import pytest

from feeds.lock import COMMAND, data_lock
from ingest.store import open_store
from tests.feeds.processes import broadsheet, running
from tests.newsroom import Newsroom, a_text

pytestmark = pytest.mark.slow

MANY = 2_000
CONFIG = """\
[site]
title = "Harbour News"
url = "https://example.org/"
[server]
port = 0
[[source]]
name = "inbox"
files = "articles/**/*.txt"
"""


def stored(folder: Path) -> int:
    store = open_store(folder / "data" / "broadsheet.db")
    try:
        with store.read() as tx:
            found: int = tx.exec_driver_sql("select count(*) from article").scalar_one()
            return found
    finally:
        store.close()


def test_sigterm_in_the_first_ingestion_ends_cleanly_and_the_next_start_goes_on(
    tmp_path: Path,
) -> None:
    room = Newsroom(tmp_path, CONFIG)
    for number in range(MANY):
        room.write(f"{number % 20}/{number}.txt", a_text(f"Report {number}"))
    with running(tmp_path) as daemon:
        until = time.monotonic() + 60
        while stored(tmp_path) < 200:
            assert time.monotonic() < until, daemon.said()
            time.sleep(0.05)
        began = time.monotonic()
        assert daemon.terminate() == 0
        assert time.monotonic() - began < 20
        assert "Traceback" not in daemon.said()
        until = time.monotonic() + 15
        while not daemon.alone():
            assert time.monotonic() < until, "a worker process is left"
            time.sleep(0.05)
    with data_lock(tmp_path / "data", COMMAND):
        pass
    kept = stored(tmp_path)
    assert 200 <= kept < MANY
    assert not (tmp_path / "public" / "all.rss").exists(), "no edition of half a source"
    found = json.loads(broadsheet(tmp_path, "status", "--json").stdout)
    assert found["sources"][0]["outcome"] == "cut short"
    with running(tmp_path) as daemon:
        until = time.monotonic() + 120
        while not (tmp_path / "public" / "all.rss").exists():
            assert time.monotonic() < until, daemon.said()
            time.sleep(0.1)
        assert f"new={MANY - kept} " in daemon.said(), "what was stored is not read again"
        assert daemon.terminate() == 0
    assert stored(tmp_path) == MANY
