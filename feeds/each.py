"""Feeds that are made: one for each tag, author, source, language, section or story.

`settle` decides which there are, and `expanded` puts them where the configuration asked for them;
from there on they are feeds like any other.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from anyascii import anyascii

from config.feed import Feed
from config.settings import Settings
from feeds import slices
from ingest.query import Term, ages
from ingest.store import Transaction, counts, feeds, last_change, made, members, privacy, sources
from ingest.store.choice import ArticleQuery
from ingest.store.made import Kind, Made

GRACE = timedelta(days=7)
"""How long a feed stays for whose value there is no article any more."""

_AGAIN = timedelta(hours=1)  # counted anew though nothing changed, where time makes a difference
_SLUG = 50  # characters
_PLACES = re.compile(r"\{(?:site|value)\}")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def expanded(tx: Transaction, settings: Settings) -> Settings:
    """`settings` with the feeds that are made in the place of those that ask for them."""
    if not any(feed.each for feed in settings.feeds):
        return settings
    names = {state.id: name for name, state in sources.states(tx).items()}
    former = {name for feed in settings.feeds if not feed.each for name in feed.was}
    found: list[Feed] = []
    makers: dict[str, str] = {}
    for feed in settings.feeds:
        if not feed.each:
            found.append(feed)
            continue
        held = (made.of(tx, name) for name in (feed.name, *feed.was))  # before it is renamed there
        ever = [one for one in next(filter(None, held), []) if one.kind == feed.each]
        heirs = _heirs(tx, ever)
        here = [one for one in ever if one.live]
        for one in sorted(here, key=lambda one: (one.label.casefold(), one.slug)):
            taken = [other.slug for other in ever if heirs.get(other.value) == one.value]
            copy = _made(settings, feed, one, names, taken)
            if copy and copy.name not in former:
                found.append(copy)
                makers[copy.name] = feed.name
    return settings.with_made(found, makers)


def settle(tx: Transaction, settings: Settings, now: datetime) -> list[str]:
    """Decide which feeds there are now of each that asks for some; what to tell an operator.

    One begins when `at_least` articles have its value, and ends when none has had it for a week, so
    that nobody's subscription comes and goes. What it is called is decided once.
    """
    warnings: list[str] = []
    for template in settings.feeds:
        if template.each:
            for old in template.was:
                made.rename(tx, old, template.name)
            query = _query(tx, settings, template, now)
            if _is_due(tx, template, query):
                warnings += _settle(tx, settings, template, template.each, query, now)
    return warnings


def chosen(whole: Settings, names: Sequence[str]) -> list[str]:
    """The names of feeds of the expanded settings `whole` that `names` mean: their own, or those of
    the feeds that they are made of."""
    return [
        feed.name for feed in whole.feeds if {feed.name, whole.made.get(feed.name)} & set(names)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What there is for a template: its feeds by value, and how many articles have each value."""

    known: Mapping[str, Made]
    counts: Counter[str]
    query: ArticleQuery


def _settle(
    tx: Transaction,
    settings: Settings,
    template: Feed,
    kind: Kind,
    query: ArticleQuery,
    now: datetime,
) -> list[str]:
    _merge(tx, template)
    counts.count(tx, template.name, kind, query, _asked(template, query))
    times = counts.counts(tx, template.name, kind, query, template.at_least)
    if settings.private_sources and not template.private:
        _conceal(tx, settings, template, query, times)
    found = _Found(
        known={one.value: one for one in made.of(tx, template.name) if one.kind == kind},
        counts=times,
        query=query,
    )
    kept = [_kept(one, found.counts[one.value], now) for one in found.known.values() if one.live]
    gone = [one for one in kept if not one.live]
    room = template.at_most - len(kept) + len(gone)
    wanted = [
        value
        for value, count in sorted(found.counts.items(), key=lambda one: (-one[1], one[0]))
        if count >= template.at_least and not (value in found.known and found.known[value].live)
    ]
    made.put(tx, kept)
    _begin(tx, template, kind, found, wanted[: max(0, room)])
    warnings = [
        f"feed {_name(template, one)!r}: {_ended(one)}; "
        "its addresses answer 410 Gone until one has again"
        for one in gone
    ]
    if len(wanted) > max(0, room):
        warnings.append(
            f"feed {template.name!r}: {len(wanted) - max(0, room)} more have at least "
            f"{template.at_least} articles and get no feed; `at_most` is {template.at_most}"
        )
    return warnings


def _conceal(
    tx: Transaction,
    settings: Settings,
    template: Feed,
    query: ArticleQuery,
    times: Mapping[str, int],
) -> None:
    """End at once the feeds whose names only private articles know now, and let nothing in public
    tell of them: neither a week of grace nor a 410."""
    private = {query.asking.sources[name] for name in settings.private_sources}
    for one in made.of(tx, template.name):
        known = times.get(one.value, 0) > 0
        if one.live and (one.kind == "story" or not known):
            known = known and one.label in _headlines(tx, template, one, query)
            if not known and made.held(tx, one.kind, one.value, private):
                privacy.conceal(tx, _name(template, one))
                made.put(tx, [replace(one, live=False)])
                if one.kind == "story":  # another one of its articles names it, if it goes on
                    made.forget(tx, one)


def _headlines(tx: Transaction, template: Feed, one: Made, query: ArticleQuery) -> set[str]:
    titles = made.titles(tx, int(one.value), query)
    return {slices.titled(template, title) for title in titles}


