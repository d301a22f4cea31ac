"""The table of what always holds is whole, and each test it names is there."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "invariants.md"
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+) \|$", re.MULTILINE)
NAME = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


def test_all_forty_are_there_and_each_names_tests_that_exist() -> None:
    rows = ROW.findall(PAGE.read_text("utf-8"))
    assert [int(number) for number, _, _ in rows] == list(range(1, 41))
    for number, what, names in rows:
        found = NAME.findall(names)
        assert len(what) > 20
        assert found, number
        assert NAME.sub("", names).split() == [], number
        for path, name in found:
            text = (TESTS / path).read_text("utf-8")
            assert re.search(rf"^def {name}\(", text, re.MULTILINE), f"{number}: {path}::{name}"
