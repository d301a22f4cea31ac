"""What an article is related to: what it names itself, and what shares its terms."""

from collections.abc import Collection, Sequence
from datetime import datetime

from feeds.links import file_path
from ingest.article import Article, Candidate, Related
from ingest.enrich.relate import FLOOR, relate
from ingest.similarity import title_key
from ingest.store import Transaction, articles, published, terms
from ingest.urls import match_url

_RELATED = 10  # related articles frozen with an entry; a feed shows the first of them
_LOOKED_AT = (30, 240)  # candidates; the more where many are copies of one another


def related_to(
    tx: Transaction, article: Article, arriving: frozenset[str], *, now: datetime
) -> list[tuple[str, str, str]]:
    """(id, title, own URL) of at most ten articles related to `article`, best first.

    `arriving` are the ids of articles that get their entries together with this one.
    """
    named = _named(tx, article, arriving)
    chosen: tuple[Related, ...] = ()
    for wanted in _LOOKED_AT:
        near = terms.neighbours(tx, article.id, limit=wanted, extra_linkable=arriving)
        chosen = relate(article, _joined(named, near), limit=_RELATED, floor=FLOOR, now=now)
        if len(chosen) == _RELATED or len(near) < wanted:
            break
        if min(one.score for one in near) < FLOOR:
            break  # further ones are no closer: what lacks is not hidden behind copies
    found = articles.many(tx, [one.id for one in chosen])
    return [(one.id, found[one.id].title, found[one.id].url) for one in chosen]


def _named(tx: Transaction, article: Article, arriving: Collection[str]) -> list[Article]:
    """The articles that hints name and that can be linked to."""
    hinted = named_by(tx, article)
    linkable = {*published.entries(tx, hinted), *arriving}
    found = articles.many(tx, hinted)
    return [found[id_] for id_ in hinted if id_ in linkable or found[id_].url]


def _joined(named: Sequence[Article], near: Sequence[Candidate]) -> list[Candidate]:
    scores = {candidate.id: candidate.score for candidate in near}
    first = [
        Candidate(
            id=one.id,
            title=one.title,
            text=one.text,
            language=one.language,
            published=one.published or one.first_seen,
            score=scores.get(one.id, 0.0),
            hinted=True,
        )
        for one in named
    ]
    ids = {one.id for one in named}
    return [*first, *(candidate for candidate in near if candidate.id not in ids)]


def named_by(tx: Transaction, article: Article) -> list[str]:
    """Ids of the articles that hints name, in the order of the hints, itself left out."""
    by_title = articles.by_titles(tx, [title_key(hint.title) for hint in article.hints])
    addresses = {hint.url: f"url:{match_url(hint.url)}" for hint in article.hints if hint.url}
    by_key = articles.aliases(tx, addresses.values())
    paths = {file_path(hint.url) for hint in article.hints} - {""}
    by_path = articles.by_paths(tx, article.source, paths)
    found = [
        by_path.get(file_path(hint.url))
        or by_key.get(addresses.get(hint.url, ""))
        or by_title.get(title_key(hint.title), "")
        for hint in article.hints
    ]
    shown = articles.shown(tx, [id_ for id_ in found if id_])
    return [id_ for id_ in dict.fromkeys(found) if id_ in shown and id_ != article.id]
