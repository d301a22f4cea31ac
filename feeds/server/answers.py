"""The answers there are, with their headers: feeds, files, what has moved, words, and all of these
as guests get them. Pure, but that who takes an answer with an open file closes it."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.utils import formatdate
from functools import lru_cache
from urllib.parse import quote

from feeds import headers
from feeds.server.archive import NotYet
from feeds.server.conditional import not_modified, preferred
from feeds.server.shelf import Copy, Moved
from feeds.server.static import Redirect, StaticFile

_Pairs = tuple[tuple[bytes, bytes], ...]


def _encoded(*pairs: tuple[str, str]) -> _Pairs:
    return tuple((name.encode(), value.encode()) for name, value in pairs)


_SNIFF, _PAGE_POLICY = _encoded(headers.SNIFF, headers.PAGE_POLICY)
_CORS = _encoded(*headers.CORS)
_VARY = (b"vary", b"Accept-Encoding, Sec-Fetch-Dest")
_REVALIDATE = (b"cache-control", b"no-cache")
_A_DAY = (b"cache-control", b"public, max-age=86400")  # a rename may be taken back
_MINUTES = (b"cache-control", b"public, max-age=300")
_NOT_KEPT = (b"cache-control", b"no-store")
_PASSWORD = (b"www-authenticate", b'Basic realm="Private feeds", charset="UTF-8"')
_GUESTS = (
    (b"vary", b"Accept-Encoding, Sec-Fetch-Dest, Authorization"),
    (b"referrer-policy", b"no-referrer"),  # the address may hold a token
    (b"x-robots-tag", b"noindex"),
)
# Browsers save what they do not know, and show these.
_SHOWN_AS = {
    "application/rss+xml": "application/xml",
    "application/atom+xml": "application/xml",
    "application/feed+json": "application/json",
}

Asked = Mapping[bytes, str]
"""The headers of a request that matter, each once."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, its headers and what to send: bytes, or a file to close after sending."""

    status: int
    headers: _Pairs
    body: bytes | StaticFile = b""


def of_feed(copy: Copy, asked: Asked, fresh: bytes) -> Answer:
    """A feed, or that it is the one the reader has; `fresh` says how long it may be kept."""
    modified = _past(copy.modified)
    sent: _Pairs = (
        (b"etag", copy.etag.encode()),
        (b"last-modified", _date(modified)),
        (b"cache-control", fresh),
        _VARY,
        *_CORS,
        *_link(copy.links),
    )
    if _unchanged(asked, copy.etag, modified):
        return Answer(304, sent)
    kind = f"{_shown_as(copy.media_type, asked)}; charset=utf-8"
    sent += ((b"content-type", kind.encode()), _SNIFF)
    coding = preferred(asked.get(b"accept-encoding", ""), tuple(copy.packed))
    if coding:
        sent += ((b"content-encoding", coding.encode()),)
    return _whole(200, copy.packed[coding] if coding else copy.body, sent)


def of_file(file: StaticFile, asked: Asked) -> Answer:
    """Pages and their assets, asked for again each time: an edit or a removal shows at once."""
    modified = _past(file.modified)
    sent: _Pairs = (
        (b"etag", file.etag.encode()),
        (b"last-modified", _date(modified)),
        _REVALIDATE,
        _PAGE_POLICY,
    )
    if _unchanged(asked, file.etag, modified):
        os.close(file.descriptor)
        return Answer(304, sent)
    sent += (
        (b"content-type", file.media_type.encode()),
        (b"content-length", str(file.size).encode()),
        _SNIFF,
    )
    return Answer(200, sent, file)


def of_archive(page: Copy | Moved | NotYet | None, asked: Asked, path: str, query: bytes) -> Answer:
    """What stands at the `path` of an archive; after the newest, the feed itself goes on."""
    if isinstance(page, Copy):
        return of_feed(page, asked, headers.ARCHIVE_FRESHNESS.encode())
    if isinstance(page, Moved):
        return of_moved(page, path, query)
    if isinstance(page, NotYet):
        where = _location(_upwards(path) + page.path, query)
        return in_words(302, "Not there yet", where, _MINUTES, *_CORS)
    return in_words(404, "Not found")


