import json
from pathlib import Path

import pytest

from tests.feeds.cli.commands import broadsheet, cells, documented_json
from tests.newsroom import Newsroom, a_text

CONFIG = """\
[site]
title = "Harbour News"
url = "https://example.org/"
[[source]]
name = "inbox"
files = "articles/in/*.md"
[[source]]
name = "wire"
files = "articles/wire/*.md"
[[feed]]
name = "wind"
sources = ["inbox"]
where = "tag:wind OR words>500"
filters = [
    { exclude = "title:sponsored" },
    { share = 1 }, { find = "^mill", put = "Wheel" },
]
limit = 2
[[feed]]
name = "on"
each = "tag"
at_least = 1
"""


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    room = Newsroom(tmp_path, CONFIG)
    for n, (folder, title, tag) in enumerate(
        [
            ("in", "Old", "wind"),
            ("in", "Mills", "wind"),
            ("in", "Sponsored boats", "wind"),
            ("in", "Boats", "sea"),
            ("in", "Turbines", "wind"),
            ("wire", "Far", "wind"),
        ],
        1,
    ):
        head = f"---\ndate: 2026-05-{n:02}T08:00:00Z\ntags: [{tag}]\n---\n"
        room.write(f"{folder}/{title.lower()}.md", head + a_text(f"# {title}", title))
    room.write(
        "in/more.md", "---\ndate: 2026-05-05T09:00:00Z\ntags: [wind]\n---\n# More\n\nGusts.\n"
    )
    room.refresh()
    return room


def told(room: Newsroom, *args: str) -> list[str]:
    done = broadsheet(room.folder, "explain", *args)
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_what_is_in_the_feed(room: Newsroom) -> None:
    lines = told(room, "wind", "Mills")
    assert lines[0] == "Mills is in the feed 'wind'."
    assert lines[1:7] == [
        "  yes  sources (line 12): it came from inbox",
        "  yes  where (line 13)",
        "       yes  tag:wind: wind",
        "        no  words>500: 22 words",
        "  yes  filters[1].exclude (line 15)",
        "        no  title:sponsored: Mills",
    ]
    assert lines[7].startswith("    -  shown: number 1 since 2026-06-01")


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("Boats", "   no  where (line 13): it does not match"),
        ("Sponsored boats", "   no  filters[1].exclude (line 15): it does not match"),
        ("Far", "   no  sources (line 12): it came from wire, and only inbox are asked for"),
        ("More", "   no  share: 1 of inbox and its day were in the feed already"),
        ("Old", "   no  left out (line 18): left out when the feed took up its source"),
    ],
)
def test_what_is_not(room: Newsroom, title: str, line: str) -> None:
    lines = told(room, "wind", title)
    assert lines[0] == f"{title} is not in the feed 'wind'."
    assert [one for one in lines if one.startswith(line)]


def test_what_was_taken_from_view_or_left(room: Newsroom) -> None:
    broadsheet(room.folder, "hide", "Mills")
    lines = told(room, "wind", "Mills")
    assert lines[0] == "Mills is not in the feed 'wind'."
    assert lines[1].startswith("   no  hidden: hidden on ")
    (room.folder / "articles/in/turbines.md").unlink()
    room.refresh()
    assert any(one.startswith("   no  removed: ") for one in told(room, "wind", "Turbines"))


def test_what_enters_at_the_next_publish(room: Newsroom) -> None:
    room.write("in/new.md", "---\ndate: 2026-05-30\ntags: [wind]\n---\n# Newest\n\nGusts.\n")
    broadsheet(room.folder, "ingest")
    assert told(room, "wind", "Newest")[-1] == "    -  waits: it enters at the next publish"


def test_a_made_feed_is_explained_too(room: Newsroom) -> None:
    assert told(room, "on-sea", "Boats")[0] == "Boats is in the feed 'on-sea'."


def test_what_each_step_lets_through(room: Newsroom) -> None:
    done = broadsheet(room.folder, "explain", "wind")
    assert cells(done, 1) == ["sources", "12", "6", "1"]
    assert cells(done, 2) == ["where", "13", "5", "1"]
    assert cells(done, 3) == ["filters[1].exclude", "15", "4", "1"]
    assert cells(done, 4) == ["filters[2].share", "16", "3", "1"]
    last = done.stdout.splitlines()[-1]
    assert last == "filters[3].find (line 16) changes 1 of the titles shown"


def test_json_is_for_scripts(room: Newsroom) -> None:
    found = json.loads(broadsheet(room.folder, "explain", "wind", "Boats", "--json").stdout)
    assert set(found) <= documented_json("explain")
    assert found["shown"] is False
    assert [(one["name"], one["holds"], one["line"]) for one in found["reasons"]] == [
        ("sources", True, 12),
        ("where", False, 13),
        ("filters[1].exclude", True, 15),
    ]
    steps = json.loads(broadsheet(room.folder, "explain", "wind", "--json").stdout)
    assert steps["changed"] == [{"name": "filters[3].find", "line": 16, "titles": 1}]
    assert steps["steps"][0] == {"name": "sources", "line": 12, "before": 7, "after": 6}


def test_what_there_is_not(room: Newsroom) -> None:
    done = broadsheet(room.folder, "explain", "wnd")
    assert (done.exit_code, done.stderr) == (2, "there is no feed 'wnd'; did you mean 'wind'?\n")
    assert broadsheet(room.folder, "explain", "wind", "Nothing").exit_code == 2
    done = broadsheet(room.folder, "explain", "on")
    assert (done.exit_code, done.stderr) == (2, "'on' makes 2 feeds; name one, such as 'on-sea'\n")
