import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from feeds.cli import COMMANDS, main
from tests.feeds.cli.commands import LEAST, PAGES

PROBE = """
import sys
from feeds.cli import main
try:
    main(prog_name="broadsheet")
finally:
    print(sorted(name for name in sys.modules if name.startswith(("feeds.", "ingest", "config"))))
"""


def offered(line: str, incomplete: str = "") -> list[tuple[str, str]]:
    """What a shell is told when Tab is pressed: (kind, word) pairs."""
    complete = ShellComplete(main, {}, "broadsheet", "_BROADSHEET_COMPLETE")
    found = complete.get_completions(line.split(), incomplete)
    return [(item.type, item.value) for item in found]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "broadsheet.toml"
    path.write_text(LEAST + PAGES + '[[feed]]\nname = "town"\n')
    return path


@pytest.mark.parametrize("incomplete", ["", "re", "--"])
def test_names_of_commands_are_completed_without_importing_them(incomplete: str) -> None:
    asked = {"COMP_WORDS": f"broadsheet {incomplete}", "COMP_CWORD": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        env={**os.environ, **asked, "_BROADSHEET_COMPLETE": "bash_complete"},
        capture_output=True,
        text=True,
        check=True,
    )
    *found, modules = done.stdout.splitlines()
    wanted = ["--config", "--quiet"] if incomplete == "--" else [*COMMANDS]
    assert {f"plain,{word}" for word in wanted if word.startswith(incomplete)} <= set(found)
    assert modules == "['feeds.cli']"


@pytest.mark.usefixtures("config")
def test_names_of_sources_and_feeds_are_completed_from_the_configuration() -> None:
    assert offered("refresh") == offered("ingest") == [("plain", "inbox"), ("plain", "pages")]
    assert offered("refresh", "pa") == [("plain", "pages")]
    assert offered("refresh pages") == [("plain", "inbox")]
    assert offered("publish") == [("plain", "town")]


def test_feeds_that_are_made_are_completed_where_they_are_published(config: Path) -> None:
    maker = '[[feed]]\nname = "on"\neach = "tag"\n[[feed]]\nname = "by"\neach = "author"\n'
    config.write_text(LEAST + maker)
    for path in ("editions/on-energy", "editions/one", "private/by-ann", "editions/town"):
        (config.parent / "data" / path).with_suffix(".json").parent.mkdir(
            parents=True, exist_ok=True
        )
        (config.parent / "data" / path).with_suffix(".json").write_text("{}")
    names = ["on", "by", "by-ann", "on-energy"]
    assert offered("explain") == [("plain", name) for name in names]
    assert offered("explain", "on-") == [("plain", "on-energy")]


def test_the_configuration_is_the_one_that_is_named(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = config.with_name("other.toml")
    other.write_text(LEAST)
    assert offered("--config other.toml refresh") == [("plain", "inbox")]
    assert offered("--config other.toml publish") == [("plain", "all")], "the feed of no feed"
    monkeypatch.setenv("BROADSHEET_CONFIG", str(other))
    assert offered("refresh") == [("plain", "inbox")]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[[source]\n",
        b"source = 1\n",
        b"[source]\nname = 1\n",
        b"[[source]]\nname = 1\n[[source]]\nname = 'a\\nb'\n[[source]]\nname = 'a b;c'\n",
        b"\xff\xfe\x00",
        b"a = " + b"[" * 50_000,
        b"# " + b"x" * 2_000_000 + b"\n[[source]]\nname = 'late'\n",
    ],
)
def test_a_configuration_that_cannot_be_read_offers_nothing_and_says_nothing(
    config: Path, text: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    config.write_bytes(text)
    assert offered("refresh") == []
    config.unlink()
    assert offered("refresh") == []
    os.mkfifo(config)
    assert offered("refresh") == []
    assert offered("--config ~nobody/x refresh") == []
    assert capfd.readouterr() == ("", "")


def test_files_are_completed_where_files_are_meant() -> None:
    assert offered("--config", "br") == offered("extract", "br") == [("file", "br")]
    assert offered("init", "ne") == [("dir", "ne")]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_is_printed_for_each_shell(shell: str) -> None:
    done = CliRunner().invoke(main, ["completion", shell])
    assert done.exit_code == 0
    assert f"_BROADSHEET_COMPLETE={shell}_complete" in done.stdout


def test_another_shell_is_refused() -> None:
    done = CliRunner().invoke(main, ["completion", "csh"])
    assert done.exit_code == 2
    assert "'bash', 'zsh', 'fish'" in done.stderr
