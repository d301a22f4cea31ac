"""What is published is what is read back: feedparser is the independent judge."""

from calendar import timegm
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any, Literal

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.edition import EditionEntry, RelatedLink
from feeds.render import render
from feeds.render.fitting import heading
from ingest.article import Enclosure, Episode, Upstream
from ingest.markup import clean, clean_line
from tests.builders import an_edition, an_entry

FORMATS: tuple[Literal["rss", "atom"], ...] = ("rss", "atom")

TRAPS = (
    *("]]>", "<![CDATA[", "&amp;amp;", "</title>", "<b", "</b>", "&nbsp;", "&lt;", "<script>"),
    *("<!-- ", "-->", "<?xml", "&#x3C;", "&#0;", "AT&T", " & ", "<p>\u0338", "\r\n", "\n", "\t"),
    *("\ufdd0", "\ufdd1", "\x00", "\x85", "\ud83d", "\udc00", "\ufeff", "\ufffe", "\U0010ffff"),
    *("Ã©", "é", "e\u0301", "\u202e", "\u200b", "😀", "\u2028", "</item>", "</", "<", "&", ">"),
)


def stamp(moment: datetime) -> int:
    return int(moment.timestamp())


hostile = st.lists(
    st.one_of(st.sampled_from(TRAPS), st.text(st.characters(), max_size=8)), max_size=6
).map("".join)

links = st.builds(
    RelatedLink, url=st.just("https://example.com/") | hostile, title=st.just("Next") | hostile
)
files = st.builds(
    Enclosure,
    url=st.just("https://example.com/") | hostile,
    media_type=st.sampled_from(["audio/mpeg", "image/png", ""]) | hostile,
    length=st.integers(),
    label=hostile,
    duration=st.integers(),
)
episodes = st.builds(
    Episode,
    number=st.integers(),
    season=st.integers(),
    kind=st.sampled_from(["", "full"]),
    explicit=st.none() | st.booleans(),
    transcript=st.none() | files,
    chapters=st.none() | files,
)
feeds = st.builds(
    Upstream,
    id=hostile,
    title=hostile,
    url=st.just("https://example.com/") | hostile,
    feed_url=hostile.map("https://example.com/".__add__),
)
moments = st.integers(stamp(datetime(1990, 1, 1, tzinfo=UTC)), 4_000_000_000).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)


@st.composite
def entries(draw: st.DrawFn) -> EditionEntry:
    published = draw(moments)
    return an_entry(
        id=f"urn:uuid:{draw(st.uuids())}",
        url="https://example.com/" + draw(hostile),
        title=draw(hostile),
        html=draw(hostile),
        summary=draw(hostile),
        authors=tuple(draw(st.lists(hostile, max_size=3))),
        tags=tuple(draw(st.lists(hostile, max_size=3))),
        language=draw(st.sampled_from(["", "de", "zh-Hant"]) | hostile),
        related=tuple(draw(st.lists(links, max_size=3))),
        enclosures=tuple(draw(st.lists(files, max_size=3))),
        upstream=draw(st.none() | feeds),
        licence=draw(hostile | hostile.map("https://example.com/".__add__)),
        via=draw(hostile | hostile.map("https://example.com/".__add__)),
        episode=draw(st.none() | episodes),
        published=published,
        updated=published + timedelta(seconds=draw(st.integers(0, 10_000))),
    )


def read(body: bytes) -> Any:
    parsed = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
    assert not parsed.bozo, parsed.bozo_exception
    return parsed


def expected(field: str) -> str:
    return clean(field).strip()


def repeats(summary: str, title: str) -> bool:
    """A summary that says what the title says is left out."""
    return clean_line(summary).casefold().rstrip(".…!? ") == clean_line(title).casefold().rstrip(
        ".…!? "
    )


def as_text(item: Any) -> str:
    """The summary as text: without content beside it, it may have to be HTML."""
    if "content" in item or item.summary_detail.type != "text/html":
        return str(item.summary)
    return unescape(item.summary)


@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=40, deadline=None)
@given(entry=entries())
def test_any_text_in_any_field_is_read_back_exactly(
    format: Literal["rss", "atom"], entry: EditionEntry
) -> None:
    result = render(an_edition(entry), format)
    assert result.rejected == ()
    item = read(result.body).entries[0]

    title, summary, html = (expected(t) for t in (entry.title, entry.summary, entry.html))
    assert item.id == entry.id
    assert stamp(entry.published) == timegm(item.published_parsed)
    assert stamp(entry.updated) == timegm(item.updated_parsed)
    if title:
        assert item.title == title
    elif summary or html:
        assert bool(item.get("title")) == (format == "atom")  # an untitled note has none in RSS
    assert [part.value for part in item.get("content", [])] == ([html] if html else [])
    if summary and not (html and repeats(summary, title)):
        assert as_text(item) == summary


