import re
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec

import click
import pytest
from click.testing import CliRunner

from feeds.cli import COMMANDS, main
from tests.feeds.cli.commands import check_commands, documented_json

PROBE = """
import sys
from importlib.metadata import packages_distributions
before = set(sys.modules)
from feeds.cli import main
try:
    main(sys.argv[1:], prog_name="broadsheet")
finally:
    new = {name.partition(".")[0] for name in set(sys.modules) - before}
    others = new - set(sys.stdlib_module_names) - {"feeds", "click"}
    print("OTHERS", sorted(name for name in others if not name.startswith("_")))
"""


@pytest.mark.parametrize("option", ["--help", "--version", "-h"])
def test_help_and_version_import_click_and_nothing_else_of_third_parties(option: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, option], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "OTHERS []"


def test_help_names_every_command() -> None:
    text = CliRunner().invoke(main, ["--help"]).output
    assert all(f"  {name} " in text and line in text for name, (_, line) in COMMANDS.items())


def command(name: str) -> click.Command:
    module, _, attribute = COMMANDS[name][0].partition(":")
    assert find_spec(module), f"{module} is missing"
    found = getattr(import_module(module), attribute)
    assert isinstance(found, click.Command)
    return found


def help_of(*args: str) -> str:
    done = CliRunner().invoke(main, [*args, "--help"], terminal_width=80)
    assert done.exit_code == 0
    return done.output


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_has_an_example_and_exit_codes_and_fits_a_terminal(name: str) -> None:
    text = help_of(*name.split())
    assert re.search(r"^ *Examples?:\n +broadsheet ", text, re.MULTILINE)
    assert re.search(r"Exit\s+codes?", text)
    lines = [line for line in text.splitlines() if not line.startswith("    broadsheet ")]
    assert max(map(len, lines)) <= 80, "examples are for copying and may be longer"
    assert "\b" not in text


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_every_option_and_argument_is_explained(name: str) -> None:
    found = command(name) if name else main
    for param in found.params:
        if isinstance(param, click.Option):
            assert param.help, param.opts
            assert param.help[0].isupper(), param.help
            assert param.help.endswith("."), param.help
        else:
            assert (param.metavar or param.name or "").upper() in (found.help or "")


@pytest.mark.parametrize("name", COMMANDS)
def test_who_prints_json_says_what_is_in_it(name: str) -> None:
    prints = any("--json" in param.opts for param in command(name).params)
    assert bool(documented_json(name)) == prints


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_every_example_can_be_typed(name: str) -> None:
    epilog = (command(name) if name else main).epilog or ""
    examples = [line for line in epilog.splitlines() if line.startswith("  broadsheet ")]
    assert examples
    for line in examples:
        check_commands(line)


def test_a_misspelt_command_brings_a_suggestion_and_exit_code_2() -> None:
    done = CliRunner().invoke(main, ["refesh"])
    assert done.exit_code == 2
    assert "No such command 'refesh'. Did you mean 'refresh'?" in done.output
    assert "Did you mean" not in CliRunner().invoke(main, ["xyzzy"]).output


@pytest.mark.parametrize("args", [["refresh", "--alow-removal"], ["--verbos"], ["check", "--jsn"]])
def test_a_misspelt_option_brings_a_suggestion_and_exit_code_2(args: list[str]) -> None:
    done = CliRunner().invoke(main, args)
    assert done.exit_code == 2
    assert re.search("Did you mean (one of: )?'--", done.stderr)


@pytest.mark.parametrize("given", ["--config=a.toml", "--version"])
def test_an_option_behind_the_command_that_belongs_before_it_is_told_so(given: str) -> None:
    done = CliRunner().invoke(main, ["check", given])
    assert done.exit_code == 2
    name = given.partition("=")[0]
    assert f"{name} stands before the name of the command." in done.stderr


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "feeds", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("broadsheet")


def test_ctrl_c_ends_any_command_as_shells_expect(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_text: str, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("feeds.cli.manual.commands_page", interrupted)
    done = CliRunner().invoke(main, ["man", "--markdown"])
    assert (done.exit_code, done.stdout, done.stderr) == (130, "", "Interrupted.\n")
