"""Archives over real loopback HTTP: files of the folder that share their feed's fate."""

import gzip
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from feeds.manifest import Manifest, dumps
from tests.feeds.server.published import Site, renamed, served

PAGE = b"<?xml version='1.0'?><feed>" + b"older news " * 200 + b"</feed>"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A feed with archives, a renamed one, one given up in a format, and a removed one."""
    with served(tmp_path_factory.mktemp("kept")) as site:
        for page in (1, 2, 3):
            site.write(f"archive/all/{page}.atom.gz", gzip.compress(PAGE, mtime=0))
            site.write(f"archive/all/{page}.atom", PAGE)
        site.write("archive/all/1.json", b"{}")
        site.write("archive/gone/1.rss", b"not deleted yet")
        site.write("archive/nobody/1.rss", b"of a feed that is not published")
        site.write("archive/all/notes.txt", b"no page")
        moved = (("town.rss", "all.rss"), ("town.atom", "all.atom"), ("all.json", "all.atom"))
        for name, manifest in (
            ("town", Manifest(feed="town", moved=moved)),
            ("gone", Manifest(feed="gone", gone=("gone.rss",))),
        ):
            renamed(site.manifests / f"{name}.json", dumps(manifest))
        yield site


def test_an_archive_is_served_as_its_feed_is_and_may_be_kept_for_a_week(kept: Site) -> None:
    reply = kept.get("/archive/all/1.atom")
    assert (reply.status, reply.body) == (200, PAGE)
    headers = dict(reply.headers.items())
    assert headers.pop("date")
    assert headers.pop("last-modified")
    assert headers == {
        "content-type": "application/atom+xml; charset=utf-8",
        "content-length": str(len(PAGE)),
        "etag": f'W/"{sha256(PAGE).hexdigest()}"',
        "cache-control": "public, max-age=604800",
        "vary": "Accept-Encoding, Sec-Fetch-Dest",
        "access-control-allow-origin": "*",
        "access-control-expose-headers": "ETag, Last-Modified, Link",
        "x-content-type-options": "nosniff",
    }
    packed = kept.get("/archive/all/1.atom", accept_encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == PAGE
    again = kept.get("/archive/all/1.atom", if_none_match=packed.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["cache-control"] == "public, max-age=604800"


def test_its_last_modified_is_the_time_of_the_file(tmp_path: Path) -> None:
    with served(tmp_path) as site:
        path = site.write("archive/all/1.rss", PAGE)
        at = datetime(2026, 4, 1, 12, tzinfo=UTC).timestamp()
        os.utime(path, (at, at))
        reply = site.get("/archive/all/1.rss", method="HEAD")
        assert reply.headers["last-modified"] == "Wed, 01 Apr 2026 12:00:00 GMT"
        assert reply.headers["content-length"] == str(len(PAGE))


def test_the_page_after_the_newest_is_the_feed_itself_until_it_is_there(kept: Site) -> None:
    reply = kept.get("/archive/all/4.atom?x=1")
    assert reply.status == 302
    assert reply.headers["location"] == "../../all.atom?x=1"
    assert reply.headers["cache-control"] == "public, max-age=300"


@pytest.mark.parametrize(
    "path",
    [
        "/archive/",
        "/archive/all",
        "/archive/all/",
        "/archive/all/0.atom",
        "/archive/all/01.atom",
        "/archive/all/5.atom",
        "/archive/all/99999999999999999999.atom",
        "/archive/all/1.rss",
        "/archive/all/notes.txt",
        "/archive/all/1.atom.gz",
        "/archive/all/../all/1.atom",
        "/archive/nobody/1.rss",
        "/archive/other/1.atom",
    ],
)
def test_nothing_else_is_there(kept: Site, path: str) -> None:
    assert kept.get(path).status == 404


def test_a_hole_among_the_pages_is_no_end(tmp_path: Path) -> None:
    with served(tmp_path) as site:
        for page in (1, 3):
            site.write(f"archive/all/{page}.rss", PAGE)
        assert site.get("/archive/all/2.rss").status == 404


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/archive/town/2.atom", "../../archive/all/2.atom"),
        ("/archive/town/7.rss", "../../archive/all/7.rss"),
        ("/archive/all/1.json", "../../archive/all/1.atom"),
    ],
)
def test_the_archives_of_a_feed_that_moved_are_beside_it(kept: Site, path: str, place: str) -> None:
    reply = kept.get(path)
    assert (reply.status, reply.headers["location"]) == (301, place)


def test_the_archives_of_a_removed_feed_are_gone(kept: Site) -> None:
    assert kept.get("/archive/gone/1.rss").status == 410
    assert kept.get("/archive/gone/9.rss").status == 410
