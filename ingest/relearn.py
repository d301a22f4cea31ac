"""What the articles of a source share is learned at the end of a run, and taken out of them.

Before anything new of the source is exposed: so a folder that is read for the first time comes out
clean at once. Subscribers are told nothing of what goes, for it was never news.
"""

from collections.abc import Iterable
from dataclasses import replace
from math import inf

from ingest.again import bodies, opened
from ingest.entry import AGAIN, AGAIN_SAME_DATE
from ingest.filing import Verdict, file_again
from ingest.learning import learn, neighbourhoods
from ingest.passages import NOTHING, Place
from ingest.significance import significant
from ingest.store import Transaction, learned, published, view
from ingest.store.learned import Line
from ingest.tally import Tally
from ingest.task import Progress, Surroundings, Task, prepared
from ingest.workers import Outcome, Prepared


def note(tx: Transaction, verdicts: Iterable[Verdict], tally: Tally) -> None:
    """Keep the passages of documents that were filed, to learn from."""
    said = [
        (one.document.origin, one.article, one.prepared.draft.passages)
        for one in verdicts
        if one.prepared
    ]
    learned.put_passages(tx, tally.source, said)
    tally.read_with |= {origin: tally.rounds for origin, _, _ in said}


def learn_on_the_way(task: Task, around: Surroundings, tally: Tally) -> Task:
    """Learn from what was filed so far, but no openings: which one is the first shows in the end.

    Returns the task for what comes behind it.
    """
    if not task.learns:
        return task
    with around.store.read() as tx:
        fresh = learned.unlooked(tx, task.state.id)
        found = _found(tx, task.state.id, fresh)
    found = {key: place for key, place in found.items() if place != "intro"}
    if not found:
        return task
    tally.rounds += 1
    with around.store.write() as tx:
        learned.add(tx, task.state.id, found, tally.now)
        known = learned.of_source(tx, task.state.id)
    tally.learned |= {key: tally.rounds for key in found if key in known.places}
    return replace(task, rules=replace(task.rules, learned=known))


def relearn(task: Task, around: Surroundings, tally: Tally, progress: Progress) -> None:
    """Learn from what a run filed, and bring the articles in line with what is learned.

    Also with what an operator decided of it since. What it changes is added to the tally. A run
    that is cut short leaves a part of it to the next one.
    """
    if not task.learns:
        _unlearn(task, around, tally, progress)
        return
    if not (tally.new or tally.updated or tally.removed or task.rules.learned.pending):
        return
    with around.store.read() as tx:
        fresh = learned.unlooked(tx, task.state.id)
        found = _found(tx, task.state.id, fresh)
        astray = learned.astray(tx, task.state.id)
    if fresh or astray:
        with around.store.write() as tx:
            progress.opened(tx)
            learned.add(tx, task.state.id, found, tally.now)
            learned.looked(tx, task.state.id, fresh)
            _choose_firsts(tx, task.state.id, astray.union(_intros(found)))
        tally.learned |= dict.fromkeys(found, tally.rounds + 1)
    with around.store.read() as tx:
        waiting = [line for line in learned.lines(tx, task.state.id) if not line.applied]
        rules = replace(task.rules, learned=learned.of_source(tx, task.state.id))
    if waiting:
        if new := [line for line in waiting if line.key in tally.learned]:
            tally.trouble("", _told(new, task.state.name), failed=False)
        _apply(replace(task, rules=rules), around, tally, progress, waiting, fresh)


def _found(tx: Transaction, source: str, fresh: set[str]) -> dict[int, Place]:
    """What the documents `fresh` share with those around them."""
    known = dict(learned.of_source(tx, source).places)
    found: dict[int, Place] = {}
    order = learned.in_order(tx, source) if fresh else []
    for stretch in neighbourhoods(order, fresh):
        found |= learn(learned.said(tx, source, stretch), {**known, **found})
    return found


