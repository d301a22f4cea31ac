"""TOML to settings: every problem at once, each with its file, line and key."""

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from config.checks import Issues, QueryReader, cross_checks
from config.lines import Loc, key_lines, unclosed_line
from config.settings import Settings
from config.wording import misspelt, worded

MAX_BYTES = 1_000_000
"""A larger file is not a configuration: 10,000 addresses of 80 characters fit."""

_SHOWN = 50
_OURS = frozenset({"folder", "rules", "made"})  # fields of the settings that are no options
_REFERENCE = re.compile(r"\$(\$?)\{([^}]*)\}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SYNTAX = re.compile(r"(.*) \(at (?:line ([0-9]+), column ([0-9]+)|end of document)\)", re.DOTALL)
_SIGNS = "=,]}#"  # what stands where a value should, and is no text; "" is the line's end
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]{1,60}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with a configuration. `line` is 0 and `key` "" when it has none."""

    file: str
    message: str
    line: int = 0
    key: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class ConfigError(Exception):
    """A configuration cannot be used. `problems` are all there are, by line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda found: (found.line, found.key)))
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:_SHOWN]]
        if len(self.problems) > _SHOWN:
            lines.append(f"… and {len(self.problems) - _SHOWN} more")
        return "\n".join(lines)


def load(
    path: Path,
    environ: Mapping[str, str],
    readers: Mapping[str, Callable[[str], object]] = MappingProxyType({}),
    *,
    query: QueryReader | None = None,
    sourceless: bool = False,
) -> Settings:
    """Read the configuration at `path`, taking `${NAME}` in any text from `environ`.

    `$${` stands for `${` itself. `readers` raise ValueError for a text that an option of a source,
    by its name, cannot have; `query` does so for a feed's `where`; they are handed in, for
    configuration knows no schedules, selectors and queries. `sourceless`: there need be no source
    yet. Raises ConfigError with every problem.
    """
    if not _is_text(str(path.absolute())):
        raise _whole(path, "a name on the way to it is not UTF-8; rename that")
    text = read_text(path)
    raw = parse(text, str(path))
    issues: Issues = []
    secrets: dict[str, str] = {}
    data = _filled(raw, (), environ, issues, secrets)
    folder = path.absolute().parent
    issues += cross_checks(data, folder, readers, query)
    settings = _validated(data, issues, skip={loc for loc, _ in issues}, sourceless=sourceless)
    if settings is None or issues:
        masked = [(loc, _masked(why, secrets)) for loc, why in dict.fromkeys(issues)]
        raise ConfigError(located_in(path, text, masked))
    return settings.model_copy(update={"folder": folder})


def located(path: Path, issues: Issues) -> list[Problem]:
    """What turned out to be wrong with values of the configuration at `path`, with their lines.

    Raises ConfigError when it cannot be read any more.
    """
    return located_in(path, read_text(path), issues)


def located_in(path: Path, text: str, issues: Issues) -> list[Problem]:
    """`located` for a file whose text is known."""
    lines = key_lines(text)
    return [
        Problem(file=str(path), line=_line(lines, loc), key=_key(loc), message=why)
        for loc, why in issues
    ]


def read_body(path: Path) -> bytes:
    """The file's bytes. Raises ConfigError for whatever is not a readable file of sane size."""
    try:
        if path.exists() and not path.is_file():  # opening a pipe would wait for ever
            raise _whole(path, "is not a file")
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise _whole(
            path, "there is no such file; `broadsheet init` writes one, --config names another"
        ) from None
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise _whole(path, f"cannot be read: {why}") from None
    if len(body) > MAX_BYTES:
        raise _whole(path, f"is larger than {MAX_BYTES:,} bytes; is it a configuration at all?")
    return body


def digest(path: Path) -> str:
    """SHA-256 of the file's bytes in hexadecimal; "" when `read_body` cannot read it."""
    try:
        return hashlib.sha256(read_body(path)).hexdigest()
    except ConfigError:
        return ""


def read_text(path: Path) -> str:
    """The file's text. Raises ConfigError."""
    body = read_body(path)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        message = "is not UTF-8 text; save it as UTF-8"
        raise ConfigError([Problem(file=str(path), line=line, message=message)]) from None


