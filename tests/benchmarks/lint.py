"""What it costs to lint a feed of a megabyte: RSS, Atom and JSON, of articles in full.

`python -m tests.benchmarks.lint [--size 1000000]` extracts the articles of the pages in
tests/fixtures, makes an edition of so many bytes of them, and lints it in each format; with
--damaged the XML is broken near its beginning. Prints the least processor time of five, and that of
rendering beside it.
"""

import argparse
import json
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from feeds.edition import Edition
from feeds.lint import lint
from feeds.render import render
from tests.builders import an_edition, an_entry
from tests.ingest.normalize.test_hostile_html import show

_PAGES = Path(__file__).parents[1] / "fixtures" / "content" / "pages.jsonl"


def main() -> None:
    """Print bytes, milliseconds of linting and of rendering, and findings, by format."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=1_000_000, help="bytes of the content")
    parser.add_argument("--damaged", action="store_true")
    given = parser.parse_args()
    edition = _edition(given.size)
    now = edition.updated + timedelta(days=1)
    for format_, url in edition.urls:
        body = render(edition, format_).body
        if given.damaged:
            body = body.replace(b"<title>", b"<title>&", 1)
        rendering = _least(lambda kind=format_: render(edition, kind))  # type: ignore[misc]
        linting = _least(lambda doc=body, at=url: lint(doc, now=now, url=at))  # type: ignore[misc]
        found = len(lint(body, now=now, url=url).findings)
        print(
            f"{format_:>5}: {len(body):>9,} bytes, {len(edition.entries)} entries, lint "
            f"{linting:.0f} ms, render {rendering:.0f} ms, {found} findings"
        )


def _edition(size: int) -> Edition:
    rows = [json.loads(line) for line in _PAGES.read_text("utf-8").splitlines()]
    bodies = [found.draft.html for row in rows if (found := show(row["html"].encode(), row["url"]))]
    entries, total, number = [], 0, 0
    while total < size:
        body = bodies[number % len(bodies)]
        entries.append(
            an_entry(
                id=f"urn:uuid:{number:08x}-0000-5000-8000-000000000000",
                url=f"https://example.org/{number}",
                updated=an_entry().updated + timedelta(seconds=number),
                html=body,
            )
        )
        total += len(body)
        number += 1
    return an_edition(*entries)


def _least(work: Callable[[], object]) -> float:
    """Milliseconds of processor time of the quickest of five."""
    times = []
    for _ in range(5):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return 1000 * min(times)


if __name__ == "__main__":
    main()
