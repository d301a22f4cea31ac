"""What hosts let crawlers do, by their robots.txt (RFC 9309), read once a day."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from ingest.errors import FetchError, RobotsError

MAX_BYTES = 500 * 1024
"""What is read of a robots.txt; RFC 9309 §2.5 asks for no more."""

Get = Callable[[str, datetime], bytes]
"""Fetches a robots.txt: at most its first MAX_BYTES. Raises FetchError."""

_AGENT = "Broadsheet"
_KEPT = timedelta(hours=24)
_TRIED = timedelta(minutes=10)  # one that could not be read is tried again after that
_SLOWEST = 60.0  # seconds: a longer Crawl-delay is not obeyed
_HOSTS = 1_000  # in memory
_BYTES = 2_000_000  # of all that are in memory; parsed, they take up to sixty times that
_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class _Entry:
    """The rules of one host, until when they hold, and why they are not known, if they are not."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    until: datetime = _BEGINNING
    rules: Protego | None = None
    size: int = 0
    error: FetchError | None = None


class Robots:
    """The rules of hosts for us, fetched on first need. For many threads.

    `get` fetches a robots.txt; `slow` is told the seconds of a host's Crawl-delay, 0 for none.
    """

    def __init__(self, get: Get, slow: Callable[[str, float], None]) -> None:
        self._get = get
        self._slow = slow
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def check(self, url: str, now: datetime) -> None:
        """Return if `url` may be crawled. Raises RobotsError."""
        if not self._rules(url, now).can_fetch(url, _AGENT):
            raise RobotsError(f"robots.txt of {urlsplit(url).hostname} asks not to crawl it")

    def _rules(self, url: str, now: datetime) -> Protego:
        parts = urlsplit(url)
        entry = self._entry(f"{parts.scheme}://{parts.netloc}")
        with entry.lock:  # who comes second waits for what the first one fetches
            if entry.until <= now or entry.until > now + _KEPT:
                self._read(entry, f"{parts.scheme}://{parts.netloc}/robots.txt", now)
        self._trim()
        if entry.rules is None:
            assert entry.error is not None
            raise _unreadable(entry.error)
        return entry.rules

    def _entry(self, host: str) -> _Entry:
        with self._lock:
            entry = self._entries.setdefault(host, _Entry())
            self._entries.move_to_end(host)
            return entry

    def _read(self, entry: _Entry, url: str, now: datetime) -> None:
        """Fetch the rules anew; where that fails for now, older ones go on holding."""
        try:
            text = self._get(url, now).decode("utf-8", "replace")
        except FetchError as error:
            if not _says_nothing(error):
                entry.until, entry.error = now + _TRIED, error
                return
            text = ""
        entry.rules, entry.size = Protego.parse(text.removeprefix("\ufeff")), len(text)
        entry.until, entry.error = now + _KEPT, None
        self._slow(urlsplit(url).hostname or "", self._delay(entry.rules))

    def _delay(self, rules: Protego) -> float:
        return min(rules.crawl_delay(_AGENT) or 0.0, _SLOWEST)

    def _trim(self) -> None:
        with self._lock:
            size = sum(entry.size for entry in self._entries.values())
            while len(self._entries) > _HOSTS or (size > _BYTES and len(self._entries) > 1):
                size -= self._entries.popitem(last=False)[1].size


def _unreadable(error: FetchError) -> RobotsError:
    reason = f"its robots.txt cannot be read, so it is not crawled now: {error.reason}"
    found = RobotsError(reason, retry_after=error.retry_after)
    found.offline, found.advice = error.offline, error.advice
    return found


def _says_nothing(error: FetchError) -> bool:
    """Whether there is no robots.txt, so that all is allowed (RFC 9309 §2.3.1.3).

    Too many requests are no such answer, nor is the want of one.
    """
    return 200 <= error.status < 500 and error.status != 429
