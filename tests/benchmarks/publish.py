"""What a publish costs where nothing changed, and where one article of many feeds did.

`python -m tests.benchmarks.publish [--feeds 100] [--articles 2000]` makes a folder of articles and
feeds by tag, publishes them, and prints the milliseconds of a publish after which nothing changed,
and of one after a new article that a single feed shows. Each is the fastest of a few rounds.
"""

import argparse
import logging
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from feeds.publish import publish
from feeds.refresh import run_sources
from tests.newsroom import Newsroom, a_text

_ROUNDS = 5
_HEAD = '[site]\ntitle = "Harbour News"\nurl = "https://example.org/"\n'
_SOURCE = '[[source]]\nname = "inbox"\nfiles = "articles/**/*.md"\n'


def main() -> None:
    """Print a line each for the first publish, for none changed and for one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=100)
    parser.add_argument("--articles", type=int, default=2_000)
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with TemporaryDirectory() as folder:
        tables = (f'[[feed]]\nname = "f{n}"\ntags = ["t{n}"]\n' for n in range(given.feeds))
        room = Newsroom(Path(folder), _HEAD + _SOURCE + "".join(tables))
        for number in range(given.articles):
            _write(room, number, given.feeds)
        start = time.perf_counter()
        room.refresh()
        print(f"{given.articles} articles in {given.feeds} feeds: {_since(start):.0f} ms")
        print(f"  nothing changed: {min(_published(room) for _ in range(_ROUNDS)):.0f} ms")
        changed = []
        for number in range(given.articles, given.articles + _ROUNDS):
            _write(room, number, given.feeds)
            changed.append(_published(room, "inbox"))
        print(f"  one article new: {min(changed):.0f} ms")


def _write(room: Newsroom, number: int, feeds: int) -> None:
    title = f"Story {number} of the harbour"
    head = f'---\ntitle: "{title}"\ntags: [t{number % feeds}]\n---\n'
    room.write(f"{number}.md", head + a_text(title, f"matter {number}") * 5)


def _published(room: Newsroom, *ingested: str) -> float:
    """Milliseconds of a publish, after the sources of these names were ingested."""
    room.later(hours=1)
    room.rest()
    with room.open() as context:
        run_sources(context, ingested)
        press = context.press()
        start = time.perf_counter()
        publish(press, now=room.now)
        return _since(start)


def _since(start: float) -> float:
    return (time.perf_counter() - start) * 1_000


if __name__ == "__main__":
    main()
