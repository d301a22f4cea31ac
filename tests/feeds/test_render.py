"""RSS and Atom documents: what they hold, in which order, and what never gets into them."""

import locale
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Literal, NoReturn
from urllib.parse import urlsplit

import lxml.etree  # noqa: F401 - feedgen.util uses it without importing it
import pytest
from feedgen.entry import FeedEntry
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from feeds.edition import Edition, EditionEntry, Podcast, RelatedLink
from feeds.render import Rejected, render
from feeds.uris import ascii_url
from ingest.article import Enclosure, Episode, Image, Upstream
from tests.builders import SITE, an_edition, an_entry

FORMATS: tuple[Literal["rss", "atom"], ...] = ("rss", "atom")
NAMESPACES = {
    "http://www.w3.org/2005/Atom": "atom:",
    "http://purl.org/rss/1.0/modules/content/": "content:",
    "http://purl.org/dc/elements/1.1/": "dc:",
    "http://search.yahoo.com/mrss/": "media:",
}
ATOM = "{http://www.w3.org/2005/Atom}"
RELATED = (
    RelatedLink(url=f"{SITE}articles/tides/", title="Tides & <b>currents</b>"),
    RelatedLink(url="https://example.net/a?b=1&c=2", title="Pilots wanted"),
)

EPISODE = Enclosure(
    url="https://cdn.example.net/42.mp3", media_type="audio/mpeg", length=48_123_456
)
FILM = Enclosure(url="https://example.org/film.mp4", media_type="video/mp4", length=9)
NOTES = Enclosure(url="https://example.org/notes.pdf", media_type="application/pdf")
COVER = Enclosure(url="https://example.org/cover.jpg", media_type="image/jpeg")
RADIO = Upstream(
    id="tag:radio.example.net,2020:feed",
    title="Harbour Radio",
    url="https://radio.example.net/",
    feed_url="https://radio.example.net/feed.xml",
    updated=datetime(2026, 11, 20, 12, tzinfo=UTC),
)

WEST = timezone(timedelta(hours=-5))
NAIVE = an_entry().published.replace(tzinfo=None)

GoldenFile = Callable[[str, bytes], None]


def numbered(number: int, **over: object) -> EditionEntry:
    return an_entry(
        id=f"urn:uuid:{number:08x}-0000-5000-8000-000000000000",
        updated=an_entry().updated + timedelta(seconds=number),
        **over,
    )


def a_nasty_edition() -> Edition:
    """Every field with what has broken feeds before."""
    return an_edition(
        numbered(
            1,
            url="https://bücher.example/straße/ü b|c?q=ä#ö",
            title="How </title> & <b>bold</b> became &nbsp; &amp;amp; ]]> <![CDATA[ text",
            html='<p>Markup &lt;b&gt; &amp;amp; ]]&gt; <a href="https://example.org/">x</a></p>',
            summary="The </p> of <script> & its &copy;",
            authors=("Ada <ada@example.org>", "Bo & </i>", "mail@example.org"),
            tags=("R&D", "a <b", "</x>", "R&D"),
            language="ar",
            image=Image(url="/no", media_type="image/png"),
            related=(*RELATED, RelatedLink(url="javascript:x", title="no"), *RELATED[:1]),
        ),
        numbered(2, title="<b", summary="", authors=(), language="en"),
        numbered(3, title="Two\r\nlines & \x00\ud800\x85 <br", summary="Café e\u0301 Ã©"),
        numbered(4, title="", summary="An untitled note, which is fine."),
        numbered(5, title="Bare", summary="", html="", language="EN"),
        numbered(6, title="Same", summary="same.", image=Image(url=f"{SITE}a.jpg", width=4)),
        numbered(
            7,
            title="Pictured",
            image=Image(url=f"{SITE}ä.png", media_type="image/png", width=640, height=480),
            enclosures=(
                Enclosure(url=f"{SITE}ä.png", media_type="image/png"),
                Enclosure(url="http://localhost:8000/a.ogg", media_type="audio/ogg", length=-1),
                Enclosure(url="https://bücher.example/ü b.PDF?a=1&b=2", length=2**70),
                Enclosure(url="https://example.org/film.mp4", media_type="Video/MP4; codecs=x"),
                Enclosure(url="https://example.org/what", media_type="mp3"),
                Enclosure(url="ftp://example.org/no.mp3", media_type="audio/mpeg"),
                Enclosure(url="https://example.org/film.mp4", media_type="audio/mpeg"),
            ),
            upstream=Upstream(
                id="yt:channel:1",
                title="Radio </b> & <i &copy;",
                feed_url="HTTP://müller.example:80/%7efeed?a=1&b=2",
                updated=datetime(2999, 1, 1, tzinfo=UTC),
            ),
        ),
        title="Nouvelles & </b> <i",
        description="",
        author="",
        language="fr",
        home="https://müller.example",
    )


