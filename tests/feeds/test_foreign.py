"""Enclosures and upstream feeds: what of them can be printed, and how it is spelt."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.foreign import file_name, fit_enclosures, fit_upstream
from ingest.article import Enclosure, Upstream

FEED = "https://radio.example.net/feed"
ADDRESSES = (
    *(FEED, "http://localhost:8000/a.mp3", "https://bücher.example/ü ö.mp4?a=1&b=%e9", "x.mp3"),
    *(
        "ftp://example.org/a.mp3",
        "http://[::1]/a.mp3",
        "//example.org/a",
        "HTTPS://Example.ORG:443",
    ),
)
addresses = st.sampled_from(ADDRESSES) | st.text(max_size=8).map("https://example.org/".__add__)
types = st.sampled_from(["audio/mpeg", "Audio/MPEG; x=y", "mp3", "", "a/b/c"]) | st.text(max_size=8)
lengths = st.integers() | st.sampled_from([2**63, 10**400])
enclosures = st.lists(
    st.builds(Enclosure, url=addresses, media_type=types, length=lengths), max_size=5
)
upstreams = st.builds(
    Upstream,
    id=addresses | st.text(max_size=12) | st.from_regex(r"\A(tag|urn):[ -~]{,20}\Z"),
    title=st.text(max_size=12),
    url=addresses,
    feed_url=addresses,
)


def kind_of(media_type: str, url: str = "https://example.org/file") -> str:
    return fit_enclosures([Enclosure(url=url, media_type=media_type)])[0].media_type


def id_of(stated: str) -> str:
    upstream = fit_upstream(Upstream(id=stated, feed_url=FEED))
    assert upstream is not None
    return upstream.id


@settings(max_examples=80, deadline=None)
@given(enclosures)
def test_fit_enclosures_have_distinct_ascii_urls_and_stay_as_they_are(
    given_: list[Enclosure],
) -> None:
    fit = fit_enclosures(given_)
    assert fit_enclosures(fit) == fit
    assert len({one.url for one in fit}) == len(fit)
    for one in fit:
        assert one.url.isascii()
        assert one.url.startswith(("http://", "https://"))
        assert 0 <= one.length < 2**63


@settings(max_examples=80, deadline=None)
@given(upstreams)
def test_a_fit_upstream_stays_as_it_is_and_has_an_address(given_: Upstream) -> None:
    fit = fit_upstream(given_)
    if fit is None:
        return
    assert fit_upstream(fit) == fit
    assert fit.url or fit.feed_url
    assert fit.title
    assert f"{fit.id}{fit.url}{fit.feed_url}".isascii()


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("audio/mpeg", "audio/mpeg"),
        ("Audio/MPEG; charset=utf-8", "audio/mpeg"),
        ("application/x-bittorrent", "application/x-bittorrent"),
        ("mp3", ""),
        ("audio/", ""),
        ("audio/a b", ""),
        ("audio/" + "x" * 500, ""),
        ("application/octet-stream", "application/octet-stream"),
    ],
)
def test_media_types_are_cleaned(stated: str, expected: str) -> None:
    assert kind_of(stated) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/a.MP3?token=1", "audio/mpeg"),
        ("https://example.org/a%2Em4v", "video/mp4"),
        ("https://example.org/notes.txt", "text/plain"),
        ("https://example.org/?file=a.mp3", ""),
        ("https://example.mp3", ""),
    ],
)
def test_a_missing_media_type_is_told_by_the_path(url: str, expected: str) -> None:
    assert kind_of("", url) == expected
    assert kind_of("application/octet-stream", url) == (expected or "application/octet-stream")
    assert kind_of("video/webm", url) == "video/webm"


@pytest.mark.parametrize(
    ("length", "expected"), [(-1, 0), (5, 5), (2**63 - 1, 2**63 - 1), (2**63, 0)]
)
def test_an_absurd_length_is_unknown(length: int, expected: int) -> None:
    one = Enclosure(url="https://example.org/a.mp3", length=length)
    assert fit_enclosures([one])[0].length == expected


def test_an_entry_has_at_most_50_enclosures() -> None:
    many = [Enclosure(url=f"https://example.org/{number}.mp3") for number in range(200)]
    assert [one.url for one in fit_enclosures(many)] == [one.url for one in many[:50]]


@pytest.mark.parametrize(
    "stated",
    [
        "tag:blogger.com,1999:blog-123",
        "tag:ada@example.org,2005-01:/x",
        "urn:uuid:5f0c1a52-0d0a-5c0e-9a53-0c6a4a1f0001",
        "urn:isbn:0451450523",
        "https://example.org/feed?a=1&b=%C3%A9",
    ],
)
def test_an_upstream_id_that_validators_take_stays_verbatim(stated: str) -> None:
    assert id_of(stated) == stated


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("http://example.org", "http://example.org/"),
        ("HTTP://Example.org:80/%7eada", "http://example.org/~ada"),
        ("https://example.org/e%CC%81", FEED),
        ("https://example.org/%FF", FEED),
        ("urn:uuid:nonsense", FEED),
        ("tag:Example.org:80,2005:x", FEED),
        ("yt:channel:UC123", FEED),
        ("123", FEED),
        ("", FEED),
        ("urn:example:" + "x" * 5_000, FEED),
    ],
)
def test_another_id_is_spelt_canonically_or_becomes_the_feeds_address(
    stated: str, expected: str
) -> None:
    assert id_of(stated) == expected


def test_an_upstream_feed_without_a_title_is_called_by_its_host() -> None:
    feed = fit_upstream(Upstream(feed_url=FEED))
    assert feed is not None
    assert feed.title == "radio.example.net"


def test_an_upstream_feed_without_an_address_is_none() -> None:
    nowhere = Upstream(id="tag:example.org,2005:x", title="Radio")
    assert fit_upstream(nowhere) is None
    assert fit_upstream(replace(nowhere, feed_url="ftp://example.org/", url="/")) is None
    assert fit_upstream(None) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/shows/a%20%C3%BC.mp3?x=1", "a ü.mp3"),
        ("https://example.org/shows/", "shows"),
        ("https://example.org", "example.org"),
        ("https://example.org/%00%0A", "example.org"),
    ],
)
def test_a_file_is_called_by_the_end_of_its_path(url: str, expected: str) -> None:
    assert file_name(url) == expected
