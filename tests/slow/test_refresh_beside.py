"""`refresh` with the daemon up, down, starting, stopping and killed midway: always a true end."""

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import pytest

from ingest.store import open_store, requests, runs
from tests.feeds.processes import broadsheet, command, environment, running, silent_server
from tests.newsroom import Newsroom, a_text

pytestmark = pytest.mark.slow

SITE = """\
[site]
title = "Harbour News"
url = "https://example.org/"
[server]
port = 0
[[source]]
name = "inbox"
files = "articles/**/*.txt"
every = "1 day"
"""
FETCH = '[fetch]\nallow_private = ["127.0.0.0/8"]\nread_timeout = "3s"\n'


def slow(port: int) -> str:
    return FETCH + f'[[source]]\nname = "slow"\nurls = ["http://127.0.0.1:{port}/"]\nevery = "1d"\n'


@contextmanager
def refreshing(folder: Path, *args: str) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        command(folder, "refresh", *args),
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    out, said = process.communicate(timeout=60)
    assert "Traceback" not in said
    return process.returncode, out, said


def asked(process: "subprocess.Popen[str]") -> None:
    assert process.stderr
    assert process.stderr.readline() == "The daemon is running; asking it.\n"


def test_up_it_reports_as_it_does_when_down_with_the_same_exit_codes(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, SITE)
    room.write("a.txt", a_text("A bridge"))
    down = broadsheet(tmp_path, "refresh", "--json")
    assert down.returncode == 0
    with running(tmp_path) as daemon:
        room.write("b.txt", a_text("A tunnel"))
        up = broadsheet(tmp_path, "refresh", "--json")
        assert up.returncode == 0
        assert up.stderr == "The daemon is running; asking it.\n"
        assert json.loads(up.stdout).keys() == json.loads(down.stdout).keys()
        (run,) = json.loads(up.stdout)["runs"]
        assert (run["source"], run["new"], run["unchanged"]) == ("inbox", 1, 1)
        room.write("empty.txt", "")
        partly = broadsheet(tmp_path, "refresh")
        assert partly.returncode == 1
        assert "inbox: empty.txt: " in partly.stderr
        (tmp_path / "articles" / "empty.txt").unlink()
        aside = (tmp_path / "public").rename(tmp_path / "aside")
        (tmp_path / "public").write_text("in the way")
        unpublished = broadsheet(tmp_path, "refresh")
        assert unpublished.returncode == 1, "what could not be published is no success"
        assert "publishing failed" in unpublished.stderr
        (tmp_path / "public").unlink()
        aside.rename(tmp_path / "public")
        for path in (tmp_path / "articles").iterdir():
            path.unlink()
        assert broadsheet(tmp_path, "refresh").returncode == 1, "a folder suddenly empty"
        meant = broadsheet(tmp_path, "refresh", "--allow-removal")
        assert meant.returncode == 0, meant.stderr
        assert room.titles() == []
        assert daemon.terminate() == 0


def test_several_at_once_take_turns_and_all_end_well(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, SITE)
    room.write("a.txt", a_text("A bridge"))
    daemons: list[Callable[[], AbstractContextManager[object]]] = [
        nullcontext,
        lambda: running(tmp_path),
    ]
    for daemon in daemons:
        processes = [
            subprocess.Popen(
                command(tmp_path, "refresh"),
                env=environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(4)
        ]
        with daemon():
            assert [ended(process)[0] for process in processes] == [0] * 4
    assert room.titles() == ["A bridge"]
    store = open_store(tmp_path / "data" / "broadsheet.db")
    with store.read() as tx:
        assert runs.under_way(tx) == []
        assert not requests.waiting(tx)
    store.close()


def test_stopping_or_killed_midway_the_command_does_it_itself(tmp_path: Path) -> None:
    for number, end in enumerate((signal.SIGTERM, signal.SIGKILL)):
        folder = tmp_path / str(number)
        with silent_server() as (port, connected):
            room = Newsroom(folder, SITE + slow(port))
            room.write("a.txt", a_text("A bridge"))
            with running(folder) as daemon:
                assert connected.wait(10)
                with refreshing(folder, "inbox", "slow") as process:
                    asked(process)
                    daemon.process.send_signal(end)
                    code, out, said = ended(process)
                assert "The daemon ended before it was done." in said
                assert code == 1, "the slow source fails"
                assert [line.split()[-1] for line in out.splitlines()[1:3]] == ["ok", "failed"]
            assert room.titles() == ["A bridge"]


def test_a_daemon_that_comes_back_is_asked_again(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, SITE)
    for number in range(30):
        room.write(f"{number}.txt", a_text(f"Report {number}"))
    with running(tmp_path) as daemon, refreshing(tmp_path) as process:
        asked(process)
        os.kill(daemon.process.pid, signal.SIGKILL)
        daemon.process.wait(10)
        with running(tmp_path) as another:
            code, _, said = ended(process)
            assert (code, said.count("ended before")) in {(0, 0), (0, 1)}
            assert another.terminate() == 0
    assert len(room.titles()) == 30


def test_at_any_moment_of_a_daemons_life_it_ends_well(tmp_path: Path) -> None:
    chance = random.Random(20261124)
    room = Newsroom(tmp_path, SITE)
    for number in range(6):
        room.write(f"{number}.txt", a_text(f"Report {number}"))
        daemon = subprocess.Popen(
            command(tmp_path, "run"),
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(chance.uniform(0, 1.5))
        with refreshing(tmp_path) as process:
            time.sleep(chance.uniform(0, 1.5))
            daemon.send_signal(chance.choice([signal.SIGTERM, signal.SIGKILL]))
            code, out, said = ended(process)
            assert code == 0, said
            assert out.splitlines()[1].split()[-1] == "ok"
        os.killpg(daemon.pid, signal.SIGKILL) if daemon.poll() is None else daemon.wait(10)
        daemon.wait(10)
        assert len(room.titles()) == number + 1


def test_interrupted_it_ends_soon_with_nothing_half_done(tmp_path: Path) -> None:
    with silent_server() as (port, connected):
        room = Newsroom(tmp_path, SITE + slow(port).replace('"3s"', '"30s"'))
        room.write("a.txt", a_text("A bridge"))
        with refreshing(tmp_path) as process:
            assert connected.wait(20)
            began = time.monotonic()
            process.send_signal(signal.SIGINT)
            code, _, said = ended(process)
        assert code == 130
        assert time.monotonic() - began < 20
        assert said.splitlines() == [
            "Stopping; once more ends at once.",
            "Interrupted: what was stored stays; the same command goes on from there.",
        ]
    assert broadsheet(tmp_path, "refresh", "inbox").returncode == 0
    assert room.titles() == ["A bridge"]


def test_interrupted_while_the_daemon_does_it_the_daemon_goes_on(tmp_path: Path) -> None:
    with silent_server() as (port, connected):
        Newsroom(tmp_path, SITE + slow(port))
        with running(tmp_path) as daemon:
            assert connected.wait(10)
            with refreshing(tmp_path, "slow") as process:
                asked(process)
                time.sleep(1.5)  # taken by now
                process.send_signal(signal.SIGINT)
                code, _, said = ended(process)
            assert (code, said) == (130, "Interrupted: the daemon goes on with it.\n")
            assert daemon.terminate() == 0
