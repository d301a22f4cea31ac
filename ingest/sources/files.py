"""A folder of article files as a source: listed when it is at rest, then read file by file."""

import os
import stat
import time
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from ingest.article import Document, Found, Validators
from ingest.errors import ReadError, SourceError, VanishedError
from ingest.sources import Listing, Seen
from ingest.sources.folder import (
    LEADS_OUT,
    NOT_TEXT,
    Folder,
    Troubles,
    is_text,
    leads_out,
    plain,
    shown,
)

SETTLE = 1.0
"""Seconds a file must have been left alone before it is read: writing it may not be over."""

_TRIES = 5
TYPES = {
    ".txt": "text/plain",
    ".text": "text/plain",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "text/html",
}
"""The media types of files, by the end of their names."""


class FilesSource:
    """The files of `folder`. Origins are paths relative to its root, in NFC."""

    def __init__(
        self, folder: Folder, *, max_items: int, max_bytes: int, settle: float = SETTLE
    ) -> None:
        self._folder = folder
        self._root = folder.root
        self._max_items = max_items
        self._max_bytes = max_bytes
        self._settle = settle
        self._paths: dict[str, str] = {}

    def listing(self, seen: Mapping[str, Seen]) -> Listing:
        """List the files, by path. Raises SourceError when the root is missing or unreadable.

        Who saves a file may delete it first, and whoever unpacks or checks out many is at it for a
        while: files are missing only once the whole folder has been at rest for `settle` seconds.
        If it does not come to rest, the listing is not complete.
        """
        for _ in range(_TRIES):
            listing, modified = self._look(seen)
            wait = modified + self._settle - time.time()
            if seen.keys() <= self._paths.keys() or not 0 < wait <= self._settle:
                return listing
            time.sleep(wait)
        return replace(listing, complete=False)

    @property
    def addresses(self) -> tuple[str, ...]:
        """None: a folder asks nobody."""
        return ()

    def read(self, origin: str, validators: Validators, now: datetime) -> Document:  # noqa: ARG002 - a file has no validators
        """Read one listed file once it is at rest. Raises ReadError."""
        path = self._root / self._paths[origin]
        return read_file(
            path, origin=origin, now=now, max_bytes=self._max_bytes, settle=self._settle
        )

    def _look(self, seen: Mapping[str, Seen]) -> tuple[Listing, float]:
        """One listing, and the newest time of a folder."""
        unreadable: Troubles = []
        troubles: Troubles = []
        found: list[Found] = []
        self._paths = {}
        walked, modified = self._walk(unreadable, troubles)
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
        listing = Listing(
            found=tuple(found[: self._max_items]),
            complete=not unreadable and len(found) <= self._max_items,
            troubles=tuple(unreadable + troubles),
        )
        return listing, modified

    def _walk(
        self, unreadable: Troubles, troubles: Troubles
    ) -> tuple[list[tuple[str, os.stat_result]], float]:
        """The files below the root as (path, facts), and the newest time of a folder."""
        found: list[tuple[str, os.stat_result]] = []
        modified = 0.0
        try:
            for level in self._folder.walk(self._root, unreadable, troubles):
                modified = max(modified, level.modified)
                for entry in level.files:
                    relative = level.prefix + entry.name
                    if not self._folder.means(relative):
                        continue
                    try:
                        if trouble := self._refused(entry, relative):
                            troubles.append((shown(relative), trouble))
                        else:
                            found.append((relative, entry.stat()))
                    except FileNotFoundError:
                        modified = time.time()  # deleted while we looked
                    except OSError as error:
                        unreadable.append((shown(relative), f"cannot be read: {plain(error)}"))
        except OSError as error:
            reason = f"the folder {self._root} cannot be read: {plain(error)}"
            raise SourceError(reason) from error
        return found, modified

    def _refused(self, entry: "os.DirEntry[str]", relative: str) -> str:
        """Why a file is not read, "" when it is. Raises OSError when that cannot be told."""
        if not is_text(relative):
            return NOT_TEXT
        if entry.is_symlink():
            if leads_out(entry, self._root):
                return LEADS_OUT
            if not os.path.exists(entry):  # noqa: PTH110 - Path raises for links in a circle
                return "is a link to nothing"
        return "" if stat.S_ISREG(entry.stat().st_mode) else "is not a regular file"


def read_file(
    path: Path, *, origin: str, now: datetime, max_bytes: int, settle: float = SETTLE
) -> Document:
    """Read a file that nobody has written to for `settle` seconds; wait for that, within bounds.

    Raises ReadError when it cannot be read, is too large or does not come to rest, VanishedError
    when it is not there.
    """
    try:
        body, facts = _settled(path, origin, max_bytes, settle)
    except FileNotFoundError as error:
        raise VanishedError(f"cannot be read: {plain(error)}", origin=origin) from error
    except OSError as error:
        raise ReadError(f"cannot be read: {plain(error)}", origin=origin) from error
    return Document(
        origin=origin,
        body=body,
        media_type=TYPES.get(path.suffix.lower(), "text/plain"),
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
