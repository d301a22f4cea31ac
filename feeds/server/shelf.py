"""The published feed files as the server holds them: one edition is taken up whole, or not at all.

The publisher renames each file after its compressed siblings, the manifest last. Holding the bytes
until the manifest changes makes every reader see whole editions in between. After a kill between
those steps the plain file is newer than its manifest: then its own bytes count.
"""

import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from feeds.codings import CODINGS
from feeds.manifest import FileRecord, Manifest, ManifestError, read_manifest

BUDGET = 64_000_000
"""Bytes of feeds kept in memory, compressed ones included. Files beyond are read when asked for."""

_RECHECK = 1.0
"""Seconds after which manifests are looked at again though their folder seems untouched."""

_RACY = 2.0
"""Seconds in which a second rename may leave a folder's time as it was (coarse file systems)."""

_EPOCH = datetime.fromtimestamp(0, UTC)

_log = logging.getLogger(__name__)

_Signature = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A feed file in memory. `modified` in seconds since 1970; `packed` by the names of codings,
    the smallest first; `links` are (absolute URL, relation) pairs."""

    media_type: str
    body: bytes
    packed: Mapping[str, bytes]
    etag: str
    modified: int
    links: tuple[tuple[str, str], ...] = ()

    @property
    def size(self) -> int:
        """Bytes held."""
        return len(self.body) + sum(map(len, self.packed.values()))


@dataclass(frozen=True, slots=True)
class Moved:
    """The feed at this path is at `path` for good; None: nothing will be here again."""

    path: str | None

    def below(self, home: str) -> "Moved":
        """The same with a path that begins below the folder `home`."""
        return Moved(self.path.removeprefix(home)) if home and self.path else self


Held = Copy | FileRecord | Moved


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edition:
    """A manifest as last read whole, and those of its files that are in memory."""

    signature: _Signature
    manifest: Manifest
    copies: Mapping[str, Copy]


class Shelf:
    """Feed files by path, taken up again whenever a manifest in `manifests` changes.

    Safe to use from several threads; a look-up during a refresh sees the whole set before it.
    """

    def __init__(self, output: Path, manifests: Path, *, budget: int = BUDGET) -> None:
        self._output = output
        self._manifests = manifests
        self._budget = budget
        self._lock = threading.Lock()
        self._editions: dict[str, _Edition] = {}
        self._files: Mapping[str, Held] = {}
        self._touched = 0
        self._looked_at = (0.0, 0.0)
        self.refresh()

    def get(self, path: str) -> Held | None:
        """The file at `path`, its record if memory is short, or where it moved; None if it is no
        feed's."""
        return self._files.get(path)

    def read(self, record: FileRecord) -> Copy:
        """Read a file from disk. Raises OSError when it is not there."""
        return _copy(self._output, record)

    def page(self, path: str, media_type: str) -> Copy:
        """Read a file that no manifest names. Raises OSError when it is not there."""
        nothing = FileRecord(
            path=path, media_type=media_type, digest="0" * 64, size=0, changed_at=_EPOCH
        )
        return _copy(self._output, nothing)

    def holds(self, path: str) -> bool:
        """Tell whether there is such a file below the output folder."""
        return (self._output / path).is_file()

    def stale(self) -> bool:
        """Tell, at the cost of one `stat`, whether a refresh may find something new."""
        ticks, seconds = self._looked_at
        recent = time.monotonic() - ticks < _RECHECK
        settled = seconds - self._touched / 1e9 > _RACY
        return not (recent and settled and _touched(self._manifests) == self._touched)

    def refresh(self) -> None:
        """Take up the editions whose manifest changed; a broken one leaves what was there."""
        with self._lock:
            looked_at, touched = (time.monotonic(), time.time()), _touched(self._manifests)
            seen = dict(_signatures(self._manifests))
            if seen != {name: edition.signature for name, edition in self._editions.items()}:
                editions = {n: e for n, e in self._editions.items() if n in seen}
                for name, signature in seen.items():
                    editions[name] = self._edition(name, signature, editions)
                self._editions, self._files = editions, _by_path(editions)
            self._looked_at, self._touched = looked_at, touched

    def _edition(
        self, name: str, signature: _Signature, editions: Mapping[str, _Edition]
    ) -> _Edition:
        unknown = _Edition(signature=(), manifest=Manifest(feed=name), copies={})
        known = editions.get(name, unknown)
        if known.signature == signature:
            return known
        try:
            manifest = read_manifest(self._manifests / name)
        except ManifestError as error:
            _log.warning("manifest ignored: %s", error)
            return replace(known, signature=signature)
        others = (copy for n, e in editions.items() if n != name for copy in e.copies.values())
        room = self._budget - sum(copy.size for copy in others)
        copies = self._copies(manifest.files, known, room)
        return _Edition(signature=signature, manifest=manifest, copies=copies)

    def _copies(
        self, records: tuple[FileRecord, ...], known: _Edition, room: int
    ) -> dict[str, Copy]:
        copies: dict[str, Copy] = {}
        for record in records:
            try:
                copy = _copy(self._output, record) if record.size <= room else None
            except OSError as error:
                _log.warning("feed file %s: %s", record.path, error.strerror)
                copy = known.copies.get(record.path)  # the last good one stays up
            if copy and copy.size <= room:
                copies[record.path] = copy
                room -= copy.size
        return copies


def _by_path(editions: Mapping[str, _Edition]) -> Mapping[str, Held]:
    """Every file of every edition; a path that two feeds claim is the first one's, by name.

    A file goes before what is said to have moved.
    """
    files: dict[str, Held] = {}
    in_order = [edition for _, edition in sorted(editions.items())]
    for edition in in_order:
        for record in edition.manifest.files:
            files.setdefault(record.path, edition.copies.get(record.path, record))
    for edition in in_order:
        for old, new in edition.manifest.moved:
            files.setdefault(old, Moved(new))
        for old in edition.manifest.gone:
            files.setdefault(old, Moved(None))
    return files


def _copy(output: Path, record: FileRecord) -> Copy:
    """Read a file and its siblings. What is on disk counts, not what the manifest says of it."""
    path = output / record.path
    with path.open("rb") as file:
        body, changed = file.read(), int(os.fstat(file.fileno()).st_mtime)
    digest, recorded = sha256(body).hexdigest(), int(record.changed_at.timestamp())
    return Copy(
        media_type=record.media_type,
        body=body,
        packed=_siblings(path, body),
        etag=f'W/"{digest}"',
        modified=recorded if digest == record.digest else max(changed, recorded + 1),
        links=record.links,
    )


def _siblings(path: Path, body: bytes) -> dict[str, bytes]:
    """The compressed siblings without those that hold anything but `body`."""
    found: dict[str, bytes] = {}
    for coding in CODINGS:
        with suppress(OSError):
            packed = coding.beside(path).read_bytes()
            if coding.holds(packed, body):
                found[coding.name] = packed
    return dict(sorted(found.items(), key=lambda one: len(one[1])))


def _touched(folder: Path) -> int:
    """When something was last renamed into `folder`, in nanoseconds; 0 if it is not there."""
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0


def _signatures(folder: Path) -> Iterator[tuple[str, _Signature]]:
    """Each manifest's name and what tells a renamed one from its predecessor, by name."""
    for path in sorted(folder.glob("[!.]*.json")):
        with suppress(OSError):  # renamed away since it was listed
            stat = path.stat()
            yield path.name, (stat.st_mtime_ns, stat.st_size, stat.st_ino)
