"""Ports for servers whose configuration must name one."""

import socket


def free_port() -> int:
    """A port that nobody listens at, as far as one can know."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
