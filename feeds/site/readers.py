"""Links with which people subscribe in a reader of theirs."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, urlsplit

from feeds.site.model import PageLink


def web_readers(address: str) -> tuple[PageLink, ...]:
    """Links that subscribe to the feed at `address` in readers of the web.

    None where these cannot reach it: at a private IP address or a name of the own network.
    """
    if not _reachable(address):
        return ()
    encoded = quote(address, safe="")
    return tuple(
        PageLink(url=reader["link"].format(url=encoded), title=reader["name"])
        for reader in _data()["reader"]
    )


def device_link(address: str) -> str:
    """The link that opens the feed at `address` in the reader program of a machine."""
    link: str = _data()["device"]["link"]
    return link.format(address=address)


def _reachable(address: str) -> bool:
    host = (urlsplit(address).hostname or "").rstrip(".")
    try:
        return ip_address(host).is_global
    except ValueError:
        endings = tuple(f".{ending}" for ending in _data()["private"]["endings"])
        return "." in host and not host.endswith(endings)


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    text = resources.files(__package__).joinpath("readers.toml").read_text("utf-8")
    return tomllib.loads(text)
