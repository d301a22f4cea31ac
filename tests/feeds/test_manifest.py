"""Manifests: what was written is read back, and nothing else is taken for one."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.manifest import (
    MAX_BYTES,
    FileRecord,
    Manifest,
    ManifestError,
    dumps,
    loads,
    read_manifest,
)

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def record(path: object = "all.rss", **changes: object) -> FileRecord:
    values: dict[str, object] = {
        "path": path,
        "media_type": "application/rss+xml",
        "digest": "0a" * 32,
        "size": 12,
        "changed_at": NOON,
    }
    return FileRecord(**values | changes)  # type: ignore[arg-type]


def test_a_manifest_survives_writing_and_reading() -> None:
    links = (("https://example.org/all.rss", "self"), ("https://example.org/", "alternate"))
    files = (record("all.rss", links=links), record("räume/all.atom"))
    manifest = Manifest(feed="all", files=files)
    assert loads(dumps(manifest)) == manifest


def test_the_same_manifest_gives_the_same_bytes() -> None:
    once = dumps(Manifest(feed="all", files=(record(),)))
    assert once == dumps(Manifest(feed="all", files=(record(),)))
    assert json.loads(once)["files"][0]["changed_at"] == "2026-05-01T12:00:00Z"


@pytest.mark.parametrize(
    "path", ["", "/etc/passwd", "../all.rss", "a//b", "a/./b", ".hidden", "a/", "a\\b", "a\0b"]
)
def test_a_path_that_leaves_the_output_folder_or_hides_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="not one below the output"):
        record(path)


@pytest.mark.parametrize(
    "changes",
    [
        {"digest": "abc"},
        {"digest": "0A" * 32},
        {"links": (("https://example.org/\r\nx: y", "self"),)},
        {"links": (("https://example.org/>", "self"),)},
        {"links": (("https://example.org/ä", "self"),)},
        {"links": (("javascript:x", "self"),)},
        {"links": (("https://example.org/", 'self"'),)},
        {"size": -1},
        {"size": True},
        {"media_type": "text/html\r\nx: y"},
        {"changed_at": NOON.replace(microsecond=1)},
        {"changed_at": NOON.replace(tzinfo=None)},
        {"changed_at": NOON.astimezone(timezone(timedelta(hours=2)))},
    ],
)
def test_a_malformed_record_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"is not an? "):
        record(**changes)


@given(st.binary(max_size=200) | st.recursive(st.none() | st.text(max_size=5) | st.integers(),
       lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
           ["feed", "files", "path", "size"]), inner, max_size=4), max_leaves=8)
       .map(lambda value: json.dumps(value).encode()))  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_no_bytes_break_the_reading(data: bytes) -> None:
    try:
        manifest = loads(data)
    except ManifestError:
        return
    assert manifest.feed


def test_a_missing_part_is_refused() -> None:
    value = json.loads(dumps(Manifest(feed="all", files=(record(),))))
    for name in set(value["files"][0]) - {"links"}:  # manifests from before there were any
        broken = json.loads(json.dumps(value))
        del broken["files"][0][name]
        with pytest.raises(ManifestError, match=name):
            loads(json.dumps(broken).encode())


def test_links_come_back_and_what_could_not_stand_in_a_header_is_refused() -> None:
    links = (("https://hub.example/", "hub"), ("https://example.org/all.rss", "self"))
    manifest = Manifest(feed="all", files=(record(links=links),))
    assert loads(dumps(manifest)) == manifest
    for url, relation in (
        ("https://hub.example/>; rel=self", "hub"),
        ("https://hub.example/\r\nX: y", "hub"),
        ("/relative", "hub"),
        ("https://hub.example/", 'hub"'),
    ):
        with pytest.raises(ValueError, match="an address and a relation"):
            record(links=((url, relation),))


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(ManifestError, match="nested"):
        loads(b"[" * 200_000)


def test_a_broken_manifest_is_reported_by_its_name(tmp_path: Path) -> None:
    good = Manifest(feed="b", files=(record(),))
    (tmp_path / "a.json").write_bytes(b"{")
    (tmp_path / "b.json").write_bytes(dumps(good))
    (tmp_path / "c.json").write_bytes(b" " * (MAX_BYTES + 1))
    (tmp_path / "d.json").mkdir()
    assert read_manifest(tmp_path / "b.json") == good
    for name in ("a.json", "c.json", "d.json"):
        with pytest.raises(ManifestError, match=rf"^{name}: "):
            read_manifest(tmp_path / name)
    with pytest.raises(ManifestError, match=r"^all\.json: No such file"):
        read_manifest(tmp_path / "nowhere" / "all.json")
