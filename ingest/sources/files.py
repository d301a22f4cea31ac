"""A folder of article files, named by a glob."""

import os
import stat
import time
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ingest.article import Document, Found, Validators
from ingest.errors import ReadError, SourceError
from ingest.globs import expand_braces, match, split_root
from ingest.sources import Listing, Seen

SETTLE = 1.0
"""Seconds a file must have been left alone before it is read: writing it may not be over."""

_LEADS_OUT = "is a link that leads out of the folder; it is not followed"
_TRIES = 5
_TYPES = {
    ".txt": "text/plain",
    ".text": "text/plain",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "text/html",
}


class FilesSource:
    """The files below the root of `pattern` that match it; `excluded` folders are never entered.

    Origins are paths relative to the root, in NFC. Hidden files, and links that lead out of the
    root, are left alone.
    """

    def __init__(
        self,
        pattern: str,
        *,
        folder: Path,
        excluded: Sequence[Path],
        max_items: int,
        max_bytes: int,
        settle: float = SETTLE,
    ) -> None:
        root, rest = split_root(pattern)
        self.root = (folder / root).resolve()
        self._patterns = expand_braces(rest)
        self._excluded = {path.resolve() for path in excluded}
        self._max_items = max_items
        self._max_bytes = max_bytes
        self._settle = settle
        self._paths: dict[str, str] = {}

    def listing(self, seen: Mapping[str, Seen]) -> Listing:
        """List the files, by path. Raises SourceError when the root is missing or unreadable."""
        unreadable: list[tuple[str, str]] = []
        troubles: list[tuple[str, str]] = []
        found: list[Found] = []
        self._paths = {}
        try:
            with os.scandir(self.root) as entries:
                next(entries, None)
        except OSError as error:
            reason = f"the folder {self.root} cannot be read: {_plain(error)}"
            raise SourceError(f"{reason}; nothing was removed") from error
        walked = list(self._walk(self.root, "", unreadable, troubles))
        for relative, facts in sorted(walked, key=lambda one: one[0].split("/")):
            origin = unicodedata.normalize("NFC", relative)
            if origin in self._paths:
                troubles.append((origin, "two files differ only in how their name is encoded"))
                continue
            self._paths[origin] = relative
            before = seen.get(origin)
            same = before is not None and (facts.st_size, facts.st_mtime_ns) == (
                before.size,
                before.modified_ns,
            )
            found.append(Found(origin=origin, unchanged=same))
        if len(found) > self._max_items:
            reason = f"{len(found)} files; only the first {self._max_items} are read (max_items)"
            troubles.append(("", reason))
        complete = not unreadable and len(found) <= self._max_items
        return Listing(
            found=tuple(found[: self._max_items]),
            complete=complete,
            troubles=tuple(unreadable + troubles),
        )

    def read(self, origin: str, validators: Validators, now: datetime) -> Document:  # noqa: ARG002 - a file has no validators
        """Read one listed file once it is at rest. Raises ReadError."""
        path = self.root / self._paths[origin]
        return read_file(
            path, origin=origin, now=now, max_bytes=self._max_bytes, settle=self._settle
        )

    def _walk(
        self,
        folder: Path,
        prefix: str,
        unreadable: list[tuple[str, str]],
        troubles: list[tuple[str, str]],
    ) -> Iterator[tuple[str, os.stat_result]]:
        """Paths relative to the root, as text: a Path for each of many files costs seconds."""
        try:
            with os.scandir(folder) as listed:
                entries = list(listed)
        except OSError as error:
            unreadable.append((_shown(str(error.filename)), f"cannot be read: {_plain(error)}"))
            return
        for entry in entries:
            if entry.name.startswith("."):
                continue
            relative = prefix + entry.name
            if _is_folder(entry):
                if entry.is_symlink():
                    if self._leads_out(entry):  # inside, its files are found where they are
                        troubles.append((_shown(relative), _LEADS_OUT))
                elif Path(entry).resolve() not in self._excluded:
                    yield from self._walk(Path(entry), f"{relative}/", unreadable, troubles)
            elif any(match(pattern, relative) for pattern in self._patterns):
                try:
                    if trouble := self._refused(entry, relative):
                        troubles.append((_shown(relative), trouble))
                    else:
                        yield relative, entry.stat()
                except FileNotFoundError:
                    continue  # deleted while we looked
                except OSError as error:
                    unreadable.append((_shown(relative), f"cannot be read: {_plain(error)}"))

    def _leads_out(self, entry: "os.DirEntry[str]") -> bool:
        return not Path(os.path.realpath(entry)).is_relative_to(self.root)

    def _refused(self, entry: "os.DirEntry[str]", relative: str) -> str:
        """Why a file is not read, "" when it is. Raises OSError when that cannot be told."""
        try:
            relative.encode()
        except UnicodeEncodeError:
            return "its name is not UTF-8; rename it"
        if entry.is_symlink():
            if self._leads_out(entry):
                return _LEADS_OUT
            if not os.path.exists(entry):  # noqa: PTH110 - Path raises for links in a circle
                return "is a link to nothing"
        return "" if stat.S_ISREG(entry.stat().st_mode) else "is not a regular file"


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def read_file(
    path: Path, *, origin: str, now: datetime, max_bytes: int, settle: float = SETTLE
) -> Document:
    """Read a file that nobody has written to for `settle` seconds; wait for that, within bounds.

    Raises ReadError when it cannot be read, is too large or does not come to rest.
    """
    try:
        body, facts = _settled(path, origin, max_bytes, settle)
    except OSError as error:
        raise ReadError(f"cannot be read: {_plain(error)}", origin=origin) from error
    return Document(
        origin=origin,
        body=body,
        media_type=_TYPES.get(path.suffix.lower(), "text/plain"),
        fetched_at=now,
        modified_at=datetime.fromtimestamp(facts.st_mtime, UTC),
        modified_ns=facts.st_mtime_ns,
    )


def _settled(
    path: Path, origin: str, max_bytes: int, settle: float
) -> tuple[bytes, os.stat_result]:
    before = path.stat()
    for _ in range(_TRIES):
        if before.st_size > max_bytes:
            reason = f"is {before.st_size / 1e6:.1f} MB; the limit is {max_bytes / 1e6:g} MB"
            raise ReadError(f"{reason} (max_bytes)", origin=origin)
        wait = before.st_mtime + settle - time.time()
        if 0 < wait <= settle:
            time.sleep(wait)
        with path.open("rb") as file:
            body = file.read(max_bytes + 1)
        after = path.stat()
        if (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns):
            return body, after
        before = after
    raise ReadError("is being written all the time; it will be read later", origin=origin)


def _shown(path: str) -> str:
    return path.encode("utf-8", "backslashreplace").decode()


def _plain(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
