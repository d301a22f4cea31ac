"""An edition as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from feeds.edition import Edition, EditionEntry
from feeds.render.fitting import heading
from ingest.article import Enclosure, Upstream

_VERSION = "https://jsonfeed.org/version/1.1"
_ANY_TYPE = "application/octet-stream"  # an attachment must have a type


def json_feed(head: Edition, url: str, entries: Sequence[EditionEntry]) -> bytes:
    """The document at `url` that holds the fitted `entries`; the same bytes for the same edition.

    It has no `next_url`: a reader that walks those would fetch the whole archive at each poll.
    What the format has no place for stands in extensions of our own, `_related` and `_source`.
    """
    feed = {
        "version": _VERSION,
        "title": head.title,
        "home_page_url": head.home,
        "feed_url": url,
        "description": head.description,
        "language": head.language,
        "authors": [{"name": head.author}],
        "hubs": [{"type": "WebSub", "url": hub} for hub in head.hubs],
        "items": [_item(entry, head.language) for entry in entries],
    }
    return (json.dumps(_said(feed), ensure_ascii=False, indent=1) + "\n").encode()


def _item(entry: EditionEntry, language: str) -> dict[str, Any]:
    text = "" if entry.html else entry.summary or heading(entry)
    item = {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_html": entry.html,
        "content_text": text,
        "summary": "" if text else entry.summary,
        "image": entry.image.url if entry.image else "",
        "date_published": _time(entry.published),
        "date_modified": _time(entry.updated),
        "authors": [{"name": name} for name in entry.authors],
        "tags": list(entry.tags),
        "language": "" if entry.language == language else entry.language,
        "attachments": [_attachment(one) for one in entry.enclosures],
        "_related": [{"url": one.url, "title": one.title} for one in entry.related],
        "_source": _source(entry.upstream) if entry.upstream else {},
    }
    return _said(item)


def _attachment(one: Enclosure) -> dict[str, Any]:
    kind = one.media_type or _ANY_TYPE
    return _said({"url": one.url, "mime_type": kind, "size_in_bytes": one.length})


def _source(upstream: Upstream) -> dict[str, Any]:
    return _said({"title": upstream.title, "url": upstream.url, "feed_url": upstream.feed_url})


def _said(values: dict[str, Any]) -> dict[str, Any]:
    """What is not empty; only the list of items may be."""
    return {name: value for name, value in values.items() if value or name == "items"}


def _time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