@pytest.mark.parametrize("format", FORMATS)
def test_traps_alone_and_together_are_read_back_exactly(format: Literal["rss", "atom"]) -> None:
    texts = [*TRAPS, *(f"{trap} then {trap}" for trap in TRAPS), " x ".join(TRAPS)]
    texts = [f"{number} {text} end" for number, text in enumerate(texts)]
    edition = an_edition(
        *(
            an_entry(id=f"urn:uuid:{number:08x}-0000-5000-8000-000000000000", **fields)
            for number, fields in enumerate(
                {"title": f"T{text}", "summary": f"S{text}", "html": f"H{text}"} for text in texts
            )
        )
    )
    items = read(render(edition, format).body).entries
    assert [item.title for item in items] == [expected(f"T{text}") for text in texts]
    assert [item.summary for item in items] == [expected(f"S{text}") for text in texts]
    assert [item.content[0].value for item in items] == [expected(f"H{text}") for text in texts]


@pytest.mark.parametrize("format", FORMATS)
def test_links_keep_rel_type_and_title(format: Literal["rss", "atom"]) -> None:
    related = (
        RelatedLink(url="https://example.com/one", title='Ropes & "knots" <3'),
        RelatedLink(url="https://example.com/two?a=1&b=2", title="Zwölf Böen"),
    )
    item = read(render(an_edition(an_entry(related=related)), format).body).entries[0]
    assert [(link.rel, link.type, link.get("title"), link.href) for link in item.links] == [
        ("alternate", "text/html", None, an_entry().url),
        *(("related", "text/html", link.title, link.url) for link in related),
    ]
    assert item.link == an_entry().url


@pytest.mark.parametrize("format", FORMATS)
def test_authors_and_tags_are_read_back(format: Literal["rss", "atom"]) -> None:
    entry = an_entry(authors=("Ada <3 Bo & Co", "Ümit Ö."), tags=("a & b", "<c", "海"))
    item = read(render(an_edition(entry), format).body).entries[0]
    assert tuple(author.name for author in item.authors) == entry.authors
    assert tuple(tag.term for tag in item.tags) == entry.tags


@settings(max_examples=40, deadline=None)
@given(entry=entries())
def test_both_formats_name_the_same_enclosures(entry: EditionEntry) -> None:
    untold = "text/html"  # what feedparser takes an Atom link without a type for
    edition = an_edition(entry)
    rss, atom = (read(render(edition, format).body).entries[0] for format in FORMATS)
    told = [(one.href, one.get("type", untold)) for one in rss.enclosures]
    told += [(one["url"], one.get("type", untold)) for one in rss.get("media_content", [])]
    assert len(rss.enclosures) <= 1
    # In RSS the first is told twice where it has a duration.
    assert sorted(set(told)) == sorted((one.href, one.type) for one in atom.enclosures)


@pytest.mark.parametrize("format", FORMATS)
def test_an_enclosure_is_read_back(format: Literal["rss", "atom"]) -> None:
    episode = Enclosure(url="https://example.com/a.mp3?b=1&c=2", media_type="audio/mpeg", length=7)
    item = read(render(an_edition(an_entry(enclosures=(episode,))), format).body).entries[0]
    assert [(one.href, one.type, one.length) for one in item.enclosures] == [
        (episode.url, episode.media_type, "7")
    ]
    assert item.link == an_entry().url


@pytest.mark.parametrize("format", FORMATS)
def test_an_upstream_feed_is_read_back(format: Literal["rss", "atom"]) -> None:
    feed = Upstream(
        id="tag:example.com,2026:feed",
        title="Ropes & <b Knots",
        url="https://example.com/home",
        feed_url="https://example.com/feed?a=1&b=2",
        updated=an_entry().published,
    )
    read_back = read(render(an_edition(an_entry(upstream=feed)), format).body)
    item, source = read_back.entries[0], read_back.entries[0].source
    assert source.title == feed.title
    if format == "rss":
        assert source.href == feed.feed_url
    else:
        assert source.id == feed.id
        assert timegm(source.updated_parsed) == stamp(an_entry().published)
        assert [(link.rel, link.href) for link in source.links] == [
            ("self", feed.feed_url),
            ("alternate", feed.url),
        ]
    assert (item.id, item.link, item.title) == (an_entry().id, an_entry().url, an_entry().title)
    assert timegm(item.updated_parsed) == stamp(an_entry().updated)
    assert read_back.feed.link == "https://example.org/"


def test_both_formats_carry_the_same_ids_in_the_same_order() -> None:
    numbers = (3, 1, 2)
    edition = an_edition(
        *(an_entry(id=f"urn:uuid:{n:08x}-0000-5000-8000-000000000000") for n in numbers)
    )
    rss, atom = (
        [item.id for item in read(render(edition, format).body).entries] for format in FORMATS
    )
    assert rss == atom == [entry.id for entry in edition.entries]


@pytest.mark.parametrize("format", FORMATS)
def test_an_entry_without_content_shows_its_summary(format: Literal["rss", "atom"]) -> None:
    entry = an_entry(html="", summary="Ropes, knots, and no more.")
    item = read(render(an_edition(entry), format).body).entries[0]
    assert item.summary == entry.summary
    assert "content" not in item


def test_an_untitled_entry_borrows_a_heading_from_its_summary() -> None:
    entry = an_entry(title="", summary="word " * 40)
    assert heading(entry) == ("word " * 16).strip()[:79].rstrip() + "…"
