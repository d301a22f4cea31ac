"""Telling others something over HTTP: one request, bounded in time and bytes, that follows nothing.

The addresses are those of hubs and of whoever subscribes with them, so they pass the guard like
those of sources.
"""

import socket
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urljoin, urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from config.settings import Fetch
from ingest.errors import AddressRefusedError, DeadlineError, FetchError, TooLargeError
from ingest.fetch import again, reasons
from ingest.fetch.body import read_body
from ingest.fetch.connection import Adapter
from ingest.fetch.guard import Resolver, dial, system_resolver
from ingest.fetch.watch import Watches
from ingest.spans import spoken

DEADLINE = timedelta(seconds=10)
"""The longest that one request may take, from the look-up of the name to the end of the answer."""

_MAX_BYTES = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A request to be sent. `url` is absolute; `headers` come beside those every request has.

    `wants_answer`: the body of a 2xx answer is read, 4 KB at most; that of no other ever is.
    """

    url: str
    method: Literal["GET", "POST"] = "POST"
    body: bytes = b""
    headers: Mapping[str, str]
    wants_answer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came of a message: `failure` says why it did not arrive, "" where it did (2xx).

    `status` is 0 when there was no answer; `retry_after` how long the other wants to be left alone,
    `location` where it sends us instead.
    """

    status: int = 0
    body: bytes = b""
    failure: str = ""
    retry_after: timedelta | None = None
    location: str = ""


class Messenger:
    """Sends messages. For many threads."""

    def __init__(self, resolve: Resolver = system_resolver) -> None:
        self._resolve = resolve
        self._watches = Watches()

    def send(self, message: Message, limits: Fetch, now: datetime) -> Reply:
        """Send it within 10 seconds, or the deadline of `limits` if that is sooner.

        Every failure is in the reply. `limits` say which private networks may be spoken to.
        """
        host = (urlsplit(message.url).hostname or "").rstrip(".")
        longest = min(limits.deadline, DEADLINE)
        late = DeadlineError(f"no answer from {host} within {spoken(longest)}")
        try:
            with self._watches.over(longest.total_seconds(), late) as watch:

                def dialler(name: str, port: int) -> socket.socket:
                    return dial(name, port, limits=limits, resolve=self._resolve, watch=watch)

                try:
                    with (
                        closing(Adapter(dialler)) as adapter,
                        closing(adapter.send(_request(message), stream=True)) as response,
                    ):
                        watch.check()
                        if not 200 <= response.status_code < 300:
                            return _refused(response, host, now)
                        body = b""
                        if message.wants_answer:
                            body = read_body(response.raw, watch, _MAX_BYTES)
                            watch.check()
                        return Reply(status=response.status_code, body=body)
                except (*reasons.EXPECTED, FetchError):
                    watch.check()
                    raise
        except TooLargeError:
            return Reply(failure=f"the answer of {host} is larger than {_MAX_BYTES:,} bytes")
        except AddressRefusedError as error:
            return Reply(failure=error.reason.replace("is not fetched", "is not spoken to"))
        except FetchError as error:
            return Reply(failure=error.reason)
        except reasons.EXPECTED as error:
            return Reply(failure=reasons.explain(error, host).reason)

    def stop(self) -> None:
        """End what is under way soon, and refuse what comes: the failure "stopping"."""
        self._watches.stop()


def _request(message: Message) -> requests.PreparedRequest:
    request = requests.PreparedRequest()
    request.method = message.method
    request.prepare_url(message.url, None)
    usual = {"Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}
    request.headers = CaseInsensitiveDict({**usual, **message.headers})
    if message.method == "POST":
        request.prepare_body(message.body, None)
    return request


def _refused(response: requests.Response, host: str, now: datetime) -> Reply:
    status, location = response.status_code, ""
    if 300 <= status < 400:
        reason = "it redirects to another address, which is not followed"
        if place := response.headers.get("location", "").strip():
            location = urljoin(response.url or "", place)
    elif status >= 500:
        reason = "it has a problem of its own"
    else:
        reason = "it does not take what it is told"
    wait = again.retry_after(response.headers, now)
    failure = f"{status} from {host}: {reason}"
    return Reply(status=status, failure=failure, retry_after=wait, location=location)
