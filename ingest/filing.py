"""Filing one batch: which article each draft is, its date, and whether anything is new."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from ingest.article import Article, Document, Draft
from ingest.errors import IngestError
from ingest.identity import identify, keys
from ingest.similarity import similarity, title_key
from ingest.store import Transaction, articles, sources, terms
from ingest.store.sources import Known, Trouble
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
    touched: dict[str, int] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    new: int = 0
    updated: int = 0
    unchanged: int = 0
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
        missing={o: k for o, k in known.items() if k.article and o not in there},
        claimed=claimed,
    )


def file_batch(
    tx: Transaction, documents: Sequence[Document], outcomes: Sequence[Outcome], tally: Tally
) -> None:
    """File documents with what was made of each, in one transaction."""
    drafts = [outcome.draft for outcome in outcomes if isinstance(outcome, Prepared)]
    wanted = {key for draft in drafts for key in keys(draft, tally.source)}
    aliases = articles.aliases(tx, wanted)
    for document, outcome in zip(documents, outcomes, strict=True):
        tally.kept.add(document.origin)
        if isinstance(outcome, IngestError):
            held = _held(tally, document.origin)
            _put_document(tx, document, tally, article=held, error=outcome.reason)
        else:
            _file(tx, document, outcome, aliases, tally)


def digest_of(body: bytes) -> str:
    """SHA-256 of a document's bytes, in hexadecimal."""
    return hashlib.sha256(body).hexdigest()


def _file(
    tx: Transaction,
    document: Document,
    prepared: Prepared,
    aliases: dict[str, str],
    tally: Tally,
) -> None:
    origin, draft = document.origin, prepared.draft
    found = keys(draft, tally.source)
    moved, place = "", ""
    if not any(key in aliases for key in found):
        moved, place = _moved_from(tx, draft, digest_of(document.body), tally.missing)
    identity = identify(found, aliases, namespace=tally.namespace, moved=moved)
    holder = tally.claimed.setdefault(identity.id, origin)
    if holder != origin:
        reason = f"says it is the article of {holder} (same id or address); it is left out"
        _put_document(tx, document, tally, article="", error=reason)
        return
    for warning in draft.warnings:
        tally.trouble(origin, warning, failed=False)
    if place:
        tally.missing.pop(place)
        tally.kept.add(place)
        sources.move(tx, tally.source, place)
    for key in identity.aliases:
        aliases.setdefault(key, identity.id)
    articles.remember(tx, identity.aliases, identity.id)
    _put(tx, document, prepared, identity.id, identity.key, tally)
    _put_document(tx, document, tally, article=identity.id, error="")


def _put(
    tx: Transaction, document: Document, prepared: Prepared, id_: str, key: str, tally: Tally
) -> None:
    """Store the article, unless its normalized form is the one that is stored."""
    stored = articles.get(tx, id_)
    draft, held_until = _dated(prepared.draft, document, stored, tally.now)
    draft = replace(draft, language=draft.language or tally.language)
    digest = articles.digest_of(draft)
    if stored and articles.digests(tx, [id_])[id_] == digest:
        tally.unchanged += 1
        return
    article = Article(
        **{name: getattr(draft, name) for name in Draft.__dataclass_fields__},
        id=id_,
        key=stored.key if stored else key,
        source=tally.source,
        first_seen=stored.first_seen if stored else tally.now,
    )
    number = articles.put(tx, article, digest=digest, held_until=held_until)
    terms.put_terms(tx, [(number, prepared.terms)])
    tally.updated += bool(stored)
    tally.new += not stored


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


def _held(tally: Tally, origin: str) -> str:
    """The article a document made before and keeps although it cannot be read now."""
    before = tally.known.get(origin)
    return before.article if before else ""


def _put_document(
    tx: Transaction, document: Document, tally: Tally, *, article: str, error: str
) -> None:
    if error:
        tally.trouble(document.origin, error)
    digest = digest_of(document.body)
    sources.put_document(tx, tally.source, document, digest=digest, article=article, error=error)
