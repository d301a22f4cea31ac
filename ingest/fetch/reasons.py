"""What went wrong with a fetch, in words for the person who runs the site."""

import http.client
import socket
import ssl
from collections.abc import Iterator
from datetime import timedelta

import requests
from urllib3.exceptions import HTTPError

from config.settings import Fetch
from ingest.errors import DeadlineError, FetchError, GoneError
from ingest.fetch import again
from ingest.spans import spoken

EXPECTED = (
    requests.RequestException,
    HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
)
"""What an exchange over HTTP may raise, whatever the server does."""

_STATUS = {
    401: "it wants a password",
    402: "it wants to be paid",
    403: "it refuses automated readers",
    404: "there is no such page",
    406: "it has the page in no form that can be read here",
    410: "it says that the page is gone for good",
    429: "it is asked too often",
    451: "it may not show the page for legal reasons",
    502: "the server behind it does not answer",
    503: "it is overloaded or down for the moment",
    504: "the server behind it does not answer in time",
}
_GONE = frozenset({404, 410})
_NO_SUCH_NAME = frozenset(
    code for name in ("EAI_NONAME", "EAI_NODATA") if (code := getattr(socket, name, None))
)
_LONGEST_CHAIN = 12


def refused(status: int, host: str, retry_after: timedelta | None) -> FetchError:
    """The error for a status that is no answer: GoneError for 404 and 410 (RFC 9110 §15.5).

    Who is asked too often is left alone even where it does not say for how long.
    """
    if status == 429:
        retry_after = retry_after or again.SHORTEST
    other = "it has a problem of its own" if status >= 500 else "an answer that cannot be used"
    reason = f"{status} from {host}: {_STATUS.get(status, other)}"
    if retry_after:
        reason += f"; it wants to be left alone for {spoken(retry_after)}"
    kind = GoneError if status in _GONE else FetchError
    return kind(reason, status=status, retry_after=retry_after)


def unresolved(host: str, error: Exception | None) -> FetchError:
    """The error for a name without an address."""
    if isinstance(error, socket.gaierror) and error.errno not in _NO_SUCH_NAME:
        return FetchError(f"the name {host} cannot be looked up at the moment ({error.strerror})")
    if error is None or isinstance(error, socket.gaierror):
        return FetchError(f"the name {host} does not exist")
    return FetchError(f"the name {host} cannot be looked up ({error})")


def unconnected(host: str, port: int, error: OSError, limits: Fetch) -> FetchError:
    """The error for an address that takes no connection."""
    if isinstance(error, TimeoutError):
        seconds = limits.connect_timeout.total_seconds()
        return DeadlineError(f"{host} takes no connection within {seconds:g} seconds")
    if isinstance(error, ConnectionRefusedError):
        return FetchError(f"connection refused by {host}, port {port}")
    return FetchError(f"no connection to {host}, port {port} ({error.strerror or error})")


def explain(error: Exception, host: str) -> FetchError:
    """Turn what the HTTP libraries raised while talking to `host` into an error of ours."""
    causes = tuple(_chain(error))
    for cause in causes:
        match cause:
            case ssl.SSLCertVerificationError():
                return FetchError(f"the certificate of {host} is not valid: {cause.verify_message}")
            case ssl.SSLError():
                return FetchError(f"no secure connection to {host}: {cause.reason or cause}")
            case TimeoutError():
                return DeadlineError(f"{host} went silent for longer than it may")
            case http.client.IncompleteRead():
                return FetchError(f"the answer of {host} was cut short")
            case http.client.RemoteDisconnected() | ConnectionError():
                return FetchError(f"{host} closed the connection before its answer was complete")
            case http.client.HTTPException():
                return FetchError(f"what {host} answers is not HTTP")
    return FetchError(f"the fetch from {host} failed ({type(causes[-1]).__name__}: {causes[-1]})")


def _chain(error: BaseException) -> Iterator[BaseException]:
    """`error` and what it was raised for; the libraries hand causes on in three different ways."""
    pending: list[object] = [error]
    seen: list[BaseException] = []
    while pending and len(seen) < _LONGEST_CHAIN:
        cause = pending.pop(0)
        if isinstance(cause, BaseException) and cause not in seen:
            seen.append(cause)
            yield cause
            pending += [*cause.args, getattr(cause, "reason", None), cause.__cause__]
