"""However files are saved, feeds show the right articles: watched, and looked at on schedule."""

import random
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.refresh import refresh
from tests.feeds.processes import Running, broadsheet, running
from tests.newsroom import Newsroom
from tests.slow.saving import FIRST, PATTERNS, Step, text

pytestmark = pytest.mark.slow

SOON = 10.0  # seconds within which a saved file must be in the feed; it takes two to three
MANY_SOON = 60.0  # likewise for a thousand files
STILL = 3.0  # seconds in which nothing more may happen when all is over
SITE = '[site]\ntitle = "Harbour News"\nurl = "https://example.org/"\n[server]\nport = 0\n'

Shown = dict[str, tuple[str, str]]


def source_of(name: str) -> str:
    return name.replace(" ", "-")


def feeds_of(name: str) -> list[str]:
    return [f"{source_of(name)}-{tag or 'all'}" for tag in PATTERNS[name].tags or [""]]


def a_site(folder: Path, options: str) -> Newsroom:
    """A source for each pattern, whose folder is prepared, and feeds of it."""
    config = SITE
    for name, pattern in PATTERNS.items():
        source = source_of(name)
        files = f"articles/{source}/{pattern.files}"
        config += f'[[source]]\nname = "{source}"\nfiles = "{files}"\nlearn = false\n{options}\n'
        for feed, tag in zip(feeds_of(name), pattern.tags or [""], strict=True):
            config += f'[[feed]]\nname = "{feed}"\nsources = ["{source}"]\nrelated = 0\n'
            config += f'tags = {[tag] if tag else []}\nlimit = 1000\nformats = ["atom"]\n'
    room = Newsroom(folder, config)
    for name, pattern in PATTERNS.items():
        for title in FIRST:
            room.write(f"{source_of(name)}/{title.lower()}.md", text(title, title))
        if all(map(shutil.which, pattern.tools)):
            pattern.prepare(folder / "articles" / source_of(name))
    assert broadsheet(folder, "refresh").returncode == 0
    return room


def shown(room: Newsroom, name: str) -> Shown:
    """Title to id and `updated`, each title once."""
    entries = [entry for feed in feeds_of(name) for entry in room.feed(f"{feed}.atom")]
    found = {entry.title: (entry.id, entry.updated) for entry in entries}
    assert len(found) == len(entries), sorted(entry.title for entry in entries)
    return found


def judge(seen: Shown, now: Shown, step: Step) -> None:
    """Whether each article is the one it should be, and bumped if and only if it was edited."""
    for title, before in step.shows.items():
        id_, updated = now[title]
        if not before:
            assert id_ not in {known for known, _ in seen.values()}, title
        elif before == title:
            assert (id_, updated) == seen[title], title
        else:
            assert id_ == seen[before][0], title
            assert updated > seen[before][1], title
    assert len({id_ for id_, _ in now.values()}) == len(now)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Newsroom, Running]]:
    """A daemon that watches, and would look by itself in an hour only."""
    room = a_site(tmp_path_factory.mktemp("watched"), 'every = "1 hour"')
    with running(room.folder) as daemon:
        yield room, daemon
        before = room.state()
        time.sleep(STILL)
        assert room.state() == before
        assert daemon.terminate() == 0
        assert " warning " not in daemon.said()
        assert " error " not in daemon.said()


@pytest.fixture(scope="module")
def unwatched(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    """A site that only a rescan looks at."""
    return a_site(tmp_path_factory.mktemp("unwatched"), "watch = false")


def needs(name: str) -> None:
    for tool in PATTERNS[name].tools:
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed")


@pytest.mark.parametrize("name", PATTERNS)
def test_a_saved_file_is_in_the_feed_within_seconds(
    watched: tuple[Newsroom, Running],
    name: str,
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    needs(name)
    room, daemon = watched
    seen = shown(room, name)
    assert set(seen) == set(PATTERNS[name].first)
    for number, step in enumerate(PATTERNS[name].steps):
        step.do(room.folder / "articles" / source_of(name))
        saved = time.monotonic()
        end = saved + (SOON if len(step.shows) < 100 else MANY_SOON)
        while (now := shown(room, name)).keys() != step.shows.keys():
            assert time.monotonic() < end, (now, daemon.said())
            time.sleep(0.05)
        took = f"{time.monotonic() - saved:.1f} seconds"
        record_testsuite_property(f"{name}, step {number}", took)
        judge(seen, now, step)
        seen |= now


@pytest.mark.parametrize("name", PATTERNS)
def test_a_saved_file_is_in_the_feed_after_the_next_look(unwatched: Newsroom, name: str) -> None:
    needs(name)
    seen = shown(unwatched, name)
    assert set(seen) == set(PATTERNS[name].first)
    for step in PATTERNS[name].steps:
        step.do(unwatched.folder / "articles" / source_of(name))
        done = broadsheet(unwatched.folder, "refresh", source_of(name))
        assert (done.returncode, done.stderr) == (0, "")
        now = shown(unwatched, name)
        assert now.keys() == step.shows.keys()
        judge(seen, now, step)
        seen |= now


def test_a_daemon_that_watches_nothing_finds_a_saved_file_when_it_looks(tmp_path: Path) -> None:
    config = SITE + '[[source]]\nname = "inbox"\nfiles = "articles/**/*.md"\n'
    room = Newsroom(tmp_path, config + 'watch = false\nevery = "10 seconds"\n')
    room.write("ferry.md", text("Ferry", "Ferry"))
    room.refresh()
    ids = room.ids()
    with running(tmp_path):
        (tmp_path / "articles/ferry.md").write_text(text("Ferry, late", "Ferry"))
        end = time.monotonic() + 20
        while room.titles() != ["Ferry, late"]:
            assert time.monotonic() < end
            time.sleep(0.1)
    assert list(room.ids().values()) == list(ids.values())


def test_no_moment_at_which_a_folder_is_looked_at_costs_an_article(tmp_path: Path) -> None:
    """Somebody saves without end, also by deleting first, while we look without end."""
    room = Newsroom(tmp_path)
    for title in FIRST:
        room.write(f"{title.lower()}.md", text(title, title))
    room.now = datetime.now(UTC)
    room.refresh()
    before, over = set(room.ids().values()), threading.Event()
    chance = random.Random(20261124)

    def save() -> None:
        number = 0
        while not over.wait(chance.choice([0, 0.05, 0.3, 1.5])):
            number += 1
            title = chance.choice(list(FIRST))
            path = tmp_path / "articles" / f"{title.lower()}.md"
            body = text(f"{title}, version {number}", title)
            if chance.random() < 0.7:
                path.unlink()
                over.wait(chance.uniform(0, 0.1))
            with path.open("w") as file:
                file.write(body[:40])
                file.flush()
                over.wait(chance.uniform(0, 0.1))
                file.write(body[40:])

    saver = threading.Thread(target=save)
    saver.start()
    runs = 0
    until = time.monotonic() + 6
    with room.open() as context:
        while time.monotonic() < until:
            room.now = datetime.now(UTC)
            report = refresh(context, ["inbox"])
            runs += 1
            assert (report.runs[0].new, report.runs[0].removed) == (0, 0), report.runs[0]
            assert set(room.ids().values()) == before
    over.set()
    saver.join()
    assert runs > 2
