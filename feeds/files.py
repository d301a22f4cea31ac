"""Writing published files: whole or not at all, and not at all when nothing changed."""

import contextlib
import os
from datetime import UTC, datetime
from pathlib import Path

from feeds.codings import CODINGS, Coding


def write_if_changed(path: Path, data: bytes, *, modified: datetime | None = None) -> bool:
    """Make `path` hold `data`; returns False, having touched nothing, when it already does.

    Written beside, flushed to the disk, then renamed, so that a reader or a crash sees the old or
    the new bytes and never a part. What a killed process left beside is gone afterwards: whoever
    writes holds the data lock, so the name needs no process number. `modified`: the file's time,
    now when None.
    """
    beside = path.with_name(f".{path.name}.new")
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size == len(data) and path.read_bytes() == data:
            beside.unlink(missing_ok=True)
            return False
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            if modified:
                os.utime(file.fileno(), (modified.timestamp(), modified.timestamp()))
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException as error:
        beside.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(path)  # a full disk does not say where
        raise
    _sync_folder(path.parent)
    return True


def write_with_siblings(path: Path, data: bytes, *, modified: datetime | None = None) -> bool:
    """Make `path` hold `data`, and a compressed sibling too for each coding that saves something.

    A sibling stands only where it is smaller than the plain file and than every sibling of the
    codings before it. All get one time, by which a server can tell that they belong together.
    Siblings are renamed first. Returns whether any file changed; raises OSError.
    """
    moment, best, changed = modified or datetime.now(UTC), len(data), False
    packed = [(coding.beside(path), _packed(path, coding, data)) for coding in CODINGS]
    for sibling, body in packed:
        if len(body) < best:
            best = len(body)
            changed |= write_if_changed(sibling, body, modified=moment)
        else:
            sibling.unlink(missing_ok=True)
    return write_if_changed(path, data, modified=moment) or changed


def remove_with_siblings(path: Path) -> None:
    """Delete a file and its compressed siblings, whichever of them are there."""
    for coding in CODINGS:
        coding.beside(path).unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def remove_leftovers(folder: Path) -> None:
    """Delete what a killed process left half written directly in `folder`."""
    for path in folder.glob(".*.new"):
        if not path.is_dir():  # that is none of ours
            path.unlink(missing_ok=True)


def told(error: Exception) -> str:
    """An error in a sentence: of a file its path and the reason."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'a file'}: {error.strerror}"
    return str(error)


def _packed(path: Path, coding: Coding, data: bytes) -> bytes:
    """What the sibling has to hold: as it is when it already does, for packing takes its time."""
    with contextlib.suppress(OSError):
        there = coding.beside(path).read_bytes()
        if coding.holds(there, data):
            return there
    return coding.pack(data)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