def a_podcast() -> Edition:
    """A feed with everything that a feed can say of itself, and episodes of a podcast."""
    return an_edition(
        numbered(
            1,
            title="Ice & wind",
            image=Image(url=f"{SITE}ice.jpg", media_type="image/jpeg"),
            enclosures=(replace(EPISODE, label="The <whole> episode", duration=3_725), NOTES),
            tags=("Ships", "Weather"),
            licence="https://creativecommons.org/licenses/by/4.0/",
            via="https://news.example.net/item?id=1&x=2",
            episode=Episode(
                number=42,
                season=3,
                kind="full",
                explicit=False,
                transcript=Enclosure(url=f"{SITE}42.vtt", media_type="text/vtt"),
                chapters=Enclosure(url=f"{SITE}42.json", media_type="application/json+chapters"),
            ),
        ),
        numbered(
            2,
            title="Le port",
            language="fr",
            enclosures=(Enclosure(url=f"{SITE}43.ogg", media_type="audio/ogg", duration=60),),
            licence="All rights reserved & </b> kept",
            via=an_entry().url,
            episode=Episode(season=3, explicit=True, transcript=Enclosure(url="ftp://x/")),
        ),
        icon=f"{SITE}icon.png",
        logo=f"{SITE}logo.svg",
        licence="https://creativecommons.org/licenses/by-sa/4.0/",
        copyright="© 2026 Harbour <b>News</b> & friends",
        podcast=Podcast(category="News", subcategory="Daily News", email="ada@example.org"),
    )


def tags_of(element: etree._Element) -> list[str]:
    names = (etree.QName(child) for child in element)
    return [NAMESPACES.get(name.namespace or "", "") + name.localname for name in names]


def test_a_small_edition_is_rendered_as_agreed(golden: GoldenFile) -> None:
    edition = an_edition(
        an_entry(
            related=RELATED[1:], tags=("harbour", "ships"), enclosures=(EPISODE,), upstream=RADIO
        )
    )
    golden("small.rss", render(edition, "rss").body)
    golden("small.atom", render(edition, "atom").body)
    golden("small.json", render(edition, "json").body)


@pytest.mark.parametrize("format", FORMATS)
def test_a_browser_finds_a_style_sheet_beside_the_feed(format: Literal["rss", "atom"]) -> None:
    declaration, instruction, root = render(an_edition(), format).body.split(b"\n", 2)
    assert declaration.startswith(b"<?xml ")
    assert instruction == b'<?xml-stylesheet type="text/css" href="feed.css"?>'
    assert root.startswith(b"<" + (b"rss " if format == "rss" else b"feed "))


def test_a_nasty_edition_is_rendered_as_agreed(golden: GoldenFile) -> None:
    golden("nasty.rss", render(a_nasty_edition(), "rss").body)
    golden("nasty.atom", render(a_nasty_edition(), "atom").body)
    golden("nasty.json", render(a_nasty_edition(), "json").body)


def test_a_podcast_is_rendered_as_agreed(golden: GoldenFile) -> None:
    golden("podcast.rss", render(a_podcast(), "rss").body)
    golden("podcast.atom", render(a_podcast(), "atom").body)
    golden("podcast.json", render(a_podcast(), "json").body)


