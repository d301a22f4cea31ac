"""Who may have how many whole feeds an hour: a bound that no honest reader comes near.

Counted are answers to requests without any condition, for each client and path by itself. Readers
do send a few at once when a feed is added, and drop their validators now and then, so a whole
hour's number may come at once.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

MOST = 20_000
"""How many pairs of client and path are remembered; the one not seen for longest goes first."""

_HOUR = 3600.0

_Address = IPv4Address | IPv6Address
_Network = IPv4Network | IPv6Network


class Limits:
    """A bucket of `per_hour` whole answers for each client and path, filled up over the hour.

    0 means no limit. Only addresses on the internet are limited: behind a proxy on this machine or
    in this network all readers have its address. From peers in `trusted`, the client is the last
    address in X-Forwarded-For that is not itself trusted. An IPv6 client is its /64 network.
    """

    def __init__(
        self,
        per_hour: int,
        trusted: Sequence[_Network] = (),
        *,
        clock: Callable[[], float] = time.monotonic,
        most: int = MOST,
    ) -> None:
        self._per_hour = per_hour
        self._trusted = trusted
        self._clock = clock
        self._most = most
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def wait(self, peer: str, forwarded: str, path: str) -> int:
        """Count one whole answer and return 0, or the seconds after which there is one again.

        `peer` is the address that is connected ("" where there is none), `forwarded` the value of
        X-Forwarded-For.
        """
        client = self._client(peer, forwarded) if self._per_hour else ""
        if not client:
            return 0
        now, key = self._clock(), (client, path)
        left, then = self._buckets.pop(key, (float(self._per_hour), now))
        left = min(left + (now - then) * self._per_hour / _HOUR, float(self._per_hour))
        waiting = 0 if left >= 1 else max(math.ceil((1 - left) * _HOUR / self._per_hour), 1)
        self._buckets[key] = (left if waiting else left - 1, now)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return waiting

    def _client(self, peer: str, forwarded: str) -> str:
        """What to count under; "" for whom nothing is counted."""
        address = _address(peer)
        for told in reversed(forwarded.split(",") if forwarded else []):
            if address is None or not self._trusts(address):
                break
            address = _address(told)
        if address is None or not address.is_global:
            return ""
        if isinstance(address, IPv6Address):
            return str(IPv6Network((address, 64), strict=False))
        return str(address)

    def _trusts(self, address: _Address) -> bool:
        return any(address in network for network in self._trusted)


@lru_cache(maxsize=4096)
def _address(text: str) -> _Address | None:
    """An address with or without a port, as some proxies write it; None for anything else."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
