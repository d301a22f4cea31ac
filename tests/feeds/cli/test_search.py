import json
from pathlib import Path

import pytest

from tests.feeds.cli.commands import LEAST, broadsheet, cells, documented_json, newsroom
from tests.newsroom import Newsroom, a_text


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    room = newsroom(tmp_path)
    for day, title in enumerate(("A bridge", "A ship", "The harbour"), 1):
        head = f"---\ndate: 2026-05-0{day}\ntags: [{title.split()[1]}]\n---\n"
        room.write(f"{day}.md", head + a_text(f"# {title}", title))
    room.refresh()
    return room


def test_a_table_of_what_matches_the_newest_first(room: Newsroom) -> None:
    done = broadsheet(room.folder, "search", "NOT tag:ship")
    assert (done.exit_code, done.stderr) == (0, "")
    assert cells(done, 0) == ["published", "source", "id", "title"]
    assert cells(done, 1)[:2] == ["2026-05-03", "inbox"]
    assert [line.rpartition("  ")[2] for line in done.stdout.splitlines()[1:]] == [
        "The harbour",
        "A bridge",
    ]
    assert broadsheet(room.folder, "show", cells(done, 1)[2]).exit_code == 0


def test_words_need_no_quotes(room: Newsroom) -> None:
    assert "A ship" in broadsheet(room.folder, "search", "ship", "council").stdout
    assert broadsheet(room.folder, "search", "ship", "bridge").stdout == "No article matches.\n"


def test_there_may_be_more(room: Newsroom) -> None:
    done = broadsheet(room.folder, "search", "council", "--limit", "2")
    assert len(done.stdout.splitlines()) == 3
    assert done.stderr == "… and more; --limit 20 shows them\n"


def test_json_is_for_scripts(room: Newsroom) -> None:
    found = json.loads(broadsheet(room.folder, "search", "--json", "--limit=1", "council").stdout)
    assert found["more"] is True
    (article,) = found["articles"]
    assert (article["title"], article["tags"], article["url"]) == ("The harbour", ["harbour"], None)
    assert {"articles", "more"} <= documented_json("search")


def test_what_cannot_be_read_is_shown_with_its_place(room: Newsroom) -> None:
    done = broadsheet(room.folder, "search", "tag:ship AND sorce:inbox")
    assert done.exit_code == 2
    assert done.stderr.splitlines() == [
        "the query cannot be read: there is no field `sorce`; did you mean `source`?",
        "    tag:ship AND sorce:inbox",
        "                 ^^^^^",
    ]
    assert "did you mean `inbox`" in broadsheet(room.folder, "search", "source:inbx").stderr


def test_check_tells_the_place_of_what_is_wrong_with_a_rule(tmp_path: Path) -> None:
    rule = '[[feed]]\nname = "all"\nwhere = "tag:a AND wrods>3"\n'
    rule += 'filters = [\n{ image = true },\n{ exclude = "(tag:b" },\n]\n'
    (tmp_path / "broadsheet.toml").write_text(LEAST + rule)
    done = broadsheet(tmp_path, "check")
    assert done.exit_code == 2
    assert done.stderr.splitlines()[:3] == [
        f"{tmp_path}/broadsheet.toml:9: feed[1].where: there is no field `wrods`; "
        "did you mean `words`?",
        "    tag:a AND wrods>3",
        "              ^^^^^",
    ]
    where = "broadsheet.toml:12: feed[1].filters[2].exclude: this parenthesis is not closed"
    assert where in done.stderr
