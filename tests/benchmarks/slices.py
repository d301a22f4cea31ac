"""What it costs to publish many feeds by rule after one new article, and to search.

`python -m tests.benchmarks.slices [--articles 100000] [--feeds 50]` fills a store, publishes, adds
one article and publishes again; then it asks some queries. Compare what one run prints: the seconds
are those of the machine.
"""

import argparse
import random
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import event, update

from config.feed import Feed
from config.settings import Settings
from config.site import Site
from config.source import Source
from feeds import slices
from feeds.data import sync
from feeds.expose import Exposer
from feeds.press import Press
from feeds.publish import publish
from ingest.article import Article
from ingest.query import parse
from ingest.store import articles, choice, schema
from ingest.store.choice import ArticleQuery
from ingest.store.engine import Store, open_store

_NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
_SPACE = uuid.UUID(int=7)
_BATCH = 1_000
_SOURCES = 10
_TAGS = [f"tag{n}" for n in range(200)]
_RULES = (
    "tag:tag{n} AND words>200",
    "tag:tag{n} AND NOT source:s3",
    "title:word{n} AND age<30d",
    "tag:tag{n} AND age>1d",
    'author:"Writer {n}" OR tag:tag{n}',
)
_SEARCHES = (
    "tag:tag7",
    "tag:tag7 AND NOT source:s3 AND words>200 AND age<30d",
    "title:word77",
    "text:word500",
    "text:nowhere",
    "tag:nowhere",
    'author:"Writer 5" published:2026-05',
)


def main() -> None:
    """Print seconds, statements and files written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--feeds", type=int, default=50)
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        settings = _settings(Path(folder), given.feeds)
        store = open_store(settings.data_folder / "broadsheet.db")
        try:
            _measure(store, settings, given.articles)
        finally:
            store.close()


def _measure(store: Store, settings: Settings, count: int) -> None:
    with store.write() as tx:
        states, feed_ids, _ = sync(tx, settings, _SPACE, _NOW)
    ids = [states[source.name].id for source in settings.sources]
    press = Press(
        store=store,
        settings=settings,
        feed_ids=feed_ids,
        roots={},
        silent=frozenset(),
        audiences={},
    )
    _told("fill", lambda: _fill(store, ids, count))
    _told("first publish", lambda: publish(press, now=_NOW))
    _told("nothing new", lambda: publish(press, now=_NOW))
    _fill_one(store, ids, count)
    sent = _Sent(store)
    exposer = Exposer(
        store=store,
        settings=settings,
        roots={},
        silent=(),
        private=(),
        now=_NOW + timedelta(minutes=1),
    )
    _told("asking the rules", lambda: exposer.plan(settings.feeds, patient=False))
    print(f"{sent.count:>10} statements")
    before = _times(settings)
    _told("one new article", lambda: publish(press, now=_NOW + timedelta(minutes=1)))
    after = _times(settings)
    written = sum(before.get(path) != moment for path, moment in after.items())
    print(f"{written:>10} files written of {len(after)}")
    asking = slices.asking(settings, states, _NOW)
    for text in _SEARCHES:
        query = ArticleQuery(sources=tuple(ids), rule=parse(text), asking=asking)
        with store.read() as tx:
            found = _told(f"search {text}", lambda q=query: choice.search(tx, q, limit=20))  # type: ignore[misc]
        print(f"{len(found):>10} found")


class _Sent:
    """Counts the statements sent to a store."""

    def __init__(self, store: Store) -> None:
        self.count = 0
        event.listen(store._engine, "before_cursor_execute", self._note)

    def _note(self, *_given: object) -> None:
        self.count += 1


def _told(name: str, work: Callable[[], object]) -> list[object]:
    begun, used = time.perf_counter(), time.process_time()
    found = work()
    taken, used = time.perf_counter() - begun, time.process_time() - used
    print(f"{taken:>10.3f} s ({used:.3f} of this process)  {name}", flush=True)
    return list(found) if isinstance(found, list) else []


def _times(settings: Settings) -> dict[Path, int]:
    files = [path for path in settings.output_folder.rglob("*") if path.is_file()]
    return {path: path.stat().st_mtime_ns for path in files}


def _settings(folder: Path, feeds: int) -> Settings:
    rules = [_RULES[n % len(_RULES)].format(n=n) for n in range(feeds)]
    return Settings(
        site=Site(title="Bench", url="https://example.org/"),
        source=tuple(
            Source(name=f"s{n}", urls=(f"https://s{n}.example/",)) for n in range(_SOURCES)
        ),
        feed=tuple(Feed(name=f"f{n}", where=rule) for n, rule in enumerate(rules)),
        folder=folder,
    )


def _fill(store: Store, ids: list[str], count: int) -> None:
    rng = random.Random(3)
    words = [f"word{n}" for n in range(3_000)]
    for start in range(0, count, _BATCH):
        with store.write() as tx:
            numbers = range(start, min(start + _BATCH, count))
            made = [_article(rng, words, n, ids[n % _SOURCES]) for n in numbers]
            articles.put_all(tx, [(one, "", None) for one in made])
    with store.write() as tx:
        tx.execute(update(schema.source).values(settled=True))


def _fill_one(store: Store, ids: list[str], number: int) -> None:
    rng = random.Random(4)
    with store.write() as tx:
        one = _article(rng, ["word7"], number, ids[0], tags=("tag5", "tag10"))
        articles.put_all(tx, [(one, "", None)])


def _article(
    rng: random.Random, words: list[str], n: int, source: str, tags: tuple[str, ...] = ()
) -> Article:
    text = " ".join(rng.choices(words, k=rng.randrange(100, 800)))
    moment = _NOW - timedelta(minutes=5 * n) if not tags else _NOW
    return Article(
        id=f"urn:uuid:{uuid.UUID(int=n)}",
        key=f"k{n}",
        source=source,
        origin=f"https://example.org/{n}",
        url=f"https://www.example.org/{n}",
        title=" ".join(rng.choices(words, k=6)),
        html=f"<p>{text}</p>",
        text=text,
        summary=text[:200],
        language="en",
        authors=(f"Writer {n % 300}",),
        tags=tags or tuple(rng.sample(_TAGS, 3)),
        published=moment,
        first_seen=moment,
    )


if __name__ == "__main__":
    main()
