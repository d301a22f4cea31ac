"""How many sources a second are polled, and what looking for due ones costs.

`python -m tests.benchmarks.polls [--sources 10000] [--hosts 10000]` makes a store of so many
sources of one page each, spread over so many hosts, and lets a daemon poll them all while a server
in another process answers that nothing has changed. Every name leads to loopback. Compare what one
run prints: the seconds are those of the machine. With `--sources 500 --hosts 5` it takes minutes
and shows that each host is asked one request at a time, with a pause between.
"""

import argparse
import asyncio
import multiprocessing
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import update

from config import logs
from config.load import load
from feeds.context import Context, open_context
from feeds.daemon import Daemon
from ingest.article import Document, Draft, Validators
from ingest.fetch import Fetcher
from ingest.filing import file_batch
from ingest.store import runs, schema, sources
from ingest.tally import Tally
from ingest.workers import Prepared

ETAG = '"1"'

_HEAD = """\
[site]
title = "Many"
url = "https://example.org/"
[fetch]
allow_private = ["127.0.0.0/8"]
"""
_SOURCE = """\
[[source]]
name = "source-{n}"
urls = ["http://host-{host}.example:{port}/{n}"]
"""
_UNCHANGED = f"HTTP/1.1 304 Not Modified\r\nETag: {ETAG}\r\nConnection: close\r\n\r\n".encode()
_REFUSED = b"HTTP/1.1 500 Not conditional\r\nConnection: close\r\n\r\n"


Visit = tuple[bytes, float, float]
"""A host, when a connection for it was made, and when it was closed."""


class _Answering(asyncio.Protocol):
    """Answers each request that is conditional with 304."""

    def __init__(self, visits: list[Visit]) -> None:
        self._visits = visits
        self._request = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._began = time.monotonic()

    def data_received(self, data: bytes) -> None:
        self._request += data
        if self._request.endswith(b"\r\n\r\n"):
            conditional = f"If-None-Match: {ETAG}".encode() in self._request
            assert isinstance(self._transport, asyncio.WriteTransport)
            self._transport.write(_UNCHANGED if conditional else _REFUSED)
            self._transport.close()

    def connection_lost(self, _error: Exception | None) -> None:
        _, _, host = self._request.partition(b"Host: ")
        self._visits.append((host.partition(b":")[0], self._began, time.monotonic()))


def _serve(pipe: Connection) -> None:
    visits: list[Visit] = []

    async def until_asked() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Answering(visits), "127.0.0.1", 0, backlog=1_000)
        pipe.send(server.sockets[0].getsockname()[1])
        await asyncio.to_thread(pipe.recv)

    asyncio.run(until_asked())
    pipe.send(visits)


@contextmanager
def server() -> Iterator[tuple[int, Callable[[], list[Visit]]]]:
    """A server in a process of its own: its port, and what ends it and tells who came when."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=[there], daemon=True)
    process.start()

    def visits() -> list[Visit]:
        here.send(None)
        found: list[Visit] = here.recv()
        return found

    try:
        yield here.recv(), visits
    finally:
        process.terminate()
        process.join()


def least_pause(visits: list[Visit]) -> float:
    """The least seconds between the end of one connection to a host and the next to the same.

    Negative when there were two at once.
    """
    found = [float("inf")]
    for _, of_host in groupby(sorted(visits), key=lambda visit: visit[0]):
        found += [later[1] - earlier[2] for earlier, later in pairwise(of_host)]
    return min(found)


@contextmanager
def site(folder: Path, count: int, hosts: int, port: int, more: str = "") -> Iterator[Context]:
    """A site with `count` sources on so many hosts that have been read once, an hour ago.

    `more` is added to its options of fetching.
    """
    tables = "".join(_SOURCE.format(n=n, host=n % hosts, port=port) for n in range(count))
    (folder / "broadsheet.toml").write_text(_HEAD + more + tables)
    settings = load(folder / "broadsheet.toml", {})
    with open_context(settings) as context:
        fetcher = Fetcher(
            settings.fetch,
            contact=settings.site.url,
            version="0",
            resolve=lambda _host, _port: ("127.0.0.1",),
        )
        with fetcher:
            context = replace(context, fetcher=fetcher)
            _read_once(context, datetime.now(UTC) - timedelta(hours=1))
            yield context


def _read_once(context: Context, now: datetime) -> None:
    rules = context.task(context.names[0]).rules_digest
    with context.store.write() as tx:
        for source in context.settings.sources:
            (url,) = source.urls
            document = Document(
                origin=url,
                url=url,
                body=b"<p>A page",
                media_type="text/html",
                fetched_at=now,
                validators=Validators(etag=ETAG, url=url),
            )
            draft = Draft(origin=url, title=source.name, html="<p>A page", text="A page", url=url)
            tally = Tally(
                source=context.states[source.name].id,
                name=source.name,
                namespace=context.namespace,
                language="en",
                now=now,
                known={},
            )
            file_batch(tx, [document], [Prepared(draft=draft, terms=())], tally)
        # as after some looks that found nothing
        tx.execute(update(schema.source).values(rules=rules, settled=True, quiet=1))


def polled(context: Context) -> float:
    """Let a daemon poll every source once; the seconds it took."""
    began = time.perf_counter()
    daemon = Daemon(context)
    daemon.start()
    while _due(context):
        time.sleep(0.5)
    took = time.perf_counter() - began
    daemon.close()
    return took


def _due(context: Context) -> int:
    with context.store.read() as tx:
        return len(sources.due(tx, context.states, context.clock()))


def _look_time(context: Context) -> float:
    """The seconds it takes to find what is due."""
    began = time.perf_counter()
    for _ in range(10):
        _due(context)
    return (time.perf_counter() - began) / 10


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=int, default=10_000)
    parser.add_argument("--hosts", type=int, default=10_000)
    count, hosts = parser.parse_args().sources, parser.parse_args().hosts
    logs.configure("warning")
    with TemporaryDirectory(prefix="broadsheet-") as name, server() as (port, visits):
        began = time.perf_counter()
        with site(Path(name), count, hosts, port) as context:
            print(f"made in {time.perf_counter() - began:.1f} s")
            print(f"finding that all are due: {1000 * _look_time(context):.1f} ms")
            busy = time.process_time()
            took = polled(context)
            busy = time.process_time() - busy
            with context.store.read() as tx:
                ended = runs.last_runs(tx).values()
                wrong = [run for run in ended if (run.outcome, run.unchanged) != ("ok", 1)]
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"{count / took:.0f} polls/s: {count} in {took:.1f} s, {busy:.1f} s of processor")
            print(f"{len(wrong)} went wrong; {memory:.0f} MB at most")
            print(f"finding that none is due: {1000 * _look_time(context):.1f} ms")
            pause = least_pause(visits())
            print(f"the least pause between two requests to a host: {pause:.2f} s")


if __name__ == "__main__":
    _main()
