"""A feed broken as feeds of the wild are gives the entries that the whole one gives."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from ingest.article import Stated
from ingest.upstream import parse_feed

URL = "https://example.org/feed.xml"
NAMES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)
ITEM = """<item>
<title>Report {n} &amp; more</title><link>https://example.org/{n}?a=1&amp;b=2</link>
<guid isPermaLink="false">report-{n}</guid><dc:creator>Ada</dc:creator>
<pubDate>Fri, 20 Nov 2026 08:3{n}:00 GMT</pubDate><category domain="x">Ports</category>
<description>A short one</description>
<content:encoded>&lt;p&gt;A &lt;b&gt;long&lt;/b&gt; form {n}.&lt;br&gt;&lt;/p&gt;</content:encoded>
</item>
"""
ITEMS = "".join(ITEM.format(n=n) for n in range(4))
WHOLE = f"""<?xml version="1.0"?>
<rss version="2.0" {NAMES}><channel><title>R</title>
{ITEMS}</channel></rss>
"""


def unescaped(text: str) -> str:
    content = re.compile(r"(<content:encoded>)(.*?)(</content:encoded>)")
    return content.sub(lambda found: f"{found[1]}{unescape(found[2])}{found[3]}", text)


WAYS: dict[str, Callable[[str], str]] = {
    "bare ampersands": lambda text: text.replace("&amp;", "&"),
    "HTML between tags": unescaped,
    "undeclared prefixes": lambda text: text.replace(NAMES, ""),
    "control characters": lambda text: text.replace("</title>", "\x0b\x02</title>"),
    "unquoted attributes": lambda text: re.sub(r'="(\w+)"', r"=\1", text),
    "no end of the feed": lambda text: text.replace("</channel></rss>", ""),
    "no end of its items": lambda text: text.replace("</item>", ""),
    "a server's complaints before it": lambda text: f"<br />\n<b>Notice</b>: x<br />\n{text}",
    "something after it": lambda text: f"{text}<script>count()</script>",
    "a DTD": lambda text: text.replace("<rss", '<!DOCTYPE rss [<!ENTITY a "b">]>\n<rss', 1),
    "a mark before white space": lambda text: f"\ufeff \n{text}",
    "a namespace in another case": lambda text: text.replace("http://purl", "HTTPS://PURL"),
}


def entries(text: str) -> list[Stated]:
    return list(parse_feed(text.encode(), url=URL).entries)


@pytest.mark.parametrize("way", WAYS)
def test_a_broken_feed_gives_the_entries_of_the_whole_one(way: str) -> None:
    broken = WAYS[way](WHOLE)
    assert broken != WHOLE
    assert entries(broken) == entries(WHOLE)


@pytest.mark.parametrize("first", WAYS)
def test_two_ways_at_once_lose_no_entry_but_one_without_an_end(first: str) -> None:
    titles = [one.title for one in entries(WHOLE)]
    for second, break_ in WAYS.items():
        found = [one.title for one in entries(break_(WAYS[first](WHOLE)))]
        endless = {first, second} == {"no end of the feed", "no end of its items"}
        assert found == (titles[:-1] if endless else titles)


@pytest.mark.parametrize("share", range(5, 100, 5))
def test_a_feed_cut_anywhere_gives_its_whole_entries(share: int) -> None:
    cut = len(WHOLE) * share // 100
    whole = WHOLE[:cut].count("</item>")
    assert entries(WHOLE[:cut] + " ")[:whole] == entries(WHOLE)[:whole]
    assert len(entries(WHOLE[:cut] + " ")) == whole
