"""Answers to readers: feeds from their manifests, everything else from the output folder."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from feeds.manifest import FileRecord
from feeds.server.conditional import accepts_gzip, not_modified
from feeds.server.hub import HubEndpoint, Take
from feeds.server.shelf import Copy, Moved, Shelf
from feeds.server.static import Redirect, StaticFile, find

SHORTEST, LONGEST = 300, 3600
"""Seconds between which a feed's freshness is kept, whatever the schedule says."""

_CHUNK = 262_144

_SNIFF = (b"x-content-type-options", b"nosniff")
_VARY = (b"vary", b"Accept-Encoding")
_CORS = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Last-Modified, Link"),
)
_REVALIDATE = (b"cache-control", b"no-cache")
_A_DAY = (b"cache-control", b"public, max-age=86400")  # a rename may be taken back
_PAGE_POLICY = (
    b"content-security-policy",
    b"default-src 'none'; img-src * data:; media-src *; style-src 'self'; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
)

_ASKED = frozenset({b"if-none-match", b"if-modified-since", b"accept-encoding"})

_Pairs = tuple[tuple[bytes, bytes], ...]


def create_app(
    output: Path, manifests: Path, max_age: Callable[[], int], take: Take | None = None
) -> Starlette:
    """Make the application that serves `output`, and our own hub if there is who `take`s forms.

    `manifests` is the folder of the editions' manifests. `max_age` says in how many seconds the
    next scheduled build is; it is asked at every feed request, so it must be cheap.
    """
    site = _Site(output, Shelf(output, manifests), max_age)
    hub = [Route("/hub", HubEndpoint(take))] if take else []
    return Starlette(routes=[*hub, Route("/{path:path}", site)])


@dataclass(frozen=True, slots=True)
class _Answer:
    """A status, its headers and what to send: bytes, or a file to close after sending."""

    status: int
    headers: _Pairs
    body: bytes | StaticFile = b""


class _Site:
    """The ASGI endpoint for every path and method."""

    def __init__(self, output: Path, shelf: Shelf, max_age: Callable[[], int]) -> None:
        self._output = output
        self._shelf = shelf
        self._max_age = max_age

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        answer = await self._answer(scope)
        try:
            await _send(answer, send, head=scope["method"] == "HEAD")
        finally:
            if isinstance(answer.body, StaticFile):
                os.close(answer.body.descriptor)

    async def _answer(self, scope: Scope) -> _Answer:
        if scope["method"] not in {"GET", "HEAD"}:
            return _plain(405, "Method not allowed", (b"allow", b"GET, HEAD"))
        asked, path = _asked(scope), str(scope["path"])
        feed = await self._feed(path)
        if isinstance(feed, Copy):
            return self._feed_answer(feed, asked)
        if isinstance(feed, Moved):
            return _moved(feed, scope)
        found = await run_sync(find, self._output, path)
        if isinstance(found, StaticFile):
            return _static_answer(found, asked)
        if isinstance(found, Redirect):
            return _plain(308, "Moved", _location(found.location, scope))
        return _plain(404, "Not found")

    async def _feed(self, path: str) -> Copy | Moved | None:
        if self._shelf.stale():
            await run_sync(self._shelf.refresh)
        file = self._shelf.get(path[1:])
        if not isinstance(file, FileRecord):
            return file
        try:
            return await run_sync(self._shelf.read, file)
        except OSError:
            return None

    def _feed_answer(self, copy: Copy, asked: Mapping[bytes, str]) -> _Answer:
        age = min(max(self._max_age(), SHORTEST), LONGEST)
        freshness = f"public, max-age={age}, stale-while-revalidate=3600, stale-if-error=86400"
        modified = _past(copy.modified)
        headers: _Pairs = (
            (b"etag", copy.etag.encode()),
            (b"last-modified", _date(modified)),
            (b"cache-control", freshness.encode()),
            _VARY,
            *_CORS,
            *_link(copy.links),
        )
        if _unchanged(asked, copy.etag, modified):
            return _Answer(304, headers)
        headers += ((b"content-type", f"{copy.media_type}; charset=utf-8".encode()), _SNIFF)
        if copy.gzip is not None and accepts_gzip(asked.get(b"accept-encoding", "")):
            return _whole(200, copy.gzip, (*headers, (b"content-encoding", b"gzip")))
        return _whole(200, copy.body, headers)


