import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.similarity import shingles, similarity, title_key, words

TEXT = " ".join(f"word{i}" for i in range(100))


def test_the_same_text_in_other_case_and_punctuation_is_the_same() -> None:
    assert similarity("Boats, boats: come HOME!", "boats boats come home") == 1


def test_an_edit_costs_little_and_another_text_shares_nothing() -> None:
    assert 0.8 < similarity(TEXT, TEXT.replace("word50", "changed")) < 1
    assert similarity(TEXT, " ".join(reversed(TEXT.split()))) == 0


def test_texts_without_words_are_like_nothing() -> None:
    assert similarity("", "") == similarity("...", "!") == 0


def test_characters_are_the_words_of_unspaced_scripts() -> None:
    assert words("北京 ABC ไทย") == ["北", "京", "abc", "ไ", "ท", "ย"]
    assert 0 < similarity("今天天气很好我们去", "今天天气很好他们来") < 1


def test_long_texts_are_compared_by_their_beginning() -> None:
    assert len(shingles("abc " * 10**6)) == 1
    assert len(shingles(" ".join(map(str, range(10**5))))) < 20_000


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("The Harbour — opens!", "theharbouropens"),
        ("ﬁne STRAßE", "finestrasse"),
        ("Cafe\u0301", "café"),
        ("हिन्दी", "हिन्दी"),
        ("?!", ""),
    ],
)
def test_titles_are_folded(title: str, key: str) -> None:
    assert title_key(title) == key


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_laws(a: str, b: str) -> None:
    assert title_key(title_key(a)) == title_key(a)
    assert similarity(a, b) == similarity(b, a)
    assert 0 <= similarity(a, b) <= 1
    assert similarity(a, a) == (1 if words(a) else 0)
