"""Writing whole or not at all, and what a killed process leaves behind."""

import gzip
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest

from feeds.codings import CODINGS, Coding
from feeds.files import remove_with_siblings, told, write_if_changed, write_with_siblings
from tests.costs import no_runaway
from tests.newsroom import Newsroom, a_text


def test_what_a_killed_process_left_beside_goes_with_the_next_write(tmp_path: Path) -> None:
    path = tmp_path / "page" / "index.html"
    path.parent.mkdir()
    for body in (b"old", b"new", b"new"):
        (path.parent / ".index.html.new").write_bytes(b"ne")
        write_if_changed(path, body)
        assert path.read_bytes() == body
        assert [p.name for p in path.parent.iterdir()] == ["index.html"]


def test_a_file_takes_the_time_it_is_given(tmp_path: Path) -> None:
    moment = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert write_if_changed(tmp_path / "a", b"x", modified=moment)
    assert (tmp_path / "a").stat().st_mtime == moment.timestamp()


def test_a_feed_file_has_the_time_that_its_manifest_tells(tmp_path: Path) -> None:
    room = Newsroom(tmp_path)
    for number in range(3):  # all within a second: each edition is a second younger
        room.write(f"{number}.txt", a_text(f"Report {number}"))
        room.refresh()
        manifest = json.loads((tmp_path / "data" / "editions" / "all.json").read_bytes())
        for file in manifest["files"]:
            told = datetime.fromisoformat(file["changed_at"]).timestamp()
            assert (tmp_path / "public" / file["path"]).stat().st_mtime == told


def test_an_interrupted_write_leaves_the_old_bytes_and_nothing_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "all.rss"
    write_if_changed(path, b"old")

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("os.fsync", fail)
        with pytest.raises(OSError, match="No space left") as error:
            write_if_changed(path, b"new bytes")
    assert told(error.value) == f"{path}: No space left on device"
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("all.rss", b"old")]


def test_what_is_the_same_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "a" / "all.rss"
    assert write_if_changed(path, b"same")
    before = path.stat()
    assert not write_if_changed(path, b"same")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert write_if_changed(path, b"else")


TEXT = b"<rss>" + b"news of the town, " * 200 + b"</rss>"
NAMES = {"all.rss", "all.rss.gz", "all.rss.br"}


@pytest.mark.parametrize("coding", CODINGS, ids=lambda coding: coding.name)
def test_the_same_bytes_are_compressed_to_the_same_bytes(coding: Coding) -> None:
    packed = coding.pack(TEXT)
    assert packed == coding.pack(TEXT)
    assert coding.holds(packed, TEXT)
    for other in (TEXT[:-1], TEXT + b"x", b"", b"x" + TEXT):
        assert not coding.holds(packed, other)
    for broken in (packed[:-1], packed + b"x", b"", b"\xff" * 9, TEXT):
        assert not coding.holds(broken, TEXT)
    assert coding.holds(coding.pack(b""), b"")


def test_a_gzip_holds_no_name_and_no_time() -> None:
    packed = CODINGS[0].pack(TEXT)
    assert gzip.decompress(packed) == TEXT
    assert packed[3:8] == bytes(5)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = brotli.compress(bytes(50_000_000), quality=1)
    with no_runaway():
        assert not any(coding.holds(bomb, TEXT) for coding in CODINGS)
    assert not CODINGS[1].holds(bomb, bytes(100_000))


def test_a_file_and_its_siblings_are_written_at_one_time_and_once(tmp_path: Path) -> None:
    path = tmp_path / "all.rss"
    assert write_with_siblings(path, TEXT)
    assert {p.name for p in tmp_path.iterdir()} == NAMES
    before = {p: (p.stat().st_ino, p.stat().st_mtime_ns) for p in tmp_path.iterdir()}
    assert len({modified for _, modified in before.values()}) == 1
    assert not write_with_siblings(path, TEXT)
    assert {p: (p.stat().st_ino, p.stat().st_mtime_ns) for p in tmp_path.iterdir()} == before


def test_a_sibling_stands_only_where_it_is_smaller(tmp_path: Path) -> None:
    path = tmp_path / "all.rss"
    write_with_siblings(path, TEXT)
    write_with_siblings(path, b"<rss/>")
    assert [p.name for p in tmp_path.iterdir()] == ["all.rss"]
    noise = os.urandom(500)
    write_with_siblings(path, noise)
    assert [p.name for p in tmp_path.iterdir()] == ["all.rss"]


def test_a_sibling_of_other_bytes_is_packed_again(tmp_path: Path) -> None:
    path = tmp_path / "all.rss"
    write_with_siblings(path, TEXT)
    for coding in CODINGS:
        coding.beside(path).write_bytes(coding.pack(b"of an edition that never was"))
    assert write_with_siblings(path, TEXT)
    assert all(coding.holds(coding.beside(path).read_bytes(), TEXT) for coding in CODINGS)


def test_siblings_go_with_their_file(tmp_path: Path) -> None:
    write_with_siblings(tmp_path / "all.rss", TEXT)
    write_with_siblings(tmp_path / "all.atom", TEXT)
    remove_with_siblings(tmp_path / "all.atom")
    remove_with_siblings(tmp_path / "nothing")
    assert {p.name for p in tmp_path.iterdir()} == NAMES
