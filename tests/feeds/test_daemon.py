"""The daemon: what is due runs once, what hangs or fails stops nothing, an end is a clean end."""

import gc
import io
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import insert

from config import logs
from config.load import load
from feeds import report
from feeds.context import Context, open_context
from feeds.daemon import Daemon
from feeds.lock import COMMAND, DAEMON, data_lock
from feeds.report import PublishReport
from ingest.pipeline import ingest
from ingest.store import requests, runs, sources
from ingest.store.requests import Request
from ingest.store.runs import RunReport, RunTask
from ingest.store.schema import request
from ingest.task import Surroundings, Task
from tests.feeds.processes import Running, broadsheet, running, silent_server
from tests.newsroom import Newsroom, a_text

SITE = """\
[site]
title = "Harbour News"
url = "https://example.org/"
[server]
port = 0
"""
INBOX = '[[source]]\nname = "inbox"\nfiles = "articles/**/*.txt"\n'
OTHER = '[[source]]\nname = "other"\nfiles = "articles/**/*.md"\n'
FEED = '[[feed]]\nname = "inbox"\nsources = ["inbox"]\n'


def hanging(port: int) -> str:
    return (
        '[fetch]\nallow_private = ["127.0.0.0/8"]\n'
        f'[[source]]\nname = "slow"\nurls = ["http://127.0.0.1:{port}/"]\n'
    )


@contextmanager
def daemon_of(room: Newsroom) -> Iterator[tuple[Daemon, Context]]:
    """A daemon that ticks when the test says."""
    with room.open() as context:
        daemon = Daemon(context)
        try:
            yield daemon, context
        finally:
            assert daemon.close()


def settle(daemon: Daemon, but: int = 0) -> None:
    """Tick until at most `but` runs are under way."""
    until = time.monotonic() + 10
    daemon.tick()
    while len(daemon._runs.running) > but:
        assert time.monotonic() < until
        time.sleep(0.01)
        daemon.tick()


def run_count(context: Context) -> int:
    """How many runs there have been: they are numbered from 1."""
    with context.store.read() as tx:
        return max((run.id for run in runs.last_runs(tx).values()), default=0)


def ask(context: Context, *names: str) -> int:
    with context.store.write() as tx:
        return requests.ask(tx, names, context.clock())


def look(context: Context, asked: int) -> Request:
    with context.store.read() as tx:
        found = requests.look(tx, asked)
    assert found
    return found


def answered(daemon: Daemon, context: Context, asked: int) -> PublishReport:
    """Tick until a request is done: what its asker hears of publishing."""
    until = time.monotonic() + 10
    daemon.tick()
    while not look(context, asked).done:
        assert time.monotonic() < until, "who asked must hear of the end"
        time.sleep(0.01)
        daemon.tick()
    return report.loads(look(context, asked).answer)


def test_what_is_due_runs_once_and_a_restart_runs_nothing_that_is_not(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, SITE + INBOX + OTHER)
    room.write("a.txt", a_text("A bridge"))
    with daemon_of(room) as (daemon, context):
        settle(daemon)
        settle(daemon)
        assert run_count(context) == 2
    assert room.titles() == ["A bridge"]
    room.later(seconds=30)
    with daemon_of(room) as (daemon, context):
        settle(daemon)
        assert run_count(context) == 2
        room.later(hours=3)  # asleep for many slots: one run makes up for them
        settle(daemon)
        settle(daemon)
        assert run_count(context) == 4


def test_a_source_that_hangs_stops_neither_the_others_nor_publishing(tmp_path: Path) -> None:
    with silent_server() as (port, asked):
        room = Newsroom(tmp_path, SITE + hanging(port) + INBOX + FEED)
        room.write("a.txt", a_text("A bridge"))
        with daemon_of(room) as (daemon, context):
            settle(daemon, but=1)
            assert asked.wait(5)
            room.later(seconds=10)
            daemon.tick()
            assert room.titles("inbox.atom") == ["A bridge"]
            began = time.monotonic()
            assert daemon.close()
            assert time.monotonic() - began < 20
            with context.store.read() as tx:
                state, last = sources.states(tx)["slow"], runs.last_runs(tx)
            assert last[state.id].outcome == "cut short"
            assert state.errors == 0, "that we stopped is no failure of the source"


def faulty(task: Task, around: Surroundings) -> RunReport:
    """Runs of `other` raise what nobody expected."""
    if task.state.name == "other":
        raise RuntimeError("unheard of")
    return ingest(task, around)


