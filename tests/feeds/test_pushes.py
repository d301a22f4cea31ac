"""Being told of news by the hubs of upstream feeds, and going on without them (WebSub, 2018)."""

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config.load import load
from feeds.pushes import unreachable, wanted
from tests.feeds.cli.commands import broadsheet
from tests.subscriber import (
    LOOPBACK,
    SITE,
    Running,
    Upstream,
    deliver,
    newspaper,
    path_of,
    running,
    upstream,
    verify,
)


def test_news_comes_from_one_broadsheet_to_the_next(tmp_path: Path) -> None:
    with newspaper(tmp_path / "paper", '["self"]') as paper:
        source = f'[[source]]\nname = "up"\nfeed = "{paper.url}all.atom"\n'
        with running(tmp_path / "reader", SITE + LOOPBACK + source) as reader:
            reader.beside = [paper.running]
            reader.until(lambda: bool((push := reader.push()) and push.until))
            reader.settle()
            paper.write("Second")
            reader.wait_for("Second")
            reader.settle()
            assert reader.state().why == "its hub tells of news"

            for room in (reader.room, paper.running.room):
                room.later(days=9)
            before = reader.push()
            reader.settle()
            reader.until(lambda: reader.push() != before and not reader.push().asked)  # type: ignore[union-attr]
            for room in (reader.room, paper.running.room):
                room.later(days=5)  # the first lease has ended
            reader.settle()
            paper.write("Third")
            reader.wait_for("Third")

            reader.reload(SITE + LOOPBACK + source + "push = false\n")
            reader.settle()
            reader.until(lambda: paper.running.count() == 0)


def config(up: Upstream, more: str = "") -> str:
    return f'{SITE}{LOOPBACK}[[source]]\nname = "up"\nfeed = "{up.site.url}feed"\n{more}'


@pytest.fixture
def up() -> Iterator[Upstream]:
    with upstream() as found:
        yield found


@pytest.fixture
def reader(up: Upstream, tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path / "reader", config(up)) as found:
        yield found


@pytest.fixture
def told(up: Upstream, reader: Running) -> Running:
    """One whose subscription is in force."""
    reader.wait_for("First")
    reader.until(lambda: len(up.asked) == 1)
    assert verify(reader, up.asked[0]) == (200, "are you there?")
    reader.settle()
    return reader


def test_a_hub_is_asked_once_and_only_for_what_was_asked_it_may_have_our_word(
    up: Upstream, reader: Running
) -> None:
    reader.wait_for("First")
    reader.until(lambda: len(up.asked) == 1)
    form = up.asked[0]
    assert form["hub.mode"] == "subscribe"
    assert form["hub.topic"] == up.topic
    assert form["hub.lease_seconds"] == "864000"
    assert form["hub.callback"].startswith(f"{reader.url}websub/")
    assert len(form["hub.callback"].rpartition("/")[2]) == 64
    assert len(form["hub.secret"]) == 64
    assert deliver(reader, form, up.feed)[0] == 404  # nothing is in force yet
    assert verify(reader, form, topic=f"{up.topic}?other")[0] == 404
    assert verify(reader, form, mode="unsubscribe")[0] == 404
    assert verify(reader, form, challenge="")[0] == 404
    other = form | {"hub.callback": form["hub.callback"][:-1] + "g"}
    assert verify(reader, other)[0] == 404
    unknown = form | {"hub.callback": f"{reader.url}websub/{'0' * 64}"}
    assert verify(reader, unknown)[0] == 404
    assert deliver(reader, unknown, up.feed)[0] == 404
    assert verify(reader, form) == (200, "are you there?")
    reader.settle()
    assert len(up.asked) == 1


def test_what_came_before_the_hub_had_confirmed_is_looked_for(up: Upstream, told: Running) -> None:
    assert told.titles() == ["First"]
    assert up.looks == 2


