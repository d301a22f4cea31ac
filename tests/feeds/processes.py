"""Real `broadsheet` processes, and a server that takes requests and never answers them."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def command(folder: Path, *args: str) -> list[str]:
    return [sys.executable, "-m", "feeds", "--config", str(folder / "broadsheet.toml"), *args]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(_ROOT)}


def broadsheet(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        command(folder, *args),
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )


class Running:
    """A `broadsheet run` or `serve` in a process group of its own."""

    def __init__(self, folder: Path, name: str) -> None:
        # to append: the process shares our place in the file, which `said` moves
        self._log = (folder / f"{name}.log").open("a+", encoding="utf-8")
        self.process = subprocess.Popen(
            command(folder, name),
            cwd=folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout
        self.first = self.process.stdout.readline()
        assert self.first.startswith("Serving on "), self.said()

    @property
    def url(self) -> str:
        return self.first.split()[-1]

    def said(self) -> str:
        """What it logged so far."""
        self._log.seek(0)
        return self._log.read()

    def terminate(self, timeout: float = 20) -> int:
        """SIGTERM to the process alone; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)

    def alone(self) -> bool:
        """Whether nothing of its process group is left."""
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return True
        return False

    def close(self) -> None:
        if not self.alone():
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        assert self.process.stdout
        self.process.stdout.close()
        self._log.close()


@contextmanager
def running(folder: Path, name: str = "run") -> Iterator[Running]:
    """A daemon or server that answers; killed at the end if it still runs."""
    process = Running(folder, name)
    try:
        yield process
    finally:
        process.close()


@contextmanager
def silent_server() -> Iterator[tuple[int, threading.Event]]:
    """A port that takes connections and says nothing, and an event: somebody has connected."""
    asked = threading.Event()
    kept: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def take() -> None:
            while True:
                try:
                    kept.append(listener.accept()[0])
                except OSError:
                    return
                asked.set()

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield listener.getsockname()[1], asked
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)
        for sock in kept:
            sock.close()
