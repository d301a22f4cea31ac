"""Killed at any moment, nothing is lost, broken or old, for the store as for who reads meanwhile.

BROADSHEET_KILLS says how often to kill; 10 when it is not set.
"""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest
from lxml import etree, html

from config.load import load
from feeds.codings import CODINGS
from feeds.data import open_data
from feeds.manifest import read_manifest
from ingest.store import requests
from tests.slow.loop import make, put
from tests.slow.reading import PollingReader, free_port

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("BROADSHEET_KILLS", "10"))
SEED = 20260601
NAMESPACE = "6f1d9c1e-3b7b-4bb0-9a38-0a1c6d3f3c55"
HERE = Path(__file__).parents[2]


@contextmanager
def started(*command: str | Path, until: str, cwd: Path = HERE) -> Iterator[subprocess.Popen[str]]:
    """A process and its group, once it printed `until`; killed at the end, workers too."""
    process = subprocess.Popen(
        [sys.executable, *map(str, command)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(HERE)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    try:
        for line in process.stdout:
            if line.startswith(until):
                break
        else:
            raise AssertionError(f"ended before it said {until!r}")
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
        process.stdout.close()


def looped(folder: Path, last: int) -> None:
    """Run the loop undisturbed to the end of step `last`."""
    subprocess.run(
        [sys.executable, "-m", "tests.slow.loop", folder, str(last)],
        cwd=HERE,
        check=True,
        capture_output=True,
        timeout=600,
    )


def refreshed(folder: Path) -> None:
    """One refresh by the command."""
    config = folder / "broadsheet.toml"
    done = subprocess.run(
        [sys.executable, "-m", "feeds", "--config", config, "refresh"],
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def step_of(folder: Path) -> int:
    counter = folder / "step"
    return int(counter.read_text()) if counter.exists() else 1


STORED = {
    "articles": "select id, key, origin, title, published, html, text, summary, assets,"
    " removed_at is null from article order by id",
    "entries": "select article, number, slug, published, title, html, summary, related, assets,"
    " removed from entry order by number",
    "exposures": "select feed, article, number from exposure order by feed, number",
    "documents": "select origin, article, digest, gone_at is null from document order by origin",
}


def stored(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """What the store holds, but for the times and change numbers that a repeated step moves."""
    with closing(sqlite3.connect(folder / "data" / "broadsheet.db")) as database:
        assert database.execute("pragma integrity_check").fetchall() == [("ok",)]
        return {name: database.execute(query).fetchall() for name, query in STORED.items()}


def shown(folder: Path) -> dict[str, list[tuple[str, str, str, str]]]:
    """What both feeds show, in order."""
    found = {}
    for name in ("all.rss", "all.atom"):
        parsed = feedparser.parse((folder / "public" / name).read_bytes())
        assert not parsed.bozo, parsed.get("bozo_exception")
        found[name] = [(e.id, e.title, e.link, e.published) for e in parsed.entries]
    return found


def files(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in (folder / "public").rglob("*") if p.is_file()}


def check_whole(folder: Path) -> None:
    """Every published file parses, siblings and manifest say the same, nothing is left over."""
    for path in (folder / "public").rglob("*"):
        if path.is_file() and path.suffix in {".rss", ".atom", ".svg"}:
            etree.parse(path)
        elif path.suffix == ".html":
            assert html.fromstring(path.read_bytes()).findtext(".//title")
    manifest = read_manifest(folder / "data" / "editions" / "all.json")
    for file in manifest.files:
        body = (folder / "public" / file.path).read_bytes()
        assert len(body) == file.size
        for coding in CODINGS:
            packed = coding.beside(folder / "public" / file.path).read_bytes()
            assert coding.holds(packed, body)
    left = [path for part in ("public", "data") for path in (folder / part).rglob(".*")]
    assert left == []


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    """Where the same is done without any kill."""
    folder = tmp_path / "unkilled"
    make(folder, free_port(), NAMESPACE)
    return folder


def test_a_loop_killed_at_random_moments_ends_where_an_unkilled_one_does(
    tmp_path: Path, reference: Path
) -> None:
    chance = random.Random(SEED)
    folder, port = tmp_path / "killed", free_port()
    make(folder, port, NAMESPACE)
    config = folder / "broadsheet.toml"
    with started("-m", "feeds", "--config", config, "serve", until="Serving"):
        reader = PollingReader(port)
        reader.start()
        for number in range(KILLS):
            how = ["here"] if number % 2 else []
            loop = ["-m", "tests.slow.loop", str(folder), "1000000", *how]
            with started(*loop, until="looping") as process:
                time.sleep(chance.uniform(0.05, 3))
                assert process.poll() is None, "the loop itself must not end"
        last = step_of(folder)
        looped(folder, last)
        refreshed(folder)
        time.sleep(1.5)  # what was published last is read too
        reader.finish()
    looped(reference, last)
    refreshed(reference)
    assert last > KILLS / 2, "the kills left no time for anything to happen"
    assert len(reader.editions["/all.atom"]) > last / 4
    assert stored(folder) == stored(reference)
    assert shown(folder) == shown(reference)
    assert files(folder) == files(reference)
    check_whole(folder)


def test_a_daemon_killed_at_random_moments_ends_where_an_unkilled_one_does(
    tmp_path: Path, reference: Path
) -> None:
    chance = random.Random(SEED + 1)
    folder, port = tmp_path / "killed", free_port()
    make(folder, port, NAMESPACE)
    config = folder / "broadsheet.toml"
    reader = PollingReader(port)
    reader.start()
    step = 0
    for _ in range(max(3, KILLS // 5)):
        with started("-m", "feeds", "--config", config, "run", until="Serving"):
            until = time.monotonic() + chance.uniform(0.5, 4)
            while time.monotonic() < until:
                step += 1
                put(folder, step, "new")
                ask(folder)
                time.sleep(chance.uniform(0, 0.5))
    refreshed(folder)
    with started("-m", "feeds", "--config", config, "run", until="Serving"):
        time.sleep(1)
        reader.finish()
    for number in range(1, step + 1):
        put(reference, number, "new")
    refreshed(reference)
    assert {e[:4] for e in stored(folder)["articles"]} == {
        e[:4] for e in stored(reference)["articles"]
    }
    order = [entry[:3] for entry in shown(folder)["all.atom"]]
    assert order == [entry[:3] for entry in shown(reference)["all.atom"]]
    check_whole(folder)


def ask(folder: Path) -> None:
    """Ask the daemon for a refresh, as the command does, without waiting."""
    settings = load(folder / "broadsheet.toml", {})
    with open_data(settings) as store, store.write() as tx:
        requests.ask(tx, ["inbox"], datetime.now(UTC))
