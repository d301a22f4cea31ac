"""What it costs to relate one new article to a large store.

`python -m tests.benchmarks.relate [--articles 10000]` fills stores of a tenth as many articles and
of so many, with 64 terms each whose frequencies fall as those of words do, and relates some. The
terms are made up, which is harder than news: every common one is spread over the whole store.
Compare what one run prints: the milliseconds are those of the machine.
"""

import argparse
import random
import resource
import statistics
import time
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Text, insert

from ingest.store import schema
from ingest.store.engine import Store, open_store
from ingest.store.postings import post_pending, put_terms
from ingest.store.terms import neighbours

_WORDS = 200_000
_BATCH = 1_000


def main() -> None:
    """Print the median and the 95th percentile of both sizes, and the most memory used."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--related", type=int, default=200, help="how many are related")
    given = parser.parse_args()
    for count in (given.articles // 10, given.articles):
        with TemporaryDirectory() as folder:
            store = open_store(Path(folder) / "broadsheet.sqlite3")
            _fill(store, count)
            times = sorted(_timed(store, count, given.related))
            store.close()
        middle, late = statistics.median(times), times[len(times) * 95 // 100]
        print(f"{count:>8} articles: median {middle:.1f} ms, 95 % below {late:.1f} ms")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory at most {peak:.0f} MB")


def _fill(store: Store, count: int) -> None:
    rng = random.Random(5)
    spread = list(accumulate(1 / (50 + rank) for rank in range(_WORDS)))
    texts = [c.name for c in schema.article.columns if isinstance(c.type, Text)]
    bare: dict[str, object] = dict.fromkeys(texts, "")
    bare |= {"source": "s", "url": "https://example.org/", "text": "word " * 500}
    bare |= {"published": 86_400.0, "first_seen": 0.0, "change": 1, "since": 1}
    with store.write() as tx:
        source = {"id": "s", "name": "s", "kind": "files", "locator": "*"}
        tx.execute(insert(schema.source).values(source | {"next_due": 0, "settled": True}))
    for start in range(0, count, _BATCH):
        numbers = range(start + 1, min(start + _BATCH, count) + 1)
        with store.write() as tx:
            rows = [bare | {"number": n, "id": f"a{n}", "title": f"Article {n}"} for n in numbers]
            tx.execute(insert(schema.article), rows)
            put_terms(tx, [(n, _terms(rng, spread)) for n in numbers])
            post_pending(tx, _BATCH)


def _terms(rng: random.Random, spread: list[float]) -> list[tuple[str, float]]:
    words = dict.fromkeys(rng.choices(range(_WORDS), cum_weights=spread, k=64))
    return [(f"word{word}", rng.randrange(64, 256) / 1024) for word in words]


def _timed(store: Store, count: int, related: int) -> list[float]:
    times = []
    for number in random.Random(6).sample(range(1, count + 1), min(related, count)):
        with store.read() as tx:
            start = time.perf_counter()
            neighbours(tx, f"a{number}")
            times.append((time.perf_counter() - start) * 1_000)
    return times


if __name__ == "__main__":
    main()