def _static_answer(file: StaticFile, asked: Mapping[bytes, str]) -> _Answer:
    """Pages and their assets, asked for again each time: an edit or a removal shows at once."""
    modified = _past(file.modified)
    headers: _Pairs = (
        (b"etag", file.etag.encode()),
        (b"last-modified", _date(modified)),
        _REVALIDATE,
        _PAGE_POLICY,
    )
    if _unchanged(asked, file.etag, modified):
        os.close(file.descriptor)
        return _Answer(304, headers)
    headers += (
        (b"content-type", file.media_type.encode()),
        (b"content-length", str(file.size).encode()),
        _SNIFF,
    )
    return _Answer(200, headers, file)


@lru_cache(maxsize=1024)
def _link(links: tuple[tuple[str, str], ...]) -> _Pairs:
    """One header for all (RFC 8288), as WebSub asks for."""
    told = ", ".join(f'<{url}>; rel="{relation}"' for url, relation in links)
    return ((b"link", told.encode()),) if links else ()


def _moved(feed: Moved, scope: Scope) -> _Answer:
    """Of a renamed or removed feed: readers follow 301 for good, and stop asking at 410."""
    if feed.path is None:
        return _plain(410, "Gone: this feed was removed", _A_DAY)
    return _plain(301, "Moved", _location(quote(feed.path), scope), _A_DAY)


def _location(path: str, scope: Scope) -> tuple[bytes, bytes]:
    """Relative, so that whatever prefix a proxy puts before it is kept (RFC 9110 §10.2.2)."""
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    return b"location", path.encode() + query


def _plain(status: int, text: str, *headers: tuple[bytes, bytes]) -> _Answer:
    kind = (b"content-type", b"text/plain; charset=utf-8")
    return _whole(status, f"{text}\n".encode(), (*headers, kind, _SNIFF))


def _whole(status: int, body: bytes, headers: _Pairs) -> _Answer:
    return _Answer(status, (*headers, (b"content-length", str(len(body)).encode())), body)


def _past(modified: int) -> int:
    """Never in the future, not even after a clock was set back (RFC 9110 §8.8.2.1)."""
    return min(modified, int(time.time()))


@lru_cache(maxsize=1024)
def _date(seconds: int) -> bytes:
    return formatdate(seconds, usegmt=True).encode()


def _asked(scope: Scope) -> Mapping[bytes, str]:
    """The headers that matter; one sent in several lines is one list (RFC 9110 §5.3)."""
    asked: dict[bytes, str] = {}
    for name, value in scope["headers"]:
        if name in _ASKED:
            text = value.decode("latin-1")
            asked[name] = f"{asked[name]},{text}" if name in asked else text
    return asked


def _unchanged(asked: Mapping[bytes, str], etag: str, modified: int) -> bool:
    return not_modified(
        asked.get(b"if-none-match", ""),
        asked.get(b"if-modified-since", ""),
        etag=etag,
        modified=modified,
    )


async def _send(answer: _Answer, send: Send, *, head: bool) -> None:
    start = {"type": "http.response.start", "status": answer.status, "headers": answer.headers}
    await send(start)
    if isinstance(answer.body, StaticFile) and not head:
        await _send_file(answer.body, send)
    else:
        body = b"" if head or isinstance(answer.body, StaticFile) else answer.body
        await send({"type": "http.response.body", "body": body})


async def _send_file(file: StaticFile, send: Send) -> None:
    """Send exactly the announced bytes: a file that shrinks meanwhile ends the connection."""
    sent = 0
    while sent < file.size:
        size = min(_CHUNK, file.size - sent)
        chunk = await run_sync(os.pread, file.descriptor, size, sent)
        if not chunk:
            break
        sent += len(chunk)
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
