"""A folder as a source: what is listed, what is said of the rest, and when a file is read."""

import os
import shutil
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ingest.article import Validators
from ingest.errors import ReadError, SourceError, VanishedError
from ingest.sources import Listing, Seen
from ingest.sources.files import FilesSource
from ingest.sources.folder import Folder

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def a_source(folder: Path, pattern: str = "in/**/*.md", **over: Any) -> FilesSource:
    values: dict[str, Any] = {"max_items": 100, "max_bytes": 1000, "settle": 0.2}
    excluded = (folder / "public", folder / "data")
    return FilesSource(Folder(pattern, folder=folder, excluded=excluded), **values | over)


def put(path: Path, body: bytes = b"text") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path


def origins(listing: Listing) -> list[str]:
    return [found.origin for found in listing.found]


def test_files_are_listed_by_path_hidden_ones_left_out(tmp_path: Path) -> None:
    names = ("b.md", "a/z.md", "a.md", "a b/ü.md", ".hidden.md", ".git/x.md", "a/.x.md", "c.txt")
    for name in names:
        put(tmp_path / "in" / name)
    listing = a_source(tmp_path).listing({})
    assert origins(listing) == ["a/z.md", "a b/ü.md", "a.md", "b.md"]
    assert (listing.complete, listing.troubles) == (True, ())


def test_a_root_that_is_a_link_to_itself_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "in").symlink_to("in")
    with pytest.raises(SourceError, match="cannot be read"):
        a_source(tmp_path).listing({})


def test_backups_of_editors_are_left_out(tmp_path: Path) -> None:
    for name in ("a.md", "a.md~", "#a.md#", "#1.md", "a~b.md", "4913"):
        put(tmp_path / "in" / name)
    assert origins(a_source(tmp_path, "in/*").listing({})) == ["#1.md", "4913", "a.md", "a~b.md"]


def test_folders_in_which_nothing_can_match_are_not_entered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("in/a.md", "in/huge/b.md", "in/2026/05/c.md", "in/2026/huge/06/d.md"):
        put(tmp_path / name)
    real, entered = os.scandir, []

    def scandir(path: Any) -> Any:
        entered.append(os.path.relpath(path, tmp_path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert origins(a_source(tmp_path, "in/*.md").listing({})) == ["a.md"]
    assert entered == ["in"]
    found = origins(a_source(tmp_path, "in/[0-9]*/[0-9]*/*.md").listing({}))
    assert found == ["2026/05/c.md"]
    assert sorted(entered[1:]) == ["in", "in/2026", "in/2026/05"]


def test_endings_and_one_level_only(tmp_path: Path) -> None:
    for name in ("a.md", "b.txt", "c.html", "d/e.md"):
        put(tmp_path / "in" / name)
    assert origins(a_source(tmp_path, "in/*.{md,txt}").listing({})) == ["a.md", "b.txt"]


def test_a_file_of_the_same_size_and_time_is_unchanged(tmp_path: Path) -> None:
    path = put(tmp_path / "in/a.md")
    facts = path.stat()
    same = Seen(size=4, modified_ns=facts.st_mtime_ns, fetched_at=NOW)
    other = Seen(size=4, modified_ns=facts.st_mtime_ns + 1, fetched_at=NOW)
    source = a_source(tmp_path)
    assert [f.unchanged for f in source.listing({"a.md": same}).found] == [True]
    assert [f.unchanged for f in source.listing({"a.md": other}).found] == [False]


def test_our_own_output_and_data_are_never_read(tmp_path: Path) -> None:
    for name in ("public/articles/a/index.html", "data/editions/x.html", "mine.html"):
        put(tmp_path / name)
    assert origins(a_source(tmp_path, "**/*.html").listing({})) == ["mine.html"]


def test_links_are_followed_inside_the_folder_only(tmp_path: Path) -> None:
    put(tmp_path / "secret/key.md")
    put(tmp_path / "in/real/a.md")
    links = {
        "inside.md": "real/a.md",
        "outside.md": "../secret/key.md",
        "folder": "../secret",
        "same": "real",
        "broken.md": "nowhere.md",
        "circle.md": "circle.md",
    }
    for name, target in links.items():
        (tmp_path / "in" / name).symlink_to(target)
    listing = a_source(tmp_path).listing({})
    assert origins(listing) == ["inside.md", "real/a.md"]
    assert {origin: why.partition(";")[0] for origin, why in listing.troubles} == {
        "outside.md": "is a link that leads out of the folder",
        "folder": "is a link that leads out of the folder",
        "broken.md": "is a link to nothing",
        "circle.md": "is a link to nothing",
    }
    assert listing.complete


def test_what_is_no_file_is_said_and_not_waited_for(tmp_path: Path) -> None:
    put(tmp_path / "in/a.md")
    os.mkfifo(tmp_path / "in/pipe.md")
    listing = a_source(tmp_path).listing({})
    assert origins(listing) == ["a.md"]
    assert listing.troubles == (("pipe.md", "is not a regular file"),)


def test_names_that_are_not_utf8_are_said_also_of_folders(tmp_path: Path) -> None:
    put(tmp_path / "in/a.md")
    for raw in (b"in/caf\xe9.md", b"in/d\xe9/b.md"):
        put(Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + raw)))
    listing = a_source(tmp_path).listing({})
    assert origins(listing) == ["a.md"]
    assert sorted(listing.troubles) == [
        ("caf\\udce9.md", "its name is not UTF-8; rename it"),
        ("d\\udce9", "its name is not UTF-8; rename it"),
    ]


