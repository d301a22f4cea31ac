"""What is loaded in place of a picture, told by its address: pictures.toml."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import PurePosixPath
from urllib.parse import urlsplit

_SIZE = re.compile(r"(?:^|[-_.@])\d+(?:x\d+)?(?=[-_.@]|$)")


@dataclass(frozen=True, slots=True)
class Words:
    """The tables of pictures.toml."""

    marks: frozenset[str]
    generic: frozenset[str]
    folders: frozenset[str]
    stand_ins: frozenset[str]


def is_stand_in(reference: str) -> bool:
    """Whether a reference leads to what stands in for a picture, counts readers, or nowhere."""
    if not reference or reference.lower().startswith(("data:", "about:", "javascript:", "blob:")):
        return True
    try:
        stem = PurePosixPath(urlsplit(reference).path).stem.lower()
    except ValueError:
        return True
    known = words().stand_ins
    return stem in known or _SIZE.sub("", stem).strip("-_.") in known


@cache
def words() -> Words:
    """Read pictures.toml, once."""
    text = resources.files("ingest.normalize").joinpath("pictures.toml").read_text("utf-8")
    return Words(**{name: frozenset(some) for name, some in tomllib.loads(text).items()})
