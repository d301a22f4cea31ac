"""Our own hub over HTTP: the forms that subscribers post, read within limits."""

import asyncio
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from anyio.to_thread import run_sync
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

Take = Callable[[Mapping[str, str]], tuple[int, str]]
"""Takes the fields of a form; the status to answer and a sentence. It may block for a while."""

_FORM = "application/x-www-form-urlencoded"
_MAX_BYTES = 8_192
_MAX_FIELDS = 50
_SECONDS = 10.0  # for the body of a request


class HubEndpoint:
    """The ASGI endpoint of the hub, for every method."""

    def __init__(self, take: Take) -> None:
        self._take = take

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        status, text = await self._answer(request)
        headers = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
        if status == 405:
            headers["allow"] = "POST"
        if status in {429, 503}:
            headers["retry-after"] = "3600"
        response = PlainTextResponse(f"{text}\n", status, headers)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> tuple[int, str]:
        if request.method != "POST":
            return 405, "This is a WebSub hub: subscribe by POST."
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != _FORM:
            return 415, f"A request has the type {_FORM}."
        try:
            async with asyncio.timeout(_SECONDS):
                body = await _body(request)
        except (TimeoutError, ClientDisconnect):
            return 408, "The request did not come to its end."
        if body is None:
            return 413, f"A request has {_MAX_BYTES} bytes at most."
        try:
            fields = parse_qsl(
                body.decode("ascii"),
                keep_blank_values=True,
                errors="strict",
                max_num_fields=_MAX_FIELDS,
            )
        except ValueError:
            return 400, "The request is not a form in UTF-8, or has too many fields."
        return await run_sync(self._take, dict(fields))


async def _body(request: Request) -> bytes | None:
    """The body; None when it is larger than any request."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _MAX_BYTES:
            return None
    return bytes(body)
