"""Asking a language model over OpenAI's protocol: one request, bounded in time and bytes.

The operator named the address, so that it may be a private one; nothing that it answers leads to
another. Reference: OpenAI API, "Create chat completion".
"""

import json
import socket
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from config.openai import OpenAI
from config.settings import Fetch
from ingest.errors import DeadlineError, FetchError, TooLargeError
from ingest.fetch import again, reasons
from ingest.fetch.body import read_body
from ingest.fetch.connection import Adapter
from ingest.fetch.guard import Resolver, dial, system_resolver
from ingest.fetch.watch import Watch, Watches
from ingest.spans import spoken

REST = timedelta(minutes=5)
"""How long a model is left alone that cannot answer now."""

_MAX_BYTES = 1_000_000
_SEED = 1  # the same question gets the same answer, where a server can promise that
_ANYWHERE = (ip_network("0.0.0.0/0"), ip_network("::/0"))
_HOPELESS = {
    401: "it does not take the key",
    402: "it wants to be paid",
    403: "it does not let us ask",
    404: "it knows no such address or model",
    429: "it is asked too often, or its quota is used up",
}
"""What the next question will be answered too, by HTTP status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a question: `text`, or "" and in `failure` why there is none.

    `tokens` is what it cost by the server's count, None when it did not tell; `asked`: it may have
    cost something. `rest` is how long the server should be left alone, zero for not at all.
    """

    text: str = ""
    failure: str = ""
    tokens: int | None = None
    asked: bool = True
    rest: timedelta = timedelta()


class Completions:
    """Asks models. For many threads."""

    def __init__(self, resolve: Resolver = system_resolver) -> None:
        self._resolve = resolve
        self._watches = Watches()

    def ask(
        self, settings: OpenAI, key: str, messages: Sequence[Mapping[str, str]], most: int
    ) -> Answer:
        """The answer of at most `most` tokens to a dialogue; every failure is in it.

        Ends within `settings.timeout`. `key` is one line of visible ASCII, "" for none. No redirect
        is followed, and no proxy asked. 1 MB of an answer is read at most.
        """
        host = urlsplit(settings.url).hostname or ""
        late = DeadlineError(f"no answer from {host} within {spoken(settings.timeout)}")
        question = _Question(self._resolve, settings.timeout)
        try:
            request = _request(settings, key, messages, most)
            with self._watches.over(settings.timeout.total_seconds(), late) as watch:
                try:
                    return question.put(request, host, watch)
                except (*reasons.EXPECTED, FetchError):
                    watch.check()
                    raise
        except (*reasons.EXPECTED, FetchError) as error:
            why = error if isinstance(error, FetchError) else reasons.explain(error, host)
            rest = REST if isinstance(why, DeadlineError) else timedelta()
            return Answer(failure=why.reason, asked=question.connected, rest=rest)

    def stop(self) -> None:
        """End what is under way soon, and refuse what comes."""
        self._watches.stop()


class _Question:
    """One request, which knows whether anybody has heard it."""

    def __init__(self, resolve: Resolver, timeout: timedelta) -> None:
        self.connected = False
        self._resolve = resolve
        self._limits = Fetch(allow_private=_ANYWHERE, connect_timeout=timeout)

    def put(self, request: requests.PreparedRequest, host: str, watch: Watch) -> Answer:
        """Send it and read the answer. Raises FetchError and what the libraries raise."""

        def dialler(name: str, port: int) -> socket.socket:
            sock = dial(name, port, limits=self._limits, resolve=self._resolve, watch=watch)
            self.connected = True
            return sock

        with (  # the watch alone ends what takes too long: two clocks would tell it in two ways
            closing(Adapter(dialler)) as adapter,
            closing(adapter.send(request, stream=True)) as response,
        ):
            watch.check()
            if response.status_code != 200:
                return _refused(response, host)
            try:
                body = read_body(response.raw, watch, _MAX_BYTES)
            except TooLargeError:
                return Answer(failure=f"the answer of {host} is larger than {_MAX_BYTES:,} bytes")
            watch.check()
            return _answer(body, host)


def _request(
    settings: OpenAI, key: str, messages: Sequence[Mapping[str, str]], most: int
) -> requests.PreparedRequest:
    request = requests.PreparedRequest()
    request.method = "POST"
    request.prepare_url(f"{settings.url}/chat/completions", None)
    request.headers = CaseInsensitiveDict(
        {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Connection": "close",
            "Content-Type": "application/json",
        }
    )
    if key:
        request.headers["Authorization"] = f"Bearer {key}"
    asked = {
        "model": settings.model,
        "messages": list(messages),
        "temperature": 0,
        "seed": _SEED,
        "max_tokens": most,
        "stream": False,
    }
    request.prepare_body(json.dumps(asked).encode(), None)
    return request


def _refused(response: requests.Response, host: str) -> Answer:
    """What a status that is no answer means. What the server says of it may hold the key."""
    status = response.status_code
    if 300 <= status < 400:
        reason, rest = "it redirects to another address, which is not followed", REST
    else:
        other = "it has a problem of its own" if status >= 500 else "it cannot use the question"
        reason, rest = _HOPELESS.get(status, other), REST if status in _HOPELESS else timedelta()
    wanted = again.retry_after(response.headers, datetime.now(UTC))
    return Answer(failure=f"{status} from {host}: {reason}", asked=False, rest=wanted or rest)


def _answer(body: bytes, host: str) -> Answer:
    try:
        said: Any = json.loads(body)
        text = said["choices"][0]["message"]["content"]
        if not isinstance(text, str):
            raise TypeError
    except (ValueError, TypeError, LookupError, RecursionError):
        return Answer(failure=f"what {host} answers is no chat completion")
    return Answer(text=text, tokens=_tokens(said.get("usage")))


def _tokens(usage: Any) -> int | None:
    told = usage.get("total_tokens") if isinstance(usage, dict) else None
    fits = isinstance(told, int) and not isinstance(told, bool) and 0 < told < 1_000_000_000
    return told if fits else None
