import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from feeds.lock import DAEMON, data_lock
from tests.feeds.cli.commands import LEAST, broadsheet, newsroom
from tests.newsroom import NOON, Newsroom, a_text

KEYS = [
    "id", "state", "hidden_at", "removed_at", "held_until", "successor", "source", "origin",
    "declared_id", "url", "address", "title", "authors", "published", "updated", "first_seen",
    "language", "image", "site_name", "section", "tags", "licence", "names", "summary",
    "key_points", "origins",
    "documents", "entry", "feeds", "related", "keys", "text", "html",
]  # fmt: skip

CRANE = (
    "---\nid: crane-1\nauthor: Ann Lee\ndate: 2026-05-01\ntags: [harbour]\nimage: pics/crane.png\n"
    "---\n" + a_text("# The harbour crane", "the harbour crane")
)


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    room = newsroom(tmp_path)
    room.write("2026/crane.md", CRANE)
    room.write("2026/pics/crane.png", b"\x89PNG\r\n\x1a\n")
    room.write("ship.txt", a_text("A ship arrives", "the harbour") + "\nNext Article\n\nA bridge\n")
    room.write("bridge.txt", a_text("A bridge", "the bridge"))
    room.refresh()
    return room


def shown(room: Newsroom, what: str) -> dict[str, object]:
    done = broadsheet(room.folder, "show", "--json", what)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert list(found) == KEYS
    assert isinstance(found, dict)
    return found


