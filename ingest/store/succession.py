"""Articles that a significant change made of others (`on_change = "new"`): both stay published."""

from collections.abc import Collection

from sqlalchemy import literal_column, select, update

from ingest.store import postings, schema
from ingest.store.engine import Transaction, parts

_A = schema.article.c
_SUCCEEDED = _A.successor != literal_column("''")  # the index holds these alone, and must be told


def succeed(tx: Transaction, old: str, new: str) -> None:
    """Let the stored article `new` go on where `old` ends.

    Every key and document of `old` is that of `new` from now on, and nothing is related to `old`
    any more; its text and its entry stay as they are.
    """
    for table in (schema.alias, schema.document):
        tx.execute(update(table).where(table.c.article == old).values(article=new))
    mine = update(schema.article).where(_A.id == old).values(successor=new)
    postings.forget_terms(tx, tx.execute(mine.returning(_A.number)).scalars().all())


def predecessors(tx: Transaction, ids: Collection[str]) -> set[str]:
    """The articles that those of `ids` succeeded, and those that these did."""
    found: set[str] = set()
    for part in parts(sorted(ids)):
        line = select(_A.id).where(_A.successor.in_(part), _SUCCEEDED).cte(recursive=True)
        line = line.union(select(_A.id).where(_A.successor == line.c.id, _SUCCEEDED))
        found |= set(tx.execute(select(line.c.id)).scalars())
    return found
