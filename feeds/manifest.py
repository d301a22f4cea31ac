"""An edition's manifest: which files subscribers read, what is in them and since when.

Publishing writes it last, so what it names is complete; the server answers from it.
"""

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

MAX_BYTES = 1_000_000
"""A manifest names a handful of files; anything larger is not one."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_RELATION = re.compile(r"[a-z]{1,20}")
_TARGET = re.compile(r"(?:https?://[!#-;=?-~]|\./)[!#-;=?-~]{0,2000}")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,63}/[a-z0-9][a-z0-9.+-]{0,63}")


class ManifestError(Exception):
    """A manifest cannot be read. The message says which and why, in plain words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """One published file.

    `path` is relative to the output folder, with forward slashes; `digest` the SHA-256 of the
    uncompressed bytes in hex; `size` theirs; `changed_at` the whole second in UTC at which the
    bytes last changed; `links` the (URL, relation) pairs that are told in its header, of private
    feeds relative ones.
    Raises ValueError when a part is not of that shape.
    """

    path: str
    media_type: str
    digest: str
    size: int
    changed_at: datetime
    links: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not _inside(self.path):
            raise ValueError(f"path {self.path!r} is not one below the output folder")
        if not _MEDIA_TYPE.fullmatch(self.media_type):
            raise ValueError(f"{self.media_type!r} is not a media type")
        if not _DIGEST.fullmatch(self.digest):
            raise ValueError(f"{self.digest!r} is not a SHA-256 digest")
        if isinstance(self.size, bool) or self.size < 0:
            raise ValueError(f"size {self.size!r} is not a number of bytes")
        if self.changed_at.utcoffset() != timedelta() or self.changed_at.microsecond:
            raise ValueError(f"{self.changed_at!r} is not a whole second in UTC")
        for url, relation in self.links:
            if not (_TARGET.fullmatch(url) and _RELATION.fullmatch(relation)):
                raise ValueError(f"{(url, relation)!r} is not an address and a relation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What one feed's newest edition consists of, and what its former addresses answer.

    `moved` are (path, the path to go to), `gone` the paths where nothing will be again. Raises
    ValueError for a path that is not one below the output folder.
    """

    feed: str
    files: tuple[FileRecord, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    gone: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for path in (*self.gone, *(path for pair in self.moved for path in pair)):
            if not _inside(path):
                raise ValueError(f"path {path!r} is not one below the output folder")


def dumps(manifest: Manifest) -> bytes:
    """Write a manifest as JSON; the same manifest gives the same bytes."""
    value = asdict(manifest)
    for file in value["files"]:
        file["changed_at"] = file["changed_at"].strftime("%Y-%m-%dT%H:%M:%SZ")
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def loads(data: bytes) -> Manifest:
    """Read what `dumps` wrote. Raises ManifestError for anything else."""
    try:
        value = json.loads(data)
        return Manifest(
            feed=_text(value["feed"]),
            files=tuple(map(_record, value["files"])),
            moved=tuple((_text(old), _text(new)) for old, new in value.get("moved", ())),
            gone=tuple(map(_text, value.get("gone", ()))),
        )
    except RecursionError as error:
        raise ManifestError("not a manifest: nested too deeply") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ManifestError(f"not a manifest: {error}") from error


def read_manifest(path: Path) -> Manifest:
    """Read one manifest file. Raises ManifestError, naming the file, when that fails."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise ManifestError(f"larger than {MAX_BYTES} bytes")
        return loads(data)
    except (OSError, ManifestError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ManifestError(f"{path.name}: {reason}") from error


def _record(value: dict[str, object]) -> FileRecord:
    size = value["size"]
    if not isinstance(size, int):
        raise TypeError(f"size {size!r} is not a number of bytes")
    return FileRecord(
        path=_text(value["path"]),
        media_type=_text(value["media_type"]),
        digest=_text(value["digest"]),
        size=size,
        changed_at=datetime.fromisoformat(_text(value["changed_at"])),
        links=tuple((_text(url), _text(rel)) for url, rel in _pairs(value.get("links", []))),
    )


def _pairs(value: object) -> list[list[object]]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError(f"{value!r} is not text")
    return value


def _inside(path: str) -> bool:
    """Tell whether `path` stays below the folder it starts in and names nothing hidden."""
    parts = path.split("/")
    return "\\" not in path and "\0" not in path and all(p and p[0] != "." for p in parts)
