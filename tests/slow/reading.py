"""A reader that polls without rest and trusts nothing: every answer must be whole and no older."""

import gzip
import re
import socket
import threading
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException

import brotli
from lxml import etree

_NUMBER = re.compile(r"Report (\d+),")
_ATOM = "{http://www.w3.org/2005/Atom}"


def free_port() -> int:
    """A port nobody listens at now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


class PollingReader(threading.Thread):
    """Polls both formats, plain and compressed, until `finish`. `faults` is what was wrong."""

    def __init__(self, port: int) -> None:
        super().__init__(name="reader", daemon=True)
        self.faults: list[str] = []
        self.answers = 0
        self.editions: dict[str, list[str]] = {"/all.rss": [], "/all.atom": []}
        self._port = port
        self._ended = threading.Event()
        self._modified: dict[str, float] = {}
        self._newest: dict[str, int] = {}
        self._bodies: dict[str, bytes] = {}

    def run(self) -> None:
        while not self._ended.wait(0.01):
            for path in self.editions:
                for coding in ("identity", "gzip", "br"):
                    try:
                        self._poll(path, coding)
                    except (OSError, HTTPException):
                        self._ended.wait(0.05)  # the server itself was killed or is not yet there
                    except Exception as error:  # noqa: BLE001 - told by the test
                        self.faults.append(f"{path}: {type(error).__name__}: {error}")

    def finish(self) -> None:
        """End, and fail with the first faults if there were any."""
        self._ended.set()
        self.join(10)
        assert not self.faults, self.faults[:5]
        assert self.answers > 0

    def _poll(self, path: str, coding: str) -> None:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=5)
        try:
            connection.request("GET", path, headers={"Accept-Encoding": coding})
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        if answer.status == 404 and not self.editions[path]:
            return  # nothing is published yet
        assert answer.status == 200, answer.status
        unpack = {"gzip": gzip.decompress, "br": brotli.decompress, None: bytes}
        self._judge(
            path,
            unpack[answer.headers["Content-Encoding"]](body),
            answer.headers["ETag"],
            parsedate_to_datetime(answer.headers["Last-Modified"]).timestamp(),
        )
        self.answers += 1

    def _judge(self, path: str, body: bytes, etag: str, modified: float) -> None:
        tree = etree.fromstring(body)
        entries = tree.findall(f"{_ATOM}entry") or tree.findall("channel/item")
        ids = [e.findtext(f"{_ATOM}id") or e.findtext("guid") for e in entries]
        titles = [e.findtext(f"{_ATOM}title") or e.findtext("title") or "" for e in entries]
        newest = max((int(n) for t in titles for n in _NUMBER.findall(t)), default=0)
        assert len(set(ids)) == len(ids), "an entry twice"
        assert self._bodies.setdefault(etag, body) == body, "two bodies of one ETag"
        seen = self.editions[path]
        assert not seen or etag == seen[-1] or etag not in seen, "an edition that was replaced"
        assert newest >= self._newest.get(path, 0), "an older edition"
        assert modified >= self._modified.get(path, 0), "Last-Modified went back"
        if not seen or seen[-1] != etag:
            seen.append(etag)
        self._newest[path], self._modified[path] = newest, modified
