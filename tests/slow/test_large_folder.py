"""Ten thousand files: memory stays bounded, and work is in proportion to what changed."""

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.benchmarks.large_folder import (
    HERE,
    SAVED,
    changed,
    edit,
    make_site,
    run,
    save_at,
    written,
)

pytestmark = pytest.mark.slow

FILES = 10_000
MEMORY = 300_000_000  # bytes of the main process
FEEDS = {f"all.{kind}{pack}" for kind in ("rss", "atom", "json") for pack in ("", ".gz", ".br")}
ADDED = "A quay of granite was laid. " * 20
NONE = {"new": 0, "updated": 0, "unchanged": 0, "removed": 0, "failed": 0}


def test_a_large_folder_takes_little_memory_and_work_for_what_changed_alone(tmp_path: Path) -> None:
    files = make_site(tmp_path, FILES)  # once, for reading it takes a minute
    cost = run(tmp_path, "refresh")
    assert counts(tmp_path) == NONE | {"new": FILES}
    assert cost.workers > 0
    assert cost.main < MEMORY

    for path in files[1:-1]:  # whoever reads one again, sees a change
        spoil(path)
    before = written(tmp_path)
    cost = run(tmp_path, "refresh")
    assert counts(tmp_path) == NONE | {"unchanged": FILES}
    assert cost.workers == 0  # no process was started
    assert cost.main < MEMORY
    assert not changed(before, written(tmp_path))

    edit(files[-1], ADDED, SAVED + timedelta(days=1))
    cost = run(tmp_path, "refresh")
    touched = changed(before, written(tmp_path))
    assert counts(tmp_path) == NONE | {"updated": 1, "unchanged": FILES - 1}
    assert cost.main < MEMORY
    assert touched >= FEEDS
    (page,) = touched - FEEDS - {"index.html"}
    assert page.startswith("articles/")
    assert ADDED.strip() in (tmp_path / "public" / page).read_text()

    before = written(tmp_path)
    edit(files[0], ADDED, SAVED + timedelta(days=1))  # too old for any feed to show
    run(tmp_path, "refresh")
    assert counts(tmp_path) == NONE | {"updated": 1, "unchanged": FILES - 1}
    assert not changed(before, written(tmp_path))


def spoil(path: Path) -> None:
    """Change a file without a trace in its size or time."""
    path.write_text(path.read_text().swapcase())
    save_at(path, SAVED)


def counts(folder: Path) -> dict[str, int]:
    """What the last run counted, as `status` tells it."""
    status = subprocess.run(
        [sys.executable, "-m", "feeds", "status", "--json"],
        cwd=folder,
        env={"PYTHONPATH": str(HERE)},
        capture_output=True,
        check=True,
    )
    source = json.loads(status.stdout)["sources"][0]
    return {name: source[name] for name in NONE}
