"""One fetch, from a URL to a document, and everything that may go wrong on the way."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import TracebackType
from urllib.parse import quote, urldefrag, urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError

from config.settings import Fetch
from ingest.article import Document, Validators
from ingest.errors import AddressRefusedError, DeadlineError, FetchError
from ingest.fetch import answer, body, reasons
from ingest.fetch.connection import Adapter
from ingest.fetch.guard import Resolver, dial, system_resolver
from ingest.fetch.hosts import Hosts
from ingest.fetch.watch import Watch

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PATIENCE = 10  # other requests to a host that may take all their time before ours
_PRINTABLE = "!#$%&'*+,-./:;=?@_~ "
_EXPECTED = (
    requests.RequestException,
    HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The document at `url` is still the one that `validators`, as renewed by a 304, stand for."""

    url: str
    validators: Validators


class Fetcher:
    """Gets pages within the limits of time, bytes, addresses and politeness. For many threads.

    `contact` tells the people we fetch from whom to turn to; `resolve` looks names up.
    """

    def __init__(
        self, limits: Fetch, *, contact: str, version: str, resolve: Resolver = system_resolver
    ) -> None:
        self._resolve = resolve
        self._version = version
        self._hosts = Hosts()
        self._lock = threading.Lock()
        self._running: set[Watch] = set()
        self._stopping = False
        self.limit(limits, contact=contact)

    def limit(self, limits: Fetch, *, contact: str) -> None:
        """Go by other limits from the next fetch on; turns at hosts are kept."""
        self._limits = limits
        self._deadline = limits.deadline.total_seconds()
        gap = limits.gap.total_seconds()
        self._hosts.pace(gap, _PATIENCE * (self._deadline + gap))
        self._headers = {
            "User-Agent": f"Broadsheet/{self._version} (+{quote(contact, safe=_PRINTABLE)})",
            "Accept": answer.ACCEPTED,
            "Accept-Encoding": body.ACCEPTED,
            "Connection": "close",
        }

    def fetch(self, url: str, validators: Validators, now: datetime) -> Document | NotModified:
        """Get `url`, or learn that it is what `validators` were given for.

        Ends within `limits.deadline` (and a second at most), redirects included; the time it waits
        for its turn at a host does not count, and is bounded too. Validators are sent to `url`
        itself only, so a document that came by a redirect carries none. A redirect from https to
        http is refused: who wrote https does not want what anybody on the way can change.

        Raises GoneError for 404 and 410, AddressRefusedError, DeadlineError, TooLargeError, and
        FetchError for everything else, "stopping" after `stop`.
        """
        try:
            return self._follow(url, validators, now)
        except FetchError as error:
            error.origin = url
            raise

    def stop(self) -> None:
        """End running fetches and waits soon, and refuse new ones: FetchError("stopping")."""
        with self._lock:
            self._stopping = True
            running = tuple(self._running)
        self._hosts.stop()
        for watch in running:
            watch.cut(FetchError("stopping"))

    def close(self) -> None:
        """End whatever still runs. Nothing stays open between fetches."""
        self.stop()

    def __enter__(self) -> "Fetcher":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _follow(self, url: str, validators: Validators, now: datetime) -> Document | NotModified:
        left = self._deadline
        target, known = url, validators
        visited: set[str] = set()
        while len(visited) <= self._limits.max_redirects:
            request = self._request(target, known)
            place = urldefrag(request.url or "").url
            if place in visited:
                raise FetchError(f"it redirects in a circle, back to {place[:200]}")
            visited.add(place)
            host = _host(place)
            with self._hosts.turn(host), self._watched(left, host) as watch:
                result = self._ask(request, place, known, watch)
                left = watch.left
            if isinstance(result, _Page):
                given = result.validators if len(visited) == 1 else Validators()
                return result.document(origin=url, url=place, now=now, validators=given)
            if isinstance(result, NotModified):
                return result
            target, known = result, Validators()
        raise FetchError(f"it redirects more than {self._limits.max_redirects} times")

    def _request(self, url: str, known: Validators) -> requests.PreparedRequest:
        """Build the request for one hop. Raises AddressRefusedError, FetchError for a bad URL."""
        try:
            parts = urlsplit(url)
            scheme, secret = parts.scheme.lower(), "@" in parts.netloc
            if scheme not in {"http", "https"}:
                raise AddressRefusedError(f"only http and https are fetched, not {scheme[:20]!r}")
            if secret:
                raise AddressRefusedError("an address with a user name or password is not fetched")
            headers = self._headers | answer.conditions(known)
            return requests.Request("GET", url, headers=headers).prepare()
        except ValueError as error:  # requests' own URL errors are ValueErrors too
            raise FetchError(f"{url[:200]!r} is not an address ({error})") from error

    @contextmanager
    def _watched(self, seconds: float, host: str) -> Iterator[Watch]:
        """Bound what happens inside, and turn what it raises into our errors."""
        late = DeadlineError(f"no complete answer within {self._deadline:g} seconds")
        with closing(Watch(seconds, late)) as watch:
            with self._lock:
                self._running.add(watch)
                if self._stopping:
                    watch.cut(FetchError("stopping"))
            try:
                yield watch
                watch.check()
            except FetchError:
                watch.check()
                raise
            except _EXPECTED as error:
                watch.check()
                raise reasons.explain(error, host) from error
            finally:
                with self._lock:
                    self._running.discard(watch)

    def _ask(
        self, request: requests.PreparedRequest, place: str, known: Validators, watch: Watch
    ) -> "_Page | NotModified | str":
        """Send one request: the page, the news that there is none, or where to go instead."""
        limits = self._limits
        dialler = partial(dial, limits=limits, resolve=self._resolve, watch=watch)
        timeout = (limits.connect_timeout.total_seconds(), limits.read_timeout.total_seconds())
        with (
            closing(Adapter(dialler)) as adapter,
            closing(adapter.send(request, stream=True, timeout=timeout)) as response,
        ):
            watch.check()
            status, headers = response.status_code, response.headers
            if status in _REDIRECTS:
                return _next(place, headers.get("location", ""), status)
            if status == 304 and answer.conditions(known):
                return NotModified(url=place, validators=answer.renewed(known, headers))
            if status != 200:
                raise reasons.refused(status, _host(place), headers.get("retry-after", ""))
            return _read(response, watch, limits.max_bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What one answer holds, before it is known whose it is."""

    body: bytes
    media_type: str
    charset: str
    validators: Validators

    def document(self, *, origin: str, url: str, now: datetime, validators: Validators) -> Document:
        return Document(
            origin=origin,
            url=url,
            body=self.body,
            media_type=self.media_type,
            charset=self.charset,
            fetched_at=now,
            validators=validators,
        )


def _read(response: requests.Response, watch: Watch, max_bytes: int) -> _Page:
    """Read the page that came with status 200; what is wrong with it is an error of that status."""
    headers = response.headers
    try:
        media_type = answer.media_type(headers)
        content = body.read_body(response.raw, watch, max_bytes)
        if not content.strip():
            raise FetchError("the page is empty")
    except FetchError as error:
        error.status = response.status_code
        raise
    return _Page(
        body=content,
        media_type=media_type or answer.guessed(content),
        charset=answer.charset(headers),
        validators=answer.validators(headers),
    )


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").rstrip(".")


def _next(place: str, location: str, status: int) -> str:
    """The absolute URL that a redirect from `place` leads to (RFC 9110 §10.2.2)."""
    if not location.strip():
        raise FetchError(f"{status} from {_host(place)}: it redirects to nowhere", status=status)
    # http.client reads headers as Latin-1; paths that were sent unescaped are UTF-8 in practice.
    target = urljoin(place, location.strip().encode("latin-1").decode("utf-8", "replace"))
    if place.startswith("https:") and target.lower().startswith("http:"):
        raise FetchError(f"it redirects from https to the insecure {target[:200]}", status=status)
    return target
