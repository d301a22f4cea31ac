"""Takes what waits in the outbox to whom it is for: beside everything else, and until it arrives.

Each host is spoken to by one thread at a time, and hosts side by side, so that one which is slow
holds up nobody else.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from config.settings import Settings
from feeds.hubs import DISTRIBUTE
from feeds.letters import UnsentError, Written, host_of, write
from ingest.errors import StoreError
from ingest.store import Store, Transaction, outbox
from ingest.store.outbox import Letter

if TYPE_CHECKING:
    from ingest.fetch.messenger import Messenger, Reply

_AT_ONCE = 64  # messages under way: many, for one to a dead host takes all its time
_REST = 60.0  # seconds that nobody is told anything while what came of it cannot be noted
_READ = 2_000  # messages taken up at once beyond those in hand
_FIRST, _LAST = timedelta(seconds=30), timedelta(hours=6)  # between two tries
_DOUBLINGS = 10  # from the first to the last


class Courier:
    """Delivers what is due. `look` and `deliver` begin it, threads of its own do it."""

    def __init__(self, store: Store, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._changed = threading.Condition()
        self._queues: dict[str, deque[Letter]] = {}  # by host
        self._ready: dict[str, None] = {}  # hosts with a queue that nobody speaks to, in order
        self._taken: set[int] = set()  # ids of letters in a queue or under way
        self._spoken_to = set[str]()  # hosts
        self._workers = 0
        self._rest_until = 0.0
        self._stopping = False
        self._threads = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="courier")
        self._messenger: Messenger | None = None

    def follow(self, settings: Settings) -> None:
        """Go by other settings from the next message on."""
        self._settings = settings

    def look(self) -> bool:
        """Begin to deliver what is due; whether anything is in hand. Raises StoreError."""
        if time.monotonic() < self._rest_until:
            return False
        with self._changed:  # all through: what ends meanwhile must not be taken for due still
            with self._store.read() as tx:
                due = outbox.due(tx, self._clock(), len(self._taken) + _READ)
            for letter in due:
                if letter.id not in self._taken:
                    self._take(letter)
            self._fill()
            return bool(self._taken)

    def deliver(self, seconds: float) -> None:
        """Deliver what is due, for at most so long; the rest stays due. Raises StoreError."""
        until = time.monotonic() + seconds
        while self.look() and time.monotonic() < until and not self._stopping:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._stopping or not self._taken, until - time.monotonic()
                )
        with self._changed:
            self._ready.clear()  # whoever is under way ends; the next look takes up the others
            for queue in self._queues.values():
                self._taken -= {letter.id for letter in queue}
            self._queues.clear()

    def stop(self) -> None:
        """End soon what is under way, and begin nothing; does not wait."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._messenger:
            self._messenger.stop()

    def close(self) -> None:
        """Stop, and wait for the end of what is under way."""
        self.stop()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _take(self, letter: Letter) -> None:
        host = host_of(letter, self._settings)
        self._taken.add(letter.id)
        self._queues.setdefault(host, deque()).append(letter)
        if host not in self._spoken_to:
            self._ready[host] = None

    def _fill(self) -> None:
        """Have as many threads as may be, while hosts wait."""
        more = min(_AT_ONCE - self._workers, len(self._ready))
        if more <= 0 or self._stopping:
            return
        if self._messenger is None:
            from ingest.fetch.messenger import Messenger  # requests: 66 ms

            self._messenger = Messenger()
        self._workers += more
        for _ in range(more):
            self._threads.submit(self._work)

    def _work(self) -> None:
        while found := self._next():
            host, letter = found
            try:
                if not self._send(letter):
                    self._put_back(host, letter)
            except Exception as error:  # noqa: BLE001 - it is due still, and tried again after a rest
                self._rest_until = time.monotonic() + _REST
                unexpected = not isinstance(error, StoreError)
                said = {"target": letter.target, "error": str(error)}
                _log().error("a message could not be noted", **said, exc_info=unexpected)
            finally:
                with self._changed:
                    self._spoken_to.discard(host)
                    self._taken.discard(letter.id)
                    if self._queues.get(host):
                        self._ready[host] = None
                    self._changed.notify_all()

    def _next(self) -> tuple[str, Letter] | None:
        with self._changed:
            if self._stopping or not self._ready:
                self._workers -= 1
                return None
            host = next(iter(self._ready))
            del self._ready[host]
            queue = self._queues[host]
            letter = queue.popleft()
            if not queue:
                del self._queues[host]
            self._spoken_to.add(host)
            return host, letter

    def _put_back(self, host: str, letter: Letter) -> None:
        """Take out of the queue what goes to the same target: it is not due any more."""
        with self._changed:
            queue = self._queues.pop(host, deque())
            kept = deque(one for one in queue if one.target != letter.target)
            self._taken -= {one.id for one in queue if one.target == letter.target}
            if kept:
                self._queues[host] = kept

    def _send(self, letter: Letter) -> bool:
        """Send a message and note what came of it; False when its target takes none now."""
        assert self._messenger is not None
        settings, now = self._settings, self._clock()
        try:
            written = write(letter, settings, self._store, now)
        except UnsentError as error:
            self._failed(letter, str(error), now + _pause(letter.tries))
            return True
        if written is None:
            self._store.together(lambda tx: outbox.told(tx, letter, now))
            return True
        reply = self._messenger.send(written.message, settings.fetch, now)
        if self._stopping and reply.failure:
            return True  # it is due still
        now = self._clock()
        failure, again = self._store.together(lambda tx: _judged(tx, letter, written, reply, now))
        if again:
            _log().info("messages arrive again", target=letter.target)
        if not failure:
            return True
        whole = reply.status == 429 or not 0 < reply.status < 500
        self._failed(
            letter,
            failure,
            now + max(_pause(letter.tries), reply.retry_after or timedelta()),
            whole=whole,
        )
        return not whole

    def _failed(self, letter: Letter, why: str, due_at: datetime, *, whole: bool = False) -> None:
        news = self._store.together(lambda tx: outbox.failed(tx, letter, why, due_at, whole=whole))
        if news:  # a subscriber may be anybody: whether it is there is no concern of the operator
            log = _log()
            said = log.info if letter.kind == DISTRIBUTE else log.warning
            said("messages do not arrive; trying on", target=letter.target, why=why)


def _judged(
    tx: Transaction, letter: Letter, written: Written, reply: "Reply", now: datetime
) -> tuple[str, bool]:
    """Why the reply is none to be content with, or "", and whether the target is back again."""
    failure = written.judge(tx, reply, now)
    return failure, not failure and outbox.told(tx, letter, now)


def _pause(tries: int) -> timedelta:
    """How long to wait after so many tries and one more that failed."""
    return min(_FIRST * (1 << min(tries, _DOUBLINGS)), _LAST)


def _log() -> Any:
    import structlog  # 100 ms that commands which tell nobody do not pay

    return structlog.get_logger()
