"""Pages and assets over real loopback HTTP: whole, and nothing else of the disk."""

import os
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from tests.feeds.server.published import Site


def test_pages_come_from_disk_under_a_strict_policy(still: Site) -> None:
    page = still.output / "articles/a-b/index.html"
    reply = still.get("/articles/a-b/")
    assert reply.body == page.read_bytes()
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.headers["content-security-policy"].startswith("default-src 'none';")
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["etag"].startswith('W/"')
    changed = datetime.fromtimestamp(int(page.stat().st_mtime), UTC)
    assert reply.headers["last-modified"] == format_datetime(changed, usegmt=True)


def test_a_changed_page_has_another_tag(site: Site) -> None:
    site.write("index.html", b"one")
    first = site.get("/").headers["etag"]
    site.write("index.html", b"two")
    reply = site.get("/", if_none_match=first)
    assert (reply.status, reply.body) == (200, b"two")


def test_a_folder_without_its_slash_is_redirected_for_good(still: Site) -> None:
    reply = still.get("/articles/a:b%20%C3%A9?from=feed")
    assert reply.status == 308
    assert reply.headers["location"] == "./a%3Ab%20%C3%A9/?from=feed"
    assert still.get("/bare").status == 404
    assert still.get("/bare/").status == 404


def test_large_assets_arrive_whole(site: Site) -> None:
    data = os.urandom(3_000_000)
    site.write("articles/a/film.mp4", data)
    reply = site.get("/articles/a/film.mp4")
    assert reply.body == data
    assert reply.headers["content-type"] == "video/mp4"


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/articles/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/articles/..%2f..%2fsecret.txt",
        "//secret.txt",
        "/.hidden",
        "/.git/config",
        "/link.txt",
        "/hidden-link.txt",
        "/folder-link/secret.txt",
        "/loop",
        "/pipe",
        "/%00",
        "/index.html%00.txt",
        "/%ff%fe",
        "/" + "a" * 5000,
        "/index.html/",
        "/./index.html",
        "/_headers",
        "/_redirects",
        "/bare/../_headers",
        "//_headers",
        "/headers-link",
    ],
)
def test_nothing_outside_hidden_or_odd_is_served(still: Site, path: str) -> None:
    reply = still.get(path)
    assert (reply.status, reply.body) == (404, b"Not found\n")


def test_links_that_stay_inside_are_followed(still: Site) -> None:
    assert still.get("/inner-link.txt").body == b"text"
