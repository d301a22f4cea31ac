"""Private feeds over HTTP: two ways in with one secret, and one answer to everybody else."""

import base64
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from feeds.server.guests import Guest, Guests, Stranger
from feeds.tokens import digest, may_be_token, new_token
from ingest.store import Store, tokens
from tests.costs import calls
from tests.feeds.vault import MARK, PRIVATE, PUBLIC, SITE, Client, served, subscribed, write_both
from tests.newsroom import Newsroom

PAGE = f"articles/{MARK}-a/"


@dataclass
class House:
    """A server of a private feed, a client, and a token of a reader of it."""

    room: Newsroom
    client: Client
    store: Store
    token: str
    club: str  # a token for the other feed
    bad: tuple[str, ...]  # tokens that were replaced or revoked


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    room = Newsroom(tmp_path_factory.mktemp("house"), SITE + PUBLIC + PRIVATE)
    write_both(room)
    room.refresh()
    with served(room) as (client, store):
        good, club = subscribed(room, store), subscribed(room, store, "club", "Bo")
        bad = tuple(subscribed(room, store, name=name) for name in ("Old", "Gone"))
        subscribed(room, store, name="Old")
        with store.write() as tx:
            tokens.revoke(tx, "board", "Gone")
        yield House(room, client, store, good, club, bad)


def basic(password: str, user: str = "ann") -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def test_a_token_opens_feed_page_articles_and_files_in_the_address_or_as_password(
    house: House,
) -> None:
    for path in ("board.rss", "board.atom", "board.json", "", PAGE, f"{PAGE}{MARK}.png"):
        by_address = house.client.get(f"/private/{house.token}/{path}")
        by_password = house.client.get(f"/private/board/{path}", authorization=basic(house.token))
        assert (by_address.status, by_password.status) == (200, 200), path
        assert by_address.told == by_password.told
        assert house.token not in by_address.told
        assert MARK in by_address.told


def test_what_guests_get_is_kept_by_no_shared_cache_and_told_to_nobody(house: House) -> None:
    feed = house.client.get(f"/private/{house.token}/board.atom").headers
    page = house.client.get(f"/private/{house.token}/").headers
    assert re.fullmatch(r"private, max-age=\d+", feed["cache-control"])  # nothing stale
    assert page["cache-control"] == "private, no-cache"
    for headers in (feed, page):
        assert headers["vary"] == "Accept-Encoding, Sec-Fetch-Dest, Authorization"
        assert headers["x-robots-tag"] == "noindex"
        assert headers["referrer-policy"] == "no-referrer"
        assert "access-control-allow-origin" not in headers
    assert feed["link"] == '<./board.atom>; rel="self", <./>; rel="alternate"; type="text/html"'


