"""What a feed asks of the store: its rule, as a query."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from config.feed import Feed
from config.filter import Filter
from config.settings import Settings
from ingest.query import AllOf, AnyOf, Node, Not, QueryError, Term, ages, parse
from ingest.store import Transaction, choice
from ingest.store.choice import ArticleQuery, Newcomer
from ingest.store.editions import EditionState
from ingest.store.matching import Asking
from ingest.store.sources import SourceState

_TITLE = 300  # characters: longer titles stay as they are, for the time that patterns take
_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a feed asks of its articles. `key` is where the configuration says so, below
    the feed: ("filters", 0, "exclude")."""

    key: tuple[str | int, ...]
    node: Node


def steps(feed: Feed) -> list[Step]:
    """What `feed` asks of the articles of its sources, in order; `share` and titles come after.

    Raises QueryError.
    """
    tags = tuple(Term(field="tag", operator=":", value=tag) for tag in feed.tags if tag.strip())
    found = [Step(("tags",), AnyOf(tags) if len(tags) > 1 else tags[0])] if tags else []
    if feed.where:
        found.append(Step(("where",), parse(feed.where)))
    for number, one in enumerate(feed.filters):
        node = _asked(one)
        if node:
            found.append(Step(("filters", number, one.kind), node))
    return found


def rule_of(feed: Feed) -> Node | None:
    """The one query that a feed's steps make together; None when it has none. Raises QueryError."""
    nodes = tuple(step.node for step in steps(feed))
    return nodes[0] if len(nodes) == 1 else AllOf(nodes) if nodes else None


def titled(feed: Feed, title: str) -> str:
    """The title that `feed` shows of an article called `title`: with what its filters put there."""
    for one in feed.filters:
        if one.find and len(title) <= _TITLE:
            put = one.put.replace("\\", r"\\")  # it stands for itself
            title = re.sub(one.find, put, title, flags=re.IGNORECASE).strip() or title
    return title


def share_of(feed: Feed) -> int | None:
    """How many articles of one source and one day may be in `feed`; None for any number."""
    return min((one.share for one in feed.filters if one.share), default=None)


def shared_out(
    tx: Transaction, feed: Feed, found: Sequence[Newcomer], zone: ZoneInfo
) -> list[Newcomer]:
    """Those of `found` that may enter `feed`: of a source and a day those published first, as many
    as its share has room for. What is left out stays out."""
    share = share_of(feed)
    if share is None or not found:
        return list(found)
    first = min(moment for moment, _, _ in found) - _DAY
    taken = Counter(
        (source, day(moment, zone)) for source, moment in choice.exposed(tx, feed.name, first)
    )
    of = choice.sources_of(tx, [id_ for _, _, id_ in found])
    kept = []
    for one in sorted(found):
        place = of[one[2]], day(one[0], zone)
        if taken[place] < share:
            taken[place] += 1
            kept.append(one)
    return kept[::-1]


def day(second: float, zone: ZoneInfo) -> date:
    """The day of `zone` in which that second is."""
    return datetime.fromtimestamp(second, zone).date()


def _asked(one: Filter) -> Node | None:
    """What a filter asks as a query; None for one that asks nothing of a single article."""
    match one.kind:
        case "include":
            return parse(one.include)
        case "exclude":
            return Not(parse(one.exclude))
        case "image":
            return Term(field="has", operator=":", value="image")
        case "embargo":
            seconds = f"{int(one.embargo.total_seconds())}s"
            return Term(field="age", operator=">=", value=seconds, read=one.embargo)
    return None


def rule_text(feed: Feed) -> str:
    """The rule of `feed` as its edition remembers it; "" when it has none."""
    return str(rule_of(feed) or "")


def asking(settings: Settings, states: Mapping[str, SourceState], now: datetime) -> Asking:
    """The circumstances of a question now; `states` are those of the sources by name."""
    ids = {name: state.id for name, state in states.items()}
    return Asking(now=now, zone=ZoneInfo(settings.site.timezone), sources=ids)


def begun(
    tx: Transaction, feed: Feed, state: EditionState, asked: Asking
) -> tuple[list[Newcomer], list[Newcomer]]:
    """Articles that `feed` has looked at, as its edition `state` tells, and that match only now.

    First those that came of age, then the newest `backlog` of those that a changed rule brings.
    """
    if not _may_begin(feed, state):
        return [], []
    rule, before = rule_of(feed), _remembered(state.rule)
    found: list[Newcomer] = []
    limit = None if rule == before else feed.backlog
    for until in sorted(set(state.sources.values())):
        mine = tuple(sorted(id_ for id_, change in state.sources.items() if change == until))
        then = replace(asked, now=state.built_at)
        found += choice.begun(
            tx,
            ArticleQuery(sources=mine, rule=rule, asking=asked),
            ArticleQuery(sources=mine, rule=before, asking=then),
            limit=limit,
            unexposed_in=feed.name,
            until=until,
        )
    return (found, []) if limit is None else ([], sorted(found, reverse=True)[:limit])


def begins(tx: Transaction, feed: Feed, state: EditionState, asked: Asking) -> bool:
    """Whether an article that did not change has begun to match since `feed` was built."""
    return _may_begin(feed, state) and any(begun(tx, feed, state, asked))


def _may_begin(feed: Feed, state: EditionState) -> bool:
    """Whether an unchanged article can begin to match: a rule that was not there has let all in."""
    rule = rule_of(feed)
    if str(rule or "") != state.rule:
        return _remembered(state.rule) is not None
    return rule is not None and bool(ages(rule))


def _remembered(text: str) -> Node | None:
    """The rule an edition was built by; None also where it cannot be read any more."""
    try:
        return parse(text) if text else None
    except QueryError:
        return None
