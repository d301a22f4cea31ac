"""Archives: every entry that left a feed is in one of them, and they do not change."""

import json
import random
import shutil
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
from sqlalchemy import delete

import feeds.archive
import feeds.assemble
import feeds.press
import feeds.proof
import feeds.selection
from config.feed import Format
from feeds.edition import Edition
from feeds.lint import lint
from feeds.render import Rendered, render
from ingest.store import articles, view
from ingest.store.archive import archive_state
from ingest.store.schema import edition
from tests.feeds import test_stories as stories
from tests.feeds.archives import SITE as ADDRESS
from tests.feeds.archives import read, walk
from tests.newsroom import Newsroom, a_text

SITE = '[site]\ntitle = "Harbour News"\nurl = "https://example.org/"\n'
INBOX = '[[source]]\nname = "inbox"\nfiles = "articles/in/*.md"\n'
FORMATS = ("rss", "atom", "json")

Files = dict[str, tuple[bytes, int]]


def feed(name: str = "all", more: str = "limit = 4") -> str:
    return f'[[feed]]\nname = "{name}"\n{more}\n'


def story(room: Newsroom, number: int, *, title: str = "", words: int = 0) -> Path:
    title = title or f"Story {number}"
    more = " ".join(f"{number}word{n}" for n in range(words))
    return room.write(f"in/n{number:04d}.md", a_text(f"# {title}", f"{number} things {more}"))


def files(room: Newsroom) -> Files:
    """The files of every archive: bytes and time."""
    return {name: one for name, one in room.state().items() if name.startswith("archive/")}


def public(room: Newsroom) -> Path:
    return room.folder / "public"


def run(room: Newsroom, *numbers: int, days: float = 3) -> None:
    """Each story in a run of its own, so far apart that nothing stays for being fresh."""
    for number in numbers:
        story(room, number)
        assert not room.refresh().failed
        room.later(days=days)


def page_of(room: Newsroom, id_: str, name: str = "all.atom") -> str:
    [page] = [one for one in walk(public(room), name) if id_ in one.ids]
    return page.url.removeprefix(ADDRESS)


def turned(room: Newsroom, title: str, *, hidden: bool) -> str:
    with room.open() as context:
        with context.store.read() as tx:
            [id_] = articles.with_title(tx, title.casefold().replace(" ", ""))
        with context.store.write() as tx:
            assert (view.hide(tx, [id_], room.now) if hidden else view.unhide(tx, [id_])) == [id_]
    assert not room.publish().failed
    return id_


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path, SITE + INBOX + feed())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    """Nine stories, five of them in the feed and the others in archives of two."""
    room = Newsroom(tmp_path_factory.mktemp("made"), SITE + INBOX + feed())
    run(room, *range(1, 10))
    return room


@pytest.fixture
def old(made: Newsroom, tmp_path: Path) -> Newsroom:
    """The same, to change."""
    shutil.copytree(made.folder, tmp_path, dirs_exist_ok=True)
    room = Newsroom(tmp_path, SITE + INBOX + feed())
    room.now = made.now
    return room


