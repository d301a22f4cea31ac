"""The pages that are made of the code are current, complete and well-formed.

`pytest --update-golden tests/docs` writes them anew.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt

from config.reference import reference
from config.settings import Settings
from config.wording import model_at, options
from feeds.cli import COMMANDS, main
from feeds.cli.manual import commands_page, configuration_page, manual_page
from feeds.cli.rules import rules_page

DOCS = Path(__file__).parents[2] / "docs"
HOW = "Made of the code by `pytest --update-golden tests/docs`: change it there."


def test_the_committed_pages_are_what_the_code_makes(golden: Callable[[str, bytes], None]) -> None:
    pages = {
        "commands.md": f"<!-- {HOW} -->\n\n{commands_page(main)}",
        "configuration.md": f"<!-- {HOW} -->\n\n{configuration_page()}",
        "lint.md": f"<!-- {HOW} -->\n\n{rules_page()}",
        "broadsheet.1": f'.\\" {HOW}\n{manual_page(main)}',
    }
    for name, text in pages.items():
        golden(str(DOCS / name), text.encode())


def test_the_command_prints_them_too() -> None:
    assert CliRunner().invoke(main, ["man"]).output == manual_page(main)
    both = f"{commands_page(main)}\n{configuration_page()}"
    assert CliRunner().invoke(main, ["man", "--markdown"]).output == both


def test_every_option_of_the_configuration_is_explained() -> None:
    tables = {"site", "fetch", "server", "openai", "source", "feed", "notify"}
    explained = {
        (table.header.strip("[]"), option.key)
        for table in reference()
        for group in table.groups
        if group.text
        for option in group.options
    }
    models = {"": Settings} | {name: model_at((name,)) for name in tables}
    wanted = {(name, key) for name, model in models.items() for key in options(model)}
    assert explained == wanted - {("", name) for name in tables}


@pytest.mark.parametrize(
    ("key", "facts"),
    [
        ("related", ("number", "0 to 10", "default `5`")),
        ("gap", ("duration", 'default `"2 seconds"`')),
        ("every", ("duration", "at least 10 seconds", 'for example `"1 minute"`')),
        ("formats", ('list of "rss" or "atom" or "json"', 'default `["rss", "atom", "json"]`')),
        ("url", ("address", "required")),
        ("port", ("number", "0 to 65,535", "default `8000`")),
        ("on_gone", ('"keep" or "remove"', 'for example `"remove"`')),
        ("allow_private", ("list of networks",)),
        ("related_links", ("true or false", "default `true`")),
    ],
)
def test_types_limits_and_defaults_are_told_in_words(key: str, facts: tuple[str, ...]) -> None:
    groups = chain.from_iterable(table.groups for table in reference())
    found = [option for group in groups for option in group.options if option.key == key]
    assert found[0].facts[: len(facts)] == facts


def test_the_markdown_shows_every_word_and_no_accidental_markup() -> None:
    for page in (commands_page(main), configuration_page()):
        html = MarkdownIt().render(page)
        assert not re.search("<(em|strong|img|a|h[4-6])", html)
    assert "* is any part of a name, ** any folders" in html


@pytest.mark.skipif(not shutil.which("man"), reason="man is not installed")
def test_man_shows_the_page_without_a_warning(tmp_path: Path) -> None:
    page = tmp_path / "broadsheet.1"
    page.write_text(manual_page(main), encoding="utf-8")
    env = {**os.environ, "MANWIDTH": "500", "LC_ALL": "C.UTF-8", "MAN_KEEP_FORMATTING": ""}
    done = subprocess.run(
        ["man", "--warnings", "-l", str(page)], env=env, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    shown = " ".join(re.sub(".\b", "", done.stdout).split())
    assert all(f"broadsheet {name} [OPTIONS]" in shown for name in COMMANDS)
    assert "* is any part of a name, ** any folders, {a,b} either." in shown
    assert "jq -r '.problems[].message'" in shown
    assert "--allow-removal" in shown


@pytest.mark.skipif(not shutil.which("mandoc"), reason="mandoc is not installed")
def test_mandoc_finds_nothing_wrong_but_the_missing_date(tmp_path: Path) -> None:
    page = tmp_path / "broadsheet.1"
    page.write_text(manual_page(main), encoding="utf-8")
    done = subprocess.run(["mandoc", "-T", "lint", str(page)], capture_output=True, text=True)
    assert [line for line in done.stdout.splitlines() if "missing date" not in line] == []