def test_an_article_is_found_by_everything_it_is_known_by(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    crane = room.ids()["The harbour crane"]
    uuid = crane.removeprefix("urn:uuid:")
    monkeypatch.chdir(room.folder / "articles")
    for what in (
        crane, uuid, uuid[:6], uuid[:10], uuid.replace("-", "")[:9].upper(), crane[:20],
        "2026/crane.md", "./2026/../2026/crane.md", str(room.folder / "articles/2026/crane.md"),
        "https://example.org/articles/2026-crane/", "http://127.0.0.1:8000/articles/2026-crane",
        str(room.folder / "public/articles/2026-crane/index.html"), "2026-crane", "crane-1",
        "The harbour crane", "the HARBOUR crane!", "bour cra",
    ):  # fmt: skip
        assert shown(room, what)["id"] == crane, what
    monkeypatch.chdir(room.folder)
    assert shown(room, "articles/2026/crane.md")["id"] == crane


def test_a_place_it_had_once_still_names_it(room: Newsroom) -> None:
    crane = room.ids()["The harbour crane"]
    (room.folder / "articles/2026/crane.md").unlink()
    room.write("moved.md", CRANE)
    room.refresh()
    assert shown(room, "2026/crane.md")["id"] == shown(room, "moved.md")["id"] == crane
    assert shown(room, "moved.md")["keys"] == [
        "id:crane-1", *sorted(f"path:{source_of(room)}:{p}" for p in ("2026/crane.md", "moved.md"))
    ]  # fmt: skip


def source_of(room: Newsroom) -> str:
    with room.open() as context:
        return context.states["inbox"].id


def test_several_are_listed_with_their_ids_and_what_to_do(room: Newsroom) -> None:
    done = broadsheet(room.folder, "show", "a")
    assert (done.exit_code, done.stdout) == (2, "")
    first, *lines = done.stderr.splitlines()
    assert first == "'a' means several articles; give the id of one:"
    ids = room.ids()
    assert {line.split()[0] for line in lines} == set(ids.values())
    assert any(line.endswith("  A bridge  (inbox: bridge.txt)") for line in lines)


def test_a_whole_title_wins_over_a_part_of_one(room: Newsroom) -> None:
    room.write("two.txt", a_text("A bridge too far", "too far"))
    room.refresh()
    assert shown(room, "a bridge")["title"] == "A bridge"
    assert broadsheet(room.folder, "show", "a bri").exit_code == 2


def test_what_names_nothing_is_told_in_a_line(room: Newsroom) -> None:
    for what in (
        "nosuch", "", "\0", "..", "\udce9", "%", "_", "0" * 40, "http://[::1", "urn:uuid:",
        "x" * 9999, "/", "https://example.org/articles/nosuch/",
    ):  # fmt: skip
        done = broadsheet(room.folder, "show", what)
        assert (done.exit_code, done.stdout) == (2, "")
        assert len(done.stderr.splitlines()) == 1
        assert "give its id or 6 digits of it" in done.stderr


def test_a_document_that_made_no_article_is_told_with_the_reason(room: Newsroom) -> None:
    room.write("empty.txt", "")
    room.refresh()
    for what in ("empty.txt", str(room.folder / "articles/empty.txt")):
        done = broadsheet(room.folder, "show", what)
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr == "no article was made of empty.txt: it is empty\n"


def test_a_text_is_cut_only_where_that_leaves_out_much(room: Newsroom) -> None:
    room.write("short.txt", f"Short\n\n{'word ' * 150}\n")
    room.write("long.txt", f"Long\n\n{'word ' * 300}\n")
    room.refresh()
    assert "more characters" not in broadsheet(room.folder, "show", "short.txt").stdout
    assert (
        "more characters; --text shows them" in broadsheet(room.folder, "show", "long.txt").stdout
    )


def test_before_anything_is_stored_there_is_no_article(tmp_path: Path) -> None:
    newsroom(tmp_path)
    assert broadsheet(tmp_path, "show", "crane").exit_code == 2


def test_json_tells_everything(room: Newsroom) -> None:
    found = shown(room, "crane-1")
    assert (found["state"], found["source"], found["origin"]) == ("shown", "inbox", "2026/crane.md")
    assert (found["authors"], found["image"]) == (["Ann Lee"], "2026/pics/crane.png")
    assert found["published"] == "2026-05-01T00:00:00+00:00"
    assert found["address"] == "https://example.org/articles/2026-crane/"
    assert found["url"] is None
    assert found["origins"] == {
        "authors": "front matter author", "declared_id": "front matter id",
        "image": "front matter image", "language": "detected", "published": "front matter date",
        "summary": "computed", "tags": "front matter tags", "text": "body",
        "title": "first heading",
    }  # fmt: skip
    [document] = found["documents"]  # type: ignore[misc]
    assert document["size"] == len(CRANE)  # type: ignore[has-type]
    assert document["origin"] == "2026/crane.md"  # type: ignore[has-type]
    assert found["entry"] == {
        "number": 1,
        "slug": "2026-crane",
        "published": "2026-05-01T00:00:00+00:00",
        "updated": "2026-05-01T00:00:00+00:00",
        "changed_since": [],
    }
    [feed] = found["feeds"]  # type: ignore[misc]
    assert (feed["feed"], feed["number"], feed["left"], feed["shown"]) == ("all", 1, None, True)  # type: ignore[has-type]


def test_for_people_each_field_has_its_origin(room: Newsroom) -> None:
    done = broadsheet(room.folder, "show", "crane-1")
    assert done.exit_code == 0
    lines = [line.strip() for line in done.stdout.splitlines()]
    for line in (
        "title  The harbour crane (first heading)",
        "state  shown",
        "authors  Ann Lee (front matter author)",
        "published  2026-05-01 00:00:00 (front matter date)",
        "image  2026/pics/crane.png (front matter image)",
        "language  en (detected)",
        "slug  2026-crane",
        "article is  the same",
        "Summary (computed)",
        "Text (body)",
    ):
        assert line in lines, line


def test_related_articles_have_their_reasons(room: Newsroom) -> None:
    found = shown(room, "ship.txt")
    assert found["names"] == [{"title": "A bridge", "url": ""}]
    bridge, crane = found["related"]  # type: ignore[misc]
    assert (bridge["title"], bridge["named"]) == ("A bridge", True)  # type: ignore[has-type]
    assert (crane["title"], crane["named"]) == ("The harbour crane", False)  # type: ignore[has-type]
    assert "harbour" in crane["terms"]  # type: ignore[has-type]
    assert 0.12 <= crane["score"] <= 1  # type: ignore[has-type]
    said = broadsheet(room.folder, "show", "ship.txt").stdout
    assert "A bridge  (named by the article)\n" in said
    assert f"The harbour crane  ({crane['score']:.2f}: " in said  # type: ignore[has-type]


def test_a_change_too_small_for_an_update_is_told(room: Newsroom) -> None:
    room.write("2026/crane.md", CRANE.replace("so soon", "soon").replace("[harbour]", "[sea]"))
    room.refresh()
    entry = shown(room, "crane-1")["entry"]
    assert entry["changed_since"] == ["summary", "tags", "text"]  # type: ignore[index]
    said = broadsheet(room.folder, "show", "crane-1").stdout
    assert "changed in summary, tags, text, too little for an update" in said


def test_states_are_told_in_words(room: Newsroom) -> None:
    room.write("draft.md", "---\ndraft: true\n---\n# A draft\n")
    room.write("held.md", "---\ndate: 2126-05-01\n---\n# Not yet\n")  # beyond ten years: a slip
    room.refresh()
    assert shown(room, "A draft")["state"] == "draft"
    assert "state  draft\n" in broadsheet(room.folder, "show", "A draft").stdout
    assert shown(room, "Not yet")["state"] == "shown"
    (room.folder / "articles/bridge.txt").unlink()
    room.refresh()
    found = shown(room, "A bridge")
    assert (found["state"], found["removed_at"] is None) == ("removed", False)
    [feed] = found["feeds"]  # type: ignore[misc]
    assert feed["shown"] is False  # type: ignore[has-type]
    said = broadsheet(room.folder, "show", "A bridge").stdout
    assert "state  removed on 20" in said
    assert ", its place is kept\n" in said
    assert "gone  20" in said
    broadsheet(room.folder, "hide", "crane-1")
    assert shown(room, "crane-1")["state"] == "hidden"
    assert "state  hidden on 20" in broadsheet(room.folder, "show", "crane-1").stdout


def test_a_held_one_and_a_replaced_one_are_told(room: Newsroom) -> None:
    soon = NOON + timedelta(days=30)
    room.write("held.md", f"---\ndate: {soon.isoformat()}\n---\n# Not yet\n")
    room.refresh()
    found = shown(room, "Not yet")
    assert (found["state"], found["held_until"]) == ("held", soon.isoformat())
    assert (found["entry"], found["feeds"]) == (None, [])
    assert (
        f"held until {soon:%Y-%m-%d %H:%M:%S}" in broadsheet(room.folder, "show", "Not yet").stdout
    )
    with sqlite3.connect(room.folder / "data/broadsheet.db") as database:
        database.execute("UPDATE article SET successor = 'urn:uuid:x' WHERE title = 'A bridge'")
    database.close()
    assert shown(room, "A bridge")["state"] == "replaced"
    said = broadsheet(room.folder, "show", "A bridge").stdout
    assert "state  replaced by a newer version, urn:uuid:x\n" in said


def test_the_text_is_short_unless_it_is_asked_for(tmp_path: Path) -> None:
    room = newsroom(tmp_path)
    room.write("a.md", "# Long\n\n" + "word " * 500 + "*end*\n")
    room.refresh()
    short = broadsheet(tmp_path, "show", "a.md").stdout
    assert "(1,903 more characters; --text shows them)\n" in short
    assert broadsheet(tmp_path, "show", "--text", "a.md").stdout.endswith("word end\n")
    html = broadsheet(tmp_path, "show", "--html", "a.md").stdout
    assert html.endswith("word <em>end</em></p>\n")
    assert "\nHTML (body)\n" in html


def test_a_page_shows_what_its_server_said(tmp_path: Path, httpserver: HTTPServer) -> None:
    body = "<title>A storm</title><article><p>The storm took the roofs of forty houses.</article>"
    httpserver.expect_request("/storm").respond_with_data(
        body, content_type="text/html", headers={"ETag": '"x1"'}
    )
    url = httpserver.url_for("/storm").replace("localhost", "127.0.0.1")
    pages = (
        f'[[source]]\nname = "wire"\nurls = ["{url}"]\n[fetch]\nallow_private = ["127.0.0.0/8"]\n'
    )
    room = newsroom(tmp_path, LEAST + pages)
    room.refresh()
    found = shown(room, url)
    assert found["address"] == found["url"] == url
    [document] = found["documents"]  # type: ignore[misc]
    assert (document["etag"], document["media_type"]) == ('"x1"', "text/html")  # type: ignore[has-type]
    said = broadsheet(tmp_path, "show", url + "?utm_source=feed").stdout
    assert 'ETag  "x1"\n' in said
    assert "fetched  20" in said
    assert "published  20" in said
    assert "(first sight)\n" in said


def test_it_only_looks_also_beside_a_daemon_and_a_writer(room: Newsroom) -> None:
    path = room.folder / "data/broadsheet.db"
    before = list(sqlite3.connect(path).iterdump())
    with data_lock(room.folder / "data", DAEMON), sqlite3.connect(path) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert shown(room, "crane-1")["state"] == "shown"
        writer.rollback()
    writer.close()
    assert list(sqlite3.connect(path).iterdump()) == before


def test_every_key_of_the_json_is_documented(room: Newsroom) -> None:
    docs = (Path(__file__).parents[3] / "docs/answers.md").read_text("utf-8")

    def keys(value: object) -> set[str]:
        if isinstance(value, dict):
            return {*value, *(key for inner in value.values() for key in keys(inner))}
        return {key for inner in value for key in keys(inner)} if isinstance(value, list) else set()

    found = shown(room, "ship.txt")
    told = keys({**found, "origins": {}}) | set(KEYS)
    assert {key for key in told if f"`{key}`" not in docs} == set()
