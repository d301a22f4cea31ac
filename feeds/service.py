"""The life of the daemon's process: signals, server, configuration, end.

The main thread waits for signals and looks whether the configuration has changed; the daemon ticks
in a thread of its own.
"""

import os
import signal
import socket
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

import structlog

from config.load import ConfigError, Problem, digest
from config.rules import rule_files
from config.settings import Settings
from feeds.context import reopened, wall_clock
from feeds.daemon import Daemon
from feeds.notify import Notifier
from feeds.press import editions_folder
from feeds.pushes import Callbacks
from feeds.server import Limits, Server, ServerError, Take, create_app
from feeds.subscribers import RefusedError, take
from ingest.errors import StoreError
from ingest.sources.folder import real
from ingest.store import Store, daemons, sources
from ingest.store.daemons import DaemonState

if TYPE_CHECKING:
    from starlette.applications import Starlette

_LOOK = 1.0  # seconds between two looks at the configuration
_HUNG = 600.0  # seconds without a tick after which the service manager hears nothing from us
_STOP = 5.0  # seconds for answers under way
_FRESH = timedelta(seconds=30)  # how long the time of the next run is believed

_ENDS = (signal.SIGTERM, signal.SIGINT)

log = structlog.get_logger()


class Signals:
    """SIGTERM and SIGINT from now on, and the signals `also`, one after the other.

    One that waits already is not noted again: who sends a hundred SIGHUPs means one, and a signal
    to end does not wait for all of them. A second signal to end ends the process at once.
    """

    def __init__(self, *also: signal.Signals) -> None:
        self._come: SimpleQueue[int] = SimpleQueue()
        self._waiting = set[int]()
        self._ending = False
        for number in (*_ENDS, *also):
            signal.signal(number, self._take)

    def ending(self) -> bool:
        """Whether a signal to end has come."""
        return self._ending

    def next(self, timeout: float) -> int:
        """The next signal's number; 0 when none has come in `timeout` seconds."""
        try:
            number = self._come.get(timeout=timeout)
        except Empty:
            return 0
        self._waiting.discard(number)
        return number

    def wait_for_end(self) -> None:
        """Return once a signal to end has come."""
        while self.next(3600) not in _ENDS:
            pass

    def _take(self, number: int, _frame: object) -> None:
        if number in _ENDS:
            if self._ending:
                os._exit(128 + number)
            self._ending = True
        if number not in self._waiting:
            self._waiting.add(number)
            self._come.put(number)


class ConfigFile:
    """The configuration file at `path`, and what tells one state of it from the next.

    The files of rules in the folder `rules` belong to it.
    """

    def __init__(
        self, path: Path, read: Callable[[Path], Settings], rules: Path | None = None
    ) -> None:
        self.path = path.absolute()
        self._read = read
        self._rules = rules
        self._known = self._last = self._signature()

    def load(self) -> tuple[Settings, str]:
        """Read it as it is now: the settings, and the digest of its bytes. Raises ConfigError."""
        self._known = self._last = self._signature()
        return self._read(self.path), digest(self.path)

    def changed(self) -> bool:
        """Whether it is another one than was noticed last; not while somebody is writing it."""
        now = self._signature()
        at_rest, self._last = now == self._last, now
        if not at_rest or now == self._known:
            return False
        self._known = now
        return True

    def _signature(self) -> tuple[int, ...]:
        rules = rule_files(self._rules) if self._rules else []
        return tuple(fact for path in (self.path, *rules) for fact in _facts(path))


def _facts(path: Path) -> tuple[int, ...]:
    try:
        facts = path.stat()
    except OSError:
        return ()
    return facts.st_mtime_ns, facts.st_size, facts.st_ino


