"""Watching real folders: who is woken, when, and what no change in the folders can stop."""

import io
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from watchfiles import Change

from config import logs
from feeds.watch import Watcher, _survey
from ingest.sources.folder import Folder
from tests.feeds.processes import environment

QUIET = 0.05
LONGEST = 0.8
SOON = 10.0  # seconds within which a change must be told; it takes a tenth of one


class Woken:
    """What a watcher told."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self._names: list[str] = []
        self._told = threading.Condition()

    def __call__(self, names: Collection[str]) -> None:
        with self._told:
            self._names += names
            self.times.append(time.monotonic())
            self._told.notify_all()

    def soon(self, *names: str) -> None:
        """Wait until exactly these have been woken, and forget that."""
        with self._told:
            assert self._told.wait_for(lambda: set(names) <= set(self._names), SOON), self._names
            assert set(self._names) == set(names)
            self._names.clear()

    def nobody(self, seconds: float = 5 * QUIET) -> None:
        """Nobody is woken for a while."""
        with self._told:
            assert not self._told.wait_for(lambda: self._names, seconds), self._names

    def calm(self) -> None:
        """Nobody is woken for a while, once what was written is told of: slow writes in two."""
        end = time.monotonic() + SOON
        with self._told:
            while self._told.wait_for(lambda: self._names, 5 * QUIET):
                assert time.monotonic() < end, self._names
                self._names.clear()


def a_folder(path: Path, pattern: str = "in/**/*.md") -> Folder:
    return Folder(pattern, folder=path, excluded=(path / "public", path / "data"))


@contextmanager
def watching(
    folders: Mapping[str, Folder], quiet: float = QUIET
) -> Iterator[tuple[Watcher, Woken]]:
    """A watcher that has begun to watch these, and ends within a moment."""
    woken = Woken()
    watcher = Watcher(woken, quiet=quiet, longest=LONGEST)
    watcher.follow(folders)
    watcher.start()
    try:
        if there := [name for name, one in folders.items() if one.place.is_dir()]:
            woken.soon(*there)
        yield watcher, woken
    finally:
        began = time.monotonic()
        watcher.stop()
        assert time.monotonic() - began < 10
        assert not watcher._thread.is_alive()


def put(path: Path, text: str = "text") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    put(tmp_path / "in/a.md")
    put(tmp_path / "in/sub/b.md")
    return tmp_path / "in"


CHANGES: dict[str, Callable[[Path], object]] = {
    "written in place": lambda root: (root / "a.md").write_text("other"),
    "written deeper": lambda root: put(root / "sub/b.md", "other"),
    "created": lambda root: put(root / "c.md"),
    "deleted": lambda root: (root / "a.md").unlink(),
    "renamed": lambda root: (root / "a.md").rename(root / "z.md"),
    "renamed over": lambda root: put(root / ".a.md.part").rename(root / "a.md"),
    "moved away": lambda root: (root / "a.md").rename(root.parent / "a.md"),
    "touched": lambda root: os.utime(root / "a.md"),
    "in new folders": lambda root: put(root / "x/y/z/c.md"),
    "with its folder renamed": lambda root: (root / "sub").rename(root / "other"),
    "with its folder deleted": lambda root: shutil.rmtree(root / "sub"),
}


@pytest.mark.parametrize("how", CHANGES)
def test_a_file_that_changes_wakes_its_source(root: Path, how: str) -> None:
    with watching({"inbox": a_folder(root.parent)}) as (_, woken):
        CHANGES[how](root)
        woken.soon("inbox")
        woken.nobody()
        for folder in [path for path in root.rglob("*") if path.is_dir()]:
            put(folder / "later.md")  # whatever happened, it is all watched again
            woken.soon("inbox")


def test_what_is_no_file_of_a_source_wakes_nobody(root: Path) -> None:
    (root / ".git/objects").mkdir(parents=True)
    with watching({"inbox": a_folder(root.parent, "**/*.md")}) as (_, woken):
        for name in (".a.md.swp", "a.md~", "#a.md#", "4913", "a.txt", ".git/x.md"):
            put(root / name)
        for path in ("public/index.md", "data/x.md", "data/deep/x.md"):
            put(root.parent / path)
        (root / "a.md").read_text()
        os.utime(root)
        woken.nobody()
        put(root / "c.md")
        woken.soon("inbox")


def test_each_source_hears_of_its_own_files_alone(root: Path) -> None:
    put(root.parent / "other/c.md")
    folders = {
        "notes": a_folder(root.parent),
        "texts": a_folder(root.parent, "in/**/*.txt"),
        "flat": a_folder(root.parent, "in/*.md"),
        "other": a_folder(root.parent, "other/*.md"),
    }
    with watching(folders) as (_, woken):
        put(root / "a.md")
        woken.soon("notes", "flat")
        put(root / "sub/a.md")
        woken.soon("notes")
        put(root / "sub/a.txt")
        woken.soon("texts")
        put(root.parent / "other/c.md")
        woken.soon("other")


def test_many_changes_wake_once_when_they_are_over(root: Path) -> None:
    with watching({"inbox": a_folder(root.parent)}, quiet=0.3) as (_, woken):
        woken.times.clear()
        for number in range(20):
            put(root / f"{number}.md")
            time.sleep(0.03)
        over = time.monotonic()
        woken.soon("inbox")
        woken.nobody()
        [told] = woken.times
        assert told > over


def test_changes_without_a_pause_wake_all_the_same(root: Path) -> None:
    with watching({"inbox": a_folder(root.parent)}, quiet=0.3) as (_, woken):
        woken.times.clear()
        until = time.monotonic() + 2.5 * LONGEST
        while time.monotonic() < until:
            put(root / "a.md", str(time.monotonic()))
            time.sleep(0.02)
        assert 1 <= len(woken.times) <= 4  # two, on a machine with nothing else to do


def test_a_root_that_comes_goes_and_comes_again_is_watched(tmp_path: Path) -> None:
    root = tmp_path / "in"
    with watching({"inbox": a_folder(tmp_path)}) as (_, woken):
        woken.nobody()
        root.mkdir()
        woken.soon("inbox")
        put(root / "a.md")
        woken.soon("inbox")
        root.rename(tmp_path / "away")
        put(tmp_path / "away/b.md")
        time.sleep(6 * QUIET)
        (tmp_path / "away").rename(root)
        woken.soon("inbox")
        put(root / "c.md")
        woken.soon("inbox")
        shutil.rmtree(root)
        put(root / "d.md")
        woken.soon("inbox")
        put(root / "e.md")
        woken.soon("inbox")


def test_another_folder_of_the_same_name_is_watched_instead(root: Path) -> None:
    put(root.parent / "next/n.md")
    with watching({"inbox": a_folder(root.parent)}) as (_, woken):
        root.rename(root.parent / "before")
        (root.parent / "next").rename(root)
        woken.soon("inbox")
        put(root.parent / "before/a.md")
        woken.nobody()
        put(root / "n.md")
        woken.soon("inbox")


def test_a_link_that_is_turned_leads_to_the_folder_that_is_watched(tmp_path: Path) -> None:
    for name in ("one", "two"):
        put(tmp_path / name / "a.md")
    link = tmp_path / "in"
    link.symlink_to("one")
    with watching({"inbox": a_folder(tmp_path)}) as (_, woken):
        put(tmp_path / "one/b.md")
        woken.soon("inbox")
        (tmp_path / "new").symlink_to("two")
        (tmp_path / "new").rename(link)
        woken.soon("inbox")
        put(tmp_path / "one/c.md")
        woken.nobody()
        put(tmp_path / "two/c.md")
        woken.soon("inbox")


def test_what_a_link_leads_to_is_not_entered(root: Path) -> None:
    put(root.parent / "huge/deep/x.md")
    (root / "out").symlink_to(root.parent / "huge")
    (root / "round").symlink_to(".")
    with watching({"inbox": a_folder(root.parent)}) as (_, woken):
        put(root.parent / "huge/deep/x.md")
        woken.nobody()
        put(root / "sub/b.md")
        woken.soon("inbox")


def test_other_folders_can_be_followed_instead(root: Path) -> None:
    put(root.parent / "other/c.md")
    with watching({"inbox": a_folder(root.parent)}) as (watcher, woken):
        watcher.follow({"desk": a_folder(root.parent, "other/*.md")})
        woken.soon("desk")
        put(root / "a.md")
        woken.nobody()
        put(root.parent / "other/c.md")
        woken.soon("desk")
        watcher.follow({})
        time.sleep(4 * QUIET)
        put(root.parent / "other/c.md")
        woken.nobody()


def test_a_name_that_is_not_utf8_wakes_and_stops_nothing(root: Path) -> None:
    with watching({"inbox": a_folder(root.parent)}) as (_, woken):
        for number in range(20):  # also while it begins anew
            Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9.md")).write_text(str(number))
            time.sleep(QUIET / 4)
        woken.soon("inbox")
        woken.calm()
        Path(os.fsdecode(os.fsencode(root) + b"/d\xe9")).mkdir()
        woken.soon("inbox")
        put(root / "a.md")
        woken.soon("inbox")


def test_what_cannot_be_looked_at_is_no_folder_that_came(root: Path) -> None:
    view = _survey({"inbox": a_folder(root.parent)})
    unlooked = str(root / ("a" * 300))  # the system refuses, as it does where rights are missing
    assert not view.outdated({(Change.added, unlooked)})


def test_who_fails_to_be_woken_is_woken_again(root: Path) -> None:
    """What the callback raises is logged once."""
    said = io.StringIO()
    logs.configure("info", said)
    told = threading.Event()

    def wake(_names: Collection[str]) -> None:
        told.set()
        raise ValueError("unheard of")

    watcher = Watcher(wake, quiet=QUIET)
    watcher.follow({"inbox": a_folder(root.parent)})
    watcher.start()
    assert told.wait(SOON)
    watcher.stop()
    assert said.getvalue().count("watching failed") == 1


def test_a_watcher_may_be_stopped_twice_and_without_a_start() -> None:
    watcher = Watcher(print)
    watcher.stop()
    watcher.stop()


LIMITED = """
import sys, time
from pathlib import Path
from config import logs
from feeds.watch import Watcher
from ingest.sources.folder import Folder

