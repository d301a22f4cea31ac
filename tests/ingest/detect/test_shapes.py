"""Every shape of list that lists.py knows is found whole, in order, with what stands beside it."""

import pytest

from ingest.detect import ListRules, Selectors
from ingest.urls import canonical_url
from tests.ingest.detect.lists import ARTICLES, SHAPES, TITLES, URL, Shape, a_page, found

shapes = pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))


@shapes
def test_the_articles_are_found_in_page_order_and_nothing_else(shape: Shape) -> None:
    items = found(a_page(shape)).items
    assert [item.title for item in items] == list(TITLES)
    if "{path}" in shape.item or "{url}" in shape.item:
        assert [item.url for item in items] == [article.url for article in ARTICLES]
    assert [item.url for item in items] == [canonical_url(item.url) for item in items]


@pytest.mark.parametrize("shape", [s for s in SHAPES.values() if s.dated])
def test_dates_are_read_from_the_page(shape: Shape) -> None:
    days = [item.published and item.published.date() for item in found(a_page(shape)).items]
    assert days == [article.day.date() for article in ARTICLES]


def test_a_page_without_dates_gives_none() -> None:
    page = a_page(SHAPES["Links elsewhere, with comments"])
    assert {item.published for item in found(page).items} == {None}


@pytest.mark.parametrize("shape", [s for s in SHAPES.values() if s.summed])
def test_summaries_are_read_from_the_page_without_their_button(shape: Shape) -> None:
    summaries = [item.summary for item in found(a_page(shape)).items]
    assert summaries == [article.teaser for article in ARTICLES]


def test_images_are_the_best_of_their_set_and_absolute() -> None:
    images = [item.image for item in found(a_page(SHAPES["Ghost"])).items]
    assert images[0] == "https://www.millbrook.example/i/1-900.jpg"
    lazy = found(a_page(SHAPES["Cards below a link without text"])).items
    assert lazy[1].image == "https://www.millbrook.example/i/2.jpg"


def test_authors_are_persons_without_by() -> None:
    items = found(a_page(SHAPES["WordPress, classic theme"])).items
    assert {item.authors for item in items} == {("Ann Bee",)}


@shapes
def test_a_guess_says_where_it_was_found_so_that_a_selector_finds_it_again(shape: Shape) -> None:
    page = a_page(shape)
    detection = found(page)
    [taken, *_] = detection.guesses
    assert taken.rejected == ""
    again = found(page, ListRules(selectors=Selectors(link=taken.where)))
    assert {item.url for item in detection.items} <= {item.url for item in again.items}


@shapes
def test_guesses_are_ranked_and_say_why(shape: Shape) -> None:
    guesses = found(a_page(shape)).guesses
    rejected = [guess for guess in guesses if guess.rejected]
    assert [g.score for g in rejected] == sorted((g.score for g in rejected), reverse=True)
    assert all(0 <= guess.score < 1 and guess.reasons and guess.count for guess in guesses)
    assert all(len(guess.items) <= 5 for guess in rejected)
    assert found(a_page(shape), url=URL) == found(a_page(shape), url=URL)
