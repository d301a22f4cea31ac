"""An edition as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from feeds.edition import Edition, EditionEntry
from feeds.render.fitting import heading
from ingest.article import Enclosure, Episode, Upstream

_VERSION = "https://jsonfeed.org/version/1.1"
_ANY_TYPE = "application/octet-stream"  # an attachment must have a type


def json_feed(head: Edition, url: str, entries: Sequence[EditionEntry]) -> bytes:
    """The document at `url` that holds the fitted `entries`; the same bytes for the same edition.

    Only archives have a `next_url`: a reader that walks those would, from the feed itself, fetch
    the whole archive at each poll. What the format has no place for stands in extensions of our
    own: `_archive`, `_related`, `_source`, `_via`, `_licence` and `_episode`.
    """
    place = head.archive
    previous, following, current = (
        dict(urls).get("json", "") for urls in (place.previous, place.following, place.current)
    )
    feed = {
        "version": _VERSION,
        "title": head.title,
        "home_page_url": head.home,
        "feed_url": url,
        "next_url": previous if current else "",
        "icon": head.icon,
        "favicon": head.icon,
        "description": head.description,
        "language": head.language,
        "authors": [{"name": head.author}],
        "hubs": [{"type": "WebSub", "url": hub} for hub in head.hubs],
        "_licence": head.licence or head.copyright,
        "_archive": _said({"current": current, "previous": previous, "next": following}),
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
        "_via": entry.via,
        "_licence": entry.licence,
        "_episode": _episode(entry.episode) if entry.episode else {},
    }
    return _said(item)


def _attachment(one: Enclosure) -> dict[str, Any]:
    kind = one.media_type or _ANY_TYPE
    told = {
        "url": one.url,
        "mime_type": kind,
        "title": one.label,
        "size_in_bytes": one.length,
        "duration_in_seconds": one.duration,
    }
    return _said(told)


def _episode(one: Episode) -> dict[str, Any]:
    told = {
        "number": one.number,
        "season": one.season,
        "type": one.kind,
        "transcript": _attachment(one.transcript) if one.transcript else {},
        "chapters": _attachment(one.chapters) if one.chapters else {},
    }
    explicit = {} if one.explicit is None else {"explicit": one.explicit}
    return _said(told) | explicit


def _source(upstream: Upstream) -> dict[str, Any]:
    return _said({"title": upstream.title, "url": upstream.url, "feed_url": upstream.feed_url})


def _said(values: dict[str, Any]) -> dict[str, Any]:
    """What is not empty; only the list of items may be."""
    return {name: value for name, value in values.items() if value or name == "items"}


def _time(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
