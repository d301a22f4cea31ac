"""The daemon's process: a good configuration takes effect, a bad one changes nothing."""

import hashlib
import io
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest

from config import logs
from config.load import MAX_BYTES, digest, load
from feeds.daemon import Daemon
from feeds.notify import Notifier
from feeds.server import Server
from feeds.service import ConfigFile, Service, Signals
from feeds.serving import new_app
from ingest.store import daemons, runs, sources
from ingest.store.daemons import DaemonState
from tests.feeds.processes import silent_server
from tests.newsroom import Newsroom, a_text

SITE = """\
[site]
title = "Harbour News"
url = "https://example.org/"
[server]
port = 0
"""
INBOX = '[[source]]\nname = "inbox"\nfiles = "articles/in/*.txt"\n'
WIRE = '[[source]]\nname = "wire"\nfiles = "articles/wire/*.txt"\n'


class Office:
    """A service that ticks and reloads when the test says."""

    def __init__(self, room: Newsroom, service: Service) -> None:
        self.room = room
        self.service = service
        self.port = 0

    def settle(self) -> None:
        daemon = self.service.daemon
        daemon.tick()
        while daemon._runs.running:
            daemon.tick()
        daemon.tick()

    def reload(self, text: str) -> DaemonState:
        self.room.configure(text)
        self.service.reload()
        return self.state()

    def state(self) -> DaemonState:
        with self.service.daemon.context.store.read() as tx:
            state = daemons.look(tx, socket.gethostname())
        assert state
        return state

    def get(self, path: str, port: int = 0) -> int:
        with closing(HTTPConnection("127.0.0.1", port or self.port, timeout=5)) as connection:
            connection.request("GET", path)
            return connection.getresponse().status


@contextmanager
def office(folder: Path, config: str) -> Iterator[Office]:
    room = Newsroom(folder, config)
    with room.open() as context:
        daemon = Daemon(context)
        app = new_app(context.settings, context.store, lambda: daemon.context.names, context.clock)
        server = Server(app, "127.0.0.1", 0)
        service = Service(
            config=ConfigFile(folder / "broadsheet.toml", lambda path: load(path, {})),
            daemon=daemon,
            server=server,
            notifier=Notifier({}),
            started_at=room.now,
        )
        found = Office(room, service)
        found.port = server.start()
        service._note_configuration(digest(service.config.path))
        try:
            yield found
        finally:
            assert daemon.close()
            assert service.server.stop(5)


def test_a_good_configuration_takes_effect_at_once(tmp_path: Path) -> None:
    with office(tmp_path, SITE + INBOX) as it:
        it.room.write("in/a.txt", a_text("A bridge"))
        it.room.write("wire/b.txt", a_text("A tunnel"))
        it.settle()
        assert it.room.titles() == ["A bridge"]
        state = it.reload(SITE.replace("Harbour", "Town") + INBOX + WIRE)
        assert (state.refused, state.digest) == ((), digest(it.service.config.path))
        it.settle()
        assert set(it.room.titles()) == {"A bridge", "A tunnel"}
        assert b"<title>Town News</title>" in it.room.bytes()


def test_a_bad_one_is_told_and_the_one_before_stays_in_force(tmp_path: Path) -> None:
    said = io.StringIO()
    logs.configure("info", said)
    with office(tmp_path, SITE + INBOX) as it:
        before = it.state().digest
        it.room.write("in/a.txt", a_text("A bridge"))
        for bad in ("[site", SITE + INBOX + "colour = 1\n", SITE):
            state = it.reload(bad)
            assert state.digest == before
            assert state.refused
            assert str(tmp_path / "broadsheet.toml") in state.refused[0]
            assert state.refused_at == it.room.now
        it.settle()
        assert it.room.titles() == ["A bridge"]
        (tmp_path / "broadsheet.toml").unlink()
        it.service.reload()
        assert "there is no such file" in it.state().refused[0]
        assert it.reload(SITE + INBOX).refused == ()
    assert said.getvalue().count("configuration refused") == 4


def test_the_data_folder_of_a_running_daemon_cannot_change(tmp_path: Path) -> None:
    with office(tmp_path, SITE + INBOX) as it:
        state = it.reload('data = "elsewhere"\n' + SITE + INBOX)
        assert "data: a running daemon stays with its folder" in state.refused[0]
        assert not (tmp_path / "elsewhere").exists()


