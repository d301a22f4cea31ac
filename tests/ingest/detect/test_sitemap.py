"""Sitemaps in all their forms, whole and broken, and the robots.txt that names them."""

import gzip
import tracemalloc
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from xml.sax.saxutils import escape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.article import Stated
from ingest.detect.robots import sitemaps_in
from ingest.detect.sitemap import MOST, Sitemap, read_sitemap
from ingest.errors import ReadError

URL = "https://www.millbrook.example/sitemap.xml"
SITE = "https://www.millbrook.example"
SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
DAY = datetime(2026, 1, 5, tzinfo=UTC)

PLAIN = f"""<?xml version="1.0" encoding="UTF-8"?>
<urlset {SPACE}><url><loc>{SITE}/a?x=1&amp;y=2</loc><lastmod>2026-01-05T10:00:00+01:00</lastmod>
<changefreq>daily</changefreq><priority>0.8</priority></url>
<url><loc> {SITE}/b </loc><lastmod>2026-01-05</lastmod></url>
<url><loc>{SITE}/c</loc></url></urlset>"""
TOLD = (
    Stated(url=f"{SITE}/a?x=1&y=2", updated=DAY + timedelta(hours=9)),
    Stated(url=f"{SITE}/b", updated=DAY),
    Stated(url=f"{SITE}/c"),
)
IMAGE = "<image:image><image:loc>/i.jpg</image:loc></image:image>"
ODD = f"<url><loc>{SITE}/c</loc></url><url><loc>mailto:a@b.example</loc></url><url/>"
CUT = "it is cut off: what could be read of it was read"


def read(body: str | bytes) -> Sitemap:
    return read_sitemap(body.encode() if isinstance(body, str) else body, URL)


@pytest.mark.parametrize(
    "body",
    [
        PLAIN.encode(),
        b"\xef\xbb\xbf" + PLAIN.encode(),
        b"\r\n \n" + PLAIN.encode(),
        PLAIN.replace("UTF-8", "UTF-16").encode("utf-16"),
        gzip.compress(PLAIN.encode()),
        gzip.compress(gzip.compress(PLAIN.encode())),
        gzip.compress(PLAIN.encode()[:200]) + gzip.compress(PLAIN.encode()[200:]),
        PLAIN.replace(f" {SPACE}", "").encode(),
        PLAIN.replace("sitemap/0.9", "sitemap/0.84").encode(),
        PLAIN.replace("<url>", "<sm:url>").replace("</url>", "</sm:url>").encode(),
        PLAIN.replace("</loc>", f"</loc>{IMAGE}").encode(),
        PLAIN.replace("</loc>", '</loc><xhtml:link rel="alternate" href="/fr"/><!---->').encode(),
        PLAIN.replace("<loc>", "<loc><![CDATA[").replace("</loc>", "]]></loc>").encode()
        .replace(b"&amp;", b"&"),
        PLAIN.encode() + b"\n<!-- made in 0.1 s -->\n",
        PLAIN.replace("</urlset>", f"{ODD}</urlset>").encode(),
    ],
)  # fmt: skip
def test_a_sitemap_is_read_in_any_wrapping(body: bytes) -> None:
    assert read(body) == Sitemap(entries=TOLD)


def test_an_index_gives_further_sitemaps() -> None:
    body = f"""<sitemapindex {SPACE}>
<sitemap><loc>{SITE}/1.xml.gz</loc><lastmod>2026-01-05</lastmod></sitemap>
<sitemap><loc>/2.xml?utm_source=x</loc></sitemap><sitemap><loc>{URL}</loc></sitemap>
</sitemapindex>"""
    expected = ((f"{SITE}/1.xml.gz", DAY), (f"{SITE}/2.xml?utm_source=x", None))
    assert read(body) == Sitemap(sitemaps=expected)