def test_it_is_told_whether_a_hub_tells(
    up: Upstream, told: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("source", "status"):
        monkeypatch.setattr(f"feeds.cli.{module}.wall_clock", lambda: told.room.now)
    hub, folder = up.hubs[0], told.room.folder
    shown = broadsheet(folder, "show-source", "up")
    assert f"Its hub {hub} tells us of news until 2026-06-11 12:00:00." in shown.stdout
    found = json.loads(broadsheet(folder, "show-source", "up", "--json").stdout)["push"]
    assert found == {"hub": hub, "until": "2026-06-11T12:00:00+00:00", "why": ""}
    assert "1 source has a hub that tells us of news." in broadsheet(folder, "status").stdout
    verify(told, up.asked[0], mode="denied", reason="full")
    shown = broadsheet(folder, "show-source", "up")
    assert f"Its hub {hub} does not tell us of news: it denies it: full." in shown.stdout
    assert json.loads(broadsheet(folder, "status", "--json").stdout)["pushed"] == 0


def test_a_push_is_published_at_once(up: Upstream, told: Running) -> None:
    up.entries.append("Second")
    assert deliver(told, up.asked[0], up.feed)[0] == 202
    told.wait_for("Second")
    assert up.looks == 3


def test_forged_and_replayed_pushes_cause_nothing(up: Upstream, told: Running) -> None:
    form, looks = up.asked[0], up.looks
    assert deliver(told, form, up.feed, secret="another")[0] == 202
    assert deliver(told, form, up.feed, "md5")[0] == 202
    assert told.ask("POST", path_of(form), up.feed)[0] == 202
    bad = {"X-Hub-Signature": f"sha256={'0' * 64}"}
    assert told.ask("POST", path_of(form), up.feed, bad)[0] == 202
    told.later(seconds=100)
    assert up.looks == looks
    push = told.push()
    assert push
    assert push.failure == "its pushes are signed with another secret"

    up.entries.append("Second")
    body = up.feed
    deliver(told, form, body)
    told.wait_for("Second")
    looks = up.looks
    for _ in range(5):
        assert deliver(told, form, body)[0] == 202
        told.later(minutes=3)
    assert up.looks == looks


def test_a_push_whose_news_is_not_there_is_looked_for_once_more(
    up: Upstream, told: Running
) -> None:
    looks = up.looks
    deliver(told, up.asked[0], b"what a cache hides")
    told.settle()
    assert up.looks == looks + 1
    told.later(seconds=80)
    assert up.looks == looks + 1
    up.entries.append("Second")
    told.later(seconds=20)
    assert up.looks == looks + 2
    told.wait_for("Second")


def test_pushes_that_bring_nothing_are_looked_for_ever_more_rarely(
    up: Upstream, told: Running
) -> None:
    looks = up.looks
    for number in range(120):  # one each thirty seconds
        deliver(told, up.asked[0], f"nothing {number}".encode())
        told.later(seconds=30)
    assert up.looks - looks <= 16


def test_a_hub_that_tells_is_trusted_and_one_that_loses_news_is_not(
    up: Upstream, told: Running
) -> None:
    hour = 3_600.0
    ordinary = (told.state().next_due - told.room.now).total_seconds()
    assert ordinary < 1.5 * hour
    up.entries.append("Second")
    deliver(told, up.asked[0], up.feed)
    told.wait_for("Second")
    told.settle()
    assert told.state().why == "its hub tells of news"
    assert (told.state().next_due - told.room.now).total_seconds() > 2.5 * hour
    up.entries.append("Third")  # of which the hub says nothing
    told.later(hours=12)
    told.wait_for("Third")
    assert told.state().why != "its hub tells of news"
    assert (told.state().next_due - told.room.now).total_seconds() < 13 * hour
    push = told.push()
    assert push
    assert not push.trusted


def test_a_lease_is_renewed_before_its_end_by_the_same_address(up: Upstream, told: Running) -> None:
    for _ in range(10):
        told.later(days=1)
        if len(up.asked) == 2:
            break
    first, second = up.asked
    assert first == second
    assert verify(told, second, lease_seconds="600")[0] == 200
    told.later(minutes=9)
    assert len(up.asked) == 3


def test_when_a_lease_ends_polling_takes_over(up: Upstream, told: Running) -> None:
    up.entries.append("Second")
    deliver(told, up.asked[0], up.feed)
    told.wait_for("Second")
    up.hub_says = (500, {}, b"")
    for _ in range(24):
        told.later(hours=12)
    push = told.push()
    assert push
    assert not push.live(told.room.now)
    assert "500 from 127.0.0.1" in push.failure
    assert told.state().why != "its hub tells of news"
    asked = len(up.asked)
    assert asked < 20
    up.entries.append("Third")
    told.later(days=1)
    told.wait_for("Third")


def test_a_hub_that_never_confirms_is_asked_ever_more_rarely(up: Upstream, reader: Running) -> None:
    reader.wait_for("First")
    reader.until(lambda: len(up.asked) == 1)
    for _ in range(120):
        reader.later(hours=6)
    assert 5 < len(up.asked) < 16
    push = reader.push()
    assert push
    assert push.failure == "it did not confirm what it was asked for"


def test_a_hub_may_deny_it_now_and_later(up: Upstream, told: Running) -> None:
    looks, form = up.looks, up.asked[0]
    answer = verify(told, form, mode="denied", reason="no more\nroom", challenge="")
    assert answer[0] == 200
    told.settle()
    push = told.push()
    assert push
    assert push.failure == "it denies it: no more room"
    assert not push.live(told.room.now)
    assert up.looks == looks + 1  # what was to be told is polled for
    assert deliver(told, form, up.feed)[0] == 404


def test_another_hub_is_asked_when_the_first_one_fails(up: Upstream, reader: Running) -> None:
    up.hubs = [f"{up.site.url}one", f"{up.site.url}two", *up.hubs * 1_000]
    up.hub_says = (404, {}, b"")
    for _ in range(10):
        reader.later(hours=12)
    asked = [one for one in up.site.heard if one.method == "POST"]
    assert {one.path for one in asked} == {"/one", "/two", "/hub"}
    assert len({one.form["hub.secret"] for one in asked[:3]}) == 3
    assert len(asked) < 12


def test_a_hub_that_has_moved_is_asked_there(up: Upstream, reader: Running) -> None:
    moved = (307, {"Location": "/there"}, b"")
    up.site.answer = lambda heard: moved if heard.path == "/hub" else up._answer(heard)
    reader.wait_for("First")
    reader.until(lambda: len(up.asked) == 2)
    assert [one.path for one in up.site.heard if one.method == "POST"] == ["/hub", "/there"]
    up.site.answer = lambda heard: up._answer(heard) if heard.method == "GET" else moved
    assert verify(reader, up.asked[1])[0] == 200


def test_a_hub_that_sends_us_in_a_circle_is_left_alone(up: Upstream, reader: Running) -> None:
    up.hub_says = (302, {"Location": "/hub"}, b"")
    reader.wait_for("First")
    reader.settle()
    assert len(up.asked) == 5


def test_a_hub_cannot_send_us_anywhere(up: Upstream, reader: Running) -> None:
    places = ["file:///etc/passwd", "http://user:secret@127.0.0.1/", "https://a b/", ""]
    for number, place in enumerate(places, 1):
        up.hub_says = (302, {"Location": place}, b"")
        reader.later(hours=3)
        reader.until(lambda: len(up.asked) == number)  # noqa: B023
        reader.settle()
        assert len(up.asked) == number


def test_another_hub_and_another_topic_are_begun_anew(up: Upstream, told: Running) -> None:
    old = up.asked[0]
    up.hubs = [f"{up.site.url}other"]
    up.topic = f"{up.site.url}feed?anew"
    told.later(hours=2)
    told.until(lambda: len(up.asked) == 2)
    left = up.asked[1]
    assert left["hub.mode"] == "unsubscribe"
    assert left["hub.callback"] == old["hub.callback"]
    assert "hub.secret" not in left
    assert deliver(told, old, up.feed)[0] == 410
    assert verify(told, old)[0] == 404
    assert verify(told, left) == (200, "are you there?")
    assert deliver(told, old, up.feed)[0] == 404
    told.later(minutes=11)
    new = up.asked[2]
    assert new["hub.topic"] == up.topic
    assert new["hub.callback"] != old["hub.callback"]
    assert new["hub.secret"] != old["hub.secret"]


def test_what_is_not_wanted_any_more_ends(up: Upstream, told: Running) -> None:
    told.reload(config(up, "push = false\n"))
    told.settle()
    assert up.asked[-1]["hub.mode"] == "unsubscribe"
    told.later(days=2)
    assert len(up.asked) == 2
    assert deliver(told, up.asked[0], up.feed)[0] == 404
    told.reload(config(up))
    told.settle()
    assert up.asked[-1]["hub.mode"] == "subscribe"


def test_a_site_that_moves_is_told_at_its_new_address(up: Upstream, told: Running) -> None:
    old = up.asked[0]["hub.callback"]
    told.reload(config(up).replace("{url}", "{url}news/"))
    told.settle()
    left, new = sorted(up.asked[1:], key=lambda form: form["hub.mode"], reverse=True)
    assert (left["hub.mode"], left["hub.callback"]) == ("unsubscribe", old)
    assert new["hub.mode"] == "subscribe"
    assert new["hub.callback"].startswith(f"{told.url}news/websub/")


def test_a_wrong_clock_makes_nothing_last_for_ever(up: Upstream, told: Running) -> None:
    told.room.later(days=400)
    told.until(lambda: len(up.asked) == 2)
    assert verify(told, up.asked[1])[0] == 200
    told.room.later(days=-400)
    told.until(lambda: len(up.asked) == 3)
    push = told.push()
    assert push
    assert not push.live(told.room.now)


@pytest.mark.parametrize(("push", "asked"), [("", 0), ("push = true\n", 1)])
def test_a_source_with_set_times_is_not_pushed_unless_that_is_wanted(
    up: Upstream, tmp_path: Path, push: str, asked: int
) -> None:
    with running(tmp_path / "reader", config(up, f'cron = "0 6 * * *"\n{push}')) as reader:
        reader.wait_for("First")
        reader.settle()
        assert len(up.asked) == asked


def test_who_cannot_be_reached_asks_no_hub(up: Upstream, tmp_path: Path) -> None:
    nowhere = config(up).replace("{url}", "https://example.org/")
    with running(tmp_path / "reader", nowhere) as reader:
        reader.wait_for("First")
        reader.later(hours=5)
    assert not up.asked


@pytest.mark.parametrize(
    ("url", "reached"),
    [
        ("https://news.example.org/", False),
        ("http://localhost:8080/", False),
        ("http://printer.local/", False),
        ("http://box/", False),
        ("http://10.0.0.1/", False),
        ("http://[::1]/", False),
        ("http://127.0.0.1:8000/", True),  # which `allow_private` allows here
        ("https://harbour-news.org/", True),
        ("https://notexample.org./", True),
        ("http://8.8.8.8/", True),
    ],
)
def test_a_hub_finds_hosts_of_the_internet(tmp_path: Path, url: str, *, reached: bool) -> None:
    (tmp_path / "broadsheet.toml").write_text(
        f'{SITE}{LOOPBACK}[[source]]\nname = "up"\nfeed = "{url}feed"\n'.replace("{url}", url)
    )
    settings = load(tmp_path / "broadsheet.toml", {})
    assert (not unreachable(settings)) == wanted(settings, "up") == reached


def test_a_hub_at_a_private_address_is_not_spoken_to(up: Upstream, reader: Running) -> None:
    up.hubs = ["http://10.1.2.3/hub"]
    reader.wait_for("First")
    reader.settle()
    push = reader.push()
    assert push
    assert "10.1.2.3 is not spoken to" in push.failure


def test_link_headers_go_before_the_document(up: Upstream, reader: Running) -> None:
    hub, topic = f"{up.site.url}by-header", f"{up.site.url}feed?by-header"
    up.links = f'<{hub}>; rel="hub", <{topic}>; rel=self'
    reader.wait_for("First")
    reader.until(lambda: len(up.asked) == 1)
    assert up.asked[0]["hub.topic"] == topic
    assert [one.path for one in up.site.heard if one.method == "POST"] == ["/by-header"]


def test_a_restart_loses_nothing(up: Upstream, tmp_path: Path) -> None:
    with running(tmp_path / "reader", config(up)) as reader:
        reader.wait_for("First")
        reader.until(lambda: len(up.asked) == 1)
        form = up.asked[0]
    with running(tmp_path, config(up), reader) as again:
        assert verify(again, form)[0] == 200
        up.entries.append("Second")
        assert deliver(again, form, up.feed)[0] == 202
    with running(tmp_path, config(up), again) as third:
        third.wait_for("Second")
        third.settle()
        assert len(up.asked) == 1


def test_a_push_that_does_not_come_to_its_end_is_given_up(
    up: Upstream, told: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feeds.server.callback._SECONDS", 0.1)
    place = urlsplit(told.url)
    with socket.create_connection((place.hostname, place.port), 10) as connection:
        head = f"POST {path_of(up.asked[0])} HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nslow"
        connection.sendall(head.encode())
        assert connection.recv(99).startswith(b"HTTP/1.1 408")


def test_a_hub_that_speaks_no_http_is_polled_around(up: Upstream, reader: Running) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        up.hubs = [f"http://127.0.0.1:{server.getsockname()[1]}/"]

        def answer() -> None:
            connection = server.accept()[0]
            with connection:
                connection.recv(9_000)
                connection.sendall(b"HTTP/1.1 202 " + b"x" * 70_000)

        threading.Thread(target=answer, daemon=True).start()
        reader.wait_for("First")
        reader.until(lambda: bool((push := reader.push()) and push.failure))
    up.entries.append("Second")
    reader.later(hours=2)
    reader.wait_for("Second")


def test_a_hub_says_itself_when_it_wants_to_be_asked_again(up: Upstream, reader: Running) -> None:
    up.hub_says = (503, {"Retry-After": "86400"}, b"")
    reader.wait_for("First")
    reader.until(lambda: len(up.asked) == 1)
    reader.later(hours=20)
    assert len(up.asked) == 1
    reader.later(hours=5)
    assert len(up.asked) == 2


def test_a_push_is_bounded(up: Upstream, told: Running) -> None:
    looks = up.looks
    assert deliver(told, up.asked[0], b"x" * 10_000_001)[0] == 413
    assert told.ask("PUT", path_of(up.asked[0]))[0] == 405
    told.settle()
    assert up.looks == looks
