"""Feeds made to hurt cost little, and are read or refused."""

from contextlib import suppress

import pytest

from ingest.errors import ReadError
from ingest.upstream import parse_feed, parse_opml, sniff
from ingest.upstream.feed import MAX_ENTRIES
from tests.costs import no_runaway

URL = "https://example.org/feed.xml"
RSS = "<rss version='2.0'><channel>"
LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
JSON = '{"version": "https://jsonfeed.org/version/1.1", "items": ['

HOSTILE = {
    "a billion laughs": f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]>{RSS}<item><title>&a11;',
    "unclosed items": RSS + "<item>" * 100_000,
    "unclosed titles": RSS + "<item>" + "<title>" * 100_000 + "</title>",
    "unclosed sections": RSS + "<![CDATA[" * 60_000,
    "unclosed comments": "<!-- " * 100_000,
    "unclosed attributes": RSS + "<item" + ' a="' * 100_000,
    "depth": RSS + "<a>" * 200_000,
    "ampersands": RSS + "&" * 300_000,
    "angle brackets": RSS + "<" * 300_000,
    "prefixes": RSS + "".join(f"<a{n}:b>" for n in range(60_000)),
    "links": RSS + "<item><title>x</title>" + "<link>http://x/</link>" * 20_000,
    "dates in words": RSS
    + "".join(
        f"<item><pubDate>{n} foo 5 enero 2026 bar</pubDate><guid>{n}</guid></item>"
        for n in range(4_000)
    )
    + "</channel></rss>",
    "JSON depth": JSON + "[" * 300_000,
    "JSON numbers": JSON + '{"id": ' + "9" * 300_000 + "}]}",
    "spaces": "<feed><entry><content>" + "\n \n" * 100_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_feed_costs_little(kind: str) -> None:
    body = HOSTILE[kind].encode()
    with no_runaway():
        with suppress(ReadError):
            parse_feed(body, url=URL)
        sniff(body)


def test_entries_are_capped_and_it_is_said() -> None:
    items = "".join(f"<item><guid>{n}</guid></item>" for n in range(MAX_ENTRIES + 1))
    feed = parse_feed(f"{RSS}{items}</channel></rss>".encode(), url=URL)
    assert [entry.guid for entry in feed.entries] == [str(n) for n in range(MAX_ENTRIES)]
    assert feed.warnings == ("it lists more than 5,000 entries; the first 5,000 were read",)


def test_a_deep_list_of_feeds_costs_little() -> None:
    deep = "<opml><body>" + "<outline text='a'>" * 50_000 + "<outline xmlUrl='http://x/y'/>"
    with no_runaway():
        parse_opml(deep.encode())
