"""Every feed of tests/fixtures/feeds against the expectation it carries itself.

A file begins with what it shows and what reading it must give, in TOML: `url`, `charset` and `zone`
as arguments, `error` or `feed`, `entry` (every one, in order) and `warnings` (a part of each). Only
what is named is compared. After a line of `=` the feed follows, byte by byte.
"""

import tomllib
from calendar import timegm
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest

from ingest.errors import ReadError
from ingest.upstream import parse_feed
from ingest.upstream.dates import Dates

FOLDER = Path(__file__).parents[2] / "fixtures" / "feeds"
FILES = sorted(FOLDER.glob("*.feed"))
URL = "https://example.org/feed.xml"


def split(path: Path) -> tuple[dict[str, Any], bytes]:
    head, _, body = path.read_bytes().partition(b"\n=====\n")
    return tomllib.loads(head.decode()), body


JUDGED = [path for path in FILES if split(path)[0].get("judged")]


def shown(value: object) -> Any:
    """`value` as TOML can hold it; spans of time in minutes."""
    if is_dataclass(value):
        return {one.name: shown(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [shown(one) for one in value]
    return int(value.total_seconds() / 60) if isinstance(value, timedelta) else value


def named(found: Any, wanted: Any) -> Any:
    """`found`, reduced to what `wanted` names."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        return {name: named(found[name], one) for name, one in wanted.items()}
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        return [named(one, other) for one, other in zip(found, wanted, strict=True)]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_feed_is_read_as_it_says(path: Path) -> None:
    wanted, body = split(path)
    given = {name: wanted[name] for name in ("url", "charset", "zone") if name in wanted}
    arguments = {"url": URL, **given}
    if "error" in wanted:
        with pytest.raises(ReadError) as raised:
            parse_feed(body, **arguments)
        assert str(raised.value) == f"{arguments['url']}: {wanted['error']}"
        return
    feed = parse_feed(body, **arguments)
    assert named(shown(feed), wanted.get("feed", {})) == wanted.get("feed", {})
    assert len(feed.entries) == len(wanted["entry"])
    for found, entry in zip(feed.entries, wanted["entry"], strict=True):
        assert named(shown(found), entry) == entry
    warnings = wanted.get("warnings", [])
    assert len(feed.warnings) == len(warnings), feed.warnings
    assert all(part in told for part, told in zip(warnings, feed.warnings, strict=True))


@pytest.mark.parametrize("path", JUDGED, ids=lambda path: path.stem)
def test_feed_is_read_as_an_independent_judge_reads_it(path: Path) -> None:
    wanted, body = split(path)
    url = wanted.get("url", URL)
    judged = feedparser.parse(body, response_headers={"content-location": url}).entries
    entries = parse_feed(body, url=url).entries
    assert [entry.guid for entry in entries] == [item.get("id", "") for item in judged]
    assert [entry.url for entry in entries] == [item.get("link", "") for item in judged]
    moments = [entry.published or entry.updated for entry in entries]
    assert moments == [moment(item) for item in judged]


def moment(item: Any) -> datetime | None:
    parsed = item.get("published_parsed") or item.get("updated_parsed")
    return datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None


def test_dates_of_feeds_are_in_utc_as_they_are_when_read_from_the_store() -> None:
    dates = Dates("Europe/Berlin")
    assert f"{dates.read('Mon, 05 Jan 2026 10:00:00 +0500')}" == "2026-01-05 05:00:00+00:00"
    assert f"{dates.read('2026-01-05')}" == "2026-01-04 23:00:00+00:00"
