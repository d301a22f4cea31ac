"""The lock of a data folder: one process at a time ingests and publishes (docs/design.md)."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

DAEMON = "daemon"
COMMAND = "command"

_MOMENT = 1.0  # seconds that commands which only look may have the lock


class LockedError(Exception):
    """Another process has the data folder; `role` is DAEMON, COMMAND or "", `pid` its number."""

    def __init__(self, role: str, pid: str) -> None:
        what = "the daemon" if role == DAEMON else "another broadsheet command"
        super().__init__(f"{what} (process {pid or 'unknown'}) is working with this data folder")
        self.role = role
        self.pid = pid


@contextmanager
def data_lock(
    folder: Path,
    role: str,
    *,
    wait: float = 0.0,
    tell: Callable[[LockedError], None] = lambda _holder: None,
    until: Callable[[], bool] = lambda: False,
) -> Iterator[None]:
    """Hold the lock of the data folder `folder` as `role`.

    Waits at most `wait` seconds for another command, never for a daemon, and no longer than `until`
    is false; `tell` is called once with who has it when the wait is more than a moment. Raises
    LockedError. The kernel gives the lock back when a process dies, however it dies.
    """
    folder.mkdir(parents=True, exist_ok=True)
    began, told = time.monotonic(), False
    with (folder / "lock").open("a+") as file:
        while not _try(file):
            holder, waited = _holder(file), time.monotonic() - began
            if holder.role == DAEMON or waited >= wait or until():
                raise holder
            if waited > _MOMENT and not told:
                tell(holder)
                told = True
            time.sleep(0.1)
        file.seek(0)
        file.truncate()
        file.write(f"{role} {os.getpid()}\n")
        file.flush()
        yield


def daemon_pid(folder: Path) -> int | None:
    """The process number of the daemon that works with the data folder; None when there is none."""
    if not folder.is_dir():
        return None
    try:
        with data_lock(folder, COMMAND):
            return None
    except OSError:  # a folder that this user may only read
        return None
    except LockedError as error:
        return int(error.pid) if error.role == DAEMON and error.pid.isdecimal() else None


def _try(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(file: IO[str]) -> LockedError:
    file.seek(0)
    role, _, pid = file.read(100).strip().partition(" ")
    return LockedError(role, pid)
