"""Which line of a JSON document each key and element stands on."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace

from feeds.lint.notes import Finding

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\],:]|[^\s"{}\[\],:]+|\n')


def placed(findings: list[Finding], text: str) -> tuple[Finding, ...]:
    """`findings` with the lines of their paths in the valid JSON `text`, in their order."""
    wanted = {finding.path for finding in findings}
    wanted |= set(map(_outer, wanted))
    lines = {path: line for path, line in _paths(text) if path in wanted} if wanted else {}
    found = [
        # a key that is missing is told at what it is missing in
        replace(one, line=one.line + (lines.get(one.path) or lines.get(_outer(one.path), 1)))
        for one in findings
    ]
    return tuple(sorted(found, key=lambda finding: finding.line))


def _outer(path: str) -> str:
    return path.rpartition("/")[0]


def _paths(text: str) -> Iterator[tuple[str, int]]:
    """Every path of the document with its line, in one pass over its tokens."""
    line = 1
    inside: list[str] = []  # the path of each open object or list
    counts: list[int] = []  # the number of its present element; -1 for an object
    here = ""  # the path of the value that comes next
    named = False  # the key of that value was read
    begins = False  # the value is an element of a list, and comes next
    for token in _TOKEN.finditer(text):
        word = token[0]
        if word == "\n":
            line += 1
            continue
        if begins and word != "]":
            yield here, line
        begins = False
        if word in {"{", "["}:
            inside.append(here)
            counts.append(0 if word == "[" else -1)
            named = False
            if word == "[":
                here, begins = f"{inside[-1]}[0]", True
        elif word in {"}", "]"}:
            inside.pop()
            counts.pop()
        elif word == ",":
            named = False
            if counts[-1] >= 0:
                counts[-1] += 1
                here, begins = f"{inside[-1]}[{counts[-1]}]", True
        elif counts and counts[-1] < 0 and not named and word.startswith('"'):
            named = True
            here = f"{inside[-1]}/{json.loads(word, strict=False)}"
            yield here, line
