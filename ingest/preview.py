"""What a run of a source would store, told by what does it. Writes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from ingest.article import Draft
from ingest.filing import Verdict, judge
from ingest.pipeline import batches, listed
from ingest.sources import Listing
from ingest.store import articles, sources
from ingest.tally import Tally
from ingest.task import BATCH, Progress, Surroundings, Task, prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What a run would make of one document.

    `state`: the article is "new", "changed" or "unchanged"; "failed" and "left out" have a `reason`
    instead of one. `origins` tell where each field came from.
    """

    document: str
    state: Literal["new", "changed", "unchanged", "failed", "left out"]
    title: str = ""
    url: str = ""
    published: datetime | None = None
    words: int = 0
    origins: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


def preview(task: Task, around: Surroundings) -> Iterator[Foreseen]:
    """Tell of each document what `ingest` would do with it, first what must be read.

    Raises IngestError when the source as a whole cannot be read, and Stopped when the process is
    told to end.
    """
    with around.store.read() as tx:
        known = sources.known(tx, task.state.id)
    tally = task.tally(known, around.clock())
    progress = Progress(around, None)
    listing = listed(task, tally, progress)
    told: set[str] = set()
    reading = batches(task, around, listing, tally, progress)
    for documents, outcomes in prepared(reading, task, around, tally, asks=False):
        with around.store.read() as tx:
            verdicts = judge(tx, documents, outcomes, tally)
        told |= {document.origin for document in documents}
        yield from map(_foreseen, verdicts)
    for one in tally.troubles:
        if one.origin not in told:
            told.add(one.origin)
            state: Literal["failed", "left out"] = "failed" if one.failed else "left out"
            yield Foreseen(document=one.origin, state=state, reason=one.reason)
    yield from _at_rest(around, tally, _unread(listing, tally, told))


def _foreseen(one: Verdict) -> Foreseen:
    if one.prepared is None:
        return Foreseen(document=one.document.origin, state="failed", reason=one.error)
    if one.change is None:
        return _told(one.document.origin, "unchanged", one.prepared.draft)
    state: Literal["new", "changed"] = "changed" if one.change.before else "new"
    return _told(one.document.origin, state, one.change.after)


def _told(document: str, state: Literal["new", "changed", "unchanged"], draft: Draft) -> Foreseen:
    return Foreseen(
        document=document,
        state=state,
        title=draft.title,
        url=draft.url,
        published=draft.published,
        words=len(draft.text.split()),
        origins=draft.origins,
    )


def _unread(listing: Listing, tally: Tally, told: set[str]) -> list[str]:
    """The documents that are there and need not be read."""
    here = (one.origin for one in listing.found)
    there = (o for o, one in tally.known.items() if not one.gone) if listing.rests else here
    return [origin for origin in there if origin in tally.known and origin not in told]


def _at_rest(around: Surroundings, tally: Tally, origins: Sequence[str]) -> Iterator[Foreseen]:
    """What is stored of documents that did not change, a batch at a time."""
    for start in range(0, len(origins), BATCH):
        part = {origin: tally.known[origin].article for origin in origins[start : start + BATCH]}
        with around.store.read() as tx:
            stored = articles.many(tx, [id_ for id_ in part.values() if id_])
        for origin, id_ in part.items():
            if id_ in stored:
                yield _told(origin, "unchanged", stored[id_])
