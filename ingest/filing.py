"""Filing one batch: which article each draft is, its date, and whether anything is new."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog

from ingest.alike import believed, claims, moved_from
from ingest.article import Article, Document, Draft
from ingest.dating import dated
from ingest.entry import Entry
from ingest.errors import IngestError
from ingest.identity import identify, is_version, keys, mint, versions
from ingest.significance import significant
from ingest.store import Transaction, articles, postings, published, removal, sources, succession
from ingest.store.values import stated_text
from ingest.tally import Tally
from ingest.traced import Traced
from ingest.workers import Outcome, Prepared

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be stored: `after`, with its digest and the time until which it is held.

    `before` is what is stored of it, None for a new article; `succeeds` the id of the article that
    a new one is a significant change of, "" for none.
    """

    after: Article
    before: Article | None
    digest: str
    held_until: datetime | None
    succeeds: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of a document, told before anything is written.

    `article` is the id of the article it is of, also when none can be made of it any more; "" for
    none. `error` says why none was made now; `prepared` is None then. `change` is None when nothing
    changes. `left` is the place it was moved from, `same`: its bytes are those stored.
    """

    document: Document
    digest: str
    article: str = ""
    error: str = ""
    prepared: Prepared | None = None
    key: str = ""
    keys: tuple[str, ...] = ()
    left: str = ""
    same: bool = False
    change: Change | None = None


def file_batch(
    tx: Transaction, documents: Sequence[Document], outcomes: Sequence[Outcome], tally: Tally
) -> list[Verdict]:
    """File documents with what was made of each, in one transaction and few statements."""
    verdicts = judge(tx, documents, outcomes, tally)
    for one in verdicts:
        if one.left:
            sources.move(tx, tally.source, one.left)
    rows = [(one.document, one.digest, one.article, one.error) for one in verdicts]
    sources.put_documents(tx, tally.source, rows)
    return _store(tx, verdicts, tally)


def file_again(
    tx: Transaction, documents: Sequence[Document], outcomes: Sequence[Outcome], tally: Tally
) -> list[Verdict]:
    """File what was made anew of stored documents, of which everything else stays as it is."""
    verdicts = judge(tx, documents, outcomes, tally)
    rows = [
        (one.document.origin, one.article, one.error)
        for one in verdicts
        if (one.article, one.error) != _known(tally, one.document.origin)
    ]
    sources.judge(tx, tally.source, rows)
    return _store(tx, verdicts, tally)


def judge(
    tx: Transaction, documents: Sequence[Document], outcomes: Sequence[Outcome], tally: Tally
) -> list[Verdict]:
    """Tell what filing documents will change, and count it. Writes nothing."""
    verdicts = _identified(tx, documents, outcomes, tally)
    ids = [one.article for one in verdicts if one.prepared]
    stored, digests = articles.many(tx, ids), articles.digests(tx, ids)
    entries = published.unhidden(tx, ids) if tally.changes_are_new else {}
    return [
        _judged(
            tx,
            one,
            stored.get(one.article),
            digests.get(one.article, ""),
            entries.get(one.article),
            tally,
        )
        for one in verdicts
    ]


def digest_of(document: Document) -> str:
    """SHA-256 of a document's bytes and of what source and server say of it, in hexadecimal."""
    said = f"\0{stated_text(document.stated)}" if document.stated else ""
    said += f"\0{document.robots}" if document.robots else ""
    return hashlib.sha256(document.body + said.encode("utf-8", "surrogatepass")).hexdigest()


def _identified(
    tx: Transaction, documents: Sequence[Document], outcomes: Sequence[Outcome], tally: Tally
) -> list[Verdict]:
    """Tell which article each document is, also those that are none."""
    claimed = claims(documents, outcomes)
    drafts = {one.draft.origin: one.draft for one in claimed.outcomes if isinstance(one, Prepared)}
    wanted = {key for draft in drafts.values() for key in keys(draft, tally.source)}
    aliases = articles.aliases(tx, wanted | set(claimed.keys.values()))
    verdicts: list[Verdict] = []
    for document, outcome in zip(documents, claimed.outcomes, strict=True):
        tally.kept.add(document.origin)
        digest = digest_of(document)
        if isinstance(outcome, IngestError):
            before = tally.known.get(document.origin)
            held, error = before.article if before else "", outcome.reason
            verdict = Verdict(document=document, digest=digest, article=held, error=error)
        else:
            found = keys(outcome.draft, tally.source)
            prepared = believed(tx, document, outcome, found, aliases, drafts, tally.claimed)
            verdict = _identify(tx, document, prepared, digest, aliases, tally)
            if verdict.prepared and (key := claimed.keys.get(document.origin)):
                aliases.setdefault(key, verdict.article)
                verdict = replace(verdict, keys=(*verdict.keys, key))
        if verdict.error:
            advice = outcome.advice if isinstance(outcome, IngestError) else ""
            tally.trouble(document.origin, verdict.error, advice=advice)
        verdicts.append(verdict)
    return verdicts


