"""requests and urllib3, made to take every connection from our own dialler.

Overriding `_new_conn` keeps all the rest as it is: Host header, SNI and the certificate check go
by the name asked for, whatever address the dialler chose.
"""

import socket
from collections.abc import Callable
from functools import partial
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

Dialler = Callable[[str, int], socket.socket]
"""Connects to a host name and port. What it raises reaches the caller of `send` as it is."""


class _Connection(HTTPConnection):
    def __init__(self, *args: Any, dialler: Dialler, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._dialler = dialler

    def _new_conn(self) -> socket.socket:
        return self._dialler(self._dns_host, self.port)


class _SecureConnection(HTTPSConnection):
    def __init__(self, *args: Any, dialler: Dialler, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._dialler = dialler

    def _new_conn(self) -> socket.socket:
        return self._dialler(self._dns_host, self.port)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class Adapter(HTTPAdapter):
    """Sends one request over a connection of `dialler`; no retries, no proxies. To be closed.

    Used without a `Session`, which would read the whole body of a redirect into memory, keep
    cookies, and take passwords from netrc and proxies from the environment.
    """

    def __init__(self, dialler: Dialler) -> None:
        self._dialler = dialler
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Replace the pools' connection classes; urllib3 hands unknown arguments on to them."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": partial(_Pool, dialler=self._dialler),
            "https": partial(_SecurePool, dialler=self._dialler),
        }
