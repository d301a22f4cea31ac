"""JSON Feed 1.0 and 1.1. Values of another type than jsonfeed.org specifies count as missing;
numbers are kept as they are written, for some feeds number their ids."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ingest.article import Enclosure, Stated
from ingest.errors import ExtractError
from ingest.normalize.language import language_tag
from ingest.upstream import texts
from ingest.upstream.dates import Dates
from ingest.upstream.links import address, default_base
from ingest.upstream.media import enclosure
from ingest.upstream.values import UpstreamFeed

_MOST = 100  # names, tags or attachments
Json = dict[str, Any]


def is_json(text: str) -> bool:
    """Tell whether `text` is JSON and not XML, by how it begins."""
    return text.lstrip("\ufeff \t\r\n")[:1] in {"{", "["}


def read_json(text: str, url: str, dates: Dates) -> tuple[UpstreamFeed, Iterator[Stated]]:
    """What a JSON Feed says of itself, and its entries. Raises ExtractError when it is none."""
    feed = _parsed(text)
    home = address(_text(feed, "home_page_url"), url)
    base = default_base(url, home)
    head = UpstreamFeed(
        title=texts.plain(_text(feed, "title"), literal=True),
        description=texts.plain(_text(feed, "description"), literal=True),
        home=home,
        url=address(_text(feed, "feed_url"), base),
        language=language_tag(_text(feed, "language")),
        authors=_authors(feed),
        image=address(_text(feed, "icon"), base),
        icon=address(_text(feed, "favicon"), base),
        hubs=tuple(filter(None, (address(_text(hub, "url"), base) for hub in _each(feed, "hubs")))),
        next_url=address(_text(feed, "next_url"), base),
    )
    dates.language = head.language
    return head, (_entry(item, base, head, dates) for item in _each(feed, "items"))


def _parsed(text: str) -> Json:
    try:
        found = json.loads(text, strict=False, parse_int=str, parse_float=str)
    except RecursionError as error:
        raise ExtractError("it is JSON, nested too deeply to be a JSON Feed") from error
    except ValueError as error:
        raise ExtractError(f"it looks like JSON but is not: {error}") from error
    feed: Json = found if isinstance(found, dict) else {}
    if "jsonfeed.org/" not in _text(feed, "version") or not isinstance(feed.get("items"), list):
        raise ExtractError("it is JSON but not a JSON Feed")
    return feed


def _entry(item: Json, base: str, head: UpstreamFeed, dates: Dates) -> Stated:
    url = address(_text(item, "url"), base) or address(_text(item, "external_url"), base)
    tags = item.get("tags")
    return Stated(
        guid=_text(item, "id"),
        url=url,
        title=texts.plain(_text(item, "title"), literal=True),
        authors=_authors(item) or head.authors,
        published=_date(item, "date_published", dates),
        updated=_date(item, "date_modified", dates),
        html=_text(item, "content_html") or texts.from_text(_text(item, "content_text")),
        summary=texts.from_text(_text(item, "summary")),
        base=url or base,
        language=language_tag(_text(item, "language")) or head.language,
        tags=_lines(tags if isinstance(tags, list) else []),
        image=address(_text(item, "image"), base) or address(_text(item, "banner_image"), base),
        enclosures=tuple(_attachments(item, base)),
    )


def _authors(item: Json) -> tuple[str, ...]:
    """The names of 1.1's list, else of 1.0's only author."""
    author = item.get("author")
    named = [*_each(item, "authors"), *([author] if isinstance(author, dict) else [])]
    return texts.people(*(_text(one, "name") for one in named[:_MOST]))


def _attachments(item: Json, base: str) -> Iterator[Enclosure]:
    for one in _each(item, "attachments")[:_MOST]:
        if url := address(_text(one, "url"), base):
            yield enclosure(
                url,
                _text(one, "mime_type"),
                _text(one, "size_in_bytes"),
                label=_text(one, "title"),
                duration=_text(one, "duration_in_seconds"),
            )


def _lines(values: list[object]) -> tuple[str, ...]:
    said = (texts.plain(_fit(value)) for value in values[:_MOST] if isinstance(value, str))
    return tuple(dict.fromkeys(filter(None, said)))


def _date(item: Json, name: str, dates: Dates) -> datetime | None:
    text = _text(item, name)
    return dates.read(text) if text else None


def _each(item: Json, name: str) -> list[Json]:
    found = item.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _text(item: Json, name: str) -> str:
    found = item.get(name)
    return _fit(found).strip() if isinstance(found, str) else ""


def _fit(text: str) -> str:
    """`text` without lone surrogates, which JSON can hold and UTF-8 cannot."""
    return text.encode("utf-8", "ignore").decode()
