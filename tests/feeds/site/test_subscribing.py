"""How a person subscribes: the box to copy from, the links to readers, a feed opened as it is."""

from dataclasses import replace
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from feeds.site import FeedLink, IndexEntry, Offer, SiteHead, feed_stylesheet, index_page
from feeds.site.readers import device_link, web_readers
from feeds.words import words
from tests.feeds.site.test_pages import ALL, HOME, MAY, OPML, RSS, SITE, attributes, texts

ADDRESS = "https://news.example.org/a%20b/all.rss?x=1&y=2"


def page(*offers: Offer, site: SiteHead = SITE) -> bytes:
    entry = IndexEntry(title="B", url=HOME + "b/", published=MAY)
    return index_page([entry], offers, site, opml=OPML)


def at(address: str) -> Offer:
    link = FeedLink(title="N", url=address, media_type="application/rss+xml", format="RSS")
    return Offer(title="News", formats=(link,))


def test_links_to_readers_hold_the_very_address() -> None:
    links = {link.title: urlsplit(link.url) for link in web_readers(ADDRESS)}
    path = links["Feedly"].path
    assert unquote(path.removeprefix("/i/subscription/feed/")) == ADDRESS
    assert "/" not in path.removeprefix("/i/subscription/feed/")
    for name, key in (("Inoreader", "add_feed"), ("NewsBlur", "url"), ("The Old Reader", "url")):
        assert parse_qs(links[name].query) == {key: [ADDRESS]}
    assert {link.scheme for link in links.values()} == {"https"}
    assert device_link(ADDRESS) == "feed:" + ADDRESS


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("news.example.org", True),
        ("news.example.org:8443", True),
        ("8.8.8.8", True),
        ("127.0.0.1:8000", False),
        ("192.168.1.9", False),
        ("[::1]:8000", False),
        ("localhost:8000", False),
        ("LOCALHOST.", False),
        ("pi:8000", False),
        ("pi.local", False),
        ("wiki.corp.internal", False),
        ("nas.home.arpa", False),
        ("localhost.example.org", True),
    ],
)
def test_readers_of_the_web_are_offered_only_where_they_get_to(host: str, known: bool) -> None:
    address = f"http://{host}/all.rss"
    assert bool(web_readers(address)) is known
    written = page(at(address))
    assert attributes(written, "//aside//input/@value") == [address]
    links = attributes(written, "//*[@class='readers']//a/@href")
    assert links == [link.url for link in web_readers(address)] + ["feed:" + address]


def test_one_of_many_is_a_link_to_its_page_and_no_more() -> None:
    brief = replace(ALL, title="News: town", page=HOME + "on-town.html", brief=True)
    written = page(ALL, brief)
    assert attributes(written, "//aside//input/@value") == [RSS.url]
    assert texts(written, "//aside//*[@class='brief']/li/a") == ["News: town"]
    assert attributes(written, "//aside//*[@class='brief']//a/@href") == [HOME + "on-town.html"]


def test_a_feed_with_a_page_of_its_own_is_offered_in_full_there() -> None:
    town = replace(ALL, title="Town", page=HOME + "town.html")
    written = page(ALL, town)
    assert attributes(written, "//aside//h3/a/@href") == [town.page]
    assert attributes(written, "//aside//input/@value") == [RSS.url, RSS.url]
    assert len(attributes(written, "//*[@class='readers']")) == 1
    ids = attributes(written, "//@id")
    assert len(set(ids)) == len(ids)
    assert set(attributes(written, "//@aria-labelledby")) <= set(ids)


@pytest.mark.parametrize("language", ["en", "de", "ar", "ja", "vi"])
def test_the_sentences_are_in_the_language_of_the_site(language: str) -> None:
    written = page(ALL, site=replace(SITE, language=language))
    spoken = words(language).language
    assert attributes(written, "//aside/p[not(@class)]/@lang") == [spoken]
    assert texts(written, "//aside/h2") == [words(language).subscribe]
    assert attributes(written, "//*[@class='readers']/li[last()]/@lang") == [spoken]
    said = feed_stylesheet(language).decode()
    assert f"direction: {words(language).direction};" in said
    assert said.count('content: "') == 1
    assert (feed_stylesheet(language) == feed_stylesheet("en")) is (spoken == "en")


def test_in_a_site_that_is_read_from_the_right_addresses_are_not() -> None:
    written = page(ALL, site=replace(SITE, language="ar"))
    assert attributes(written, "//*[@class='front']/@dir") == ["rtl"]
    assert attributes(written, "//aside//input/@dir") == ["ltr"]
    assert attributes(written, "//aside//h3/@dir") == ["auto"]


def test_no_script_is_needed_and_nobody_else_asked() -> None:
    written = page(ALL)
    assert b"<script" not in written
    assert not attributes(written, "//@*[starts-with(name(), 'on')]")
    lines = feed_stylesheet("en").decode().splitlines()
    assert not [line for line in lines if "url(" in line and not line.startswith("@namespace")]