@dataclass(slots=True, kw_only=True)
class Service:
    """A daemon with its server and configuration file, from their start to their end."""

    config: ConfigFile
    daemon: Daemon
    server: Server
    notifier: Notifier
    started_at: datetime

    def run(self, signals: Signals) -> bool:
        """Work until a signal to end comes; False when a run hung and the process must be ended."""
        terminal = os.isatty(0)
        self._note_configuration(digest(self.config.path))
        self.daemon.start()
        self.notifier.ready()
        while (number := signals.next(_LOOK)) not in _ENDS:
            if number == signal.SIGHUP:
                if terminal and not os.isatty(0):  # the terminal we were started from was closed
                    break
                self.reload()
            elif number == signal.SIGUSR1:
                self.daemon.wake(None)
            elif self.config.changed():
                self._notice_change()
            if self.daemon.idle_for < _HUNG:
                self.notifier.alive()
        self.notifier.stopping()
        ended = self.daemon.close()
        self.server.stop(_STOP)
        log.info("the daemon has stopped" if ended else "the daemon has stopped; a run hung")
        return ended

    def reload(self) -> None:
        """Take up the configuration as it is now, or keep the one in force and say why."""
        self.notifier.reloading()
        try:
            settings, digest = self.config.load()
            self._take_up(settings)
        except ConfigError as error:
            self._refuse([str(problem) for problem in error.problems])
        except (StoreError, ServerError) as error:
            self._refuse([str(error)])
        else:
            log.info("configuration in force", file=str(self.config.path))
            self._note_reload(digest)
        finally:
            self.notifier.ready()

    def _take_up(self, settings: Settings) -> None:
        before = self.daemon.context
        if real(settings.data_folder) != real(before.settings.data_folder):
            message = "a running daemon stays with its folder; stop it and start it again"
            raise ConfigError([Problem(file=str(self.config.path), key="data", message=message)])
        app = new_app(settings, before.store, lambda: self.daemon.context.names, before.clock)
        served, old = self.server.app, before.settings.server
        if (settings.server.address, settings.server.port) == (old.address, old.port):
            self.daemon.reload(reopened(before, settings))
            self.server.serve(app)
            return
        server = Server(app, settings.server.address, settings.server.port)
        shared = settings.server.port == old.port != 0  # by addresses that may exclude each other
        if shared:
            self.server.stop(_STOP)
        try:
            server.start()
            self.daemon.reload(reopened(before, settings))
        except (StoreError, ServerError):
            server.stop(_STOP)
            if shared:
                self.server = Server(served, old.address, old.port)
                self.server.start()
            raise
        self.server.stop(_STOP)
        self.server = server

    def _refuse(self, problems: list[str]) -> None:
        for problem in problems:
            log.error("configuration refused; the one before stays in force", problem=problem)
        context = self.daemon.context
        with suppress(StoreError), context.store.write() as tx:
            now, refused = context.clock(), digest(self.config.path)
            daemons.refused(tx, socket.gethostname(), refused, problems, now)

    def _notice_change(self) -> None:
        if self.daemon.context.settings.reload:
            self.reload()
        else:
            advice = "configuration changed; `broadsheet reload` takes it up"
            log.warning(advice, file=str(self.config.path))

    def _note_reload(self, digest: str) -> None:
        try:
            self._note_configuration(digest)
        except StoreError as error:
            log.error("the store fails: `reload` and `status` do not hear of it", error=str(error))

    def _note_configuration(self, digest: str) -> None:
        context = self.daemon.context
        state = DaemonState(
            host=socket.gethostname(),
            pid=os.getpid(),
            started_at=self.started_at,
            config=str(self.config.path),
            digest=digest,
            loaded_at=context.clock(),
        )
        with context.store.write() as tx:
            daemons.started(tx, state)


def new_app(
    settings: Settings,
    store: Store,
    names: Callable[[], Collection[str]],
    clock: Callable[[], datetime] | None,
) -> "Starlette":
    """The application that serves what `settings` publish; `names` are those of the sources.

    `clock` is the daemon's: without one nothing is sent, and our own hub takes no subscriptions
    and no hub is heard.
    """
    folders, server = (settings.output_folder, editions_folder(settings)), settings.server
    limits = Limits(server.unconditional_per_hour, server.trusted_proxies)
    takes: Take | None = None
    if settings.site.own_hub in settings.site.hub_urls:
        takes = _takes(settings, store, clock) if clock else _takes_nothing
    hears = Callbacks(store, settings, clock) if clock else None
    return create_app(*folders, _until_next(store, names), limits, takes, hears)


def _takes(settings: Settings, store: Store, clock: Callable[[], datetime]) -> Take:
    def answer(form: Mapping[str, str]) -> tuple[int, str]:
        try:
            take(form, settings, store, clock())
        except RefusedError as error:
            return error.status, error.reason
        except StoreError:
            return 503, "subscriptions cannot be noted at the moment"
        return 202, "the callback will be asked whether it wants that"

    return answer


def _takes_nothing(_form: Mapping[str, str]) -> tuple[int, str]:
    return 503, "nobody sends anything at the moment; try again later"


def _until_next(store: Store, names: Callable[[], Collection[str]]) -> Callable[[], int]:
    """Seconds until the next source is due: how long what we serve will stay as it is."""
    read_at = due = datetime.min.replace(tzinfo=UTC)

    def seconds() -> int:
        nonlocal read_at, due
        now = wall_clock()
        if not timedelta() <= now - read_at <= _FRESH:
            read_at = now
            with suppress(StoreError):  # what is published is served, whatever the store is like
                with store.read() as tx:
                    states = sources.states(tx)
                wanted = set(names())
                times = [
                    state.next_due
                    for name, state in states.items()
                    if name in wanted and not state.stopped
                ]
                due = min(times, default=now)
        return max(0, int((due - now).total_seconds()))

    return seconds
