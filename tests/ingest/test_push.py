"""Where a feed says who tells of its news, and whether what claims to come from there does."""

import hashlib
import hmac

import pytest

from ingest.push import METHODS, MOST_HUBS, Offer, Seal, offered
from tests.costs import no_runaway

URL = "https://up.example/feed"
HUB, OTHER = "https://hub.example/", "https://other.example/hub"


@pytest.mark.parametrize(
    ("links", "hubs", "topic"),
    [
        ("", (), ""),
        (f'<{HUB}>; rel="hub"', (HUB,), ""),
        (f"<{HUB}>;rel=hub, <{URL}?a>; rel=self", (HUB,), f"{URL}?a"),
        (f'<{URL}?a,b;c>; title="x, <y>; rel=hub"; REL = "Self alternate"', (), f"{URL}?a,b;c"),
        (f'<{HUB}>; rel="hub", <{OTHER}>; rel="hub"', (HUB, OTHER), ""),
        ('</hub>; rel="hub"', ("https://up.example/hub",), ""),
        (f'<{HUB}>; rel="preload hubs"', (), ""),
        ('<ftp://x/>; rel="hub", <http:>; rel=hub, <>; rel=hub, <https://[>; rel=hub', (), ""),
        (f"rel=hub <{HUB}> ; ; rel", (), ""),
    ],
)
def test_link_headers_are_read(links: str, hubs: tuple[str, ...], topic: str) -> None:
    assert offered(links, URL, "", ()) == Offer(topic=topic or URL, hubs=hubs)


def test_headers_go_before_the_document_each_for_itself() -> None:
    stated = (f"{URL}?stated", (OTHER,))
    assert offered("", URL, *stated) == Offer(topic=f"{URL}?stated", hubs=(OTHER,))
    assert offered(f"<{HUB}>; rel=hub", URL, *stated).hubs == (HUB,)
    assert offered(f"<{HUB}>; rel=hub", URL, *stated).topic == f"{URL}?stated"
    assert offered(f"<{URL}>; rel=self", URL, *stated) == Offer(topic=URL, hubs=(OTHER,))


def test_a_feed_cannot_name_what_is_no_address_to_write_down() -> None:
    hubs = ("https://user:secret@hub.example/", "https://hub.example/#a", f"{HUB}{'x' * 2_000}")
    assert offered("", f"{URL}#top", "x" * 3_000, hubs) == Offer(topic=URL)


def test_of_a_thousand_hubs_the_first_ones_are_known() -> None:
    hubs = tuple(f"{HUB}{number}" for number in range(1_000))
    links = ", ".join(f"<{hub}>; rel=hub" for hub in hubs)
    assert offered("", URL, "", hubs).hubs == hubs[:MOST_HUBS]
    assert offered(links, URL, "", ()).hubs == hubs[:MOST_HUBS]


@pytest.mark.parametrize(
    "piece", ["<", "<a>", "<a>;", "<a>; b", "<a>;rel=", '<a>;rel="', " ;", ","]
)
def test_no_header_takes_long(piece: str) -> None:
    with no_runaway():
        offered(piece * (20_000 // len(piece)), URL, "", ())


@pytest.mark.parametrize("method", sorted(METHODS))
def test_a_seal_is_proof_of_the_whole_body(method: str) -> None:
    said = hmac.new(b"secret", b"one two", getattr(hashlib, method)).hexdigest()
    for header, body in (
        (f"{method}={said}", (b"one ", b"two")),
        (f" {method.upper()}={said.upper()} ", (b"one two",)),
    ):
        seal = Seal("secret", header)
        for piece in body:
            seal.feed(piece)
        assert seal.proof() == said
    for header, text in (
        (f"{method}={said}", b"one tw"),
        (f"{method}={said[:-1]}", b"one two"),
        (f"{method}=é", b"one two"),
        (f"{method}=", b"one two"),
    ):
        seal = Seal("secret", header)
        seal.feed(text)
        assert not seal.proof()


@pytest.mark.parametrize("header", ["", "=", "md5=0", "sha3_256=0", "sha256", "none=", "a" * 9_000])
def test_other_methods_are_none(header: str) -> None:
    if header == "sha256":
        assert not Seal("secret", header).proof()
        return
    with pytest.raises(ValueError, match="not signed"):
        Seal("secret", header)
