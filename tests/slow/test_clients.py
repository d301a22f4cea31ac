"""Real readers subscribe to a running site that goes on living: what each shows, and calls new.

All of them poll the same site, once for all tests here: 50 changes are no news to what was there.
"""

from dataclasses import dataclass, field

import pytest

from tests.feeds.processes import running
from tests.slow.clients.base import Client, Shown, Told
from tests.slow.clients.libraries import Feedparser, Reader
from tests.slow.clients.newsboat import Newsboat
from tests.slow.clients.rss2email import Rss2email
from tests.slow.clients.sfeed import Sfeed
from tests.slow.ports import free_port
from tests.slow.subscribed import Expected, Podcast, Site, proxy, served

pytestmark = pytest.mark.slow

CLIENTS: tuple[type[Client], ...] = (Newsboat, Sfeed, Rss2email, Feedparser, Reader)

TURNS = 10
"""Each of five changes, and a poll of everybody."""


@dataclass(slots=True)
class Life:
    """What one client lived through, and what it showed at the start and at the end."""

    client: Client
    subscribed: Told = field(default_factory=Told)
    at_first: list[Shown] = field(default_factory=list)
    idle: list[tuple[Told, list[int]]] = field(default_factory=list)
    turns: list[Told] = field(default_factory=list)
    edited: Told = field(default_factory=Told)
    in_the_end: list[Shown] = field(default_factory=list)


@dataclass(slots=True)
class Lives:
    expected: list[Expected]
    by_client: dict[tuple[type[Client], str], Life]


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Lives:
    folder = tmp_path_factory.mktemp("clients")
    statuses: list[int] = []
    port = free_port()
    with served(proxy(port, statuses)) as url, served(Podcast) as podcast:
        site = Site(folder / "site", url, port, podcast)
        with running(site.folder) as daemon:
            site.refresh(daemon, "inbox", "sport", "podcast")
            lives = {
                (kind, format_): Life(
                    kind(folder / f"{kind.__name__}-{format_}", f"{url}town.{format_}")
                )
                for kind in CLIENTS
                if not kind.missing()
                for format_ in kind.formats
            }
            everybody = list(lives.values())
            for life in everybody:
                life.subscribed = life.client.poll()
                life.at_first = life.client.shown()
            expected = list(site.expected)
            for _ in range(3):
                for life in everybody:
                    statuses.clear()
                    told = life.client.poll()
                    life.idle.append((told, list(statuses)))
            for turn in range(TURNS):
                site.write(f"new-{turn}", 60 + turn)
                site.refresh(daemon, "inbox")
                site.write(f"match-{turn}", 60 + turn, folder="sport")
                site.refresh(daemon, "sport")
                site.write("corrected", 6, more=f"v{turn}")
                site.refresh(daemon, "inbox")
                site.configure(f"Harbour News, {turn}", "What the town does.")
                site.reload(daemon)
                site.configure(f"Harbour News, {turn}", f"What the town does, {turn}.")
                site.reload(daemon)
                for life in everybody:
                    life.turns.append(life.client.poll())
            site.write("rewritten", 7, title="Report 7, rewritten", more="All is otherwise. " * 20)
            site.refresh(daemon, "inbox")
            for life in everybody:
                life.edited = life.client.poll()
                life.in_the_end = life.client.shown()
            assert daemon.terminate() == 0
    return Lives(expected, lives)


@pytest.fixture(
    params=[(kind, format_) for kind in CLIENTS for format_ in kind.formats],
    ids=lambda param: f"{param[0].__name__}-{param[1]}",
)
def life(request: pytest.FixtureRequest, lives: Lives) -> Life:
    kind, format_ = request.param
    if missing := kind.missing():
        pytest.skip(f"{missing} is not installed")
    return lives.by_client[kind, format_]


def test_a_subscriber_sees_the_whole_of_every_entry(life: Life, lives: Lives) -> None:
    client = life.client
    shown = {entry.link: entry for entry in life.at_first}
    assert len(shown) == len(life.at_first) == len(lives.expected)
    for expected in lives.expected:
        entry = shown[expected.link]
        assert entry.id.startswith("urn:uuid:")
        assert entry.title == client.title(expected.title), expected
        assert entry.author == client.author(expected.authors), expected
        assert entry.date == expected.date
        assert expected.content in entry.content
        assert expected.enclosure in entry.enclosure
        assert bool(expected.enclosure) == bool(entry.enclosure)
        if expected.summary and entry.summary is not None:
            assert entry.summary == expected.summary


def test_the_formats_have_the_same_ids(lives: Lives) -> None:
    ids = {frozenset(entry.id for entry in life.at_first) for life in lives.by_client.values()}
    assert len(ids) == 1


def test_everything_is_new_once(life: Life) -> None:
    ids = sorted(entry.id for entry in life.at_first)
    assert life.subscribed == Told(tuple(ids))
    assert [told for told, _ in life.idle] == [Told()] * 3


def test_nothing_is_sent_to_whom_has_it(life: Life) -> None:
    if not life.client.conditional:
        pytest.skip("it sends no validators")
    _, statuses = life.idle[-1]  # newsboat has a place for them from the second time on only
    assert statuses == [304]


def test_fifty_changes_are_no_news_to_what_was_there(life: Life) -> None:
    before = {entry.id for entry in life.at_first}
    for told in life.turns:
        assert told.updated == ()
        assert len(told.new) == 1
        assert before.isdisjoint(told.new)
        before.update(told.new)
    assert before == {entry.id for entry in life.in_the_end}


def test_a_rewritten_article_is_an_update_and_not_a_new_one(life: Life) -> None:
    (rewritten,) = (e.id for e in life.at_first if e.title == "Report 7")
    assert life.edited == Told((), (rewritten,))
    titles = [entry.title for entry in life.in_the_end if entry.id == rewritten]
    assert "Report 7, rewritten" in titles
