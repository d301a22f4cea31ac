"""A published folder with a server on it, for the tests of both."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path

from feeds.codings import CODINGS
from feeds.manifest import FileRecord, Manifest, dumps
from feeds.server import Limits, Server, create_app

OLD = datetime(2026, 5, 1, 12, tzinfo=UTC)
NEW = datetime(2026, 5, 2, 12, tzinfo=UTC)
RSS = b'<?xml version="1.0"?><rss version="2.0">' + b"old news " * 200 + b"</rss>"
ATOM = b'<?xml version="1.0"?><feed>' + b"old news " * 200 + b"</feed>"
TYPES = {
    ".rss": "application/rss+xml",
    ".atom": "application/atom+xml",
    ".json": "application/feed+json",
}
HOME = "https://example.org/"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: HTTPMessage
    body: bytes


@dataclass
class Site:
    """A published folder with a server on it."""

    output: Path
    manifests: Path
    port: int = 0
    seconds: int = 900

    def get(self, path: str, method: str = "GET", **headers: str) -> Reply:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=5)) as connection:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, headers={"accept-encoding": "identity", **named})
            response = connection.getresponse()
            return Reply(response.status, response.headers, response.read())

    def write(self, name: str, data: bytes) -> Path:
        """Put a file in place the way publishing does."""
        path = self.output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return renamed(path, data)

    def publish(self, files: dict[str, bytes], when: datetime, feed: str = "all") -> None:
        for name, data in files.items():
            for coding in CODINGS:
                self.write(f"{name}{coding.suffix}", coding.pack(data))
        for name, data in files.items():
            self.write(name, data)
        self.name(files, when, feed)

    def name(self, files: dict[str, bytes], when: datetime, feed: str = "all") -> None:
        """Write the manifest alone."""
        records = tuple(
            FileRecord(
                path=name,
                media_type=TYPES[Path(name).suffix],
                digest=sha256(data).hexdigest(),
                size=len(data),
                changed_at=when,
                links=((f"{HOME}{name}", "self"), (HOME, "alternate")),
            )
            for name, data in files.items()
        )
        renamed(self.manifests / f"{feed}.json", dumps(Manifest(feed=feed, files=records)))


def renamed(path: Path, data: bytes) -> Path:
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(data)
    return beside.replace(path)


def published(folder: Path) -> Site:
    site = Site(folder / "public", folder / "data" / "editions")
    site.output.mkdir()
    site.manifests.mkdir(parents=True)
    site.publish({"all.rss": RSS, "all.atom": ATOM}, OLD)
    return site


@contextmanager
def served(folder: Path, limits: Limits | None = None) -> Iterator[Site]:
    site = published(folder)
    app = create_app(site.output, site.manifests, lambda: site.seconds, limits=limits)
    server = Server(app, "127.0.0.1", 0)
    site.port = server.start()
    yield site
    assert server.stop(5)
