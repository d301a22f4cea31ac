"""Work on the data folder: done here with its lock held, or by the daemon that has it."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn, TypeVar

import click

from config.load import digest
from config.settings import Settings
from feeds import report
from feeds.cli.common import Output, config_path, end_interrupted, fail
from feeds.cli.output import RunTable
from feeds.context import Context, open_context
from feeds.data import open_data
from feeds.files import told
from feeds.lock import COMMAND, DAEMON, LockedError, daemon_pid, data_lock
from feeds.refresh import RefreshReport
from ingest.errors import StoreError
from ingest.store import Store, Transaction, daemons, requests, runs, sources
from ingest.store.requests import Request

_WAIT = 60.0  # seconds to wait for another command to finish
_POLL = 0.2
_UNTAKEN = 300.0  # seconds in which a daemon takes a request, unless it hangs
_TRIES = 3  # daemons that end before they are done with what they were asked

_Done = TypeVar("_Done")


class Interrupt:
    """Whether Ctrl-C or SIGTERM has come; a second one ends the process at once."""

    def __init__(self) -> None:
        self._told = threading.Event()
        self._cut: Callable[[], None] = lambda: None

    def stopping(self) -> bool:
        """Whether to end soon."""
        return self._told.is_set()

    @contextmanager
    def caught(self, cut: Callable[[], None]) -> Iterator[None]:
        """Take the signals inside; `cut` ends what waits for the network."""
        self._cut = cut
        before = {number: signal.signal(number, self._take) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _take(self, number: int, _frame: object) -> None:
        if self._told.is_set():
            os._exit(128 + number)
        self._told.set()
        click.echo("Stopping; once more ends at once.", err=True)
        threading.Thread(target=self._cut, daemon=True).start()  # it takes locks: not in here


_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def work(
    output: Output,
    settings: Settings,
    here: Callable[[Context, RunTable, Interrupt], RefreshReport],
    ask: Callable[[Transaction], int],
) -> RefreshReport:
    """Do the work `here`, or leave the request that `ask` makes to the daemon and follow it.

    Ends with a true report whatever becomes of the daemon meanwhile, or with exit code 1 and a
    message; with 130 when interrupted.
    """
    for _ in range(_TRIES):
        try:
            with opened(output, settings) as context, RunTable(output) as table:
                return interruptible(context, lambda until: here(context, table, until))
        except LockedError as error:
            if error.role != DAEMON:
                fail(f"{error}; try again later")
        if done := _by_daemon(output, settings, ask):
            return done
        output.note("The daemon ended before it was done.")
    return fail("the daemon ended each time it was asked; its log says why")


def _by_daemon(
    output: Output, settings: Settings, ask: Callable[[Transaction], int]
) -> RefreshReport | None:
    output.note("The daemon is running; asking it.")
    try:
        with open_data(settings) as store, RunTable(output) as table:
            _note_other_configuration(output, settings, store)
            return _Asking(settings, store, ask).follow(table)
    except StoreError as error:
        fail(str(error))


def _note_other_configuration(output: Output, settings: Settings, store: Store) -> None:
    """Say so when the daemon goes by another configuration than the command."""
    path = config_path(click.get_current_context()).absolute()
    with store.read() as tx:
        state = daemons.look(tx, socket.gethostname())
    if state is None or state.pid != daemon_pid(settings.data_folder):
        return
    if Path(state.config) != path:
        output.note(f"The daemon goes by {state.config}, not by {path}.")
    elif state.digest != digest(path):
        output.note(f"{path} has changed since the daemon read it; `broadsheet reload` tells it.")


def interruptible(context: Context, step: Callable[[Interrupt], _Done]) -> _Done:
    """What `step` gives, unless it was interrupted: then says so and ends with exit code 130."""
    interrupt = Interrupt()
    with interrupt.caught(context.stop):
        done = step(interrupt)
    if interrupt.stopping():
        end_interrupted("Interrupted: what was stored stays; the same command goes on from there.")
    return done


@contextmanager
def opened(output: Output, settings: Settings) -> Iterator[Context]:
    """The context with the data lock held; a message and exit 1 when the store cannot be used.

    Raises LockedError: at once when the daemon has the lock, after a minute when a command has.
    """
    output.start_log()
    try:
        with (
            data_lock(settings.data_folder, COMMAND, wait=_WAIT),
            open_context(settings) as context,
        ):
            yield context
    except StoreError as error:
        fail(str(error))
    except OSError as error:
        fail(told(error))
    except KeyboardInterrupt:  # while it waits for the lock
        end_interrupted("Interrupted: nothing was done.")


class _Asking:
    """A request to the daemon, followed to its end."""

    def __init__(self, settings: Settings, store: Store, ask: Callable[[Transaction], int]) -> None:
        self._settings = settings
        self._store = store
        with store.write() as tx:
            self._asked = ask(tx)

    def follow(self, table: RunTable) -> RefreshReport | None:
        """Wait for the end, showing how far it is; None when the daemon ended before it."""
        give_up = time.monotonic() + _UNTAKEN
        try:
            while True:
                alive = _daemon_is_up(self._settings)  # what it did last is seen in one more look
                request = self._look(table)
                if request is None or not (request.done or alive):
                    self._withdraw()
                    return None
                if request.done:
                    return self._report(request)
                if not request.taken and time.monotonic() > give_up:
                    self._withdraw()
                    fail("the daemon is up and takes no requests; its log may say why. Restart it")
                time.sleep(_POLL)
        except KeyboardInterrupt:
            self._leave()

    def _look(self, table: RunTable) -> Request | None:
        with self._store.read() as tx:
            request = requests.look(tx, self._asked)
            names = {state.id: name for name, state in sources.states(tx).items()}
            for run in runs.under_way(tx):
                name = names.get(run.source, "")
                if request and name in request.sources and run.total:
                    table.progress(name, run.done, run.total)
        return request

    def _report(self, request: Request) -> RefreshReport:
        with self._store.read() as tx:
            names = {state.id: name for name, state in sources.states(tx).items()}
            ended = [runs.named(run, names) for run in runs.reports(tx, request.runs)]
        order = {name: place for place, name in enumerate(request.sources)}
        ended.sort(key=lambda run: order.get(run.source, len(order)))
        return RefreshReport(runs=tuple(ended), published=report.loads(request.answer))

    def _withdraw(self) -> None:
        with self._store.write() as tx:
            requests.withdraw(tx, self._asked)

    def _leave(self) -> NoReturn:
        with self._store.write() as tx:
            request = requests.look(tx, self._asked)
            if request and not request.taken:
                requests.withdraw(tx, self._asked)
                end_interrupted("Interrupted: the daemon was not asked.")
        end_interrupted("Interrupted: the daemon goes on with it.")


def _daemon_is_up(settings: Settings) -> bool:
    try:
        with data_lock(settings.data_folder, COMMAND):
            return False
    except LockedError as error:
        return error.role != COMMAND
