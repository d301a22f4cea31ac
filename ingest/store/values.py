"""Small values as they are stored: JSON text, "" for none."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from ingest.article import Enclosure, Episode, Image, Stated, Upstream
from ingest.polling import NO_HINTS, Hints

_LATER = frozenset({"label", "duration", "licence", "via", "episode"})


def image_text(image: Image | None) -> str:
    """An image as it is stored."""
    return _text(image)


def image_from(text: str) -> Image | None:
    """The image that `image_text` stored."""
    return Image(**json.loads(text)) if text else None


def enclosures_text(enclosures: tuple[Enclosure, ...]) -> str:
    """Enclosures as they are stored: a list."""
    return json.dumps([_said(one) for one in enclosures], ensure_ascii=False, sort_keys=True)


def enclosures_from(text: str) -> tuple[Enclosure, ...]:
    """The enclosures that `enclosures_text` stored."""
    return tuple(Enclosure(**one) for one in json.loads(text))


def episode_text(episode: Episode | None) -> str:
    """What a podcast says of an article, as it is stored."""
    return _text(episode)


def episode_from(text: str) -> Episode | None:
    """What `episode_text` stored."""
    return _episode(json.loads(text)) if text else None


def upstream_text(upstream: Upstream | None) -> str:
    """An upstream feed as it is stored."""
    return _text(upstream)


def upstream_from(text: str) -> Upstream | None:
    """The upstream feed that `upstream_text` stored."""
    return _upstream(json.loads(text)) if text else None


def stated_text(stated: Stated | None) -> str:
    """What a source said of a document, as it is stored; the same text for the same value."""
    return _text(stated)


def stated_from(text: str) -> Stated | None:
    """What `stated_text` stored."""
    if not text:
        return None
    values: dict[str, Any] = json.loads(text)
    lists = {name: tuple(values[name]) for name in ("keys", "authors", "tags")}
    times = {name: _time(values[name]) for name in ("published", "updated")}
    enclosures = tuple(Enclosure(**one) for one in values["enclosures"])
    upstream = _upstream(values["upstream"]) if values["upstream"] else None
    episode = _episode(values["episode"]) if values.get("episode") else None
    others = {"enclosures": enclosures, "upstream": upstream, "episode": episode}
    return Stated(**values | lists | times | others)


def hints_text(hints: Hints) -> str:
    """How often a feed asks to be looked at, as it is stored."""
    if hints == NO_HINTS:
        return ""
    spans = [hints.ttl.total_seconds(), hints.every.total_seconds()]
    return json.dumps([*spans, sorted(hints.skip_hours), sorted(hints.skip_days)])


def hints_from(text: str) -> Hints:
    """What `hints_text` stored."""
    if not text:
        return NO_HINTS
    ttl, every, hours, days = json.loads(text)
    return Hints(
        ttl=timedelta(seconds=ttl),
        every=timedelta(seconds=every),
        skip_hours=frozenset(hours),
        skip_days=frozenset(days),
    )


def _upstream(values: dict[str, Any]) -> Upstream:
    return Upstream(**values | {"updated": _time(values["updated"])})


def _episode(values: dict[str, Any]) -> Episode:
    files = {n: Enclosure(**values[n]) for n in ("transcript", "chapters") if values.get(n)}
    return Episode(**values | files)


def _text(value: Image | Upstream | Stated | Episode | None) -> str:
    if value is None:
        return ""
    return json.dumps(_said(value), ensure_ascii=False, sort_keys=True, default=_plain)


def _said(value: Image | Upstream | Stated | Episode | Enclosure) -> dict[str, Any]:
    """The fields of `value`, without those that were added later and say nothing: what is stored
    reads as it always did, and no document seems to have changed."""
    return asdict(value, dict_factory=_without_new)


def _without_new(items: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value for name, value in items if value or name not in _LATER}


def _plain(value: object) -> float:
    assert isinstance(value, datetime)
    return value.timestamp()


def _time(value: float | None) -> datetime | None:
    return None if value is None else datetime.fromtimestamp(value, UTC)
