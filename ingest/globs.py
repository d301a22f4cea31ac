"""Globs over paths below a folder: `**`, `*`, `?`, `[a-z]` and `{txt,md}`. Pure text, no files."""

import re
import unicodedata
from fnmatch import translate
from functools import lru_cache
from itertools import pairwise

from config.source import split_root

__all__ = ["expand_braces", "match", "reaches", "split_root"]

_MOST = 1000
_PIECE = re.compile(r"\[[!^]?\]?[^\]/]*\]|[{},]|[^{},\[]+|\[")


def expand_braces(pattern: str) -> tuple[str, ...]:
    """The patterns a pattern with `{a,b}` stands for, in order, each once; groups may nest.

    As in a shell, a brace without its partner or without a comma is itself, and `[{]` a class.
    Raises ValueError when there would be more than a thousand.
    """
    done: dict[str, None] = {}
    waiting = [pattern]
    while waiting:
        current = waiting.pop()
        group = _first_group(current)
        if group is None:
            done[current] = None
        else:
            start, end, choices = group
            waiting += [current[:start] + choice + current[end:] for choice in reversed(choices)]
        if len(waiting) + len(done) > _MOST:
            raise ValueError(f"stands for more than {_MOST} patterns")
    return tuple(done)


def match(pattern: str, relpath: str) -> bool:
    """Whether a path relative to the folder, with `/`, is one that `pattern` means.

    `**` alone between slashes is any number of folders, at the end everything below. Case counts;
    both sides are compared in NFC. As in a shell, a wildcard does not match a leading dot.
    """
    names = unicodedata.normalize("NFC", relpath).split("/")
    return any(_matches(parts, names) for parts in _compiled(pattern))


def reaches(pattern: str, relpath: str) -> bool:
    """Whether `pattern` can mean a path below the folder `relpath`, which may be of any depth."""
    names = unicodedata.normalize("NFC", relpath).split("/")
    ways = ((parts, _follow(parts, names)) for parts in _compiled(pattern))
    return any(state < len(parts) for parts, states in ways for state in states)


class _Part:
    """One component of a pattern: `**`, or something that a single name fits or not."""

    def __init__(self, text: str) -> None:
        self.any_folders = text == "**"
        self._dot = text.startswith(".")
        # fnmatch writes expressions that cannot backtrack catastrophically
        self._match = re.compile(translate(text)).match

    def fits(self, name: str) -> bool:
        return (self._dot or not name.startswith(".")) and self._match(name) is not None


_Parts = tuple[_Part, ...]


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> tuple[_Parts, ...]:
    """Each expansion as its parts; `[^a]` as fnmatch writes it, empty and `.` parts gone."""
    normal = unicodedata.normalize("NFC", pattern).replace("[^", "[!")
    split = (one.split("/") for one in expand_braces(normal))
    return tuple(tuple(_Part(part) for part in parts if part not in {"", "."}) for parts in split)


def _matches(parts: _Parts, names: list[str]) -> bool:
    if not parts or not (parts[-1].any_folders or parts[-1].fits(names[-1])):
        return False  # most files are told by their ending alone
    return len(parts) in _follow(parts, names)


def _follow(parts: _Parts, names: list[str]) -> set[int]:
    """How many parts may be used up behind `names`.

    All ways through the pattern are followed at once: time is parts times names, never more.
    """
    states = _behind_stars({0}, parts)
    for name in names:
        following = set()
        for state in states:
            if state == len(parts):
                continue
            if not parts[state].any_folders:
                if parts[state].fits(name):
                    following.add(state + 1)
            elif not name.startswith("."):
                following.add(state)
        states = _behind_stars(following, parts)
    return states


def _behind_stars(states: set[int], parts: _Parts) -> set[int]:
    """The states, with those reached by letting a `**` stand for nothing."""
    reached = set(states)
    for state in states:
        following = state
        while following < len(parts) and parts[following].any_folders:
            following += 1
            reached.add(following)
    return reached


def _first_group(pattern: str) -> tuple[int, int, list[str]] | None:
    """Where the first `{…}` with a comma of its own begins and ends, and what it offers."""
    open_groups: list[tuple[int, list[int]]] = []
    complete: list[tuple[int, int, list[int]]] = []
    for piece in _PIECE.finditer(pattern):
        at = piece.start()
        if piece[0] == "{":
            open_groups.append((at, []))
        elif piece[0] == "," and open_groups:
            open_groups[-1][1].append(at)
        elif piece[0] == "}" and open_groups:
            start, commas = open_groups.pop()
            if commas:
                complete.append((start, at, commas))
    if not complete:
        return None
    start, end, commas = min(complete)
    edges = [start, *commas, end]
    choices = [pattern[a + 1 : b] for a, b in pairwise(edges)]
    return start, end + 1, choices
