"""A served site with an entry of every kind that readers trip over, and how it goes on living."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from config.load import load
from feeds.data import open_data
from ingest.store import requests
from tests.feeds.processes import Running
from tests.newsroom import Newsroom

_CONFIG = """\
[site]
title = "{title}"
url = "{url}"
author = "The Desk"
[server]
port = {port}
[fetch]
allow_private = ["127.0.0.0/8"]
gap = "0s"
[[source]]
name = "inbox"
files = "articles/town/*.md"
watch = false
authors = ["Ann Lee"]
[[source]]
name = "sport"
files = "articles/sport/*.md"
watch = false
[[source]]
name = "podcast"
feed = "{podcast}feed"
[[feed]]
name = "town"
description = "{description}"
sources = ["inbox", "podcast"]
[[feed]]
name = "sport"
sources = ["sport"]
"""

_PODCAST = """\
<feed xmlns="http://www.w3.org/2005/Atom">
<id>tag:podcast.example.org,2026:feed</id><title>Pod &amp; Cast</title>
<updated>2026-05-01T12:00:00Z</updated>
<link href="https://podcast.example.org/"/>
<entry><id>tag:podcast.example.org,2026:1</id><title>The harbour at night</title>
<updated>2026-05-01T11:00:00Z</updated><published>2026-05-01T11:00:00Z</published>
<link href="https://podcast.example.org/küste/größe?a=1&amp;b=ü"/>
<link rel="enclosure" href="https://podcast.example.org/1.mp3" type="audio/mpeg" length="123456"/>
<author><name>Zoë O’Hara</name></author><author><name>李明</name></author>
<content type="html">&lt;p&gt;An hour at the &lt;em&gt;quay&lt;/em&gt;, taped.&lt;/p&gt;</content>
</entry>
<entry><id>tag:podcast.example.org,2026:2</id><title/>
<updated>2026-05-01T12:00:00Z</updated><published>2026-05-01T12:00:00Z</published>
<link href="https://podcast.example.org/2"/>
<author><name>Zoë O’Hara</name></author>
<content type="html">&lt;p&gt;A note that nobody gave a title.&lt;/p&gt;</content></entry>
</feed>
"""
_IMAGE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>'

START = datetime(2026, 5, 1, tzinfo=UTC)

OPEN = "<i> &amp; 5 < 6 & “q” 'r' \"s\" 😀"
CLOSED = '<b>Bold</b> &amp; "it\'s"'
"""A title that is taken for HTML however it is spelt, for it holds an end tag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """An entry as its readers must see it."""

    title: str
    link: str
    date: datetime
    authors: tuple[str, ...] = ("Ann Lee",)
    content: str = ""
    summary: str = ""
    enclosure: str = ""