class Life:
    """Turn by turn: three feeds, with edits, removals and returns, settings that matter to no page,
    new versions of ours, and a reader that remembers the newest archive it has seen."""

    limits: ClassVar = {"all": 5, "one": 1, "many": 8}
    formats: ClassVar = {"all": FORMATS, "one": ("atom",), "many": ("rss", "json")}

    def __init__(self, room: Newsroom, seed: int, patch: pytest.MonkeyPatch) -> None:
        self.room = room
        self.chance = random.Random(seed)
        self.patch = patch
        self.there: set[int] = set()
        self.gone: dict[int, str] = {}
        self.ids: dict[str, str] = {}
        self.met: dict[str, set[str]] = {name: set() for name in self.limits}
        self.last: dict[str, str] = {}

    def turn(self, number: int) -> None:
        """Change this and that, publish, and look at every feed."""
        room, chance = self.room, self.chance
        more = f"backlog = {number}\nformats = "
        parts = (
            feed(name, f"limit = {limit}\n{more}{json.dumps(self.formats[name])}")
            for name, limit in self.limits.items()
        )
        room.configure(SITE + INBOX + "".join(parts))
        for module in (feeds.assemble, feeds.press):
            self.patch.setattr(module, "product_version", lambda: f"{number}.0")
        before = files(room)
        lost = self._remove_or_bring_back(number)
        for one in chance.sample(sorted(self.there), min(2, len(self.there))):
            if one != lost:
                story(room, one, words=chance.randrange(100))
        for _ in range(chance.choice((0, 1, 1, 2, 6)) if number else 1):
            new = len(self.there) + len(self.gone)
            self.there.add(new)
            story(room, new, words=chance.choice((0, 300, 900)))
        report = room.refresh(allow_removal=True)
        assert report.published is not None
        assert (report.failed, report.published.warnings) == (False, [])
        self.ids |= {title: one.article for title, one in room.entries().items()}
        for name in self.limits:
            self._reaches_everything(name, self.ids.get(f"Story {lost}", ""))
            stood_still(before, files(room), f"archive/{name}/", but=lost is not None)
        room.later(hours=chance.choice((1, 30, 80)))

    def _remove_or_bring_back(self, number: int) -> int | None:
        path = self.room.folder / "articles/in"
        if number % 5 == 4 and len(self.there) > 1:
            one = self.chance.choice(sorted(self.there))
            self.there.remove(one)
            self.gone[one] = (path / f"n{one:04d}.md").read_text()
            (path / f"n{one:04d}.md").unlink()
            return one
        if number % 5 == 1 and self.gone:
            one = self.chance.choice(sorted(self.gone))
            self.room.write(f"in/n{one:04d}.md", self.gone.pop(one))
            self.there.add(one)
            return one
        return None

    def _reaches_everything(self, name: str, lost: str) -> None:
        wanted = {self.ids[f"Story {number}"] for number in self.there}
        for format_ in self.formats[name]:
            documents = walk(public(self.room), f"{name}.{format_}")
            found = [id_ for one in documents for id_ in one.ids]
            assert len(found) == len(set(found)), "no entry is in two documents"
            assert set(found) == wanted
            assert [one.archived for one in documents] == [False] + [True] * (len(documents) - 1)
        new = walk(
            public(self.room), documents[0].url.removeprefix(ADDRESS), known=self.last.get(name, "")
        )
        self.met[name] |= {id_ for one in new for id_ in one.ids} | {lost}
        assert wanted <= self.met[name], "a reader that stops at what it knows"
        self.last[name] = documents[1].url if len(documents) > 1 else ""


def stood_still(before: Files, after: Files, folder: str, *, but: bool) -> None:
    """No file there before is another now, `but` those of one page."""
    old = {path for path in before if path.startswith(folder)}
    changed = {path.split(".")[0] for path in old if after[path] != before[path]}
    assert len(changed) <= but


def live(room: Newsroom, monkeypatch: pytest.MonkeyPatch, turns: int, seed: int) -> None:
    if seed % 2:  # bytes are too many now and then
        monkeypatch.setattr(feeds.selection, "MAX_BYTES", 40_000)
        monkeypatch.setattr(feeds.selection, "_ROOM", 30_000)
    life = Life(room, seed, monkeypatch)
    for number in range(turns):
        life.turn(number)
    assert all(
        (public(room) / f"archive/{name}/2.{formats[0]}").is_file()
        for name, formats in life.formats.items()
    )


@pytest.mark.parametrize("seed", [0, 1])
def test_every_entry_is_reached_once_whatever_comes_and_no_archive_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    live(Newsroom(tmp_path), monkeypatch, 9, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 5))
def test_so_it_is_in_the_long_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    live(Newsroom(tmp_path), monkeypatch, 40, seed)


def test_what_may_leave_leaves_in_batches(old: Newsroom) -> None:
    sizes = []
    for number in range(10, 18):
        run(old, number)
        sizes.append([len(one.ids) for one in walk(public(old), "all.atom")])
    assert {size[0] for size in sizes} == {4, 5}, "from `limit` to `limit` and a batch, less one"
    assert {one for size in sizes for one in size[1:]} == {2}


def test_an_archive_says_what_it_is_and_where_the_others_are(old: Newsroom) -> None:
    for format_ in FORMATS:
        live, newest, oldest = walk(public(old), f"all.{format_}")
        here = [f"{ADDRESS}archive/all/{page}.{format_}" for page in (1, 2, 3)]
        assert live.links == {"self": live.url, "prev-archive": here[1]}
        assert newest.links == {
            "self": here[1], "current": live.url, "prev-archive": here[0], "next-archive": here[2],
        }  # fmt: skip
        assert oldest.links == {"self": here[0], "current": live.url, "next-archive": here[1]}
        assert [len(one.ids) for one in (live, newest, oldest)] == [5, 2, 2]
        assert live.updated > newest.updated > oldest.updated
        for url in (live.url, *here[:2]):
            body = old.bytes(url.removeprefix(ADDRESS))
            assert (public(old) / f"{url.removeprefix(ADDRESS)}.gz").is_file()
            assert lint(body, now=old.now, url=url).findings == ()
    atom = old.bytes("archive/all/1.atom").decode()
    assert "<generator>Broadsheet</generator>" in atom
    assert [entry.title for entry in old.feed("archive/all/2.rss")] == ["Story 4", "Story 3"]


