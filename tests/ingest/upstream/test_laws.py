"""What holds of any feed: what we publish is read back, and no bytes bring the reader down."""

import json
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feeds.edition import EditionEntry
from feeds.render import render
from ingest.errors import ReadError
from ingest.markup import clean, clean_line
from ingest.upstream import parse_feed, sniff
from ingest.upstream.texts import plain
from tests.builders import an_edition, an_entry

URL = "https://example.org/feed.xml"
PIECES = st.sampled_from(
    """<rss> <rss_version="2.0"> <channel> <item> </item> <title> </title> <link> <link/> </link>
    <feed_xmlns="http://www.w3.org/2005/Atom"> <entry> </entry> <link_href="/x"/>
    <content_type="xhtml"> <content_mode="base64"> </content> <guid> </guid> <pubDate> <author>
    a@b.c_(d) <enclosure_url="x"/> <media:content_url=x> <dc:creator>
    <source_url="javascript:x"> xml:base="http://[" <!-- --> <![CDATA[ ]]>
    <?xml_version="1.0"_encoding="utf-16"?> <!DOCTYPE_x_[<!ENTITY_a_"b">]> &a; &amp; & < > &#0;
    &#xD800; {"version":"https://jsonfeed.org/version/1.1","items":[ {"id":1,"title":[]} ]} ,
    null "\\ud800" <rdf:RDF> <html> <opml> <urlset> é \x00 \x1f \ufffe \ud83d http://x/
    2026-01-05 <ttl> 99999999999999999999 <image>
    """.split()  # noqa: SIM905 - a hundred quoted strings would be unreadable
).map(lambda piece: piece.replace("_", " "))
SOUP = st.lists(PIECES | st.text(max_size=5), max_size=30).map("".join)
WORDS = st.text(st.characters(), max_size=30)
MOMENTS = st.integers(700_000_000, 4_000_000_000).map(lambda at: datetime.fromtimestamp(at, UTC))


@given(SOUP.map(lambda soup: soup.encode("utf-8", "surrogatepass")) | st.binary(max_size=100))
@example(b"<rss>")
@example(b"<rss><!DOCTYPE x [")
@example(b"[" * 5_000)
@example(b'{"version":"jsonfeed.org/","items":[{}]}')
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_a_feed_or_refused_in_plain_words(body: bytes) -> None:
    sniff(body)
    with suppress(ReadError):
        feed = parse_feed(body, url=URL)
        for entry in feed.entries:
            addresses = [entry.url, entry.image, *(one.url for one in entry.enclosures)]
            assert all(re.match("https?://", url) for url in addresses if url)
            assert entry.title == clean_line(entry.title)
            assert not entry.published or 1990 <= entry.published.year <= 2100
            json.dumps([entry.guid, entry.html, entry.summary], ensure_ascii=False).encode()


@st.composite
def entries(draw: st.DrawFn) -> EditionEntry:
    published = draw(MOMENTS)
    return an_entry(
        id=f"urn:uuid:{draw(st.uuids())}",
        url=f"https://example.com/{draw(st.integers(0))}",
        title=draw(WORDS),
        html=f"<p>{draw(WORDS)}</p>",
        summary=draw(WORDS),
        authors=tuple(f"Ann {name}" for name in draw(st.lists(st.text("abc&<é"), max_size=3))),
        published=published,
        updated=published + timedelta(seconds=draw(st.integers(0, 10_000))),
    )


@pytest.mark.parametrize("format", ["rss", "atom"])
@given(written=st.lists(entries(), max_size=3, unique_by=lambda entry: entry.id))
@settings(max_examples=40, deadline=None)
def test_what_we_publish_is_read_back(
    format: Literal["rss", "atom"], written: list[EditionEntry]
) -> None:
    edition = an_edition(*written)
    feed = parse_feed(render(edition, format).body, url=dict(edition.urls)[format])
    assert not feed.warnings
    assert (feed.title, feed.home, feed.language) == (edition.title, edition.home, "en")
    assert feed.url == dict(edition.urls)[format]
    assert len(feed.entries) == len(edition.entries)
    for found, entry in zip(feed.entries, edition.entries, strict=True):
        assert (found.guid, found.url) == (entry.id, entry.url)
        assert (found.published, found.updated) == (entry.published, entry.updated)
        assert found.html == clean(entry.html).strip()
        assert found.title == plain(clean_line(entry.title)) or not clean_line(entry.title)
        names = dict.fromkeys(plain(name) for name in entry.authors)
        assert found.authors == tuple(filter(None, names)) or not entry.authors


@given(
    title=WORDS,
    html=WORDS,
    numbers=st.booleans(),
    published=MOMENTS | st.none(),
    tags=st.lists(st.text("ab ", max_size=4), max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_a_json_feed_is_read_back(
    title: str, html: str, numbers: bool, published: datetime | None, tags: list[str]
) -> None:
    item = {
        "id": 17 if numbers else "17",
        "title": title,
        "content_html": html,
        "url": "https://example.org/17",
        "date_published": published and published.isoformat(),
        "tags": tags,
    }
    body = {"version": "https://jsonfeed.org/version/1.1", "title": title, "items": [item]}
    [entry] = parse_feed(json.dumps(body).encode(), url=URL).entries
    assert (entry.guid, entry.url, entry.published) == ("17", "https://example.org/17", published)
    assert entry.title == plain(title.strip(), literal=True)
    assert entry.html == html.encode("utf-8", "ignore").decode().strip()
    assert entry.tags == tuple(dict.fromkeys(filter(None, map(clean_line, tags))))


@given(WORDS)
@example("&amp;amp;lt;b&amp;gt;")
@settings(max_examples=100, deadline=None)
def test_a_title_without_references_and_tags_stays_as_it_is(title: str) -> None:
    calm = re.sub(r"[&<]", "+", title)
    assert plain(calm) == plain(calm, literal=True) == clean_line(calm)
