"""Where a command runs: nobody who reads, a full disk, another encoding, Ctrl-C at any time."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.feeds.cli.commands import LEAST, newsroom
from tests.feeds.processes import command, environment, silent_server
from tests.newsroom import Newsroom, a_text


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    room = newsroom(tmp_path)
    room.write("a.txt", a_text("Überfall „am“ Hafen 🚢"))
    room.refresh()
    return room


def shell(room: Newsroom, line: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a line of shell in which `$B` is the command."""
    words = " ".join(f"'{word}'" for word in command(room.folder))
    return subprocess.run(
        ["sh", "-c", line.replace("$B", words)],
        cwd=room.folder,
        env=environment() | environ,
        capture_output=True,
        encoding="latin-1",
        timeout=60,
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device is full here")
@pytest.mark.parametrize("what", ["status --json", "history", "man", "--help"])
def test_an_answer_that_cannot_be_written_is_told_in_a_line(room: Newsroom, what: str) -> None:
    done = shell(room, f"$B {what} > /dev/full")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert done.stderr.startswith("the output cannot be written: ")


@pytest.mark.parametrize("what", ["refresh", "publish --json", "re-extract", "status"])
@pytest.mark.parametrize("closed", ["2>&-", ">&- 2>&-", "<&-"])
def test_closed_streams_change_nothing(room: Newsroom, what: str, closed: str) -> None:
    assert shell(room, f"$B {what} {closed}").returncode == 0


def test_letters_that_a_terminal_has_not_are_escaped(room: Newsroom) -> None:
    done = shell(room, "$B show a.txt", PYTHONIOENCODING="latin-1")
    assert "Überfall \\u201eam\\u201c Hafen \\U0001f6a2" in done.stdout
    done = shell(room, "$B show a.txt --json", PYTHONIOENCODING="latin-1")
    assert json.loads(done.stdout)["title"] == "Überfall „am“ Hafen 🚢"


def test_where_names_of_files_cannot_be_read_nothing_is_done(room: Newsroom) -> None:
    before = room.state()
    odd = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"}
    done = shell(room, "$B refresh", **odd)
    assert done.returncode == 2
    assert "file names are not UTF-8 here" in done.stderr
    assert room.state() == before


def test_a_configuration_on_a_path_that_is_not_utf8_is_refused(room: Newsroom) -> None:
    folder = room.folder / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    (folder / "broadsheet.toml").write_text(LEAST)
    for name in ("refresh", "run", "status", "check"):
        done = shell(room, f"$B --config '{folder}/broadsheet.toml' {name}")
        assert done.returncode == 2
        assert "is not UTF-8; rename that" in done.stderr


def test_ctrl_c_ends_a_command_that_waits_with_the_code_of_an_interruption(room: Newsroom) -> None:
    room.configure(LEAST + '[fetch]\nallow_private = ["127.0.0.0/8"]\n')
    with silent_server() as (port, asked):
        process = subprocess.Popen(
            command(room.folder, "extract", f"http://127.0.0.1:{port}/"),
            env=environment(),
            stderr=subprocess.PIPE,
            text=True,
        )
        assert asked.wait(10)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=10)
    assert (process.returncode, said.strip()) == (130, "Interrupted.")
