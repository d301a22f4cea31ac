"""Files of rules for pages of single hosts: read, checked and told apart."""

from pathlib import Path

import pytest

from config.load import ConfigError, load
from config.rules import MOST, read_rules, with_rules
from config.settings import Settings
from feeds.cli.common import RULE_READERS

SITE = (
    '[site]\ntitle = "News"\nurl = "https://example.org"\n[[source]]\nname = "a"\nfiles = "a/*"\n'
)


def settings_with(folder: Path, **files: str) -> Settings:
    (folder / "broadsheet.toml").write_text(SITE)
    (folder / "data" / "rules").mkdir(parents=True)
    for name, text in files.items():
        (folder / "data" / "rules" / name).write_text(text)
    return with_rules(load(folder / "broadsheet.toml", {}), RULE_READERS)


def told(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_rules(path, RULE_READERS)
    return [f"{p.line}:{p.key}: {p.message}" for p in caught.value.problems]


def test_each_file_is_for_the_host_that_its_name_says(tmp_path: Path) -> None:
    text = 'title = "h1.head"\nstrip = "aside"\nbody = "//div[@id=\'story\']"\n'
    found = settings_with(tmp_path, **{"www.example.org.toml": text, ".a.toml": "x", "README": "x"})
    [rules] = found.rules
    assert (rules.host, rules.title, rules.strip) == ("example.org", "h1.head", ("aside",))
    assert (rules.body, rules.author, rules.date) == ("//div[@id='story']", "", "")


def test_a_folder_without_rules_is_none(tmp_path: Path) -> None:
    (tmp_path / "broadsheet.toml").write_text(SITE)
    settings = load(tmp_path / "broadsheet.toml", {})
    assert with_rules(settings, RULE_READERS) is settings


def test_every_problem_is_told_with_its_line_and_key(tmp_path: Path) -> None:
    path = tmp_path / "example.org.toml"
    path.write_text('title = "h1["\nbodi = "p"\ndate = 3\nstrip = ["p", "//a["]\nhost = "x"\n')
    title, body, date, strip, host = told(path)
    assert title.startswith("1:title: 'h1[' is not a CSS selector")
    assert body.startswith("2:bodi: there is no such key; there are title, author, date, body")
    assert body.endswith("did you mean `body`?")
    assert date == "3:date: write a text in quotes"
    assert strip.startswith("4:strip[2]: '//a[' cannot be used")
    assert host == "5:host: the name of the file says the host; take it out"


@pytest.mark.parametrize("name", ["Example.org.toml", "a b.toml", "-.toml", "example.org", ".toml"])
def test_a_name_that_is_no_host_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("")
    assert "name it by its host" in told(tmp_path / name)[0]


def test_what_is_no_file_of_rules_is_told(tmp_path: Path) -> None:
    path = tmp_path / "example.org.toml"
    path.write_text("title = ")
    assert told(path)[0].startswith("1:: is not valid TOML")
    path.write_text("#" * 70_000)
    assert told(path) == ["0:: is longer than 64,000 characters"]


def test_two_files_for_one_host_and_too_many_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"www.example.org.toml: is for example.org"):
        settings_with(tmp_path, **{"example.org.toml": "", "www.example.org.toml": ""})
    for number in range(MOST):
        (tmp_path / "data" / "rules" / f"{number}.example.org.toml").touch()
    with pytest.raises(ConfigError, match="more than 1,000"):
        with_rules(load(tmp_path / "broadsheet.toml", {}), RULE_READERS)