def test_rss_items_have_the_order_readers_rely_on() -> None:
    entry = an_entry(
        tags=("one", "two"),
        image=Image(url=f"{SITE}a.png"),
        related=RELATED,
        authors=("A", "B"),
        enclosures=(EPISODE,),
        upstream=RADIO,
    )
    channel = etree.fromstring(render(an_edition(entry, an_entry(id=numbered(2).id)), "rss").body)[
        0
    ]
    assert tags_of(channel[-2]) == [
        *("title", "link", "guid", "pubDate", "dc:creator", "dc:creator", "category", "category"),
        *("source", "description", "content:encoded", "enclosure", "media:content"),
        *("media:thumbnail", "atom:updated", "atom:link", "atom:link"),
    ]
    assert tags_of(channel) == [
        *("title", "link", "description", "atom:link", "atom:link", "language", "lastBuildDate"),
        *("pubDate", "generator", "docs", "ttl", "item", "item"),
    ]


def test_atom_gives_the_home_page_before_the_other_format() -> None:
    feed = etree.fromstring(render(an_edition(), "atom").body)
    links = [(e.get("rel"), e.get("type"), e.get("href")) for e in feed.findall(f"{ATOM}link")]
    assert links == [
        ("self", "application/atom+xml", f"{SITE}all.atom"),
        ("alternate", "text/html", SITE),
        ("alternate", "application/rss+xml", f"{SITE}all.rss"),
    ]
    assert tags_of(feed)[-1] == "atom:entry"


def test_atom_entry_links_keep_what_feedgen_drops() -> None:
    feed = etree.fromstring(render(an_edition(an_entry(related=RELATED)), "atom").body)
    links = [dict(e.attrib) for e in feed.findall(f"{ATOM}entry/{ATOM}link")]
    assert [link["rel"] for link in links] == ["alternate", "related", "related"]
    assert {link["type"] for link in links} == {"text/html"}
    assert links[2]["title"] == RELATED[1].title
    assert links[1]["title"].replace("\u2060", "") == RELATED[0].title


def test_feedgen_still_drops_the_attributes_of_entry_links() -> None:
    """feedgen issue 135: when this fails, part of our extension has become needless."""
    entry = FeedEntry()
    entry.id("urn:x:1")
    entry.title("x")
    entry.link(href=SITE, rel="related", type="text/html", title="x")
    entry.content("x")
    assert dict(entry.atom_entry().find("link").attrib) == {"href": SITE}


@pytest.mark.parametrize("format", FORMATS)
def test_only_the_editions_own_times_appear(format: Literal["rss", "atom"]) -> None:
    long_ago = datetime(2001, 2, 3, 4, 5, 6, 789, tzinfo=UTC)
    entry = an_entry(published=long_ago, updated=long_ago)
    body = render(an_edition(entry, updated=long_ago), format).body.decode()
    assert set(re.findall(r"\b(?:19|2[01])\d\d\b", body)) - {"2005"} == {"2001"}
    assert {"rss": "Sat, 03 Feb 2001 04:05:06 +0000", "atom": "2001-02-03T04:05:06Z"}[
        format
    ] in body
    assert "000789" not in body


