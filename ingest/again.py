"""Stored documents to be read again, without fetching them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ingest.article import Document
from ingest.store import articles, sources
from ingest.tally import Tally
from ingest.task import BATCH, BATCH_BYTES, Progress, Stopped, Surroundings, Task


@dataclass(slots=True)
class Books:
    """A run's tally, the documents to read again, and those of them that could not be."""

    tally: Tally
    origins: list[str]
    bodiless: int = 0
    unread: bool = False  # a document that is there: the next ingestion must read it


def opened(task: Task, around: Surroundings, now: datetime) -> Books:
    """The documents that are there, and those gone whose article was kept."""
    with around.store.read() as tx:
        known = sources.known(tx, task.state.id)
        lost = {one.article for one in known.values() if one.gone and one.article}
        kept = {id_ for id_, digest in articles.digests(tx, lost).items() if digest}
    tally = task.tally(known, now)
    tally.expect(list(known))  # nothing is missing, so nothing is taken for moved
    origins = [
        origin
        for origin, one in known.items()
        if not one.gone
        or (one.article in kept and tally.claimed.setdefault(one.article, origin) == origin)
    ]
    return Books(tally, origins)


def bodies(
    task: Task, around: Surroundings, books: Books, progress: Progress
) -> Iterator[list[Document]]:
    """The documents with their bodies, so many at a time as fit into a batch."""
    for origins in _parts(books):
        if around.stopping():
            raise Stopped
        with around.store.read() as tx:
            found = sources.stored(tx, task.state.id, origins)
        bare = [origin for origin in origins if origin not in found]
        books.bodiless += len(bare)
        books.unread |= any(not books.tally.known[origin].gone for origin in bare)
        progress.step(len(origins))
        if found:
            yield [found[origin] for origin in origins if origin in found]


def _parts(books: Books) -> Iterator[list[str]]:
    part: list[str] = []
    size = 0
    for origin in books.origins:
        size += books.tally.known[origin].size
        if part and (len(part) >= BATCH or size > BATCH_BYTES):
            yield part
            part, size = [], books.tally.known[origin].size
        part.append(origin)
    if part:
        yield part
