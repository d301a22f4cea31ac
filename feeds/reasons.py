"""Why an article is in a feed or not, step by step."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from config.feed import Feed
from config.settings import Settings
from feeds import slices
from feeds.counting import Key, named
from feeds.selection import MAX_BYTES, entry_size
from ingest.article import Article
from ingest.query import Term, tells_of_stories, terms
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
        return [*asks, _unexposed(tx, feed, one, source, state, asked)]
    return [*asks, *_place(tx, settings, feed, place, source.name, zone)]


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
    wanted = settings.sources_of(feed)
    key: Key = ("sources",) if feed.sources else ()
    told = f"it came from {name}"
    if name in settings.private_sources and not feed.private:
        shown = settings.private_sources[name]
        alone = ", ".join(sorted({settings.made.get(one, one) for one in shown}))
        told += f", which is private: it is shown by {alone} alone"
    elif name not in wanted:
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
            words="" if whole else _refused(step, one, asked.zone),
            key=step.key,
            parts=tuple(
                Reason(name=f"{part.field}{part.operator}{part.value}", holds=held, words=value)
                for part, held in zip(parts, single, strict=True)
                for value in [_value(tx, part, one, source, asked)]
            ),
        )


def _refused(step: slices.Step, one: Article, zone: ZoneInfo) -> str:
    """Why it does not pass a step; of an embargo, until when."""
    if step.key[-1] == "embargo" and isinstance(step.node, Term):
        assert isinstance(step.node.read, timedelta)
        return f"held back until {_when((one.published or one.first_seen) + step.node.read, zone)}"
    return "it does not match"


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
    asked: Asking,
) -> Reason:
    """Why it is not in a feed whose every step it passes."""
    if state is None:
        return Reason(name="waits", holds=None, words="the feed was not published yet")
    if not source.settled:
        told = f"it may enter when {source.name} has ended its run"
        return Reason(name="waits", holds=None, words=told)
    looked = state.sources.get(source.id)
    if looked is None:
        told = (
            f"{source.name} is new to the feed: its newest {feed.backlog} enter at the next publish"
        )
        return Reason(name="waits", holds=None, words=told, key=("backlog",))
    moment = (one.published or one.first_seen).timestamp()
    share = slices.share_of(feed)
    alone = [(moment, one.key, one.id)]
    if share and not slices.shared_out(tx, feed, alone, asked.zone):
        told = f"{share} of {source.name} and its day were in the feed already"
        place = next(n for n, step in enumerate(feed.filters) if step.share == share)
        return Reason(name="share", holds=False, words=told, key=("filters", place, "share"))
    if one.change > looked and _enters(tx, feed, one, source, looked, asked):
        return Reason(name="waits", holds=None, words="it enters at the next publish")
    return _passed_over(tx, feed, one, state)


def _enters(
    tx: Transaction, feed: Feed, one: Article, source: SourceState, looked: int, asked: Asking
) -> bool:
    """Whether the next publish takes it, which looks at what changed after `looked`."""
    rule = slices.rule_of(feed)
    query = ArticleQuery(sources=(source.id,), rule=rule, asking=asked)
    edited = bool(rule and looked)
    found = choice.newest(
        tx, query, limit=None, unexposed_in=feed.name, after=looked, edited=edited
    )
    return any(id_ == one.id for _, _, id_ in found)


def _passed_over(tx: Transaction, feed: Feed, one: Article, state: EditionState) -> Reason:
    """Why the feed has looked at it and left it out: what it may have been, as far as is known."""
    edited = bool(slices.rule_of(feed)) and lookup.is_edited(tx, one.id)
    backlog = not feed.backlog or lookup.took_up(tx, feed.name, state.first_at)
    found: list[tuple[str, Key]] = []
    if one.first_seen <= state.first_at:
        found.append((f"when the feed began it showed the newest {feed.limit}", ("limit",)))
    if edited:
        found.append(("it matches since an edit, when all that the feed showed was newer", ()))
    if backlog or not found:
        told = f"when its source or the rule came into the feed the newest {feed.backlog} entered"
        found.append((told, ("backlog",)))
    return Reason(
        name="left out",
        holds=False,
        words="; or ".join(words for words, _ in found),
        key=found[0][1],
    )


def _place(
    tx: Transaction,
    settings: Settings,
    feed: Feed,
    place: Shown | None,
    source: str,
    zone: ZoneInfo,
) -> Iterator[Reason]:
    if place is None:
        return
    since = f"number {place.exposure.number} since {_when(place.exposure.exposed_at, zone)}"
    lead = articles.get(tx, place.exposure.lead) if place.exposure.lead else None
    if lead:
        told = f"{lead.title!r} ({lead.uuid[:8]}) tells of the same event, and has the entry"
        yield Reason(name="duplicate", holds=False, words=told, key=("duplicates",))
    elif place.left_at:
        why, key = _pushed_out(tx, feed, place)
        told = f"it left on {_when(place.left_at, zone)}: {why}"
        yield Reason(name="left", holds=False, words=told, key=key)
    elif source in settings.private_sources and not feed.private:
        told = f"it has its place ({since}), for when its source is public again"
        yield Reason(name="private", holds=False, words=told)
    elif missing := _missing(settings, feed, place.exposure.article):
        told = (
            f"it has its place ({since}), but {', '.join(missing)} are without it: it would be "
            "invalid there, or the feed cannot be published; `broadsheet publish` says why"
        )
        yield Reason(name="invalid", holds=False, words=told)
    else:
        yield Reason(name="shown", holds=None, words=since)


def _pushed_out(tx: Transaction, feed: Feed, place: Shown) -> tuple[str, Key]:
    """What left no room for it, and the option that says so."""
    newer = lookup.newer(tx, place)
    if len(newer) >= feed.limit:
        return f"{len(newer)} newer ones were there, and the limit is {feed.limit}", ("limit",)
    entries = published.entries(tx, [*newer, place.exposure.article])
    size = sum(entry_size(entry, feed) for entry in entries.values())
    if size > MAX_BYTES * 3 // 4:  # what a feed that grew too large is cut to
        told = f"with it and the {len(newer)} newer ones the feed would be larger than 1 MB"
        return told, ()
    return f"{len(newer)} newer ones were there, and the limit was another one then", ("limit",)


def _missing(settings: Settings, feed: Feed, article: str) -> list[str]:
    """The documents of `feed` that are there and do not show the article."""
    paths = [settings.output_folder / f"{feed.name}.{format_}" for format_ in feed.formats]
    found = []
    for path in paths:
        with suppress(OSError):
            if article.encode() not in path.read_bytes():
                found.append(path.name)
    return found


def _when(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"
