"""Opening the store and its transactions.

SQLite runs in WAL mode with full sync: what a subscriber has seen (ids, `updated` seconds, order)
must not be lost with the power. Writers begin IMMEDIATE, so that two of them wait for each other
instead of failing when the second one upgrades its lock.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from sqlalchemy import (
    Connection,
    Engine,
    Executable,
    Table,
    create_engine,
    event,
    exc,
    inspect,
    select,
    update,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.pool import NullPool

from ingest.errors import StoreError
from ingest.store.schema import meta

SCHEMA = 21
"""The newest migration's number; `meta` holds the one a store is at."""

Transaction = Connection
T = TypeVar("T")

_BUSY_SECONDS = 30
_IN = 500  # values in one IN list; SQLite's own limit is far higher, plans stay small
_SCHEMA = "schema"

Counter = Literal["article", "entry"]
"""Two store-wide counters: changes of articles, and changes of entries, which publishing makes."""


@dataclass(slots=True)
class _Job(Generic[T]):
    """Work that shares a transaction with other work, and what came of it."""

    work: Callable[[Transaction], T]
    result: list[T] = field(default_factory=list)
    error: Exception | None = None
    done: bool = False


class Store:
    """A store at the newest schema. `read` and `write` give the transactions every query needs."""

    def __init__(self, engine: Engine, origin: str) -> None:
        self._engine = engine
        self._origin = origin
        self._leading = threading.Lock()
        self._waiting_lock = threading.Lock()
        self._waiting: list[_Job[Any]] = []

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """One consistent view. Raises StoreError when the database fails."""
        with self._translated(), self._engine.begin() as tx:
            yield tx

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """A transaction that commits at its end, or not at all. Keep it short."""
        with (
            self._translated(),
            self._engine.connect().execution_options(broadsheet_write=True) as tx,
            tx.begin(),
        ):
            yield tx

    def together(self, work: Callable[[Transaction], T]) -> T:
        """Do `work` in a transaction shared with others who come meanwhile; its result.

        A sync of the disk takes longer than what is written, so many short ones share it. Where one
        of them fails, each has a transaction of its own: `work` may be done twice.
        """
        job = _Job(work)
        with self._waiting_lock:
            self._waiting.append(job)
        with self._leading:  # who comes first does the work of all who wait for the one before
            if not job.done:
                self._do(self._take_waiting())
        if job.error:
            raise job.error
        return job.result[0]

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _take_waiting(self) -> list["_Job[Any]"]:
        with self._waiting_lock:
            jobs, self._waiting = self._waiting, []
        return jobs

    def _do(self, jobs: list["_Job[Any]"]) -> None:
        try:
            with self.write() as tx:
                results = [job.work(tx) for job in jobs]
        except Exception as error:  # noqa: BLE001 - raised again where it belongs
            if len(jobs) == 1:
                jobs[0].error, jobs[0].done = error, True
                return
            for job in jobs:
                self._do([job])
            return
        for job, result in zip(jobs, results, strict=True):
            job.result, job.done = [result], True

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except exc.DBAPIError as error:
            raise StoreError(f"the database failed: {error.orig}", origin=self._origin) from error


def open_store(path: Path) -> Store:
    """Open the SQLite store at `path`; create it or bring it to the newest schema when it is not.

    Raises StoreError when the file is no database, or one of a newer Broadsheet.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": _BUSY_SECONDS})
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    store = Store(engine, str(path))
    try:
        _upgrade(store, str(path))
    except StoreError:
        store.close()
        raise
    return store


def peek_store(path: Path) -> Store | None:
    """Open the store at `path` to be read only, and neither made nor upgraded.

    None when there is none at the newest schema, or none that can be read.
    """
    address = f"{path.absolute().as_uri()}?mode=ro"
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS),
        poolclass=NullPool,
    )
    event.listen(engine, "begin", _begin)
    event.listen(engine, "connect", lambda connection, _: _begins_itself(connection))
    store = Store(engine, str(path))
    with suppress(StoreError), store.read() as tx:
        if _schema_of(tx, str(path)) == SCHEMA:
            return store
    store.close()
    return None


def next_change(tx: Transaction, counter: Counter, count: int = 1) -> int:
    """Take the next `count` store-wide change numbers; returns the last of them."""
    statement = update(meta).where(meta.c.name == counter).values(value=meta.c.value + count)
    return int(tx.execute(statement.returning(meta.c.value)).scalar_one())


def last_change(tx: Transaction, counter: Counter) -> int:
    """The newest change number taken."""
    return int(tx.execute(select(meta.c.value).where(meta.c.name == counter)).scalar_one())


def replacing(table: Table, key: Sequence[str], *, keeping: Sequence[str] = ()) -> Executable:
    """An insert into `table` that replaces the row with the same `key`; for many rows at once.

    Columns named in `keeping` stay as they are in a row that is there.
    """
    statement = insert(table)
    fixed = {*key, *keeping}
    rest = {c.name: statement.excluded[c.name] for c in table.c if c.name not in fixed}
    local = {name: value for name, value in rest.items() if not table.c[name].primary_key}
    return statement.on_conflict_do_update(index_elements=list(key), set_=local)


def parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """`values`, so many at a time as stand in one IN list."""
    for start in range(0, len(values), _IN):
        yield values[start : start + _IN]


def ignoring(table: Table) -> Executable:
    """An insert into `table` that leaves a row that is there as it is; for many rows at once."""
    return insert(table).on_conflict_do_nothing()


def _upgrade(store: Store, origin: str) -> None:
    with store.read() as tx:
        found = _schema_of(tx, origin)
    if found > SCHEMA:
        reason = "this store was made by a newer Broadsheet; install that one, or restore a backup"
        raise StoreError(reason, origin=origin)
    if found == SCHEMA:
        return
    from alembic import command  # 290 ms, needed once a schema
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", "ingest.store:migrations")
    with store.write() as tx:
        if _schema_of(tx, origin) < SCHEMA:  # another process may have been first
            configuration.attributes["connection"] = tx
            command.upgrade(configuration, "head")
            tx.execute(update(meta).where(meta.c.name == _SCHEMA).values(value=SCHEMA))


def _schema_of(tx: Transaction, origin: str) -> int:
    if not inspect(tx).has_table(meta.name):
        return 0
    found = tx.execute(select(meta.c.value).where(meta.c.name == _SCHEMA)).scalar_one_or_none()
    if found is None:
        raise StoreError("this database is not a store of Broadsheet", origin=origin)
    return int(found)


def _configure(connection: sqlite3.Connection, _record: object) -> None:
    _begins_itself(connection)
    cursor = connection.cursor()
    _into_wal(cursor)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begins_itself(connection: sqlite3.Connection) -> None:
    connection.isolation_level = None  # we begin transactions ourselves


def _into_wal(cursor: sqlite3.Cursor) -> None:
    """Switch to WAL; of two who open a new store at once, SQLite refuses one without waiting."""
    give_up = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(0.01)
        else:
            return


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("broadsheet_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