@pytest.mark.parametrize("format", FORMATS)
def test_the_locale_is_left_alone(
    format: Literal["rss", "atom"], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> NoReturn:
        raise AssertionError("setlocale changes the whole process")

    monkeypatch.setattr(locale, "setlocale", refuse)
    assert render(a_nasty_edition(), format).body


def test_another_process_zone_and_hash_seed_give_the_same_bytes() -> None:
    script = (
        "import sys; from feeds.render import render; from tests.feeds.test_render import *;"
        "sys.stdout.buffer.write(render(a_nasty_edition(), 'rss').body"
        " + render(a_nasty_edition(), 'atom').body)"
    )
    other = {**os.environ, "TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "7", "LC_ALL": "C"}
    root = Path(__file__).parents[2]
    run = subprocess.run(
        [sys.executable, "-c", script], env=other, cwd=root, capture_output=True, check=True
    )
    assert run.stdout == b"".join(render(a_nasty_edition(), format).body for format in FORMATS)


@pytest.mark.parametrize(
    ("over", "reason"),
    [
        ({"id": "1"}, "its id is not a urn:uuid"),
        ({"url": "articles/1"}, "it has no absolute http or https URL"),
        ({"url": "https://[broken/"}, "it has no absolute http or https URL"),
        ({"published": NAIVE}, "one of its dates has no time zone"),
        ({"updated": datetime.max.replace(tzinfo=WEST)}, "one of its dates is out of range"),
        ({}, "another entry has the same id"),
    ],
)
@pytest.mark.parametrize("format", FORMATS)
def test_a_bad_entry_is_left_out_and_reported(
    format: Literal["rss", "atom"], over: dict[str, object], reason: str
) -> None:
    bad = an_entry(**over)
    result = render(an_edition(an_entry(), bad, numbered(2)), format)
    assert result.rejected == (Rejected(id=bad.id, reason=reason),)
    assert result.body.count(b"<title>The harbour opens</title>") == 2


@pytest.mark.parametrize("format", FORMATS)
def test_a_feed_without_entries_is_a_feed(format: Literal["rss", "atom"]) -> None:
    root = etree.fromstring(render(an_edition(entries=()), format).body)
    assert root.findtext(".//{*}title") == "Harbour News"


@pytest.mark.parametrize("over", [{"urls": ()}, {"home": "/"}])
def test_a_feed_without_an_address_is_refused(over: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no absolute URL"):
        render(an_edition(**over), "rss")


def test_a_channel_is_never_without_a_description() -> None:
    root = etree.fromstring(render(an_edition(description=""), "rss").body)
    assert root.findtext("channel/description") == "Harbour News"


def test_xml_lang_marks_only_entries_in_another_language() -> None:
    entries = [numbered(n, language=lang) for n, lang in enumerate(["en", "", "EN", "de", "x y"])]
    feed = etree.fromstring(render(an_edition(*entries), "atom").body)
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    assert feed.get(lang) == "en"
    assert [e.get(lang) for e in feed.findall(f"{ATOM}entry")] == [None, None, None, "de", None]


@pytest.mark.parametrize("summary", ["The harbour opens", "the  harbour opens.", ""])
def test_a_summary_that_only_repeats_the_title_is_left_out(summary: str) -> None:
    edition = an_edition(an_entry(summary=summary))
    assert b"<summary" not in render(edition, "atom").body
    item = etree.fromstring(render(edition, "rss").body).find("channel/item")
    assert item is not None
    assert not item.findtext("description")
    assert tags_of(item).index("description") < tags_of(item).index("content:encoded")


def test_without_content_the_entry_still_says_something() -> None:
    edition = an_edition(an_entry(html="", summary=""))
    assert b"content:encoded>" not in render(edition, "rss").body
    feed = etree.fromstring(render(edition, "atom").body)
    assert feed.find(f"{ATOM}entry/{ATOM}content") is None
    assert feed.findtext(f"{ATOM}entry/{ATOM}summary") == "The harbour opens"


def item_of(**over: object) -> etree._Element:
    item = etree.fromstring(render(an_edition(an_entry(**over)), "rss").body).find("channel/item")
    assert item is not None
    return item


@pytest.mark.parametrize(
    ("enclosures", "chosen"),
    [
        ([COVER, EPISODE, FILM], EPISODE),
        ([NOTES, FILM], FILM),
        ([COVER, NOTES], NOTES),
        ([replace(EPISODE, url="http://localhost/a.mp3"), FILM], FILM),
        ([replace(EPISODE, url="https://example.org?a.mp3"), FILM], FILM),
        ([replace(EPISODE, url="https://example.org/a", media_type="")], None),
        ([COVER], None),
    ],
)
def test_rss_takes_the_first_that_plays_and_the_rest_are_media_content(
    enclosures: list[Enclosure], chosen: Enclosure | None
) -> None:
    item = item_of(enclosures=tuple(enclosures))
    found = item.findall("enclosure")
    assert [one.get("url") for one in found] == ([chosen.url] if chosen else [])
    assert [(one.get("type"), one.get("length")) for one in found] == (
        [(chosen.media_type, str(chosen.length))] if chosen else []
    )
    others = [one.get("url") for one in item.findall("{*}content")]
    assert others == [one.url for one in enclosures if one is not chosen]


def test_an_enclosure_that_is_the_lead_image_is_given_once() -> None:
    item = item_of(enclosures=(COVER, EPISODE), image=Image(url=COVER.url))
    assert [one.get("url") for one in item.findall("{*}content")] == [COVER.url]


@pytest.mark.parametrize("format", FORMATS)
def test_an_unknown_length_is_said_as_each_format_has_it(format: Literal["rss", "atom"]) -> None:
    entry = an_entry(enclosures=(replace(EPISODE, length=-5),))
    root = etree.fromstring(render(an_edition(entry), format).body)
    found = root.find(".//enclosure" if format == "rss" else ".//{*}link[@rel='enclosure']")
    assert found is not None
    assert found.get("length") == ("0" if format == "rss" else None)


@pytest.mark.parametrize(
    ("stated", "printed"),
    [
        (an_entry().published + timedelta(hours=1), "2026-11-20T09:30:00Z"),
        (datetime(2999, 1, 1, tzinfo=UTC), "2026-11-21T09:00:01Z"),
        (datetime.max.replace(tzinfo=WEST), "2026-11-21T09:00:01Z"),
        (datetime(1970, 1, 1, tzinfo=UTC), "2026-11-20T08:30:00Z"),
        (NAIVE, "2026-11-21T09:00:01Z"),
        (None, "2026-11-21T09:00:01Z"),
    ],
)
def test_an_upstream_feed_is_dated_between_publication_and_update(
    stated: datetime | None, printed: str
) -> None:
    entry = an_entry(upstream=replace(RADIO, updated=stated))
    feed = etree.fromstring(render(an_edition(entry), "atom").body)
    assert feed.findtext(f"{ATOM}entry/{ATOM}source/{ATOM}updated") == printed


@pytest.mark.parametrize("format", FORMATS)
def test_an_upstream_feed_without_an_address_is_not_named(format: Literal["rss", "atom"]) -> None:
    nowhere = replace(RADIO, url="", feed_url="feed:x")
    body = render(an_edition(an_entry(upstream=nowhere)), format).body
    assert body == render(an_edition(an_entry()), format).body


def test_rss_names_an_upstream_feed_by_its_own_address_only() -> None:
    home_only = replace(RADIO, feed_url="")
    assert item_of(upstream=home_only).find("source") is None
    feed = etree.fromstring(render(an_edition(an_entry(upstream=home_only)), "atom").body)
    source = feed.find(f"{ATOM}entry/{ATOM}source")
    assert source is not None
    assert [link.get("rel") for link in source.findall(f"{ATOM}link")] == ["alternate"]


def test_apple_has_its_tags_only_where_a_feed_is_a_podcast() -> None:
    plain = etree.fromstring(render(replace(a_podcast(), podcast=None), "rss").body)
    assert "itunes" not in plain.nsmap
    durations = [one.get("duration") for one in plain.iter("{*}content") if one.get("duration")]
    assert durations == ["3725", "60"]
    podcast = etree.fromstring(render(a_podcast(), "rss").body)
    assert [e.text for e in podcast.iter("{*}duration")] == ["3725"]  # not of what it cannot play
    assert [one.get("duration") for one in podcast.iter("{*}content")][:3] == [None, None, "60"]


@pytest.mark.parametrize(
    ("icon", "logo", "shown"),
    [
        ("icon.png", "logo.JPG?x=1", "icon.png"),
        ("icon.png", "logo.jpg", "logo.jpg"),
        ("icon.svg", "logo.webp", None),
        ("", "", None),
    ],
)
def test_rss_shows_the_first_picture_it_can(icon: str, logo: str, shown: str | None) -> None:
    edition = an_edition(icon=icon and SITE + icon, logo=logo and SITE + logo)
    channel = etree.fromstring(render(edition, "rss").body)[0]
    assert channel.findtext("image/url") == (SITE + shown if shown else None)
    if shown:
        assert channel.findtext("image/title") == channel.findtext("title")
        assert channel.findtext("image/link") == channel.findtext("link")


def test_a_licence_without_an_address_is_told_as_rights() -> None:
    edition = an_edition(an_entry(licence="Free for schools"), licence="Ask us")
    feed = etree.fromstring(render(edition, "atom").body)
    assert [one.text for one in feed.iter(f"{ATOM}rights")] == ["Ask us", "Free for schools"]
    channel = etree.fromstring(render(edition, "rss").body)[0]
    assert channel.findtext("copyright") == "Ask us"
    assert channel.findtext("item/{http://purl.org/dc/elements/1.1/}rights") == "Free for schools"
    assert b'"_licence": "Free for schools"' in render(edition, "json").body


@pytest.mark.parametrize("format", FORMATS)
def test_via_is_named_unless_it_is_the_entry_itself(format: Literal["rss", "atom"]) -> None:
    elsewhere = an_entry(via="https://news.example.net/1")
    body = render(an_edition(elsewhere, numbered(2, via=an_entry().url)), format).body
    links = etree.fromstring(body).iter("{*}link")
    assert [one.get("href") for one in links if one.get("rel") == "via"] == [elsewhere.via]


@pytest.mark.parametrize("format", FORMATS)
def test_mail_addresses_do_not_get_out(format: Literal["rss", "atom"]) -> None:
    authors = ("Ada <ada@example.org>", "bo@mail.example.org", "Cy (cy@example.org)", "D @d")
    body = render(an_edition(an_entry(authors=authors)), format).body
    names = [e.text for e in etree.fromstring(body).iter("{*}creator", "{*}name")]
    assert [name for name in names if name != "Harbour News"] == ["Ada", "Cy", "D @d"]


@pytest.mark.parametrize("format", FORMATS)
def test_every_url_is_absolute_and_ascii(format: Literal["rss", "atom"]) -> None:
    root = etree.fromstring(render(a_nasty_edition(), format).body)
    urls = [e.text or "" for e in root.iter("link") if e.text]
    urls += [str(value) for e in root.iter() for key, value in e.items() if key in {"href", "url"}]
    assert len(urls) > 12
    for url in urls:
        assert url.isascii()
        assert urlsplit(url).scheme in {"http", "https"}
        assert urlsplit(url).netloc


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com", "https://example.com"),
        ("HTTP://example.com:80/a b|{c}", "http://example.com:80/a%20b%7C%7Bc%7D"),
        (
            "https://straße.de/ü?q=ä&r=%zz#x#y",
            "https://xn--strae-oqa.de/%C3%BC?q=%C3%A4&r=%25zz#x%23y",
        ),
        ("https://日本語。jp/", "https://xn--wgv71a119e.jp/"),
        ("https://example.com/a%2fb?c[]=1;d", "https://example.com/a%2fb?c%5B%5D=1;d"),
        ("https://me:secret@example.com/", "https://example.com/"),
        ("http://[::1]:8000/x", "http://[::1]:8000/x"),
        (" https://example.com/\n ", "https://example.com/"),
        ("//example.com/x", ""),
        ("mailto:a@example.com", ""),
        ("https://", ""),
        ("https://exa mple.com/", ""),
        ("https://example.com:99999/", ""),
        ("https://example.com/" + "x" * 8000, ""),
    ],
)
def test_urls_are_made_ascii(url: str, expected: str) -> None:
    assert ascii_url(url) == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(), max_size=6), min_size=2, max_size=4))
def test_an_ascii_url_stays_as_it_is(parts: Sequence[str]) -> None:
    url = ascii_url("https://" + "/".join(["example.com", *parts]))
    assert re.fullmatch(r"https://[0-9a-zA-Z;/?:@&=+$._!~*'()%,#-]+", url)
    assert ascii_url(url) == url
