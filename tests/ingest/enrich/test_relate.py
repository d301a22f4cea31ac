import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ingest.article import Article, Candidate
from ingest.enrich.relate import FLOOR, relate

NOW = datetime(2026, 6, 1, tzinfo=UTC)
TEXT = " ".join(f"word{i}" for i in range(80))


def an_article(**over: object) -> Article:
    article = Article(
        id="urn:a", key="", source="s", origin="", title="Harbour opens", html="", text=TEXT,
        language="en", first_seen=NOW, published=NOW,
    )  # fmt: skip
    return replace(article, **over)  # type: ignore[arg-type]


def a_candidate(name: str, score: float = 0.5, **over: object) -> Candidate:
    text = " ".join(f"{name}{i}" for i in range(80))
    candidate = Candidate(
        id=f"urn:{name}", title=name, text=text, language="en", published=NOW, score=score
    )
    return replace(candidate, **over)  # type: ignore[arg-type]


def chosen(*candidates: Candidate, limit: int = 5, article: Article | None = None) -> list[str]:
    found = relate(article or an_article(), candidates, limit=limit, floor=FLOOR, now=NOW)
    return [related.id.removeprefix("urn:") for related in found]


def test_the_closest_come_first_up_to_the_limit() -> None:
    found = [a_candidate("b", 0.3), a_candidate("c", 0.6), a_candidate("d", 0.2)]
    assert chosen(*found, limit=2) == ["c", "b"]
    assert chosen(*found, limit=0) == []


def test_none_is_better_than_one_below_the_floor() -> None:
    assert chosen(a_candidate("b", FLOOR - 0.01), a_candidate("c", FLOOR)) == ["c"]


def test_hinted_ones_come_first_and_need_no_score() -> None:
    assert chosen(a_candidate("b", 0.9), a_candidate("c", 0.0, hinted=True)) == ["c", "b"]


def test_never_the_article_itself() -> None:
    assert chosen(a_candidate("a", 1.0, hinted=True)) == []


def test_never_a_copy() -> None:
    edited = TEXT.replace("word40", "changed")
    assert chosen(a_candidate("b", 0.9, text=edited, hinted=True)) == []


def test_an_updated_version_under_the_same_title_is_a_copy() -> None:
    cut = " ".join(TEXT.split()[:50])
    assert chosen(a_candidate("b", 0.9, text=cut)) == ["b"]
    assert chosen(a_candidate("b", 0.9, text=cut, title="HARBOUR opens!")) == []


def test_the_same_title_alone_makes_no_copy() -> None:
    assert chosen(a_candidate("b", title="Harbour opens")) == ["b"]


def test_of_near_copies_of_each_other_only_the_best() -> None:
    best = a_candidate("b", 0.6)
    assert chosen(best, a_candidate("c", 0.5, text=best.text), a_candidate("d", 0.4)) == ["b", "d"]


def test_the_same_language_comes_first() -> None:
    found = [
        a_candidate("b", 0.9, language="de"),
        a_candidate("c", 0.3, language="en-GB"),
        a_candidate("d", 0.2, language=""),
    ]
    assert chosen(*found) == ["c", "d", "b"]


def test_old_articles_lose_a_little() -> None:
    old = NOW - timedelta(days=4000)
    assert chosen(a_candidate("b", 0.5, published=old), a_candidate("c", 0.45)) == ["c", "b"]
    assert chosen(a_candidate("b", 0.5, published=old), a_candidate("c", 0.40)) == ["b", "c"]


def test_a_date_in_the_future_counts_as_now() -> None:
    future = NOW + timedelta(days=9000)
    assert chosen(a_candidate("b", 0.5, published=future), a_candidate("c", 0.49)) == ["b", "c"]


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_candidates_does_not_matter(seed: int) -> None:
    found = [a_candidate(name, 0.5) for name in "bcdefg"]
    random.Random(seed).shuffle(found)
    assert chosen(*found) == ["b", "c", "d", "e", "f"]
