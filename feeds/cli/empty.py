"""Feeds that show nothing although their sources have articles, for `status`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.feed import Feed
from config.settings import Settings
from feeds import each
from feeds.cli.lines import FeedLines
from feeds.cli.output import SHOWN
from feeds.context import wall_clock
from feeds.counting import Passed, swallowing, told
from ingest.store import Transaction, editions


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """A feed that shows nothing: how many articles its sources have, the step that takes the last
    of them away, and its line in the configuration."""

    feed: Feed
    articles: int
    step: Passed
    line: int | None


def empty_feeds(tx: Transaction, settings: Settings, lines: FeedLines) -> list[Empty]:
    """The feeds that show nothing although their sources have articles, and why; only the first
    20 that show nothing are looked at, for each costs a count of all articles for each option."""
    shown = editions.editions(tx)
    whole = each.expanded(tx, settings)
    bare = [feed for feed in whole.feeds if feed.name in shown and not shown[feed.name].shown]
    found = []
    for feed in bare[:SHOWN]:
        if empty := swallowing(tx, whole, feed, wall_clock()):
            count, step = empty
            line = lines.of(feed).get(step.key)
            found.append(Empty(feed=feed, articles=count, step=step, line=line))
    return found


def empty_lines(empty: list[Empty], path: Path) -> Iterator[str]:
    for one in empty:
        place = f" ({path.name}:{one.line})" if one.line else ""
        yield f"{told(one.feed, one.articles, one.step)}{place}"


def empty_json(one: Empty) -> dict[str, object]:
    return {
        "feed": one.feed.name,
        "step": one.step.name,
        "line": one.line,
        "articles": one.articles,
        "left": one.step.before,
    }
