"""Where hubs tell us of the news of upstream feeds (WebSub, W3C Recommendation of 2018).

Each subscription has an address of its own that nobody can guess. A push is read once, piece by
piece, for the proof that it comes from its hub, and kept nowhere.
"""

import asyncio
import re
from collections.abc import Mapping
from typing import Protocol

from anyio.to_thread import run_sync
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from ingest.push import Seal

_TOKEN = re.compile(r"[0-9a-f]{64}")
_SECONDS = 30.0  # for the body of a push


class Hears(Protocol):
    """Knows the subscriptions. Its methods may block for a while; status and text are answers."""

    @property
    def most(self) -> int:
        """The bytes of a push that is taken."""

    def confirm(self, token: str, query: Mapping[str, str]) -> tuple[int, str]:
        """Answer a hub that asks whether we want what it was asked for."""

    def secret(self, token: str) -> tuple[int, str]:
        """What pushes are signed with, as the text of status 200."""

    def take(self, token: str, proof: str, why: str) -> tuple[int, str]:
        """Take a push by its proof; without one, note `why` it is not believed."""


class CallbackEndpoint:
    """The ASGI endpoint of all callbacks, for every method; None: nobody hears at the moment."""

    def __init__(self, hears: Hears | None) -> None:
        self._hears = hears

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        status, text = await self._answer(request)
        headers = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
        if status == 405:
            headers["allow"] = "GET, POST"
        if status == 503:
            headers["retry-after"] = "3600"
        await PlainTextResponse(text, status, headers)(scope, receive, send)

    async def _answer(self, request: Request) -> tuple[int, str]:
        token = str(request.path_params["token"])
        if request.method not in {"GET", "POST"}:
            return 405, "Method not allowed"
        if not _TOKEN.fullmatch(token):
            return 404, "Not found"
        if self._hears is None:
            return 503, "Nobody listens at the moment; try again later."
        if request.method == "GET":
            return await run_sync(self._hears.confirm, token, dict(request.query_params))
        status, secret = await run_sync(self._hears.secret, token)
        if status != 200:
            return status, secret
        return await self._push(request, token, secret, self._hears)

    async def _push(
        self, request: Request, token: str, secret: str, hears: Hears
    ) -> tuple[int, str]:
        """Answer a push. Whoever signs wrongly hears no word of that (§7.1)."""
        seal = _seal(secret, request.headers.get("x-hub-signature", ""))
        size = 0
        try:
            async with asyncio.timeout(_SECONDS):
                async for piece in request.stream():
                    size += len(piece)
                    if size > hears.most:
                        return 413, f"A push has {hears.most} bytes at most."
                    if seal:
                        seal.feed(piece)
        except (TimeoutError, ClientDisconnect):
            return 408, "The push did not come to its end."
        proof = seal.proof() if seal else ""
        why = "its pushes are signed with another secret" if seal else "its pushes are not signed"
        return await run_sync(hears.take, token, proof, why)


def _seal(secret: str, header: str) -> Seal | None:
    try:
        return Seal(secret, header)
    except ValueError:
        return None
