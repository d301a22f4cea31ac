import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Text, delete, func, insert, select, update

from ingest.store import postings, schema
from ingest.store.engine import Store, Transaction, open_store
from ingest.store.postings import post_pending, put_terms, term_id
from ingest.store.terms import neighbours, shared

Weighted = Sequence[tuple[str, float]]

HARBOUR = [("harbour", 0.75), ("boat", 0.5), ("quay", 0.5)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path / "broadsheet.sqlite3")
    with store.write() as tx:
        tx.execute(
            insert(schema.source).values(
                id="s", name="s", kind="files", locator="*", next_due=0, settled=True
            )
        )
    yield store
    store.close()


def add(tx: Transaction, name: str, terms: Weighted, *, url: str = "https://example.org/") -> int:
    """Store a bare article with id `name`; returns its number."""
    texts = [c.name for c in schema.article.columns if isinstance(c.type, Text)]
    values: dict[str, object] = dict.fromkeys(texts, "")
    values |= {"id": name, "source": "s", "url": url, "text": f"About {name}.", "title": name}
    values |= {"published": 86_400.0, "first_seen": 0.0, "change": 1, "since": 1}
    key = tx.execute(insert(schema.article).values(values)).inserted_primary_key
    assert key is not None
    put_terms(tx, [(key[0], terms)])
    return int(key[0])


def near(tx: Transaction, name: str, **over: object) -> list[str]:
    while post_pending(tx, 7):
        pass
    return [found.id for found in neighbours(tx, name, **over)]  # type: ignore[arg-type]


@contextmanager
def filled(store: Store, *names: str) -> Iterator[Transaction]:
    """A transaction on a store of articles about the harbour and of others."""
    with store.write() as tx:
        for name in names:
            add(tx, name, HARBOUR)
        for number in range(5):
            add(tx, f"other{number}", [(f"word{number}", 0.75), ("boat", 0.625)])
        while post_pending(tx, 3):
            pass
        yield tx


def test_the_number_of_a_term_never_changes() -> None:
    assert term_id("harbour") == 179678263295545969
    assert all(0 <= term_id(str(i)) < 2**63 for i in range(1000))


def test_articles_that_share_rare_terms_are_closest(store: Store) -> None:
    with filled(store, "a", "b") as tx:
        found = neighbours(tx, "a")
    assert [one.id for one in found] == ["b", "other0", "other1", "other2", "other3", "other4"]
    assert 0.9 < found[0].score <= 1
    assert found[1].score < 0.4
    assert (found[0].title, found[0].text, found[0].published.day) == ("b", "About b.", 2)


def test_at_most_limit_ties_by_id(store: Store) -> None:
    with filled(store, "a", "d", "c", "b") as tx:
        assert near(tx, "a", limit=2) == ["b", "c"]


def test_an_article_that_is_not_stored_or_has_no_terms_has_no_neighbours(store: Store) -> None:
    with filled(store, "a") as tx:
        add(tx, "empty", [])
        assert near(tx, "empty") == near(tx, "unknown") == []


def test_new_terms_replace_the_old_ones(store: Store) -> None:
    with filled(store, "a", "b") as tx:
        number = tx.execute(select(schema.article.c.number).filter_by(id="b")).scalar_one()
        put_terms(tx, [(number, [("chess", 1.0)])])
        assert "b" not in near(tx, "a")
        put_terms(tx, [(number, [])])
        assert not post_pending(tx) or not post_pending(tx)
        held = select(func.count()).where(postings.article_term.c.article == number)
        assert tx.execute(held).scalar_one() == 0


@pytest.mark.parametrize("hidden", [{"removed_at": 1.0}, {"since": None}])
def test_what_may_not_be_shown_is_no_neighbour(store: Store, hidden: dict[str, object]) -> None:
    with filled(store, "a", "b", "c") as tx:
        tx.execute(update(schema.article).where(schema.article.c.id == "b").values(hidden))
        assert near(tx, "a", limit=1, extra_linkable=["b"]) == ["c"]


def test_only_what_can_be_linked_is_a_neighbour(store: Store) -> None:
    with filled(store, "a") as tx:
        for name in ("arriving", "exposed", "lost", "unknown"):
            add(tx, name, HARBOUR, url="")
        for number, name in enumerate(("exposed", "lost")):
            texts = [c.name for c in schema.entry.columns if isinstance(c.type, Text)]
            row: dict[str, object] = dict.fromkeys(texts, "")
            row |= {"article": name, "source": "s", "slug": name, "number": number, "judged": 1}
            row |= {"published": 1, "updated": number, "change": 1, "removed": name == "lost"}
            tx.execute(insert(schema.entry).values(row))
        assert near(tx, "a", limit=3, extra_linkable={"arriving"})[:2] == ["arriving", "exposed"]
        assert not {"lost", "unknown"} & set(near(tx, "a", extra_linkable={"arriving"}))