def _is_text(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _whole(path: Path, message: str) -> ConfigError:
    return ConfigError([Problem(file=str(path), message=message)])


def parse(text: str, file: str) -> dict[str, Any]:
    """The document as tomllib reads it. Raises ConfigError with the line of a syntax error."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        problem = Problem(file=file, message="is nested too deep")
    except ValueError as error:  # also integers of thousands of digits
        found = _SYNTAX.fullmatch(str(error))
        line = int(found[2] or text.count("\n") + 1) if found else 0
        why = found[1] if found else "a value is out of range"
        column = int(found[3] or 0) if found else 0
        problem = _syntax_error(text, file, line, column, why)
    raise ConfigError([problem]) from None


def _syntax_error(text: str, file: str, line: int, column: int, why: str) -> Problem:
    """What tomllib found wrong in `line` (0: nowhere), in plain words where people often err."""
    begun = unclosed_line(text)
    if why == "Invalid value" and column:
        sign = text.splitlines()[line - 1][column - 1 : column]
        if sign not in _SIGNS:
            return Problem(file=file, line=line, message='write texts in straight quotes: "so"')
    elif 0 < begun <= line:
        message = "the text that begins here has no closing quote"
        return Problem(file=file, line=begun, message=message)
    place = f" (column {column})" if column else ""
    return Problem(file=file, line=line, message=f"is not valid TOML: {why}{place}")


def _filled(
    value: Any, loc: Loc, environ: Mapping[str, str], issues: Issues, secrets: dict[str, str]
) -> Any:
    """`value` with its `${NAME}` replaced; what is wrong goes to `issues`, what was to `secrets`.

    A value is filled once: what comes from the environment is never looked at again.
    """
    if isinstance(value, dict):
        return {k: _filled(v, (*loc, k), environ, issues, secrets) for k, v in value.items()}
    if isinstance(value, list):
        return [_filled(v, (*loc, n), environ, issues, secrets) for n, v in enumerate(value)]
    if not isinstance(value, str):
        return value

    def replace(match: re.Match[str]) -> str:
        escaped, name = match[1], match[2]
        if escaped:
            return match[0][1:]
        if not _VARIABLE.fullmatch(name):
            issues.append((loc, "write ${NAME} for a variable, $${ for the characters themselves"))
        elif name not in environ:
            issues.append((loc, f"the environment has no variable {name}"))
        else:
            secrets[name] = environ[name]
            return environ[name]
        return match[0]

    filled = _REFERENCE.sub(replace, value)
    if _CONTROL.search(filled):
        issues.append((loc, "has control characters in it"))
    return filled


def _validated(
    data: dict[str, Any], issues: Issues, skip: set[Loc], *, sourceless: bool
) -> Settings | None:
    """Settings of `data`; what pydantic refuses is added to `issues` in plain words."""
    meant = set[Loc]()
    try:
        settings = Settings.model_validate({k: v for k, v in data.items() if k not in _OURS})
    except ValidationError as error:
        errors = error.errors(include_url=False)
        meant = {misspelt(found["loc"]) for found in errors if found["type"] == "extra_forbidden"}
        for found in errors:
            loc = _known_part(data, found["loc"], missing=found["type"] == "missing")
            spurious = found["type"] == "too_short" and found["input"]  # bad elements are told
            spurious = spurious or (found["type"] == "missing" and loc in meant)
            if loc not in skip and not spurious:
                issues.append((loc, worded(found["type"], loc, found["msg"], found.get("ctx", {}))))
        settings = None
    if not (sourceless or ("source",) in meant) and data.get("source", []) == []:
        issues.append((("source",), "there must be at least one [[source]]"))
    for key in _OURS & data.keys():
        issues.append(((key,), worded("extra_forbidden", (key,), "", {})))
    return settings


def _known_part(data: Any, loc: Loc, *, missing: bool) -> Loc:
    """`loc` without what pydantic appends for its own unions; one step more if a key is missing."""
    for depth, part in enumerate(loc):
        inside = (isinstance(data, dict) and part in data) or (
            isinstance(data, list) and isinstance(part, int) and part < len(data)
        )
        if not inside:
            return loc[: depth + missing]
        data = data[part]
    return loc


def _line(lines: Mapping[Loc, int], loc: Loc) -> int:
    """The line of `loc`, or of the nearest table around it."""
    return next(lines[loc[:end]] for end in range(len(loc), -1, -1) if loc[:end] in lines)


def _key(loc: Loc) -> str:
    """`source[2].every`: elements counted from 1, odd keys quoted so that they cannot deceive."""
    key = ""
    for part in loc:
        if isinstance(part, int):
            key += f"[{part + 1}]"
        else:
            plain = part if _BARE_KEY.fullmatch(part) else json.dumps(part[:60])
            key += f".{plain}" if key else plain
    return key


def _masked(message: str, secrets: Mapping[str, str]) -> str:
    """`message` with values taken from the environment shown by their names."""
    for name, value in sorted(secrets.items(), key=lambda pair: -len(pair[1])):
        if len(value) >= 4:
            message = message.replace(value, f"${{{name}}}")
    return message
