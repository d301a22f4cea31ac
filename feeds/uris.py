"""URLs as feeds must print them: absolute, http or https, ASCII only."""

import re
from urllib.parse import SplitResult, quote, urlsplit

from ingest.markup import clean_line

_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?|\[[0-9a-f:.]+\]", re.IGNORECASE)
# What most addresses are: fit already. Without `%`, `@` and port, which must be looked at.
_FIT = re.compile(
    r"https?://[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?/[A-Za-z0-9/:!$&'()*+,;=~._-]{0,2000}"
    r"(\?[A-Za-z0-9/:!$&'()*+,;=~._?-]{1,2000})?"
)
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
# RFC 3986 §3.3 and §3.4, without the `[` and `]` that validators refuse outside a host.
_SAFE = "/:@!$&'()*+,;=~%"
_MAX_LENGTH = 8000  # characters; what servers and readers still take, RFC 9110 §4.1


def ascii_url(url: str) -> str:
    """The URI for a URL or IRI: host in punycode, path, query and fragment percent-encoded.

    What is valid already stays as it is; user name and password are left out, they are nobody's
    business. "" when no absolute http or https URL can be made of it. RFC 3987 §3.1, UTS 46.
    """
    if not url or _FIT.fullmatch(url):
        return url
    url = clean_line(url)
    if len(url) > _MAX_LENGTH:
        return ""
    try:
        parts = urlsplit(url)
        host = _ascii_host(parts)
    except ValueError:  # a bad port or bracket, or a name that IDNA refuses
        return ""
    if parts.scheme not in {"http", "https"} or not host:
        return ""
    query = "?" + _encode(parts.query, "?") if parts.query else ""
    fragment = "#" + _encode(parts.fragment, "?") if parts.fragment else ""
    return f"{parts.scheme}://{host}{_encode(parts.path)}{query}{fragment}"


def _ascii_host(parts: SplitResult) -> str:
    """Host and port of `parts` in ASCII, "" when there is none. Raises ValueError for a bad one."""
    host = parts.netloc.rpartition("@")[2]
    port = "" if parts.port is None else f":{parts.port}"
    if not host.startswith("["):
        host = host.partition(":")[0]
    elif parts.hostname:
        host = f"[{parts.hostname}]"
    if not host.isascii():
        import idna  # its tables are large, and most hosts are ASCII

        host = idna.encode(host, uts46=True).decode("ascii")
    return host + port if _HOST.fullmatch(host) else ""


def _encode(part: str, more: str = "") -> str:
    return quote(_STRAY_PERCENT.sub("%25", part), safe=_SAFE + more)
