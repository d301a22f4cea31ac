"""Feeds over real loopback HTTP: whole, conditional, compressed, never broken or older."""

import gzip
import os
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path

import pytest

from feeds.codings import CODINGS, Coding
from feeds.manifest import Manifest, dumps, read_manifest
from tests.feeds.server.published import ATOM, NEW, OLD, RSS, Site, renamed

CORS = ("access-control-allow-origin", "access-control-expose-headers")


def test_feeds_carry_every_header_readers_need(still: Site) -> None:
    reply = still.get("/all.rss")
    assert (reply.status, reply.body) == (200, RSS)
    headers = dict(reply.headers.items())
    assert headers.pop("date")
    assert headers == {
        "content-type": "application/rss+xml; charset=utf-8",
        "content-length": str(len(RSS)),
        "etag": f'W/"{sha256(RSS).hexdigest()}"',
        "last-modified": "Fri, 01 May 2026 12:00:00 GMT",
        "cache-control": "public, max-age=900, stale-while-revalidate=3600, stale-if-error=86400",
        "vary": "Accept-Encoding, Sec-Fetch-Dest",
        "link": '<https://example.org/all.rss>; rel="self", '
        '<https://example.org/>; rel="alternate"; type="text/html"',
        "access-control-allow-origin": "*",
        "access-control-expose-headers": "ETag, Last-Modified, Link",
        "x-content-type-options": "nosniff",
    }
    atom = still.get("/all.atom")
    assert atom.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert atom.body == ATOM


def test_links_of_the_manifest_are_told_in_one_header(site: Site) -> None:
    links = (("https://hub.example/", "hub"), ("https://example.org/all.rss", "self"))
    before = read_manifest(site.manifests / "all.json")
    files = tuple(replace(file, links=links) for file in before.files)
    renamed(site.manifests / "all.json", dumps(replace(before, files=files)))
    reply = site.get("/all.rss")
    told = '<https://hub.example/>; rel="hub", <https://example.org/all.rss>; rel="self"'
    assert reply.headers.get_all("link") == [told]
    same = site.get("/all.rss", if_none_match=reply.headers["etag"])
    assert (same.status, same.headers["link"]) == (304, told)
    assert site.get("/all.rss", "HEAD").headers["link"] == told


@pytest.mark.parametrize(
    ("accepted", "coding", "suffix"),
    [("gzip", "gzip", ".gz"), ("gzip, br", "br", ".br"), ("br;q=0.5, gzip;q=0.8", "gzip", ".gz")],
)
def test_the_published_siblings_go_out_under_the_same_tag(
    still: Site, accepted: str, coding: str, suffix: str
) -> None:
    plain, packed = still.get("/all.rss"), still.get("/all.rss", accept_encoding=accepted)
    assert packed.headers["content-encoding"] == coding
    assert packed.body == (still.output / f"all.rss{suffix}").read_bytes()
    assert packed.headers["content-length"] == str(len(packed.body))
    for name in ("etag", "vary", "last-modified", "content-type", "link"):
        assert packed.headers[name] == plain.headers[name]
    refused = still.get("/all.rss", accept_encoding="gzip;q=0, br;q=0")
    assert "content-encoding" not in refused.headers
    tag = f'{packed.headers["etag"][:-1]}-{coding}"'
    assert still.get("/all.rss", if_none_match=tag, accept_encoding=accepted).status == 304


@pytest.mark.parametrize("coding", CODINGS, ids=lambda coding: coding.name)
@pytest.mark.parametrize(
    "spoil",
    [
        lambda path, coding: path.write_bytes(coding.pack(b"other bytes")),
        lambda path, _: path.write_bytes(b"not packed"),
        lambda path, coding: path.write_bytes(coding.pack(RSS)[:-4]),
        lambda path, _: path.unlink(),
    ],
)
def test_a_sibling_that_does_not_match_is_not_used(
    site: Site, coding: Coding, spoil: Callable[[Path, Coding], object]
) -> None:
    spoil(coding.beside(site.output / "all.rss"), coding)
    site.name({"all.rss": RSS, "all.atom": ATOM}, NEW)
    reply = site.get("/all.rss", accept_encoding=coding.name)
    assert "content-encoding" not in reply.headers
    assert reply.body == RSS
    assert "content-encoding" in site.get("/all.rss", accept_encoding="gzip, br").headers


