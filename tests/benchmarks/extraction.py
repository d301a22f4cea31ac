"""What normalizing pages costs: against trafilatura, with a second process, and in memory.

`python -m tests.benchmarks.extraction [--pages pages.jsonl] [--rounds 5]` times the whole of
`normalize` and trafilatura's `extract` at its defaults, and in its fast mode, on the same pages in
the same process in turn. `--pages` names a file with one JSON object a line that has `html` and
`url`; without it the pages are those of the tests, which are cut down, so that parsing weighs less.
Then two processes each take half of the pages, which bounds what two workers can gain, and 2,000
pages are read one after the other. Compare what one run prints: the milliseconds are those of the
machine.
"""

import argparse
import json
import logging
import multiprocessing
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path

import trafilatura

from ingest.article import Document
from ingest.errors import IngestError
from ingest.normalize import Rules, normalize

PAGES = Path(__file__).parents[1] / "fixtures" / "content" / "pages.jsonl"
MANY = 2_000

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_RULES = Rules(kind="urls")

Page = tuple[bytes, str]
"""A page and its address."""


def read_pages(path: Path) -> list[Page]:
    """The pages of a file of JSON lines."""
    lines = path.read_text("utf-8").splitlines()
    return [(case["html"].encode(), case["url"]) for case in map(json.loads, lines)]


def ours(page: Page) -> None:
    """Normalize a page, whether there is an article in it or not."""
    body, url = page
    document = Document(origin=url, url=url, body=body, media_type="text/html", fetched_at=_NOW)
    with suppress(IngestError):
        normalize(document, _RULES, _NOW)


def theirs(page: Page) -> None:
    """What trafilatura makes of a page at its defaults."""
    trafilatura.extract(page[0], url=page[1], include_comments=False)


def theirs_fast(page: Page) -> None:
    """The same without a second look."""
    trafilatura.extract(page[0], url=page[1], include_comments=False, fast=True)


def costs(
    pages: Sequence[Page], ways: Sequence[Callable[[Page], None]], rounds: int
) -> list[float]:
    """The seconds of processor time that each of `ways` takes for one of `pages`, by turns."""
    spent = [0.0] * len(ways)
    for page in [page for _ in range(rounds) for page in pages]:
        for index, way in enumerate(ways):
            began = time.process_time()
            way(page)
            spent[index] += time.process_time() - began
    return [seconds / (rounds * len(pages)) for seconds in spent]


def _all(pages: Sequence[Page]) -> float:
    """The seconds of processor time that `pages` take."""
    began = time.process_time()
    for page in pages:
        ours(page)
    return time.process_time() - began


def _in_processes(pages: Sequence[Page], count: int) -> tuple[float, float]:
    """What `count` processes take for `pages` once they run: by the clock, and the busiest one."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(count) as pool:
        pool.map(_all, [pages[:1]] * count, chunksize=1)
        began = time.perf_counter()
        busy = pool.map(_all, [pages[i::count] for i in range(count)], chunksize=1)
        return time.perf_counter() - began, max(busy)


def _memory() -> float:
    """Megabytes that this process holds now."""
    status = Path("/proc/self/status").read_text()
    return next(int(s.split()[1]) / 1024 for s in status.splitlines() if s.startswith("VmRSS:"))


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=Path, default=PAGES)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    logging.disable()
    pages = read_pages(options.pages)
    ways = (theirs, theirs_fast, ours)
    costs(pages[:3], ways, 1)
    default, fast, own = costs(pages, ways, options.rounds)
    print(f"{len(pages)} pages: {1000 * own:.1f} ms a page")
    print(f"{own / default:.2f} x trafilatura ({1000 * default:.1f} ms)")
    print(f"{own / fast:.2f} x its fast mode ({1000 * fast:.1f} ms)")
    many = list(islice(cycle(pages), max(len(pages), 400)))
    (one, alone), (two, busiest) = (_in_processes(many, count) for count in (1, 2))
    print(f"two processes: {one / two:.2f} x as fast as one ({len(many)} pages in {two:.1f} s),")
    print(f"and {alone / busiest:.2f} x where nothing else runs, by processor time")
    seen = []
    for number, page in enumerate(islice(cycle(pages), MANY), start=1):
        ours(page)
        if number % (MANY // 4) == 0:
            seen.append(f"{_memory():.0f}")
    print(f"megabytes after each {MANY // 4} pages: {', '.join(seen)}")


if __name__ == "__main__":
    _main()