def _kept(one: Made, count: int, now: datetime) -> Made:
    if count:
        return replace(one, gone_at=None)
    since = one.gone_at or now
    return replace(one, gone_at=since, live=now - since < GRACE)


def _ended(one: Made) -> str:
    if one.kind == "story":
        return f"no article has told more of {one.label!r} for two weeks"
    return f"no article has had {one.label!r} for a week"


def _merge(tx: Transaction, template: Feed) -> None:
    """End the feeds of stories that other stories took up, or let them be the feeds of those."""
    known = {one.value: one for one in made.of(tx, template.name) if one.kind == "story"}
    for value, heir in sorted(_heirs(tx, list(known.values())).items()):
        one = known[value]
        if heir not in known:
            made.revalue(tx, one, heir)
            known[heir] = one
        elif one.live:
            made.put(tx, [replace(one, live=False), replace(known[heir], live=True)])


def _heirs(tx: Transaction, ever: Sequence[Made]) -> dict[str, str]:
    """The values of stories that took up those of `ever`."""
    found = members.heirs(tx, [int(one.value) for one in ever if one.kind == "story"])
    return {str(story): str(heir) for story, heir in found.items()}


def _begin(
    tx: Transaction, template: Feed, kind: Kind, found: _Found, values: Sequence[str]
) -> None:
    taken = {one.slug for one in made.of(tx, template.name)}
    start = f"{template.name}-"
    taken |= {name.removeprefix(start) for name in feeds.names(tx) if name.startswith(start)}
    labels = {state.id: name for name, state in sources.states(tx).items()}
    for value in values:
        one = found.known.get(value)
        if one is None:
            label = labels.get(value) or made.label(tx, kind, value, found.query)
            label = slices.titled(template, label) if kind == "story" else label
            slug = _slug(label, kind, value, taken)
            taken.add(slug)
            one = Made(
                template=template.name, kind=kind, value=value, slug=slug, label=label, live=True
            )
        made.put(tx, [replace(one, live=True, gone_at=None)])


def _slug(label: str, kind: Kind, value: str, taken: Collection[str]) -> str:
    """A readable name in ASCII, and digits of the value where another one has it."""
    whole = _NOT_SLUG.sub("-", anyascii(label).lower()).strip("-")
    cut = whole[: _SLUG + 1].rpartition("-")[0] if len(whole) > _SLUG else ""  # between words
    slug = (cut or whole[:_SLUG]).strip("-")
    digits = hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
    tried = [slug, *(f"{slug}-{digits[:size]}".lstrip("-") for size in (6, 12, 64))]
    return next(one for one in tried if one and one not in taken)


def _query(tx: Transaction, settings: Settings, template: Feed, now: datetime) -> ArticleQuery:
    asked = slices.asking(settings, sources.states(tx), now)
    wanted = settings.sources_of(template)
    ids = tuple(asked.sources[name] for name in wanted if name in asked.sources)
    return ArticleQuery(sources=ids, rule=slices.rule_of(template), asking=asked)


def _is_due(tx: Transaction, template: Feed, query: ArticleQuery) -> bool:
    """Whether another count may come out otherwise than the last."""
    last = counts.last_count(tx, template.name)
    if last is None or last.change != last_change(tx, "article"):
        return True
    if last.asked != _asked(template, query):
        return True
    waits = any(one.gone_at for one in made.of(tx, template.name) if one.live)
    waits = waits or template.each == "story"  # one of which nothing is told ends
    time_matters = waits or bool(query.rule and ages(query.rule))
    return time_matters and not timedelta() <= query.asking.now - last.at < _AGAIN


def _asked(template: Feed, query: ArticleQuery) -> str:
    """A digest of what a count depends on beside the articles and the time."""
    named = sorted(query.asking.sources.items())
    asked = [template.model_dump_json(), query.sources, query.asking.zone.key, named]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


def _name(template: Feed, one: Made) -> str:
    return f"{template.name}-{one.slug}"


def _made(
    settings: Settings, template: Feed, one: Made, names: Mapping[str, str], taken: Sequence[str]
) -> Feed | None:
    """The feed for one value; None for a source that is not configured any more. `taken` are the
    slugs of those that it goes on with."""
    if one.kind == "source":
        label = names.get(one.value, "")
        if label not in settings.sources_of(template):
            return None
        asked: dict[str, object] = {"sources": (label,)}
    else:
        label = one.label
        value = one.value if one.kind == "story" else label
        term = Term(field=one.kind, operator="=" if one.kind == "author" else ":", value=value)
        asked = {"where": f"{term} AND ({template.where})" if template.where else str(term)}
    return template.model_copy(
        update={
            **asked,
            "name": _name(template, one),
            "was": (
                *(f"{template.name}-{slug}" for slug in taken),
                *(f"{old}-{slug}" for old in template.was for slug in (*taken, one.slug)),
            ),
            "each": "",
            "title": _filled(template.title or "{site}", settings, label),
            "description": _filled(template.description, settings, label, plain=True),
        }
    )


def _filled(text: str, settings: Settings, value: str, *, plain: bool = False) -> str:
    """A title with the names of the site and the value in their places."""
    if not plain and "{value}" not in text:
        text = f"{text}: {{value}}"
    names = {"{site}": settings.site.title, "{value}": value}
    return _PLACES.sub(lambda place: names[place[0]], text)
