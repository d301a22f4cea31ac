"""Filing one batch: which article each draft is, its date, and whether anything is new."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from ingest.article import Article, Document, Draft, Validators
from ingest.errors import IngestError
from ingest.identity import identify, keys
from ingest.similarity import similarity, title_key
from ingest.store import Transaction, articles, sources, terms
from ingest.store.runs import Trouble
from ingest.store.sources import Known
from ingest.workers import Outcome, Prepared

_FUTURE = timedelta(minutes=10)  # beyond it a date lies in the future; nearer, clocks differ
_SAME_TEXT = 0.8  # similarity from which a file with the same title is the same article
_FIRST_YEAR = 1990  # a file time before it is a clock that was never set


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a run has found so far.

    `known` are the source's documents by origin, `missing` those that are not there now: what a
    new file may have been moved from. `claimed` maps an article to the origin that holds it.
    """

    source: str
    namespace: UUID
    language: str
    now: datetime
    known: dict[str, Known]
    missing: dict[str, Known]
    claimed: dict[str, str]
    kept: set[str] = field(default_factory=set)
    touched: dict[str, tuple[int, Validators]] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    returned: int = 0  # of the updated ones: had been removed
    failed: int = 0

    def trouble(self, origin: str, reason: str, *, failed: bool = True) -> None:
        """Report a problem once; `failed` ones are counted and decide the exit code."""
        self.failed += failed
        self.troubles.append(Trouble(origin=origin, reason=reason, failed=failed))


def open_tally(
    known: dict[str, Known],
    present: Sequence[str],
    *,
    source: str,
    namespace: UUID,
    language: str,
    now: datetime,
) -> Tally:
    """A run's tally at its start. `present` are the origins listed now, `language` the default."""
    there = set(present)
    claimed: dict[str, str] = {}
    for origin in present:
        if origin in known and known[origin].article and not known[origin].gone:
            claimed.setdefault(known[origin].article, origin)
    return Tally(
        source=source,
        namespace=namespace,
        language=language,
        now=now,
        known=known,
        missing={
            origin: before
            for origin, before in known.items()
            if before.article and origin not in there and before.article not in claimed
        },
        claimed=claimed,
    )


def file_batch(
    tx: Transaction, documents: Sequence[Document], outcomes: Sequence[Outcome], tally: Tally
) -> None:
    """File documents with what was made of each, in one transaction and few statements."""
    filed = _identified(tx, documents, outcomes, tally)
    stored = articles.many(tx, [one.id for one in filed])
    digests = articles.digests(tx, stored)
    changed = []
    for one in filed:
        before = stored.get(one.id)
        draft, held_until = _dated(one.prepared.draft, one.document, before, tally.now)
        draft = replace(draft, language=draft.language or tally.language)
        digest = articles.digest_of(draft)
        if before and digests[one.id] == digest:
            tally.unchanged += 1
            continue
        tally.updated += bool(before)
        tally.new += not before
        tally.returned += one.id in digests and not digests[one.id]
        article = Article(
            **{name: getattr(draft, name) for name in Draft.__dataclass_fields__},
            id=one.id,
            key=before.key if before else one.key,
            source=tally.source,
            first_seen=before.first_seen if before else tally.now,
        )
        changed.append((article, digest, held_until, one.prepared.terms))
    numbers = articles.put_all(
        tx, [(article, digest, held) for article, digest, held, _ in changed]
    )
    terms.put_terms(tx, [(numbers[article.id], weighed) for article, _, _, weighed in changed])
    articles.remember(tx, [(key, one.id) for one in filed for key in one.keys])


def digest_of(body: bytes) -> str:
    """SHA-256 of a document's bytes, in hexadecimal."""
    return hashlib.sha256(body).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filed:
    """A document whose article is known by now."""

    document: Document
    prepared: Prepared
    id: str
    key: str
    keys: tuple[str, ...]


