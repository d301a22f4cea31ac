"""Exposure: which articles enter which feeds, and the freezing of their entries."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from config.feed import Feed
from config.settings import Settings
from feeds import slices, stories
from feeds.freeze import Folder, free_second, freeze, later_second, slug_of
from feeds.links import linked_files
from feeds.relations import related_to
from ingest.article import Article
from ingest.entry import AGAIN, AGAIN_SAME_DATE, Entry
from ingest.significance import significant
from ingest.store import (
    Store,
    Transaction,
    articles,
    choice,
    editions,
    last_change,
    postings,
    published,
    runs,
    sources,
)
from ingest.store.choice import ArticleQuery, Newcomer
from ingest.store.editions import EditionState
from ingest.store.matching import Asking
from ingest.store.sources import SourceState

_BATCH = 50  # entries frozen in one transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What enters one feed now: (article id, settled) in the order of exposure.

    Settled are those of a first edition or a backlog. `change` is the article change the plan
    looked at, `considered` the one up to which each source's articles are dealt with.
    """

    feed: Feed
    change: int
    considered: Mapping[str, int]
    added: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What plans are made from, read once for all: `ended` are the sources that a first edition
    does not wait for."""

    change: int
    states: Mapping[str, SourceState]
    asked: Asking
    editions: Mapping[str, EditionState]
    ended: AbstractSet[str]


@dataclass(slots=True, kw_only=True)
class Exposer:
    """Exposes for one publish. `roots` maps a source's internal id to the root of its files,
    `silent` holds the ids of sources whose changes do not bump, `private` those of private ones;
    problems go to `warnings`."""

    store: Store
    settings: Settings
    roots: Mapping[str, Path]
    silent: Collection[str]
    private: Collection[str]
    now: datetime
    warnings: list[str] = field(default_factory=list)

    def plan(self, feeds: Sequence[Feed], *, patient: bool) -> tuple[list[Plan], list[str]]:
        """What enters each of `feeds` now, and the names of those whose first edition waits for
        sources that never ran.

        A source in the middle of a run shows nothing new until the run ends; a source that is new
        to the feed brings its newest `backlog` articles only.
        """
        with self.store.read() as tx:
            states = sources.states(tx)
            known = _Known(
                change=last_change(tx, "article"),
                states=states,
                asked=slices.asking(self.settings, states, self.now),
                editions=editions.editions(tx),
                ended=runs.ended(tx) if patient else {state.id for state in states.values()},
            )
            plans = {feed.name: self._plan(tx, feed, known) for feed in feeds}
        return [plan for plan in plans.values() if plan], [
            n for n, plan in plans.items() if not plan
        ]

    def mint(self, ids: Sequence[str]) -> None:
        """Freeze an entry for each article of `ids` that has none, related against the store."""
        while self._post():
            pass
        with self.store.read() as tx:
            known = published.entries(tx, ids)
        fresh = [id_ for id_ in ids if id_ not in known]
        for start in range(0, len(fresh), _BATCH):
            self._mint_batch(fresh[start : start + _BATCH], frozenset(fresh))

    def compare(self, plans: Sequence[Plan]) -> None:
        """Find out which articles tell of the same events, where a feed of `plans` asks: those it
        gets, and those that changed. After `mint`, by which time all their terms are posted."""
        asking = [plan for plan in plans if plan.feed.duplicates != "all"]
        if asking:
            with self.store.read() as tx:
                changed = [id_ for id_, shown in published.stale(tx) if shown]
            new = [id_ for plan in asking for id_, _ in plan.added]
            stories.compare(self.store, dict.fromkeys(new + changed))

    def follow(self) -> None:
        """Bring entries in line with their articles: gone, back, changed significantly, or asked
        for."""
        with self.store.read() as tx:
            stale = published.stale(tx)
        for start in range(0, len(stale), _BATCH):
            part = stale[start : start + _BATCH]
            with self.store.read() as tx:
                stored = articles.many(tx, [id_ for id_, _ in part])
                entries = published.entries(tx, stored)
            with self.store.write() as tx:
                taken = published.seconds_taken(tx)
                for id_, shown in part:
                    self._follow_one(tx, entries[id_], stored[id_], taken, shown=shown)

    def _plan(self, tx: Transaction, feed: Feed, known: "_Known") -> Plan | None:
        change, states, asked = known.change, known.states, known.asked
        wanted = self.settings.sources_of(feed)
        shown = [states[name] for name in wanted if name in states]
        ready = tuple(sorted(state.id for state in shown if state.settled))
        before = known.editions.get(feed.name)
        if before is None:
            if {state.id for state in shown} - known.ended:
                return None
            first = self._newest(tx, feed, asked, ready, limit=feed.limit)
            return _plan(feed, change, dict.fromkeys(ready, change), [], first)
        considered = {
            state.id: before.sources[state.id] for state in shown if state.id in before.sources
        }
        new, backlog = slices.begun(tx, feed, replace(before, sources=considered), asked)
        for after in sorted(set(considered.values())):
            ids = tuple(id_ for id_ in ready if considered.get(id_) == after)
            new += self._newest(tx, feed, asked, ids, limit=None, after=after)
        for id_ in ready:
            if id_ not in considered:
                backlog += self._newest(tx, feed, asked, (id_,), limit=feed.backlog)
        entering = set(slices.shared_out(tx, feed, [*new, *backlog], asked.zone))
        new, backlog = ([one for one in part if one in entering] for part in (new, backlog))
        return _plan(feed, change, considered | dict.fromkeys(ready, change), new, backlog)

    def _post(self) -> bool:
        with self.store.write() as tx:
            return postings.post_pending(tx)

    def _newest(
        self,
        tx: Transaction,
        feed: Feed,
        asked: Asking,
        ids: tuple[str, ...],
        *,
        limit: int | None,
        after: int = 0,
    ) -> list[Newcomer]:
        rule = slices.rule_of(feed)
        found = choice.newest(
            tx,
            ArticleQuery(sources=ids, rule=rule, asking=asked),
            limit=limit if slices.share_of(feed) is None else None,
            unexposed_in=feed.name,
            after=after,
            edited=bool(rule and after),
        )
        return slices.shared_out(tx, feed, found, asked.zone)[:limit]

    def _mint_batch(self, ids: Sequence[str], arriving: frozenset[str]) -> None:
        with self.store.read() as tx:
            found = articles.many(tx, ids)
            related = {id_: related_to(tx, found[id_], arriving, now=self.now) for id_ in ids}
            folders = {id_: self._folder(tx, found[id_]) for id_ in ids}
        second = int(self.now.timestamp())
        with self.store.write() as tx:
            taken = published.seconds_taken(tx)
            number = published.last_number(tx)
            slugs: set[str] = set()
            for id_ in ids:
                article = found[id_]
                first = min(int(_published(article).timestamp()), second)
                wanted = int(article.updated.timestamp()) if article.updated else first
                updated = free_second(min(max(wanted, first), second), now=second, taken=taken)
                taken.add(updated)
                number += 1
                slug = slug_of(article, slugs | _taken(tx, article))
                slugs.add(slug)
                entry = freeze(
                    article,
                    number=number,
                    slug=slug,
                    published=min(first, updated),  # many undated files of one second
                    updated=updated,
                    related=related[id_],
                    folder=folders[id_],
                )
                published.put_entry(tx, entry)

    def _follow_one(
        self, tx: Transaction, entry: Entry, article: Article, taken: set[int], *, shown: bool
    ) -> None:
        if not shown:
            if not entry.removed:
                published.set_removed(tx, entry.article, removed=True)
            published.judge(tx, [(entry.article, article.change)])
            return
        if entry.removed:
            published.set_removed(tx, entry.article, removed=False)
            entry = replace(entry, removed=False)
        asked, news = entry.judged in (AGAIN, AGAIN_SAME_DATE), significant(entry, article)
        # Another source has it now, and the one that had it is private, or this one.
        hands = {entry.source, article.source}
        moved = len(hands) > 1 and not hands.isdisjoint(self.private)
        if not (asked or moved or news):
            published.judge(tx, [(entry.article, article.change)])
            return
        updated = entry.updated
        bumps = news and not (asked or article.source in self.silent)
        if entry.judged == AGAIN or bumps:
            second = int(self.now.timestamp())
            updated = later_second(entry.updated, now=second, taken=taken)
            taken.add(updated)
        again = freeze(
            article,
            number=entry.number,
            slug=entry.slug,
            published=entry.published,
            updated=updated,
            related=related_to(tx, article, frozenset(), now=self.now),
            folder=self._folder(tx, article),
        )
        published.put_entry(tx, again)

    def _folder(self, tx: Transaction, article: Article) -> Folder:
        root = self.roots.get(article.source)
        if root is None:
            return Folder()
        files = {path for path in article.assets if _inside(root, path)}
        for path in sorted(set(article.assets) - files):
            self.warnings.append(f"{article.origin}: {path} is not there; it is left out")
        links = linked_files(article.html)
        return Folder(articles=articles.by_paths(tx, article.source, links), files=files)


def _plan(
    feed: Feed,
    change: int,
    considered: Mapping[str, int],
    new: Sequence[Newcomer],
    settled: Sequence[Newcomer],
) -> Plan:
    late = {id_ for _, _, id_ in settled}
    added = tuple((id_, id_ in late) for _, _, id_ in sorted([*new, *settled]))
    return Plan(feed=feed, change=change, considered=considered, added=added)


def _taken(tx: Transaction, article: Article) -> set[str]:
    """The slugs in use among those the article could get."""
    wanted = [slug_of(article, ())]
    taken = published.slugs_taken(tx, wanted)
    while taken.issuperset(wanted):
        wanted.append(slug_of(article, taken))
        taken = published.slugs_taken(tx, wanted)
    return taken


def _inside(root: Path, path: str) -> bool:
    try:
        file = (root / path).resolve(strict=True)
        return file.is_relative_to(root) and file.is_file()
    except (OSError, RuntimeError, ValueError):  # not there, links in a circle, no possible name
        return False


def _published(article: Article) -> datetime:
    return article.published or article.first_seen