Path("/proc/sys/user", sys.argv[2]).write_text(sys.argv[3])
logs.configure("info", sys.stdout)
watcher = Watcher(lambda names: print("WOKEN", *sorted(names), flush=True), quiet=0.1)
here = Path(sys.argv[1])
watcher.follow({n: Folder(f"{n}/**/*.md", folder=here, excluded=()) for n in ("large", "small")})
watcher.start()
print("BEGUN", flush=True)
sys.stdin.readline()
watcher.stop()
"""


@contextmanager
def limited(folder: Path, limit: str, value: int) -> Iterator[subprocess.Popen[str]]:
    """A watcher in a user namespace of its own, in which the system allows it little."""
    if not shutil.which("unshare") or subprocess.run(["unshare", "-Ur", "true"]).returncode:
        pytest.skip("no user namespaces here")
    command = ["unshare", "-Ur", sys.executable, "-c", LIMITED, folder, limit, str(value)]
    with subprocess.Popen(
        list(map(str, command)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "BEGUN\n"
        yield process
        said, _ = process.communicate("\n", timeout=10)
        assert "Traceback" not in said


def test_a_folder_beyond_the_limit_is_told_once_and_the_others_are_watched(tmp_path: Path) -> None:
    for number in range(20):
        put(tmp_path / f"large/{number}/a.md")
    put(tmp_path / "small/a.md")
    with limited(tmp_path, "max_inotify_watches", 10) as process:
        assert process.stdout
        line = process.stdout.readline()
        assert "folder not watched, looked at on schedule alone source=large" in line
        assert 'why="OS file watch limit reached."' in line
        assert "fs.inotify.max_user_watches" in line
        assert process.stdout.readline() == "WOKEN small\n"
        put(tmp_path / "small/a.md")
        assert process.stdout.readline() == "WOKEN small\n"


def test_no_watching_at_all_is_told_and_stops_nothing(tmp_path: Path) -> None:
    for name in ("large", "small"):
        put(tmp_path / name / "a.md")
    with limited(tmp_path, "max_inotify_instances", 0) as process:
        assert process.stdout
        told = [process.stdout.readline() for _ in range(2)]
        assert all("folder not watched, looked at on schedule alone" in line for line in told)
        assert all("Too many open files" in line for line in told)
