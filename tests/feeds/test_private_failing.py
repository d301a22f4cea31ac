"""What becomes private goes from public before anything is written: there may be no room to."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.feeds.vault import MARK, PUBLIC, SITE, traces
from tests.newsroom import Newsroom, a_text

BOARD = '[[feed]]\nname = "board"\nprivate = true\nsources = ["vault"]\n'
LATEST = '[[feed]]\nname = "latest"\nlimit = 2\n'
TELLING = f"The {MARK} ferry Nordstern sank at the Kalkberg pier in Lubmin on Monday. " * 3
OTHER = "The ferry Nordstern sank at the Kalkberg pier in Lubmin on Monday, says Anna. " * 3


@contextmanager
def full_disk() -> Iterator[None]:
    """No byte more can be written; the store has room."""

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", full)
        yield


def _room(folder: Path) -> Newsroom:
    """A room in which an article that will be private is public: in feeds, an archive, a story and
    the links of others."""
    room = Newsroom(folder, SITE + PUBLIC + LATEST + BOARD)
    room.write("vault/first.md", a_text("# The first of the vault"))
    room.write(
        f"wire/{MARK}.md", f"---\nid: one\ndate: 2026-05-01\n---\n# The {MARK}\n\n{TELLING}\n"
    )
    room.write(
        "wire/other.md",
        f"---\ndate: 2026-05-02\n---\n# A ferry\n\n{OTHER}\n\nRead [more]({MARK}.md).\n",
    )
    assert not room.refresh().failed
    for number in range(3):
        room.later(days=3)
        room.write(f"wire/n{number}.md", a_text(f"# Story {number}", f"{number} things"))
        assert not room.refresh().failed
    assert {path.split("/")[0] for path in traces(room)} >= {"articles", "archive", "all.atom"}
    room.later(hours=1)
    return room


def test_an_article_that_moves_to_a_private_folder_leaves_public_when_nothing_can_be_written(
    tmp_path: Path,
) -> None:
    room = _room(tmp_path)
    room.rest()
    (room.folder / "articles" / "wire" / f"{MARK}.md").rename(
        room.folder / "articles" / "vault" / "one.md"
    )
    for name in ("wire", "vault"):
        with full_disk(), suppress(OSError):
            room.refresh(name, allow_removal=True)
    assert traces(room) == []
    assert not room.refresh().failed
    assert traces(room) == []
    assert (room.folder / "public" / "articles" / "other" / "index.html").is_file()
    assert room.titles("latest.atom")


def test_a_source_that_becomes_private_leaves_public_when_nothing_can_be_written(
    tmp_path: Path,
) -> None:
    late = SITE + '[[source]]\nname = "late"\nfiles = "articles/late/*.md"\n' + PUBLIC + LATEST
    late += '[[feed]]\nname = "by"\neach = "tag"\nat_least = 1\n'
    room = Newsroom(tmp_path, late + BOARD)
    room.write("vault/first.md", a_text("# The first of the vault"))
    room.write("wire/before.md", a_text("# Before"))
    room.write("late/secret.md", f"---\ntags: [{MARK}]\n---\n# The {MARK}\n\n{TELLING}\n")
    room.write("wire/other.md", f"# A ferry\n\n{OTHER}\n")
    assert not room.refresh().failed
    output = room.folder / "public"
    (output / ".all.atom.new").write_bytes(room.bytes())  # of a publish that was killed
    assert {"_headers", "feeds.opml", f"by-{MARK}.atom"} <= {*traces(room)}
    room.configure(late + BOARD.replace('"vault"', '"vault", "late"'))
    with full_disk(), suppress(OSError):
        room.publish()
    assert traces(room) == []
    assert not room.publish().failed
    assert traces(room) == []
    assert (output / "articles" / "other" / "index.html").is_file()
    assert (output / "articles" / "before" / "index.html").is_file()
    assert {"_headers", "feeds.opml"} <= {path.name for path in output.iterdir()}
    assert len(room.titles()) == 2
