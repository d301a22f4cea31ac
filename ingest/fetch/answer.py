"""What the headers of an answer say: validators, media type and charset; no I/O."""

import re
from collections.abc import Iterable, Mapping
from itertools import islice

from ingest.article import Validators
from ingest.errors import FetchError

ACCEPTED = (
    "text/html, application/xhtml+xml, application/atom+xml, application/rss+xml, "
    "application/feed+json, application/xml;q=0.9, text/xml;q=0.9, "
    "text/markdown;q=0.5, text/plain;q=0.5, */*;q=0.1"
)
"""The media types wanted, as Accept tells it; `*/*` for servers that would rather answer 406."""

_TEXTS = frozenset({"text/html", "text/plain", "text/markdown", "text/x-markdown", "text/xml"})
_FEEDS = frozenset({"application/feed+json", "application/json"})
_PACKED = frozenset({"application/gzip", "application/x-gzip"})  # as sitemaps are
_SAYS_NOTHING = frozenset({"application/octet-stream", "binary/octet-stream"})  # nginx of .xml.gz
_GZIP = b"\x1f\x8b"
_XML = re.compile(r"application/([a-z0-9.-]{1,80}\+)?xml")
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}")
_CHARSET = re.compile(r"""[;,]\s*charset\s*=\s*["']?([a-z0-9_.:+-]{1,40})""", re.IGNORECASE)
_LONGEST = 1_000
_LINES = 20


def media_type(headers: Mapping[str, str]) -> str:
    """The media type, lower case, "" when none is told. Raises FetchError for one never read."""
    declared = re.split("[;,]", headers.get("content-type", "")[:_LONGEST], maxsplit=1)[0]
    name = declared.strip().lower()
    if not _MEDIA_TYPE.fullmatch(name) or name in _SAYS_NOTHING:
        return ""
    if name not in _TEXTS | _FEEDS | _PACKED and not _XML.fullmatch(name):
        raise FetchError(f"it is neither a page nor a feed but {name}")
    return name


def guessed(body: bytes) -> str:
    """The media type of a body that came without one: HTML when it starts with a tag."""
    if body.startswith(_GZIP):
        return "application/gzip"
    return (
        "text/html"
        if body[:1_000].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
        else "text/plain"
    )


def charset(headers: Mapping[str, str]) -> str:
    """The declared charset in lower case, "" when none is."""
    match = _CHARSET.search(headers.get("content-type", "")[:_LONGEST])
    return match[1].lower() if match else ""


def robots(headers: Iterable[str]) -> str:
    """The `X-Robots-Tag` headers, a line each: in one, a crawler's name holds for what follows."""
    return "\n".join(" ".join(line[:_LONGEST].split()) for line in islice(headers, _LINES))


def links(headers: Mapping[str, str]) -> str:
    """The `Link` headers, one after the other."""
    return headers.get("link", "")[: _LONGEST * _LINES]


def validators(headers: Mapping[str, str], url: str) -> Validators:
    """ETag and Last-Modified of `url` as they came, quotes and `W/` included (RFC 9110 §8.8)."""
    found = Validators(
        etag=_verbatim(headers.get("etag", "")),
        last_modified=_verbatim(headers.get("last-modified", "")),
        url=url,
    )
    return found if found else Validators()


def renewed(old: Validators, headers: Mapping[str, str], url: str) -> Validators:
    """`old` with what a 304 of `url` gave anew (RFC 9111 §4.3.4)."""
    new = validators(headers, url)
    return Validators(
        etag=new.etag or old.etag, last_modified=new.last_modified or old.last_modified, url=url
    )


def conditions(known: Validators) -> dict[str, str]:
    """The request headers that ask for news only; both, for servers that know just one."""
    return {
        name: value
        for name, value in (
            ("If-None-Match", _verbatim(known.etag)),
            ("If-Modified-Since", _verbatim(known.last_modified)),
        )
        if value
    }


def _verbatim(value: str) -> str:
    # What could not be sent back in a header is not worth keeping: it would fail every later fetch.
    sendable = value == value.strip() and all(" " <= c <= "\xff" and c != "\x7f" for c in value)
    return value if sendable and len(value) <= _LONGEST else ""
