"""Answers to readers: feeds from their manifests, everything else from the output folder.

What is private is below `/private/`, in a folder of its own, and answered to guests alone.
"""

import logging
import os
import time
import traceback
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
from feeds.server.answers import (
    GUESTS,
    GUESTS_VARY,
    NOT_KEPT,
    PASSWORD,
    REVALIDATE,
    SNIFF,
    Answer,
    Pairs,
    for_guests,
    plain,
    whole,
)
from feeds.server.conditional import accepts_gzip, not_modified
from feeds.server.guests import PREFIX, Guest, Guests
from feeds.server.shelf import Copy, Moved, Shelf
from feeds.server.static import Redirect, StaticFile, find

SHORTEST, LONGEST = 300, 3600
"""Seconds between which a feed's freshness is kept, whatever the schedule says."""

_CHUNK = 262_144

_VARY = (b"vary", b"Accept-Encoding")
_CORS = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Last-Modified, Link"),
)
_A_DAY = (b"cache-control", b"public, max-age=86400")  # a rename may be taken back
_PAGE_POLICY = (
    b"content-security-policy",
    b"default-src 'none'; img-src * data:; media-src *; style-src 'self'; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
)

_ASKED = frozenset({b"if-none-match", b"if-modified-since", b"accept-encoding", b"authorization"})

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Closed:
    """What is private: the folder that holds folders and manifests of its feeds, and who may."""

    folder: Path
    guests: Guests


def create_app(
    output: Path, manifests: Path, max_age: Callable[[], int], closed: Closed
) -> Starlette:
    """Make the application that serves `output`, and to guests what is `closed`.

    `manifests` is the folder of the editions' manifests. `max_age` says in how many seconds the
    next scheduled build is; it is asked at every feed request, so it must be cheap.
    """
    site = _Site(output, Shelf(output, manifests), max_age, closed)
    return Starlette(routes=[Route("/{path:path}", site)])


class _Site:
    """The ASGI endpoint for every path and method."""

    def __init__(
        self, output: Path, shelf: Shelf, max_age: Callable[[], int], closed: Closed
    ) -> None:
        self._output = output
        self._shelf = shelf
        self._max_age = max_age
        self._closed = closed
        self._closed_shelf = Shelf(closed.folder, closed.folder)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        private = str(scope["path"]).startswith(PREFIX)
        answer = await (self._guarded(scope) if private else self._answer(scope))
        try:
            await _send(answer, send, head=scope["method"] == "HEAD")
        finally:
            if isinstance(answer.body, StaticFile):
                os.close(answer.body.descriptor)

    async def _answer(self, scope: Scope) -> Answer:
        if scope["method"] not in {"GET", "HEAD"}:
            return plain(405, "Method not allowed", (b"allow", b"GET, HEAD"))
        asked, path = _asked(scope), str(scope["path"])
        feed = await _held(self._shelf, path)
        if isinstance(feed, Copy):
            return self._feed_answer(feed, asked)
        if isinstance(feed, Moved):
            return _moved(feed, scope)
        found = await run_sync(find, self._output, path)
        if isinstance(found, StaticFile):
            return _static_answer(found, asked)
        if isinstance(found, Redirect):
            return plain(308, "Moved", _location(found.location, scope))
        return plain(404, "Not found")

    async def _guarded(self, scope: Scope) -> Answer:
        """The answer to a private path. An error is told without its message, and nobody else hears
        of it: both could hold the path, and that a token."""
        try:
            return await self._private(scope)
        except Exception as error:  # noqa: BLE001 - uvicorn would log it
            where = "".join(traceback.format_tb(error.__traceback__))
            _log.error("an answer to a private path failed: %s\n%s", type(error).__name__, where)
            return plain(500, "Internal server error", NOT_KEPT, *GUESTS)

    async def _private(self, scope: Scope) -> Answer:
        if scope["method"] not in {"GET", "HEAD"}:
            return plain(405, "Method not allowed", (b"allow", b"GET, HEAD"))
        asked, path = _asked(scope), str(scope["path"])
        guest = await run_sync(self._closed.guests.who, path, asked.get(b"authorization", ""))
        if not isinstance(guest, Guest):
            if guest.asked:
                return plain(401, "A password is needed", PASSWORD, NOT_KEPT)
            return plain(404, "Not found")
        if not guest.path:  # from there relative links would lead astray
            return plain(404, "Not found")
        feed = await _held(self._closed_shelf, f"/{guest.feed}{guest.path}")
        if isinstance(feed, Copy):
            return for_guests(self._feed_answer(feed, asked, private=True))
        if isinstance(feed, Moved) and feed.path is not None:
            return plain(301, "Moved", _location(quote(feed.path.rpartition("/")[2]), scope))
        found = await run_sync(find, self._closed.folder / guest.feed, guest.path)
        if isinstance(found, StaticFile):
            return for_guests(_static_answer(found, asked))
        if isinstance(found, Redirect):
            return for_guests(plain(308, "Moved", _location(found.location, scope)))
        return plain(404, "Not found")

    def _feed_answer(
        self, copy: Copy, asked: Mapping[bytes, str], *, private: bool = False
    ) -> Answer:
        age = min(max(self._max_age(), SHORTEST), LONGEST)
        freshness = f"public, max-age={age}, stale-while-revalidate=3600, stale-if-error=86400"
        if private:
            freshness = f"private, max-age={age}"
        modified = _past(copy.modified)
        headers: Pairs = (
            (b"etag", copy.etag.encode()),
            (b"last-modified", _date(modified)),
            (b"cache-control", freshness.encode()),
            *((GUESTS_VARY,) if private else (_VARY, *_CORS)),
        )
        if _unchanged(asked, copy.etag, modified):
            return Answer(304, headers)
        headers += ((b"content-type", f"{copy.media_type}; charset=utf-8".encode()), SNIFF)
        if copy.gzip is not None and accepts_gzip(asked.get(b"accept-encoding", "")):
            return whole(200, copy.gzip, (*headers, (b"content-encoding", b"gzip")))
        return whole(200, copy.body, headers)


async def _held(shelf: Shelf, path: str) -> Copy | Moved | None:
    if shelf.stale():
        await run_sync(shelf.refresh)
    file = shelf.get(path[1:])
    if not isinstance(file, FileRecord):
        return file
    try:
        return await run_sync(shelf.read, file)
    except OSError:
        return None


def _static_answer(file: StaticFile, asked: Mapping[bytes, str]) -> Answer:
    """Pages and their assets, asked for again each time: an edit or a removal shows at once."""
    modified = _past(file.modified)
    headers: Pairs = (
        (b"etag", file.etag.encode()),
        (b"last-modified", _date(modified)),
        REVALIDATE,
        _PAGE_POLICY,
    )
    if _unchanged(asked, file.etag, modified):
        os.close(file.descriptor)
        return Answer(304, headers)
    headers += (
        (b"content-type", file.media_type.encode()),
        (b"content-length", str(file.size).encode()),
        SNIFF,
    )
    return Answer(200, headers, file)


def _moved(feed: Moved, scope: Scope) -> Answer:
    """Of a renamed or removed feed: readers follow 301 for good, and stop asking at 410."""
    if feed.path is None:
        return plain(410, "Gone: this feed was removed", _A_DAY)
    return plain(301, "Moved", _location(quote(feed.path), scope), _A_DAY)


def _location(path: str, scope: Scope) -> tuple[bytes, bytes]:
    """Relative, so that whatever prefix a proxy puts before it is kept (RFC 9110 §10.2.2)."""
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    return b"location", path.encode() + query


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


async def _send(answer: Answer, send: Send, *, head: bool) -> None:
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
