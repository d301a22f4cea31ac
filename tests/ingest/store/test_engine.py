"""Opening a store: made, upgraded, refused, shared."""

import os
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, select

from ingest.errors import StoreError
from ingest.store import (
    articles,
    engine,
    feeds,
    last_change,
    next_change,
    open_store,
    runs,
    sources,
)
from ingest.store.outbox import outbox
from ingest.store.postings import term
from ingest.store.schema import exposure
from ingest.store.subscriptions import subscription
from ingest.store.webhooks import webhook
from ingest.store.written import machine_summary

NOW = datetime(2026, 6, 1, tzinfo=UTC)
metadata = term.metadata  # whole: the tables of terms and stories are defined apart

_OPEN = """
import sys
from pathlib import Path
from ingest.store import last_change, next_change, open_store
store = open_store(Path(sys.argv[1]))
with store.write() as tx:
    next_change(tx, "article")
store.close()
print("alembic" in sys.modules)
"""


def start(path: Path) -> "subprocess.Popen[str]":
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3])}
    return subprocess.Popen(
        [sys.executable, "-c", _OPEN, str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def test_a_new_store_has_exactly_the_tables_of_the_schema(tmp_path: Path) -> None:
    store = open_store(tmp_path / "deep" / "in" / "store.db")
    with store.read() as tx:
        assert compare_metadata(MigrationContext.configure(tx), metadata) == []
        assert {
            term.name,
            machine_summary.name,
            outbox.name,
            subscription.name,
            webhook.name,
        } <= metadata.tables.keys()
        assert (last_change(tx, "article"), last_change(tx, "entry")) == (0, 0)
    store.close()


def test_the_newest_migration_is_the_one_that_stores_are_brought_to() -> None:
    configuration = Config()
    configuration.set_main_option("script_location", "ingest.store:migrations")
    assert ScriptDirectory.from_config(configuration).get_current_head() == f"{engine.SCHEMA:04}"


def store_of_schema_1(path: Path) -> sqlite3.Connection:
    """A store as the first schema had it, of one source; the caller adds to it and closes it."""
    engine = create_engine(f"sqlite:///{path}")
    configuration = Config()
    configuration.set_main_option("script_location", "ingest.store:migrations")
    with engine.begin() as tx:
        configuration.attributes["connection"] = tx
        command.upgrade(configuration, "0001")
    engine.dispose()
    database = sqlite3.connect(path)
    database.execute("UPDATE meta SET value = 1 WHERE name = 'schema'")
    insert(database, "source", id="s", name="inbox", kind="files", locator="*", next_due=0,
           errors=0, rules="", settled=1)  # fmt: skip
    return database


def insert(database: sqlite3.Connection, table: str, **values: object) -> None:
    marks = ", ".join("?" * len(values))
    names = ", ".join(values)
    database.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))


def test_a_store_of_schema_1_keeps_its_articles_and_the_origin_of_their_dates(
    tmp_path: Path,
) -> None:
    path = tmp_path / "store.db"
    database = store_of_schema_1(path)
    texts = ("key", "origin", "url", "title", "language", "html", "text", "summary",
             "section", "site_name", "licence", "digest", "title_key")  # fmt: skip
    lists = ("authors", "tags", "hints", "assets")
    for number, origin in enumerate(["front matter", "file time", ""], 1):
        insert(database, "article", number=number, id=f"a{number}", source="s", published=number,
               date_origin=origin, image="", first_seen=9, change=number, since=number,
               **dict.fromkeys(texts, "x"), **dict.fromkeys(lists, "[]"))  # fmt: skip
    insert(database, "alias", key="path:s:a", article="a1")
    for number in (1, 2):
        insert(database, "exposure", feed="all", number=number, article=f"a{number}", exposed_at=9,
               settled=0)  # fmt: skip
    database.execute("UPDATE source SET rules = 'those of before'")
    for outcome, new, report in (("ok", 1, "[]"), ("ok", 0, "[]"), ("failed", 0, "[]")):
        insert(database, "run", source="s", started_at=1, ended_at=2, outcome=outcome, new=new,
               updated=0, unchanged=5, removed=0, failed=0, report=report)  # fmt: skip
    database.commit()
    database.close()
    store = open_store(path)
    with store.read() as tx:
        assert compare_metadata(MigrationContext.configure(tx), metadata) == []
        found = articles.many(tx, ["a1", "a2", "a3"])
        assert articles.aliases(tx, ["path:s:a"]) == {"path:s:a": "a1"}
        assert articles.shown(tx, found) == {"a1", "a2", "a3"}
        assert sources.state(tx, "s").rules == "", "documents are read again, for their passages"
        assert [(run.task, run.news) for run in runs.history(tx)] == [
            ("ingest", True), ("ingest", False), ("ingest", True),
        ]  # fmt: skip
    with store.write() as tx:
        assert feeds.sync(tx, [("town", ("all",))], lambda name, _: f"of {name}", NOW) == {
            "town": "of all"
        }
        assert set(tx.execute(select(exposure.c.feed)).scalars()) == {"town"}
    assert [article.origins for article in found.values()] == [
        {"published": origin} for origin in ("front matter", "file time", "first sight")
    ]
    assert [article.title for article in found.values()] == ["x"] * 3
    store.close()


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    (tmp_path / "store.db").touch()
    open_store(tmp_path / "store.db").close()
    store = open_store(tmp_path / "store.db")
    with store.read() as tx:
        assert last_change(tx, "article") == 0
    store.close()


