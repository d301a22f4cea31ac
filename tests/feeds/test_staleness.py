"""What a publish leaves alone: feeds that no change touches are neither rendered nor written."""

from pathlib import Path

import pytest

import feeds.proof
import feeds.publish
from feeds.edition import Edition
from feeds.render import Format, Rendered, render
from tests.newsroom import Newsroom, a_text

HEAD = """\
[site]
title = "Harbour News"
url = "https://example.org/"
[[source]]
name = "inbox"
files = "articles/**/*.md"
"""


def tagged(title: str, tag: str, text: str) -> str:
    return f'---\ntitle: "{title}"\ntags: [{tag}]\n---\n{text}\n'


FERRY = "Ships crossed between both islands twice daily until yesterday evening's heavy storm."
QUAY = "Granite blocks arrived by rail, and masons laid them before spring tides returned."
PILOTS = "Union members refuse night shifts. See [the ice](later/ice.md)."


def a_room(folder: Path, feeds: int, more: str = "") -> Newsroom:
    """Two articles for the first of many feeds, and one for the second, which links to another."""
    tables = (f'[[feed]]\nname = "f{n}"\ntags = ["t{n}"]\n{more}' for n in range(feeds))
    room = Newsroom(folder, HEAD + "".join(tables))
    room.write("ferry.md", tagged("Ferry sails", "t0", FERRY))
    room.write("quay.md", tagged("Quay opens", "t0", QUAY))
    room.write("pilots.md", tagged("Strike", "t1", PILOTS))
    assert not room.refresh().failed
    room.later(hours=1)
    return room


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    return a_room(tmp_path, 9)


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the feeds that are rendered from now on, once for each format."""
    names: list[str] = []

    def counted(edition: Edition, format_: Format) -> Rendered:
        names.append(edition.name)
        return render(edition, format_)

    monkeypatch.setattr(feeds.proof, "render", counted)
    return names


def standing(room: Newsroom) -> dict[str, tuple[int, int]]:
    """Time and inode of every published file."""
    output = room.folder / "public"
    files = (path for path in output.rglob("*") if path.is_file())
    facts = {str(path.relative_to(output)): path.stat() for path in files}
    return {name: (fact.st_mtime_ns, fact.st_ino) for name, fact in facts.items()}


def written(room: Newsroom, before: dict[str, tuple[int, int]]) -> set[str]:
    """The published files that are others than `before`."""
    return {name for name, fact in standing(room).items() if before.get(name) != fact}


def test_an_article_of_one_feed_in_200_writes_the_files_of_that_feed_alone(
    tmp_path: Path, rendered: list[str]
) -> None:
    room = a_room(tmp_path, 200, 'formats = ["atom"]\n')
    rendered.clear()
    before = standing(room)
    room.write("lighthouse.md", tagged("Lighthouse", "t7", "Painters finished its white tower."))
    assert not room.refresh("inbox").failed
    assert rendered == ["f7"]
    assert written(room, before) == {
        *(
            "f7.atom",
            "f7.atom.gz",
            "f7.atom.br",
            "f7.html",
            "index.html",
            "articles/lighthouse/index.html",
        ),
        "articles/pilots/index.html",  # the one before it, which now leads on
    }
    room.publish()
    assert rendered == ["f7"]


def test_nothing_new_renders_nothing_and_tells_how_much_is_shown(
    room: Newsroom, rendered: list[str]
) -> None:
    before = standing(room)
    report = room.publish()
    assert rendered == []
    assert written(room, before) == set()
    assert [one.entries for one in report.feeds[:3]] == [2, 1, 0]


def test_a_change_of_no_feed_is_settled_once(room: Newsroom, rendered: list[str]) -> None:
    room.write("diary.md", tagged("A diary", "none", "Nothing much."))
    assert not room.refresh("inbox").failed
    room.publish()
    assert rendered == []


def test_an_edit_renders_the_feeds_that_show_the_article(
    room: Newsroom, rendered: list[str]
) -> None:
    room.write("ferry.md", tagged("Ferry stays", "t0", FERRY))
    assert not room.refresh("inbox").failed
    assert set(rendered) == {"f0"}
    assert room.titles("f0.atom") == ["Quay opens", "Ferry stays"]


def test_a_removed_article_leaves_its_feed_and_touches_no_other(
    room: Newsroom, rendered: list[str]
) -> None:
    (room.folder / "articles" / "quay.md").unlink()
    room.refresh("inbox", allow_removal=True)
    assert set(rendered) == {"f0"}
    assert room.titles("f0.atom") == ["Ferry sails"]


def test_what_links_to_a_newcomer_is_rendered_with_the_link(
    room: Newsroom, rendered: list[str]
) -> None:
    room.write("later/ice.md", tagged("Frozen", "t3", "Thermometers fell below minus thirty."))
    room.write("pilots.md", tagged("Strike ends", "t1", PILOTS))
    assert not room.refresh("inbox").failed
    assert set(rendered) == {"f1", "f3"}
    assert b"articles/later-ice/" in room.bytes("f1.json")


@pytest.mark.parametrize("gone", ["f5.rss", "f5.json"])
def test_a_file_that_is_not_there_is_made_again(
    room: Newsroom, rendered: list[str], gone: str
) -> None:
    (room.folder / "public" / gone).unlink()
    room.publish()
    assert rendered == ["f5"] * 3
    assert (room.folder / "public" / gone).is_file()


def test_what_is_above_the_limit_leaves_when_its_time_has_come(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, HEAD + '[[feed]]\nname = "all"\nlimit = 1\n')
    room.write("first.md", tagged("First", "x", a_text("First")))
    room.refresh()
    for title in ("Second", "Third"):
        room.later(hours=1)
        room.write(f"{title.lower()}.md", tagged(title, "x", a_text(title)))
        room.refresh("inbox")
    assert room.titles() == ["Third", "Second"]
    room.later(hours=100)
    room.write("first.md", tagged("First", "y", a_text("First")))  # a change that touches no entry
    room.refresh("inbox")
    assert room.titles() == ["Third"]


def test_what_entered_a_feed_that_could_not_be_written_is_in_its_next_edition(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.write("pilots.md", tagged("Strike", "t1, t0", PILOTS))  # its entry is there already

    def full(*_: object, **__: object) -> bool:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(feeds.publish, "write_with_siblings", full)
        assert [feed.error for feed in room.refresh().published.feeds if feed.name == "f0"] != [""]
    room.refresh()
    assert b"<title>Strike</title>" in room.bytes("f0.atom")


def test_an_archived_feed_beyond_its_limit_is_left_alone_while_nothing_leaves(
    tmp_path: Path, rendered: list[str]
) -> None:
    room = a_room(tmp_path, 2, "limit = 4\n")
    for number in range(3):  # five: the limit and one that waits for another
        room.write(
            f"{number}.md",
            tagged(
                f"Gate {number}",
                "t0",
                f"Gate {number} was painted {number} times by {number}7 hands.",
            ),
        )
        assert not room.refresh().failed
        room.later(days=3)
    rendered.clear()
    room.write("bell.md", tagged("Bell rings", "t1", "Bronze rang out over wet roofs at noon."))
    assert not room.refresh().failed
    assert set(rendered) == {"f1"}
