"""Whether what a document says of itself can be believed, told by how alike texts are.

A page names its canonical address, and some sites name one for all their pages: the home page, a
section, the first article. A file may be one that stood elsewhere before.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.article import Article, Document, Draft
from ingest.similarity import similarity, title_key
from ingest.store import Transaction, articles
from ingest.store.sources import Known
from ingest.traced import Traced
from ingest.urls import canonical_url, match_url
from ingest.workers import Outcome, Prepared

_SAME_TEXT = 0.8  # similarity from which a file with the same title is the same article
_COPY = 0.5  # from which a page with another title is: a print edition has a line or two more


@dataclass(frozen=True, slots=True)
class Claims:
    """What came of the claims of a batch: its outcomes, and the keys that some still answer to."""

    outcomes: list[Outcome]
    keys: Mapping[str, str]


def claims(documents: Sequence[Document], outcomes: Sequence[Outcome]) -> Claims:
    """Let no page of a batch claim the address that a different one claims, or stands at, too.

    The first that claimed it stays known by it, by its origin: so that who claims it later is
    compared with somebody.
    """
    pages = [
        (document, outcome.draft)
        for document, outcome in zip(documents, outcomes, strict=True)
        if isinstance(outcome, Prepared) and document.url
    ]
    groups: dict[str, list[Draft]] = defaultdict(list)
    for _, draft in pages:
        if draft.url:
            groups[match_url(draft.url)].append(draft)
    shared = {
        claim
        for claim, found in groups.items()
        if any(not _is_copy(found[0], other) for other in found[1:])
    }
    first: dict[str, str] = {}
    kept: list[Outcome] = []
    for document, outcome in zip(documents, outcomes, strict=True):
        claim = _claim(document, outcome.draft) if isinstance(outcome, Prepared) else ""
        if isinstance(outcome, Prepared) and claim and claim.removeprefix("url:") in shared:
            first.setdefault(claim, document.origin)
            outcome = replace(outcome, draft=_unclaimed(document, outcome.draft))
        kept.append(outcome)
    return Claims(kept, {origin: claim for claim, origin in first.items()})


def believed(
    tx: Transaction,
    document: Document,
    prepared: Prepared,
    keys: Sequence[str],
    aliases: Mapping[str, str],
    drafts: Mapping[str, Draft],
    claimed: Mapping[str, str],
) -> Prepared:
    """`prepared` without its canonical address if that is the one of a different article.

    `keys` are its own, `aliases` the articles that any key is known for, `drafts` those of the
    batch by origin, `claimed` the origins that hold articles.
    """
    claim = _claim(document, prepared.draft)
    holder = aliases.get(claim, "")
    own = next((aliases[key] for key in keys if key != claim and key in aliases), "")
    if not holder or holder == own:
        return prepared
    known = drafts.get(claimed.get(holder, "")) or articles.get(tx, holder)
    if known is None or _is_copy(known, prepared.draft):
        return prepared
    return replace(prepared, draft=_unclaimed(document, prepared.draft))


def moved_from(
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


def _claim(document: Document, draft: Draft) -> str:
    """The key of the address that a page names as its own and does not stand at; "" for none."""
    if not (document.url and draft.url):
        return ""
    places = {match_url(document.url)}
    if document.origin.startswith(("http://", "https://")):
        places.add(match_url(document.origin))
    claim = match_url(draft.url)
    return "" if claim in places else f"url:{claim}"


def _unclaimed(document: Document, draft: Draft) -> Draft:
    """`draft` at the address that its page answered at."""
    return draft.having(url=Traced(canonical_url(document.url), "url"))


def _is_copy(one: Article | Draft, other: Draft) -> bool:
    """Whether two texts are forms of one article: by their titles, else by their words."""
    if title_key(one.title) == title_key(other.title):
        return True
    return similarity(one.text, other.text) >= _COPY
