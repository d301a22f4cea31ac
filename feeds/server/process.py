"""The HTTP server in a thread of its own, so that the daemon keeps the main one."""

import errno
import socket
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import uvicorn
    from starlette.types import ASGIApp, Receive, Scope, Send

_START_DEADLINE = 10.0
_BACKLOG = 2048


class ServerError(Exception):
    """The server cannot listen where it should. The message says why and what to do."""


class PortTakenError(ServerError):
    """Somebody listens there already."""


class Server:
    """One application at one address; port 0 takes any free one. Starts and stops once."""

    def __init__(self, app: "ASGIApp", address: str, port: int) -> None:
        self.app = app
        self._address = address
        self._port = port
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def serve(self, app: "ASGIApp") -> None:
        """Answer by another application from now on."""
        self.app = app

    async def _answer(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        await self.app(scope, receive, send)

    def start(self) -> int:
        """Listen, and return the port once requests are answered. Raises ServerError."""
        import uvicorn  # 70 ms that commands without a server do not pay

        listener = _listen(self._address, self._port)
        config = uvicorn.Config(
            self._answer,
            interface="asgi3",
            access_log=False,
            log_config=None,
            log_level="warning",
            lifespan="off",
            loop="asyncio",
            ws="none",
            proxy_headers=False,
            server_header=False,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="server", daemon=True
        )
        self._thread.start()
        self._await_start(self._server, self._thread)
        port: int = listener.getsockname()[1]
        return port

    def stop(self, timeout: float) -> bool:
        """Finish answers under way, for at most `timeout` seconds. False if one had to be cut."""
        if self._server is None or self._thread is None:
            return True
        self._server.should_exit = True
        self._thread.join(timeout)
        if not self._thread.is_alive():
            return True
        self._server.force_exit = True
        self._thread.join(1.0)
        return False

    def _await_start(self, server: "uvicorn.Server", thread: threading.Thread) -> None:
        deadline = time.monotonic() + _START_DEADLINE
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                server.should_exit = True
                raise ServerError("the server did not start; the log says why")
            time.sleep(0.005)


def _listen(address: str, port: int) -> socket.socket:
    """Bind here, for uvicorn ends the whole process when an address is taken."""
    try:
        found = socket.getaddrinfo(
            address or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, _, _, _, target = found[0]
        return socket.create_server(
            (str(target[0]), int(target[1])),
            family=family,
            backlog=_BACKLOG,
            dualstack_ipv6=target[0] == "::" and socket.has_dualstack_ipv6(),
        )
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        raise (PortTakenError if taken else ServerError)(_reason(error, address, port)) from error


def _reason(error: OSError, address: str, port: int) -> str:
    if isinstance(error, socket.gaierror):
        return f"cannot listen at {address!r}: no such address; set [server] address"
    reasons = {
        errno.EADDRINUSE: f"port {port} at {address} is taken by another program; "
        "stop that, or set another [server] port, and the same one in site.url if that names it",
        errno.EACCES: f"port {port} needs more rights than this user has; set one above 1023",
        errno.EADDRNOTAVAIL: f"this machine has no address {address}; set [server] address",
    }
    code = error.errno or 0
    return reasons.get(code, f"cannot listen at {address}, port {port}: {error.strerror}")
