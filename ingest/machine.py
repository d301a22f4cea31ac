"""Having a language model write summaries: what it is asked, what it may cost, what is kept.

Whatever goes wrong leaves the summary that was made of the text's own sentences, and is told once.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import BoundedSemaphore, Lock
from time import monotonic

import structlog

from config.openai import OpenAI
from ingest.article import Draft
from ingest.enrich.machine import VERSION, checked, messages
from ingest.enrich.sentences import sentences
from ingest.enrich.summarize import count_words
from ingest.fetch.completion import REST, Answer, Completions
from ingest.normalize.language import detect
from ingest.store import Store, written
from ingest.traced import WRITTEN_BY, Traced
from ingest.workers import COMPUTED, Outcome, Prepared

_AT_ONCE = 4  # questions, of all runs together
_FAILURES = 3  # in a row, after which a model is left alone
_LONGEST_REST = timedelta(days=2)  # a longer one was meant by a clock that was wrong
_PATIENCE = 10  # times the timeout that a run spends on summaries
_PER_WORD, _BESIDE = 4, 100  # tokens that an answer may have
_BYTES = 3  # of UTF-8 that are counted as a token where the server does not count

log = structlog.get_logger()


class Machine:
    """A model, as all runs share it: how many ask at once, what the day costs, when it rests."""

    def __init__(
        self, store: Store, completions: Completions, clock: Callable[[], datetime]
    ) -> None:
        self.store = store
        self.clock = clock
        self._completions = completions
        self._turns = BoundedSemaphore(_AT_ONCE)
        self._lock = Lock()
        self._reserved = 0
        self._about: tuple[str, str] | None = None
        self._failures = 0
        self._rests_until = datetime.min.replace(tzinfo=UTC)
        self._why = ""

    def stop(self) -> None:
        """End what is asked soon, and ask nothing more."""
        self._completions.stop()

    def ask(
        self,
        settings: OpenAI,
        key: str,
        dialogue: Sequence[Mapping[str, str]],
        most: int,
        give_up: Callable[[], str],
    ) -> tuple[str, str]:
        """The answer and "", or "" and why there is none; `give_up` says why not to ask any more.

        Raises StoreError.
        """
        cost = sum(len(part["content"].encode()) for part in dialogue) // _BYTES + most
        with self._turns:
            if why := give_up() or self._begin(settings, cost):
                return "", why
            answer = Answer(failure="unexpected")
            try:
                answer = self._completions.ask(settings, key, dialogue, most)
            finally:
                self._end(answer, cost)
        return answer.text, answer.failure

    def _begin(self, settings: OpenAI, cost: int) -> str:
        """Reserve `cost` tokens of the day, or say why not."""
        now = self.clock()
        with self._lock:
            if self._about != (settings.url, settings.model):
                self._about, self._failures = (settings.url, settings.model), 0
                self._rests_until = now
            if now < self._rests_until <= now + _LONGEST_REST:
                return self._why
            with self.store.read() as tx:
                spent = written.spent(tx, now)
            if spent + self._reserved + cost > settings.tokens_per_day:
                return "the tokens of the day are used up (openai.tokens_per_day)"
            self._reserved += cost
        return ""

    def _end(self, answer: Answer, cost: int) -> None:
        """Note what an answer cost, and whether to ask on; `cost` was reserved for it."""
        now = self.clock()
        try:
            if answer.asked:
                with self.store.write() as tx:
                    written.spend(tx, cost if answer.tokens is None else answer.tokens, now)
        finally:
            with self._lock:
                self._reserved -= cost
                self._failures = self._failures + 1 if answer.failure else 0
                if answer.rest or self._failures >= _FAILURES:
                    self._rests_until, self._why = now + (answer.rest or REST), answer.failure
                    self._failures = 0


@dataclass(slots=True, kw_only=True)
class Writer:
    """Has the summaries of one run written, in at most `words` words each.

    `key` is the one to ask with; `problem` says why nothing can be asked, "" when it can. `missed`
    says of each document, by its origin, why nothing was written the last time it was asked for.
    """

    machine: Machine
    settings: OpenAI
    words: int
    key: str = field(default="", repr=False)
    problem: str = ""
    ends: float | None = None
    missed: dict[str, str] = field(default_factory=dict)

    def rewritten(
        self, outcomes: Sequence[Outcome], stopping: Callable[[], bool], *, asks: bool
    ) -> list[Outcome]:
        """`outcomes` with the model's summary in those that have none of a publisher's.

        What was written before is taken from the store; the rest is asked for, a few at once, if it
        `asks`. Raises StoreError.
        """
        wanted = {
            place: (self._digest(outcome.draft), outcome)
            for place, outcome in enumerate(outcomes)
            if isinstance(outcome, Prepared) and self._wants(outcome.draft)
        }
        with self.machine.store.read() as tx:
            known = written.texts(tx, {digest for digest, _ in wanted.values()})
        if asks:
            new = {d: one.draft for d, one in wanted.values() if d not in known}
            known |= self._write_all(new, stopping)
        found = list(outcomes)
        for place, (digest, outcome) in wanted.items():
            if text := known.get(digest):
                said = Traced(text, f"{WRITTEN_BY}{self.settings.model}")
                found[place] = replace(outcome, draft=outcome.draft.having(summary=said))
        return found

    def notes(self) -> Iterator[str]:
        """What the run's report says of summaries that were asked for and not written."""
        for why, count in sorted(Counter(self.missed.values()).items()):
            yield f"summaries that {self.settings.model} did not write: {count}; {why}"

    def _wants(self, draft: Draft) -> bool:
        """Whether a summary of ours stands there, of a text that needs one and is public."""
        ours = draft.origins.get("summary") == COMPUTED
        return ours and not draft.unpublished and count_words(draft.text) > self.words

    def _digest(self, draft: Draft) -> str:
        asked = [VERSION, self.settings.model, self.words, draft.language, draft.title, draft.text]
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()

    def _write_all(
        self, drafts: Mapping[str, Draft], stopping: Callable[[], bool]
    ) -> dict[str, str]:
        if not drafts:
            return {}
        if self.ends is None:
            self.ends = monotonic() + _PATIENCE * self.settings.timeout.total_seconds()
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="summaries") as pool:
            done = list(pool.map(partial(self._write, stopping), drafts.items()))
        for draft, (_, why) in zip(drafts.values(), done, strict=True):
            self.missed.pop(draft.origin, None)
            if why:
                self.missed[draft.origin] = why
        return dict(zip(drafts, (text for text, _ in done), strict=True))

    def _write(self, stopping: Callable[[], bool], item: tuple[str, Draft]) -> tuple[str, str]:
        """What is written for a draft by its digest and "", or "" and why there is nothing."""
        digest, draft = item

        def give_up() -> str:
            if stopping() or self.problem:
                return self.problem or "stopping"
            late = self.ends is not None and monotonic() > self.ends
            return "no time was left for it in this run" if late else ""

        dialogue = messages(draft, self.words)
        most = _PER_WORD * self.words + _BESIDE
        answer, why = self.machine.ask(self.settings, self.key, dialogue, most, give_up)
        text = ""
        if not why:
            text, why = checked(answer, draft, self.words, sentences=sentences, detect=detect)
            with self.machine.store.write() as tx:
                written.keep(tx, digest, text, self.machine.clock())
        if why:
            log.debug("summary not written", where=draft.origin, why=why, answer=answer[:500])
        return text, why
