"""`on_change = "new"`: what a page says now is a new entry, and what it said before stays."""

import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from feeds.context import Context
from feeds.refresh import refresh
from ingest.article import Article
from ingest.entry import Entry
from ingest.similarity import title_key
from ingest.store import articles, published, schema
from tests.newsroom import NOON, Newsroom, a_text

SITE = '[site]\ntitle = "Harbour News"\nurl = "https://example.org/"\n'
NEW = SITE + '[[source]]\nname = "board"\nfiles = "articles/*.md"\non_change = "new"\n'
FERRY = "The ferry today"


def status(words: str, *, head: str = "", title: str = FERRY) -> str:
    return f"---\n{head}---\n{a_text(f'# {title}', words)}"


def say(room: Newsroom, words: str, *, head: str = "", at: datetime | None = None) -> None:
    """Change the page, an hour later."""
    room.later(hours=1)
    room.write("ferry.md", status(words, head=head), at=at or room.now)
    assert not room.refresh().failed


def entries(room: Newsroom) -> list[Entry]:
    """Every frozen entry of the page, in order, those of removed articles too."""
    with room.open() as context:
        return [entry for entry in all_entries(context) if entry.slug != "other"]


def all_entries(context: Context) -> list[Entry]:
    with context.store.read() as tx:
        ids = [id_ for id_, _ in published.paged(tx, changed_after=0)]
        return sorted(published.entries(tx, ids).values(), key=lambda entry: entry.number)


def stored(room: Newsroom) -> list[Article]:
    """The articles of these entries, in the same order."""
    ids = [entry.article for entry in entries(room)]
    with room.open() as context, context.store.read() as tx:
        found = articles.many(tx, ids)
        return [found[id_] for id_ in ids]


def frozen(found: list[Entry]) -> list[Entry]:
    """The entries without what is noted about them."""
    return [replace(entry, removed=False, change=0, judged=0) for entry in found]


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    """A status page, published an hour ago, and another article."""
    room = Newsroom(tmp_path, NEW)
    room.write("other.md", a_text("# Another thing", "the town hall clock"))
    room.write("ferry.md", status("the ferry that sails"))
    assert not room.refresh().failed
    return room


def test_a_significant_change_is_a_new_entry_and_the_old_one_stays(room: Newsroom) -> None:
    before = room.feed()
    room.later(hours=1)
    room.write("ferry.md", status("the engine that broke"), at=room.now)
    report = room.refresh()
    assert (report.runs[0].new, report.runs[0].updated, report.runs[0].removed) == (1, 0, 0)
    newest, *rest = room.feed()
    assert rest == before
    assert "the engine that broke" in newest.content[0].value
    assert newest.published == newest.updated == "2026-06-01T13:00:00Z"
    old = next(entry for entry in rest if entry.title == FERRY)
    assert newest.id != old.id
    assert newest.link != old.link == "https://example.org/articles/ferry/"
    assert "the ferry that sails" in room.bytes("articles/ferry/index.html").decode()


def test_a_small_change_touches_the_newest_without_a_byte_of_difference(room: Newsroom) -> None:
    say(room, "the engine that broke")
    before = room.state()
    room.write("ferry.md", status("the engine that broke").replace("spring", "Spring!"))
    report = room.refresh()
    assert (report.runs[0].new, report.runs[0].updated) == (0, 1)
    assert room.state() == before
    assert room.refresh().runs[0].unchanged == 2


def test_a_deleted_page_takes_what_it_said_before_along_and_returns_alone(room: Newsroom) -> None:
    for words in ("the engine that broke", "the pilot who is ill"):
        say(room, words)
    newest = room.feed()[0]
    path = room.folder / "articles/ferry.md"
    text = path.read_text()
    path.unlink()
    assert room.refresh().runs[0].removed == 3
    assert room.titles() == ["Another thing"]
    assert "removed" in room.bytes("articles/ferry/index.html").decode()
    room.write("ferry.md", text)
    assert room.refresh().runs[0].new == 0
    assert [entry for entry in room.feed() if entry.title == FERRY] == [newest]


