"""Why an article is in a feed or not, step by step; and what each step lets through."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from config.feed import Feed
from config.settings import Settings
from feeds import slices
from ingest.article import Article
from ingest.query import AllOf, Term, tells_of_stories, terms
from ingest.similarity import words
from ingest.store import (
    Transaction,
    articles,
    choice,
    editions,
    lookup,
    members,
    published,
    sources,
)
from ingest.store.choice import ArticleQuery
from ingest.store.editions import EditionState
from ingest.store.facts import fold
from ingest.store.lookup import Shown, Standing
from ingest.store.matching import Asking
from ingest.store.sources import SourceState

Key = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One step: `holds` says whether it lets the article in, None where it only tells something.

    `key` is the option of the feed that asks for it, () for none; `parts` are what it is made of.
    """

    name: str
    holds: bool | None
    words: str
    key: Key = ()
    parts: tuple["Reason", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """How many articles a step of a feed lets through of those the steps before it did."""

    name: str
    key: Key
    before: int
    after: int


def reasons(
    tx: Transaction, settings: Settings, feed: Feed, article: str, now: datetime
) -> list[Reason]:
    """Everything that has a say in whether `feed` shows the stored article of that id."""
    one = articles.get(tx, article)
    assert one is not None
    states = sources.states(tx)
    asked = slices.asking(settings, states, now)
    source = next(state for state in states.values() if state.id == one.source)
    zone = asked.zone
    place = {shown.feed: shown for shown in lookup.showings(tx, article)}.get(feed.name)
    asks = [
        *_standing(lookup.standing(tx, article), zone),
        _source(settings, feed, source.name),
        *_steps(tx, feed, one, source.name, asked),
    ]
    if place is None and all(reason.holds is not False for reason in asks):
        state = editions.edition(tx, feed.name)
        return [*asks, _unexposed(tx, feed, one, source, state, zone)]
    return [*asks, *_place(place, zone)]


def passed(tx: Transaction, settings: Settings, feed: Feed, now: datetime) -> list[Passed]:
    """What each step of `feed` lets through of the articles that may be shown."""
    states = sources.states(tx)
    asked = slices.asking(settings, states, now)
    every = tuple(asked.sources.values())
    wanted = feed.sources or tuple(source.name for source in settings.sources)
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


def _within(moments: Sequence[tuple[str, float]], share: int, zone: ZoneInfo) -> int:
    """How many of (source, published) are left when each source and day has `share` at most."""
    days = Counter((source, slices.day(moment, zone)) for source, moment in moments)
    return sum(min(share, count) for count in days.values())


def _standing(standing: Standing, zone: ZoneInfo) -> Iterator[Reason]:
    told = [
        ("removed", standing.removed_at, "its source does not have it since {}"),
        ("hidden", standing.hidden_at, "hidden on {}; `broadsheet unhide` puts it back"),
        ("held", standing.held_until, "its date lies ahead: held until {}"),
    ]
    for name, moment, text in told:
        if moment:
            yield Reason(name=name, holds=False, words=text.format(_when(moment, zone)))
    if standing.draft:
        yield Reason(name="draft", holds=False, words="it says that it is a draft")
    if standing.successor:
        told_by = f"{standing.successor} is its newer version"
        yield Reason(name="replaced", holds=None, words=told_by)


def _source(settings: Settings, feed: Feed, name: str) -> Reason:
    wanted = feed.sources or tuple(source.name for source in settings.sources)
    key: Key = ("sources",) if feed.sources else ()
    told = f"it came from {name}"
    if name not in wanted:
        told += f", and only {', '.join(wanted)} are asked for"
    return Reason(name="sources", holds=name in wanted, words=told, key=key)


def _steps(
    tx: Transaction, feed: Feed, one: Article, source: str, asked: Asking
) -> Iterator[Reason]:
    for step in slices.steps(feed):
        parts = list(terms(step.node))
        whole, *single = choice.holds(tx, one.id, [step.node, *parts], asked)
        yield Reason(
            name=named(step.key),
            holds=whole,
            words="" if whole else "it does not match",
            key=step.key,
            parts=tuple(
                Reason(name=f"{part.field}{part.operator}{part.value}", holds=held, words=value)
                for part, held in zip(parts, single, strict=True)
                for value in [_value(tx, part, one, source, asked)]
            ),
        )


def _value(tx: Transaction, term: Term, one: Article, source: str, asked: Asking) -> str:
    """What the article has there."""
    moment = one.published or one.first_seen
    match term.field:
        case "tag":
            return ", ".join(one.tags) or "no tags"
        case "author":
            return ", ".join(one.authors) or "no authors"
        case "source":
            return source
        case "title":
            return one.title
        case "words":
            return f"{len(words(fold(one.text)))} words"
        case "age":
            hours = (asked.now - moment).total_seconds() / 3_600
            return f"{hours / 24:.1f} days" if hours >= 48 else f"{hours:.1f} hours"
        case "published":
            return _when(moment, asked.zone)
        case "updated":
            return _when(one.updated, asked.zone) if one.updated else "no date"
        case "url" | "site":
            return one.url or "no address of its own"
        case "language" | "section":
            return str(getattr(one, term.field)) or "none"
        case "has" | "story" if tells_of_stories(term):
            story = members.of(tx, [one.id]).get(one.id)
            return f"story {story}" if story else "in no story"
    return ""


def _unexposed(
    tx: Transaction,
    feed: Feed,
    one: Article,
    source: SourceState,
    state: EditionState | None,
    zone: ZoneInfo,
) -> Reason:
    """Why it is not in a feed whose every step it passes."""
    if state is None:
        return Reason(name="waits", holds=None, words="the feed was not published yet")
    looked = state.sources.get(source.id)
    if looked is None or one.change > looked:
        why = "" if source.settled else f", when {source.name} has ended its run"
        return Reason(name="waits", holds=None, words=f"it enters at the next publish{why}")
    moment = (one.published or one.first_seen).timestamp()
    share = slices.share_of(feed)
    alone = [(moment, one.key, one.id)]
    if share and not slices.shared_out(tx, feed, alone, zone):
        told = f"{share} of {source.name} and its day were in the feed already"
        return Reason(name="share", holds=False, words=told)
    told = (
        f"left out when the feed took up its source or its rule: it was not among the newest "
        f"{feed.limit} (limit) or {feed.backlog} (backlog) then, or began to match when the feed "
        "showed newer ones only"
    )
    return Reason(name="left out", holds=False, words=told, key=("limit",))


def _place(place: Shown | None, zone: ZoneInfo) -> Iterator[Reason]:
    if place is None:
        return
    since = f"number {place.exposure.number} since {_when(place.exposure.exposed_at, zone)}"
    if place.left_at:
        told = f"it left on {_when(place.left_at, zone)}: newer ones took its place (limit, 1 MB)"
        yield Reason(name="left", holds=False, words=told, key=("limit",))
    elif place.exposure.lead:
        told = f"{place.exposure.lead} tells of the same event, and has the entry"
        yield Reason(name="duplicate", holds=False, words=told, key=("duplicates",))
    else:
        yield Reason(name="shown", holds=None, words=since)


def named(key: Sequence[str | int]) -> str:
    """An option in words: `filters[1].exclude`, counted from 1 as messages do."""
    text = ""
    for part in key:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _when(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"