def _intros(found: dict[int, Place]) -> set[int]:
    return {key for key, place in found.items() if place == "intro"}


def _choose_firsts(tx: Transaction, source: str, keys: set[int]) -> None:
    """Let the oldest article that opens a series keep its introduction."""
    left = set(keys)
    for origin, held in learned.holders(tx, source, left) if left else ():
        for key in sorted(held & left):
            learned.choose_first(tx, source, key, origin)
        left -= held
        if not left:
            return


def _told(new: list[Line], name: str) -> str:
    what = "1 passage" if len(new) == 1 else f"{len(new)} passages"
    firsts = sorted({line.first for line in new if line.first})
    but = f" (what opens a series stays in {', '.join(firsts[:3])})" if firsts else ""
    return (
        f"{what} that its articles share {'is' if len(new) == 1 else 'are'} left out of them now"
        f"{but}; `broadsheet show-source {name}` shows which"
    )


def _apply(
    task: Task,
    around: Surroundings,
    tally: Tally,
    progress: Progress,
    waiting: list[Line],
    fresh: set[str],
) -> None:
    """Make the articles anew that `waiting` is about; those `fresh` are counted already."""
    since = {line.key: _since(line, task, tally) for line in waiting}
    with around.store.read() as tx:
        holding = {
            origin
            for origin, held in learned.holders(tx, task.state.id, since)
            if tally.read_with.get(origin, -1) < max(since[key] for key in held)
        }
    books = opened(task, around, tally.now)
    books.origins = [origin for origin in books.origins if origin in holding]
    progress.total += len(books.origins)
    texts: dict[int, str] = {}
    for documents, outcomes in prepared(bodies(task, around, books, progress), task, around, tally):
        with around.store.write() as tx:
            progress.opened(tx)
            verdicts = file_again(tx, documents, outcomes, books.tally)
            keep_still(tx, verdicts, small=True)
        tally.updated += sum(
            one.change is not None and one.document.origin not in fresh for one in verdicts
        )
        for outcome in outcomes:
            texts |= _texts(outcome)
    if books.bodiless:
        reason = f"documents without a kept body: {books.bodiless}; they stay as they were"
        tally.trouble("", reason, failed=False)
    with around.store.write() as tx:
        learned.applied(tx, task.state.id, waiting, texts)


def _since(line: Line, task: Task, tally: Tally) -> float:
    """From which round of the run on its documents were read as `line` says; inf: none was."""
    early = task.learns and not (line.kept or line.first)
    return tally.learned.get(line.key, inf) if early else inf


def _texts(outcome: Outcome) -> dict[int, str]:
    return dict(outcome.draft.shared) if isinstance(outcome, Prepared) else {}


def keep_still(tx: Transaction, verdicts: Iterable[Verdict], *, small: bool) -> None:
    """Let subscribers have changed articles without a later `updated`.

    A change that was news before is news still, and carries the others along. Those too `small` to
    be an update are shown only on demand.
    """
    changes = {one.article: one.change for one in verdicts if one.change}
    entries = published.entries(tx, changes)
    quiet = [
        id_
        for id_, change in changes.items()
        if change.before
        and id_ in entries
        and entries[id_].judged not in (AGAIN, AGAIN_SAME_DATE)
        and not significant(entries[id_], change.before)
        and (small or significant(entries[id_], change.after))
    ]
    view.republish(tx, quiet, keep_date=True)


def _unlearn(task: Task, around: Surroundings, tally: Tally, progress: Progress) -> None:
    """Put back what was left out of articles, where nothing is to be learned any more."""
    if not task.rules.learned.places:
        return
    with around.store.read() as tx:
        lines = learned.lines(tx, task.state.id)
    rules = replace(task.rules, learned=NOTHING)
    _apply(replace(task, rules=rules), around, tally, progress, lines, set())
    with around.store.write() as tx:
        learned.forget(tx, task.state.id)