def test_a_name_is_known_in_nfc_and_read_however_it_is_encoded(tmp_path: Path) -> None:
    composed, apart = (unicodedata.normalize(form, "Brücke.md") for form in ("NFC", "NFD"))
    put(tmp_path / "in" / apart, b"apart")
    source = a_source(tmp_path)
    assert origins(source.listing({})) == [composed]
    assert source.read(composed, Validators(), NOW).body == b"apart"
    put(tmp_path / "in" / composed, b"composed")
    listing = source.listing({})
    assert origins(listing) == [composed]
    assert listing.troubles == ((composed, "two files differ only in how their name is encoded"),)


def test_too_many_files_are_read_in_part_and_nothing_is_taken_for_gone(tmp_path: Path) -> None:
    for number in range(5):
        put(tmp_path / f"in/{number}.md")
    listing = a_source(tmp_path, max_items=3).listing({})
    assert origins(listing) == ["0.md", "1.md", "2.md"]
    assert not listing.complete
    assert listing.troubles == (("", "5 files; only the first 3 are read (max_items)"),)


def test_a_folder_that_cannot_be_read_makes_the_listing_incomplete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "in/a.md")
    put(tmp_path / "in/locked/b.md")
    real = os.scandir

    def scandir(path: Any) -> Any:  # root may read everything, so the refusal is injected
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    listing = a_source(tmp_path).listing({})
    assert origins(listing) == ["a.md"]
    assert not listing.complete
    assert listing.troubles[0][1] == "cannot be read: permission denied"


@pytest.mark.parametrize("root", ["nowhere", "file"])
def test_a_root_that_is_no_folder_is_an_error_of_the_source(tmp_path: Path, root: str) -> None:
    put(tmp_path / "file")
    with pytest.raises(SourceError, match=r"cannot be read: n.*[a-z]$"):
        a_source(tmp_path, f"{root}/*.md").listing({})


def test_a_file_that_is_too_large_or_gone_is_an_error_of_its_own(tmp_path: Path) -> None:
    put(tmp_path / "in/big.md", b"x" * 1001)
    put(tmp_path / "in/fits.md", b"x" * 1000)
    gone = put(tmp_path / "in/gone.md")
    source = a_source(tmp_path)
    source.listing({})
    gone.unlink()
    with pytest.raises(ReadError, match=r"the limit is 0\.001 MB \(max_bytes\)") as caught:
        source.read("big.md", Validators(), NOW)
    assert caught.value.origin == "big.md"
    with pytest.raises(VanishedError, match="no such file"):
        source.read("gone.md", Validators(), NOW)
    document = source.read("fits.md", Validators(), NOW)
    assert (len(document.body), document.media_type) == (1000, "text/markdown")
    assert document.modified_at == datetime.fromtimestamp(1_700_000_000, UTC)


@contextmanager
def writing(path: Path, pieces: int, pause: float) -> Iterator[None]:
    """Somebody who writes a file piece by piece in place."""
    began = threading.Event()

    def write() -> None:
        with path.open("wb") as file:
            for _ in range(pieces):
                file.write(b"piece\n")
                file.flush()
                began.set()
                time.sleep(pause)

    writer = threading.Thread(target=write)
    writer.start()
    assert began.wait(10)
    try:
        yield
    finally:
        writer.join()


