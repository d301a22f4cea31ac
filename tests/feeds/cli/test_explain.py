import json
from pathlib import Path

import pytest

from tests.feeds.cli.commands import broadsheet, cells, documented_json
from tests.ingest.enrich.test_stories import original
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
        "  yes  sources (broadsheet.toml:12): it came from inbox",
        "  yes  where (broadsheet.toml:13)",
        "       yes  tag:wind: wind",
        "        no  words>500: 22 words",
        "  yes  filters[1].exclude (broadsheet.toml:15)",
        "        no  title:sponsored: Mills",
    ]
    assert lines[7].startswith("    -  shown: number 1 since 2026-06-01")


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("Boats", "   no  where (broadsheet.toml:13): it does not match"),
        ("Sponsored boats", "   no  filters[1].exclude (broadsheet.toml:15): it does not match"),
        ("Far", "   no  sources (broadsheet.toml:12): it came from wire, and only inbox"),
        (
            "More",
            "   no  share (broadsheet.toml:16): 1 of inbox and its day",
        ),
        ("Old", "   no  left out (broadsheet.toml:18): when the feed began it showed the newest 2"),
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
    assert last == "filters[3].find (broadsheet.toml:16) changes 1 of the titles shown"


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
    maker = '[[feed]]\nname = "by"\neach = "source"\nat_least = 1\nsources = ["wire"]\n'
    room.configure(CONFIG + maker)
    room.publish()
    said = broadsheet(room.folder, "explain", "by").stderr
    assert said == "'by' makes 1 feed; name one, such as 'by-wire'\n"


PLAIN = """\
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
name = "few"
limit = 2
backlog = 1
archive = false
"""


def plain(tmp_path: Path, more: str = "") -> Newsroom:
    room = Newsroom(tmp_path, PLAIN + more)
    for folder in ("in", "wire"):
        (room.folder / "articles" / folder).mkdir()
    return room


def put(room: Newsroom, name: str, day: int, folder: str = "in", tags: str = "") -> None:
    head = f"---\ndate: 2026-05-{day:02}T08:00:00Z\ntags: [{tags}]\n---\n"
    room.write(f"{folder}/{name.lower()}.md", head + a_text(f"# {name}", name))


def last(room: Newsroom, name: str) -> str:
    return told(room, "few", name)[-1]


def test_what_the_limit_left_no_room_for(tmp_path: Path) -> None:
    room = plain(tmp_path)
    for day, name in enumerate(("One", "Two"), 1):
        put(room, name, day)
    room.refresh()
    put(room, "Three", 3)
    room.refresh()
    assert last(room, "One").startswith("   no  left (broadsheet.toml:12): it left on 2026-06-01")
    assert last(room, "One").endswith(": 2 newer ones were there, and the limit is 2")


def test_what_the_bytes_left_no_room_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("selection", "reasons"):
        monkeypatch.setattr(f"feeds.{module}.MAX_BYTES", 4_000)
    room = plain(tmp_path)
    put(room, "One", 1)
    put(room, "Two", 2)
    room.refresh()
    told = "with it and the 1 newer ones the feed would be larger than 1 MB"
    assert last(room, "One").endswith(told)


def test_what_was_passed_over(tmp_path: Path) -> None:
    rule = 'where = "NOT tag:no"\n'
    room = plain(tmp_path, rule + 'sources = ["inbox"]\n')
    put(room, "One", 1)
    put(room, "Edited", 2, tags="no")
    for day, name in enumerate(("Three", "Four"), 3):
        put(room, name, day)
        put(room, f"{name} wire", day, "wire")
    room.refresh()
    put(room, "Edited", 2)
    room.refresh()
    began = "   no  left out (broadsheet.toml:12): when the feed began it showed the newest 2"
    assert last(room, "One") == began
    assert last(room, "Edited") == (
        f"{began}; or it matches since an edit, when all that the feed showed was newer"
    )
    room.configure(PLAIN + rule)
    room.later(minutes=5)
    broadsheet(room.folder, "ingest")
    assert last(room, "Three wire") == (
        "    -  waits (broadsheet.toml:13): wire is new to the feed: its newest 1 enter at the next"
        " publish"
    )
    room.refresh()
    assert last(room, "Three wire") == (
        f"{began}; or when its source or the rule came into the feed the newest 1 entered"
    )


def test_an_embargo_tells_until_when(tmp_path: Path) -> None:
    room = plain(tmp_path, 'filters = [{ embargo = "40 weeks" }]\n')
    put(room, "One", 1)
    room.refresh()
    line = told(room, "few", "One")[2]
    assert (
        line
        == "   no  filters[1].embargo (broadsheet.toml:15): held back until 2027-02-05 08:00:00"
    )


def test_who_leads_the_story_is_named(tmp_path: Path) -> None:
    room = plain(tmp_path, 'duplicates = "first"\n')
    text = original("europa", 0)
    for folder, name in (("in", "One"), ("wire", "Two")):
        head = "---\ndate: 2026-05-20T08:00:00Z\n---\n"
        room.write(f"{folder}/{name.lower()}.md", f"{head}# {name}\n\n{text}\n")
    room.refresh()
    (shown,) = room.titles("few.atom")
    (other,) = {"One", "Two"} - {shown}
    assert last(room, other).startswith(f"   no  duplicate (broadsheet.toml:15): '{shown}' (")


def test_what_would_be_invalid_is_not_said_to_be_shown(tmp_path: Path) -> None:
    room = plain(tmp_path)
    put(room, "One", 1)
    room.refresh()
    path = room.folder / "public/few.atom"
    path.write_bytes(path.read_bytes().replace(b"urn:uuid:", b"urn:uuid:0"))
    assert "   no  invalid: it has its place" in last(room, "One")
    assert "few.atom are without it" in last(room, "One")
    assert told(room, "few", "One")[0] == "One is not in the feed 'few'."
