"""Worker processes: what hangs or dies costs only itself."""

import os
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest

from ingest.article import Document
from ingest.errors import ExtractError
from ingest.normalize.rules import Rules
from ingest.workers import Outcome, Prepared, Workers, prepare

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
RULES = Rules(kind="files")


class Hanging(str):
    """A media type that keeps who asks for its kind waiting."""

    __slots__ = ()

    def partition(self, _separator: str, /) -> tuple[str, str, str]:
        time.sleep(60)
        raise AssertionError


class Deadly(str):
    """A media type that ends the process of who asks for its kind."""

    __slots__ = ()

    def partition(self, _separator: str, /) -> tuple[str, str, str]:
        os._exit(9)


class Hungry(str):
    """A media type that takes more memory than a worker may."""

    __slots__ = ()

    def partition(self, _separator: str, /) -> tuple[str, str, str]:
        return str(len(bytearray(4_000_000_000))), "", ""


def a_document(name: str, media_type: str = "text/plain") -> Document:
    body = f"Title of {name}\n\nThis is a sentence about {name}, and it is rather long.\n"
    return Document(origin=name, body=body.encode(), media_type=media_type, fetched_at=NOW)


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    started = Workers(count=2, deadline=60)
    yield started
    started.close()


def outcomes(workers: Workers, documents: Sequence[Document]) -> list[Outcome]:
    return list(workers.submit(documents, RULES, 60, NOW).results())


def titles(found: Sequence[Outcome]) -> list[str]:
    return [one.draft.title if isinstance(one, Prepared) else one.reason for one in found]


def test_outcomes_come_in_the_order_of_the_documents(workers: Workers) -> None:
    names = [f"n{number}" for number in range(40)]
    found = outcomes(workers, [a_document(name) for name in names])
    assert titles(found) == [f"Title of {name}" for name in names]
    assert all(isinstance(one, Prepared) and one.terms for one in found)


def test_a_text_too_short_to_tell_its_language_is_weighed_in_that_of_the_site() -> None:
    document = Document(
        origin="a.txt", body=b"Linked\n\nThe text of it.\n", media_type="text/plain", fetched_at=NOW
    )
    found = prepare(document, Rules(kind="files", site_language="en"), 60, NOW)
    assert isinstance(found, Prepared)
    assert (found.draft.language, {term for term, _ in found.terms}) == ("", {"linked", "text"})


def test_no_documents_need_no_process() -> None:
    idle = Workers(count=1)
    assert outcomes(idle, []) == []
    assert idle._pool is None
    idle.close()


def test_one_that_kills_its_worker_costs_only_itself(workers: Workers) -> None:
    documents = [a_document("a"), a_document("b", Deadly("text/plain")), a_document("c")]
    documents.append(Document(origin="d", body=b"\0\1\2", media_type="text/plain", fetched_at=NOW))
    documents.append(a_document("e", Hungry("text/plain")))
    found = outcomes(workers, documents)
    assert [isinstance(one, Prepared) for one in found] == [True, False, True, False, False]
    assert isinstance(found[1], ExtractError)
    assert found[1].origin == "b"
    assert "ended its worker process" in found[1].reason
    assert "too much memory" in titles(found)[4]


def test_one_that_hangs_is_given_up_and_the_next_is_prepared() -> None:
    workers = Workers(count=1, deadline=0.3)
    try:
        found = outcomes(workers, [a_document("a", Hanging("text/plain"))])
        assert titles(found) == ["normalizing it takes too long; it was given up"]
        workers._deadline = 60
        assert titles(outcomes(workers, [a_document("b")])) == ["Title of b"]
    finally:
        workers.close()