class Hasty(Daemon):
    """A daemon whose runs are under way, in the store too, as soon as they are begun."""

    def _begin(
        self,
        name: str,
        task: RunTask = "ingest",
        *,
        allow_removal: bool = False,
        due: bool = False,
    ) -> bool:
        begun = super()._begin(name, task, allow_removal=allow_removal, due=due)
        id_ = self._context.states[name].id
        while begun and self._settled(name) and not self._runs.running[id_].future.done():
            time.sleep(0.001)
        return begun

    def _settled(self, name: str) -> bool:
        with self._context.store.read() as tx:
            return sources.states(tx)[name].settled


def test_who_asked_finds_the_feed_published_although_the_source_is_woken_again(
    tmp_path: Path,
) -> None:
    room = Newsroom(tmp_path, SITE + INBOX)
    room.write("a.txt", a_text("A bridge"))
    with room.open() as context:
        daemon = Hasty(context)
        asked = ask(context, "inbox")
        daemon.tick()
        for run in daemon._runs.running.values():
            run.future.result(10)
        (tmp_path / "articles/b.txt").write_text(a_text("A ferry"))  # read a second from now
        daemon.wake(["inbox"])
        daemon.tick()
        assert look(context, asked).done
        assert room.titles() == ["A bridge"]
        assert daemon._runs.running
        assert daemon.close()


def test_a_saved_file_is_in_the_feed_long_before_its_source_is_due(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, SITE + INBOX)
    room.refresh()
    with daemon_of(room) as (daemon, _):
        daemon.start()
        room.write("a.txt", a_text("A bridge"))
        end = time.monotonic() + 15
        while room.titles() != ["A bridge"]:
            assert time.monotonic() < end
            time.sleep(0.05)


def test_an_unexpected_exception_in_one_run_is_logged_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.context.TASKS", {"ingest": faulty})
    said = io.StringIO()
    logs.configure("info", said)
    room = Newsroom(tmp_path, SITE + INBOX + OTHER + FEED)
    room.write("a.txt", a_text("A bridge"))
    with daemon_of(room) as (daemon, context):
        asked = ask(context, "inbox", "other")
        answer = answered(daemon, context, asked)
        assert len(look(context, asked).runs) == 1
        assert answer.errors == ["other: its run was not recorded: unheard of"]
    assert room.titles("inbox.atom") == ["A bridge"]
    assert 'run could not be recorded source=other error="unheard of"' in said.getvalue()


def test_a_problem_that_stays_is_logged_once_and_so_is_its_end(tmp_path: Path) -> None:
    said = io.StringIO()
    logs.configure("info", said)
    room = Newsroom(tmp_path, SITE + INBOX)
    room.write("a.txt", a_text("A bridge"))
    room.write("empty.txt", "")

    def run(daemon: Daemon, context: Context) -> None:
        answered(daemon, context, ask(context, "inbox"))

    with daemon_of(room) as (daemon, context):
        for _ in range(3):
            run(daemon, context)
        assert said.getvalue().count("empty.txt") == 1
        room.write("empty.txt", a_text("Not empty any more"))
        run(daemon, context)
        run(daemon, context)
    assert said.getvalue().count("run ended") == 2


def test_of_several_problems_the_one_of_the_whole_source_is_named(tmp_path: Path) -> None:
    said = io.StringIO()
    logs.configure("info", said)
    room = Newsroom(tmp_path, SITE + INBOX)
    for number in range(12):
        room.write(f"n{number}.txt", a_text(f"Story {number}"))
    room.refresh()
    for number in range(11):
        (tmp_path / f"articles/n{number}.txt").unlink()
    room.write("empty.txt", "")
    room.rest()
    with daemon_of(room) as (daemon, context):
        answered(daemon, context, ask(context, "inbox"))
    assert '--allow-removal inbox" where="" more=1\n' in said.getvalue()


def test_a_feed_that_is_taken_out_is_said_once(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, SITE + INBOX)
    room.refresh()
    said = io.StringIO()
    logs.configure("info", said)
    room.configure(SITE + INBOX + FEED)
    room.refresh()
    room.refresh()
    assert said.getvalue().count("answer 410 Gone and readers drop it feed=all ") == 1


