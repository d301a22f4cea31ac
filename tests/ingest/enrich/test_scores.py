import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.enrich.scores import rouge

WORDS = ("the", "bridge", "is", "open", "again", "since", "monday")
TEXTS = st.lists(st.sampled_from(WORDS), max_size=12)


def test_the_measures_of_the_paper() -> None:
    # Lin 2004, section 3: "police killed the gunman" against "police kill the gunman" and
    # "the gunman kill police".
    found = rouge("police kill the gunman", ["police killed the gunman"])
    assert found == pytest.approx((0.75, 1 / 3, 0.75))
    assert rouge("the gunman kill police", ["police killed the gunman"]).longest == 0.5


def test_the_closest_reference_counts() -> None:
    assert rouge("The bridge is open.", ["a ship", "the bridge is open"]) == (1.0, 1.0, 1.0)
    assert rouge("The bridge is open.", []) == rouge("", ["x"]) == (0.0, 0.0, 0.0)


@given(TEXTS, TEXTS)
def test_it_is_symmetric_and_between_0_and_1(a: list[str], b: list[str]) -> None:
    one, other = rouge(" ".join(a), [" ".join(b)]), rouge(" ".join(b), [" ".join(a)])
    assert one == other
    assert all(0 <= value <= 1 for value in one)
    assert one.two <= one.one + 1e-9
    assert one.longest <= one.one + 1e-9
