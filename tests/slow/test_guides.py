"""The README's and the first guide's way to a feed, typed as it is written."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import feedparser
import pytest

from tests.newsroom import a_text
from tests.slow.ports import free_port

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def blocks(page: str, start: str) -> list[str]:
    """The blocks of shell of a page from `start` on."""
    text = (ROOT / page).read_text("utf-8")
    return re.findall(r"(?s)```sh\n(.*?)```", text[text.index(start) :])


def typed(home: Path, text: str, port: int) -> str:
    """Type lines of shell whose last one is `broadsheet run`; what the feed says, once it does.

    Only the port is another one.
    """
    program = home / ".venv" / "bin" / "broadsheet"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m feeds "$@"\n')
    program.chmod(0o755)
    text = text.replace("[[source]]", f"[server]\nport = {port}\n[[source]]", 1)
    shell = subprocess.Popen(
        ["bash", "-e", "-c", text],
        cwd=home,
        env={"HOME": str(home), "PATH": f"{program.parent}:{os.environ['PATH']}"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        return first_entries(f"http://127.0.0.1:{port}/all.rss", shell)
    finally:
        os.killpg(shell.pid, signal.SIGTERM)
        shell.communicate(timeout=30)


def first_entries(address: str, shell: "subprocess.Popen[str]") -> str:
    until = time.monotonic() + 60
    while True:
        try:
            with urlopen(address, timeout=5) as answer:
                return str(answer.read().decode())
        except URLError as error:
            if isinstance(error, HTTPError):  # the server is up, the feed is not there yet
                error.close()
            assert shell.poll() is None, shell.stdout and shell.stdout.read()
            assert time.monotonic() < until
            time.sleep(0.1)


def test_the_readme_leads_to_a_feed_of_ones_own_folder(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "bridge.txt").write_text(a_text("A bridge"))
    text = blocks("README.md", "## A feed of your own folder")[0]
    found = feedparser.parse(typed(tmp_path, text, free_port()))
    assert (found.feed.title, [entry.title for entry in found.entries]) == (
        "My notes",
        ["A bridge"],
    )


def test_the_guide_leads_to_a_first_feed(tmp_path: Path) -> None:
    text = "".join(blocks("docs/first-feed.md", "## 2. Something to read"))
    found = feedparser.parse(typed(tmp_path, text, free_port()))
    titles = {entry.title for entry in found.entries}
    assert titles == {"The bridge opens in spring", "Ferries go on until autumn"}
    for entry in found.entries:
        related = {link.title for link in entry.links if link.rel == "related"}
        assert related == titles - {entry.title}