def test_publishing_that_fails_is_tried_again_and_who_asked_hears_of_it(tmp_path: Path) -> None:
    said = io.StringIO()
    logs.configure("info", said)
    room = Newsroom(tmp_path, SITE + INBOX)
    room.write("a.txt", a_text("A bridge"))
    (tmp_path / "public").write_text("in the way")
    said = io.StringIO()
    logs.configure("info", said)
    with daemon_of(room) as (daemon, context):
        asked = ask(context, "inbox")
        answer = answered(daemon, context, asked)
        assert len(look(context, asked).runs) == 1
        assert answer.failed
        path = tmp_path / "public/articles/a/index.html"
        assert answer.errors == [f"publishing failed: {path}: Not a directory"]
        assert f'publishing failed error="{path}: Not a directory"' in said.getvalue()
        assert "Traceback" not in said.getvalue()
        (tmp_path / "public").unlink()
        room.later(minutes=1)
        settle(daemon)
    assert room.titles() == ["A bridge"]
    assert "publishing failed" in said.getvalue()
    assert "Traceback" not in said.getvalue(), "a full disk or a folder in the way is no bug"


def test_a_source_whose_folder_is_a_link_to_itself_stops_no_other(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, SITE + INBOX + '[[source]]\nname = "ring"\nfiles = "ring/*.txt"\n')
    room.write("a.txt", a_text("A bridge"))
    (tmp_path / "ring").symlink_to("ring")
    with daemon_of(room) as (daemon, _):
        settle(daemon)
        room.later(minutes=1)
        settle(daemon)
    assert room.titles() == ["A bridge"]


def test_a_clock_that_is_set_back_delays_nothing(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, SITE + INBOX)
    with daemon_of(room) as (daemon, context):
        room.later(days=3650)
        settle(daemon)
        room.later(days=-3650)
        settle(daemon)
        room.later(minutes=1)
        before = run_count(context)
        settle(daemon)
        assert run_count(context) == before + 1


def test_a_request_that_makes_no_sense_stops_no_other(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, SITE + INBOX)
    with daemon_of(room) as (daemon, context):
        with context.store.write() as tx:
            for names in ("not JSON", "5", "[[1]]", '{"inbox": 1}'):
                values = {"asked_at": 1.0, "sources": names}
                tx.execute(insert(request).values(values))
        assert not answered(daemon, context, ask(context, "inbox")).failed


def test_what_a_dead_daemon_was_asked_for_the_next_one_does(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, SITE + INBOX)
    with room.open() as context:
        asked = ask(context, "inbox")
        with context.store.write() as tx:
            assert [one.id for one in requests.take(tx, room.now)] == [asked]
            old = requests.ask(tx, ["inbox"], room.now - timedelta(hours=2))
    with daemon_of(room) as (daemon, context):
        daemon.start()
        daemon._ticker.stop()
        assert not answered(daemon, context, asked).failed
        assert len(look(context, asked).runs) == 1
        with context.store.read() as tx:
            assert requests.look(tx, old) is None, "nobody waits for that any more"


def test_a_request_without_sources_is_one_to_publish(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, SITE + INBOX)
    room.refresh()
    (tmp_path / "public" / "all.rss").unlink()
    with daemon_of(room) as (daemon, context):
        before = run_count(context)
        answer = answered(daemon, context, ask(context))
        assert [(feed.name, feed.changed) for feed in answer.feeds] == [("all", True)]
        assert run_count(context) == before


def test_a_source_the_daemon_does_not_know_is_told_to_who_asked(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, SITE + INBOX)
    with daemon_of(room) as (daemon, context):
        answer = answered(daemon, context, ask(context, "inbox", "news"))
        assert answer.failed
        assert answer.errors == [
            "news: the daemon knows no such source; `broadsheet reload` tells it"
        ]


def test_who_is_woken_runs_at_the_next_tick_and_once_more_if_running(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, SITE + INBOX + OTHER)
    with daemon_of(room) as (daemon, context):
        settle(daemon)
        before = run_count(context)
        daemon.wake(["inbox", "nobody"])
        daemon.tick()
        daemon.wake(["inbox"])
        daemon.wake(["inbox"])
        settle(daemon)
        settle(daemon)
        assert run_count(context) == before + 2
        daemon.wake(None)
        settle(daemon)
        assert run_count(context) == before + 4


