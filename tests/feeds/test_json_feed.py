"""JSON Feed documents: what the format asks for, and the same entries as in the others."""

import json
import re
from datetime import datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.edition import EditionEntry, RelatedLink
from feeds.render import render
from ingest.article import Enclosure, Image, Upstream
from ingest.upstream import parse_feed
from tests.builders import SITE, an_edition, an_entry
from tests.feeds.test_round_trip import entries

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def document(*shown: EditionEntry, **over: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(render(an_edition(*shown, **over), "json").body)
    return found


def item(**over: Any) -> dict[str, Any]:
    (found,) = document(an_entry(**over))["items"]
    assert isinstance(found, dict)
    return found


def test_the_head_says_what_the_feed_is() -> None:
    found = document(description="")
    del found["items"]
    assert found == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Harbour News",
        "home_page_url": SITE,
        "feed_url": f"{SITE}all.json",
        "language": "en",
        "authors": [{"name": "Harbour News"}],
    }
    assert document(description="News")["description"] == "News"
    assert "next_url" not in found, "readers would walk through the archive at each poll"


def test_an_empty_feed_has_an_empty_list() -> None:
    assert document(entries=())["items"] == []


def test_an_entry_with_everything() -> None:
    found = item(
        html="<p>Ropes</p>",
        summary="About ropes.",
        authors=("Ann Bee", "Cy Dee"),
        tags=("ropes",),
        language="de",
        image=Image(url=f"{SITE}a.jpg"),
        enclosures=(
            Enclosure(url=f"{SITE}a.mp3", media_type="audio/mpeg", length=7),
            Enclosure(url=f"{SITE}file"),
        ),
        related=(RelatedLink(url=f"{SITE}b/", title="Knots & more"),),
        upstream=Upstream(title="Wire", url="https://wire.example/", feed_url=""),
    )
    assert found["content_html"] == "<p>Ropes</p>"
    assert "content_text" not in found
    assert found["summary"] == "About ropes."
    assert found["authors"] == [{"name": "Ann Bee"}, {"name": "Cy Dee"}]
    assert (found["tags"], found["language"], found["image"]) == (["ropes"], "de", f"{SITE}a.jpg")
    assert found["attachments"] == [
        {"url": f"{SITE}a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 7},
        {"url": f"{SITE}file", "mime_type": "application/octet-stream"},
    ]
    assert found["_related"] == [{"url": f"{SITE}b/", "title": "Knots & more"}]
    assert found["_source"] == {"title": "Wire", "url": "https://wire.example/"}


def test_an_entry_without_html_has_text_which_every_item_must_have() -> None:
    assert item(html="", summary="Short.")["content_text"] == "Short."
    assert "summary" not in item(html="", summary="Short.")
    assert item(html="", summary="")["content_text"] == an_entry().title
    bare = item(html="", summary="", title="")
    assert (bare["content_text"], "title" in bare) == (an_entry().url, False)


@settings(max_examples=60, deadline=None)
@given(st.lists(entries(), max_size=3))
def test_whatever_an_edition_holds_the_document_keeps_to_the_format(
    shown: list[EditionEntry],
) -> None:
    edition = an_edition(entries=tuple(shown))
    rendered = render(edition, "json")
    assert rendered == render(edition, "json")
    assert rendered.rejected == render(edition, "atom").rejected
    assert rendered.body.decode() == rendered.body.decode("utf-8", "strict")
    for found in json.loads(rendered.body)["items"]:
        assert found["id"]
        assert found["url"]
        assert ("content_html" in found) != ("content_text" in found)
        for name in ("date_published", "date_modified"):
            assert TIME.fullmatch(found[name])
            assert datetime.fromisoformat(found[name]).tzinfo
        for key, value in found.items():
            assert value
            assert key in _KEYS
    read = parse_feed(rendered.body, url=f"{SITE}all.json")
    atom = parse_feed(render(edition, "atom").body, url=f"{SITE}all.atom")
    assert [one.guid for one in read.entries] == [one.guid for one in atom.entries]
    assert [one.published for one in read.entries] == [one.published for one in atom.entries]


_KEYS = {
    "id", "url", "title", "content_html", "content_text", "summary", "image", "date_published",
    "date_modified", "authors", "tags", "language", "attachments", "_related", "_source",
    "_via", "_licence", "_episode",
}  # fmt: skip
