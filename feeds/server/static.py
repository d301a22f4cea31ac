"""Files of the output folder by request path: nothing hidden and nothing outside of it."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from feeds.codings import CODINGS
from feeds.media import media_type

_FALLBACK = "application/octet-stream"
_FOR_HOSTS = (("_headers",), ("_redirects",))


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFile:
    """An open file: the taker closes `descriptor`. `modified` in seconds since 1970.

    The
    other fields are those of the plain file.
    """

    descriptor: int
    size: int
    modified: int
    etag: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Redirect:
    """The path lacks its last slash; `location` is relative to it, so that any prefix is kept."""

    location: str


def find(output: Path, path: str) -> StaticFile | Redirect | None:
    """Open what a decoded request path, starting with a slash, names below `output`.

    A folder is its `index.html`. None for what is not there, is hidden, is no plain file, lies
    outside once symbolic links are followed, is the compressed sibling of another file, or is there
    for hosts of static files.
    """
    names = path.split("/")[1:]
    in_folder = names[-1:] == [""]
    if in_folder:
        names[-1] = "index.html"
    if not all(name and name[0] != "." and "\0" not in name for name in names):
        return None
    try:
        return _open(output, names)
    except IsADirectoryError:
        return None if in_folder else _redirect(output, names)
    except (OSError, ValueError):  # ValueError: a name that the file system cannot spell
        return None


def _open(output: Path, names: list[str]) -> StaticFile | None:
    root = os.path.realpath(output)
    # Not Path.resolve: before Python 3.13 it raises RuntimeError at a loop of links.
    real = os.path.realpath(output.joinpath(*names))
    inside = Path(os.path.relpath(real, root)).parts
    if any(name.startswith(".") for name in inside) or inside in _FOR_HOSTS or _is_sibling(real):
        return None
    descriptor = _descriptor(real)
    info = os.fstat(descriptor)
    if not stat.S_ISREG(info.st_mode):
        os.close(descriptor)
        if stat.S_ISDIR(info.st_mode):
            raise IsADirectoryError(real)
        return None
    return StaticFile(
        descriptor=descriptor,
        size=info.st_size,
        modified=int(info.st_mtime),
        etag=f'W/"{info.st_mtime_ns:x}-{info.st_size:x}"',
        media_type=media_type(Path(real).suffix) or _FALLBACK,
    )


def _descriptor(path: str) -> int:
    # A pipe would block without O_NONBLOCK; a link put in place since then is refused.
    return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)


def _redirect(output: Path, names: list[str]) -> Redirect | None:
    """Only where there is something to be led to."""
    index = find(output, "/".join(["", *names, "index.html"]))
    if not isinstance(index, StaticFile):
        return None
    os.close(index.descriptor)
    return Redirect(f"./{quote(names[-1])}/")


def _is_sibling(path: str) -> bool:
    plain = [path.removesuffix(coding.suffix) for coding in CODINGS if path.endswith(coding.suffix)]
    return any(Path(name).is_file() for name in plain)
