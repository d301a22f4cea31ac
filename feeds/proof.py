"""Proofreading: no edition goes live with an entry that the linter finds invalid. Pure."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from config.feed import Format
from feeds.edition import Edition
from feeds.lint import Finding, lint
from feeds.render import render

_UNREADABLE = frozenset({"not-well-formed", "encoding-bytes", "undefined-entity", "too-deep"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """An edition as it may go live: its documents, how many entries they show, and in words what
    was left out or is wrong."""

    edition: Edition
    bodies: Mapping[Format, bytes]
    entries: int
    warnings: Sequence[str]


@dataclass(slots=True)
class _Faults:
    """What is wrong with a document: the ids of invalid entries, each with why, and the rest."""

    entries: dict[str, str] = field(default_factory=dict)
    head: list[str] = field(default_factory=list)


def proofread(
    edition: Edition, formats: Sequence[Format], known: Mapping[str, str], now: datetime
) -> Proof:
    """Render `edition` in each of `formats` without its invalid entries.

    An entry that is invalid in one format is left out of all, so that they go on showing the same
    ones. `known` are the SHA-256 digests of documents that went live before: what has not changed
    since is not linted again. What is wrong with the head of a feed is told and changes nothing.
    """
    warnings: list[str] = []
    while True:
        rendered = {format_: render(edition, format_) for format_ in formats}
        left_out: dict[str, str] = {}
        told: list[str] = []
        for format_, document in rendered.items():
            name = f"{edition.name}.{format_}"
            told += [f"{name}: {one.id}: {one.reason}" for one in document.rejected]
            if hashlib.sha256(document.body).hexdigest() != known.get(format_):
                faults = _faults(edition, format_, document.body, document.ids, now)
                told += [f"{name}: {fault}" for fault in faults.head]
                left_out |= faults.entries
        if not left_out:
            entries = max((len(document.ids) for document in rendered.values()), default=0)
            bodies = {format_: document.body for format_, document in rendered.items()}
            return Proof(
                edition=edition, bodies=bodies, entries=entries, warnings=[*warnings, *told]
            )
        warnings += [f"{edition.name}: {id_}: left out: {why}" for id_, why in left_out.items()]
        kept = tuple(entry for entry in edition.entries if entry.id not in left_out)
        edition = replace(edition, entries=kept)


def _faults(
    edition: Edition, format_: Format, body: bytes, ids: Sequence[str], now: datetime
) -> _Faults:
    faults = _Faults()
    for finding in _errors(edition, format_, body, now):
        if finding.entry:
            faults.entries.setdefault(ids[finding.entry - 1], _told(finding))
        elif culprits := _culprits(edition, format_, finding, now):
            faults.entries |= culprits
        else:
            faults.head.append(_told(finding))
    return faults


def _culprits(edition: Edition, format_: Format, finding: Finding, now: datetime) -> dict[str, str]:
    """The entries that alone make a document unreadable, where that is what was found."""
    if finding.rule.name not in _UNREADABLE:
        return {}
    found = {}
    for entry in edition.entries:
        alone = render(replace(edition, entries=(entry,)), format_)
        if any(one.rule == finding.rule for one in _errors(edition, format_, alone.body, now)):
            found[entry.id] = _told(finding)
    return found if len(found) < len(edition.entries) else {}


def _errors(edition: Edition, format_: Format, body: bytes, now: datetime) -> list[Finding]:
    report = lint(body, now=now, url=dict(edition.urls)[format_])
    return [one for one in report.findings if one.rule.level == "error" and not one.doubtful]


def _told(finding: Finding) -> str:
    place = finding.path.rpartition("/")[2]
    return f"{finding.rule.name} in {place}: {finding.rule.why}"
