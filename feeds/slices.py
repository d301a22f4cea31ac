"""What a feed asks of the store: its rule, as a query."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from config.feed import Feed
from config.settings import Settings
from ingest.query import AllOf, AnyOf, Node, QueryError, Term, ages, parse
from ingest.store import Transaction, choice, sources
from ingest.store.choice import ArticleQuery, Newcomer
from ingest.store.matching import Asking
from ingest.store.published import EditionState
from ingest.store.sources import SourceState


def rule_of(feed: Feed) -> Node | None:
    """The one query that `tags` and `where` of `feed` make together; None when it has neither.

    Raises QueryError.
    """
    tags = tuple(Term(field="tag", operator=":", value=tag) for tag in feed.tags if tag.strip())
    asked: list[Node] = [AnyOf(tags)] if tags else []
    if feed.where:
        asked.append(parse(feed.where))
    return asked[0] if len(asked) == 1 else AllOf(tuple(asked)) if asked else None


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


def begins(
    tx: Transaction, settings: Settings, feed: Feed, state: EditionState, now: datetime
) -> bool:
    """Whether an article that did not change has begun to match since `feed` was built."""
    if not _may_begin(feed, state):
        return False
    return any(begun(tx, feed, state, asking(settings, sources.states(tx), now)))


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
