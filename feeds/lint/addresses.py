"""Whether a value is the address that a specification asks for: the rule it breaks, or ""."""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

from feeds.lint.rules import data

_CHARACTERS = r"0-9a-zA-Z;/?:@&=+$.\-_!~*'()%,#"
_REFERENCE = re.compile(
    rf"(?:[a-zA-Z][0-9a-zA-Z+\-.]*:)?/{{0,2}}(?:\[[0-9A-Fa-f:]+\])?[{_CHARACTERS}]*"
)
_ABSOLUTE = re.compile(rf"[a-zA-Z][0-9a-zA-Z+\-.]*:(?://)?[{_CHARACTERS}]+")
_FORBIDDEN = re.compile(rf"[\x00-\x7f](?<![{_CHARACTERS}])")
_URN = re.compile(r"urn:[a-z0-9][a-z0-9-]{1,31}:(?:[a-z0-9()+,.:=@;$_!*'-]|%[0-9a-f]{2})+", re.I)
_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_IN_TAG = r"[0-9a-zA-Z;/?:@&=+$.\-_!~*'()%,]*"
_TAG = re.compile(
    rf"tag:(?:[a-z0-9\-._]+@)?[a-z0-9\-.]+,\d{{4}}(?:-\d\d(?:-\d\d)?)?:{_IN_TAG}(?:#{_IN_TAG})?"
)
_NAMED = re.compile(
    r"https?://(?:\d{1,3}\.\d{1,3}\.\d{1,3}\.|(?:[a-z0-9-]+\.)+)[a-z0-9][a-z0-9-]*(?::\d+)?(?:/|$)",
    re.IGNORECASE,
)
# IANA's URI schemes without digits and points, as far as they can stand in a feed.
_SCHEMES = frozenset(data("facts")["schemes"].split())
_PORTS = {"ftp": 21, "http": 80, "https": 443, "gopher": 70, "news": 119, "nntp": 119, "telnet": 23}
_SAFE = "-._~!$&'()*+,;=:@"
_HALF_PERCENT = re.compile(r"%(?![0-9a-fA-F]{2})")


@lru_cache(maxsize=4096)
def absolute(text: str, fault: str = "url-full") -> str:
    """A whole URI of RFC 3986 §4.3 in ASCII, as RSS and Atom's categories ask for."""
    return _checked(text, _ABSOLUTE, fault)


@lru_cache(maxsize=4096)
def reference(text: str, fault: str = "url") -> str:
    """A URI or a relative reference."""
    return _checked(text, _REFERENCE, fault)


@lru_cache(maxsize=4096)
def international(text: str) -> str:
    """An IRI or a relative reference, as Atom's links may be."""
    return _checked(_ascii(text), _REFERENCE, "iri")


def fetchable(text: str) -> bool:
    """Whether `text` is an http or https address at a host with a full name."""
    return bool(_NAMED.match(text) and _ABSOLUTE.fullmatch(text))


def _checked(text: str, form: re.Pattern[str], fault: str) -> str:
    scheme = text.partition(":")[0].lower()
    if scheme == "tag":
        return "" if _TAG.fullmatch(text) else "tag-uri"
    if scheme == "urn":
        if text.lower().startswith("urn:uuid:") and not _UUID.fullmatch(text):
            return "uuid"
        return "" if _URN.fullmatch(text) else "urn"
    if not form.fullmatch(text):
        if _FORBIDDEN.search(text):
            return "url-character"
        spelt = _ascii(text)
        return "url-ascii" if spelt != text and form.fullmatch(spelt) else fault
    if scheme in {"http", "ftp"}:
        return "" if re.match(r"\w+://[^/]", text) else fault
    if ":" in text and scheme.isalpha() and scheme not in _SCHEMES:
        return "scheme-unregistered"
    return ""


def _ascii(text: str) -> str:
    """`text` as the validator's IDNA step makes it; itself when that cannot be done."""
    if text.isascii():
        return text
    try:
        return text.encode("idna").decode("ascii")
    except UnicodeError:
        return text


@lru_cache(maxsize=4096)
def canonical(text: str) -> str | None:
    """The one spelling of a URI that letter-by-letter comparison needs; None when it has none.

    RFC 3986 §6.2.2 and §6.2.3, as RFC 4287 §4.2.6.1 asks for.
    """
    if _HALF_PERCENT.search(text) or not text.isascii():
        return None
    try:
        parts = urlsplit(text)
        scheme, host = parts.scheme.lower(), parts.netloc
        if scheme in {"urn", "tag", "mailto", "data"} and not host:
            head, _, rest = text.partition(":")
            return f"{head.lower()}:" + _respelt(rest, _SAFE + "/?#")
        if host or "//" in text[: len(scheme) + 3]:
            host = _host(host, scheme)
        path = "/".join(_respelt(part, _SAFE) for part in _dotless(parts.path).split("/"))
        if host and not path:
            path = "/"
        tail = "".join(
            mark + _respelt(part, _SAFE + "/?")
            for mark, part in (("?", parts.query), ("#", parts.fragment))
            if part or text.endswith(mark)
        )
    except (UnicodeError, ValueError):
        return None
    return (f"{scheme}:" if scheme else "") + (f"//{host}" if host else "") + path + tail


def _host(netloc: str, scheme: str) -> str:
    person, at, host = netloc.rpartition("@")
    host, _, port = host.lower().partition(":") if "[" not in host else (host.lower(), "", "")
    if host.endswith(".") and "." in host[:-1]:
        host = host[:-1]
    keep = port and int(port) != _PORTS.get(scheme)
    return (person + at if person and person != ":" else "") + host + (f":{port}" if keep else "")


def _respelt(part: str, safe: str) -> str:
    """`part` with each character percent-encoded exactly if it must be; a reserved one as it is."""
    found = []
    for piece in re.split("([!$&'()*+,;=:@/?#])", part):
        reserved = len(piece) == 1 and piece in "!$&'()*+,;=:@/?#"
        text = unquote_to_bytes(piece).decode("utf-8")
        inner = "".join(ch for ch in safe if ch in "-._~")
        found.append(piece if reserved else quote(unicodedata.normalize("NFC", text), inner))
    return "".join(found)


def _dotless(path: str) -> str:
    if "/." not in path:
        return path
    return urlsplit(urljoin("http://host", path)).path


def same(one: str, other: str) -> bool:
    """Whether two addresses are one, apart from their fragment."""
    one, other = one.partition("#")[0], other.partition("#")[0]
    return one == other or (canonical(one) or one) == (canonical(other) or other)
