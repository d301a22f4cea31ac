"""The term tables: which articles share an article's terms, and how closely."""

import json
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from heapq import nsmallest
from itertools import chain
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    and_,
    cast,
    column,
    exists,
    func,
    or_,
    select,
)

from ingest.article import Candidate
from ingest.store import schema
from ingest.store.engine import Transaction, parts
from ingest.store.postings import EVERY, UNIT, article_term, term_id, term_vector
from ingest.store.postings import term as term_count
from ingest.store.privacy import beside

Weights = Mapping[str, float]  # coefficients of terms
Vector = Mapping[str, int]  # the terms of an article and their weights, in 1/1024

_A = schema.article.c
_P = article_term.c  # a posting: an article holds a term
_T = term_count.c  # how many articles hold a term
_V = term_vector.c  # all terms of one article
_COMMON = 0.3  # a term in a larger share of the articles tells nothing
_FEW = 50  # articles; in a smaller store a common term may be all there is
# What bounds the time a query takes in a large store:
_MANY = 2_000  # articles holding a term, past which it is not used
_POSTINGS = 5_000  # postings read to find candidates, which are then compared by every term
_POOL = 2  # candidates looked at for each one wanted
_BASIS = 30  # the nearest of these, whose terms say what the topic is
_LIFT = 0.3  # what closeness to the topic is worth, against closeness to the article
_TELLING = 4  # terms told of a candidate
_READ = 240  # articles looked at for what was published at about the same time
_LIKE = 0.25  # cosine of two articles' terms; of 31 pairs on one event none has less than 0.29
_STEP = 2**20  # coefficients are multiples of 1/_STEP, so that their sums are exact in any order


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
    They are ranked by that and `lift`: 0.3 times the cosine to the terms that the 30 nearest share,
    each weighed by the square of its score. These tell the topic where the article's own words do
    not (pseudo relevance feedback; Manning et al., 9.1.6).
    Only articles that may be shown, to all who may see `article`, and can be linked to: with a URL
    of their own, an entry that is up, or their id among `extra_linkable`. None when `article` is
    not stored. In a store so large that the postings of all terms are too many, the rarest find the
    candidates and all rank them.
    """
    own = tx.execute(select(_A.number, _A.source).where(_A.id == article)).one_or_none()
    if own is None:
        return ()
    number, total = own.number, _total(tx)
    query, affordable = _query(tx, number, total)
    shown = and_(schema.eligible(), beside(tx, own.source))
    ids = _best(tx, affordable, limit, frozenset(extra_linkable), number, shown)
    held = _vectors(tx, ids)
    scores = {n: _product(query, vector) for n, vector in held.items()}
    basis = sorted(scores, key=lambda n: (-scores[n], ids[n]))[:_BASIS]
    topic = _topic(tx, [(scores[n], held[n]) for n in basis], total)
    lifts = {n: _LIFT * _product(topic, vector) for n, vector in held.items()}
    ranked = sorted(scores, key=lambda n: (-scores[n] - lifts[n], ids[n]))[:limit]
    columns = (_A.number, _A.id, _A.title, _A.text, _A.language, _A.published)
    rows = {row.number: row for row in tx.execute(select(*columns).where(_A.number.in_(ranked)))}
    return tuple(
        _candidate(rows[n], scores[n], lifts[n], _carrying(query, held[n])) for n in ranked
    )


def contemporaries(tx: Transaction, article: str, *, span: timedelta, limit: int) -> list[str]:
    """Ids of the articles published within `span` of `article` that are like it by their terms.

    At most `limit`, closest first, ties by id. How close is the cosine of the terms as they are
    stored, at least 0.25: it depends on the two alone. Only articles that may be shown and that no
    other succeeded; none when `article` is not stored. In a store so large that the postings of
    all terms are too many, the rarest find what is compared.
    """
    here = _A.number, _A.published
    own = tx.execute(select(*here).where(_A.id == article)).one_or_none()
    if own is None:
        return []
    _, affordable = _query(tx, own.number, _total(tx))
    top = _scored(affordable).order_by(column("score").desc()).limit(_READ).subquery()
    read = tx.execute(select(top.c.article, top.c.score)).all() if affordable else []
    bound = min(row.score for row in read) if len(read) == _READ else 0.0
    numbers = [row.article for row in read if row.score > bound and row.article != own.number]
    near: list[Row[*tuple[Any, ...]]] = []
    seconds = span.total_seconds()
    for part in parts(sorted(numbers)):
        then = _A.published.between(own.published - seconds, own.published + seconds)
        shown = and_(_A.number.in_(part), then, schema.eligible(), _A.successor == "")
        near += tx.execute(select(_A.number, _A.id).where(shown)).all()
    ids = {row.number: row.id for row in near}
    held = _vectors(tx, [own.number, *ids])
    mine = {text: float(weight) for text, weight in held.get(own.number, {}).items()}
    scores = {n: _product(mine, held[n]) / UNIT for n in ids}
    ranked = sorted((n for n in ids if scores[n] >= _LIKE), key=lambda n: (-scores[n], ids[n]))
    return [ids[n] for n in ranked[:limit]]


def shared(
    tx: Transaction, article: str, others: Collection[str]
) -> dict[str, tuple[float, tuple[str, ...]]]:
    """Why `article` is close to `others`: by id, the score as `neighbours` gives it, and the terms
    that both hold, those that make most of it first. Those that share none are left out."""
    rows = tx.execute(select(_A.number, _A.id).where(_A.id.in_([article, *others])))
    numbers = {row.id: row.number for row in rows}
    if article not in numbers:
        return {}
    query, _ = _query(tx, numbers[article], _total(tx))
    held = _vectors(tx, numbers.values())
    found: dict[str, tuple[float, tuple[str, ...]]] = {}
    for id_ in others:
        vector = held.get(numbers.get(id_, 0), {})
        parts = {text: query.get(text, 0.0) * weight / UNIT for text, weight in vector.items()}
        carrying = sorted((t for t in parts if parts[t] > 0), key=lambda t: (-parts[t], t))
        if carrying:
            found[id_] = (min(sum(parts.values()), 1.0), tuple(carrying))
    return found


def _query(tx: Transaction, number: int, total: int) -> tuple[Weights, dict[int, float]]:
    """The article's terms and their coefficients: all that count, and those to search with, by id.

    The second stops, heaviest first, before the postings to read become too many; one term is
    always there.
    """
    query, holders = _weigh(tx, _vectors(tx, [number]).get(number, {}), total)
    affordable: dict[int, float] = {}
    postings = 0
    for text in sorted(query, key=lambda t: (-query[t], t)):
        postings += holders[text]
        if affordable and postings > _POSTINGS:
            break
        affordable[term_id(text)] = query[text]
    return query, affordable


def _total(tx: Transaction) -> int:
    """How many articles are posted, hidden ones and those held back among them."""
    return tx.execute(select(_T.holders).where(_T.term == EVERY)).scalar_one_or_none() or 0


def _weigh(
    tx: Transaction, vector: Mapping[str, float], total: int
) -> tuple[Weights, dict[str, int]]:
    """`vector` by the rarity of its terms, of length 1; and how many articles hold each of them.

    Terms that nobody or too many hold are left out.
    """
    most = min(total * _COMMON, _MANY) if total > _FEW else _MANY
    ids = {term_id(text): text for text in vector}
    each = func.json_each(json.dumps(sorted(ids))).table_valued("value")
    counted = select(_T.term, _T.holders).select_from(each)
    known = _pairs(tx, counted.join(term_count, _T.term == each.c.value))
    holders = {ids[term]: n for term, n in known if n <= most}
    raw = {t: vector[t] * math.log1p(total / holders[t]) for t in sorted(holders)}
    length = math.sqrt(sum([x * x for x in raw.values()])) or 1.0
    return {text: round(x / length * _STEP) / _STEP for text, x in raw.items()}, holders


def _topic(tx: Transaction, near: Sequence[tuple[float, Vector]], total: int) -> Weights:
    """What articles near to one, each with its score, are about: terms that two or more share."""
    common = Counter(chain.from_iterable(vector for _, vector in near))
    mixed = {text: 0.0 for text, count in common.items() if count > 1}
    squares = sum(score * score for score, _ in near) or 1.0
    for score, vector in near:
        part = score * score / squares
        for text in mixed.keys() & vector:
            mixed[text] += part * vector[text]
    return _weigh(tx, mixed, total)[0]


def _vectors(tx: Transaction, numbers: Collection[int]) -> dict[int, Vector]:
    """The terms of articles, by number: weights in 1/1024."""
    return {
        number: dict(json.loads(terms))
        for part in parts(sorted(numbers))
        for number, terms in _pairs(tx, select(_V.article, _V.terms).where(_V.article.in_(part)))
    }


def _product(a: Weights, vector: Vector) -> float:
    return sum([a[text] * vector[text] for text in a.keys() & vector]) / UNIT


def _best(
    tx: Transaction,
    query: Mapping[int, float],
    limit: int,
    extra: frozenset[str],
    own: int,
    shown: ColumnElement[bool],
) -> dict[int, str]:
    """The ids, by number, of the linkable articles closest by the terms of `query`: all above some
    bound.

    `limit` of them or more, when there are so many. Those that tie with the last one read are left
    out, for which of them were read depends on numbers.
    """
    read = limit * _POOL
    while query:
        rows = tx.execute(_top(query, read, shown)).all()
        bound = min(row.score for row in rows) if len(rows) == read else 0.0
        good = [
            row
            for row in rows
            if row.score > bound and row.number != own and row.shown
            if row.linked or row.id in extra
        ]
        if len(good) >= limit or len(rows) < read:
            best = sorted(good, key=lambda row: (-row.score, row.id))[: limit * _POOL]
            return {row.number: row.id for row in best}
        read *= _POOL
    return {}


def _top(query: Mapping[int, float], count: int, shown: ColumnElement[bool]) -> Select[Any]:
    """The best `count` articles: number, id, score, are they `shown`, are they linked anyway.

    They are cut before their rows are read, for those are wide.
    """
    entry = schema.entry.c
    up = exists().where(entry.article == _A.id, entry.removed.is_(False))
    top = _scored(query).order_by(column("score").desc()).limit(count).subquery()
    told, linked = shown.label("shown"), or_(_A.url != "", up).label("linked")
    return select(_A.number, _A.id, top.c.score, told, linked).join(top, top.c.article == _A.number)


def _scored(query: Mapping[int, float]) -> Select[Any]:
    """Articles and the sum of coefficient times weight over the terms of `query`.

    The query travels as one JSON value, so that the statement is compiled once: with a row of
    parameters for each term, compiling takes longer than the search.
    """
    parts = {term: factor / UNIT for term, factor in query.items()}  # a power of 2: exact
    each = func.json_each(json.dumps(parts)).table_valued("key", "value")
    score = func.sum(each.c.value * _P.weight).label("score")
    here = _P.term == cast(each.c.key, BigInteger)
    return select(_P.article, score).select_from(each).join(article_term, here).group_by(_P.article)


def _carrying(query: Weights, vector: Vector) -> tuple[str, ...]:
    """The terms that make most of the score."""
    parts = [(-query[text] * vector[text], text) for text in query.keys() & vector]
    return tuple(text for _, text in nsmallest(_TELLING, parts))


def _candidate(
    row: Row[*tuple[Any, ...]], score: float, lift: float, carrying: tuple[str, ...]
) -> Candidate:
    return Candidate(
        id=row.id,
        title=row.title,
        text=row.text,
        language=row.language,
        published=datetime.fromtimestamp(row.published, UTC),
        score=min(score, 1.0),
        lift=lift,
        terms=carrying,
    )


def _pairs(tx: Transaction, statement: Select[Any]) -> list[tuple[Any, Any]]:
    return [(key, value) for key, value in tx.execute(statement).all()]
