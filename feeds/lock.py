"""The lock of a data folder: one process at a time ingests and publishes (design decision 15)."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

DAEMON = "daemon"
COMMAND = "command"


class LockedError(Exception):
    """Another process has the data folder; `role` is DAEMON, COMMAND or "", `pid` its number."""

    def __init__(self, role: str, pid: str) -> None:
        what = "the daemon" if role == DAEMON else "another broadsheet command"
        super().__init__(f"{what} (process {pid or 'unknown'}) is working with this data folder")
        self.role = role
        self.pid = pid


@contextmanager
def data_lock(folder: Path, role: str, *, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock of the data folder `folder` as `role`.

    Waits at most `wait` seconds for another command, never for a daemon. Raises LockedError. The
    kernel gives the lock back when a process dies, however it dies.
    """
    folder.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + wait
    with (folder / "lock").open("a+") as file:
        while not _try(file):
            holder = _holder(file)
            if holder.role == DAEMON or time.monotonic() >= until:
                raise holder
            time.sleep(0.1)
        file.seek(0)
        file.truncate()
        file.write(f"{role} {os.getpid()}\n")
        file.flush()
        yield


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
