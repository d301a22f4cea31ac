"""Icons, logos, licence and podcast: from the configuration to what is published."""

import json
import os
from pathlib import Path

import pytest
from lxml import etree

from config.load import ConfigError, load
from tests.feeds.cli.commands import broadsheet
from tests.newsroom import Newsroom, a_text

SITE = """\
[site]
title = "Harbour News"
url = "https://example.org/news/"
contact = "mailto:ada@example.org"
icon = "brand/square.PNG"
logo = "https://cdn.example.net/logo.svg"
licence = "https://creativecommons.org/licenses/by/4.0/"
copyright = "© 2026 The editors"
"""
REST = """\
[[source]]
name = "inbox"
files = "articles/**/*.txt"
[[feed]]
name = "all"
[[feed]]
name = "radio"
logo = "brand/wide.jpg"
podcast = "News>Daily News"
"""


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    (tmp_path / "brand").mkdir()
    (tmp_path / "brand" / "square.PNG").write_bytes(b"icon")
    (tmp_path / "brand" / "wide.jpg").write_bytes(b"logo")
    room = Newsroom(tmp_path, SITE + REST)
    room.write("ferry.txt", a_text("The ferry sails"))
    return room


def problem(folder: Path, text: str) -> str:
    (folder / "broadsheet.toml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load(folder / "broadsheet.toml", {})
    return str(caught.value)


def test_feeds_and_pages_name_the_pictures_and_the_licence(room: Newsroom) -> None:
    assert not room.refresh().failed
    public = room.folder / "public"
    assert (public / "icon.png").read_bytes() == b"icon"
    assert (public / "radio-logo.jpg").read_bytes() == b"logo"
    channel = etree.fromstring(room.bytes("all.rss"))[0]
    assert channel.findtext("image/url") == "https://example.org/news/icon.png"
    assert channel.findtext("copyright") == "© 2026 The editors"
    radio = etree.fromstring(room.bytes("radio.rss"))[0]
    assert radio.findtext("image/url") == "https://example.org/news/radio-logo.jpg"
    assert radio.findtext("{*}owner/{*}email") == "ada@example.org"
    assert [one.get("text") for one in radio.iter("{*}category") if one.get("text")] == [
        *("News", "Daily News"),
    ]
    feed = json.loads(room.bytes("all.json"))
    assert (feed["icon"], feed["favicon"]) == ("https://example.org/news/icon.png",) * 2
    atom = etree.fromstring(room.bytes("radio.atom"))
    assert atom.findtext("{*}icon") == "https://example.org/news/icon.png"
    assert atom.findtext("{*}logo") == "https://example.org/news/radio-logo.jpg"
    assert b'<link rel="icon" href="https://example.org/news/icon.png">' in room.bytes("index.html")


def test_a_picture_that_changes_is_copied_and_changes_no_feed(room: Newsroom) -> None:
    room.refresh()
    before = room.state()
    icon = room.folder / "brand" / "square.PNG"
    icon.write_bytes(b"another icon")
    os.utime(icon, (1, 1))
    room.publish()
    after = room.state()
    assert after.pop("icon.png")[0] == b"another icon"
    del before["icon.png"]
    assert after == before


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("brand/no.png", "there is no such file beside this configuration"),
        ("../outside.png", "name a file beside this configuration, or below"),
        ("/etc/icon.png", "name a file beside this configuration, or below"),
        ("icon.txt", "write a file that ends in one of .avif, .gif"),
        ("ftp://example.org/icon.png", "write the whole address"),
    ],
)
def test_a_picture_that_cannot_be_shown_is_told(room: Newsroom, value: str, why: str) -> None:
    told = problem(room.folder, SITE.replace("brand/square.PNG", value) + REST)
    assert "site.icon" in told
    assert why in told


def test_a_podcast_needs_somebody_to_write_to(room: Newsroom) -> None:
    told = problem(room.folder, SITE.replace("mailto:ada@example.org", "https://x.example/") + REST)
    assert "needs a mail address as `contact` of the site" in told


@pytest.mark.parametrize("value", ["News > A > B", "News >", ">"])
def test_a_category_has_one_part_at_most(room: Newsroom, value: str) -> None:
    assert "write a category" in problem(room.folder, SITE + REST.replace("News>Daily News", value))


def test_check_tells_what_rss_cannot_show(room: Newsroom) -> None:
    (room.folder / "brand" / "square.webp").write_bytes(b"x")
    room.configure(SITE.replace("square.PNG", "square.webp") + REST)
    done = broadsheet(room.folder, "check")
    assert done.exit_code == 0
    assert "feed 'all': RSS shows images that end in .png, .jpg or .gif" in done.stderr
    assert "feed 'radio'" not in done.stderr
