"""Writing whole or not at all, and what a killed process leaves behind."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.files import compressed, write_if_changed
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
        with pytest.raises(OSError, match="No space left"):
            write_if_changed(path, b"new bytes")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("all.rss", b"old")]


def test_what_is_the_same_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "a" / "all.rss"
    assert write_if_changed(path, b"same")
    before = path.stat()
    assert not write_if_changed(path, b"same")
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert write_if_changed(path, b"else")


def test_the_same_bytes_are_compressed_to_the_same_bytes() -> None:
    packed = compressed(b"a" * 1000)
    assert packed == compressed(b"a" * 1000)
    assert gzip.decompress(packed) == b"a" * 1000
    assert packed[3:8] == bytes(5)  # no name, no time
