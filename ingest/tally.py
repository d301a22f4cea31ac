"""What a run has found so far, and the report it comes to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog

from ingest.article import Validators
from ingest.polling import Hints
from ingest.push import Offer
from ingest.store.runs import RunReport, RunTask, Trouble
from ingest.store.sources import Known

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class Tally:
    """One run's books. `source` is the source's internal id, `name` what it is called now,
    `language` the default.

    `known` are the source's documents by origin, `present` the origins that are there now, None
    while that was not told; `missing` are those of `known` that are not there now: what a new file
    may have been moved from. `index` are the addresses of what they are listed in. `claimed` maps
    an article to the origin that holds it. `hints` is how often a feed asks to be looked at and
    `offer` who tells of its news, each None while that was not read. `changes_are_new`: a
    significant change of an article makes a new one. `learned` are the passages learned in this
    run, each with the round it was learned in, and `read_with` the documents that were filed, with
    how many rounds there had been by then.
    """

    source: str
    name: str
    namespace: UUID
    language: str
    now: datetime
    known: dict[str, Known]
    present: set[str] | None = None
    index: Sequence[str] = ()
    hints: Hints | None = None
    offer: Offer | None = None
    changes_are_new: bool = False
    missing: dict[str, Known] = field(default_factory=dict)
    claimed: dict[str, str] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    touched: dict[str, tuple[int, Validators]] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    learned: dict[int, int] = field(default_factory=dict)
    read_with: dict[str, int] = field(default_factory=dict)
    rounds: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    returned: int = 0  # of the updated ones: had been removed
    removed: int = 0
    failed: int = 0

    def expect(self, present: Sequence[str]) -> None:
        """Take note of the origins that are there now: who holds which article, what is missing."""
        there = self.present = set(present)
        for origin in present:
            if origin in self.known and self.known[origin].article and not self.known[origin].gone:
                self.claimed.setdefault(self.known[origin].article, origin)
        self.missing = {
            origin: before
            for origin, before in self.known.items()
            if before.article and origin not in there and before.article not in self.claimed
        }

    def trouble(self, origin: str, reason: str, *, failed: bool = True, advice: str = "") -> None:
        """Report a problem once; `failed` ones are counted and decide the exit code."""
        self.failed += failed
        self.troubles.append(Trouble(origin=origin, reason=reason, failed=failed, advice=advice))
        log.debug("document failed" if failed else "document noted", where=origin, why=reason)

    def report(
        self, run: int, ended: datetime, outcome: str, task: RunTask = "ingest"
    ) -> RunReport:
        """The report of the run `run`.

        What failed in part has failed as a whole if nothing of it went well.
        """
        if outcome == "partial" and not (self.new or self.updated or self.unchanged):
            outcome = "failed"
        return RunReport(
            id=run,
            source=self.name,
            task=task,
            started_at=self.now,
            ended_at=ended,
            outcome=outcome,
            new=self.new,
            updated=self.updated,
            unchanged=self.unchanged,
            removed=self.removed,
            failed=self.failed,
            troubles=tuple(self.troubles),
        )
