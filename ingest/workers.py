"""Normalizing in worker processes: a document past its deadline or memory costs its worker only.

At most as many processes as there are cores, started on first need. What they run is pure:
normalize, summarize, weigh terms.
"""

import multiprocessing
import os
import resource
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import TimeoutError as DeadlineExceeded
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING

from ingest.article import Document, Draft
from ingest.errors import ExtractError, IngestError
from ingest.traced import Traced

if TYPE_CHECKING:
    from pebble import ProcessFuture, ProcessPool

    from ingest.normalize.rules import Rules

_MEMORY = 2_000_000_000  # bytes of address space a worker may use
_CHUNK = 16

COMPUTED = "computed"
"""The origin of what was made of sentences of the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A draft whose summary is the one to store, and the terms that relate it to others."""

    draft: Draft
    terms: tuple[tuple[str, float], ...]


Outcome = Prepared | IngestError


def prepare(document: Document, rules: "Rules", words: int, now: datetime) -> Outcome:
    """Normalize one document, summarize it in at most `words` words and weigh its terms.

    Every failure is a value, also one nobody expected: a document must not cost the others of its
    batch.
    """
    from ingest.enrich.sentences import sentences  # only workers pay for these
    from ingest.enrich.summarize import summarize
    from ingest.enrich.terms import terms
    from ingest.normalize import normalize

    try:
        draft = normalize(document, rules, now)
        said = summarize(draft, words=words, sentences=sentences, terms=terms)
        language = draft.language or rules.site_language
        weighed = terms(draft.title, draft.text, language, draft.tags)
    except IngestError as error:
        return error
    except MemoryError:
        return ExtractError("normalizing it takes too much memory", origin=document.origin)
    except Exception as error:  # noqa: BLE001 - the boundary around one document
        reason = f"cannot be normalized: unexpected {type(error).__name__}: {error}"[:500]
        return ExtractError(reason, origin=document.origin)
    chosen = Traced(said.text, draft.origins.get("summary", COMPUTED))
    points = Traced(said.key_points, COMPUTED)
    return Prepared(draft=draft.having(summary=chosen, key_points=points), terms=tuple(weighed))


class Workers:
    """A pool of processes that prepare documents. Thread-safe; `close` ends them all."""

    def __init__(self, count: int = 0, deadline: float = 30.0) -> None:
        self._count = count or _cores()
        self._deadline = deadline
        self._pool: ProcessPool | None = None
        self._lock = Lock()

    def submit(
        self, documents: Sequence[Document], rules: "Rules", words: int, now: datetime
    ) -> "Pending":
        """Start preparing `documents`; the result has one outcome each, in order."""
        size = max(1, min(_CHUNK, -(-len(documents) // self._count)))
        parts = [documents[i : i + size] for i in range(0, len(documents), size)]
        return Pending(self, [(part, (rules, words, now)) for part in parts])

    def schedule(
        self, part: Sequence[Document], extra: tuple[object, ...]
    ) -> "ProcessFuture[list[Outcome]]":
        """Hand one part to a process; a future of its outcomes."""
        with self._lock:
            pool = self._pool = self._pool or self._started()
        future: ProcessFuture[list[Outcome]] = pool.schedule(
            _prepare_all, args=[list(part), *extra], timeout=self._deadline
        )
        return future

    def _started(self) -> "ProcessPool":
        from pebble import ProcessPool  # only when there is work

        return ProcessPool(
            max_workers=self._count,
            max_tasks=400,  # a fresh process now and then, against slow leaks in C libraries
            initializer=_start,
            context=multiprocessing.get_context("spawn"),
        )

    def close(self) -> None:
        """End every process now."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()


class Pending:
    """Documents being prepared."""

    def __init__(
        self, workers: Workers, parts: "list[tuple[Sequence[Document], tuple[object, ...]]]"
    ) -> None:
        self._workers = workers
        self._parts = [(part, extra, workers.schedule(part, extra)) for part, extra in parts]

    def results(self) -> Iterator[Outcome]:
        """Wait for the outcomes, in order. A part that fails as a whole is tried one by one."""
        for part, extra, future in self._parts:
            done = _wait(future)
            if not isinstance(done, str):
                yield from done
                continue
            for document in part:
                alone = _wait(self._workers.schedule([document], extra)) if len(part) > 1 else done
                if isinstance(alone, str):
                    yield ExtractError(alone, origin=document.origin)
                else:
                    yield alone[0]


def _wait(future: "ProcessFuture[list[Outcome]]") -> "list[Outcome] | str":
    from pebble import ProcessExpired

    try:
        return future.result()
    except DeadlineExceeded:
        return "normalizing it takes too long; it was given up"
    except ProcessExpired:
        return "normalizing it ended its worker process (too much memory?)"
    except MemoryError:
        return "normalizing it takes too much memory"


def _cores() -> int:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return usable or 1


def _prepare_all(
    documents: list[Document], rules: "Rules", words: int, now: datetime
) -> list[Outcome]:
    return [prepare(document, rules, words, now) for document in documents]


def _start() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