def test_a_file_being_written_is_read_whole_once_it_is_at_rest(tmp_path: Path) -> None:
    path = put(tmp_path / "in/a.md")
    source = a_source(tmp_path, settle=0.3)
    source.listing({})
    with writing(path, pieces=10, pause=0.03):
        document = source.read("a.md", Validators(), NOW)
    assert document.body == b"piece\n" * 10
    assert document.modified_ns == path.stat().st_mtime_ns


def test_a_file_that_is_written_all_the_time_is_left_for_later(tmp_path: Path) -> None:
    path = put(tmp_path / "in/a.md")
    source = a_source(tmp_path, settle=0.05)
    source.listing({})
    with (
        writing(path, pieces=60, pause=0.01),
        pytest.raises(ReadError, match="being written all the time; it will be read later"),
    ):
        source.read("a.md", Validators(), NOW)


def seen(*names: str) -> dict[str, Seen]:
    return {name: Seen(size=0, modified_ns=0, fetched_at=NOW) for name in names}


@contextmanager
def meanwhile(*steps: Callable[[], object], pause: float) -> Iterator[None]:
    """Somebody who does one step after the other, the first of them now."""
    steps[0]()

    def work() -> None:
        for step in steps[1:]:
            time.sleep(pause)
            step()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        worker.join()


def test_a_file_that_is_deleted_and_written_again_is_not_missed(tmp_path: Path) -> None:
    path = put(tmp_path / "in/a/b.md")
    source = a_source(tmp_path, settle=0.4)
    with meanwhile(lambda: shutil.rmtree(path.parent), lambda: put(path, b"other"), pause=0.1):
        listing = source.listing(seen("a/b.md"))
    assert (origins(listing), listing.complete) == (["a/b.md"], True)


def test_files_that_move_while_we_look_are_found_where_they_came_to_rest(tmp_path: Path) -> None:
    """Half of a checkout: what is deleted first is written elsewhere later."""
    names = [f"old/{number}.md" for number in range(5)]
    for name in names:
        put(tmp_path / "in" / name)

    def move(name: str) -> None:
        put(tmp_path / "in/new" / name.partition("/")[2])

    steps = [partial(move, name) for name in names]
    source = a_source(tmp_path, settle=0.4)
    with meanwhile(lambda: shutil.rmtree(tmp_path / "in/old"), *steps, pause=0.1):
        listing = source.listing(seen(*names))
    assert origins(listing) == [f"new/{number}.md" for number in range(5)]
    assert listing.complete


def test_what_is_missing_from_a_folder_long_at_rest_is_missed_at_once(tmp_path: Path) -> None:
    put(tmp_path / "in/a.md")
    os.utime(tmp_path / "in", (1_700_000_000, 1_700_000_000))
    began = time.monotonic()
    listing = a_source(tmp_path, settle=60).listing(seen("a.md", "b.md"))
    assert time.monotonic() - began < 30
    assert (origins(listing), listing.complete) == (["a.md"], True)


def test_nothing_missing_needs_no_rest(tmp_path: Path) -> None:
    put(tmp_path / "in/a.md")
    began = time.monotonic()
    a_source(tmp_path, settle=60).listing(seen("a.md"))
    assert time.monotonic() - began < 30


def test_a_folder_without_rest_is_not_listed_completely(tmp_path: Path) -> None:
    put(tmp_path / "in/a.md")
    steps = [lambda: put(tmp_path / "in/c.txt"), lambda: (tmp_path / "in/c.txt").unlink()] * 20
    source = a_source(tmp_path, settle=0.1)
    with meanwhile(*steps, pause=0.03):
        listing = source.listing(seen("a.md", "b.md"))
    assert (origins(listing), listing.complete) == (["a.md"], False)


def test_a_clock_that_is_behind_the_folder_waits_for_nothing(tmp_path: Path) -> None:
    put(tmp_path / "in/a.md")
    os.utime(tmp_path / "in", (time.time() + 3600, time.time() + 3600))
    began = time.monotonic()
    assert a_source(tmp_path, settle=60).listing(seen("b.md")).complete
    assert time.monotonic() - began < 30


def test_a_file_long_at_rest_is_read_at_once(tmp_path: Path) -> None:
    put(tmp_path / "in/a.md")
    source = a_source(tmp_path, settle=60)
    source.listing({})
    began = time.monotonic()
    source.read("a.md", Validators(), NOW)
    assert time.monotonic() - began < 30
