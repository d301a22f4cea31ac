"""What an article is related to: what it names itself, and what shares its terms."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime

from feeds.links import file_path
from ingest.article import Article, Candidate
from ingest.enrich.relate import FLOOR, relate
from ingest.similarity import title_key
from ingest.store import Transaction, articles, published, terms
from ingest.urls import match_url

_RELATED = 10  # related articles frozen with an entry; a feed shows the first of them
_READ = 20_000  # characters, for how words are spelled
_TOKEN = re.compile(r"[^\W\d_]{2,40}")
_LOOKED_AT = (30, 240)  # candidates; the more where many are copies of one another


def related_to(
    tx: Transaction, article: Article, arriving: frozenset[str], *, now: datetime
) -> list[tuple[str, str, str, str]]:
    """(id, title, own URL, what both are about) of at most ten articles related to `article`.

    Best first. What both are about are up to four words, as the article writes them.
    `arriving` are the ids of articles that get their entries together with this one.
    """
    named = _named(tx, article, arriving)
    chosen: tuple[Candidate, ...] = ()
    for wanted in _LOOKED_AT:
        near = terms.neighbours(tx, article.id, limit=wanted, extra_linkable=arriving)
        chosen = relate(article, _joined(named, near), limit=_RELATED, floor=FLOOR, now=now)
        if len(chosen) == _RELATED or len(near) < wanted:
            break
        if min(one.score for one in near) < FLOOR:
            break  # further ones are no closer: what lacks is not hidden behind copies
    found = articles.many(tx, [one.id for one in chosen])
    spelling = _spelling(article)
    return [
        (
            one.id,
            found[one.id].title,
            found[one.id].url,
            " · ".join(spelling.get(term, term) for term in one.terms),
        )
        for one in chosen
    ]


def _spelling(article: Article) -> dict[str, str]:
    """How the article writes its terms: by term, as it stands there first."""
    written = reversed(_TOKEN.findall(f"{article.title}\n{article.text[:_READ]}"))
    spelled = {token.casefold(): token for token in written}
    return {word.removesuffix("s"): token for word, token in spelled.items()} | spelled


def _named(tx: Transaction, article: Article, arriving: Collection[str]) -> list[Article]:
    """The articles that hints name and that can be linked to."""
    hinted = named_by(tx, article)
    linkable = {*published.entries(tx, hinted), *arriving}
    found = articles.many(tx, hinted)
    return [found[id_] for id_ in hinted if id_ in linkable or found[id_].url]


def _joined(named: Sequence[Article], near: Sequence[Candidate]) -> list[Candidate]:
    found = {candidate.id: candidate for candidate in near}
    first = [
        Candidate(
            id=one.id,
            title=one.title,
            text=one.text,
            language=one.language,
            published=one.published or one.first_seen,
            score=found[one.id].score if one.id in found else 0.0,
            terms=found[one.id].terms if one.id in found else (),
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
