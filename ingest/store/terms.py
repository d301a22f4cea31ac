"""The term tables: which articles share an article's terms, and how closely.

An article's terms are kept with it as they are, and posted term by term before anything is related.
Nothing derived is stored: how many articles hold a term is counted when asked, so that updates and
deletions leave no drift and the answer depends neither on the order of arrival nor on numbers.
"""

import hashlib
import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Row,
    Select,
    and_,
    cast,
    column,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from ingest.article import Candidate
from ingest.store import schema
from ingest.store.engine import Transaction, parts

Weighted = Sequence[tuple[str, float]]

_A = schema.article.c
_P = schema.article_term.c  # a posting: an article holds a term
_V = schema.term_vector.c  # all terms of one article
_UNIT = 1024  # weights are stored as so many of its parts
_COMMON = 0.3  # a term in a larger share of the articles tells nothing
_FEW = 50  # articles; in a smaller store a common term may be all there is
# What bounds the time a query takes in a large store:
_MANY = 2_000  # articles holding a term, past which it is neither counted further nor used
_POSTINGS = 5_000  # postings read to find candidates, which are then compared by every term
_POOL = 3  # candidates looked at for each one wanted
_STEP = 2**20  # coefficients are multiples of 1/_STEP, so that their sums are exact in any order

# Thousands of rows at once: SQLAlchemy takes longer over their parameters than SQLite to write.
_POST = "INSERT OR REPLACE INTO article_term (term, article, weight) VALUES (?, ?, ?)"
_UNPOST = "DELETE FROM article_term WHERE term = ? AND article = ?"


