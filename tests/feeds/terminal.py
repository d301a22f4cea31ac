"""A program on a terminal of its own: what is typed into it, and what it shows."""

import os
import pty
import select
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from fcntl import ioctl
from pathlib import Path
from struct import pack
from termios import TIOCSWINSZ

_ROWS, _COLUMNS = 40, 120


class Terminal:
    """A running program. `shown` is everything it wrote so far, escapes and all."""

    def __init__(self, pid: int, descriptor: int) -> None:
        self._pid = pid
        self._descriptor = descriptor
        self.shown = ""

    def type(self, keys: str) -> None:
        os.write(self._descriptor, keys.encode())

    def until(self, text: str, timeout: float = 20) -> str:
        """What is shown from here on, up to and with `text`."""
        end = time.monotonic() + timeout
        start = len(self.shown)
        while text not in self.shown[start:]:
            assert time.monotonic() < end, f"no {text!r} in {self.shown[start:]!r}"
            assert self._read(0.1), f"it ended: {self.shown!r}"
        return self.shown[start:]

    def wait(self, timeout: float = 60) -> int:
        """Read to the program's end; its exit code."""
        end = time.monotonic() + timeout
        while self._read(0.1):
            assert time.monotonic() < end, f"it still runs: {self.shown!r}"
        return os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])

    def close(self) -> None:
        os.close(self._descriptor)
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)

    def _read(self, wait: float) -> bool:
        """Take in what it writes within `wait` seconds; False when it has ended."""
        if not select.select([self._descriptor], [], [], wait)[0]:
            return True
        with suppress(OSError):  # Linux's way to say that the other end was closed
            if found := os.read(self._descriptor, 65536):
                self.shown += found.decode("utf-8", "replace")
                return True
        return False


@contextmanager
def on_terminal(
    command: Sequence[str], *, folder: Path, env: Mapping[str, str]
) -> Iterator[Terminal]:
    """Run a command on a terminal of 40 lines of 120 columns; killed at the end if still there."""
    pid, descriptor = pty.fork()
    if pid == 0:
        try:
            os.chdir(folder)
            os.execvpe(command[0], list(command), dict(env))
        finally:
            os._exit(127)
    ioctl(descriptor, TIOCSWINSZ, pack("HHHH", _ROWS, _COLUMNS, 0, 0))
    terminal = Terminal(pid, descriptor)
    try:
        yield terminal
    finally:
        terminal.close()