@dataclass(slots=True)
class Site:
    """The site: what it holds is in `expected`, the newest last."""

    folder: Path
    url: str
    port: int
    podcast: str
    expected: list[Expected] = field(default_factory=list)
    _room: Newsroom = field(init=False)
    _written: int = 0

    def __post_init__(self) -> None:
        self._room = Newsroom(self.folder)
        self.configure("Harbour News", "What the town does.")
        self._room.write("town/chart.svg", _IMAGE)
        for minute, title in enumerate((OPEN, CLOSED, "مرحبا (5 < 6)")):
            self.write(f"title-{minute}", minute, title=title)
        self.write("several", 3, authors=("Ann Lee", "Bo"))
        self.write("told", 4, summary="Tea & 5 < 6")
        image = f'src="{self.url}articles/grosse/chart.svg"'
        self.write("größe", 5, more="![A chart](chart.svg)", content=image)
        self.write("corrected", 6)
        self.write("rewritten", 7)
        self.write("sport", 8, folder="sport")
        self.expected += [
            Expected(
                title="The harbour at night",
                link="https://podcast.example.org/k%C3%BCste/gr%C3%B6%C3%9Fe?a=1&b=%C3%BC",
                date=START + timedelta(hours=11),
                authors=("Zoë O’Hara", "李明"),
                content="<p>An hour at the <em>quay</em>, taped.</p>",
                enclosure="https://podcast.example.org/1.mp3",
            ),
            Expected(
                title="A note that nobody gave a title.",  # of its first words
                link="https://podcast.example.org/2",
                date=START + timedelta(hours=12),
                authors=("Zoë O’Hara",),
                content="<p>A note that nobody gave a title.</p>",
            ),
        ]

    def write(
        self,
        name: str,
        minute: int,
        *,
        folder: str = "town",
        title: str = "",
        authors: tuple[str, ...] = (),
        summary: str = "",
        more: str = "",
        content: str = "",
    ) -> None:
        """Save an article, and expect it if it is the first time and of the town."""
        quoted = (title := title or f"Report {minute}").replace("'", "''")
        words = " ".join(f"w{minute}x{i}" for i in range(40))
        date = START + timedelta(minutes=minute)
        head = [f"title: '{quoted}'", f"date: {date:%Y-%m-%dT%H:%M:%SZ}"]
        head += [f"authors: [{', '.join(authors)}]"] * bool(authors)
        head += [f"summary: '{summary}'"] * bool(summary)
        path = self._room.folder / "articles" / folder / f"{name}.md"
        if folder == "town" and not path.exists():
            slug = name.replace("ö", "o").replace("ß", "ss")
            self.expected.append(
                Expected(
                    title=title,
                    link=f"{self.url}articles/{slug}/",
                    date=date,
                    authors=authors or ("Ann Lee",),
                    content=content or f"<em>harbour</em> &amp; its <b>w{minute}x0 ",
                    summary=summary,
                )
            )
        body = f"The *harbour* & its <b>{words}</b> at 5 < 6.\n\n{more}"
        self._written += 1
        self._room.write(
            f"{folder}/{name}.md",
            "\n".join(("---", *head, "---", body)),
            at=START + timedelta(seconds=self._written),
        )

    def configure(self, title: str, description: str) -> None:
        text = _CONFIG.format(
            title=title,
            url=self.url,
            port=self.port,
            podcast=self.podcast,
            description=description,
        )
        self._room.configure(text)

    def reload(self, daemon: Running) -> None:
        """Have the daemon take up the configuration, and wait until it has published by it."""
        published = "feed published feed=town"
        before = daemon.said().count(published)
        daemon.process.send_signal(signal.SIGHUP)
        wait_for(lambda: daemon.said().count(published) > before, daemon)

    def refresh(self, daemon: Running, *names: str) -> None:
        """Have the daemon read sources and publish, and wait for the end of that."""
        self._room.rest()
        with open_data(load(self._room.folder / "broadsheet.toml", {})) as store:
            with store.write() as tx:
                asked = requests.ask(tx, list(names), datetime.now(UTC))

            def done() -> bool:
                with store.read() as tx:
                    request = requests.look(tx, asked)
                return bool(request and request.done and request.runs)

            wait_for(done, daemon)


def wait_for(done: Callable[[], bool], daemon: Running) -> None:
    until = time.monotonic() + 30
    while not done():
        assert time.monotonic() < until, daemon.said()
        time.sleep(0.02)


class _Quiet(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class Podcast(_Quiet):
    """The upstream feed, and nothing else."""

    def do_GET(self) -> None:
        found = urlsplit(self.path).path == "/feed"
        body = _PODCAST.encode() if found else b""
        self.send_response_only(200 if found else 404)
        self.send_header("Content-Type", "application/atom+xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def proxy(port: int, statuses: list[int]) -> type[BaseHTTPRequestHandler]:
    """Passes requests on to `port` and notes the status of each answer."""

    class Proxy(_Quiet):
        def do_GET(self) -> None:
            connection = HTTPConnection("127.0.0.1", port, timeout=10)
            headers = {k: v for k, v in self.headers.items() if k.lower() != "connection"}
            connection.request("GET", self.path, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            statuses.append(answer.status)
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in {"connection", "transfer-encoding"}:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Proxy


@contextmanager
def served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """A server on loopback, by its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