def test_a_term_of_almost_every_article_tells_nothing(store: Store) -> None:
    with store.write() as tx:
        for number in range(60):
            add(tx, f"x{number:02}", [("site", 0.7), (f"pair{number // 2}", 0.7)])
        assert near(tx, "x08") == ["x09"]


def test_the_answer_depends_on_neither_order_nor_numbers(store: Store) -> None:
    rng = random.Random(7)
    corpus = {
        f"a{n:03}": [(f"t{rng.randrange(200)}", rng.randrange(1, 1024) / 1024) for _ in range(12)]
        for n in range(150)
    }
    corpus |= {f"copy{n:03}": corpus["a000"] for n in range(30)}
    answers = []
    for seed in range(3):
        names = sorted(corpus)
        random.Random(seed).shuffle(names)
        with store.write() as tx:
            tx.execute(delete(postings.article_term))
            tx.execute(delete(postings.term))
            tx.execute(delete(postings.term_vector))
            tx.execute(delete(schema.article))
            for name in names:
                add(tx, name, list(dict(corpus[name]).items()))
            while post_pending(tx):
                pass
            answers.append([neighbours(tx, name, limit=10) for name in ("a000", "a077")])
    assert answers[0] == answers[1] == answers[2]
    assert [one.id for one in answers[0][0]] == [f"copy{n:03}" for n in range(10)]


def test_few_postings_find_the_candidates_and_every_term_ranks_them(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with filled(store, "a", "b", "c") as tx:
        everything = neighbours(tx, "a", limit=2)
        monkeypatch.setattr("ingest.store.terms._POSTINGS", 4)
        assert neighbours(tx, "a", limit=2) == everything


def test_many_unlinkable_articles_hide_no_linkable_one(store: Store) -> None:
    with filled(store, "a", "z") as tx:
        for number in range(40):
            add(tx, f"draft{number}", HARBOUR, url="")
        assert near(tx, "a", limit=1) == ["z"]


def test_what_two_articles_share_is_told_with_the_same_score(store: Store) -> None:
    with filled(store, "a", "b") as tx:
        add(tx, "c", [("quay", 0.75), ("elsewhere", 0.5)])
        add(tx, "d", [("nothing", 0.5)])
        while post_pending(tx):
            pass
        scores = {found.id: found.score for found in neighbours(tx, "a")}
        told = shared(tx, "a", ["c", "b", "d", "nosuch", "other1"])
        assert {id_: score for id_, (score, _) in told.items()} == {
            id_: scores[id_] for id_ in ("b", "c", "other1")
        }
        assert told["b"][1] == ("harbour", "quay", "boat")
        assert told["c"][1] == ("quay",)
        assert shared(tx, "nosuch", ["a"]) == {}
        assert shared(tx, "a", []) == {}


def test_the_terms_of_the_nearest_tell_the_topic(store: Store) -> None:
    """`c` and `d` share as much with `a`; only `c` is about what the nearest are about."""
    with store.write() as tx:
        add(tx, "a", [("strike", 0.75), ("port", 0.5)])
        for name in ("b1", "b2"):
            add(tx, name, [("strike", 0.75), ("port", 0.5), ("union", 0.25)])
        add(tx, "d", [("port", 0.5), ("wine", 0.75)])
        add(tx, "c", [("port", 0.5), ("union", 0.75)])
        found = dict(zip(near(tx, "a"), neighbours(tx, "a"), strict=True))
    assert list(found)[-2:] == ["c", "d"]
    assert found["c"].score == found["d"].score


def test_how_many_hold_a_term_is_what_is_posted(store: Store) -> None:
    with filled(store, "a", "b") as tx:
        number = tx.execute(select(schema.article.c.number).filter_by(id="b")).scalar_one()
        put_terms(tx, [(number, [("harbour", 0.5), ("chess", 0.5)])])
        while post_pending(tx):
            pass
        put_terms(tx, [(number, [("chess", 0.5)])])
        while post_pending(tx):
            pass
        held = select(postings.article_term.c.term, func.count()).group_by("term")
        kept = select(postings.term.c.term, postings.term.c.holders)
        every = tx.execute(select(func.count()).select_from(postings.term_vector)).scalar_one()
        expected = {postings.EVERY: every, **dict(map(tuple, tx.execute(held)))}
        assert dict(map(tuple, tx.execute(kept))) == expected
