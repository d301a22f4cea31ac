"""The filters of a feed, as far as the configuration knows them."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from config.filter import Filter
from tests.costs import no_runaway


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"image": False},
        {"put": "x"},
        {"image": True, "share": 2},
        {"include": "a", "find": "b"},
    ],
)
def test_each_names_one_thing(options: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="name one of include"):
        Filter.model_validate(options)


def test_what_it_does() -> None:
    assert Filter.model_validate({"embargo": "2 hours"}).embargo == timedelta(hours=2)
    assert Filter(share=3).kind == "share"
    assert Filter(find="a").kind == "find"


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(a*)*b", "must not be repeated"),
        ("(a|a)+b", "must not be repeated"),
        ("(?:a?){9}b", "must not be repeated"),
        ("a*a*a*b", "more than 2 of"),
        (r".{0,9}.{0,9}.{0,9}x", "more than 2 of"),
        ("a?a?a?a?a?b", "more than 4 of"),
        (r"(a)\1", "refer to what it found"),
        ("(?=a)b", r"write no \(\?"),
        ("(?i)b", r"write no \(\?"),
        ("(a", "is no pattern"),
        ("[a", "is no pattern"),
        ("a**", "is no pattern"),
        ("[[:alpha:]]", "is no pattern"),
    ],
)
def test_patterns_that_may_take_for_ever_are_refused(pattern: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Filter(find=pattern)


@pytest.mark.parametrize(
    "pattern", ["^Ad: *", r"\[[^\]]*\]", "(?:Live|Breaking|New): ?", r"\(\d+\)$"]
)
def test_patterns_of_daily_life_are_taken(pattern: str) -> None:
    assert Filter(find=pattern).find == pattern


def test_the_worst_that_is_taken_ends() -> None:
    import re

    worst = Filter(find="a*(?:a|a)(?:a|a)a*b").find
    with no_runaway():
        assert not re.search(worst, "a" * 300)
