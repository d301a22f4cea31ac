"""Where in a TOML text each key stands: tomllib tells no lines, and messages need them."""

import re
import tomllib
from collections import Counter

Loc = tuple[str | int, ...]

_DEEPEST = 8  # settings lie shallow, and deep nesting must not cost quadratic space

_TOKEN = re.compile(
    r"""
      (?P<skip>\#[^\n]*)
    | (?P<text>"{3}(?:\\.|"{1,2}(?!")|[^"\\])*+"{0,5} | '{3}(?:'{1,2}(?!')|[^'])*+'{0,5}
             | "(?:\\.|[^"\\\n])*+"? | '[^'\n]*+'? )
    | (?P<sign>[\[\]{}=,.\n])
    | (?P<bare>[^\s\#"'\[\]{}=,.]++)
    """,
    re.VERBOSE | re.DOTALL,
)


_CLOSED = re.compile(
    r"""
      "{3}(?:\\.|"{1,2}(?!")|[^"\\])*+"{3,5} | '{3}(?:'{1,2}(?!')|[^'])*+'{3,5}
    | "(?:\\.|[^"\\\n])*+" | '[^'\n]*+'
    """,
    re.VERBOSE | re.DOTALL,
)


def unclosed_line(text: str) -> int:
    """The line, from 1, of the first text in quotes that has no closing one; 0 when all have."""
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "text" and not _CLOSED.fullmatch(token[0]):
            return text.count("\n", 0, token.start()) + 1
    return 0


def key_lines(text: str) -> dict[Loc, int]:
    """Map each key, table and array element of a valid TOML document to its line, from 1.

    Keys are paths as pydantic writes them: `("source", 1, "every")` is in the second
    `[[source]]`. A text that is not TOML gives what could be made of it. Takes linear time.
    """
    scanner = _Scanner()
    line = 1
    for token in _TOKEN.finditer(text):
        if token.lastgroup != "skip":
            scanner.feed(token[0], quoted=token.lastgroup == "text", line=line)
        line += token[0].count("\n")
    scanner.feed("\n", quoted=False, line=line)
    return scanner.lines


class _Scanner:
    """Follows the tokens of one document: in a header, before a key's `=`, or in a value."""

    def __init__(self) -> None:
        self.lines: dict[Loc, int] = {(): 1}
        self._state = "key"
        self._table: Loc = ()
        self._parts: list[str] = []
        self._brackets = 0
        self._header_line = 1
        self._value: Loc = ()
        self._open: list[tuple[Loc, int]] = []  # inline tables (index -1) and arrays around us
        self._tables: Counter[Loc] = Counter()  # how often each [[array of tables]] was begun

    def feed(self, sign: str, *, quoted: bool, line: int) -> None:
        if self._state == "header":
            self._header(sign, quoted=quoted)
        elif self._state == "key":
            self._key(sign, quoted=quoted, line=line)
        elif not quoted:
            self._in_value(sign, line)
        else:
            self._note(self._here(), line)

    def _header(self, sign: str, *, quoted: bool) -> None:
        if quoted or sign not in "[].\n":
            self._parts.append(_plain(sign, quoted=quoted))
        elif sign == "[":
            self._brackets += 1
        elif sign == "\n":
            *above, last = self._parts or [""]
            loc = (*self._resolve(above[:_DEEPEST]), last)
            self._note(loc, self._header_line)
            if self._brackets == 2:
                self._tables[loc] += 1
            self._table = self._resolve_last(loc)
            self._note(self._table, self._header_line)
            self._parts, self._state = [], "key"

    def _key(self, sign: str, *, quoted: bool, line: int) -> None:
        if quoted or sign not in "[]{}=,.\n":
            self._parts.append(_plain(sign, quoted=quoted))
        elif sign == "=":
            base = self._open[-1][0] if self._open else self._table
            for length in range(1, min(len(self._parts), _DEEPEST) + 1):
                self._note((*base, *self._parts[:length]), line)
            self._value = (*base, *self._parts)[: _DEEPEST + 1]
            self._parts, self._state = [], "value"
        elif sign == "}":
            self._close()
        elif sign == "[" and not self._open:
            self._brackets, self._header_line, self._state = 1, line, "header"

    def _in_value(self, sign: str, line: int) -> None:
        if sign in "[{":
            here = self._here()
            self._note(here, line)
            self._open.append((here, 0 if sign == "[" else -1))
            self._state = "value" if sign == "[" else "key"
        elif sign in "]}":
            self._close()
        elif sign == "," and self._open:
            loc, index = self._open[-1]
            self._open[-1] = (loc, index + 1 if index >= 0 else -1)
            self._state = "value" if index >= 0 else "key"
        elif sign == "\n":
            self._state = "value" if self._open else "key"
        elif sign != ".":
            self._note(self._here(), line)

    def _close(self) -> None:
        if self._open:
            self._open.pop()
        self._state = "value"

    def _here(self) -> Loc:
        """The path of the value that begins now."""
        if self._open and self._open[-1][1] >= 0:
            return (*self._open[-1][0], self._open[-1][1])[: _DEEPEST + 1]
        return self._value

    def _note(self, loc: Loc, line: int) -> None:
        if len(loc) <= _DEEPEST:
            self.lines.setdefault(loc, line)

    def _resolve(self, names: list[str]) -> Loc:
        loc: Loc = ()
        for name in names:
            loc = self._resolve_last((*loc, name))
        return loc

    def _resolve_last(self, loc: Loc) -> Loc:
        return (*loc, self._tables[loc] - 1) if loc in self._tables else loc


def _plain(token: str, *, quoted: bool) -> str:
    """A key as tomllib gives it: quotes and escapes gone."""
    if not quoted:
        return token
    try:
        return str(tomllib.loads(f"key = {token}")["key"])
    except tomllib.TOMLDecodeError:
        return token
