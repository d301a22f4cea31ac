"""One fetch, from a URL to a document, and everything that may go wrong on the way."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from types import TracebackType
from urllib.parse import quote, urldefrag, urljoin, urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from config.settings import Fetch
from ingest.article import Document, NotModified, Validators
from ingest.errors import AddressRefusedError, DeadlineError, FetchError
from ingest.fetch import again, answer, body, reasons, robots
from ingest.fetch.connection import Adapter
from ingest.fetch.guard import Resolver, dial, system_resolver
from ingest.fetch.hosts import Hosts
from ingest.fetch.outage import Outage
from ingest.fetch.robots import Robots
from ingest.fetch.watch import Watch

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({0, 301, 308})  # 0: the first hop, to which no redirect led
_PATIENCE = 10  # other requests to a host that may take all their time before ours
_UNKNOWN = datetime.min.replace(tzinfo=UTC)
_PRINTABLE = "!#$%&'*+,-./:;=?@_~ "


_Read = Callable[[requests.Response, str, Watch], Document]
"""Reads an answer of status 200 from a place."""


def user_agent(version: str, contact: str) -> str:
    """How we say who asks, and how to reach whoever runs us."""
    return f"Broadsheet/{version} (+{quote(contact, safe=_PRINTABLE)})"


@dataclass(frozen=True, slots=True)
class _Redirect:
    target: str
    status: int


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
        self._outage = Outage()
        self._robots = Robots(self._robots_txt, self._hosts.slow)
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
            "User-Agent": user_agent(self._version, contact),
            "Accept": answer.ACCEPTED,
            "Accept-Encoding": body.ACCEPTED,
            "Connection": "close",
        }

    def fetch(
        self, url: str, validators: Validators, now: datetime, *, crawl: bool = False
    ) -> Document | NotModified:
        """Get `url`, or learn that it is what `validators` were given for.

        Ends within `limits.deadline` (and a second at most), redirects included; the time it waits
        for its turn at a host does not count, and is bounded too. Validators are sent to the URL
        that gave them only, be it `url` or where it redirects to. A redirect from https to http is
        refused: who wrote https does not want what anybody on the way can change. `crawl` is for
        addresses that nobody wrote down for us: every host on the way is asked for its robots.txt
        first.

        Raises GoneError for 404 and 410, AddressRefusedError, DeadlineError, TooLargeError,
        RobotsError, and FetchError for everything else, "stopping" after `stop`. After a 429, the
        host is not asked again before the time it names.
        """
        try:
            return self._follow(url, validators, now, self._page, crawl=crawl)
        except FetchError as error:
            error.origin = url
            raise

    def leave(self, url: str, wait: timedelta) -> None:
        """Ask the host of `url` nothing for so long: it said so when it was asked before."""
        self._hosts.hold(_host(url), wait.total_seconds())

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

    def _follow(
        self, url: str, validators: Validators, now: datetime, read: _Read, *, crawl: bool
    ) -> Document | NotModified:
        left = self._deadline
        target, status = url, 0
        hops: dict[str, int] = {}  # each place, with the status of the redirect that led to it
        while len(hops) <= self._limits.max_redirects:
            request = self._request(target)
            place = urldefrag(request.url or "").url
            if place in hops:
                reason = f"it redirects in a circle, back to {place[:200]}"
                raise FetchError(reason, status=status)
            hops[place] = status
            if crawl:
                self._robots.check(place, now)
            known = validators if (validators.url or next(iter(hops))) == place else Validators()
            request.headers.update(answer.conditions(known))
            host = _host(place)
            with self._hosts.turn(host), self._watched(left, host) as watch:
                result = self._ask(request, known, now, read, watch)
                left = watch.left
            if not isinstance(result, _Redirect):
                return _as_asked(result, url, hops)
            target, status = result.target, result.status
        reason = f"it redirects more than {self._limits.max_redirects} times"
        raise FetchError(reason, status=status)

    def _request(self, url: str) -> requests.PreparedRequest:
        """Build the request for one hop. Raises AddressRefusedError, FetchError for a bad URL."""
        try:
            parts = urlsplit(url)
            scheme, secret = parts.scheme.lower(), "@" in parts.netloc
            if scheme not in {"http", "https"}:
                raise AddressRefusedError(f"only http and https are fetched, not {scheme[:20]!r}")
            if secret:
                raise AddressRefusedError("an address with a user name or password is not fetched")
            request = requests.PreparedRequest()  # a Request would prepare cookies, forms and hooks
            request.method = "GET"
            request.prepare_url(url, None)
            request.headers = CaseInsensitiveDict(self._headers)
            return request
        except ValueError as error:  # requests' own URL errors are ValueErrors too
            raise FetchError(f"{url[:200]!r} is not an address ({error})") from error

    @contextmanager
    def _watched(self, seconds: float, host: str) -> Iterator[Watch]:
        """Bound what happens inside, and turn what it raises into our errors."""
        late = DeadlineError(f"no complete answer within {self._deadline:g} seconds")
        with closing(Watch(seconds, late)) as watch, self._outage.told(host, watch):
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
            except reasons.EXPECTED as error:
                watch.check()
                raise reasons.explain(error, host) from error
            finally:
                with self._lock:
                    self._running.discard(watch)

    def _ask(
        self,
        request: requests.PreparedRequest,
        known: Validators,
        now: datetime,
        read: _Read,
        watch: Watch,
    ) -> "Document | NotModified | _Redirect":
        """Send one request: the document, the news that there is none, or where to go instead."""
        limits, place = self._limits, urldefrag(request.url or "").url
        dialler = partial(dial, limits=limits, resolve=self._resolve, watch=watch)
        timeout = (limits.connect_timeout.total_seconds(), limits.read_timeout.total_seconds())
        with (
            closing(Adapter(dialler)) as adapter,
            closing(adapter.send(request, stream=True, timeout=timeout)) as response,
        ):
            watch.check()
            status, headers = response.status_code, response.headers
            if status in _REDIRECTS:
                return _Redirect(_next(place, headers.get("location", ""), status), status)
            fresh = again.fresh_for(headers, now)
            if status == 304 and answer.conditions(known):
                renewed = answer.renewed(known, headers, place)
                return NotModified(url=place, validators=renewed, fresh_for=fresh)
            if status != 200:
                raise self._refused(status, _host(place), again.retry_after(headers, now))
            return replace(read(response, place, watch), fetched_at=now, fresh_for=fresh)

    def _refused(self, status: int, host: str, wait: timedelta | None) -> FetchError:
        """The error for a status that is no answer; who is asked too often gets peace."""
        error = reasons.refused(status, host, wait)
        if status == 429 and error.retry_after:
            self._hosts.hold(host, error.retry_after.total_seconds())
        return error

    def _page(self, response: requests.Response, place: str, watch: Watch) -> Document:
        """Read the page that came with status 200; what is wrong with it is an error of it."""
        headers = response.headers
        try:
            media_type = answer.media_type(headers)
            content = body.read_body(response.raw, watch, self._limits.max_bytes)
            if not content.strip():
                raise FetchError("the page is empty")
        except FetchError as error:
            error.status = response.status_code
            raise
        return Document(
            origin=place,
            url=place,
            body=content,
            media_type=media_type or answer.guessed(content),
            charset=answer.charset(headers),
            robots=answer.robots(response.raw.headers.getlist("x-robots-tag")),
            links=answer.links(headers),
            fetched_at=_UNKNOWN,
            validators=answer.validators(headers, place),
        )

    def _robots_txt(self, url: str, now: datetime) -> bytes:
        found = self._follow(url, Validators(), now, _beginning, crawl=False)
        return found.body if isinstance(found, Document) else b""


def _beginning(response: requests.Response, place: str, watch: Watch) -> Document:
    """Read the first bytes of a robots.txt, of whatever type it says that it is."""
    start = body.read_body(response.raw, watch, robots.MAX_BYTES, whole=False)
    return Document(origin=place, url=place, body=start, media_type="", fetched_at=_UNKNOWN)


def _as_asked(
    found: Document | NotModified, url: str, hops: Mapping[str, int]
) -> Document | NotModified:
    """What was found, as the answer to the question for `url`, and whether that moved for good."""
    moved = found.url if len(hops) > 1 and set(hops.values()) <= _PERMANENT else ""
    if isinstance(found, Document):
        return replace(found, origin=url, moved_to=moved)
    return replace(found, moved_to=moved)


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
