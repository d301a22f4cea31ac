"""What a feed offers to whoever would rather be told than ask (WebSub, W3C Recommendation of 2018).

Pure: where it says who tells of its news, and whether what claims to come from there does.
"""

import hmac
import re
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin, urlsplit

from ingest.urls import link_url

MOST_HUBS = 3
"""Hubs of one feed that are ever asked, the first it names: a hostile one names a thousand."""

METHODS = frozenset({"sha1", "sha256", "sha384", "sha512"})
"""The methods of `X-Hub-Signature` (§7.1)."""

_LONGEST = 2_000  # characters of an address
_MOST_LINKS = 50
_LINK = re.compile(
    r"""<([^<>]{1,2000})>((?:\s?;\s?[\w*-]{1,40}\s?(?:=\s?(?:"[^"]*"|[^\s;,"]*))?)*)"""
)
_PARAMETER = re.compile(r""";\s?([\w*-]+)\s?(?:=\s?(?:"([^"]*)"|([^\s;,"]*)))?""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The `hubs` at which a feed can be subscribed to, and as what; none: it cannot."""

    topic: str
    hubs: tuple[str, ...] = ()


def offered(links: str, url: str, stated_url: str, stated_hubs: tuple[str, ...]) -> Offer:
    """What a document at `url` offers, by its `Link` headers and by what is stated in it.

    The headers go before the document (§4). One that gives itself no address has `url`.
    """
    found = _links(links, url)
    hubs = found["hub"] or [hub for hub in stated_hubs if fits(hub)]
    selves = [*found["self"], *filter(fits, [stated_url]), urldefrag(url).url]
    return Offer(topic=selves[0], hubs=tuple(dict.fromkeys(hubs))[:MOST_HUBS])


class Seal:
    """What proves that a body, fed piece by piece, comes from who knows `secret` (§7.1).

    `header` is the value of `X-Hub-Signature`. Raises ValueError when it is none.
    """

    def __init__(self, secret: str, header: str) -> None:
        method, _, said = header.strip().partition("=")
        if method.lower() not in METHODS:
            raise ValueError("it is not signed with any method known")
        self._said = said.strip().lower().encode()
        self._hash = hmac.new(secret.encode(), digestmod=method.lower())

    def feed(self, piece: bytes) -> None:
        """Take the next piece of the body."""
        self._hash.update(piece)

    def proof(self) -> str:
        """What tells this body from every other; "" when it comes from somebody else."""
        found = self._hash.hexdigest()
        return found if hmac.compare_digest(found.encode(), self._said) else ""


def _links(header: str, url: str) -> dict[str, list[str]]:
    """The addresses of a `Link` header (RFC 8288) by the relation, of those asked for here."""
    found: dict[str, list[str]] = {"hub": [], "self": []}
    for link, _ in zip(_LINK.finditer(" ".join(header.split())), range(_MOST_LINKS), strict=False):
        said = [(n.lower(), quoted or bare) for n, quoted, bare in _PARAMETER.findall(link[2])]
        kinds = next((value for name, value in said if name == "rel"), "").lower().split()
        for kind in found.keys() & kinds:
            try:
                target = link_url(urljoin(url, link[1].strip()))
            except ValueError:
                continue
            if fits(target):
                found[kind].append(target)
    return found


def fits(url: str) -> bool:
    """Whether an address is one to write down: of the web, of some length, without a password."""
    if not url.startswith(("http://", "https://")) or len(url) > _LONGEST or not url.isascii():
        return False
    parts = urlsplit(url)
    return bool(parts.hostname) and not parts.fragment and "@" not in parts.netloc
