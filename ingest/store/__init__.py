"""The only SQL: schema, migrations, and everything that must survive a restart.

`open_store` gives a Store; its `read` and `write` transactions go to the functions of `articles`,
`sources`, `runs`, `published`, `privacy`, `requests` and `terms`.
"""

from ingest.store.engine import (
    Store,
    Transaction,
    last_change,
    next_change,
    open_store,
    peek_store,
)

__all__ = ["Store", "Transaction", "last_change", "next_change", "open_store", "peek_store"]
