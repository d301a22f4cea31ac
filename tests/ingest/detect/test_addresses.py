"""What an address alone tells of a link."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.detect.addresses import addresses, split

PAGE = "https://www.millbrook.example/news/?page=1"
address = addresses(PAGE, PAGE)


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("a-story", "https://www.millbrook.example/news/a-story"),
        ("/a#comments", "https://www.millbrook.example/a"),
        ("/#!/a", "https://www.millbrook.example/#!/a"),
        ("//other.example/a", "https://other.example/a"),
        ("?id=3", "https://www.millbrook.example/news/?id=3"),
        ("/?p=12", "https://www.millbrook.example/?p=12"),
        ("HTTPS://Other.example/A", "https://Other.example/A"),
        ("https://user@other.example:8080/a?b", "https://user@other.example:8080/a?b"),
        ("https://other.example/", "https://other.example/"),
    ],
)
def test_what_may_be_an_article_is_absolute_and_without_its_fragment(href: str, url: str) -> None:
    found = address(href)
    assert found is not None
    assert found.url == url


@pytest.mark.parametrize(
    "href",
    [
        "", "#top", "  ", "mailto:a@b.example", "javascript:void(0)", "tel:1", "ftp://a.example/b",
        "/", "https://millbrook.example", "?page=2", "?page=1&sort=date", "/news", "/news/#list",
        "https://www.facebook.com/sharer?u=x", "https://m.facebook.com/paper", "https://t.me/x",
        "/report.pdf", "/episode.MP3", "/photo.jpeg?w=3", "http://[::1", "https:///x",
        "/" + "a" * 2_001,
    ],
)  # fmt: skip
def test_what_can_be_no_article_of_its_own_is_none(href: str) -> None:
    assert address(href) is None


def test_share_hosts_are_articles_on_their_own_pages() -> None:
    own = addresses("https://www.reddit.com/r/a/", "https://www.reddit.com/r/a/")
    assert own("/r/a/comments/1/b/") is not None


@pytest.mark.parametrize(
    "href",
    ["/tag/river", "/category/town/river-news/", "/author/ann-bee", "/2026/about-us",
     "/kategorie/stadt",
     "/wp-login.php", "/feed/", "/datenschutz"],
)  # fmt: skip
def test_addresses_of_other_things_are_told(href: str) -> None:
    found = address(href)
    assert found is not None
    assert found.off


@pytest.mark.parametrize(
    "href",
    [
        "/2026/tagging-the-otters",
        "/news/about-the-bridge",
        "/story/12",
        "/contact/2026/a-new-hall",
        "/p/abc123xyz",
    ],
)
def test_addresses_of_articles_are_not(href: str) -> None:
    found = address(href)
    assert found is not None
    assert not found.off


def test_addresses_built_alike_have_one_shape() -> None:
    def shape(href: str) -> object:
        found = address(href)
        assert found is not None
        return found.shape

    assert shape("/2026/11/the-otters-return") == shape("/2025/02/a-bridge-is-closed")
    assert shape("/2026/11/the-otters-return") != shape("/river")
    assert shape("/index.php?id=3") == shape("/index.php?id=99")


@given(st.text(max_size=40))
@settings(max_examples=80, deadline=None)
def test_any_reference_is_an_http_address_or_none(href: str) -> None:
    found = address(href)
    assert found is None or split(found.url) is not None
