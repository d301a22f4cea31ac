"""URLs: the canonical form that is printed, and the looser form that only finds duplicates.

The canonical form follows RFC 3986 §6.2.2 and §6.2.3 as the W3C feed validator checks it. Query
order, letter case of paths and trailing slashes stay as given: a server may tell them apart.
"""

import re
from functools import cache
from importlib import resources
from ipaddress import IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

_MAX = 8_000  # characters; servers and proxies refuse longer request lines long before
_SPACES = "".join(map(chr, range(0x21)))
_UNRESERVED = r"A-Za-z0-9._~\-"
_ODD = re.compile(rf"%[0-9A-Fa-f]{{2}}|[^{_UNRESERVED}]", re.DOTALL)
_PLAIN = re.compile(f"[{_UNRESERVED}]")
_PATH = re.compile(rf"[{_UNRESERVED}!$&'()*+,;=:@/]")
_QUERY = re.compile(rf"[{_UNRESERVED}!$&'()*+,;=:@/?]")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_PORTS = {"http": "80", "https": "443"}
_VARIANTS = frozenset({"www", "m", "mobile", "amp"})
_AMP_QUERY = frozenset({"amp", "amp=1", "amp=true", "outputtype=amp"})


def canonical_url(url: str) -> str:
    """The form of `url` that is printed and stored: ASCII, and the same when applied again.

    Scheme and host in lower case, host in punycode, no default port, no user name, no dot segments,
    percent-encoding in its normal form, no known tracking parameter (trackers.txt), no fragment
    other than `#!…`. Raises ValueError for anything but an absolute http or https URL.
    """
    parts = _split(url)
    query = "&".join(p for p in _encode(parts.query, _QUERY).split("&") if p and not _tracks(p))
    fragment = parts.fragment if parts.fragment.startswith("!") else ""
    return _printed(parts, query, fragment)


def link_url(url: str) -> str:
    """The form of `url` for a link inside an article: valid and ASCII, all its parts kept.

    Only a user name goes. Raises ValueError as `canonical_url` does.
    """
    parts = _split(url)
    return _printed(parts, _encode(parts.query, _QUERY), parts.fragment)


def match_url(url: str) -> str:
    """The key two addresses of one page share: never printed.

    Canonical, without the scheme, without `www`, mobile and AMP labels before the domain, and
    without AMP's mark in path and query. Raises ValueError as `canonical_url` does.
    """
    parts = urlsplit(canonical_url(url))
    labels = parts.netloc.split(".")
    kept = [x for i, x in enumerate(labels) if x not in _VARIANTS or i >= len(labels) - 2]
    path = re.sub(r"/amp/?$", "", parts.path) or "/"
    if path != parts.path and parts.path.endswith("/"):
        path = path.rstrip("/") + "/"
    query = "&".join(p for p in parts.query.split("&") if p and p.lower() not in _AMP_QUERY)
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"{'.'.join(kept)}{path}{'?' + query if query else ''}{fragment}"


def same_site(first: str, second: str) -> bool:
    """Tell whether two http(s) URLs belong to one registrable domain; False for anything else.

    The registrable domain is one label more than the public suffix, told by suffixes.txt: the last
    label, a country's second level, or a host of many sites. Addresses must be equal as a whole.
    """
    try:
        return _site(first) == _site(second)
    except ValueError:
        return False


def _split(url: str) -> SplitResult:
    text = re.sub(r"[\t\r\n]", "", url).strip(_SPACES)
    if len(text) > _MAX:
        raise ValueError("the address is too long")
    parts = urlsplit(text)
    if parts.scheme.lower() not in _PORTS or not parts.hostname:
        raise ValueError("not an absolute http or https address")
    return parts


def _printed(parts: SplitResult, query: str, fragment: str) -> str:
    path = _without_dots(_encode(parts.path, _PATH)) or "/"
    fragment = _encode(fragment, _QUERY)
    return (
        f"{parts.scheme.lower()}://{_authority(parts)}{path}"
        f"{'?' + query if query else ''}{'#' + fragment if fragment else ''}"
    )


def _authority(parts: SplitResult) -> str:
    host = host_name(parts.hostname or "")
    port = "" if parts.port is None else str(parts.port)  # raises ValueError when out of range
    return host if port in {"", _PORTS[parts.scheme.lower()]} else f"{host}:{port}"


def host_name(name: str) -> str:
    """A host in ASCII and small letters, as browsers send it. Raises ValueError for an impossible
    one."""
    if ":" in name:
        return f"[{IPv6Address(name.partition('%')[0])}]"
    if not name.isascii():
        import idna  # its tables are large, and most hosts are ASCII

        name = idna.encode(name, uts46=True).decode("ascii")  # IDNAError is a ValueError
    name = name.lower().rstrip(".")
    if len(name) > 253 or not _HOST.fullmatch(name):
        raise ValueError("the host name is not valid")
    return name


def _encode(text: str, allowed: re.Pattern[str]) -> str:
    return _ODD.sub(lambda found: _character(found[0], allowed), text)


def _character(token: str, allowed: re.Pattern[str]) -> str:
    if len(token) == 3:
        plain = chr(int(token[1:], 16))
        return plain if _PLAIN.fullmatch(plain) else token.upper()
    if allowed.fullmatch(token):
        return token
    return "".join(f"%{byte:02X}" for byte in token.encode("utf-8", "replace"))


def _without_dots(path: str) -> str:
    """RFC 3986 §5.2.4 for a path that starts with a slash or is empty."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            if kept:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in {".", ".."}:
        kept.append("")
    return "".join("/" + segment for segment in kept)


def _tracks(parameter: str) -> bool:
    name = parameter.partition("=")[0].lower()
    exact, prefixes = _trackers()
    return name in exact or name.startswith(prefixes)


@cache
def _trackers() -> tuple[frozenset[str], tuple[str, ...]]:
    names = _data("trackers.txt")
    prefixes = tuple(name[:-1] for name in names if name.endswith("*"))
    return frozenset(name for name in names if not name.endswith("*")), prefixes


@cache
def _suffixes() -> tuple[frozenset[str], frozenset[str]]:
    second, *hosts = _data("suffixes.txt")
    return frozenset(second.split()[1:]), frozenset(hosts)


def _data(name: str) -> list[str]:
    text = resources.files("ingest").joinpath(name).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and line[0] != "#"]


def _site(url: str) -> str:
    host = host_name(_split(url).hostname or "")
    try:
        return str(ip_address(host.strip("[]")))
    except ValueError:
        labels = host.split(".")
    second, hosts = _suffixes()
    shared = ".".join(labels[-2:]) in hosts
    registry = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in second
    return ".".join(labels[-3:] if shared or registry else labels[-2:])
