"""Normalizing stored documents again: what is told before is what is done then, and no more."""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from feeds.context import Context
from feeds.refresh import refresh
from ingest.article import Article, Document
from ingest.errors import ExtractError
from ingest.normalize.rules import Rules
from ingest.reextract import Difference, preview, reextract
from ingest.store import articles, runs, schema, sources
from ingest.store.runs import RunReport
from ingest.workers import Outcome, Pending
from tests.newsroom import NOON, Done, Here, Newsroom, a_text

SITE = '[site]\ntitle = "Harbour News"\nurl = "https://example.org/"\n'
INBOX = SITE + '[[source]]\nname = "inbox"\nfiles = "articles/*"\n'


class Failing(Here):
    """As a Broadsheet that cannot read some documents."""

    def __init__(self, *origins: str) -> None:
        super().__init__()
        self._origins = origins

    def submit(
        self, documents: Sequence[Document], rules: Rules, words: int, now: datetime
    ) -> Pending:
        found = list(super().submit(documents, rules, words, now).results())
        outcomes: list[Outcome] = [
            ExtractError("is beyond this version", origin=document.origin)
            if document.origin in self._origins
            else outcome
            for document, outcome in zip(documents, found, strict=True)
        ]
        return Done(outcomes)


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    """Three articles, one of which states everything."""
    room = Newsroom(tmp_path, INBOX)
    front = "---\nauthor: Ada Lindqvist\ndate: 2026-05-03\nlanguage: en\n---\n"
    room.write("bridge.md", front + a_text("# The bridge", "the bridge"))
    room.write("ferry.md", a_text("# The ferry", "the ferry"), at=NOON - timedelta(days=9))
    room.write("mole.txt", a_text("The mole", "the mole"))
    assert not room.refresh().failed
    room.later(hours=2)
    return room


def foreseen(room: Newsroom, context: Context | None = None) -> dict[str, Difference]:
    """What re-extraction would change, by document."""
    if context is None:
        with room.open() as opened:
            return foreseen(room, opened)
    parts = preview(context.task("inbox"), context.surroundings())
    return {one.origin: one for part in parts for one in part.differences}


def apply(room: Newsroom) -> RunReport:
    with room.open() as context:
        return reextract(context.task("inbox"), context.surroundings())


def stored(room: Newsroom) -> dict[str, Article]:
    """Every article by its document."""
    with room.open() as context, context.store.read() as tx:
        known = sources.known(tx, context.states["inbox"].id)
        found = articles.many(tx, [one.article for one in known.values() if one.article])
        return {origin: found[one.article] for origin, one in known.items() if one.article}


def everything(room: Newsroom) -> dict[str, list[tuple[object, ...]]]:
    """All rows of the store."""
    with room.open() as context, context.store.read() as tx:
        tables = schema.metadata.sorted_tables
        return {t.name: sorted(map(tuple, tx.execute(t.select())), key=repr) for t in tables}


def test_with_the_same_rules_nothing_would_change(room: Newsroom) -> None:
    assert foreseen(room) == {}
    before = everything(room)
    assert apply(room).unchanged == 3
    after = everything(room)
    assert {name for name in after if after[name] != before[name]} == {"run"}


def test_what_would_change_is_told_field_by_field_and_nothing_is_written(room: Newsroom) -> None:
    more = 'authors = ["Bo Ek"]\ntags = ["Harbour"]\nlanguage = "sv"\n'
    room.configure(INBOX + more)
    before = everything(room)
    found = foreseen(room)
    assert everything(room) == before
    assert {origin: {n: (o, w) for n, o, w in one.fields} for origin, one in found.items()} == {
        "bridge.md": {"tags": ("", "Harbour")},
        "ferry.md": {"authors": ("", "Bo Ek"), "tags": ("", "Harbour"), "language": ("en", "sv")},
        "mole.txt": {"authors": ("", "Bo Ek"), "tags": ("", "Harbour"), "language": ("en", "sv")},
    }
    assert {origin for origin, one in found.items() if one.significant} == {"ferry.md", "mole.txt"}
    assert {(one.gone, one.come) for one in found.values()} == {(0, 0)}