def test_a_news_sitemap_tells_titles_dates_and_languages() -> None:
    body = f"""<urlset {SPACE} {NEWS}><url><loc>{SITE}/a</loc><news:news>
<news:publication><news:name>The Paper</news:name><news:language>en_GB</news:language>
</news:publication><news:publication_date>2026-01-05</news:publication_date>
<news:title> Cafe\u0301 opens &amp;
closes</news:title></news:news></url></urlset>"""
    expected = Stated(url=f"{SITE}/a", title="Café opens & closes", published=DAY, language="en-GB")
    assert read(body).entries == (expected,)
    assert read(body.replace(NEWS, "")).entries == (expected,)


def test_plain_text_is_an_address_a_line() -> None:
    body = f"\ufeff# all pages\n{SITE}/a\r\n\n  {SITE}/b?utm_source=x \nnot an address\n{SITE}/a\n"
    assert [one.url for one in read(body).entries] == [f"{SITE}/a", f"{SITE}/b"]


@pytest.mark.parametrize(
    "body",
    [
        "<rss version='2.0'><channel><item><link>https://a.example</link></item></channel></rss>",
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry/></feed>",
        "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>",
    ],
)
def test_a_feed_is_told_apart(body: str) -> None:
    assert read(body) == Sitemap(feed=True)


@pytest.mark.parametrize(
    ("end", "count"), [("</urlset>", 3), ("</url></urlset>", 2), ("/c</loc></url></urlset>", 2)]
)
def test_what_is_cut_off_gives_its_whole_entries_and_a_warning(end: str, count: int) -> None:
    body = PLAIN.removesuffix(end)
    assert body != PLAIN
    assert read(body) == Sitemap(entries=TOLD[:count], warnings=(CUT,))


def test_a_gzip_file_that_is_cut_off_gives_what_it_had() -> None:
    many = "".join(f"<url><loc>{SITE}/{n}/{n * n * 7919}</loc></url>" for n in range(9_000))
    packed = gzip.compress(f"<urlset>{many}</urlset>".encode())
    found = read(packed[: len(packed) // 2])
    assert 1_000 < len(found.entries) < 9_000
    assert found.warnings == (CUT,)
    assert found.entries == read(packed).entries[: len(found.entries)]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "it is empty"),
        (b" \n", "it is empty"),
        (b"\x1f\x8bnothing", "it is empty"),
        (b"hello", "neither XML nor a list"),
        (b"\x89PNG\r\n", "neither XML nor a list"),
        (b"<!doctype html><html><body>404</body></html>", "it is a web page and no sitemap"),
        (b"<", "it is no sitemap"),
        (b"<opml><outline/></opml>", "it is no sitemap but <opml>"),
    ],
)
def test_what_is_no_sitemap_is_told_with_its_address(body: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason) as caught:
        read(body)
    assert caught.value.origin == URL


def test_an_empty_sitemap_is_one() -> None:
    assert read(f"<urlset {SPACE}></urlset>") == Sitemap()
    assert read(f"<urlset {SPACE}/>") == Sitemap()


def test_entities_are_not_resolved_and_nothing_is_loaded() -> None:
    body = f"""<!DOCTYPE urlset [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b "{"x" * 99}">
<!ENTITY c "&b;&b;&b;&b;">]><urlset><url><loc>{SITE}/&a;&c;z</loc></url></urlset>"""
    assert [one.url for one in read(body).entries] == [f"{SITE}/"]


def test_more_than_the_protocol_allows_is_not_read() -> None:
    body = "".join(f"{SITE}/{n}\n" for n in range(MOST + 5))
    found = read(body)
    assert len(found.entries) == MOST
    assert found.warnings == (f"it has more than {MOST:,} addresses: the rest was not read",)


