import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.urls import canonical_url, link_url, match_url, same_site


@pytest.mark.parametrize(
    ("given_url", "wanted"),
    [
        ("HTTP://Example.COM", "http://example.com/"),
        ("https://example.org:443/a", "https://example.org/a"),
        ("http://example.org:8080/a", "http://example.org:8080/a"),
        ("https://bücher.example/ä b", "https://xn--bcher-kva.example/%C3%A4%20b"),
        ("https://example.org/%7euser/%2f%e4", "https://example.org/~user/%2F%E4"),
        ("https://example.org/a/../b/./c/..", "https://example.org/b/"),
        ("https://example.org/a//b", "https://example.org/a//b"),
        ("https://example.org/a?b=2&a=1#part", "https://example.org/a?b=2&a=1"),
        ("https://example.org/#!/page", "https://example.org/#!/page"),
        ("https://example.org/a?utm_source=x&id=7&FBCLID=y", "https://example.org/a?id=7"),
        ("https://example.org/a?utmost=1&ref=home", "https://example.org/a?utmost=1&ref=home"),
        ("https://example.org/a/?", "https://example.org/a/"),
        ("https://user:secret@example.org/a", "https://example.org/a"),
        ("https://example.org/a|b{c}", "https://example.org/a%7Cb%7Bc%7D"),
        ("https://example.org/?q=a+b%20c=d", "https://example.org/?q=a+b%20c=d"),
        (" https://example.org/a\n ", "https://example.org/a"),
        ("http://[::1]:80/", "http://[::1]/"),
        ("https://example.org/100%", "https://example.org/100%25"),
    ],
)
def test_canonical_form(given_url: str, wanted: str) -> None:
    assert canonical_url(given_url) == wanted
    assert canonical_url(wanted) == wanted


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "/a",
        "mailto:a@b.c",
        "javascript:alert(1)",
        "http://",
        "http://[::1",
        "http://a:99999/",
        "http://a b/",
        "http://..",
        "https://" + "a" * 300,
        "https://e.org/" + "a" * 9000,
    ],
)
def test_what_is_no_address_of_a_page_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical_url(bad)


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://x.org/", "https://x.org/?"]))
@settings(max_examples=100, deadline=None)
def test_any_text_is_refused_or_gets_a_stable_ascii_form(text: str, prefix: str) -> None:
    try:
        once = canonical_url(prefix + text)
    except ValueError:
        return
    assert once.isascii()
    assert " " not in once
    assert canonical_url(once) == once
    assert match_url(once) == match_url(prefix + text)


@pytest.mark.parametrize(
    "variant",
    [
        "http://example.org/a",
        "https://www.example.org/a",
        "https://m.example.org/a",
        "https://amp.example.org/a",
        "https://example.org/a/amp",
        "https://example.org/a?amp=1",
        "https://www.example.org/a?utm_medium=feed#top",
    ],
)
def test_variants_of_one_page_match(variant: str) -> None:
    assert match_url(variant) == match_url("https://example.org/a") == "example.org/a"


def test_different_pages_do_not_match() -> None:
    assert match_url("https://example.org/a") != match_url("https://example.org/a/")
    assert match_url("https://example.org/a?id=1") != match_url("https://example.org/a?id=2")
    assert match_url("https://m.org/a") != match_url("https://www.org/a")


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("https://www.example.org/", "http://news.example.org/a", True),
        ("https://example.org/", "https://example.com/", False),
        ("https://a.co.uk/", "https://b.co.uk/", False),
        ("https://www.a.co.uk/", "https://a.co.uk/", True),
        ("https://a.github.io/", "https://b.github.io/", False),
        ("http://127.0.0.1:1/", "http://127.0.0.1:2/", True),
        ("http://10.0.0.1/", "http://11.0.0.1/", False),
        ("http://localhost/", "http://localhost:8000/", True),
        ("https://example.org/", "nonsense", False),
    ],
)
def test_same_site_is_one_registrable_domain(first: str, second: str, same: bool) -> None:
    assert same_site(first, second) is same
    assert same_site(second, first) is same


def test_a_link_keeps_its_fragment_and_parameters() -> None:
    assert link_url("https://ex.org/ä?utm_source=a&b|c#d e") == (
        "https://ex.org/%C3%A4?utm_source=a&b%7Cc#d%20e"
    )