def of_moved(feed: Moved, path: str, query: bytes) -> Answer:
    """Of a renamed or removed feed at `path`: readers follow 301 for good, and stop at 410."""
    if feed.path is None:
        return in_words(410, "Gone: this feed was removed", _A_DAY, *_CORS)
    where = _location(_upwards(path) + quote(feed.path), query)
    return in_words(301, "Moved", where, _A_DAY, *_CORS)


def of_redirect(redirect: Redirect, query: bytes) -> Answer:
    """To where a folder's page is, query and all."""
    return in_words(308, "Moved", _location(redirect.location, query))


def too_many(seconds: int) -> Answer:
    """To who fetches the same whole feed over and over; in `seconds` there is another one."""
    text = "Too many whole feeds: send If-None-Match or If-Modified-Since, or ask less often"
    wait = (b"retry-after", str(seconds).encode())
    return in_words(429, text, wait, _NOT_KEPT, *_CORS)


def for_guests(answer: Answer) -> Answer:
    """`answer` about something private: no cache that others share keeps it, no other site's script
    reads it, and no address is told on."""
    kept = tuple(
        (name, _for_one(value) if name == b"cache-control" else value)
        for name, value in answer.headers
        if name != b"vary" and (name, value) not in _CORS
    )
    if not any(name == b"cache-control" for name, _ in kept):  # a redirect may be kept for good
        kept += (_NOT_KEPT,)
    return replace(answer, headers=(*kept, *_GUESTS))


def _for_one(caching: bytes) -> bytes:
    """That, for one reader's own cache, which shows nothing stale: a token may be revoked."""
    parts = [part for part in caching.split(b", ") if not part.startswith((b"public", b"stale-"))]
    return b", ".join([b"private", *parts])


def of_stranger(*, asked: bool) -> Answer:
    """To who may not read what is private, or not with this: where a password was `asked` for, that
    one is needed, elsewhere what is said of any path where nothing is."""
    if asked:
        return in_words(401, "A password is needed", _PASSWORD, _NOT_KEPT)
    return in_words(404, "Not found")


def of_failure() -> Answer:
    """Of an error that nobody hears the words of."""
    return in_words(500, "Internal server error", _NOT_KEPT)


def in_words(status: int, text: str, *more: tuple[bytes, bytes]) -> Answer:
    """A status with a sentence for people."""
    kind = (b"content-type", b"text/plain; charset=utf-8")
    return _whole(status, f"{text}\n".encode(), (*more, kind, _SNIFF))


def _whole(status: int, body: bytes, sent: _Pairs) -> Answer:
    return Answer(status, (*sent, (b"content-length", str(len(body)).encode())), body)


def _shown_as(media_type: str, asked: Asked) -> str:
    """The type of a feed document: a general one for browsers that want to show it to somebody."""
    navigates = asked.get(b"sec-fetch-dest", "") == "document"
    return _SHOWN_AS.get(media_type, media_type) if navigates else media_type


def _upwards(path: str) -> str:
    """From `path` to the output folder."""
    return "../" * (path.count("/") - 1)


def _location(path: str, query: bytes) -> tuple[bytes, bytes]:
    """Relative, so that whatever prefix a proxy puts before it is kept (RFC 9110 §10.2.2)."""
    return b"location", path.encode() + (b"?" + query if query else b"")


def _unchanged(asked: Asked, etag: str, modified: int) -> bool:
    return not_modified(
        asked.get(b"if-none-match", ""),
        asked.get(b"if-modified-since", ""),
        etag=etag,
        modified=modified,
    )


def _past(modified: int) -> int:
    """Never in the future, not even after a clock was set back (RFC 9110 §8.8.2.1)."""
    return min(modified, int(time.time()))


@lru_cache(maxsize=1024)
def _date(seconds: int) -> bytes:
    return formatdate(seconds, usegmt=True).encode()


@lru_cache(maxsize=2 * headers.LONGEST)
def freshness(seconds: int) -> bytes:
    """How long a feed may be kept that may change in `seconds`."""
    return headers.freshness(seconds).encode()


@lru_cache(maxsize=1024)
def _link(links: tuple[tuple[str, str], ...]) -> _Pairs:
    return _encoded(("link", headers.link(links))) if links else ()
