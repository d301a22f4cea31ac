"""A real feed reader, newsboat, subscribes to the running daemon and polls it."""

import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config.load import load
from feeds.data import open_data
from ingest.store import requests
from tests.feeds.processes import Running, running
from tests.newsroom import Newsroom

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("newsboat"), reason="newsboat is not installed"),
]

CONFIG = """\
[site]
title = "Harbour News"
url = "https://example.org/"
[server]
port = 0
[[source]]
name = "inbox"
files = "articles/**/*.md"
authors = ["Ann Lee"]
"""
FEEDS = ("all.rss", "all.atom")


class Proxy:
    """Passes requests on and notes each answer's status by path."""

    def __init__(self, target: str) -> None:
        answers = self.answers = list[tuple[str, int]]()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                connection = HTTPConnection(urlsplit(target).netloc, timeout=10)
                headers = {k: v for k, v in self.headers.items() if k.lower() != "connection"}
                connection.request("GET", self.path, headers=headers)
                answer = connection.getresponse()
                body = answer.read()
                connection.close()
                answers.append((self.path, answer.status))
                self.send_response_only(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in {"connection", "transfer-encoding"}:
                        self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"


@contextmanager
def proxied(target: str) -> Iterator[Proxy]:
    proxy = Proxy(target)
    thread = threading.Thread(target=proxy.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.server.shutdown()
        proxy.server.server_close()
        thread.join(5)


class Newsboat:
    """A subscriber to one feed, who is told of every entry that changed.

    One for each format: newsboat knows entries by id alone, and both formats have the same ones.
    """

    def __init__(self, folder: Path, feed: str) -> None:
        folder.mkdir()
        self._folder = folder
        self._cache = folder / "cache.db"
        (folder / "urls").write_text(f"{feed}\n")
        (folder / "config").write_text(f'reset-unread-on-update "{feed}"\n')

    def reload(self) -> None:
        files = ("-u", "urls", "-C", "config", "-c", "cache.db")
        done = subprocess.run(
            ["newsboat", *files, "-x", "reload"],
            cwd=self._folder,
            env={"HOME": str(self._folder), "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def read_all(self) -> None:
        with closing(sqlite3.connect(self._cache)) as database, database:
            database.execute("update rss_item set unread = 0")

    def items(self) -> list[sqlite3.Row]:
        with closing(sqlite3.connect(self._cache)) as database:
            database.row_factory = sqlite3.Row
            return database.execute("select * from rss_item order by pubDate").fetchall()


def write(room: Newsroom, number: int) -> None:
    words = " ".join(f"w{number}x{i}" for i in range(30))
    room.write(
        f"report-{number}.md",
        f"---\ndate: 2026-05-01T{number // 60:02}:{number % 60:02}:00Z\n---\n# Report {number}\n\n"
        f"The *harbour* & its <b>{words}</b> at 5 < 6.\n",
    )


def regenerate(room: Newsroom, daemon: Running) -> None:
    """Ask the running daemon for a refresh and wait for its end."""
    with open_data(load(room.folder / "broadsheet.toml", {})) as store:
        with store.write() as tx:
            asked = requests.ask(tx, ["inbox"], datetime.now(UTC))
        until = time.monotonic() + 30
        while True:
            with store.read() as tx:
                request = requests.look(tx, asked)
            if request and request.done:
                assert request.runs
                return
            assert time.monotonic() < until, daemon.said()
            time.sleep(0.05)


def test_newsboat_shows_everything_asks_politely_and_shows_nothing_twice(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, CONFIG)
    room.now = datetime(2026, 5, 2, tzinfo=UTC)
    for number in range(8):
        write(room, number)
    with running(tmp_path) as daemon, proxied(daemon.url) as proxy:
        regenerate(room, daemon)
        readers = [Newsboat(tmp_path / name, proxy.url + name) for name in FEEDS]
        for reader in readers:
            reader.reload()
            items = reader.items()
            assert [item["title"] for item in items] == [f"Report {n}" for n in range(8)]
            for number, item in enumerate(items):
                check_shown(item, number)
        assert proxy.answers == [(f"/{name}", 200) for name in FEEDS]
        for reader in readers:
            reader.reload()  # newsboat has a place for validators from the second time on only
        proxy.answers.clear()
        for reader in readers:
            reader.reload()
            reader.read_all()
        assert proxy.answers == [(f"/{name}", 304) for name in FEEDS]
        for number in range(8, 58):
            write(room, number)
            regenerate(room, daemon)
            if number % 5 == 0:
                for reader in readers:
                    reader.reload()
        for reader in readers:
            reader.reload()
            items = reader.items()
            assert [item["title"] for item in items] == [f"Report {n}" for n in range(58)]
            assert len({item["guid"] for item in items}) == 58
            assert [item["unread"] for item in items] == [0] * 8 + [1] * 50
        assert daemon.terminate() == 0


def check_shown(item: sqlite3.Row, number: int) -> None:
    """That newsboat got the whole of an entry."""
    assert item["pubDate"] == datetime(2026, 5, 1, 0, number, tzinfo=UTC).timestamp()
    assert "Ann Lee" in item["author"]
    assert item["url"] == f"https://example.org/articles/report-{number}/"
    assert item["guid"].startswith("urn:uuid:")
    assert f"<em>harbour</em> &amp; its <b>w{number}x0 " in item["content"]
    assert "5 &lt; 6" in item["content"]
