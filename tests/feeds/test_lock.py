"""One process at a time works with a data folder."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from feeds.lock import COMMAND, DAEMON, LockedError, data_lock

_HOLD = """
import sys, time
from pathlib import Path
from feeds.lock import data_lock
with data_lock(Path(sys.argv[1]), sys.argv[2]):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def another(folder: Path, role: str) -> "Iterator[subprocess.Popen[str]]":
    """A process that holds the lock until it is told to end, or killed."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(folder), role],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_who_comes_second_is_told_who_was_first_and_the_dead_hold_nothing(tmp_path: Path) -> None:
    with another(tmp_path, DAEMON) as daemon:
        with (
            pytest.raises(LockedError, match=f"the daemon .process {daemon.pid}.") as caught,
            data_lock(tmp_path, COMMAND, wait=60),  # nobody waits for a daemon
        ):
            pass
        assert (caught.value.role, caught.value.pid) == (DAEMON, str(daemon.pid))
        daemon.kill()
        daemon.wait()
        with data_lock(tmp_path, COMMAND):
            assert (tmp_path / "lock").read_text() == f"{COMMAND} {os.getpid()}\n"


def test_a_command_waits_for_another(tmp_path: Path) -> None:
    with another(tmp_path, COMMAND) as command:
        with (
            pytest.raises(LockedError, match="another broadsheet command"),
            data_lock(tmp_path, COMMAND, wait=0.1),
        ):
            pass
        assert command.stdin is not None
        command.stdin.write("\n")
        command.stdin.flush()
        with data_lock(tmp_path, COMMAND, wait=30):
            pass


def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    with data_lock(tmp_path / "new" / "data", COMMAND):
        assert (tmp_path / "new" / "data" / "lock").is_file()
    with data_lock(tmp_path / "new" / "data", DAEMON):
        pass
