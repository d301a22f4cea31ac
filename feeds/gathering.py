"""Which story each article is in, whatever feed shows it: for feeds of stories, and for queries."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from config.settings import Settings
from feeds import slices, stories
from ingest.enrich.stories import SPAN, gathered
from ingest.query import tells_of_stories
from ingest.store import Store, Transaction, editions, last_change, members, next_change, postings
from ingest.store import stories as alike
from ingest.store.counts import QUIET
from ingest.store.editions import EditionState

_BATCH = 200  # articles compared, and then put into stories
_MOST = 1_000  # articles looked at before one publish; the next one goes on
_STATE = "*stories"  # no feed can have this name


def asked_for(settings: Settings) -> bool:
    """Whether a feed is made for each story, or asks of articles whether they are in one."""
    rules = (slices.rule_of(feed) for feed in settings.feeds)
    return any(feed.each == "story" for feed in settings.feeds) or any(
        rule is not None and tells_of_stories(rule) for rule in rules
    )


def gather(store: Store, now: datetime) -> list[str]:
    """Put what changed since the last time into stories; what to tell an operator.

    Only articles of the last ten days: a story is over when nothing was told of it for a week, and
    its articles lie 72 hours apart at most. Who is in a story stays there while its text does; the
    newcomer joins, and the smaller of two stories that turn out to be one goes on as the larger.
    """
    since = (now - QUIET - SPAN).timestamp()
    with store.read() as tx:
        before = editions.edition(tx, _STATE)
        done, last = before.built_from if before else 0, last_change(tx, "article")
        if done == last:
            return []
        fresh = members.fresh(tx, done, since, limit=_MOST)
    until = fresh[-1][1] if len(fresh) == _MOST else last
    _post(store)
    ids = [id_ for _, _, id_ in sorted((published, key, id_) for published, _, key, id_ in fresh)]
    for start in range(0, len(ids), _BATCH):
        part = ids[start : start + _BATCH]
        stories.compare(store, part)
        with store.write() as tx:
            _place(tx, part)
    with store.write() as tx:
        _note(tx, until, now)
    more = f"stories: more than {_MOST:,} articles came at once; the next publish looks at the rest"
    return [more] if until < last else []


def _post(store: Store) -> None:
    more = True
    while more:
        with store.write() as tx:
            more = postings.post_pending(tx)


def _place(tx: Transaction, fresh: Sequence[str]) -> None:
    """Bring the stories in line with what `fresh` articles are alike to."""
    groups = gathered(alike.connected(tx, "", fresh))
    held = members.of(tx, {id_ for group in groups for id_ in group}.union(fresh))
    placed: dict[str, int] = {}
    for group in groups:
        inside = Counter(held[id_] for id_ in group if id_ in held)
        # Who was edited speaks for its story no more, unless another one of it is here.
        standing = {held[id_] for id_ in group if id_ in held and id_ not in fresh}
        standing |= {story for story, count in inside.items() if count > 1}
        whole = members.sizes(tx, standing)
        story = max(standing, key=lambda one: (whole[one], -one), default=0)
        taken = {one for one in standing if one != story and whole[one] == inside[one]}
        story = story or next_change(tx, "article")
        for one in taken:
            members.inherit(tx, one, story, next_change(tx, "article"))
        for id_ in group:
            other = held.get(id_)
            if other is None or (id_ in fresh and other != story):
                placed[id_] = story
    alone = set(fresh).difference(*groups)
    placed |= dict.fromkeys(alone & held.keys(), 0)
    if placed:
        members.put(tx, placed, next_change(tx, "article"))


def _note(tx: Transaction, change: int, now: datetime) -> None:
    """Note what was looked at, where editions have it."""
    state = EditionState(
        feed=_STATE,
        built_from=change,
        entry_change=0,
        sources={},
        settings="",
        first_at=now,
        built_at=now,
    )
    editions.put_edition(tx, state)
