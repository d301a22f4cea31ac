import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ingest.enrich
from ingest.enrich.terms import stop_words, terms
from tests.costs import no_runaway

LISTS = Path(ingest.enrich.__file__).with_name("stopwords").glob("*.txt")
LANGUAGES = sorted(path.stem for path in LISTS)


def names(title: str, text: str, language: str = "en", tags: tuple[str, ...] = ()) -> list[str]:
    return [term for term, _ in terms(title, text, language, tags)]


def test_function_words_and_bare_numbers_are_no_terms() -> None:
    assert sorted(names("", "The harbour was closed for 10 weeks in 2024.")) == [
        "closed",
        "harbour",
    ]


def test_forms_of_one_word_are_one_term() -> None:
    assert names("", "Boat boats BOATS boat's cities city") == ["boat", "city"]
    assert names("", "glass bus analysis") == ["analysis", "bus", "glass"]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "l’homme qu'il aime", ["aime", "homme"]),
        ("tr", "Ankara'da", ["ankara"]),
        ("it", "dell'arte", ["arte"]),
        ("uk", "подвір'я", ["подвір"]),
        ("hi", "हिन्दी", ["हिन्दी"]),
        ("zh", "北京大学", ["京大", "北京", "大学"]),
        ("th", "ไทย", ["ทย", "ไท"]),
        ("ja", "AIの時代", ["ai", "の時", "時代"]),
    ],
)
def test_terms_in_many_languages(language: str, text: str, expected: list[str]) -> None:
    assert sorted(names("", text, language)) == sorted(expected)


def test_the_languages_with_function_words() -> None:
    assert " ".join(LANGUAGES) == "ar da de en es fi fr it nb nl pl pt ru sv tr uk"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_function_words(language: str) -> None:
    assert len(stop_words(language)) > 150
    assert all(word == word.casefold() for word in stop_words(language))
    assert names("", " ".join(stop_words(language)), language) == []


def test_a_language_without_a_list_has_no_function_words() -> None:
    assert stop_words("tlh") == stop_words("") == stop_words("../en") == frozenset()


def test_words_of_title_and_tags_weigh_more() -> None:
    found = dict(terms("Harbour", "harbour quay storm", "en", ["storm"]))
    assert found["harbour"] == found["storm"] > found["quay"]


def test_at_most_64_terms_the_most_frequent_first() -> None:
    text = " ".join(f"word{i}x" for i in range(500)) + " herring herring"
    found = terms("", text, "en")
    assert len(found) == 64
    assert found[0][0] == "herring"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=400))
def test_any_text_gives_a_unit_vector_or_nothing(title: str, text: str) -> None:
    found = terms(title, text, "en")
    assert found == terms(title, text, "en")
    assert len({term for term, _ in found}) == len(found) <= 64
    if found:
        assert math.isclose(sum(weight**2 for _, weight in found), 1, abs_tol=0.02)
        assert all(0 < weight <= 1 and weight * 1024 == int(weight * 1024) for _, weight in found)


@pytest.mark.parametrize("unit", ["a", "ab ", "a'", "'", "字", "e\u0301", "\u0301"])
def test_hostile_input_costs_little(unit: str) -> None:
    with no_runaway():
        assert len(terms(unit * 300_000, unit * 300_000, "en", [unit * 300_000])) <= 64
