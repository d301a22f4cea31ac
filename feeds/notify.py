"""What systemd is told: that we are up, reload, end, and are alive. Elsewhere nobody is told."""

import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress

_PATIENCE = 1.0  # seconds that a manager who is behind may take to listen


class Notifier:
    """Speaks to the service manager that `environ` names (sd_notify(3)), if there is one."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        ours = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self._watched = ours and bool(environ.get("WATCHDOG_USEC"))

    def ready(self) -> None:
        """Up, or done with reloading."""
        self._say("READY=1")

    def reloading(self) -> None:
        """Taking up another configuration."""
        self._say(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """Coming to the end."""
        self._say("STOPPING=1")

    def alive(self) -> None:
        """Working; a manager that watches us and hears nothing for too long starts us again."""
        if self._watched:
            self._say("WATCHDOG=1")

    def _say(self, text: str) -> None:
        if not self._address:
            return
        with (
            suppress(OSError),  # who does not listen need not be told
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as speaker,
        ):
            speaker.settimeout(_PATIENCE)
            speaker.sendto(text.encode(), self._address)
