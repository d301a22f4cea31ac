"""OPML: lists of feeds as other readers write them, and ours."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ingest.errors import ReadError
from ingest.upstream import Subscription, parse_opml, write_opml
from ingest.upstream.texts import plain

TITLES = st.text(st.characters(), max_size=12).map(lambda text: plain(text, literal=True))
SUBSCRIPTIONS = st.builds(
    Subscription,
    url=st.integers(0).map("https://example.org/{}.xml".format),
    title=TITLES,
    home=st.sampled_from(["", "https://example.org/"]),
    path=st.lists(TITLES.filter(bool), max_size=3).map(tuple),
)


def test_a_list_as_readers_write_them() -> None:
    body = b"""<?xml version="1.0"?>
    <opml version="1.0"><head><title>x</title></head><body>
    <outline text="News &amp; more" title="News">
      <outline text="Ports" type="rss" xmlUrl="https://example.org/ports.xml" htmlUrl="https://example.org/"/>
      <outline text="Deeper"><outline TITLE="Deep" XMLURL="https://example.org/deep.xml"/></outline>
      <outline text="nothing"/>
    </outline>
    <outline text="By url" type="atom" url="https://example.org/by-url"/>
    <outline text="A page" type="link" url="https://example.org/page.html"/>
    <outline text="Bad" type="rss" xmlUrl="javascript:alert(1)"/>
    <outline text="Bare & ampersand" xmlUrl="https://example.org/?a=1&b=2"/>
    <outline type="rss" xmlUrl=" https://example.org/untitled "/>
    </body></opml>"""
    assert parse_opml(body) == [
        Subscription(
            url="https://example.org/ports.xml",
            title="Ports",
            home="https://example.org/",
            path=("News",),
        ),
        Subscription(url="https://example.org/deep.xml", title="Deep", path=("News", "Deeper")),
        Subscription(url="https://example.org/by-url", title="By url"),
        Subscription(url="https://example.org/?a=1&b=2", title="Bare & ampersand"),
        Subscription(url="https://example.org/untitled"),
    ]


@pytest.mark.parametrize("body", [b"", b"<html>", b"<rss/>", b"\x89PNG" + bytes(99), b"words"])
def test_what_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(ReadError):
        parse_opml(body)


@given(st.lists(SUBSCRIPTIONS, max_size=8))
@settings(max_examples=60, deadline=None)
def test_a_list_of_ours_is_read_back_by_category(subscriptions: list[Subscription]) -> None:
    body = write_opml(subscriptions, title="Ours")
    assert body == write_opml(subscriptions, title="Ours")
    order = sorted(parse_opml(body), key=repr)
    assert order == sorted(subscriptions, key=repr)


def test_what_we_write_is_opml_2() -> None:
    one = Subscription(
        url="https://example.org/a?b&c", title='"A" <b>', home="https://example.org/"
    )
    two = Subscription(url="https://example.org/two", path=("News",))
    root = etree.fromstring(write_opml([two, one, two], title="Mine & yours"))
    assert (root.tag, root.get("version"), root.findtext("head/title")) == (
        "opml",
        "2.0",
        "Mine & yours",
    )
    assert [dict(outline.attrib) for outline in root.findall("body/outline")] == [
        {"text": "News", "title": "News"},
        {
            "type": "rss",
            "text": '"A" <b>',
            "title": '"A" <b>',
            "xmlUrl": "https://example.org/a?b&c",
            "htmlUrl": "https://example.org/",
        },
    ]
    assert len(root.findall("body/outline/outline")) == 2
