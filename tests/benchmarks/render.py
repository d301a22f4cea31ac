"""How long the documents of a feed take, beside feedgen alone with the same entries.

`python -m tests.benchmarks.render [--entries 1000]` renders an edition cold and prints, for RSS and
Atom each and for both together as publishing makes them, the milliseconds and how many times those
of feedgen they are. Feedgen is given no more than title, link, dates, text, authors and categories,
and is told nothing of what it gets wrong. Compare the ratios: the milliseconds are the machine's.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

import lxml.etree  # noqa: F401 - feedgen.util uses it without importing it
from feedgen.feed import FeedGenerator

from feeds.edition import Edition
from feeds.render import Format, fit_all, render
from tests.builders import an_edition, an_entry

_ROUNDS = 7
_TEXT = (
    "<p>The harbour opens again, says the pilots’ guild, after a winter of ice and wind.</p>" * 50
)


def main() -> None:
    """Print a line a document, and one for both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000)
    edition = _edition(parser.parse_args().entries)
    ways: dict[str, tuple[Format, ...]] = {"rss": ("rss",), "atom": ("atom",)}
    for name, formats in {**ways, "both": ("rss", "atom")}.items():
        ours, theirs = _timed(_ours, edition, formats), _timed(_feedgen, edition, formats)
        print(f"{name:>5}: {ours:.0f} ms, feedgen {theirs:.0f} ms, {ours / theirs:.2f} times")


def _edition(count: int) -> Edition:
    first = an_entry()
    return an_edition(
        *(
            an_entry(
                id=f"urn:uuid:{number:08x}-0000-5000-8000-000000000000",
                url=f"https://example.org/articles/{number}/",
                title=f"The harbour opens for the {number}th time",
                updated=first.updated + timedelta(seconds=number),
                html=_TEXT,
                tags=("Harbour", "Ships & tides"),
            )
            for number in range(count)
        )
    )


def _timed(
    work: Callable[[Edition, Sequence[Format]], None], edition: Edition, formats: Sequence[Format]
) -> float:
    """Milliseconds of processor time of the fastest of several rounds."""
    times = []
    for _ in range(_ROUNDS):
        fit_all.cache_clear()
        start = time.process_time()
        work(edition, formats)
        times.append((time.process_time() - start) * 1_000)
    return min(times)


def _ours(edition: Edition, formats: Sequence[Format]) -> None:
    for format_ in formats:
        render(edition, format_)


def _feedgen(edition: Edition, formats: Sequence[Format]) -> None:
    for format_ in formats:
        feed = FeedGenerator()
        feed.id(edition.id)
        feed.title(edition.title)
        feed.description(edition.description)
        feed.link(href=edition.home)
        feed.updated(edition.updated)
        for entry in edition.entries:
            element = feed.add_entry(order="append")
            element.id(entry.id)
            element.title(entry.title)
            element.link(href=entry.url)
            element.published(entry.published)
            element.updated(entry.updated)
            element.summary(entry.summary)
            element.content(entry.html, type="html")
            for author in entry.authors:
                element.author({"name": author})
            for tag in entry.tags:
                element.category(term=tag)
        (feed.rss_str if format_ == "rss" else feed.atom_str)(pretty=True)


if __name__ == "__main__":
    main()
