"""A reader that walks a feed's archives, in the folder that was published."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import feedparser

SITE = "https://example.org/"


@dataclass(frozen=True)
class Walked:
    """One document: its address, the ids of its entries, where its links lead, what it is."""

    url: str
    ids: list[str]
    links: dict[str, str]
    archived: bool
    updated: str


def walk(public: Path, name: str, *, known: str = "") -> list[Walked]:
    """The document that is subscribed to and its archives, newest first, but from `known` on."""
    found: list[Walked] = []
    url = SITE + name
    while url and url != known:
        one = read(public, url)
        assert not one.archived or one.links["self"] == url
        found.append(one)
        url = one.links.get("prev-archive", "")
    return found


def read(public: Path, url: str) -> Walked:
    """The document at that address, by a parser that is not ours."""
    body = (public / url.removeprefix(SITE)).read_bytes()
    if url.endswith(".json"):
        return _json(url, json.loads(body))
    feed = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
    assert not feed.bozo, feed.get("bozo_exception")
    links = {link.rel: link.href for link in feed.feed.links if link.rel != "alternate"}
    updated = time.strftime("%Y-%m-%dT%H:%M:%SZ", feed.feed.updated_parsed)
    archived = "fh_archive" in feed.feed
    assert ("http://purl.org/syndication/history/1.0" in feed.namespaces.values()) == archived
    return Walked(url, [entry.id for entry in feed.entries], links, archived, updated)


def _json(url: str, feed: dict[str, Any]) -> Walked:
    own = feed.get("_archive", {})
    names = {"current": "current", "previous": "prev-archive", "next": "next-archive"}
    links = {names[name]: value for name, value in own.items()} | {"self": feed["feed_url"]}
    archived = "current" in own
    assert feed.get("next_url") == (links.get("prev-archive") if archived else None)
    dates = [item["date_modified"] for item in feed["items"]]
    return Walked(
        url, [item["id"] for item in feed["items"]], links, archived, max(dates, default="")
    )
