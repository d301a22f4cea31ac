import re
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec

import click
import pytest
from click.testing import CliRunner

from feeds.cli import COMMANDS, main

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


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help_with_an_example(name: str) -> None:
    module, _, attribute = COMMANDS[name][0].partition(":")
    assert find_spec(module), f"{module} is missing"
    assert isinstance(getattr(import_module(module), attribute), click.Command)
    done = CliRunner().invoke(main, [name, "--help"])
    assert done.exit_code == 0
    assert re.search(r"Examples?:\n    broadsheet ", done.output)


def test_a_misspelt_command_brings_a_suggestion_and_exit_code_2() -> None:
    done = CliRunner().invoke(main, ["refesh"])
    assert done.exit_code == 2
    assert "No such command 'refesh'. Did you mean 'refresh'?" in done.output
    assert "Did you mean" not in CliRunner().invoke(main, ["xyzzy"]).output


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "feeds", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("broadsheet")
