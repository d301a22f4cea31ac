"""What real shells complete, and what a real terminal shows."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.feeds.processes import command, environment
from tests.feeds.terminal import Terminal, on_terminal
from tests.newsroom import Newsroom, a_text

pytestmark = pytest.mark.slow

CONFIG = """\
[site]
title = "Harbour News"
url = "https://example.org/"
[[source]]
name = "inbox"
files = "articles/**/*.txt"
[[source]]
name = "pages"
urls = ["https://a.example/"]
[[feed]]
name = "town"
"""
SHELLS = {
    "bash": ("completion.bash", ["bash", "--norc", "--noprofile", "-i"], ". ./completion.bash"),
    "zsh": (
        "_broadsheet",
        ["zsh", "-f", "-i"],
        "fpath=($PWD $fpath); autoload -U compinit; compinit -u",
    ),
}
ROOT = Path(__file__).parents[2]


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    """A folder with a configuration and a `broadsheet` that shells find."""
    program = tmp_path / "bin" / "broadsheet"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m feeds "$@"\n')
    program.chmod(0o755)
    return Newsroom(tmp_path, CONFIG)


def shell_env(folder: Path) -> dict[str, str]:
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    return {"PATH": path, "HOME": str(folder), "TERM": "xterm", "LC_ALL": "C.UTF-8", "PS1": "> "}


def script(folder: Path, shell: str, name: str) -> None:
    """Write what `broadsheet completion` prints; skips where there is no such shell."""
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    done = subprocess.run(
        ["broadsheet", "completion", shell],
        env=shell_env(folder),
        capture_output=True,
        check=True,
    )
    assert done.stderr == b""
    (folder / name).write_bytes(done.stdout)


@contextmanager
def started(folder: Path, shell: str) -> Iterator[Terminal]:
    """An interactive shell that has taken up its script as the help of `completion` says."""
    name, start, take_up = SHELLS[shell]
    script(folder, shell, name)
    with on_terminal(start, folder=folder, env=shell_env(folder)) as terminal:
        terminal.type(f"{take_up}; echo rea''dy\n")
        terminal.until("ready\r\n")
        yield terminal


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_tab_completes_commands_options_names_and_files(room: Newsroom, shell: str) -> None:
    with started(room.folder, shell) as terminal:
        for typed, completed in (
            ("broadsheet ref", "broadsheet refresh"),
            ("broadsheet refresh pa", "broadsheet refresh pages"),
            ("broadsheet refresh --allow", "broadsheet refresh --allow-removal"),
            ("broadsheet publish t", "broadsheet publish town"),
            ("broadsheet --config broad", "broadsheet --config broadsheet.toml"),
            ("broadsheet extract arti", "broadsheet extract articles"),
            ("broadsheet completion f", "broadsheet completion fish"),
        ):
            # Ctrl-A and Ctrl-E go to the ends of the line, which is printed as it is by then.
            terminal.type(f"{typed}\t\x01echo $((40+2))'\x05'\n")
            terminal.until(f"42{completed}")


def test_zsh_shows_what_each_command_does(room: Newsroom) -> None:
    with started(room.folder, "zsh") as terminal:
        terminal.type("broadsheet s\t\t")
        terminal.until("Serve what is published, and nothing else.")


def test_fish_completes_with_help(room: Newsroom) -> None:
    script(room.folder, "fish", "completion.fish")

    def completed(line: str) -> list[str]:
        done = subprocess.run(
            ["fish", "--no-config", "-c", f"source completion.fish; complete -C '{line}'"],
            cwd=room.folder,
            env=shell_env(room.folder),
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.splitlines()

    assert "refresh\tIngest what is due, then publish." in completed("broadsheet re")
    assert completed("broadsheet refresh ") == ["inbox", "pages"]
    assert completed("broadsheet refresh pages ") == ["inbox"]
    assert completed("broadsheet publish ") == ["town"]
    assert "broadsheet.toml" in completed("broadsheet --config ")
    assert "articles/" in completed("broadsheet extract arti")


@pytest.mark.parametrize("no_color", ["", "1"])
def test_a_terminal_gets_bars_that_go_away_and_colours_unless_they_are_not_wanted(
    room: Newsroom, no_color: str
) -> None:
    room.write("a.txt", a_text("A bridge"))
    room.write("empty.txt", "")
    env = {**environment(), "TERM": "xterm", "NO_COLOR": no_color}
    args = command(room.folder, "refresh", "inbox")
    with on_terminal(args, folder=room.folder, env=env) as terminal:
        assert terminal.wait() == 1
    assert "\x1b[?25l" in terminal.shown, "a bar hides the cursor"
    table = terminal.shown[terminal.shown.index("source") :]
    assert "━" not in table
    assert ("\x1b[33mpartial\x1b[0m" in table) == (not no_color)
    assert "partial" in table
