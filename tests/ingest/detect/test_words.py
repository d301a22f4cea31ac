"""detect.toml says nothing twice, and nothing that could never match."""

import tomllib
from importlib import resources

import pytest

from ingest.detect.links import spoken

DATA = tomllib.loads(resources.files("ingest.detect").joinpath("detect.toml").read_text("utf-8"))


@pytest.mark.parametrize("table", ["next", "buttons"])
def test_phrases_are_written_as_they_are_compared(table: str) -> None:
    for phrases in DATA[table].values():
        assert [spoken(phrase) for phrase in phrases] == phrases
        assert len(set(phrases)) == len(phrases)


def test_headings_and_names_are_in_lower_case() -> None:
    phrases = [phrase for some in DATA["headings"].values() for phrase in some]
    names = [
        name for table in ("places", "addresses") for some in DATA[table].values() for name in some
    ]
    assert [one.casefold() for one in phrases] == phrases
    assert [one.lower() for one in names] == names
