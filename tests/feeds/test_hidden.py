"""Hidden articles: out of view whatever their source does, and back in their old places."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ingest.store import articles, choice, lookup, view
from ingest.store.choice import ArticleQuery
from ingest.store.matching import Asking
from tests.newsroom import NOON, Newsroom, a_text

SITE = '[site]\ntitle = "Harbour News"\nurl = "https://example.org/"\n'
INBOX = '[[source]]\nname = "inbox"\nfiles = "articles/in/*.md"\n'


def dated(day: int, title: str, more: str = "") -> str:
    return f"---\ndate: 2026-05-{day:02d}\n{more}---\n" + a_text(f"# {title}", title)


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    room = Newsroom(tmp_path, SITE + INBOX)
    for day in (1, 2, 3):
        room.write(f"in/n{day}.md", dated(day, f"Story {day}"))
    return room


def named(room: Newsroom, title: str) -> str:
    with room.open() as context, context.store.read() as tx:
        [found] = articles.with_title(tx, title.casefold().replace(" ", ""))
    return found


def hide(room: Newsroom, title: str, *, publish: bool = True) -> None:
    id_ = named(room, title)
    with room.open() as context, context.store.write() as tx:
        assert view.hide(tx, [id_], room.now) == [id_]
        assert view.hide(tx, [id_], room.now) == []
    if publish:
        room.publish()


def unhide(room: Newsroom, title: str) -> None:
    id_ = named(room, title)
    with room.open() as context, context.store.write() as tx:
        assert view.unhide(tx, [id_]) == [id_]
        assert view.unhide(tx, [id_]) == []
    room.publish()


def test_a_hidden_article_leaves_feed_and_index_and_its_page_becomes_a_notice(
    room: Newsroom,
) -> None:
    room.refresh()
    hide(room, "Story 2")
    assert room.titles() == room.titles("all.rss") == ["Story 3", "Story 1"]
    assert "Story 2" not in room.bytes("index.html").decode()
    assert "removed" in room.bytes("articles/n2/index.html").decode()
    beside = room.bytes("articles/n1/index.html").decode().partition("<nav")[2]
    assert "articles/n3/" in beside
    assert "articles/n2/" not in beside


def test_unhidden_it_takes_its_old_place_and_everything_is_as_before_byte_for_byte(
    room: Newsroom,
) -> None:
    room.refresh()
    before = {name: body for name, (body, _) in room.state().items()}
    hide(room, "Story 2")
    room.later(days=3)
    unhide(room, "Story 2")
    assert {name: body for name, (body, _) in room.state().items()} == before


def test_it_stays_hidden_whatever_its_source_does(room: Newsroom) -> None:
    room.refresh()
    hide(room, "Story 2")
    room.later(hours=1)
    room.write("in/n2.md", dated(2, "Story 2") + "\nA whole new paragraph about the harbour.\n")
    room.refresh()
    assert room.titles() == ["Story 3", "Story 1"]
    (room.folder / "articles/in/n2.md").unlink()
    room.refresh()
    room.write("in/n2.md", dated(2, "Story 2", "draft: true\n"))
    room.refresh()
    room.write("in/n2.md", dated(2, "Story 2") + "\nA whole new paragraph about the harbour.\n")
    room.refresh()
    assert room.titles() == ["Story 3", "Story 1"]
    unhide(room, "Story 2")
    assert room.titles() == ["Story 3", "Story 2", "Story 1"]
    [entry] = [one for one in room.feed() if one.title == "Story 2"]
    assert "whole new paragraph" in entry.content[0].value
    assert (entry.published, entry.updated) == ("2026-05-02T00:00:00Z", "2026-06-01T13:00:00Z")


def test_one_hidden_before_it_was_in_any_feed_is_never_exposed_until_it_is_unhidden(
    room: Newsroom,
) -> None:
    room.refresh()
    room.write("in/n0.md", dated(1, "Story 0"))
    with room.open() as context:
        from feeds.refresh import run_sources

        run_sources(context, ["inbox"])
    hide(room, "Story 0")
    assert not (room.folder / "public/articles/n0").exists()
    room.write("in/n4.md", dated(4, "Story 4"))
    room.refresh()
    room.write("in/n0.md", dated(1, "Story 0", "tags: sea\n"))
    room.refresh()
    assert room.titles() == ["Story 4", "Story 3", "Story 2", "Story 1"]
    unhide(room, "Story 0")
    assert room.titles() == ["Story 0", "Story 4", "Story 3", "Story 2", "Story 1"]
    assert (room.folder / "public/articles/n0/index.html").is_file()


@pytest.mark.parametrize("front", ["draft: true\n", "date: 2026-06-03T08:00:00Z\n"])
def test_a_draft_or_held_one_that_comes_due_while_it_is_hidden_is_exposed_when_it_is_not(
    room: Newsroom, front: str
) -> None:
    room.refresh()
    room.write("in/n0.md", f"---\n{front}---\n" + a_text("# Story 0"))
    room.refresh()
    hide(room, "Story 0")
    room.now = NOON + timedelta(days=3)
    room.write("in/n0.md", f"---\n{front.replace('true', 'false')}---\n" + a_text("# Story 0"))
    room.write("in/n4.md", dated(4, "Story 4"))
    room.refresh()
    room.write("in/n5.md", dated(5, "Story 5"))
    room.refresh()
    assert "Story 0" not in room.titles()
    unhide(room, "Story 0")
    assert room.titles()[0] == "Story 0"
    assert len(room.titles()) == 6


def test_a_draft_that_is_unhidden_is_still_a_draft(room: Newsroom) -> None:
    room.write("in/n0.md", dated(1, "Story 0", "draft: true\n"))
    room.refresh()
    hide(room, "Story 0")
    unhide(room, "Story 0")
    assert "Story 0" not in room.titles()
    with room.open() as context, context.store.read() as tx:
        assert lookup.standing(tx, named(room, "Story 0")).draft


def test_what_a_feed_left_out_does_not_enter_it_by_being_hidden_and_unhidden(
    room: Newsroom,
) -> None:
    room.configure(SITE + INBOX + '[[feed]]\nname = "all"\nlimit = 2\n')
    room.refresh()
    assert room.titles() == ["Story 3", "Story 2"]
    hide(room, "Story 1")
    unhide(room, "Story 1")
    assert room.titles() == ["Story 3", "Story 2"]


def test_a_hidden_article_is_neither_related_nor_named(room: Newsroom) -> None:
    room.write("in/h.md", dated(4, "The harbour crane", "url: https://elsewhere.example/h\n"))
    room.refresh()
    hide(room, "The harbour crane")
    room.write(
        "in/i.md", dated(5, "The harbour crane again") + "\nNext Article\n\nThe harbour crane\n"
    )
    room.write("in/j.md", dated(6, "Work on the harbour crane"))
    room.refresh()
    for entry in room.feed()[:2]:
        assert entry.title != "The harbour crane"
        assert "elsewhere.example" not in str(entry.links)
    unhide(room, "The harbour crane")
    room.write("in/k.md", dated(7, "That harbour crane"))
    room.refresh()
    assert "elsewhere.example" in str(room.feed()[0].links)


def test_who_links_to_a_hidden_article_already_does_so_no_more(room: Newsroom) -> None:
    room.write("in/h.md", dated(4, "The harbour crane"))
    room.write("in/i.md", dated(5, "That harbour crane") + "\nSee [it](h.md).\n")
    room.refresh()
    assert "articles/h/" in str([entry.links for entry in room.feed()])
    before = {name: body for name, (body, _) in room.state().items()}
    times = {entry.title: entry.updated for entry in room.feed()}
    hide(room, "The harbour crane")
    pages = {"all.atom", "all.rss", "all.json", "index.html", "articles/i/index.html"}
    for page in pages:
        assert b"articles/h/" not in room.bytes(page), page
        assert b"The harbour crane" not in room.bytes(page), page
    assert {entry.title: entry.updated for entry in room.feed()}.items() <= times.items()
    unhide(room, "The harbour crane")
    assert {name: body for name, (body, _) in room.state().items()} == before


def test_hidden_articles_are_not_eligible(room: Newsroom) -> None:
    room.refresh()
    id_ = named(room, "Story 2")
    hide(room, "Story 2", publish=False)
    with room.open() as context, context.store.read() as tx:
        state = context.states["inbox"].id
        assert articles.shown(tx, [id_]) == set()
        assert articles.by_titles(tx, ["story2"]) == {}
        assert articles.by_paths(tx, state, ["n2.md"]) == {}
        asking = Asking(now=NOON, zone=ZoneInfo("UTC"), sources={})
        query = ArticleQuery(sources=(state,), asking=asking)
        found = choice.newest(tx, query, limit=None, unexposed_in="another")
        assert id_ not in {one for _, _, one in found}
        assert lookup.standing(tx, id_).hidden_at == NOON
