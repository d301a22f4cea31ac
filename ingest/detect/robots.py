"""The sitemaps that a site's robots.txt names (RFC 9309 §2.2.4)."""

from urllib.parse import urljoin

from ingest.urls import link_url

_BYTES = 512_000  # RFC 9309 §2.5: a parser reads at least 500 kibibytes
_MOST = 1_000


def sitemaps_in(body: bytes, url: str) -> tuple[str, ...]:
    """The addresses in `Sitemap:` lines of the robots.txt at `url`, in order, each once.

    They belong to no group and may be of another site. What is no http(s) address is passed over.
    """
    found: dict[str, None] = {}
    for line in body[:_BYTES].decode("utf-8-sig", "replace").splitlines():
        name, colon, value = line.partition("#")[0].partition(":")
        if colon and name.strip().lower() == "sitemap" and value.strip():
            try:
                found[link_url(urljoin(url, value.strip()))] = None
            except ValueError:
                continue
        if len(found) == _MOST:
            break
    return tuple(found)
