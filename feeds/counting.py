"""What each step of a feed lets through: counted when somebody asks, and where nothing is left."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from config.feed import Feed
from config.settings import Settings
from feeds import slices
from ingest.query import AllOf
from ingest.store import Transaction, choice, published, sources
from ingest.store.choice import ArticleQuery

Key = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """How many articles a step of a feed lets through of those the steps before it did."""

    name: str
    key: Key
    before: int
    after: int


def passed(tx: Transaction, settings: Settings, feed: Feed, now: datetime) -> list[Passed]:
    """What each step of `feed` lets through of the articles that may be shown."""
    states = sources.states(tx)
    asked = slices.asking(settings, states, now)
    every = tuple(asked.sources.values())
    wanted = settings.sources_of(feed)
    ids = tuple(asked.sources[name] for name in wanted if name in asked.sources)
    before = choice.count(tx, ArticleQuery(sources=every, asking=asked))
    after = choice.count(tx, ArticleQuery(sources=ids, asking=asked))
    found = [Passed(name="sources", key=("sources",), before=before, after=after)]
    nodes = []
    for step in slices.steps(feed):
        nodes.append(step.node)
        query = ArticleQuery(sources=ids, rule=AllOf(tuple(nodes)), asking=asked)
        before, after = after, choice.count(tx, query)
        found.append(Passed(name=named(step.key), key=step.key, before=before, after=after))
    query = ArticleQuery(sources=ids, rule=slices.rule_of(feed), asking=asked)
    for number, one in enumerate(feed.filters):
        if one.share:
            before, after = after, _within(choice.moments(tx, query), one.share, asked.zone)
            key = ("filters", number, "share")
            found.append(Passed(name=named(key), key=key, before=before, after=after))
    return found


def retitled(tx: Transaction, feed: Feed) -> list[tuple[Key, int]]:
    """How many of the titles that `feed` shows each of its patterns changes, by its option."""
    shown = published.entries(tx, [place.article for place in published.window(tx, feed.name)])
    titles = [entry.title for entry in shown.values()]
    found: list[tuple[Key, int]] = []
    for number, one in enumerate(feed.filters):
        if one.find:
            alone = feed.model_copy(update={"filters": (one,)})
            changed = sum(slices.titled(alone, title) != title for title in titles)
            found.append((("filters", number, "find"), changed))
    return found


def swallowing(
    tx: Transaction, settings: Settings, feed: Feed, now: datetime
) -> tuple[int, Passed] | None:
    """How many articles the sources of `feed` have, and the step that leaves nothing of them; None
    when they have none, or some are left."""
    if not slices.steps(feed):
        return None
    first, *rest = passed(tx, settings, feed, now)
    empty = next((step for step in rest if not step.after), None)
    return (first.after, empty) if first.after and empty else None


def told(feed: Feed, count: int, step: Passed) -> str:
    """In words what `swallowing` says of `feed`."""
    which = f"the last {step.before:,} of the" if step.before < count else "all"
    articles = "article" if count == 1 else "articles"
    return (
        f"feed {feed.name!r} shows nothing: {step.name} takes away {which} {count:,} {articles} "
        "of its sources"
    )


def named(key: Sequence[str | int]) -> str:
    """An option in words: `filters[1].exclude`, counted from 1 as messages do."""
    text = ""
    for part in key:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _within(moments: Sequence[tuple[str, float]], share: int, zone: ZoneInfo) -> int:
    """How many of (source, published) are left when each source and day has `share` at most."""
    days = Counter((source, slices.day(moment, zone)) for source, moment in moments)
    return sum(min(share, count) for count in days.values())
