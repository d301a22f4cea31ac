"""The shelf after kills and with little memory: what is on disk counts."""

import asyncio
import gzip
import os
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from feeds.codings import CODINGS
from feeds.manifest import FileRecord
from feeds.server import Limits
from feeds.server.app import _Desk, _Site
from feeds.server.shelf import Copy, Shelf
from tests.feeds.server.published import NEW, OLD, RSS, published


def test_after_a_kill_and_restart_the_newer_bytes_count(tmp_path: Path) -> None:
    site = published(tmp_path)
    new = b"<rss>new</rss>"
    site.write("all.rss.gz", gzip.compress(new, mtime=0))
    path = site.write("all.rss", new)
    copy = Shelf(site.output, site.manifests).get("all.rss")
    assert isinstance(copy, Copy)
    assert copy.body == new
    assert copy.etag == f'W/"{sha256(new).hexdigest()}"'
    assert copy.modified == int(path.stat().st_mtime) > OLD.timestamp()


def test_killed_within_the_second_of_the_last_edition_the_date_still_moves(tmp_path: Path) -> None:
    site = published(tmp_path)
    os.utime(site.write("all.rss", b"<rss>new</rss>"), (OLD.timestamp(), OLD.timestamp()))
    copy = Shelf(site.output, site.manifests).get("all.rss")
    assert isinstance(copy, Copy)
    assert copy.modified == OLD.timestamp() + 1


def test_killed_after_the_siblings_plain_bytes_are_served(tmp_path: Path) -> None:
    site = published(tmp_path)
    for coding in CODINGS:
        site.write(f"all.rss{coding.suffix}", coding.pack(b"<rss>new</rss>"))
    copy = Shelf(site.output, site.manifests).get("all.rss")
    assert isinstance(copy, Copy)
    assert (copy.body, copy.packed) == (RSS, {})


def test_beyond_its_budget_the_shelf_reads_from_disk(tmp_path: Path) -> None:
    site = published(tmp_path)
    site.publish({"big.rss": b"b" * 5000}, OLD, feed="big")
    shelf = Shelf(site.output, site.manifests, budget=5500)
    held = {name: shelf.get(name) for name in ("all.rss", "all.atom", "big.rss")}
    records = [file for file in held.values() if isinstance(file, FileRecord)]
    assert [record.path for record in records] == ["big.rss"]
    assert shelf.read(records[0]).body == b"b" * 5000


def test_compressed_siblings_are_part_of_the_budget(tmp_path: Path) -> None:
    site = published(tmp_path)
    noise = os.urandom(3000)
    site.publish({"noise.rss": noise}, OLD, feed="noise")
    packed = sum(len(coding.pack(noise)) for coding in CODINGS)
    for room, held in ((len(noise) + packed, Copy), (len(noise) + packed - 1, FileRecord)):
        shelf = Shelf(site.output, site.manifests, budget=budget_before(site.output) + room)
        assert isinstance(shelf.get("noise.rss"), held)


def budget_before(output: Path) -> int:
    return sum(path.stat().st_size for path in output.glob("all.*"))


def test_all_who_ask_at_once_wait_for_one_look_and_see_what_came_before_they_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = published(tmp_path)
    shelf = Shelf(site.output, site.manifests)
    looks: list[int] = []
    refresh = shelf.refresh

    def slowly() -> None:
        looks.append(len(looks))
        refresh()
        while len(looks) == 1 and not newer:  # goes on until there is something newer
            time.sleep(0.001)

    monkeypatch.setattr(shelf, "stale", lambda: True)
    monkeypatch.setattr(shelf, "refresh", slowly)
    app = _Site(_Desk(site.output, shelf, lambda: 0, Limits(0)), None)
    newer: list[bytes] = []

    async def ask() -> bytes:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {}

        scope = {"type": "http", "method": "GET", "path": "/all.rss", "headers": []}
        await app(scope, receive, send)
        body: bytes = sent[-1]["body"]
        return body

    async def at_once() -> list[bytes]:
        first = asyncio.ensure_future(ask())
        while not looks:
            await asyncio.sleep(0.001)
        site.publish({"all.rss": b"<rss>new</rss>"}, NEW)
        others = [asyncio.ensure_future(ask()) for _ in range(20)]
        await asyncio.sleep(0)
        newer.append(b"")
        await first
        return await asyncio.gather(*others)

    assert asyncio.run(at_once()) == [b"<rss>new</rss>"] * 20
    assert len(looks) == 2


def test_the_smallest_sibling_is_the_first(tmp_path: Path) -> None:
    site = published(tmp_path)
    copy = Shelf(site.output, site.manifests).get("all.rss")
    assert isinstance(copy, Copy)
    assert list(copy.packed) == ["br", "gzip"]
