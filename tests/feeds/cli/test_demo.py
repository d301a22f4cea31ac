import sys
from pathlib import Path

import feedparser
import pytest
from click.testing import CliRunner, Result

import feeds
from feeds.cli import main


def demo(*args: str) -> Result:
    done = CliRunner().invoke(main, ["demo", *args])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_demo_prints_its_feeds_and_where_to_subscribe_and_may_be_run_again() -> None:
    done = demo()
    assert done.exit_code == 0, done.output
    for name in ("all.rss", "all.atom"):
        path = Path("broadsheet-demo", "public", name)
        assert feedparser.parse(path.read_bytes()).entries
        assert str(path) in done.stdout
        assert f"  http://127.0.0.1:8000/{name}\n" in done.stdout
    assert "cd broadsheet-demo && " in done.stdout
    before = Path("broadsheet-demo", "public", "all.rss").stat().st_mtime_ns
    again = demo()
    assert again.exit_code == 0
    assert "unchanged  " in again.stdout
    assert Path("broadsheet-demo", "public", "all.rss").stat().st_mtime_ns == before


@pytest.mark.parametrize("found", [True, False])
def test_the_command_it_names_works_as_it_is_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: bool
) -> None:
    program = tmp_path / "a b" / "broadsheet"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent if found else tmp_path))
    monkeypatch.setattr("sys.argv", ["a b/broadsheet", "demo"])
    typed = "broadsheet" if found else f"'{program}'"
    assert f"cd broadsheet-demo && {typed} run`" in demo().stdout
    monkeypatch.setattr(
        "sys.argv", [str(Path(feeds.__file__ or "").with_name("__main__.py")), "demo"]
    )
    typed = "broadsheet" if found else f"{sys.executable} -m feeds"
    assert f"cd broadsheet-demo && {typed} run`" in demo().stdout


def test_a_file_in_its_way_is_told_plainly() -> None:
    Path("broadsheet-demo").write_text("")
    done = demo()
    assert done.exit_code == 1
    assert "broadsheet-demo" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_demo_whose_configuration_was_broken_gives_exit_code_2() -> None:
    Path("broadsheet-demo").mkdir()
    Path("broadsheet-demo", "broadsheet.toml").write_text("[site\n")
    done = demo()
    assert done.exit_code == 2
    assert "broadsheet.toml:1" in done.stderr