def test_a_page_that_returns_with_other_words_is_new(room: Newsroom) -> None:
    (room.folder / "articles/ferry.md").unlink()
    room.refresh()
    say(room, "the engine that broke")
    assert [entry.removed for entry in entries(room)] == [True, False]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("", "2026-06-01T13:00:00Z"),
        ("date: 2026-05-03\n", "2026-06-01T13:00:00Z"),
        ("date: 2026-06-01 12:30\n", "2026-06-01T12:30:00Z"),
        ("date: 2026-05-01\n", "2026-06-01T13:00:00Z"),
    ],
    ids=["none", "the same", "a later one", "an earlier one"],
)
def test_only_a_date_after_the_old_one_is_believed(
    tmp_path: Path, stated: str, expected: str
) -> None:
    room = Newsroom(tmp_path, NEW)
    room.write("ferry.md", status("the ferry that sails", head="date: 2026-05-03\n"))
    room.refresh()
    copied = NOON - timedelta(days=40)  # a file with an old time
    say(room, "the engine that broke", head=stated, at=copied)
    assert [entry.published for entry in room.feed()] == [expected, "2026-05-03T00:00:00Z"]
    room.later(hours=1)
    room.write("ferry.md", status("the engine that broke", head=stated) + "\nSo.\n", at=copied)
    assert room.refresh().runs[0].updated == 1
    assert [a.published for a in stored(room)] == [
        datetime.fromisoformat("2026-05-03T00:00:00Z"),
        datetime.fromisoformat(expected),
    ]
    assert room.refresh().runs[0].unchanged == 1


def test_a_file_saved_while_nobody_looked_keeps_the_time_it_was_saved_at(room: Newsroom) -> None:
    room.later(hours=5)
    say(room, "the engine that broke", at=NOON + timedelta(hours=2))
    assert room.feed()[0].published == "2026-06-01T14:00:00Z"


def test_what_a_page_said_before_is_related_to_nothing_new(room: Newsroom) -> None:
    say(room, "a price list of another kind altogether, with not one word of before")
    say(room, "the engine that broke")
    first, second, newest = (entry.article for entry in entries(room))
    text = (
        "# Engines\n\nA council that spoke about the engine that broke has to learn of engines.\n"
    )
    room.write("third.md", text + "\nThey were made elsewhere, and each engine has its price.\n")
    room.refresh()
    for entry in entries(room)[1:]:
        assert not {first, second} & {id_ for id_, *_ in entry.related}
    assert newest in {id_ for id_, *_ in entries(room)[-1].related}


def test_a_title_in_a_hint_means_the_newest(room: Newsroom) -> None:
    say(room, "the engine that broke")
    newest = entries(room)[-1].article
    hint = f"\nNext Article\n\n{FERRY}\n"
    room.write("other-too.md", a_text("# Something else", "nothing in common") + hint)
    room.refresh()
    assert room.entries()["Something else"].related[0][0] == newest


def test_of_pages_with_one_date_the_newest_has_the_title(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, NEW)
    for words in ("ferry that sails", "engine that broke"):
        for number in range(8):
            text = status(f"{words} at pier {number}", title=f"Pier {number}")
            room.write(f"n{number}.md", text, at=room.now)
        room.refresh()
    with room.open() as context, context.store.read() as tx:
        found = articles.by_titles(tx, [title_key(f"Pier {number}") for number in range(8)])
        assert len(found) == 8
        assert {a.published for a in articles.many(tx, found.values()).values()} == {NOON}
        assert all("engine" in a.text for a in articles.many(tx, found.values()).values())


def test_a_page_that_becomes_a_draft_goes_with_all_it_said(room: Newsroom) -> None:
    say(room, "the engine that broke")
    say(room, "nothing that can be shown", head="draft: true\n")
    assert room.titles() == ["Another thing"]
    say(room, "the engine that broke")
    assert [entry.removed for entry in entries(room)] == [True, False]
    say(room, "the pilot who is ill")
    assert [entry.removed for entry in entries(room)] == [True, False, False]


def test_an_embargo_holds_what_is_new_while_the_old_stays(room: Newsroom) -> None:
    say(room, "the engine that broke", head="date: 2026-06-02T08:00:00Z\n")
    assert room.titles().count(FERRY) == 1
    room.later(days=1)
    room.publish()
    assert [entry.published for entry in room.feed() if entry.title == FERRY] == [
        "2026-06-02T08:00:00Z",
        "2026-06-01T11:00:00Z",
    ]
    assert room.refresh().runs[0].unchanged == 2


def test_what_an_operator_hid_does_not_come_back_with_the_next_change(room: Newsroom) -> None:
    hidden = entries(room)[0].article
    with room.open() as context, context.store.write() as tx:
        mine = update(schema.article).where(schema.article.c.id == hidden)
        tx.execute(mine.values(hidden_at=room.now.timestamp()))
    say(room, "the engine that broke")
    assert [a.id for a in stored(room)] == [hidden]


def test_a_renamed_file_goes_on_as_the_newest(room: Newsroom) -> None:
    say(room, "the engine that broke")
    before = room.state()
    (room.folder / "articles/ferry.md").rename(room.folder / "articles/boat.md")
    report = room.refresh()
    assert (report.runs[0].new, report.runs[0].removed) == (0, 0)
    assert room.state() == before


