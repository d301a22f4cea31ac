"""What feeds say of episodes, licences, and of where an entry was found."""

import json

import pytest

from ingest.article import Enclosure, Episode, Stated
from ingest.store.values import stated_from, stated_text
from ingest.upstream import parse_feed

URL = "https://radio.example.net/feed.xml"
NAMESPACES = (
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:podcast="https://podcastindex.org/namespace/1.0" '
    'xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:cc="http://backend.userland.com/creativeCommonsRssModule"'
)
FILE = '<enclosure url="/42.mp3" type="audio/mpeg" length="9"/>'


def item_of(inside: str) -> Stated:
    body = (
        f'<rss version="2.0" {NAMESPACES}><channel><title>Radio</title>'
        f"<link>https://radio.example.net/</link><item><title>x</title>{inside}</item>"
        f"</channel></rss>"
    )
    return parse_feed(body.encode(), url=URL).entries[0]


def test_an_episode_is_read_with_its_files() -> None:
    stated = item_of(
        f"{FILE}<itunes:duration>1:02:05</itunes:duration><itunes:season>3</itunes:season>"
        "<itunes:episode>42</itunes:episode><itunes:episodeType>Bonus</itunes:episodeType>"
        "<itunes:explicit>clean</itunes:explicit>"
        '<podcast:transcript url="42.vtt" type="text/vtt"/><podcast:transcript url="x.srt"/>'
        '<podcast:chapters url="42.json" type="application/json+chapters"/>'
    )
    assert stated.enclosures == (
        Enclosure(
            url="https://radio.example.net/42.mp3",
            media_type="audio/mpeg",
            length=9,
            duration=3_725,
        ),
    )
    assert stated.episode == Episode(
        number=42,
        season=3,
        kind="bonus",
        explicit=False,
        transcript=Enclosure(url="https://radio.example.net/42.vtt", media_type="text/vtt"),
        chapters=Enclosure(
            url="https://radio.example.net/42.json", media_type="application/json+chapters"
        ),
    )
    assert stated_from(stated_text(stated)) == stated


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        *(("90", 90), ("1:30", 90), ("01:01:30", 3_690), ("75:00", 4_500), (" 90.7 ", 90)),
        *(("", 0), ("an hour", 0), ("-5", 0), ("1:2:3:4", 0), ("9" * 40, 0)),
    ],
)
def test_durations_are_read_in_every_spelling(said: str, seconds: int) -> None:
    found = item_of(f"{FILE}<itunes:duration>{said}</itunes:duration>").enclosures
    assert found[0].duration == seconds


def test_an_item_that_says_nothing_of_an_episode_has_none() -> None:
    assert item_of(f"{FILE}<itunes:explicit>perhaps</itunes:explicit>").episode is None
    assert item_of("<itunes:episode>two</itunes:episode>").episode is None


@pytest.mark.parametrize(
    ("inside", "via"),
    [
        (
            '<link>https://a.example.com/x</link><atom:link rel="via" href="https://b.example/"/>',
            "https://b.example/",
        ),
        (
            "<link>https://a.example.com/x</link>"
            "<comments>https://radio.example.net/item?id=1</comments>",
            "https://radio.example.net/item?id=1",
        ),
        (
            "<link>https://radio.example.net/x</link>"
            "<comments>https://radio.example.net/x#comments</comments>",
            "",
        ),
        (
            "<link>https://radio.example.net/x</link><comments>https://talk.example/1</comments>",
            "",
        ),
        ("<comments>https://radio.example.net/1</comments>", ""),
    ],
)
def test_via_is_where_an_aggregator_talks_of_a_page_elsewhere(inside: str, via: str) -> None:
    assert item_of(inside).via == via


@pytest.mark.parametrize(
    "inside",
    [
        '<atom:link rel="license" href="https://creativecommons.org/licenses/by/4.0/"/>',
        "<cc:license>https://creativecommons.org/licenses/by/4.0/</cc:license>",
    ],
)
def test_a_licence_is_read_by_its_address(inside: str) -> None:
    assert item_of(inside).licence == "https://creativecommons.org/licenses/by/4.0/"


def test_attachments_of_json_feed_keep_title_and_duration() -> None:
    attachment = {"url": "/a.mp3", "mime_type": "audio/mpeg", "title": "One"}
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Radio",
        "items": [{"id": "1", "attachments": [attachment | {"duration_in_seconds": 61.5}]}],
    }
    (entry,) = parse_feed(json.dumps(feed).encode(), url=URL).entries
    assert [(one.label, one.duration) for one in entry.enclosures] == [("One", 61)]


def test_what_is_stored_reads_as_before_where_nothing_new_is_said() -> None:
    plain = Stated(url="https://example.org/", enclosures=(Enclosure(url="https://x.example/a"),))
    stored = json.loads(stated_text(plain))
    assert stored["enclosures"] == [{"length": 0, "media_type": "", "url": "https://x.example/a"}]
    assert not {"licence", "via", "episode"} & stored.keys()
    assert stated_from(json.dumps(stored)) == plain
