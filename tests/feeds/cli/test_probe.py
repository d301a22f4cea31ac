import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from tests.feeds.cli.commands import broadsheet, documented_json
from tests.feeds.town import CONFIG, INBOX, NAMES, Town, title


@pytest.fixture
def town(httpserver: HTTPServer, tmp_path: Path) -> Town:
    (tmp_path / "broadsheet.toml").write_text(CONFIG + INBOX)
    return Town(httpserver)


def probed(folder: Path, url: str) -> dict[str, Any]:
    done = broadsheet(folder, "probe", "--json", url)
    found: dict[str, Any] = json.loads(done.stdout)
    assert done.exit_code == int(not found["candidates"])
    return found


def test_the_sites_own_feed_comes_first_then_the_list_then_the_sitemap(
    tmp_path: Path, town: Town
) -> None:
    found = probed(tmp_path, town.url("/"))
    kinds = [(one["kind"], one["url"]) for one in found["candidates"]]
    assert kinds == [
        ("feed", town.url("/feeds/all.atom")),
        ("listing", town.url("/")),
        ("feed", town.url("/feeds/comments.atom")),
        ("sitemap", town.url("/maps/index.xml")),
    ]
    feed = found["candidates"][0]
    assert feed["items"][0] == {
        "url": town.url("/2026/bridge"),
        "title": title("bridge"),
        "published": "2026-05-10T09:00:00+00:00",
    }
    assert feed["count"] == len(NAMES)
    scores = [one["score"] for one in found["candidates"]]
    assert scores == sorted(scores, reverse=True)
    assert set(found) == documented_json("probe")
    assert len(town.asked) == len(set(town.asked)) <= 16
    assert {p.name for p in tmp_path.iterdir()} == {"broadsheet.toml"}, "nothing is stored"


def test_what_it_gives_to_paste_is_a_source(tmp_path: Path, town: Town) -> None:
    for one in probed(tmp_path, town.url("/"))["candidates"]:
        (source,) = tomllib.loads(one["config"])["source"]
        assert source.pop("name") == "harbour-town"
        assert source.pop(one["kind"]) == one["url"]
        assert source == ({"fulltext": True} if one["kind"] == "feed" else {})


def test_for_people_it_shows_the_same_with_a_table_to_paste(tmp_path: Path, town: Town) -> None:
    done = broadsheet(tmp_path, "probe", town.url("/"))
    assert done.exit_code == 0
    assert done.stdout.startswith(f"feed  0.95  {town.url('/feeds/all.atom')}  Harbour Town (8 ")
    assert f"  2026-05-10  {title('bridge')}\n" in done.stdout
    assert done.stdout.endswith("fulltext = true\n")


def test_a_feed_that_nothing_names_is_found_where_feeds_usually_are(
    tmp_path: Path, town: Town
) -> None:
    feed = town.documents["/feeds/all.atom"]
    town.without_feeds()
    town.documents["/feed.xml"] = feed
    best = probed(tmp_path, town.url("/"))["candidates"][0]
    assert (best["kind"], best["url"]) == ("feed", town.url("/feed.xml"))


def test_a_link_that_people_see_is_enough(tmp_path: Path, town: Town) -> None:
    feed = town.documents["/feeds/all.atom"]
    town.without_feeds()
    kind, home = town.documents["/"]
    town.documents["/"] = (kind, home.replace("<footer>", "<footer><a href='/x/news.rss'>RSS</a>"))
    town.documents["/x/news.rss"] = feed
    assert probed(tmp_path, town.url("/"))["candidates"][0]["url"] == town.url("/x/news.rss")


def test_a_section_is_a_list_where_the_feed_has_nothing_of_it(tmp_path: Path, town: Town) -> None:
    kind, atom = town.documents["/feeds/all.atom"]
    town.documents["/feeds/all.atom"] = (kind, atom.replace("/2026/", "/elsewhere/"))
    first, second, *_ = probed(tmp_path, town.url("/news/"))["candidates"]
    assert (first["kind"], first["url"]) == ("listing", town.url("/news/"))
    assert "lists nothing of what the page does" in second["reasons"]


def test_where_the_page_is_refused_the_sitemap_is_told(tmp_path: Path, town: Town) -> None:
    town.without_feeds()
    town.refused = {"/"}
    done = broadsheet(tmp_path, "probe", town.url("/"))
    assert done.exit_code == 0
    sitemap = town.url("/maps/index.xml")
    refused = f"{town.url('/')}: 403 from 127.0.0.1: it refuses automated readers"
    assert done.stderr == f"{refused}; its sitemap at {sitemap} works\n"
    assert f'sitemap = "{sitemap}"' in done.stdout


@pytest.mark.parametrize("path", ["/feeds/all.atom", "/maps/index.xml"])
def test_an_address_that_is_one_itself_needs_no_page(tmp_path: Path, town: Town, path: str) -> None:
    (only,) = probed(tmp_path, town.url(path))["candidates"]
    assert only["url"] == town.url(path)
    assert len(town.asked) <= 2


def test_what_is_broken_is_rejected_with_the_reason(tmp_path: Path, town: Town) -> None:
    town.documents["/feeds/all.atom"] = ("application/atom+xml", "<html><p>Oops</p></html>")
    town.documents["/maps/articles.xml"] = ("application/xml", "")
    found = probed(tmp_path, town.url("/"))
    why = {one["url"]: one["why"] for one in found["rejected"]}
    assert why[town.url("/feeds/all.atom")] == "it is an HTML page, not a feed"
    assert town.url("/maps/articles.xml") in why
    assert found["candidates"][0]["kind"] == "listing"


def test_a_page_of_hints_that_lead_nowhere_costs_a_bounded_number_of_requests(
    tmp_path: Path, town: Town
) -> None:
    links = "".join(
        f"<link rel=alternate type='application/rss+xml' href='/f{n}'><a href='/rss/{n}'>x</a>"
        for n in range(500)
    )
    maps = "".join(f"Sitemap: {town.url(f'/s{n}')}\n" for n in range(500))
    town.documents = {"/": ("text/html", links), "/robots.txt": ("text/plain", maps)}
    found = probed(tmp_path, town.url("/"))
    assert found["candidates"] == []
    assert len(town.asked) <= 16


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/", "", "http://", "http://[::1", "file:///etc/passwd", "a\0b", "ü"]
)
def test_what_cannot_be_asked_is_told_in_a_line(tmp_path: Path, url: str) -> None:
    (tmp_path / "broadsheet.toml").write_text(CONFIG + INBOX)
    done = broadsheet(tmp_path, "probe", url)
    assert (done.exit_code, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1


def test_without_a_configuration_private_networks_are_refused(tmp_path: Path, town: Town) -> None:
    (tmp_path / "broadsheet.toml").unlink()
    done = broadsheet(tmp_path, "probe", town.url("/"))
    assert done.exit_code == 1
    assert "its address 127.0.0.1 is" in done.stderr
    assert town.asked == []
