"""The address guard: which addresses may be spoken to, decided before the first packet.

A name is resolved once, every address it has is checked, and the connection goes to one of those
very addresses: a name that answers differently the next time (DNS rebinding) gains nothing. The
checks look at resolved addresses only, so no odd spelling of one (`127.1`, `0x7f000001`) matters.
"""

import socket
from collections.abc import Callable, Sequence
from importlib.resources import files
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from config.settings import Fetch
from ingest.errors import AddressRefusedError
from ingest.fetch import reasons
from ingest.fetch.watch import Watch

Resolver = Callable[[str, int], Sequence[str]]
"""Gives the numeric addresses of a host name and port, best first; raises OSError for none."""

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PUBLIC_PORTS = frozenset({80, 443})
_ATTEMPTS = 4  # addresses tried: enough for two families, and a name with hundreds costs no more
_GLOBAL_IPV6 = IPv6Network("2000::/3")  # all that IANA has given out for global unicast


def system_resolver(host: str, port: int) -> tuple[str, ...]:
    """Ask the operating system, which may take long. Raises OSError, UnicodeError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def refusal(address: str, port: int, allowed: Sequence[Network]) -> str:
    """Say in words why `address` may not be spoken to at `port`; "" when it may.

    An address in `allowed` may be reached at any port, any other only when it is public and the
    port is one of the web's own. IPv4 addresses written as IPv6 count as what they stand for.
    """
    ip = _plain(address)
    if any(ip in network for network in allowed):
        return ""
    for network, words in _NETWORKS:
        if ip in network:
            return f"its address {ip} is {words}"
    # The table is for words; what IANA reserves after it was written is refused all the same.
    unusual = ip not in _GLOBAL_IPV6 if ip.version == 6 else ip.is_multicast or ip.is_reserved
    if unusual or not ip.is_global:
        return f"its address {ip} is not a public one"
    return "" if port in PUBLIC_PORTS else f"port {port} is not one of the web (80 and 443)"


def dial(host: str, port: int, *, limits: Fetch, resolve: Resolver, watch: Watch) -> socket.socket:
    """Connect to a checked address of `host`, with the connect timeout still set on the socket.

    Raises AddressRefusedError when any address of the name is refused, before a packet is sent;
    FetchError when the name has none or none answers; DeadlineError.
    """
    try:
        found = watch.run(lambda: tuple(resolve(host, port)))
    except (OSError, UnicodeError) as error:
        raise reasons.unresolved(host, error) from error
    if not found:
        raise reasons.unresolved(host, None)
    for address in found:
        if words := refusal(address, port, limits.allow_private):
            hint = "" if words.startswith("port") else "; fetch.allow_private can allow it"
            raise AddressRefusedError(f"{host} is not fetched: {words}{hint}")
    return _first_answer(host, port, found[:_ATTEMPTS], limits, watch)


def _first_answer(
    host: str, port: int, found: Sequence[str], limits: Fetch, watch: Watch
) -> socket.socket:
    failure: OSError | None = None
    for address in found:
        try:
            return _connect(address, port, limits.connect_timeout.total_seconds(), watch)
        except OSError as error:
            watch.check()
            watch.reached = watch.reached or isinstance(error, ConnectionRefusedError)
            failure = failure or error
    assert failure is not None
    raise reasons.unconnected(host, port, failure, limits) from failure


def _connect(address: str, port: int, timeout: float, watch: Watch) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(min(timeout, watch.left))
        watch.hold(sock)
        sock.connect((address, port))
        watch.reached = True
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer = str(sock.getpeername()[0])
        if _plain(peer) != _plain(address):
            raise AddressRefusedError(f"the connection to {address} arrived at {peer}")
        sock.settimeout(timeout)
    except BaseException:
        sock.close()
        raise
    return sock


def _plain(address: str) -> Address:
    ip = ip_address(address.partition("%")[0])
    return getattr(ip, "ipv4_mapped", None) or ip


def _networks() -> tuple[tuple[Network, str], ...]:
    text = files("ingest.fetch").joinpath("networks.txt").read_text(encoding="utf-8")
    rows = (line.partition("\t") for line in text.splitlines() if not line.startswith("#"))
    return tuple((ip_network(network), words) for network, _, words in rows)


_NETWORKS = _networks()
