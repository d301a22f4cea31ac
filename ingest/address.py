"""One address that is asked again and again: when it may be, and where it has moved to. Pure.

An address to which nothing special applies is `Address()`, and is not worth keeping.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from ingest.errors import (
    AddressRefusedError,
    DeadlineError,
    FetchError,
    GoneError,
    RobotsError,
    TooLargeError,
)
from ingest.schedule import LONGEST_PAUSE
from ingest.spans import spoken

LONGEST_WAIT = timedelta(hours=48)
"""The longest that a server may ask to be left alone."""

_DAY = timedelta(hours=24)
_LOCKED_OUT = timedelta(hours=4)  # after the first 401 or 403, which may be a mistake of theirs
_MISSES = 5  # 404s in a row …
_MISSED_FOR = timedelta(days=7)  # … over at least so long: then it is asked once a day
_MOVES = 3  # permanent redirects in a row …
_MOVED_FOR = timedelta(hours=24)  # … over at least so long: then it has moved


_KINDS = {
    kind.__name__: kind
    for kind in (GoneError, AddressRefusedError, RobotsError, DeadlineError, TooLargeError)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an address answered: how long it is good for, and where all of it moved to for good.

    `fits`: it may be what the address stood for; a form to log in, or a home page, is not.
    """

    fresh_for: timedelta = timedelta()
    moved_to: str = ""
    fits: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """What is known of an address, beside its documents.

    It is not asked before `not_before`, and never while `stopped`; `why` says so in words. It
    failed `failures` times in a row in the same way since `failing_since`, the last time with
    `status` and an `error` of the class named `kind`. `instead` is the URL that is asked in its
    place, since it moved there; it said `moves` times in a row since `moved_since` that it moved to
    `moved_to`.
    """

    not_before: datetime | None = None
    stopped: bool = False
    why: str = ""
    failures: int = 0
    failing_since: datetime | None = None
    status: int = 0
    error: str = ""
    kind: str = ""
    instead: str = ""
    moved_to: str = ""
    moves: int = 0
    moved_since: datetime | None = None

    def waits(self, now: datetime) -> bool:
        """Whether it is not to be asked yet. What a wrong clock wrote is not believed."""
        if self.stopped:
            return True
        return self.not_before is not None and now < self.not_before <= now + LONGEST_WAIT

    def last_error(self) -> FetchError | None:
        """How it failed the last time; None when it did not."""
        if not self.failures:
            return None
        return _KINDS.get(self.kind, FetchError)(self.error, status=self.status)


def answered(before: Address, answer: Answer, now: datetime) -> Address:
    """The address after an answer: what was wrong is over, and it may have moved."""
    after = _moved(before, answer, now)
    if not answer.fresh_for:
        return after
    until = now + min(answer.fresh_for, LONGEST_PAUSE)
    return replace(after, not_before=until, why="its server says that it stays the same until then")


def failed(before: Address, error: FetchError, now: datetime, *, base: timedelta) -> Address:
    """The address after an error, where `base` is the time between two looks at its source.

    While our own network is down, nothing has happened. What answered elsewhere and is gone there
    is asked at its own place again.
    """
    if error.offline:
        return before
    if before.instead and error.status in {404, 410}:
        return replace(before, instead="")
    again = before.failures and _way(before.status) == _way(error.status)
    after = replace(
        before,
        failures=before.failures + 1 if again else 1,
        failing_since=before.failing_since if again else now,
        status=error.status,
        error=error.reason,
        kind=type(error).__name__,
        stopped=error.status == 410,
        moved_to="",
        moves=0,
        moved_since=None,
    )
    pause, why = _pause(after, now, base)
    if error.retry_after and error.retry_after >= pause:
        pause, why = (
            min(error.retry_after, LONGEST_WAIT),
            f"its server asks for it ({error.status})",
        )
    return replace(after, not_before=now + pause if pause else None, why=why)


def _way(status: int) -> str:
    """The way in which an address fails: each has rules of its own."""
    return {404: "missing", 410: "gone", 401: "locked", 403: "locked"}.get(status, "broken")


def _pause(now_failing: Address, now: datetime, base: timedelta) -> tuple[timedelta, str]:
    """How long to leave it alone, zero for no longer than its source, and why."""
    failures, since = now_failing.failures, now_failing.failing_since or now
    match _way(now_failing.status):
        case "gone":
            again = "`broadsheet refresh` with its name asks it again"
            return timedelta(), f"stopped: {now_failing.error}; {again}"
        case "missing":
            if failures < _MISSES or now - since < _MISSED_FOR:
                return timedelta(), ""
            return _DAY, f"it has not been there for {spoken(now - since)} (404)"
        case "locked":
            pause = _LOCKED_OUT if failures == 1 else _DAY
            return pause, f"it does not let us in ({now_failing.status})"
        case _:
            pause = min(base * 2 ** min(failures, 16), max(base, LONGEST_PAUSE))
            times = f"{failures} times in a row" if failures > 1 else "the last time"
            return pause, f"it could not be read {times}"


def _moved(before: Address, answer: Answer, now: datetime) -> Address:
    """The address with nothing wrong, after one more word, or none, of where it has moved to.

    It moved when it said so of one place several times in a row over a day, and what answers there
    fits. Never from https to http.
    """
    here = Address(instead=before.instead)
    if not (answer.moved_to and answer.fits) or _insecure(answer.moved_to, before.instead):
        return here
    again = answer.moved_to == before.moved_to
    moves, since = (before.moves + 1, before.moved_since or now) if again else (1, now)
    if moves >= _MOVES and now - since >= _MOVED_FOR:
        return Address(instead=answer.moved_to)
    return Address(instead=before.instead, moved_to=answer.moved_to, moves=moves, moved_since=since)


def _insecure(target: str, asked: str) -> bool:
    return urlsplit(asked).scheme == "https" and urlsplit(target).scheme != "https"
