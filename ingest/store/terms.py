"""The term table: which articles share an article's terms, and how closely.

Nothing derived is stored: how many articles hold a term is counted when asked, so that updates and
deletions leave no drift and the answer depends neither on the order of arrival nor on numbers.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import (
    delete,
    insert,
)
from sqlalchemy.dialects import sqlite

from ingest.store import schema
from ingest.store.engine import Transaction

_A = schema.article.c
_P = schema.article_term.c  # a posting: an article holds a term
_IN = 500  # values in one IN list
_COMMON = 0.3  # a term in a larger share of the articles tells nothing
_FEW = 50  # articles; in a smaller store even a common term may be all there is
_POSTINGS = 15_000  # read to find candidates: bounds the query's time in a large store
_POOL = 4  # candidates looked at for each one wanted
_STEP = 2**20  # coefficients are multiples of 1/_STEP: sums are exact in any order


def put_terms(
    tx: Transaction, rows: Iterable[tuple[int, Sequence[tuple[int, str, float]]]]
) -> None:
    """Replace the terms of articles: `rows` pairs an article's number with (id, text, weight)s.

    Call it once a batch, not once an article: rows are written in the order of the primary key.
    """
    held = dict(rows)
    for part in _parts(sorted(held)):
        tx.execute(delete(schema.article_term).where(_P.article.in_(part)))
    texts = {term: text for terms in held.values() for term, text, _ in terms}
    if not texts:
        return
    named = [{"id": term, "text": text} for term, text in sorted(texts.items())]
    tx.execute(sqlite.insert(schema.term).on_conflict_do_nothing(), named)
    postings = sorted(
        (term, article, weight) for article, terms in held.items() for term, _, weight in terms
    )
    tx.execute(
        insert(schema.article_term),
        [{"term": t, "article": a, "weight": weight} for t, a, weight in postings],
    )
