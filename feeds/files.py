"""Writing published files: whole or not at all, and not at all when nothing changed."""

import contextlib
import gzip
import os
from datetime import datetime
from pathlib import Path


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
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)
    return True


def compressed(data: bytes) -> bytes:
    """`data` in gzip, the same bytes for the same data: no time, no file name inside."""
    return gzip.compress(data, 9, mtime=0)


def remove_leftovers(folder: Path) -> None:
    """Delete what a killed process left half written directly in `folder`."""
    for path in folder.glob(".*.new"):
        path.unlink(missing_ok=True)


def told(error: Exception) -> str:
    """An error in a sentence: of a file its path and the reason."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'a file'}: {error.strerror}"
    return str(error)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