@pytest.mark.parametrize(
    "more",
    [
        'authors = ["Bo Ek"]\n',
        'tags = ["Harbour"]\n',
        "summary_words = 10\n",
        'language = "sv"\n',
        'on_change = "new"\nauthors = ["Bo Ek"]\n',
    ],
    ids=["authors", "tags", "summary", "language", "where changes are news"],
)
def test_what_was_told_is_what_is_done(room: Newsroom, more: str) -> None:
    room.configure(INBOX + more)
    before, found = stored(room), foreseen(room)
    report = apply(room)
    after = stored(room)
    assert (report.outcome, report.new, report.updated) == ("ok", 0, len(found))
    assert found
    assert {origin for origin in after if after[origin].change != before[origin].change} == set(
        found
    )
    for origin, one in found.items():
        named = {name for name, _, _ in one.fields}
        assert one.article == after[origin].id == before[origin].id
        assert all(getattr(after[origin], n) != getattr(before[origin], n) for n in named)
    assert foreseen(room) == {}


def test_dates_that_nobody_stated_do_not_move(room: Newsroom) -> None:
    before = stored(room)
    room.configure(INBOX + 'authors = ["Bo Ek"]\n')
    apply(room)
    after = stored(room)
    assert {o: a.published for o, a in after.items()} == {o: a.published for o, a in before.items()}
    assert after["ferry.md"].published == NOON - timedelta(days=9)
    assert {o: a.first_seen for o, a in after.items()} == dict.fromkeys(before, NOON)


def test_subscribers_get_the_significant_as_updates_when_it_is_published(room: Newsroom) -> None:
    ids = room.ids()
    room.configure(INBOX + 'authors = ["Bo Ek"]\n')
    with room.open() as context:
        report = refresh(context, ["inbox"], task="re-extract")
    assert not report.failed
    assert room.ids() == ids
    updated = {entry.title: entry.updated for entry in room.feed()}
    assert updated["The bridge"] == "2026-05-03T00:00:00Z"
    assert {updated["The ferry"], updated["The mole"]} == {
        "2026-06-01T13:59:59Z",
        "2026-06-01T14:00:00Z",
    }


def test_a_file_that_changed_meanwhile_is_still_read(room: Newsroom) -> None:
    room.write("ferry.md", a_text("# The new ferry", "the ferry"))
    room.configure(INBOX + 'tags = ["Harbour"]\n')
    assert "title" not in {name for name, _, _ in foreseen(room)["ferry.md"].fields}
    apply(room)
    assert stored(room)["ferry.md"].title == "The ferry"
    report = room.refresh().runs[0]
    assert (report.new, report.updated, report.unchanged) == (0, 1, 2)
    assert stored(room)["ferry.md"].title == "The new ferry"


def test_what_is_stored_of_a_document_stays_and_it_need_not_be_read_again(room: Newsroom) -> None:
    room.configure(INBOX + 'tags = ["Harbour"]\n')
    before = everything(room)
    apply(room)
    after = everything(room)
    assert (after["document"], after["body"]) == (before["document"], before["body"])
    path = room.folder / "articles/mole.txt"
    facts = path.stat()
    path.write_bytes(path.read_bytes().replace(b"mole", b"pier"))  # nobody could notice
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert room.refresh().runs[0].unchanged == 3


def test_the_source_is_due_when_it_was_and_the_run_is_one_of_its_own(room: Newsroom) -> None:
    with room.open() as context, context.store.read() as tx:
        before, last = sources.states(tx)["inbox"], runs.last_runs(tx)
    room.configure(INBOX + 'tags = ["Harbour"]\n')
    report = apply(room)
    assert (report.source, report.started_at) == ("inbox", room.now)
    with room.open() as context, context.store.read() as tx:
        after = sources.states(tx)["inbox"]
        [kept] = runs.reports(tx, [report.id])
        assert runs.last_runs(tx) == last
    assert after == replace(before, rules=after.rules)
    assert after.rules != before.rules
    assert (kept.task, kept.outcome, kept.updated) == ("re-extract", "ok", 3)


def test_without_all_bodies_the_rest_is_done_and_the_next_run_reads_the_files(
    room: Newsroom,
) -> None:
    with room.open() as context, context.store.write() as tx:
        body = schema.body
        tx.execute(body.delete().where(body.c.origin == "mole.txt"))
    room.configure(INBOX + 'tags = ["Harbour"]\n')
    with room.open() as context:
        parts = list(preview(context.task("inbox"), context.surroundings()))
    assert (sum(p.documents for p in parts), sum(p.bodiless for p in parts)) == (3, 1)
    report = apply(room)
    assert (report.outcome, report.updated) == ("ok", 2)
    assert "without a kept body: 1" in report.troubles[0].reason
    assert room.refresh().runs[0].updated == 1
    assert {a.tags for a in stored(room).values()} == {("Harbour",)}