@pytest.mark.parametrize(
    ("path", "own", "shown"),
    [
        ("/all.rss", "application/rss+xml", "application/xml"),
        ("/all.atom", "application/atom+xml", "application/xml"),
        ("/town.json", "application/feed+json", "application/json"),
    ],
)
def test_browsers_show_what_readers_read(site: Site, path: str, own: str, shown: str) -> None:
    site.publish({"town.json": b"{}"}, OLD, feed="town")
    for dest, kind in (("document", shown), ("empty", own), ("", own)):
        reply = site.get(path, sec_fetch_dest=dest)
        assert reply.headers["content-type"] == f"{kind}; charset=utf-8"
        assert reply.headers["vary"] == "Accept-Encoding, Sec-Fetch-Dest"
        assert reply.headers["access-control-allow-origin"] == "*"
        head = site.get(path, "HEAD", sec_fetch_dest=dest)
        assert head.headers["content-type"] == reply.headers["content-type"]
    tag = site.get(path).headers["etag"]
    assert site.get(path, sec_fetch_dest="document", if_none_match=tag).status == 304


@pytest.mark.parametrize("path", ["/all.rss", "/", "/style.css"])
@pytest.mark.parametrize("coding", ["identity", "gzip", "br"])
def test_head_answers_as_get_without_a_body(still: Site, path: str, coding: str) -> None:
    get = still.get(path, accept_encoding=coding)
    head = still.get(path, "HEAD", accept_encoding=coding)
    assert (head.status, head.body) == (200, b"")
    assert set(head.headers.items()) - {("date", head.headers["date"])} == set(
        get.headers.items()
    ) - {("date", get.headers["date"])}


@pytest.mark.parametrize("path", ["/all.rss", "/"])
def test_nothing_new_is_304_with_the_full_header_set(still: Site, path: str) -> None:
    full = still.get(path).headers
    tag = full["etag"].removeprefix("W/")
    for conditions in (
        {"if_none_match": full["etag"]},
        {"if_none_match": f'"x", {tag[:-1]}-gzip"'},
        {"if_none_match": "*"},
        {"if_modified_since": full["last-modified"]},
        {"if_none_match": tag, "if_modified_since": "Mon, 01 Jan 2001 00:00:00 GMT"},
    ):
        reply = still.get(path, **conditions)
        assert (reply.status, reply.body) == (304, b"")
        assert reply.headers["date"]
        for name in ("etag", "last-modified", "cache-control", "vary", "link", *CORS):
            assert reply.headers[name] == full[name]
        assert "content-type" not in reply.headers
        assert "content-length" not in reply.headers
        assert still.get(path, "HEAD", **conditions).status == 304


def test_another_tag_beats_a_fitting_date(still: Site) -> None:
    since = still.get("/all.rss").headers["last-modified"]
    reply = still.get("/all.rss", if_none_match='"other"', if_modified_since=since)
    assert (reply.status, reply.body) == (200, RSS)


def test_freshness_follows_the_schedule_within_bounds(site: Site) -> None:
    for site.seconds, age in ((-5, 300), (0, 300), (1234, 1234), (86_400, 3600)):
        assert f"max-age={age}," in site.get("/all.rss").headers["cache-control"]


def test_unknown_queries_are_ignored(still: Site) -> None:
    assert still.get("/all.rss?null&utm_source=x").body == RSS


def test_what_is_not_there_is_404_and_other_methods_are_405(still: Site) -> None:
    missing = still.get("/nothing")
    assert (missing.status, missing.body) == (404, b"Not found\n")
    assert missing.headers["content-type"] == "text/plain; charset=utf-8"
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        refused = still.get("/all.rss", method)
        assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD")
        assert refused.headers["content-type"] == "text/plain; charset=utf-8"


def test_compressed_siblings_have_no_address_of_their_own(site: Site) -> None:
    site.write("articles/a/data.csv", b"1,2")
    site.write("articles/a/data.csv.gz", b"x")
    site.write("articles/a/archive.tar.gz", b"an attachment")
    assert site.get("/all.rss.gz").status == site.get("/all.rss.br").status == 404
    assert site.get("/articles/a/data.csv.gz").status == 404
    assert site.get("/articles/a/archive.tar.gz").body == b"an attachment"


def test_a_new_edition_is_taken_up_whole_at_the_next_request(site: Site) -> None:
    assert site.get("/all.rss").body == RSS
    for number in range(8):
        rss, atom = b"<rss>%d</rss>" % number, b"<feed>%d</feed>" % number
        site.publish({"all.rss": rss, "all.atom": atom}, NEW.replace(second=number))
        assert site.get("/all.rss").body == rss
        packed = site.get("/all.atom", accept_encoding="gzip").body
        assert gzip.decompress(packed) == atom