def test_processes_may_open_a_new_store_at_once_and_the_next_loads_no_migrations(
    tmp_path: Path,
) -> None:
    path = tmp_path / "store.db"
    for process in [start(path), start(path)]:
        _, problems = process.communicate(timeout=60)
        assert process.returncode == 0, problems
    printed, problems = start(path).communicate(timeout=60)
    assert printed.strip() == "False", problems
    store = open_store(path)
    with store.read() as tx:
        assert last_change(tx, "article") == 3
    store.close()


def test_threads_may_open_a_new_store_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(open_store, [tmp_path / "store.db"] * 4))
    for store in stores:
        with store.write() as tx:
            next_change(tx, "article")
    with stores[0].read() as tx:
        assert last_change(tx, "article") == 4
    for store in stores:
        store.close()


def test_a_newer_store_is_refused_in_plain_words(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    open_store(path).close()
    with sqlite3.connect(path) as database:
        database.execute("UPDATE meta SET value = 999 WHERE name = 'schema'")
    database.close()
    with pytest.raises(StoreError, match="made by a newer Broadsheet") as caught:
        open_store(path)
    assert caught.value.origin == str(path)


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path, content = tmp_path / "store.db", b"this is no database\n" * 300
    path.write_bytes(content)
    with pytest.raises(StoreError, match="database"):
        open_store(path)
    assert path.read_bytes() == content


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE meta (name TEXT, value TEXT)")
    database.close()
    with pytest.raises(StoreError, match="not a store of Broadsheet"):
        open_store(path)


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "store.db").mkdir()
    with pytest.raises(StoreError, match="database"):
        open_store(tmp_path / "store.db")


def test_writers_wait_for_each_other_and_readers_for_nobody(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store.db")
    inside, over = threading.Event(), threading.Event()

    def hold() -> None:
        with store.write() as tx:
            next_change(tx, "article")
            inside.set()
            over.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    assert inside.wait(10)
    with store.read() as tx:
        assert last_change(tx, "article") == 0
    threading.Timer(0.2, over.set).start()
    began = monotonic()
    with store.write() as tx:
        assert monotonic() - began > 0.1
        assert next_change(tx, "article") == 2
    holder.join()
    store.close()


def test_a_read_is_one_view_whatever_is_written_meanwhile(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store.db")
    with store.read() as view:
        assert last_change(view, "article") == 0
        with store.write() as tx:
            next_change(tx, "article")
        sleep(0)
        assert last_change(view, "article") == 0
    store.close()


def test_what_fails_is_not_written(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store.db")

    def fail() -> None:
        with store.write() as tx:
            next_change(tx, "article")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with store.write() as tx:
        assert next_change(tx, "article", 5) == 5
        assert next_change(tx, "entry") == 1
        assert next_change(tx, "article") == 6
    with store.read() as tx:
        assert (last_change(tx, "article"), last_change(tx, "entry")) == (6, 1)
    store.close()
