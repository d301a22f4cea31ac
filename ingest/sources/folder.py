"""A folder of article files, named by a glob: which files are meant and which folders are entered.

Listing and watching both ask here, so that they never disagree about what belongs to a source.
"""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.globs import expand_braces, match, reaches, split_root

NOT_TEXT = "its name is not UTF-8; rename it"
LEADS_OUT = "is a link that leads out of the folder; it is not followed"

Troubles = list[tuple[str, str]]
"""(path, reason) pairs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One folder as it was looked at.

    `prefix` is its path below the root, "" for the root itself, else with a slash at its end;
    `files` are its entries that are not entered, `modified` the time of its last change.
    """

    prefix: str
    files: tuple["os.DirEntry[str]", ...]
    modified: float


class Folder:
    """The files below the root of `pattern` that match it; `excluded` folders are never entered.

    Hidden files, the backups that editors leave, and links that lead out of the root are left
    alone, and so are folders in which nothing can match.
    """

    def __init__(self, pattern: str, *, folder: Path, excluded: Sequence[Path]) -> None:
        above, rest = split_root(pattern)
        self.place = folder / above
        self._patterns = expand_braces(rest)
        self._excluded = {real(path) for path in excluded}

    @property
    def root(self) -> Path:
        """Where the files are now: a link on the way may lead elsewhere tomorrow."""
        return real(self.place)

    def means(self, relative: str) -> bool:
        """Whether a file at that path below the root is one of the source."""
        name = relative.rpartition("/")[2]
        return not _left_alone(name) and any(match(one, relative) for one in self._patterns)

    def enters(self, entry: "Path | os.DirEntry[str]", relative: str) -> bool:
        """Whether a folder, which is `relative` below the root, is looked into."""
        return (
            not entry.is_symlink()
            and is_text(relative)
            and self._reaches(entry.name, relative)
            and real(entry) not in self._excluded
        )

    def walk(self, root: Path, unreadable: Troubles, troubles: Troubles) -> Iterator[Level]:
        """Every folder that is entered, from `root` on, in no order; problems go into the lists.

        Raises OSError when the root itself cannot be read.
        """
        waiting = [""]
        while waiting:
            prefix = waiting.pop()
            try:
                entries, modified = _look(f"{root}/{prefix}")
            except OSError as error:
                if not prefix:
                    raise
                if not isinstance(error, FileNotFoundError):
                    where = shown(prefix.rstrip("/"))
                    unreadable.append((where, f"cannot be read: {plain(error)}"))
                    continue
                entries, modified = [], time.time()  # deleted while we looked
            files = []
            for entry in entries:
                relative = prefix + entry.name
                if not _is_folder(entry):
                    files.append(entry)
                elif self.enters(entry, relative):
                    waiting.append(f"{relative}/")
                elif reason := self._missed(entry, relative, root):
                    troubles.append((shown(relative), reason))
            yield Level(prefix=prefix, files=tuple(files), modified=modified)

    def _missed(self, entry: "os.DirEntry[str]", relative: str, root: Path) -> str:
        """Why a folder is not entered although files in it could match; "" when none is missed."""
        if not self._reaches(entry.name, relative):
            return ""
        if not is_text(relative):
            return NOT_TEXT
        return LEADS_OUT if leads_out(entry, root) else ""  # inside, they are found where they are

    def _reaches(self, name: str, relative: str) -> bool:
        return not name.startswith(".") and any(reaches(one, relative) for one in self._patterns)


def leads_out(entry: "os.DirEntry[str]", root: Path) -> bool:
    """Whether what `entry` links to lies outside of `root`."""
    return not real(entry).is_relative_to(root)


def real(path: "Path | os.DirEntry[str]") -> Path:
    """Where a path leads. Links in a circle, at which Path.resolve may raise, lead nowhere."""
    return Path(os.path.realpath(path))


def shown(path: str) -> str:
    """A path of the file system as text, bytes that are not UTF-8 escaped."""
    return path.encode("utf-8", "backslashreplace").decode()


def is_text(path: str) -> bool:
    """Whether a path of the file system is UTF-8."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def plain(error: OSError) -> str:
    """What the system said, in small letters."""
    return (error.strerror or str(error)).lower()


def _left_alone(name: str) -> bool:
    """Whether a file is hidden or a backup: Emacs and others write `a.md~` and `#a.md#`."""
    return name.startswith(".") or name.endswith("~") or (name.startswith("#") and name[-1] == "#")


def _look(path: str) -> tuple[list["os.DirEntry[str]"], float]:
    """What is in a folder, and when it last changed.

    The time is asked for afterwards: whoever changes the folder meanwhile makes it a newer one.
    Paths stay text, for a Path for each of many files costs seconds.
    """
    with os.scandir(path) as listed:
        entries = list(listed)
    return entries, os.stat(path).st_mtime  # noqa: PTH116 - see above


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
