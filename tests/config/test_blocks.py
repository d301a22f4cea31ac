"""Tables as text: whatever is in them is read back, and names can be used."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.blocks import append, free_name, table, toml
from config.load import ConfigError

SITE = '[site]\ntitle = "A"\nurl = "https://example.org/"\n'
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x7f"))


@given(TEXTS)
def test_a_text_is_read_back_as_it_is_and_no_variable_of_the_environment(text: str) -> None:
    read = tomllib.loads(f"a = {toml(text)}")["a"]
    assert re.sub(r"\$\$\{", "${", read) == re.sub(r"\$\$\{", "${", text.replace("${", "$${"))
    assert not re.search(r"(?<!\$)\$\{", read)


@given(st.text(), st.sets(st.sampled_from(["a", "a-2", "news", "b-1"])))
def test_a_name_is_one_that_nothing_has_or_none(words: str, taken: set[str]) -> None:
    name = free_name(words, taken)
    assert not name or (re.fullmatch("[a-z0-9]([a-z0-9-]*[a-z0-9])?", name) and name not in taken)


def test_a_long_title_is_cut_between_words() -> None:
    assert free_name("The " + "very " * 20 + "end", ()) == "the-very-very-very-very-very-very-very"


def test_a_file_without_a_last_line_end_gets_one(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(SITE + "# the end")
    append(path, table("source", {"name": "a", "files": "a/*", "tags": ()}), {})
    assert path.read_text() == SITE + '# the end\n\n[[source]]\nname = "a"\nfiles = "a/*"\n'


def test_what_does_not_load_leaves_everything_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(SITE)
    with pytest.raises(ConfigError, match=r"a\.toml:5: source\[1\]"):
        append(path, table("source", {"name": "a"}), {})
    with pytest.raises(ConfigError, match=r"new\.toml"):
        append(tmp_path / "new.toml", table("source", {"name": "a"}), {}, start=SITE)
    assert path.read_text() == SITE
    assert [p.name for p in tmp_path.iterdir()] == ["a.toml"]