def test_a_publish_cut_short_leaves_the_old_edition_up(site: Site) -> None:
    site.write("all.rss.gz", gzip.compress(b"<rss>new</rss>", mtime=0))
    site.write("all.rss", b"<rss>new</rss>")
    assert site.get("/all.rss").body == RSS
    assert site.get("/all.atom").body == ATOM


def test_a_broken_manifest_or_a_lost_file_leaves_the_last_good_edition_up(site: Site) -> None:
    renamed(site.manifests / "all.json", b"{broken")
    assert site.get("/all.rss").body == RSS
    (site.output / "all.rss").unlink()
    site.name({"all.rss": b"<rss>lost</rss>", "all.atom": ATOM}, NEW)
    assert site.get("/all.rss").body == RSS


def test_a_feed_without_manifest_is_served_from_disk(site: Site) -> None:
    site.write("other.atom", b"<feed/>")
    reply = site.get("/other.atom")
    assert reply.body == b"<feed/>"
    assert reply.headers["content-type"] == "application/atom+xml; charset=utf-8"


def test_a_feed_that_is_gone_is_let_go(site: Site) -> None:
    assert site.get("/all.rss").status == 200
    for path in (*site.output.glob("all.*"), site.manifests / "all.json"):
        path.unlink()
    assert site.get("/all.rss").status == 404


def test_a_date_in_the_future_is_never_sent(site: Site) -> None:
    site.publish({"all.rss": RSS}, datetime(2999, 1, 1, tzinfo=UTC))
    os.utime(site.write("style.css", b"body{}"), (4e9, 4e9))
    for path in ("/all.rss", "/style.css"):
        reply = site.get(path)
        assert parsedate_to_datetime(reply.headers["last-modified"]) <= datetime.now(UTC)


def test_many_rapid_requests_are_all_answered_while_editions_change(site: Site) -> None:
    editions = [b"<rss>%d</rss>" % number for number in range(15)]
    seen: list[list[bytes]] = [[] for _ in range(4)]

    def poll(bodies: list[bytes]) -> None:
        with closing(HTTPConnection("127.0.0.1", site.port, timeout=5)) as connection:
            while not bodies or bodies[-1] != editions[-1]:
                connection.request("GET", "/all.rss")
                response = connection.getresponse()
                assert response.status == 200
                bodies.append(response.read())

    pollers = [threading.Thread(target=poll, args=(bodies,)) for bodies in seen]
    for poller in pollers:
        poller.start()
    for number, edition in enumerate(editions):
        site.publish({"all.rss": edition}, NEW.replace(second=number))
    for poller in pollers:
        poller.join(10)
    order = {body: number for number, body in enumerate([RSS, *editions])}
    for bodies in seen:
        numbers = [order[body] for body in bodies]
        assert numbers == sorted(numbers)
        assert numbers[-1] == len(editions)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("query", ["", "?null", "?from=reader"])
def test_a_renamed_feed_is_answered_301_and_a_removed_one_410(
    site: Site, method: str, query: str
) -> None:
    farewell = Manifest(
        feed="old",
        moved=(("old.rss", "all.rss"), ("archive/old/1.rss", "archive/all/1.rss")),
        gone=("lost.rss",),
    )
    renamed(site.manifests / "old.json", dumps(farewell))
    for path, there in (("/old.rss", "all.rss"), ("/archive/old/1.rss", "../../archive/all/1.rss")):
        moved = site.get(path + query, method)
        assert (moved.status, moved.headers["location"]) == (301, there + query)
    gone = site.get("/lost.rss" + query, method)
    assert gone.status == 410
    for reply in (moved, gone):
        assert reply.headers["cache-control"] == "public, max-age=86400"
        assert reply.headers["access-control-allow-origin"] == "*"
        assert (reply.body == b"") == (method == "HEAD")
    tag = site.get("/all.rss").headers["etag"]
    assert site.get("/old.rss", if_none_match=tag).status == 301, "a condition moves nothing back"
    assert site.get("/all.rss").status == 200


def test_a_feed_goes_before_what_is_said_to_have_moved(site: Site) -> None:
    farewell = Manifest(feed="aaa", moved=(("all.rss", "all.atom"),), gone=("all.atom",))
    renamed(site.manifests / "aaa.json", dumps(farewell))
    assert {site.get(f"/all.{format_}").status for format_ in ("rss", "atom")} == {200}
