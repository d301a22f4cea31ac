"""What is known of an article as `show --json` prints it: docs/answers.md holds this shape."""

from datetime import UTC, datetime

from feeds.cli.known import Known, Reason
from feeds.cli.output import iso
from ingest.entry import Entry
from ingest.store.lookup import DocumentFacts, Shown, Standing


def shape(found: Known) -> dict[str, object]:
    """The object: a key for everything, null where it is not known; times in UTC, ISO 8601."""
    article, standing, entry = found.article, found.standing, found.entry
    return {
        "id": article.id,
        "state": _state(standing),
        "hidden_at": iso(standing.hidden_at),
        "removed_at": iso(standing.removed_at),
        "held_until": iso(standing.held_until),
        "successor": standing.successor or None,
        "source": found.source,
        "origin": article.origin,
        "declared_id": article.declared_id or None,
        "url": article.url or None,
        "address": found.address or None,
        "title": article.title,
        "authors": list(article.authors),
        "published": iso(article.published),
        "updated": iso(article.updated),
        "first_seen": iso(article.first_seen),
        "language": article.language or None,
        "image": found.image or None,
        "site_name": article.site_name or None,
        "section": article.section or None,
        "tags": list(article.tags),
        "licence": article.licence or None,
        "names": [{"title": hint.title, "url": hint.url} for hint in article.hints],
        "summary": article.summary,
        "key_points": list(article.key_points),
        "origins": dict(sorted(article.origins.items())),
        "documents": [_document_json(one) for one in found.documents],
        "entry": _entry_json(entry, found.changed) if entry else None,
        "feeds": [_showing_json(one, shown=found.up) for one in found.showings],
        "related": [_related_json(one) for one in found.related],
        "keys": list(found.keys),
        "text": article.text,
        "html": article.html,
    }


def _document_json(facts: DocumentFacts) -> dict[str, object]:
    return {
        "origin": facts.origin,
        "url": facts.url or None,
        "media_type": facts.media_type,
        "charset": facts.charset or None,
        "size": facts.size,
        "modified": iso(facts.modified_at),
        "fetched": iso(facts.fetched_at),
        "etag": facts.validators.etag or None,
        "last_modified": facts.validators.last_modified or None,
        "gone": iso(facts.gone_at),
        "error": facts.error or None,
    }


def _entry_json(entry: Entry, changed: tuple[str, ...]) -> dict[str, object]:
    return {
        "number": entry.number,
        "slug": entry.slug,
        "published": iso(datetime.fromtimestamp(entry.published, UTC)),
        "updated": iso(datetime.fromtimestamp(entry.updated, UTC)),
        "changed_since": list(changed),
    }


def _showing_json(one: Shown, *, shown: bool) -> dict[str, object]:
    return {
        "feed": one.feed,
        "number": one.exposure.number,
        "since": iso(one.exposure.exposed_at),
        "left": iso(one.left_at),
        "told_with": one.exposure.lead or None,
        "shown": shown and one.left_at is None and not one.exposure.lead,
    }


def _related_json(reason: Reason) -> dict[str, object]:
    return {
        "id": reason.id,
        "title": reason.title,
        "address": reason.address or None,
        "named": reason.named,
        "score": round(reason.score, 4),
        "terms": list(reason.terms),
    }


def _state(standing: Standing) -> str:
    """The one word for whether an article is shown, or what keeps it from that first of all."""
    reasons = (
        (standing.hidden_at, "hidden"),
        (standing.successor, "replaced"),
        (standing.removed_at, "removed"),
        (standing.held_until, "held"),
        (standing.draft, "draft"),
    )
    return next((word for holds, word in reasons if holds), "shown")
