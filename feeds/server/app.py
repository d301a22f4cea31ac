"""Answers to readers: feeds from their manifests, everything else from the output folder.

What is private is below `/private/`, in a folder of its own, and answered to guests alone.
"""

import asyncio
import logging
import os
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from feeds.manifest import FileRecord
from feeds.server import answers
from feeds.server.answers import Answer, Asked
from feeds.server.archive import ARCHIVES, archived
from feeds.server.callback import CallbackEndpoint, Hears
from feeds.server.guests import PREFIX, Guest, Guests
from feeds.server.hub import HubEndpoint, Take
from feeds.server.limits import Limits
from feeds.server.shelf import Copy, Moved, Shelf
from feeds.server.static import Redirect, StaticFile, find

_CHUNK = 262_144

_CONDITIONS = (b"if-none-match", b"if-modified-since")
_ASKED = frozenset(
    {*_CONDITIONS, b"accept-encoding", b"authorization", b"sec-fetch-dest", b"x-forwarded-for"}
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Closed:
    """What is private: the folder that holds folders and manifests of its feeds, and who may."""

    folder: Path
    guests: Guests


def create_app(
    output: Path,
    manifests: Path,
    max_age: Callable[[], int],
    *,
    closed: Closed | None = None,
    limits: Limits | None = None,
    take: Take | None = None,
    hears: Hears | None = None,
) -> Starlette:
    """Make the application that serves `output`, to guests what is `closed`, our own hub if there
    is who `take`s forms, and the callbacks of which `hears` knows.

    `manifests` is the folder of the editions' manifests. `max_age` says in how many seconds the
    next scheduled build is; it is asked at every feed request, so it must be cheap. Without
    `limits` everybody may have every feed as often as they like.
    """
    shelf = Shelf(output, manifests)
    site = _Site(_Desk(output, shelf, max_age, limits or Limits(0)), closed)
    hub = [Route("/hub", HubEndpoint(take))] if take else []
    callbacks = Route("/websub/{token}", CallbackEndpoint(hears))
    return Starlette(routes=[*hub, callbacks, Route("/{path:path}", site)])


class _Site:
    """The ASGI endpoint for every path and method."""

    def __init__(self, open_: "_Desk", closed: Closed | None) -> None:
        self._open = open_
        self._guests = closed.guests if closed else None
        self._closed = open_.beside(closed.folder) if closed else open_

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        answer = await self._answer(scope)
        try:
            await _send(answer, send, head=scope["method"] == "HEAD")
        finally:
            if isinstance(answer.body, StaticFile):
                os.close(answer.body.descriptor)

    async def _answer(self, scope: Scope) -> Answer:
        if scope["method"] not in {"GET", "HEAD"}:
            return answers.in_words(405, "Method not allowed", (b"allow", b"GET, HEAD"))
        path = str(scope["path"])
        if self._guests and path.startswith(PREFIX):
            return await self._guarded(scope, self._guests, path)
        return await self._open.answer(scope, _asked(scope), path)

    async def _guarded(self, scope: Scope, guests: Guests, path: str) -> Answer:
        """The answer to a private path. An error is told without its message, and nobody else hears
        of it: both could hold the path, and that a token."""
        try:
            asked = _asked(scope)
            guest = await run_sync(guests.who, path, asked.get(b"authorization", ""))
            if not isinstance(guest, Guest):
                return answers.of_stranger(asked=guest.asked)
            if not guest.path:  # from there relative links would lead astray
                return answers.of_stranger(asked=False)
            answer = await self._closed.answer(scope, asked, guest.path, guest.feed)
        except Exception as error:  # noqa: BLE001 - uvicorn would log it
            where = "".join(traceback.format_tb(error.__traceback__))
            _log.error("an answer to a private path failed: %s\n%s", type(error).__name__, where)
            return answers.for_guests(answers.of_failure())
        return answer if answer.status == 404 else answers.for_guests(answer)


class _Desk:
    """Answers for what lies below a folder; its feeds from their manifests."""

    def __init__(
        self, output: Path, shelf: Shelf, max_age: Callable[[], int], limits: Limits
    ) -> None:
        self._output = output
        self._shelf = shelf
        self._max_age = max_age
        self._limits = limits
        self._looking: asyncio.Future[None] | None = None

    def beside(self, folder: Path) -> "_Desk":
        """One for a folder of folders, one for each feed, with their manifests among them."""
        return _Desk(folder, Shelf(folder, folder), self._max_age, self._limits)

    async def answer(self, scope: Scope, asked: Asked, path: str, feed: str = "") -> Answer:
        """What is at `path`, decoded: below the folder, or below that of `feed` in it."""
        home, query = f"{feed}/" if feed else "", scope.get("query_string", b"")
        held = await self._held(home + path[1:])
        if isinstance(held, Copy):
            seconds = self._too_many(scope, asked, home + path)
            if seconds:
                return answers.too_many(seconds)
            return answers.of_feed(held, asked, answers.freshness(self._max_age()))
        if isinstance(held, Moved):
            return answers.of_moved(held.below(home), path, query)
        if path.startswith(ARCHIVES):
            page = await run_sync(archived, self._shelf, path, home)
            return answers.of_archive(page, asked, path, query)
        found = await run_sync(find, self._output / feed, path)
        if isinstance(found, StaticFile):
            return answers.of_file(found, asked)
        if isinstance(found, Redirect):
            return answers.of_redirect(found, query)
        return answers.in_words(404, "Not found")

    async def _held(self, path: str) -> Copy | Moved | None:
        if self._shelf.stale():
            await self._look_again()
        file = self._shelf.get(path)
        if not isinstance(file, FileRecord):
            return file
        try:
            return await run_sync(self._shelf.read, file)
        except OSError:
            return None

    async def _look_again(self) -> None:
        """Refresh the shelf, once for all who ask meanwhile: threads of their own would only wait
        for each other. Something newer may have come after it began: who came later has another.
        """
        for _ in range(2):
            if not self._shelf.stale():
                return
            looking, first = self._looking, self._looking is None
            if looking is None:
                looking = self._looking = asyncio.ensure_future(run_sync(self._shelf.refresh))
                looking.add_done_callback(self._looked)
            await asyncio.shield(looking)
            if first:
                return

    def _looked(self, _: asyncio.Future[None]) -> None:
        self._looking = None

    def _too_many(self, scope: Scope, asked: Asked, path: str) -> int:
        """Seconds to wait for who asks for the whole of a feed too often.

        Whoever says what it has already is never told to wait, whatever the answer.
        """
        if scope["method"] == "HEAD" or any(name in asked for name in _CONDITIONS):
            return 0
        peer = scope["client"][0] if scope.get("client") else ""
        return self._limits.wait(peer, asked.get(b"x-forwarded-for", ""), path)


def _asked(scope: Scope) -> Asked:
    """The headers that matter; one sent in several lines is one list (RFC 9110 §5.3)."""
    asked: dict[bytes, str] = {}
    for name, value in scope["headers"]:
        if name in _ASKED:
            text = value.decode("latin-1")
            asked[name] = f"{asked[name]},{text}" if name in asked else text
    return asked


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