def test_a_publish_with_nothing_new_looks_at_no_archive(
    old: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(old, 10)
    before = old.state()
    for name in ("_write", "_incomplete"):
        monkeypatch.delattr(feeds.archive, name)
    old.refresh()
    assert old.state() == before
    story(old, 11)  # no more does one with a new article, as long as none leaves
    assert not old.refresh().failed
    assert files(old).items() <= before.items()


def test_a_hidden_article_leaves_its_archive_and_comes_back_to_it(old: Newsroom) -> None:
    before = files(old)
    id_ = turned(old, "Story 2", hidden=True)
    changed = {name for name, one in files(old).items() if one != before[name]}
    linked = "archive/all/2"  # its entries linked to it, and do so no more
    assert {name.split(".")[0] for name in changed} == {"archive/all/1", linked}
    for format_ in FORMATS:
        assert all(id_ not in one.ids for one in walk(public(old), f"all.{format_}"))
        assert len(read(public(old), f"{ADDRESS}archive/all/1.{format_}").ids) == 1
        assert b"Story 2" not in old.bytes(f"archive/all/1.{format_}")
    turned(old, "Story 1", hidden=True)
    assert read(public(old), f"{ADDRESS}archive/all/1.atom").ids == []
    assert lint(old.bytes("archive/all/1.atom"), now=old.now).findings == ()
    for title in ("Story 2", "Story 1"):
        turned(old, title, hidden=False)
    after = files(old)
    assert after.keys() == before.keys()
    for name in after:
        assert after[name][0] == before[name][0] or name.startswith(linked)


def test_what_was_removed_in_the_window_comes_back_where_it_would_be(old: Newsroom) -> None:
    id_ = turned(old, "Story 6", hidden=True)
    run(old, *range(10, 15))
    assert all(id_ not in one.ids for one in walk(public(old), "all.atom"))
    turned(old, "Story 6", hidden=False)
    assert page_of(old, id_).startswith("archive/all/")
    order = [i for one in reversed(walk(public(old), "all.atom")) for i in reversed(one.ids)]
    titles = {entry.article: entry.title for entry in old.entries().values()}
    assert [titles[i] for i in order] == [f"Story {number}" for number in range(1, 15)]


def test_a_file_that_is_missing_is_written_again_and_nothing_else(old: Newsroom) -> None:
    before = files(old)
    (public(old) / "archive/all/1.json").unlink()
    (public(old) / "archive/all/2.rss.gz").unlink()
    (public(old) / "archive/all/9.rss").write_bytes(b"no page of ours")
    old.publish()
    after = files(old)
    assert {name: body for name, (body, _) in after.items()} == {
        name: body for name, (body, _) in before.items()
    }
    assert after["archive/all/1.atom"] == before["archive/all/1.atom"]


def test_a_folder_lost_before_it_was_noted_is_written_again(old: Newsroom) -> None:
    before = {name: body for name, (body, _) in files(old).items()}
    with old.open() as context, context.store.write() as tx:  # as a killed process leaves it
        tx.execute(delete(archive_state))
        tx.execute(delete(edition))
    shutil.rmtree(public(old) / "archive")
    assert not old.publish().failed
    assert {name: body for name, (body, _) in files(old).items()} == before


def test_archives_are_written_again_for_the_settings_they_show_and_no_others(
    old: Newsroom,
) -> None:
    before = files(old)
    old.configure(SITE + INBOX.replace("inbox", "box") + feed("all", "limit = 5\nbacklog = 3"))
    old.publish()
    assert files(old) == before
    old.configure(SITE.replace("Harbour", "Town") + INBOX + feed())
    old.publish()
    assert b"Town News" in old.bytes("archive/all/1.rss")
    old.configure(SITE + INBOX + feed("all", 'limit = 4\nformats = ["atom"]'))
    old.publish()
    assert set(files(old)) == {
        f"archive/all/{page}.atom{suffix}" for page in (1, 2) for suffix in ("", ".gz", ".br")
    }
    assert len(walk(public(old), "all.atom")) == 3


def test_a_feed_that_is_not_archived_is_cut_at_its_limit(room: Newsroom) -> None:
    room.configure(SITE + INBOX + feed("all", "limit = 4\narchive = false"))
    run(room, *range(1, 8))
    assert room.titles() == [f"Story {number}" for number in (7, 6, 5, 4)]
    assert files(room) == {}
    assert b"archive" not in room.bytes("all.atom") + room.bytes("all.json")


def test_archives_that_are_switched_off_go_and_come_back_as_they_were(old: Newsroom) -> None:
    before = files(old)
    old.configure(SITE + INBOX + feed("all", "limit = 4\narchive = false"))
    old.publish()
    assert files(old) == {}
    run(old, 10, 11)
    old.configure(SITE + INBOX + feed())
    old.publish()
    after = files(old)
    assert {name: body for name, (body, _) in after.items() if name in before} == {
        name: body for name, (body, _) in before.items()
    }
    ids = [id_ for one in walk(public(old), "all.rss") for id_ in one.ids]
    assert len(ids) == len(set(ids)) == 11


def test_a_renamed_feed_takes_its_archives_along(old: Newsroom) -> None:
    before = [one.ids for one in walk(public(old), "all.atom")]
    old.configure(SITE + INBOX + feed("city", 'was = "all"\nlimit = 4'))
    assert not old.refresh().failed
    assert [one.ids for one in walk(public(old), "city.atom")] == before
    assert {Path(name).parent.name for name in files(old)} == {"city"}
    run(old, 10, 11, 12)
    ids = [id_ for one in walk(public(old), "city.json") for id_ in one.ids]
    assert len(ids) == len(set(ids)) == 12


def test_a_removed_feed_takes_its_archives_away_and_brings_them_back(old: Newsroom) -> None:
    before = {name: body for name, (body, _) in files(old).items()}
    old.configure(SITE + INBOX + feed("other"))
    old.refresh()
    assert {Path(name).parent.name for name in files(old)} <= {"other"}
    old.configure(SITE + INBOX + feed("other") + feed())
    old.refresh()
    after = {n: body for n, (body, _) in files(old).items() if n.startswith("archive/all/")}
    assert after == before


def test_a_feed_gets_archives_of_all_that_left_before_it_had_any(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds.archive, "_AT_ONCE", 9)
    room.configure(SITE + INBOX + feed("all", "limit = 4\narchive = false"))
    run(room, 1)
    for number in range(2, 30):
        story(room, number)
    room.refresh()
    room.later(days=3)
    run(room, 30)
    room.configure(SITE + INBOX + feed())
    assert not room.refresh().failed
    for format_ in FORMATS:
        documents = walk(public(room), f"all.{format_}")
        assert [len(one.ids) for one in documents] == [4] + [2] * 13
        assert len({id_ for one in documents for id_ in one.ids}) == 30


def test_an_entry_that_is_invalid_is_left_out_of_its_archive_and_reported(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(room, *range(1, 6))

    def spoiled(edition: Edition, format: Format) -> Rendered:
        found = render(edition, format)
        twice = found.body.replace(b"Story 2</title>", b"Story 2</title><title>x</title>")
        return replace(found, body=twice)

    monkeypatch.setattr(feeds.proof, "render", spoiled)
    story(room, 6)
    report = room.refresh()
    assert report.published is not None
    [warning] = report.published.warnings
    assert warning.startswith("archive/all/1: urn:uuid:")
    assert "left out" in warning
    for format_ in FORMATS:
        assert len(read(public(room), f"{ADDRESS}archive/all/1.{format_}").ids) == 1


def test_a_feed_waits_for_its_archive_to_be_written(room: Newsroom) -> None:
    run(room, *range(1, 6))
    before = room.bytes()
    stone = public(room) / "archive/all/1.atom"
    stone.mkdir(parents=True)
    story(room, 6)
    assert room.refresh().failed
    assert room.bytes() == before
    stone.rmdir()
    assert not room.publish().failed
    assert [len(one.ids) for one in walk(public(room), "all.atom")] == [4, 2]


def test_of_a_story_that_has_left_no_article_is_named_that_was_taken_from_view(
    tmp_path: Path,
) -> None:
    news = stories.room(tmp_path, f"{stories.STORY}limit = 2\n")
    stories.go(news, hours=0)  # a first edition holds two articles, whatever they tell
    stories.write_all(news)
    stories.go(news, hours=1)
    for title in ("A mole", "A tunnel"):
        stories.go(news, days=3)
        stories.write(news, "ada", title, a_text(title))
    stories.go(news, hours=1)
    page = "archive/story/1.json"  # the oldest, for what it tells of happened before the bridge
    assert b"Plumes seen" in news.bytes(page)
    before = files(news)
    turned(news, "Plumes seen", hidden=True)
    assert b"Plumes seen" not in news.bytes(page)
    assert b"Water on Europa" in news.bytes(page)
    assert all(files(news)[path] == one for path, one in before.items() if "/1." not in path)
    turned(news, "Water on Europa", hidden=True)
    assert b"Vapour above a moon" in news.bytes(page), "the next one leads, where the first did"
    found = [id_ for one in walk(public(news), "story.atom") for id_ in one.ids]
    assert len(found) == len(set(found)) == 4