def _identified(
    tx: Transaction, documents: Sequence[Document], outcomes: Sequence[Outcome], tally: Tally
) -> list[_Filed]:
    """Tell which article each document is; store the documents, also those that are none."""
    drafts = [outcome.draft for outcome in outcomes if isinstance(outcome, Prepared)]
    wanted = {key for draft in drafts for key in keys(draft, tally.source)}
    aliases = articles.aliases(tx, wanted)
    filed: list[_Filed] = []
    rows: list[tuple[Document, str, str, str]] = []
    for document, outcome in zip(documents, outcomes, strict=True):
        tally.kept.add(document.origin)
        digest = digest_of(document.body)
        if isinstance(outcome, IngestError):
            before = tally.known.get(document.origin)
            held, error = before.article if before else "", outcome.reason
        else:
            one, error = _identify(tx, document, outcome, digest, aliases, tally)
            held = one.id if one else ""
            filed += [one] if one else []
        if error:
            tally.trouble(document.origin, error)
        rows.append((document, digest, held, error))
    sources.put_documents(tx, tally.source, rows)
    return filed


def _identify(
    tx: Transaction,
    document: Document,
    prepared: Prepared,
    digest: str,
    aliases: dict[str, str],
    tally: Tally,
) -> tuple[_Filed | None, str]:
    """The article a draft is, or why it is left out."""
    origin, draft = document.origin, prepared.draft
    found = keys(draft, tally.source)
    moved, place = "", ""
    if not any(key in aliases for key in found):
        moved, place = _moved_from(tx, draft, digest, tally.missing)
    identity = identify(found, aliases, namespace=tally.namespace, moved=moved)
    holder = tally.claimed.setdefault(identity.id, origin)
    if holder != origin:
        return None, f"says it is the article of {holder} (same id or address); it is left out"
    for warning in draft.warnings:
        tally.trouble(origin, warning, failed=False)
    if place:
        tally.missing.pop(place)
        tally.kept.add(place)
        sources.move(tx, tally.source, place)
    for key in identity.aliases:
        aliases.setdefault(key, identity.id)
    filed = _Filed(
        document=document,
        prepared=prepared,
        id=identity.id,
        key=identity.key,
        keys=identity.aliases,
    )
    return filed, ""


def _dated(
    draft: Draft, document: Document, stored: Article | None, now: datetime
) -> tuple[Draft, datetime | None]:
    """Give the draft its date, and the time until which it is held.

    A file's date in the future holds the article; a page's is not believed. An undated article
    takes the file's time at first sight, or the time of first sight, and keeps it.
    """
    first_seen = stored.first_seen if stored else now
    if draft.published and draft.published > now + _FUTURE:
        if not document.url:
            return draft, draft.published
        draft = replace(draft, published=None, date_origin="")
    if draft.published:
        return replace(draft, published=min(draft.published, now)), None
    if stored and stored.published and stored.published <= now:
        return replace(draft, published=stored.published, date_origin=stored.date_origin), None
    if document.modified_at and document.modified_at.year >= _FIRST_YEAR:
        published = min(document.modified_at, first_seen)
        return replace(draft, published=published, date_origin="file time"), None
    return replace(draft, published=first_seen), None


def _moved_from(
    tx: Transaction, draft: Draft, digest: str, missing: Mapping[str, Known]
) -> tuple[str, str]:
    """The article a new file was renamed or moved from, and its old place; "" and "" if none.

    The same bytes, or the same title and nearly the same text.
    """
    if not missing:
        return "", ""
    for origin, before in missing.items():
        if before.digest == digest:
            return before.article, origin
    places = {before.article: origin for origin, before in missing.items()}
    for id_ in articles.with_title(tx, title_key(draft.title)):
        stored = articles.get(tx, id_) if id_ in places else None
        if stored and similarity(stored.text, draft.text) >= _SAME_TEXT:
            return id_, places[id_]
    return "", ""
