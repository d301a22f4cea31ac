"""The tree is the architecture: contracts on imports, and names that nobody else may use."""

from importlib.metadata import distributions, version
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parent.parent


def test_imports_keep_the_contracts(capsys: pytest.CaptureFixture[str]) -> None:
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_no_other_distribution_ships_a_package_of_ours() -> None:
    ours = {"config", "ingest", "feeds"}
    found = {
        (distribution.metadata["Name"], file.parts[0])
        for distribution in distributions()
        if distribution.metadata["Name"] != "broadsheet"
        for file in distribution.files or ()
        if file.parts[0].removesuffix(".py") in ours
    }
    assert not found


def test_modules_stay_short_enough_to_be_read() -> None:
    sizes = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines())
        for package in ("config", "ingest", "feeds")
        for path in (ROOT / package).rglob("*.py")
    }
    assert {name: size for name, size in sizes.items() if size > 300} == {}


def test_the_version_is_the_one_that_is_installed() -> None:
    assert f'version = "{version("broadsheet")}"' in (ROOT / "pyproject.toml").read_text("utf-8")
