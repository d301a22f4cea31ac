"""The files in docs/deploy do what they say, as far as that can be told without their hosts.

tests/slow/test_proxies.py runs the web servers' files.
"""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "docs" / "deploy"
CONTAINER = (DEPLOY / "Containerfile").read_text("utf-8")


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a program that is there."""
    text = (DEPLOY / "broadsheet.service").read_text("utf-8")
    assert "\nExecStart=/opt/broadsheet/bin/broadsheet run\n" in text
    path = tmp_path / "broadsheet.service"
    path.write_text(text.replace("/opt/broadsheet/bin/broadsheet", sys.executable))
    return path


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_understands_every_line_of_the_unit(unit: Path) -> None:
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_the_unit_leaves_little_exposed(unit: Path) -> None:
    command = ["systemd-analyze", "security", "--offline=yes", "--threshold=15", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_container_is_built_of_what_the_wheel_needs_and_nothing_else() -> None:
    copied = {
        path
        for line in re.findall(r"^COPY (?!--)(.+) \S+$", CONTAINER, re.MULTILINE)
        for path in line.split()
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {"pyproject.toml", project["project"]["readme"], *project["project"]["license-files"]}
    assert copied == needed | set(wheel["packages"]) | set(wheel["shared-data"])
    assert all((ROOT / path).exists() for path in copied)


def test_the_container_is_not_root_and_starts_a_command_that_exists() -> None:
    assert re.search(r"^USER [1-9][0-9]*:[1-9][0-9]*$", CONTAINER, re.MULTILINE)
    assert CONTAINER.endswith('ENTRYPOINT ["broadsheet"]\nCMD ["run"]\n')
    assert re.findall(r"^FROM (\S+)", CONTAINER, re.MULTILINE) == ["python:3.13-slim"] * 2


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (404, True), (500, False)])
def test_the_health_check_asks_the_server(
    httpserver: HTTPServer, status: int, healthy: bool
) -> None:
    httpserver.expect_request("/").respond_with_data("", status=status)
    assert asked(httpserver.port) == healthy


def test_the_health_check_fails_where_nothing_listens(httpserver: HTTPServer) -> None:
    port = httpserver.port
    httpserver.stop()
    assert not asked(port)
    httpserver.start()


def asked(port: int) -> bool:
    found = re.search(r"^HEALTHCHECK .* CMD (\[.*?\])$", CONTAINER, re.MULTILINE | re.DOTALL)
    assert found
    command = json.loads(found[1].replace("\\\n", ""))
    assert command[:2] == ["python", "-c"]
    code = command[2].replace("8000", str(port))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=10)
    return done.returncode == 0


def test_the_guide_names_each_file() -> None:
    guide = (ROOT / "docs" / "service.md").read_text("utf-8")
    assert all(f"deploy/{path.name}" in guide for path in DEPLOY.iterdir())