def test_a_store_that_fails_is_said_once_and_so_is_that_it_works_again(
    tmp_path: Path,
) -> None:
    said = io.StringIO()
    logs.configure("info", said)
    room = Newsroom(tmp_path, SITE + INBOX)
    with daemon_of(room) as (daemon, context):
        settle(daemon)
        context.store.close()
        database = tmp_path / "data" / "broadsheet.db"
        database.rename(database.with_suffix(".aside"))
        database.mkdir()
        for _ in range(3):
            daemon.tick()
        assert said.getvalue().count("the store fails") == 1
        database.rmdir()
        database.with_suffix(".aside").rename(database)
        daemon.tick()
        assert "the store works again" in said.getvalue()


def test_the_end_waits_for_a_tick_that_publishes(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, SITE + INBOX)
    with room.open() as context:
        daemon = Daemon(context)
        with daemon._ticking:
            daemon.stop()
            closed: list[bool] = []
            closing = threading.Thread(target=lambda: closed.append(daemon.close()))
            closing.start()
            closing.join(0.2)
            assert closing.is_alive()
        closing.join(5)
        assert closed == [True]


def until(said: str, daemon: Running, seconds: float = 15) -> None:
    """Wait for a line in the daemon's log."""
    end = time.monotonic() + seconds
    while said not in daemon.said():
        assert time.monotonic() < end, daemon.said()
        time.sleep(0.05)


def test_a_daemon_beside_commands_from_its_start_to_its_end(tmp_path: Path) -> None:
    with silent_server() as (port, asked):
        room = Newsroom(tmp_path, SITE + hanging(port) + INBOX + FEED)
        room.write("a.txt", a_text("A bridge"), at=None)
        with running(tmp_path) as daemon:
            assert asked.wait(10)
            second = broadsheet(tmp_path, "run")
            assert second.returncode == 1
            assert second.stderr == (
                f"the daemon (process {daemon.process.pid}) is working with this data folder; "
                "one data folder has one daemon\n"
            )
            done = broadsheet(tmp_path, "refresh", "inbox")
            assert (done.returncode, done.stderr) == (0, "The daemon is running; asking it.\n")
            assert done.stdout.splitlines()[1].split()[0] == "inbox"
            assert done.stdout.splitlines()[1].split()[-1] == "ok"
            assert room.titles("inbox.atom") == ["A bridge"]
            began = time.monotonic()
            assert daemon.terminate() == 0
            assert time.monotonic() - began < 20
            assert daemon.said().endswith("info     the daemon has stopped\n")
            end = time.monotonic() + 15  # workers end when their pipe does
            while not daemon.alone():
                assert time.monotonic() < end, "a worker process is left"
                time.sleep(0.05)
        with data_lock(tmp_path / "data", COMMAND):
            pass
        assert [p for part in ("public", "data") for p in (tmp_path / part).rglob(".*")] == []


def test_an_idle_daemon_starts_no_workers_and_does_not_grow(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, SITE + INBOX)
    for number in range(20):
        room.write(f"{number}.txt", a_text(f"Report {number}"))
    room.refresh()
    settings = load(tmp_path / "broadsheet.toml", {})
    with open_context(settings, clock=lambda: room.now) as context:
        daemon = Daemon(context)
        before = run_count(context)
        for number in range(40):
            room.later(minutes=1)
            settle(daemon)
            if number == 20:
                size = memory()
        assert run_count(context) == before + 40
        assert context.workers._pool is None
        assert memory() - size < 3_000_000
        assert daemon.close()


def memory() -> int:
    """Resident bytes of this process."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_a_port_in_use_is_told_plainly(tmp_path: Path) -> None:
    with silent_server() as (port, _):
        Newsroom(tmp_path, SITE.replace("port = 0", f"port = {port}") + INBOX)
        for name in ("run", "serve"):
            done = broadsheet(tmp_path, name)
            assert done.returncode == 1
            assert done.stderr.startswith(f"port {port} at 127.0.0.1 is taken by another program")
            assert "Traceback" not in done.stderr
        with data_lock(tmp_path / "data", DAEMON):
            done = broadsheet(tmp_path, "serve")
        told = f"the daemon (process {os.getpid()}) is up and serves all this already\n"
        assert (done.returncode, done.stderr) == (1, told)


def test_serve_without_a_publication_answers_404_and_ends_cleanly(tmp_path: Path) -> None:
    Newsroom(tmp_path, SITE + INBOX)
    with running(tmp_path, "serve") as server:
        connection = HTTPConnection(urlsplit(server.url).netloc, timeout=5)
        for path in ("/all.rss", "/"):
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 404
        connection.close()
        assert server.terminate() == 0
