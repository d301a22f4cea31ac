from datetime import timedelta

import pytest

from ingest.spans import spoken


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (-5, "0 seconds"),
        (1, "1 second"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (3_600, "60 minutes"),
        (7_200, "2 hours"),
        (2 * 86_400 - 1, "48 hours"),
        (9.4 * 86_400, "9 days"),
    ],
)
def test_a_span_is_told_in_the_largest_unit_it_holds_two_of(seconds: float, words: str) -> None:
    assert spoken(timedelta(seconds=seconds)) == words
