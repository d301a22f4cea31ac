"""Exposure, freezing and the window: what enters a feed, in which order, and how long it stays."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.article import Enclosure, Upstream
from ingest.store import published
from tests.newsroom import NOON, Newsroom, a_text

SITE = '[site]\ntitle = "Harbour News"\nurl = "https://example.org/"\n'
INBOX = '[[source]]\nname = "inbox"\nfiles = "articles/in/*.md"\n'
WIRE = '[[source]]\nname = "wire"\nfiles = "articles/wire/*.md"\n'


def dated(day: int, title: str, *, month: int = 5, more: str = "") -> str:
    return f"---\ndate: 2026-{month:02d}-{day:02d}\n{more}---\n" + a_text(f"# {title}", title)


def fill(room: Newsroom, folder: str, count: int, *, month: int = 5) -> None:
    for day in range(1, count + 1):
        room.write(f"{folder}/n{day:02d}.md", dated(day, f"{folder} {day}", month=month))


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path, SITE + INBOX)


def test_a_first_edition_takes_its_full_limit_newest_first(room: Newsroom) -> None:
    room.configure(SITE + INBOX + '[[feed]]\nname = "all"\nlimit = 5\n')
    fill(room, "in", 9)
    room.refresh()
    assert room.titles() == [f"in {day}" for day in (9, 8, 7, 6, 5)]


def test_what_the_first_edition_left_out_never_appears_later(room: Newsroom) -> None:
    room.configure(SITE + INBOX + '[[feed]]\nname = "all"\nlimit = 3\n')
    fill(room, "in", 6)
    room.refresh()
    room.write("in/n02.md", dated(2, "in 2") + "\nA correction of some length, much later.\n" * 5)
    room.write("in/late.md", dated(1, "An old date that arrives late"))
    room.refresh()
    assert room.titles() == ["An old date that arrives late", "in 6", "in 5"]


def test_new_entries_stay_48_hours_beyond_the_limit_then_the_limit_holds(room: Newsroom) -> None:
    room.configure(SITE + INBOX + '[[feed]]\nname = "all"\nlimit = 2\n')
    fill(room, "in", 2)
    room.refresh()
    for day in range(3, 8):
        room.write(f"in/n{day:02d}.md", dated(day, f"in {day}"))
    room.refresh()
    assert room.titles() == [f"in {day}" for day in (7, 6, 5, 4, 3)]
    room.later(hours=49)
    room.write("in/n08.md", dated(8, "in 8"))
    room.refresh()
    assert room.titles() == ["in 8", "in 7"]


def test_what_left_the_window_does_not_return(room: Newsroom) -> None:
    room.configure(SITE + INBOX + '[[feed]]\nname = "all"\nlimit = 2\n')
    fill(room, "in", 3)
    room.refresh()
    (room.folder / "articles/in/n03.md").unlink()
    room.refresh()
    assert room.titles() == ["in 2"]
    room.write("in/n01.md", dated(1, "in 1 is rewritten from start to end"))
    room.refresh()
    assert room.titles() == ["in 2"]


def test_a_source_added_to_a_feed_brings_its_backlog_only(room: Newsroom) -> None:
    fill(room, "in", 3)
    room.refresh()
    fill(room, "wire", 20, month=4)
    room.configure(SITE + INBOX + WIRE + '[[feed]]\nname = "all"\nbacklog = 4\n')
    room.refresh()
    assert len(room.titles()) == 7
    assert [t for t in room.titles() if "wire" in t] == [f"wire {d}" for d in (20, 19, 18, 17)]
    room.write("wire/n21.md", dated(21, "wire 21", month=4))
    room.refresh()
    assert room.titles()[0] == "wire 21"
    assert len(room.titles()) == 8


def test_a_source_that_failed_at_first_brings_its_backlog_when_it_comes(room: Newsroom) -> None:
    fill(room, "in", 2)
    room.configure(SITE + INBOX + WIRE + '[[feed]]\nname = "all"\nbacklog = 1\n')
    assert room.refresh().failed
    fill(room, "wire", 5)
    assert not room.refresh().failed
    assert sorted(room.titles()) == ["in 1", "in 2", "wire 5"]


def test_a_patient_first_edition_waits_for_sources_that_never_ran(room: Newsroom) -> None:
    room.configure(SITE + INBOX + WIRE)
    fill(room, "in", 2)
    fill(room, "wire", 2)
    with room.open() as context:
        from feeds.refresh import run_sources

        run_sources(context, ["inbox"])
    assert room.publish(patient=True).waiting == ["all"]
    assert not (room.folder / "public/all.atom").exists()
    room.refresh("wire")
    assert len(room.titles()) == 4


def test_nothing_of_a_source_in_the_middle_of_a_run_is_exposed(room: Newsroom) -> None:
    from ingest.store import runs, sources

    fill(room, "in", 2)
    room.refresh()
    room.write("in/n03.md", dated(3, "in 3"))
    with room.open() as context:
        from feeds.refresh import run_sources

        run_sources(context, ["inbox"])
        with context.store.write() as tx:  # as a killed process leaves it
            state = sources.states(tx)["inbox"]
            runs.start_run(tx, state.id, room.now)
    room.publish()
    assert room.titles() == ["in 2", "in 1"]
    room.refresh()
    assert room.titles() == ["in 3", "in 2", "in 1"]


def test_a_second_publish_touches_nothing(room: Newsroom) -> None:
    fill(room, "in", 4)
    room.refresh()
    before = room.state()
    room.later(hours=5)
    room.refresh()
    assert room.state() == before


def test_a_small_change_keeps_the_entry_byte_for_byte(room: Newsroom) -> None:
    fill(room, "in", 3)
    room.refresh()
    before = room.bytes("all.rss"), room.bytes()
    room.write("in/n02.md", dated(2, "in 2").replace("Nobody expected", "Nobody  expected"))
    room.write("in/n01.md", dated(1, "in 1").replace("spring", "Spring!"))
    report = room.refresh()
    assert report.runs[0].updated >= 1
    assert (room.bytes("all.rss"), room.bytes()) == before


def test_a_significant_change_bumps_updated_and_nothing_else(room: Newsroom) -> None:
    fill(room, "in", 2)
    room.refresh()
    before = {entry.id: entry for entry in room.feed()}
    room.later(hours=1)
    room.write(
        "in/n01.md", dated(1, "in 1") + "\nIt was decided against after all, by two votes.\n"
    )
    room.refresh()
    after = {entry.id: entry for entry in room.feed()}
    assert list(after) == list(before)
    changed = [id_ for id_ in after if after[id_].updated != before[id_].updated]
    assert len(changed) == 1
    assert after[changed[0]].published == before[changed[0]].published
    assert after[changed[0]].updated == "2026-06-01T13:00:00Z"


def test_a_silent_source_serves_the_new_text_with_the_old_date(room: Newsroom) -> None:
    room.configure(SITE + INBOX + 'on_change = "silent"\n')
    fill(room, "in", 2)
    room.refresh()
    before = [entry.updated for entry in room.feed()]
    room.later(hours=1)
    room.write(
        "in/n01.md", dated(1, "in 1") + "\nIt was decided against after all, by two votes.\n"
    )
    room.refresh()
    assert [entry.updated for entry in room.feed()] == before
    assert "by two votes" in room.bytes().decode()


def test_updated_is_unique_even_when_everything_happens_in_one_second(room: Newsroom) -> None:
    for number in range(30):
        room.write(f"in/m{number:02d}.md", a_text(f"# Story {number}"), at=NOON)
    room.refresh()
    entries = room.feed()
    assert len({entry.updated for entry in entries}) == 30
    assert all(entry.published <= entry.updated <= "2026-06-01T12:00:00Z" for entry in entries)
    for number in range(30):
        room.write(f"in/m{number:02d}.md", a_text(f"# Other story {number}"))
    room.later(seconds=1)
    room.refresh()
    again = room.feed()
    assert len({entry.updated for entry in again}) == 30
    assert {e.id: e.published for e in again} == {e.id: e.published for e in entries}
    before = {entry.id: entry.updated for entry in entries}
    assert all(entry.updated > before[entry.id] for entry in again)


def test_a_future_date_holds_the_article_until_then(room: Newsroom) -> None:
    fill(room, "in", 1)
    room.write("in/embargo.md", "---\ndate: 2026-06-03T08:00:00Z\n---\n" + a_text("# Embargo"))
    room.refresh()
    assert room.titles() == ["in 1"]
    assert "Embargo" not in room.bytes("index.html").decode()
    room.now = NOON + timedelta(days=1, hours=20, minutes=1)
    room.publish()
    assert room.titles() == ["Embargo", "in 1"]


def test_a_draft_is_not_published_and_one_that_becomes_a_draft_goes(room: Newsroom) -> None:
    fill(room, "in", 2)
    room.write("in/draft.md", dated(9, "Draft", more="draft: true\n"))
    room.refresh()
    assert "Draft" not in room.titles()
    room.write("in/draft.md", dated(9, "Draft"))
    room.write("in/n01.md", dated(1, "in 1", more="draft: true\n"))
    room.refresh()
    assert room.titles() == ["Draft", "in 2"]
    assert "removed" in room.bytes("articles/n01/index.html").decode()


def test_related_links_are_frozen_with_the_entry(room: Newsroom) -> None:
    first = "Next Article\n\nThe second part of the harbour\n"
    room.write("in/a.md", dated(1, "The first part of the harbour") + first)
    room.write("in/b.md", dated(2, "The second part of the harbour"))
    room.refresh()
    entry = next(e for e in room.feed() if e.title.startswith("The first"))
    related = [(x.title, x.href) for x in entry.links if x.rel == "related"]
    assert ("The second part of the harbour", "https://example.org/articles/b/") in related
    before = {e.id: e.links for e in room.feed()}
    for number in range(40):
        room.write(f"in/x{number}.md", dated(3, f"The harbour, part {number}"))
    room.refresh()
    after = {e.id: e.links for e in room.feed()}
    assert {id_: after[id_] for id_ in before} == before


def test_feeds_of_some_sources_and_tags(room: Newsroom) -> None:
    room.configure(
        SITE
        + INBOX
        + WIRE
        + '[[feed]]\nname = "wire"\nsources = ["wire"]\nformats = ["rss"]\n'
        + '[[feed]]\nname = "sea"\ntags = ["Sea"]\n'
    )
    fill(room, "wire", 2)
    room.write("in/a.md", dated(1, "At sea", more="tags: [sea, boats]\n"))
    room.write("in/b.md", dated(2, "On land"))
    room.refresh()
    assert room.titles("wire.rss") == ["wire 2", "wire 1"]
    assert not (room.folder / "public/wire.atom").exists()
    assert room.titles("sea.atom") == ["At sea"]
    room.write("in/b.md", dated(2, "On land", more="tags: sea\n"))
    room.refresh()
    assert room.titles("sea.atom") == ["On land", "At sea"]


def test_a_feed_stays_below_a_megabyte(room: Newsroom) -> None:
    for number in range(7):
        body = f'{number} & more <i>of</i> "it". ' * 5200
        room.write(f"in/big{number:02d}.md", dated(number + 1, f"Big {number}") + "\n" + body)
    room.refresh()
    assert 2 <= len(room.titles()) < 7  # cut to three quarters, to make room for an archive
    assert all(len(room.bytes(name)) <= 1_000_000 for name in ("all.rss", "all.atom"))
    assert room.titles()[0] == "Big 6"


def test_pictures_are_copied_beside_the_page_and_links_between_articles_resolve(
    room: Newsroom,
) -> None:
    room.write("in/pics/Große Brücke.png", b"\x89PNG\r\n\x1a\nnot really")
    room.write("in/b.md", dated(2, "Second"))
    text = "![view](pics/Große%20Brücke.png) and [the second](b.md#x), [nothing](gone.md)\n"
    room.write("in/a.md", dated(1, "First") + "\n" + text)
    room.refresh()
    html = next(e for e in room.feed() if e.title == "First").content[0].value
    assert 'src="https://example.org/articles/a/grosse-brucke.png"' in html
    assert '<a href="https://example.org/articles/b/#x">the second</a>' in html
    assert "nothing" in html
    assert "gone.md" not in html
    copied = room.folder / "public/articles/a/grosse-brucke.png"
    assert copied.read_bytes() == b"\x89PNG\r\n\x1a\nnot really"


def test_pages_know_their_neighbours(room: Newsroom) -> None:
    fill(room, "in", 2)
    room.refresh()
    room.write("in/n03.md", dated(3, "in 3"))
    room.refresh()
    page = room.bytes("articles/n02/index.html").decode()
    assert "https://example.org/articles/n01/" in page
    assert "https://example.org/articles/n03/" in page


def test_an_article_with_an_address_of_its_own_links_there_and_has_no_page(room: Newsroom) -> None:
    room.write("in/a.md", dated(1, "Elsewhere", more="url: https://elsewhere.example/a?b=1&c=2\n"))
    room.refresh()
    assert [entry.link for entry in room.feed()] == ["https://elsewhere.example/a?b=1&c=2"]
    assert not (room.folder / "public/articles").exists()


def test_an_empty_folder_gives_valid_empty_feeds_that_stay_still(room: Newsroom) -> None:
    (room.folder / "articles/in").mkdir(parents=True)
    room.refresh()
    assert room.titles() == []
    before = room.state()
    room.later(days=1)
    room.refresh()
    assert room.state() == before


def test_a_feed_that_cannot_be_written_costs_no_other(room: Newsroom) -> None:
    room.configure(SITE + INBOX + '[[feed]]\nname = "bad"\n[[feed]]\nname = "good"\n')
    fill(room, "in", 1)
    (room.folder / "public/bad.rss").mkdir(parents=True)
    report = room.refresh()
    assert report.failed
    assert [(feed.name, bool(feed.error)) for feed in report.published.feeds] == [
        ("bad", True),
        ("good", False),
    ]
    assert room.titles("good.atom") == ["in 1"]


def test_enclosures_and_upstream_feed_reach_feeds_and_page(room: Newsroom) -> None:
    fill(room, "in", 1)
    room.refresh()
    with room.open() as context, context.store.write() as tx:
        [entry] = published.entries(tx, published.latest(tx, 1)).values()
        episode = Enclosure(url="https://radio.example.net/a.mp3", media_type="audio/mpeg")
        radio = Upstream(title="Harbour Radio", feed_url="https://radio.example.net/feed")
        published.put_entry(tx, replace(entry, enclosures=(episode,), upstream=radio))
    for name in ("all.rss", "all.atom"):
        (room.folder / "public" / name).unlink()
    room.publish()
    for name in ("all.rss", "all.atom"):
        [item] = room.feed(name)
        assert [one.href for one in item.enclosures] == [episode.url]
        assert item.source.title == radio.title
    page = room.bytes(f"articles/{entry.slug}/index.html").decode()
    assert f'<audio controls preload="none" src="{episode.url}">' in page
    assert f'From <a href="{radio.feed_url}"><bdi>Harbour Radio</bdi></a>' in page


def test_the_index_lists_what_was_published_last_first_whenever_it_came(room: Newsroom) -> None:
    for day in (2, 9, 5):
        room.write(
            f"in/late{day}.md", f"---\ndate: 2026-05-{day:02d}\n---\n" + a_text(f"# Of {day}")
        )
        room.refresh()
    shown = re.findall(r'datetime="(.{10})', room.bytes("index.html").decode())
    assert shown == sorted(shown, reverse=True)
    assert {"2026-05-02", "2026-05-05", "2026-05-09"} <= set(shown)
