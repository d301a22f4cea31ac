"""A newer version reads the same bytes otherwise: a better text for subscribers, and no update."""

from pathlib import Path

import pytest

import feeds.rules
import ingest.normalize
from ingest.article import Document, Draft
from ingest.normalize import Rules
from tests.newsroom import Newsroom, a_text

OLD = ingest.normalize.normalize
GONE = "Read more stories like this one in our morning letter, written for you by the desk. " * 5


@pytest.fixture
def upgraded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    """A site whose articles a newer version would read without their last sentences."""
    room = Newsroom(tmp_path)
    room.write("ferry.txt", a_text("The ferry sails") + "\n" + GONE)
    room.write("quay.txt", a_text("The quay opens"))
    assert not room.refresh().failed
    room.later(hours=1)

    def better(document: Document, rules: Rules, now: object) -> Draft:
        return OLD(
            Document(
                origin=document.origin,
                body=document.body.replace(GONE.encode(), b""),
                media_type=document.media_type,
                fetched_at=document.fetched_at,
                modified_at=document.modified_at,
            ),
            rules,
            now,  # type: ignore[arg-type]
        )

    monkeypatch.setattr(ingest.normalize, "normalize", better)
    monkeypatch.setattr(feeds.rules, "product_version", lambda: "a newer one")
    return room


def test_the_text_is_better_and_nothing_is_told_as_an_update(upgraded: Newsroom) -> None:
    before = upgraded.entries()["The ferry sails"]
    dates = {entry.id: entry.updated for entry in upgraded.feed()}
    assert "morning letter" in before.html
    assert not upgraded.refresh().failed
    after = upgraded.entries()["The ferry sails"]
    assert "morning letter" not in after.html
    assert (after.updated, after.number, after.slug) == (before.updated, before.number, before.slug)
    assert {entry.id: entry.updated for entry in upgraded.feed()} == dates


def test_an_edit_after_it_is_an_update(upgraded: Newsroom) -> None:
    upgraded.refresh()
    before = upgraded.entries()["The ferry sails"]
    upgraded.later(hours=1)
    upgraded.write("ferry.txt", a_text("The ferry sails", "ships that nobody had expected at all"))
    upgraded.refresh()
    assert upgraded.entries()["The ferry sails"].updated > before.updated