def test_the_server_moves_and_one_that_cannot_is_refused(tmp_path: Path) -> None:
    with office(tmp_path, SITE + INBOX) as it, silent_server() as (taken, _):
        it.settle()
        assert it.get("/all.rss") == 200
        state = it.reload(SITE.replace("port = 0", f"port = {taken}") + INBOX)
        assert "is taken by another program" in state.refused[0]
        assert it.get("/all.rss") == 200
        with socket.create_server(("127.0.0.1", 0)) as listener:
            free = listener.getsockname()[1]
        assert it.reload(SITE.replace("port = 0", f"port = {free}") + INBOX).refused == ()
        assert it.get("/all.rss", free) == 200
        with pytest.raises(ConnectionRefusedError):
            it.get("/all.rss")


def test_the_output_folder_moves_and_is_served(tmp_path: Path) -> None:
    with office(tmp_path, SITE + INBOX) as it:
        it.room.write("in/a.txt", a_text("A bridge"))
        it.settle()
        it.reload('output = "web"\n' + SITE + INBOX)
        it.settle()
        assert (tmp_path / "web" / "all.rss").is_file()
        (tmp_path / "web" / "note.txt").write_text("here")
        assert (it.get("/note.txt"), it.get("/all.rss")) == (200, 200)


def test_a_run_whose_source_is_looked_at_otherwise_now_begins_anew_and_others_go_on(
    tmp_path: Path,
) -> None:
    with silent_server() as (port, connected):
        page = (
            '[fetch]\nallow_private = ["127.0.0.0/8"]\nread_timeout = "3s"\n'
            f'[[source]]\nname = "slow"\nurls = ["http://127.0.0.1:{port}/"]\n'
        )
        with office(tmp_path, SITE + page + INBOX) as it:
            daemon = it.service.daemon
            it.room.write("in/a.txt", a_text("A bridge"))
            daemon.tick()
            assert connected.wait(30)
            (running,) = [run for run in daemon._runs.running.values() if run.name == "slow"]
            it.reload(SITE + page + INBOX + WIRE)
            assert not running.stop.is_set(), "nothing about it has changed"
            it.reload(SITE + page.replace('"slow"', '"late"') + INBOX)
            assert not running.stop.is_set(), "a name is only a name"
            it.reload(SITE + page + 'tags = ["slow"]\n' + INBOX)
            assert running.stop.is_set()
            running.future.result(30)
            daemon.tick()
            context = daemon.context
            id_ = context.states["slow"].id
            with context.store.read() as tx:
                assert runs.last_runs(tx)[id_].outcome == "cut short"
                assert sources.states(tx)["slow"].next_due <= it.room.now
            assert id_ in daemon._runs.running, "it is due still, and runs again"
            it.settle()
            assert it.room.titles() == ["A bridge"]


def test_a_removed_source_stops_running_and_no_request_waits_for_it(tmp_path: Path) -> None:
    with office(tmp_path, SITE + INBOX + WIRE) as it:
        it.settle()
        it.reload(SITE + INBOX)
        it.room.later(hours=1)
        it.service.daemon.wake(["wire"])
        it.settle()
        with it.service.daemon.context.store.read() as tx:
            ended = [run for run in runs.last_runs(tx).values() if run.ended_at == it.room.now]
        assert len(ended) == 1


def test_a_changed_file_is_noticed_once_when_nobody_writes_to_it_any_more(tmp_path: Path) -> None:
    path = tmp_path / "broadsheet.toml"
    path.write_text(SITE)
    config = ConfigFile(path, lambda found: load(found, {}))
    assert not config.changed()
    path.write_text(SITE + INBOX[:10])
    assert not config.changed(), "it was written to since the last look"
    path.write_text(SITE + INBOX)
    assert not config.changed()
    assert [config.changed() for _ in range(3)] == [True, False, False]
    path.unlink()
    assert [config.changed() for _ in range(3)] == [False, True, False]


def test_what_is_no_configuration_is_not_read_to_tell_it_from_others(tmp_path: Path) -> None:
    path = tmp_path / "broadsheet.toml"
    os.mkfifo(path)
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(digest(path)), daemon=True)
    thread.start()  # a pipe that nobody writes into, or a device without an end, holds a reader up
    thread.join(5)
    assert found == [""]
    path.unlink()
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    assert digest(path) == ""
    path.write_bytes(b"#" * MAX_BYTES)
    assert digest(path) == hashlib.sha256(b"#" * MAX_BYTES).hexdigest()


