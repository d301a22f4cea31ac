"""A feed reader that people use, behind a few words, so that one more is one more class.

What a reader shows, and what it calls new, is asked of the reader itself: of its cache, its files,
its mails. Every poll is one of its own, over HTTP.
"""

import shutil
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

from feeds.render.spelling import as_html, looks_like_html


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An entry as a reader shows it. `summary` is None where it has no place beside the content."""

    id: str
    title: str
    link: str
    date: datetime
    author: str
    content: str
    enclosure: str
    summary: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What a reader called its user's attention to at one poll: the ids, sorted."""

    new: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()

    @classmethod
    def of(cls, ids: Iterable[str], known: Iterable[str]) -> "Told":
        """Of the ids that ask for attention, those known before are updates."""
        asking, before = sorted(ids), set(known)
        return cls(
            tuple(id_ for id_ in asking if id_ not in before),
            tuple(id_ for id_ in asking if id_ in before),
        )


def escaped(title: str) -> str:
    """A title as our RSS has it: it holds an end tag, so every validator takes it for HTML."""
    return as_html(title) if looks_like_html(title) else title


class Client(ABC):
    """A subscriber to one feed, with a folder of its own."""

    program: ClassVar[str] = ""
    module: ClassVar[str] = ""
    formats: ClassVar[tuple[str, ...]] = ("rss", "atom")
    conditional: ClassVar[bool] = True
    """Whether it sends validators back, and so is answered 304."""

    def __init__(self, folder: Path, url: str) -> None:
        folder.mkdir()
        self.folder = folder
        self.url = url

    @classmethod
    def missing(cls) -> str:
        """What must be installed for it, "" for nothing."""
        if cls.program and not shutil.which(cls.program):
            return cls.program
        return cls.module if cls.module and not find_spec(cls.module) else ""

    def title(self, title: str) -> str:
        """How it shows a title: as it is, unless its class says otherwise."""
        return title

    def author(self, authors: tuple[str, ...]) -> str:
        """How it shows an entry's authors."""
        return ", ".join(authors)

    @abstractmethod
    def poll(self) -> Told:
        """Ask for the feed once, and take note of what is new."""

    @abstractmethod
    def shown(self) -> list[Shown]:
        """Every entry that it shows now."""

    def run(self, *command: str) -> None:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={"HOME": str(self.folder), "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr
