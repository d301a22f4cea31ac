"""The same store gives the same bytes, and the same files the same store, wherever it runs."""

import os
import random
import subprocess
import sys
from pathlib import Path

from tests.newsroom import a_text

_CONFIG = """\
[site]
title = "Harbour News"
url = "https://example.org/"
timezone = "Europe/Berlin"
[[source]]
name = "inbox"
files = "articles/**/*.{txt,md,html}"
[[source]]
name = "wire"
files = "wire/*.md"
tags = ["wire"]
[[feed]]
name = "all"
[[feed]]
name = "tagged"
tags = ["sea", "İstanbul"]
content = "lead"
"""

_RUN = """
import os, random, shutil, sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
real = os.scandir
class shuffled:
    def __init__(self, path="."):
        with real(path) as listed:
            self.entries = list(listed)
        random.shuffle(self.entries)
    def __iter__(self):
        return self
    def __next__(self):
        if not self.entries:
            raise StopIteration
        return self.entries.pop()
    def __enter__(self):
        return self
    def __exit__(self, *_):
        self.close()
    def close(self):
        self.entries = []
if __name__ == "__main__":
    os.scandir = shuffled
    from config.load import load
    from feeds.context import open_context
    from feeds.publish import publish
    from feeds.refresh import run_sources
    from ingest.workers import Workers
    folder, workers, copy = sys.argv[1:]
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    with open_context(load(Path(folder) / "broadsheet.toml", {}), clock=lambda: now) as context:
        if int(workers):
            pool = Workers(count=int(workers))
            runs = run_sources(replace(context, workers=pool), ["inbox", "wire"])
            pool.close()
            assert {run.outcome for run in runs} == {"ok"}, runs
        if copy:
            shutil.copytree(folder, copy)
        report = publish(context.press(), now=now)
        assert not report.failed, report
"""

_HERE = {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "0"}
_THERE = {"TZ": "Pacific/Chatham", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "4711"}


def start(
    folder: Path, environment: dict[str, str], *, workers: int, copy: str = ""
) -> "subprocess.Popen[str]":
    """Ingest with so many workers, or not at all; copy everything there; publish."""
    return subprocess.Popen(
        [sys.executable, "-c", _RUN, str(folder), str(workers), copy],
        env=os.environ | environment | {"PYTHONPATH": str(Path(__file__).parents[1])},
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: "subprocess.Popen[str]") -> None:
    _, problems = process.communicate(timeout=120)
    assert process.returncode == 0, problems


def write(folder: Path, *, seed: int) -> None:
    """The same files, made in an order of their own."""
    topics = ("the harbour", "the old bridge", "a ferry to İstanbul", "die Größe", "the mole")
    files = {
        f"articles/{number % 3}/report {number}.md": (
            f"---\ndate: 2026-05-{number % 9 + 1:02d} 08:30\ntags: [sea, İstanbul, b, a]\n---\n"
            + a_text(f"# Report {number} on {topics[number % 5]}", topics[number % 5])
            + f"\n[next](report%20{number + 3}.md) ![x](x.png)\n"
        )
        for number in range(12)
    }
    files |= {f"wire/{n}.md": a_text(f"# Wire {n}", topics[n]) for n in range(5)}
    files["articles/copy.txt"] = files["wire/0.md"]
    files["articles/text.txt"] = a_text("A text", "the harbour") + "\nNext Article\n\nWire 1\n"
    files["articles/page.html"] = (
        "<html><head><title>A page</title><meta name=date content='May 3, 2026 9:15 pm'></head>"
        "<body><article><h1>A page</h1>" + "<p>It says much about the harbour.</p>" * 20
    )
    names = sorted(files)
    random.Random(seed).shuffle(names)
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[name], encoding="utf-8")
        os.utime(path, (1_780_000_000, 1_780_000_000))
    (folder / "articles/0/x.png").write_bytes(b"\x89PNG")
    (folder / "data").mkdir()
    (folder / "data/namespace").write_text("5f0c1a52-0d0a-5c0e-9a53-0c6a4a1f0001\n")
    (folder / "broadsheet.toml").write_text(_CONFIG, encoding="utf-8")


def published(folder: Path) -> dict[str, bytes]:
    output = folder / "public"
    found = {str(p.relative_to(output)): p.read_bytes() for p in output.rglob("*") if p.is_file()}
    assert {"all.rss", "all.atom.gz", "all.atom.br", "tagged.atom", "index.html"} <= set(found)
    return found


def test_zone_locale_hash_seed_workers_and_order_change_no_byte(tmp_path: Path) -> None:
    here, there, copied = (tmp_path / name for name in ("here", "there", "copied"))
    write(here, seed=1)
    write(there, seed=2)
    elsewhere = start(there, _THERE, workers=3)
    finish(start(here, _HERE, workers=1, copy=str(copied)))
    finish(start(copied, _THERE, workers=0))
    finish(elsewhere)
    expected = published(here)
    assert b"Report 11" in expected["all.atom"]
    assert published(copied) == expected
    assert published(there) == expected