@pytest.mark.parametrize("wanted", [True, False])
def test_a_changed_file_is_taken_up_unasked_only_where_that_is_wanted(
    tmp_path: Path, wanted: bool
) -> None:
    said = io.StringIO()
    logs.configure("info", said)
    config = f"reload = {str(wanted).lower()}\n" + SITE + INBOX
    with office(tmp_path, config) as it:
        it.room.configure(config + WIRE)
        it.service._notice_change()
        assert ("wire" in it.service.daemon.context.names) == wanted
    assert ("`broadsheet reload` takes it up" in said.getvalue()) != wanted


def test_signals_come_one_after_the_other() -> None:
    before = {n: signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        signals = Signals(signal.SIGHUP)
        assert signals.next(0.01) == 0
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGTERM)
        assert {signals.next(5), signals.next(5)} == {signal.SIGHUP, signal.SIGTERM}
        assert signals.ending()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_a_signal_to_end_waits_for_one_of_many_reloads() -> None:
    before = {n: signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        signals = Signals(signal.SIGHUP)
        for _ in range(50):
            signal.raise_signal(signal.SIGHUP)
        signal.raise_signal(signal.SIGTERM)
        assert [signals.next(5), signals.next(5)] == [signal.SIGHUP, signal.SIGTERM]
        signal.raise_signal(signal.SIGHUP)
        assert signals.next(5) == signal.SIGHUP
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_a_service_manager_hears_of_every_turn(tmp_path: Path) -> None:
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(address))
        notifier = Notifier({"NOTIFY_SOCKET": str(address), "WATCHDOG_USEC": "1000000"})
        notifier.ready()
        notifier.reloading()
        notifier.alive()
        notifier.stopping()
        heard = [manager.recv(100).decode() for _ in range(4)]
    assert [text.partition("\n")[0] for text in heard] == [
        "READY=1", "RELOADING=1", "WATCHDOG=1", "STOPPING=1",
    ]  # fmt: skip
    assert "MONOTONIC_USEC=" in heard[1]
    notifier.ready()  # the manager is gone: nothing happens
    Notifier({}).ready()


def test_a_manager_who_does_not_listen_holds_nobody_up(tmp_path: Path) -> None:
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(address))
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
            other.setblocking(False)
            with suppress(BlockingIOError):
                while True:
                    other.sendto(b"x", str(address))
        notifier = Notifier({"NOTIFY_SOCKET": str(address)})
        thread = threading.Thread(target=notifier.ready, daemon=True)
        thread.start()
        thread.join(5)
        assert not thread.is_alive()


def test_feeds_are_served_whatever_the_store_is_like(tmp_path: Path) -> None:
    with office(tmp_path, SITE + INBOX) as it:
        it.room.write("in/a.txt", a_text("A bridge"))
        it.settle()
        context = it.service.daemon.context
        with context.store.write() as tx:
            tx.exec_driver_sql("ALTER TABLE source RENAME TO elsewhere")
        try:
            assert it.get("/all.rss") == 200
        finally:
            with context.store.write() as tx:
                tx.exec_driver_sql("ALTER TABLE elsewhere RENAME TO source")


def test_a_configuration_taken_up_is_not_told_to_be_refused(tmp_path: Path) -> None:
    said = io.StringIO()
    logs.configure("info", said)
    with office(tmp_path, SITE + INBOX) as it:
        context = it.service.daemon.context
        with context.store.write() as tx:
            tx.exec_driver_sql("ALTER TABLE daemon RENAME TO elsewhere")
        it.room.configure(SITE + INBOX + WIRE)
        it.service.reload()
        assert "wire" in it.service.daemon.context.names
    assert "refused" not in said.getvalue()
    assert "the store fails" in said.getvalue()


def test_the_server_takes_another_address_at_the_same_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    site = SITE.replace("port = 0", f"port = {port}")
    with office(tmp_path, SITE + INBOX) as it:
        it.settle()
        assert it.reload(site + INBOX).refused == ()
        every = site.replace("[server]", '[server]\naddress = "0.0.0.0"')
        assert it.reload(every + INBOX).refused == ()
        assert it.get("/all.rss", port) == 200
        nowhere = site.replace("[server]", '[server]\naddress = "192.0.2.1"')
        assert "has no address" in it.reload(nowhere + INBOX).refused[0]
        assert it.get("/all.rss", port) == 200, "the one before is up again"


def test_the_time_since_a_tick_tells_that_the_daemon_lives(tmp_path: Path) -> None:
    with office(tmp_path, SITE + INBOX) as it:
        it.service.daemon.tick()
        assert timedelta(seconds=it.service.daemon.idle_for) < timedelta(seconds=5)