def _identify(
    tx: Transaction,
    document: Document,
    prepared: Prepared,
    digest: str,
    aliases: dict[str, str],
    tally: Tally,
) -> Verdict:
    """The article a draft is, or why it is left out."""
    origin, draft = document.origin, prepared.draft
    found = keys(draft, tally.source)
    moved, place = "", ""
    if not any(key in aliases for key in found):
        moved, place = moved_from(tx, draft, digest, tally.missing)
    identity = identify(found, aliases, namespace=tally.namespace, moved=moved)
    holder = tally.claimed.setdefault(identity.id, origin)
    if holder != origin:
        error = f"says it is the article of {holder} (same id or address); it is left out"
        return Verdict(document=document, digest=digest, error=error)
    for warning in draft.warnings:
        tally.trouble(origin, warning, failed=False)
    if place:
        tally.missing.pop(place)
        tally.kept.add(place)
    for key in identity.aliases:
        aliases.setdefault(key, identity.id)
    before = tally.known.get(place or origin)
    return Verdict(
        document=document,
        digest=digest,
        article=identity.id,
        prepared=prepared,
        key=identity.key,
        keys=identity.aliases,
        left=place,
        same=before is not None and before.digest == digest,
    )


def _judged(
    tx: Transaction,
    one: Verdict,
    before: Article | None,
    digest: str,
    entry: Entry | None,
    tally: Tally,
) -> Verdict:
    """The verdict with what changes; `digest` and `entry` are those of the article `before`."""
    if one.prepared is None:
        return one
    if before and before.source != tally.source and digest:  # the first source that brought it
        tally.unchanged += 1
        return one
    last = before.published if before and is_version(before.key) else None
    change = _change(one, one.prepared, before, tally, last=last)
    if before and digest == change.digest:
        tally.unchanged += 1
        return one
    if before and entry and _is_news(one, change.after, entry):
        return _succeeding(tx, one, one.prepared, before, entry, tally)
    tally.updated += bool(before)
    tally.new += not before
    tally.returned += bool(before and not digest)
    return replace(one, change=change)


def _change(
    one: Verdict,
    prepared: Prepared,
    before: Article | None,
    tally: Tally,
    *,
    last: datetime | None,
) -> Change:
    draft, held_until = dated(prepared.draft, one.document, before, tally.now, last=last)
    if not draft.language:
        draft = draft.having(language=Traced(tally.language, "site setting"))
    article = Article(
        **{name: getattr(draft, name) for name in Draft.__dataclass_fields__},
        id=one.article,
        key=before.key if before else one.key,
        source=tally.source,
        first_seen=before.first_seen if before else tally.now,
    )
    digest = articles.digest_of(draft)
    return Change(after=article, before=before, digest=digest, held_until=held_until)


def _is_news(one: Verdict, after: Article, entry: Entry) -> bool:
    """Whether the article, instead of being updated, is succeeded by a new one.

    Not when our rules alone have changed, nor when it is taken back to be a draft.
    """
    return not one.same and not after.unpublished and significant(entry, after)


def _succeeding(
    tx: Transaction,
    one: Verdict,
    prepared: Prepared,
    old: Article,
    entry: Entry,
    tally: Tally,
) -> Verdict:
    """The verdict for a document that now says something else than `old`: that is a new article."""
    key, id_ = next(
        (key, id_)
        for key in versions(old.key, prepared.draft)
        if not articles.digests(tx, [id_ := mint(key, namespace=tally.namespace)])
    )
    tally.claimed[id_] = one.document.origin
    tally.new += 1
    last = max(old.published or old.first_seen, datetime.fromtimestamp(entry.published, UTC))
    one = replace(one, article=id_, key=key)
    change = _change(one, prepared, None, tally, last=last)
    return replace(one, change=replace(change, succeeds=old.id))


def _store(tx: Transaction, verdicts: list[Verdict], tally: Tally) -> list[Verdict]:
    """Write what changes, and remember every key. Returns what it was given."""
    changed = [(one.change, one.prepared) for one in verdicts if one.change and one.prepared]
    numbers = articles.put_all(tx, [(c.after, c.digest, c.held_until) for c, _ in changed])
    weighed = [(numbers[change.after.id], prepared.terms) for change, prepared in changed]
    postings.put_terms(tx, weighed)
    articles.remember(tx, [(key, one.article) for one in verdicts for key in one.keys])
    for change, _ in changed:
        event = "article updated" if change.before else "article new"
        log.debug(event, where=change.after.origin, title=change.after.title)
        if change.succeeds:
            succession.succeed(tx, change.succeeds, change.after.id)
    withdrawn = [change.after.id for change, _ in changed if change.after.unpublished]
    removal.remove(tx, succession.predecessors(tx, withdrawn), tally.now)
    return verdicts


def _known(tally: Tally, origin: str) -> tuple[str, str]:
    known = tally.known.get(origin)
    return (known.article, known.error) if known else ("", "")
