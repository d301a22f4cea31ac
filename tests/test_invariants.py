"""What docs/invariants.md promises of all formats at once, and no other test holds."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from ingest.markup import parse_xml
from tests.newsroom import NOON, Newsroom, a_text

NS = {
    "a": "http://www.w3.org/2005/Atom",
    "c": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
}
TWO = """\
[site]
title = "Harbour News"
url = "https://example.org/"
[[source]]
name = "inbox"
files = "articles/in/*.md"
{second}"""
SECOND = '[[source]]\nname = "other"\nfiles = "articles/other/*.md"\n'
DATED = "---\nauthor: Ada Lindqvist\ndate: 2026-05-0{n}T08:30:00Z\n---\n"

Picked = tuple[str, str, str, datetime, str]
"""Title, link, author, date and text of an entry, as a reader shows it."""


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    return Newsroom(tmp_path)


def tree(room: Newsroom, name: str) -> etree._Element:
    return parse_xml(room.bytes(name).decode().partition("?>")[2])


def test_every_format_names_the_same_entries_in_the_same_order(room: Newsroom) -> None:
    for number in range(12):
        room.write(f"{number}.txt", a_text(f"Number {number}"))
        room.later(minutes=1)
        room.refresh()
    rss = [found.text for found in tree(room, "all.rss").iterfind("channel/item/guid")]
    atom = [found.text for found in tree(room, "all.atom").iterfind("a:entry/a:id", NS)]
    items = [item["id"] for item in json.loads(room.bytes("all.json"))["items"]]
    assert len(set(rss)) == 12
    assert rss == atom == items


def test_updated_is_distinct_past_and_at_most_that_of_the_feed(room: Newsroom) -> None:
    for number in range(5):
        room.write(f"{number}.txt", a_text(f"Number {number}"))
    room.refresh()
    for number in (3, 1):
        room.later(minutes=1)
        room.write(f"{number}.txt", a_text(f"Again {number}"))
        room.refresh()
        atom = tree(room, "all.atom")
        dates = [found.text or "" for found in atom.iterfind("a:entry/a:updated", NS)]
        assert len(set(dates)) == len(dates) == 5
        assert atom.findtext("a:updated", namespaces=NS) == max(dates)
        assert max(dates) <= room.now.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_what_two_sources_tell_keeps_id_and_link_when_one_of_them_goes(tmp_path: Path) -> None:
    room = Newsroom(tmp_path, TWO.format(second=SECOND))
    story = "---\nurl: https://example.net/storm\n---\n" + a_text("# A storm")
    room.write("in/storm.md", story)
    room.refresh("inbox")
    before = [(entry.id, entry.link, entry.title) for entry in room.feed()]
    room.write("other/same-storm.md", story)
    room.refresh()
    assert [(entry.id, entry.link, entry.title) for entry in room.feed()] == before
    room.configure(TWO.format(second="").replace("inbox", "other").replace("/in/", "/other/"))
    room.later(hours=1)
    room.refresh()
    assert [(entry.id, entry.link, entry.title) for entry in room.feed()] == before


def miniflux(entry: etree._Element, rss: bool) -> Picked:
    """Content before summary; the author of Dublin Core before that of RSS."""
    if rss:
        text = entry.findtext("c:encoded", "", NS) or entry.findtext("description") or ""
        author = entry.findtext("dc:creator", "", NS) or entry.findtext("author") or ""
        date = parsedate_to_datetime(entry.findtext("pubDate") or "")
        return entry.findtext("title") or "", entry.findtext("link") or "", author, date, text
    text = entry.findtext("a:content", "", NS) or entry.findtext("a:summary", "", NS) or ""
    link = entry.xpath("string(a:link[not(@rel) or @rel='alternate'][1]/@href)", namespaces=NS)
    when = entry.findtext("a:published", "", NS) or entry.findtext("a:updated", "", NS)
    author = entry.findtext("a:author/a:name", "", NS) or ""
    title = entry.findtext("a:title", "", NS) or ""
    return title, str(link), author, datetime.fromisoformat(when), text


def netnewswire(entry: etree._Element, rss: bool) -> Picked:
    """A guid is the link where it may be one, in Atom the first alternate."""
    title, link, author, date, text = miniflux(entry, rss)
    guid = entry.find("guid")
    if guid is not None and guid.get("isPermaLink", "true") == "true":
        link = guid.text or ""
    if not rss:
        links = entry.findall("a:link", NS)
        link = next(one.get("href", "") for one in links if one.get("rel") in {None, "alternate"})
    return title, link, author, date, text


def simplepie(entry: etree._Element, rss: bool) -> Picked:
    """Any element of these names, whatever the format, in an order of its own; text is trimmed."""
    names = {etree.QName(child).localname: child for child in reversed(entry)}
    text = next(names[n].text or "" for n in ("content", "encoded", "summary") if n in names)
    creator = names.get("author", names.get("creator"))
    author = "" if creator is None else "".join(str(part) for part in creator.itertext()).strip()
    _, link, _, date, _ = miniflux(entry, rss)
    return (names["title"].text or "").strip(), link, author, date, text


@pytest.mark.parametrize("pick", [miniflux, netnewswire, simplepie])
@pytest.mark.parametrize("kind", ["rss", "atom"])
def test_readers_of_three_kinds_show_title_link_author_date_and_text(
    room: Newsroom, kind: str, pick: Callable[[etree._Element, bool], Picked]
) -> None:
    for number in (1, 2, 3):
        room.write(f"{number}.md", DATED.format(n=number) + a_text(f"# Number {number}"))
    room.refresh()
    path = "channel/item" if kind == "rss" else "a:entry"
    entries: list[Any] = tree(room, f"all.{kind}").findall(path, NS)
    assert len(entries) == 3
    for number, entry in zip((3, 2, 1), entries, strict=True):
        title, link, author, date, text = pick(entry, kind == "rss")
        assert title == f"Number {number}"
        assert re.fullmatch(r"https://example\.org/articles/[\w-]+/", link)
        assert author == "Ada Lindqvist"
        assert date == NOON.replace(month=5, day=number, hour=8, minute=30)
        assert "<p>" in text
        assert f"number {number}" in text.lower()
