"""News from one Broadsheet to another through a hub that others wrote (Flask-WebSub)."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ingest.store import wakes
from tests.subscriber import LOOPBACK, SITE, Running, deliver, newspaper, running

pytestmark = pytest.mark.slow


class Tasks:
    """Does at once, in a thread each, what the hub hands on to Celery."""

    def task(self, **options: Any) -> Callable[[Callable[..., None]], "Task"]:
        return lambda work: Task(work, bound=options.get("bind", False))


class Task:
    """One kind of task; `retries` and `retry` are what one that is bound asks for."""

    retries = 0

    def __init__(self, work: Callable[..., None], *, bound: bool) -> None:
        self._work = work
        self._bound = bound
        self.request = self

    def delay(self, *values: Any) -> None:
        first = (self,) if self._bound else ()
        threading.Thread(target=self._work, args=(*first, *values), daemon=True).start()

    def retry(self, countdown: float) -> None:
        raise AssertionError(f"it was not delivered; again in {countdown} seconds")


class Hub:
    """The hub and what it keeps."""

    def __init__(self, url: str, storage: Any) -> None:
        self.url = url
        self._storage = storage

    def subscribers(self, topic: str) -> list[tuple[str, str]]:
        return [tuple(row) for row in self._storage.get_callbacks(topic)]

    def forget(self, topic: str) -> None:
        for callback, _ in self.subscribers(topic):
            del self._storage[topic, callback]


@contextmanager
def foreign_hub(folder: Path, method: str) -> Iterator[Hub]:
    from flask import Flask
    from flask_websub.hub import Hub as FlaskHub
    from flask_websub.hub import SQLite3HubStorage
    from werkzeug.serving import make_server

    storage = SQLite3HubStorage(str(folder / "hub.sqlite3"))
    app = Flask("hub")
    app.config["PUBLISH_SUPPORTED"] = True
    hub = FlaskHub(storage, Tasks(), SIGNATURE_ALGORITHM=method, PUBLISH_SUPPORTED=True)
    app.register_blueprint(hub.build_blueprint(url_prefix="/hub"))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Hub(f"http://127.0.0.1:{server.server_port}/hub", storage)
    finally:
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_a_foreign_hub_brings_news_from_one_broadsheet_to_the_next(
    tmp_path: Path, method: str
) -> None:
    with (
        foreign_hub(tmp_path, method) as hub,
        newspaper(tmp_path / "paper", f'["{hub.url}"]') as paper,
    ):
        topic = f"{paper.url}all.rss"
        source = f'[[source]]\nname = "up"\nfeed = "{topic}"\n'
        with running(tmp_path / "reader", SITE + LOOPBACK + source) as reader:
            reader.beside = [paper.running]
            reader.until(lambda: _live(reader) and bool(hub.subscribers(topic)))
            ((callback, secret),) = hub.subscribers(topic)
            reader.settle()
            paper.write("Second")
            reader.wait_for("Second")
            reader.settle()
            assert reader.state().why == "its hub tells of news"

            looks = _heard(reader)
            form = {"hub.callback": callback, "hub.secret": secret}
            assert deliver(reader, form, b"forged", secret="of another")[0] == 202
            brought = paper.running.room.bytes("all.rss")
            assert deliver(reader, form, brought, method)[0] == 202  # as the hub did just now
            assert _heard(reader) == looks

            hub.forget(topic)  # as one that loses what it had
            reader.later(days=9)
            reader.until(lambda: bool(hub.subscribers(topic)))
            assert hub.subscribers(topic) == [(callback, secret)]
            reader.settle()
            paper.write("Third")
            reader.wait_for("Third")

            hub.forget(topic)
            reader.settle()
            paper.write("Fourth")
            paper.running.wait_for("Fourth")
            paper.running.settle()
            reader.later(hours=13)
            reader.wait_for("Fourth")
            reader.settle()
            assert reader.state().why != "its hub tells of news"

            reader.reload(SITE + LOOPBACK + source + "push = false\n")
            reader.settle()
            reader.until(lambda: not hub.subscribers(topic))


def _live(reader: Running) -> bool:
    push = reader.push()
    return bool(push and push.live(reader.room.now))


def _heard(reader: Running) -> int:
    with reader.context.store.read() as tx:
        return wakes.heard(tx, reader.state().id)
