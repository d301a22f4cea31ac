"""What README and the guides name is there: pages, headings, files, commands, options, settings."""

import re
from pathlib import Path

import click
import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from config.load import load
from config.reference import reference
from config.rules import read_rules
from feeds.cli import COMMANDS, main
from feeds.cli.common import RULE_READERS
from tests.feeds.cli.commands import LEAST, check_commands

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


def tokens(page: Path) -> list[Token]:
    """Every token of a page, those inside of paragraphs and tables too."""
    found = MarkdownIt().enable("table").parse(page.read_text("utf-8"))
    return [inner for token in found for inner in (token, *(token.children or ()))]


def anchors(page: Path) -> set[str]:
    """What may stand behind # in a link to a page, as code hosts make it of headings."""
    lines = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


@pytest.mark.parametrize("name", NAMES)
def test_every_link_leads_somewhere(name: str) -> None:
    page = ROOT / name
    links = [str(token.attrs["href"]) for token in tokens(page) if token.type == "link_open"]
    for link in links:
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        assert not anchor or anchor in anchors(target), link


def shell(name: str) -> list[str]:
    """Every block of shell of a page, without the files it writes."""
    blocks = [t.content for t in tokens(ROOT / name) if t.type == "fence" and t.info == "sh"]
    return [re.sub(r"(?s)<<'END'\n.*?\nEND\n", "\n", block) for block in blocks]


def inline(name: str) -> list[str]:
    """What stands in backticks."""
    return [token.content for token in tokens(ROOT / name) if token.type == "code_inline"]


@pytest.mark.parametrize("name", NAMES)
def test_every_command_line_can_be_typed(name: str) -> None:
    for text in shell(name) + inline(name):
        if "broadsheet " in text:
            check_commands(text)


def test_lines_that_cannot_be_typed_would_be_noticed() -> None:
    assert check_commands("cd x && broadsheet -q refresh --all inbox | cat") == 1
    assert check_commands("sudo -u broadsheet /opt/broadsheet/bin/broadsheet status") == 1
    assert check_commands("sudo systemctl reload broadsheet") == 0
    for line in ("x && broadsheet refesh", "a/bin/broadsheet status --jsn", "broadsheet --quite"):
        with pytest.raises(click.UsageError):
            check_commands(line)


@pytest.mark.parametrize("name", NAMES)
def test_every_option_in_backticks_is_an_option(name: str) -> None:
    root = click.Context(main)
    commands = [main, *(main.get_command(root, each) for each in COMMANDS)]
    known = {opt for each in commands if each for param in each.params for opt in param.opts}
    named = {span for span in inline(name) if re.fullmatch(r"--[a-z][a-z-]+", span)}
    assert named <= known | {"--help"}


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_in_backticks_is_one(name: str) -> None:
    known = {opt.key for table in reference() for group in table.groups for opt in group.options}
    named = [re.match(r"([a-z_]+) = ", span) for span in inline(name)]
    assert {match[1] for match in named if match} <= known


@pytest.mark.parametrize("name", NAMES)
def test_every_piece_of_configuration_loads(name: str, tmp_path: Path) -> None:
    for token in tokens(ROOT / name):
        if token.type == "fence" and token.info == "toml":
            if rules := re.match(r"# data/rules/(\S+)\n", token.content):
                (tmp_path / rules[1]).write_text(token.content, encoding="utf-8")
                assert read_rules(tmp_path / rules[1], RULE_READERS).body
                continue
            text = token.content if "[site]" in token.content else LEAST + token.content
            (tmp_path / "broadsheet.toml").write_text(text, encoding="utf-8")
            load(tmp_path / "broadsheet.toml", {"HOME": "/home/ada", "CHAT_SECRET": "s3cret"})


def test_the_readme_has_every_command_and_every_exit_code() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    table = text[text.index("## Commands") : text.index("## How it works")]
    assert set(COMMANDS) <= set(re.findall(r"`([a-z-]+)`", table))
    codes = (main.epilog or "").partition("Exit codes:\n")[2].partition("\n\n")[0]
    for line in codes.splitlines():
        number, meaning = line.split(maxsplit=1)
        assert f"| {number} | {meaning} |" in table


def test_the_readme_leads_to_every_page() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert all(f"({name})" in text for name in NAMES if name.startswith("docs/"))