def test_guests_get_304_gzip_and_redirects_as_everybody_does(house: House) -> None:
    path = f"/private/{house.token}/board.atom"
    first = house.client.get(path)
    again = house.client.get(path, if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["cache-control"].startswith("private")
    assert again.headers["referrer-policy"] == "no-referrer"
    packed = house.client.get(path, accept_encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    moved = house.client.get(f"/private/{house.token}/{PAGE.rstrip('/')}")
    assert (moved.status, moved.headers["location"]) == (308, f"./{MARK}-a/")
    assert moved.headers["cache-control"] == "no-store"  # a cache may keep it for good
    assert house.client.get(path, "HEAD").body == b""
    assert house.client.get(path, "POST").status == 405


def test_pages_lead_to_each_other_without_a_secret_and_wherever_they_are(house: House) -> None:
    index = house.client.get(f"/private/{house.token}/").told
    page = house.client.get(f"/private/{house.token}/{PAGE}").told
    assert f'href="{PAGE}"' in index
    assert f'src="../../{PAGE}{MARK}.png"' in page
    assert 'href="../../style.css"' in page
    assert "https://example.org/private/board/board.atom" in page


@pytest.mark.parametrize("path", ["board.atom", "", "nothing.atom", PAGE, "style.css"])
def test_every_wrong_token_in_an_address_is_a_path_where_nothing_is(
    house: House, path: str
) -> None:
    nowhere = house.client.get("/nothing/here").told
    wrong = (new_token(), "T", "T%C3%A9", house.token[:-1], f"T{house.token[1:].lower()}")
    for token in (*house.bad, *wrong):
        assert house.client.get(f"/private/{token}/{path}").told == nowhere


@pytest.mark.parametrize(
    "name", ["board", "club", "all", "nobody", "", "%C3%A9", "board/board.atom"]
)
def test_every_name_is_asked_for_a_password_alike(house: House, name: str) -> None:
    asked = {
        house.client.get(f"/private/{name}{rest}", **headers).told
        for rest in ("", "/", "/board.atom", f"/{PAGE}")
        for headers in (
            {},
            {"authorization": basic("wrong")},
            {"authorization": basic(new_token())},
            {"authorization": basic(house.token[:-1])},
            {"authorization": "Basic %%%"},
            {"authorization": "Bearer x"},
            {"authorization": "Basic " + base64.b64encode(b"\xff:\xff").decode()},
            *([] if name == "club" else [{"authorization": basic(house.club)}]),
        )
    }
    [one] = asked
    assert one.startswith("401\n")
    assert 'Basic realm="Private feeds"' in one


def test_a_token_is_for_one_feed(house: House) -> None:
    club = house.club
    nowhere = house.client.get("/nothing").told
    assert house.client.get(f"/private/{club}/club.atom").status == 200
    assert house.client.get(f"/private/{club}/board.atom").told == nowhere
    assert house.client.get(f"/private/{club}/../board/board.atom").told == nowhere
    assert house.client.get(f"/private/{club}/%2e%2e/board/board.atom").told == nowhere
    assert house.client.get(f"/private/{house.token}/board.json.gz").told == nowhere


def test_what_is_revoked_opens_nothing_a_moment_later() -> None:
    known, clock = {digest("Tone"): "board"}, [100.0]
    guests = Guests(lambda: dict(known), {}, lambda: clock[0])
    assert guests.who("/private/Tone/x", "") == Guest("board", "/x")
    known.clear()
    clock[0] += 0.6
    assert guests.who("/private/Tone/x", "") == Stranger(asked=False)
    known[digest("Ttwo")] = "board"
    clock[0] += 0.6
    assert guests.who("/private/Ttwo", "") == Guest("board", "")
    assert guests.who("/private/board/", basic("Ttwo")) == Guest("board", "/")


def test_the_store_is_asked_at_most_twice_a_second_and_every_token_compared() -> None:
    many = {digest(f"T{number}"): "board" for number in range(50)}
    asked: list[None] = []

    def read() -> dict[str, str]:
        asked.append(None)
        return many

    guests = Guests(read, {}, lambda: 100.0)
    right = calls(lambda: guests.who("/private/T7/x", ""))
    wrong = calls(lambda: guests.who("/private/Tnone/x", ""))
    last = calls(lambda: guests.who("/private/T49/x", ""))
    assert len(asked) == 1
    assert abs(right - last) <= 2
    assert abs(right - wrong) <= 30


def test_former_names_are_answered_to_who_has_the_token() -> None:
    guests = Guests(lambda: {digest("Tone"): "council"}, {"board": "council"}, lambda: 1.0)
    assert guests.who("/private/board/board.atom", basic("Tone")) == Guest("council", "/board.atom")
    assert guests.who("/private/other/board.atom", basic("Tone")) == Stranger(asked=True)


def test_tokens_are_no_names_and_of_256_bits() -> None:
    made = {new_token() for _ in range(100)}
    assert len(made) == 100
    assert all(len(token) == 44 and may_be_token(token) for token in made)


def test_an_error_logs_neither_token_nor_message(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_folder: Path, path: str) -> None:
        raise RuntimeError(f"{path} {house.token}")

    monkeypatch.setattr("feeds.server.app.find", broken)
    with caplog.at_level(logging.DEBUG):
        reply = house.client.get(f"/private/{house.token}/{PAGE}")
    assert reply.status == 500
    assert house.token not in reply.told
    assert "RuntimeError" in caplog.text
    assert "_guarded" in caplog.text  # where it came from
    assert house.token not in caplog.text + repr([record.args for record in caplog.records])


def test_an_error_while_a_file_is_sent_logs_no_token(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: object) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("feeds.server.app.os.pread", broken)
    with caplog.at_level(logging.DEBUG), pytest.raises(Exception):  # noqa: B017, PT011 - cut off
        house.client.get(f"/private/{house.token}/{PAGE}")
    assert house.token not in caplog.text


def test_the_store_holds_no_token(house: House) -> None:
    files = [path for path in (house.room.folder / "data").rglob("*") if path.is_file()]
    assert [path for path in files if house.token.encode() in path.read_bytes()] == []