def test_a_bomb_is_not_read_to_its_end_and_takes_little_memory() -> None:
    bomb = gzip.compress(
        f"<urlset><url><loc>{SITE}/a</loc></url>".encode() + b"<a>x</a>" * 8_000_000
    )
    assert len(bomb) < 200_000
    tracemalloc.start()
    found = read(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [one.url for one in found.entries] == [f"{SITE}/a"]
    assert found.warnings == (
        "it is larger than 50 MB: the rest was not read",
        "it holds something else than addresses: the rest was not read",
        CUT,
    )
    assert peak < 250_000_000


urls = st.lists(
    st.tuples(
        st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=20),
        st.datetimes(min_value=datetime(1990, 1, 2), max_value=datetime(2099, 12, 31)),  # noqa: DTZ001
    ),
    max_size=20,
    unique_by=lambda pair: pair[0],
)


@given(urls)
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_back(pairs: list[tuple[str, datetime]]) -> None:
    wanted = [
        Stated(
            url=f"{SITE}/p/{number}/x{quote(text, safe='')}",
            updated=moment.replace(tzinfo=UTC, microsecond=0),
            title=" ".join(text.split()),
        )
        for number, (text, moment) in enumerate(pairs)
    ]
    rows = "".join(
        f"<url><loc>{escape(one.url)}</loc><lastmod>{one.updated:%Y-%m-%dT%H:%M:%SZ}</lastmod><news:news>"
        f"<news:title>{escape(text)}</news:title></news:news></url>"
        for one, (text, _) in zip(wanted, pairs, strict=True)
    )
    found = read(gzip.compress(f"<urlset {SPACE} {NEWS}>{rows}</urlset>".encode()))
    assert [(one.url, one.updated) for one in found.entries] == [(o.url, o.updated) for o in wanted]


pieces = st.sampled_from(
    [
        b"<urlset>", b"<url>", b"<loc>", b"https://a.example/", b"</loc>", b"</url>", b"</urlset>",
        b"<news:title>", b"&amp;", b"&x;", b"<![CDATA[", b"]]>", b"<sitemap>", b"\xff", b"\x00",
        b"<lastmod>2026-01-05", b"<!DOCTYPE x>",
    ]
)  # fmt: skip


@given(st.one_of(st.binary(max_size=60), st.lists(pieces).map(b"".join)))
@example(b"\x1f\x8b\x08\x00")
@example(b"\xff\xfe<\x00")
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_a_sitemap_or_a_read_error(body: bytes) -> None:
    try:
        found = read(body)
    except ReadError:
        return
    assert all(one.url.startswith(("http://", "https://")) for one in found.entries)
    assert len({one.url for one in found.entries}) == len(found.entries)


def test_robots_names_sitemaps_wherever_they_stand() -> None:
    lines = (
        "\ufeffUser-agent: *\r",
        "Disallow: /private\r",
        "SITEMAP : https://a.example/one.xml # the first",
        "Sitemap: /two.xml",
        "sitemap:https://b.example/three.xml.gz?x=1",
        "Sitemap:",
        "Sitemap: ftp://a.example/four.xml",
        "Sitemap: https://a.example/one.xml",
        "# Sitemap: https://a.example/no.xml",
        "Sitemaps: /no.xml",
    )
    body = "\n".join(lines).encode()
    assert sitemaps_in(body, f"{SITE}/robots.txt") == (
        "https://a.example/one.xml",
        f"{SITE}/two.xml",
        "https://b.example/three.xml.gz?x=1",
    )


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_robots_gives_addresses_or_nothing(body: bytes) -> None:
    found = sitemaps_in(b"Sitemap: " + body, f"{SITE}/robots.txt")
    assert all(url.startswith(("http://", "https://")) for url in found)


def test_a_long_robots_is_read_to_a_limit() -> None:
    body = b"".join(b"Sitemap: /%d.xml\n" % n for n in range(100_000))
    assert len(sitemaps_in(body, f"{SITE}/robots.txt")) == 1_000
    assert sitemaps_in(b"#" * 600_000 + b"\nSitemap: /a.xml", URL) == ()
