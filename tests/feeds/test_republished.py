"""Republished articles: frozen anew because an operator asked, not because much has changed."""

from pathlib import Path

import pytest

from ingest.store import articles, view
from tests.newsroom import Newsroom, a_text

SITE = '[site]\ntitle = "Harbour News"\nurl = "https://example.org/"\n'
INBOX = '[[source]]\nname = "inbox"\nfiles = "articles/in/*.md"\n'
LONG = "\n\n".join(f"Paragraph {n} tells more of it in a few more words." for n in range(9))


def story(price: int) -> str:
    return a_text("# The fare") + f"\nIt costs {price} euros.\n\n{LONG}\n"


@pytest.fixture(params=["bump", "silent"])
def room(tmp_path: Path, request: pytest.FixtureRequest) -> Newsroom:
    room = Newsroom(tmp_path, SITE + INBOX + f'on_change = "{request.param}"\n')
    room.write("in/fare.md", story(3))
    room.write("in/other.md", a_text("# Another"))
    room.refresh()
    room.later(hours=1)
    room.write("in/fare.md", story(4))
    room.refresh()
    return room


def republish(room: Newsroom, *, keep_date: bool, title: str = "thefare") -> list[str]:
    with room.open() as context, context.store.write() as tx:
        return view.republish(tx, articles.with_title(tx, title), keep_date=keep_date)


def test_a_change_too_small_to_be_an_update_gets_out_as_one(room: Newsroom) -> None:
    before = room.entries()
    assert "3 euros" in before["The fare"].html
    assert len(republish(room, keep_date=False)) == 1
    room.publish()
    after = room.entries()
    assert "4 euros" in after["The fare"].html
    assert after["The fare"].updated == int(room.now.timestamp())
    assert after["The fare"].published == before["The fare"].published
    assert after["Another"] == before["Another"]
    assert b"4 euros" in room.bytes("all.rss")


def test_with_its_date_kept_the_new_text_is_there_and_nothing_calls_it_new(room: Newsroom) -> None:
    before = room.entries()["The fare"]
    republish(room, keep_date=True)
    room.publish()
    after = room.entries()["The fare"]
    assert "4 euros" in after.html
    assert (after.updated, after.published) == (before.updated, before.published)
    assert b"4 euros" in room.bytes("all.rss")


@pytest.mark.parametrize("keep_date", [True, False])
def test_it_is_done_once(room: Newsroom, keep_date: bool) -> None:
    republish(room, keep_date=keep_date)
    room.publish()
    after = room.bytes()
    room.later(hours=1)
    room.write("in/fare.md", story(5))
    room.refresh()
    assert room.bytes() == after
    assert b"4 euros" in after


def test_asked_for_before_a_crash_it_is_done_by_the_next_publish(room: Newsroom) -> None:
    republish(room, keep_date=True)
    republish(room, keep_date=False)
    room.later(days=1)
    room.refresh()
    assert room.entries()["The fare"].updated == int(room.now.timestamp())


def test_what_is_not_shown_is_left_alone(room: Newsroom) -> None:
    (room.folder / "articles/in/fare.md").unlink()
    room.refresh()
    assert republish(room, keep_date=False) == []
    assert room.titles() == ["Another"]