def test_what_was_removed_stays_removed(room: Newsroom) -> None:
    (room.folder / "articles/ferry.md").unlink()
    room.refresh()
    room.configure(INBOX + 'tags = ["Harbour"]\n')
    assert set(foreseen(room)) == {"bridge.md", "mole.txt"}
    apply(room)
    room.publish()
    assert "The ferry" not in room.titles()


def test_what_is_gone_and_was_kept_is_read_again_and_still_gone(room: Newsroom) -> None:
    room.configure(INBOX + 'on_gone = "keep"\n')
    (room.folder / "articles/ferry.md").unlink()
    room.refresh()
    room.configure(INBOX + 'on_gone = "keep"\ntags = ["Harbour"]\n')
    assert set(foreseen(room)) == {"bridge.md", "ferry.md", "mole.txt"}
    before = everything(room)
    apply(room)
    assert everything(room)["document"] == before["document"]
    assert stored(room)["ferry.md"].tags == ("Harbour",)


def test_an_article_that_can_no_longer_be_made_stays_as_it_was_and_is_told(room: Newsroom) -> None:
    before = stored(room)
    with room.open() as context:
        worse = replace(context, workers=Failing("ferry.md"))
        [one] = foreseen(room, worse).values()
        assert (one.origin, one.title, one.error) == (
            "ferry.md",
            "The ferry",
            "is beyond this version",
        )
        report = reextract(worse.task("inbox"), worse.surroundings())
    assert (report.outcome, report.failed) == ("partial", 1)
    assert stored(room) == before
    assert room.refresh().runs[0].troubles[0].reason == "is beyond this version"


def test_a_document_that_made_no_article_before_makes_one(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, INBOX)
    text = a_text("# The ferry") + "".join(f"\nThe {n}th pier has no ferry.\n" for n in range(20))
    room.write("bridge.md", text)
    room.write("ferry.md", text + "\nStill.\n")  # nearly a copy, and yet not moved from there
    with room.open() as context:
        worse = replace(context, workers=Failing("ferry.md"))
        assert refresh(worse, ["inbox"]).failed
    [one] = foreseen(room).values()
    assert (one.origin, one.title, one.new, one.significant) == (
        "ferry.md",
        "The ferry",
        True,
        False,
    )
    report = apply(room)
    assert (report.new, report.unchanged, report.outcome) == (1, 1, "ok")
    room.publish()
    assert room.titles() == ["The ferry", "The ferry"]


def test_one_that_is_cut_short_shows_nothing_and_is_made_up_for(room: Newsroom) -> None:
    room.configure(INBOX + 'tags = ["Harbour"]\n')
    before = room.state()
    with room.open() as context:
        around = context.surroundings(stopping=lambda: True)
        assert reextract(context.task("inbox"), around).outcome == "cut short"
    room.publish()
    assert room.state() == before
    assert room.refresh().runs[0].updated == 3


def test_a_source_whose_first_run_was_cut_short_is_still_waited_for(room: Newsroom) -> None:
    with room.open() as context, context.store.write() as tx:
        tx.execute(update(schema.run).values(outcome="cut short"))
        tx.execute(update(schema.source).values(settled=False))
        tx.execute(schema.edition.delete())
    assert apply(room).outcome == "ok"
    assert room.publish(patient=True).waiting == ["all"]
    with room.open() as context, context.store.read() as tx:
        assert not sources.states(tx)["inbox"].settled


def test_many_documents_are_read_a_batch_at_a_time(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, INBOX)
    for number in range(230):
        room.write(f"n{number:03d}.txt", a_text(f"Story {number}"))
    room.refresh()
    room.configure(INBOX + 'tags = ["Harbour"]\n')
    seen: list[tuple[int, int]] = []
    with room.open() as context:
        around = context.surroundings(progress=lambda done, total: seen.append((done, total)))
        parts = list(preview(context.task("inbox"), around))
    assert [len(part.differences) for part in parts] == [100, 100, 30]
    assert seen == [(100, 230), (200, 230), (230, 230)]
