"""How long a large folder takes: cold, with nothing changed, and with one file changed.

`python -m tests.benchmarks.large_folder [--files 10000]` makes the folder in a temporary place and
runs the command itself. Compare what one run prints: the seconds are those of the machine.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parents[2]
SAVED = datetime(2026, 1, 1, tzinfo=UTC)  # when every file was written: long at rest

_CONFIG = """\
[site]
title = "Large"
url = "https://example.org/"
[[source]]
name = "inbox"
files = "articles/**/*.md"
"""
_FIRST = datetime(2020, 1, 1, tzinfo=UTC)
_SYLLABLES = ("ba", "do", "fe", "gri", "ka", "lo", "mi", "nu", "pre", "ra", "sto", "ti", "vel")
_GLUE = ("the", "of", "and", "to", "in", "is", "that", "for", "it", "was", "on", "with", "as", "by")
_TOPICS = 40
_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes in one of ru_maxrss

# Linux counts the memory of the process that started this one into ru_maxrss; VmHWM is its own.
_PROGRAM = """\
import json, resource, sys
from feeds.cli import main
def peak(own):
    try:
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM:"))
    except OSError:
        return own
try:
    main(sys.argv[2:])
finally:
    kinds = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    used = [resource.getrusage(kind) for kind in kinds]
    with open(sys.argv[1], "w") as file:
        found = [[u.ru_maxrss, u.ru_utime + u.ru_stime] for u in used]
        found[0][0] = peak(found[0][0])
        json.dump(found, file)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one command took: seconds, and bytes of memory at most.

    `workers` is the largest of the processes it started and waited for, 0 when there was none.
    """

    wall: float
    cpu: float
    main: int
    workers: int


def make_site(folder: Path, files: int) -> list[Path]:
    """A site with `files` Markdown articles of about 2 kB, the same each time; oldest date first.

    They are about forty topics, each with words of its own, so that some relate to others.
    """
    chance = random.Random(10_000)
    words = [_word(chance) for _ in range(4_000)]
    topics = [chance.sample(words, 60) for _ in range(_TOPICS)]
    (folder / "broadsheet.toml").write_text(_CONFIG)
    paths = []
    for number in range(files):
        path = folder / "articles" / f"{number % 100:02}" / f"report-{number:06}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_article(chance, number, topics[number % _TOPICS], words))
        save_at(path, SAVED)
        paths.append(path)
    return paths


def edit(path: Path, text: str, saved: datetime) -> None:
    """Add a paragraph to an article, as if it had been saved at `saved`."""
    path.write_text(f"{path.read_text()}\n{text}\n")
    save_at(path, saved)


def save_at(path: Path, moment: datetime) -> None:
    """Date a file back, so that nobody waits until it has settled."""
    os.utime(path, (moment.timestamp(), moment.timestamp()))


def run(folder: Path, *command: str) -> Cost:
    """Run a command of Broadsheet on the site in `folder`. Raises CalledProcessError."""
    note = folder / "cost.json"
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(note), *command],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(HERE)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    wall = time.perf_counter() - began
    (main, own), (workers, theirs) = json.loads(note.read_text())
    return Cost(wall=wall, cpu=own + theirs, main=main * _UNIT, workers=workers * _UNIT)


def written(folder: Path) -> dict[str, tuple[int, int]]:
    """Every published file, by path below the output folder: its inode and time of writing."""
    output = folder / "public"
    return {
        path.relative_to(output).as_posix(): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in output.rglob("*")
        if path.is_file()
    }


def changed(before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]) -> set[str]:
    """The published files that were written or removed between two looks."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4)))


def _article(chance: random.Random, number: int, topic: Sequence[str], words: Sequence[str]) -> str:
    paragraphs = [
        " ".join(_sentence(chance, topic, words) for _ in range(chance.randint(3, 6)))
        for _ in range(6)
    ]
    title = " ".join(chance.sample(topic, 4)).capitalize()
    date = (_FIRST + timedelta(hours=5 * number)).isoformat()
    head = f"---\ntitle: {title} {number}\ndate: {date}\ntags: [{topic[0]}, {topic[1]}]\n---\n"
    return head + "\n\n".join(paragraphs) + "\n"


def _sentence(chance: random.Random, topic: Sequence[str], words: Sequence[str]) -> str:
    count = chance.randint(7, 20)
    kinds = chance.choices((_GLUE, topic, words), weights=(5, 2, 3), k=count)
    return " ".join(chance.choice(kind) for kind in kinds).capitalize() + "."


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    files = parser.parse_args().files
    with TemporaryDirectory(prefix="broadsheet-") as name:
        folder = Path(name)
        paths = make_site(folder, files)
        print(f"{files} files       wall s   cpu s   main MB   largest worker MB   files written")
        before: dict[str, tuple[int, int]] = {}
        for what in ("cold", "no change", "one changed"):
            if what == "one changed":
                edit(paths[-1], "One more thing. " * 20, SAVED + timedelta(days=1))
            cost = run(folder, "refresh")
            after = written(folder)
            print(
                f"{what:<14}{cost.wall:>12.2f}{cost.cpu:>8.2f}{cost.main / 1e6:>10.0f}"
                f"{cost.workers / 1e6:>20.0f}{len(changed(before, after)):>16}"
            )
            before = after


if __name__ == "__main__":
    _main()
