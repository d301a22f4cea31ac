"""Keeping the terms of articles: with each as they are, and posted term by term.

How many articles hold a term is counted in the transaction that posts or forgets it, so that
updates and deletions leave no drift, and neither the order of arrival nor numbers matter.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from ingest.store import schema, stories
from ingest.store.engine import Transaction, parts

Weighted = Sequence[tuple[str, float]]

UNIT = 1024
"""Weights are stored as so many of its parts."""
EVERY = 0
"""Stands in `term` for what every posted article has: its holders are how many there are."""

term_vector = Table(
    "term_vector",
    schema.metadata,
    Column("article", Integer, primary_key=True, autoincrement=False),  # article.number
    Column("terms", Text, nullable=False),  # [text, weight in 1/1024], heaviest first
    Column("posted", Boolean, nullable=False),  # whether `article_term` has them
    Index("term_vector_posted", "posted"),
)

article_term = Table(
    "article_term",
    schema.metadata,
    Column("term", BigInteger, primary_key=True, autoincrement=False),  # 63 bits of its digest
    Column("article", Integer, primary_key=True, autoincrement=False),  # article.number
    Column("weight", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# How many articles `article_term` names for a term: counted in the same transaction.
term = Table(
    "term",
    schema.metadata,
    Column("term", BigInteger, primary_key=True, autoincrement=False),
    Column("holders", Integer, nullable=False),
    sqlite_with_rowid=False,
)

_V = term_vector.c  # all terms of one article

# Thousands of rows at once: SQLAlchemy takes longer over their parameters than SQLite to write.
_POST = "INSERT OR REPLACE INTO article_term (term, article, weight) VALUES (?, ?, ?)"
_UNPOST = "DELETE FROM article_term WHERE term = ? AND article = ?"
_COUNT = (
    "INSERT INTO term (term, holders) VALUES (?, ?)"
    " ON CONFLICT (term) DO UPDATE SET holders = holders + excluded.holders"
)
_UNUSED = "DELETE FROM term WHERE term = ? AND holders <= 0"


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
            "terms": json.dumps([[t, round(w * UNIT)] for t, w in weighted], ensure_ascii=False),
            "posted": False,
        }
        for number, weighted in sorted(held.items())
    ]
    if vectors:
        tx.execute(insert(term_vector), vectors)


def forget_terms(tx: Transaction, numbers: Collection[int]) -> None:
    """Take articles out of the term table, and out of their stories."""
    for part in parts(sorted(numbers)):
        found = tx.execute(select(_V.article, _V.terms, _V.posted).where(_V.article.in_(part)))
        posted = [row for row in found if row.posted]
        old = [(term_id(text), row.article) for row in posted for text, _ in json.loads(row.terms)]
        if old:
            tx.exec_driver_sql(_UNPOST, sorted(old))
        if posted:
            counts = Counter([EVERY] * len(posted) + [term for term, _ in old])
            tx.exec_driver_sql(_COUNT, [(term, -counts[term]) for term in sorted(counts)])
            tx.exec_driver_sql(_UNUSED, [(term,) for term in sorted(counts)])
        tx.execute(delete(term_vector).where(_V.article.in_(part)))
        stories.forget(tx, part)


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
    if rows:
        counts = Counter([EVERY] * len(rows) + [term for term, _, _ in postings])
        tx.exec_driver_sql(_COUNT, sorted(counts.items()))
    for part in parts([row.article for row in rows]):
        tx.execute(update(term_vector).where(_V.article.in_(part)).values(posted=True))
    return bool(rows)