@lru_cache(maxsize=32_768)
def term_id(text: str) -> int:
    """The number of a term in every store: 63 bits of its BLAKE2b digest. Never changes."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def put_terms(tx: Transaction, rows: Iterable[tuple[int, Weighted]]) -> None:
    """Replace the terms of articles: each row is an article's number and its (term, weight)s.

    Weights are multiples of 1/1024. What the articles held before is no posting any more; what they
    hold now becomes one by `post_pending`.
    """
    held = dict(rows)
    forget_terms(tx, held)
    vectors = [
        {
            "article": number,
            "terms": json.dumps([[t, round(w * _UNIT)] for t, w in weighted], ensure_ascii=False),
            "posted": False,
        }
        for number, weighted in sorted(held.items())
    ]
    if vectors:
        tx.execute(insert(schema.term_vector), vectors)


def forget_terms(tx: Transaction, numbers: Collection[int]) -> None:
    """Take articles out of the term table."""
    for part in parts(sorted(numbers)):
        found = tx.execute(select(_V.article, _V.terms, _V.posted).where(_V.article.in_(part)))
        old = [
            (term_id(text), row.article)
            for row in found
            if row.posted
            for text, _ in json.loads(row.terms)
        ]
        if old:
            tx.exec_driver_sql(_UNPOST, sorted(old))
        tx.execute(delete(schema.term_vector).where(_V.article.in_(part)))


def post_pending(tx: Transaction, count: int = 1_000) -> bool:
    """Post the terms of at most `count` articles that are not posted yet; False if there are none.

    Postings lie in the order of their terms, so that writing those of one article touches as many
    pages as it has terms. Written for many articles at once, in order, they share these pages.
    """
    pending = select(_V.article, _V.terms).where(_V.posted.is_(False)).order_by(_V.article)
    rows = tx.execute(pending.limit(count)).all()
    postings = sorted(
        (term_id(text), row.article, weight)
        for row in rows
        for text, weight in json.loads(row.terms)
    )
    if postings:
        tx.exec_driver_sql(_POST, postings)
    for part in parts([row.article for row in rows]):
        tx.execute(update(schema.term_vector).where(_V.article.in_(part)).values(posted=True))
    return bool(rows)


def neighbours(
    tx: Transaction,
    article: str,
    *,
    limit: int = 30,
    extra_linkable: Collection[str] = (),
) -> tuple[Candidate, ...]:
    """The articles closest to `article` by their terms, at most `limit`, best first, ties by id.

    `score` is the cosine, 0 to 1, of the article's terms weighed by their rarity and the other's as
    stored (its idf is ln(1 + N/df); Manning et al., Introduction to Information Retrieval, 6.4.3).
    Only articles that may be shown and can be linked to: with a URL of their own, an entry that is
    up, or their id among `extra_linkable`. None when `article` is not stored. In a store so large
    that the postings of all terms are too many, the rarest find the candidates and all rank them.
    """
    number = tx.execute(select(_A.number).where(_A.id == article)).scalar_one_or_none()
    if number is None:
        return ()
    query, affordable = _query(tx, number)
    scores, ids = _best(tx, affordable, limit, frozenset(extra_linkable), number)
    if len(affordable) < len(query):
        within = _P.article.in_(sorted(scores))
        scores = dict(_pairs(tx, _scored(query).where(within)))
    ranked = sorted(scores, key=lambda n: (-scores[n], ids[n]))[:limit]
    columns = (_A.number, _A.id, _A.title, _A.text, _A.language, _A.published)
    rows = {row.number: row for row in tx.execute(select(*columns).where(_A.number.in_(ranked)))}
    return tuple(_candidate(rows[n], scores[n]) for n in ranked)


def shared(
    tx: Transaction, article: str, others: Collection[str]
) -> dict[str, tuple[float, tuple[str, ...]]]:
    """Why `article` is close to `others`: by id, the score as `neighbours` gives it, and the terms
    that both hold, those that make most of it first. Those that share none are left out."""
    rows = tx.execute(select(_A.number, _A.id).where(_A.id.in_([article, *others])))
    numbers = {row.id: row.number for row in rows}
    if article not in numbers:
        return {}
    query, _ = _query(tx, numbers[article])
    held = dict(_pairs(tx, select(_V.article, _V.terms).where(_V.article.in_(numbers.values()))))
    found: dict[str, tuple[float, tuple[str, ...]]] = {}
    for id_ in others:
        vector = json.loads(held.get(numbers.get(id_, 0), "[]"))
        parts = {text: query.get(term_id(text), 0.0) * weight / _UNIT for text, weight in vector}
        carrying = sorted((t for t in parts if parts[t] > 0), key=lambda t: (-parts[t], t))
        if carrying:
            found[id_] = (min(sum(parts.values()), 1.0), tuple(carrying))
    return found


def _query(tx: Transaction, number: int) -> tuple[dict[int, float], dict[int, float]]:
    """The article's terms and their coefficients: all that count, and those to search with.

    The second stops, heaviest first, before the postings to read become too many; one term is
    always there.
    """
    vector = tx.execute(select(_V.terms).where(_V.article == number)).scalar_one_or_none()
    own = {term_id(text): weight / _UNIT for text, weight in json.loads(vector or "[]")}
    # from an index alone, so hidden ones are counted too
    there = and_(_A.since.is_not(None), _A.removed_at.is_(None), _A.successor == "")
    total = tx.execute(select(func.count()).where(there)).scalar_one()
    most = min(total * _COMMON, _MANY) if total > _FEW else _MANY
    holders = {t: n for t, n in _pairs(tx, _counted(own, _MANY + 1)) if 0 < n <= most}
    raw = {t: own[t] * math.log1p(total / n) for t, n in holders.items()}
    length = math.sqrt(sum(x * x for _, x in sorted(raw.items()))) or 1.0
    query = {term: round(x / length * _STEP) / _STEP for term, x in raw.items()}
    affordable: dict[int, float] = {}
    postings = 0
    for term in sorted(query, key=lambda t: (-query[t], t)):
        postings += holders[term]
        if affordable and postings > _POSTINGS:
            break
        affordable[term] = query[term]
    return query, affordable


def _best(
    tx: Transaction, query: Mapping[int, float], limit: int, extra: frozenset[str], own: int
) -> tuple[dict[int, float], dict[int, str]]:
    """Scores and ids, by number, of the best linkable articles: all above some bound.

    `limit` of them or more, when there are so many. Those that tie with the last one read are left
    out, for which of them were read depends on numbers.
    """
    read = limit * _POOL
    while query:
        rows = tx.execute(_top(query, read)).all()
        bound = min(row.score for row in rows) if len(rows) == read else 0.0
        good = [
            row
            for row in rows
            if row.score > bound and row.number != own and row.shown
            if row.linked or row.id in extra
        ]
        if len(good) >= limit or len(rows) < read:
            best = sorted(good, key=lambda row: (-row.score, row.id))[: limit * _POOL]
            return {row.number: row.score for row in best}, {row.number: row.id for row in best}
        read *= _POOL
    return {}, {}


def _top(query: Mapping[int, float], count: int) -> Select[Any]:
    """The best `count` articles: number, id, score, may they be shown, are they linked anyway.

    They are cut before their rows are read, for those are wide.
    """
    entry = schema.entry.c
    up = exists().where(entry.article == _A.id, entry.removed.is_(False))
    top = _scored(query).order_by(column("score").desc()).limit(count).subquery()
    shown, linked = schema.eligible().label("shown"), or_(_A.url != "", up).label("linked")
    return select(_A.number, _A.id, top.c.score, shown, linked).join(
        top, top.c.article == _A.number
    )


def _counted(terms: Collection[int], most: int) -> Select[Any]:
    """Each of `terms` and how many articles hold it, counted no further than `most`."""
    each = func.json_each(json.dumps(sorted(terms))).table_valued("value")
    held = select(_P.article).where(_P.term == each.c.value).limit(most).correlate(each)
    return select(each.c.value, select(func.count()).select_from(held.subquery()).scalar_subquery())


def _scored(query: Mapping[int, float]) -> Select[Any]:
    """Articles and the sum of coefficient times weight over the terms of `query`.

    The query travels as one JSON value, so that the statement is compiled once: with a row of
    parameters for each term, compiling takes longer than the search.
    """
    parts = {term: factor / _UNIT for term, factor in query.items()}  # a power of 2: exact
    each = func.json_each(json.dumps(parts)).table_valued("key", "value")
    score = func.sum(each.c.value * _P.weight).label("score")
    here = _P.term == cast(each.c.key, BigInteger)
    return (
        select(_P.article, score)
        .select_from(each)
        .join(schema.article_term, here)
        .group_by(_P.article)
    )


def _candidate(row: Row[*tuple[Any, ...]], score: float) -> Candidate:
    return Candidate(
        id=row.id,
        title=row.title,
        text=row.text,
        language=row.language,
        published=datetime.fromtimestamp(row.published, UTC),
        score=min(score, 1.0),
    )


def _pairs(tx: Transaction, statement: Select[Any]) -> list[tuple[Any, Any]]:
    return [(key, value) for key, value in tx.execute(statement)]