def test_a_page_that_went_elsewhere_with_other_words_leaves_what_it_said(room: Newsroom) -> None:
    path = room.folder / "articles/ferry.md"
    say(room, "the engine that broke", head="id: ferry\n")
    path.unlink()
    room.write("boat.md", status("the pilot who is ill", head="id: ferry\n"))
    assert room.refresh().runs[0].removed == 0
    before = entries(room)
    assert [entry.removed for entry in before] == [False, False, False]
    room.write("engine.md", status("the engine that broke", head="tags: engines\n"))
    assert room.refresh().runs[0].new == 1  # not what stood in ferry.md, moved
    assert entries(room)[:3] == before


def test_other_rules_are_no_news(room: Newsroom) -> None:
    say(room, "the engine that broke")
    first, _ = entries(room)
    room.later(hours=1)
    room.configure(NEW + 'authors = ["Ada Lindqvist"]\n')
    assert room.refresh().runs[0].new == 0
    assert [entry.authors for entry in entries(room)] == [(), ("Ada Lindqvist",)]
    assert entries(room)[0] == first


def test_many_versions_do_not_hide_an_accident(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, NEW)
    for words in ("ferry that sails", "engine that broke", "pilot who is ill"):
        for number in range(10):
            room.write(f"n{number}.md", status(f"{words} at pier {number}", title=f"Pier {number}"))
        room.refresh()
    assert len(room.feed()) == 30
    for number in range(6):
        (room.folder / f"articles/n{number}.md").unlink()
    report = room.refresh()
    assert "6 of 10 articles are gone at once" in report.runs[0].troubles[0].reason
    assert len(room.feed()) == 30


def test_a_rebuilt_database_shows_nothing_old_as_new_and_nothing_new_as_old(
    room: Newsroom,
) -> None:
    for words in ("the engine that broke", "the pilot who is ill"):
        say(room, words)
    seen = [entry.article for entry in entries(room)]
    for path in (room.folder / "data").glob("broadsheet.db*"):
        path.unlink()
    room.later(days=1)
    room.refresh()
    assert [entry.article for entry in entries(room)] == seen[:1]
    say(room, "the tide that is too low")
    assert entries(room)[-1].article not in seen


def test_a_backup_without_the_latest_versions_gives_them_the_same_ids(room: Newsroom) -> None:
    data = room.folder / "data"
    shutil.copytree(data, room.folder / "backup")
    for words in ("the engine that broke", "the pilot who is ill"):
        say(room, words)
    seen = [entry.article for entry in entries(room)]
    shutil.rmtree(data)
    shutil.copytree(room.folder / "backup", data)
    room.refresh()
    assert [entry.article for entry in entries(room)] == [seen[0], seen[2]]
    say(room, "the tide that is too low")
    assert entries(room)[-1].article not in seen


TEXTS = ("the ferry that sails", "the engine that broke", "the pilot who is ill")
edits = st.tuples(st.sampled_from(TEXTS), st.integers(0, 3))  # words, and a small difference
steps = st.lists(st.one_of(edits, st.sampled_from(["delete", "other rules"])), max_size=5)


def test_there_is_one_entry_for_each_thing_a_page_said_and_none_ever_changes(
    tmp_path: Path,
) -> None:
    room = Newsroom(tmp_path, NEW)
    room.write("other.md", a_text("# Another thing", "the town hall clock"))
    numbers = count()

    @given(steps)
    @settings(max_examples=12, deadline=None)
    def law(steps: list[tuple[str, int] | str]) -> None:
        page = f"pier{next(numbers):04d}"
        said: list[str] = []
        before: list[Entry] = []
        for step in [(TEXTS[0], 0), *steps]:
            room.later(minutes=1)
            if step == "delete":
                (tmp_path / f"articles/{page}.md").unlink(missing_ok=True)
            elif step == "other rules":
                room.configure(NEW + f"summary_words = {50 + next(numbers) % 50}\n")
            else:
                words, small = step[0], int(step[1])
                said += [words] if said[-1:] != [words] else []
                text = status(f"{words} at {page}", title=page)
                room.write(f"{page}.md", text.replace(".", "." + "!" * small))
            with room.open() as context:
                assert not refresh(context, ["board"]).failed
                found = [entry for entry in all_entries(context) if page in entry.html]
            assert len(found) == len({entry.article for entry in found}) == len(said)
            assert all(words in entry.html for words, entry in zip(said, found, strict=True))
            assert frozen(found)[: len(before)] == before
            assert [entry.updated for entry in found] == sorted(entry.updated for entry in found)
            before = frozen(found)

    law()
