"""Configuration as text: tables that are appended, while everything else stays as it was."""

import json
import os
import re
import shutil
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

from config.load import ConfigError, Problem, load
from config.settings import Settings

_NOT_NAME = re.compile(r"[^a-z0-9]+")
_LONGEST = 40  # characters of a name that is made of a title

Value = str | bool | int | tuple[str, ...]


def table(kind: str, options: Mapping[str, Value]) -> str:
    """The text of one `[[kind]]` table; empty values are left out."""
    lines = [f"{key} = {toml(value)}" for key, value in options.items() if value not in ("", ())]
    return "\n".join([f"[[{kind}]]", *lines]) + "\n"


def toml(value: Value) -> str:
    """A value as the file has it: a text that holds `${` stands for itself."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("${", "$${").replace("\x7f", "")
    if isinstance(value, tuple):
        return f"[{', '.join(map(toml, value))}]"
    return json.dumps(value)


def free_name(words: str, taken: Collection[str]) -> str:
    """A name made of ASCII `words` that nothing has yet; "" when there is no letter in them."""
    plain = _NOT_NAME.sub("-", words.lower()).strip("-")
    name = plain if len(plain) <= _LONGEST else plain[: _LONGEST + 1].rpartition("-")[0]
    name = name or plain[:_LONGEST]
    number = 2
    free = name
    while free and free in taken:
        free = f"{name}-{number}"
        number += 1
    return free


def append(path: Path, text: str, environ: Mapping[str, str], *, start: str = "") -> Settings:
    """Append `text` to the configuration at `path`, which is made of `start` when it is not there.

    What is there stays as it is, byte for byte; the new file takes its place at once. Raises
    ConfigError, with nothing written, when the result would be no configuration, and OSError.
    """
    target = path.resolve()  # a link stays one
    before = target.read_bytes() if target.exists() else None
    body = _joined(start.encode() if before is None else before, text)
    beside = target.with_name(f".{target.name}.new")
    try:
        _write(beside, body, like=target)
        settings = _tried(beside, path, environ)
        if (target.read_bytes() if target.exists() else None) != before:
            raise ConfigError([Problem(file=str(path), message="was changed meanwhile; try again")])
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return settings


def _joined(before: bytes, text: str) -> bytes:
    end = b"\r\n" if b"\r\n" in before else b"\n"
    gap = end if before.endswith(end) or not before else end * 2
    return before + gap + text.encode().replace(b"\n", end)


def _write(path: Path, body: bytes, *, like: Path) -> None:
    """Write a file that as few may read as may read `like`: there may be secrets in it."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    with os.fdopen(descriptor, "wb") as file:
        if like.exists():
            shutil.copymode(like, path)
            with suppress(OSError):  # only root may give a file away
                os.chown(path, like.stat().st_uid, like.stat().st_gid)
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def _tried(beside: Path, path: Path, environ: Mapping[str, str]) -> Settings:
    try:
        return load(beside, environ)
    except ConfigError as error:
        problems = error.problems
        raise ConfigError(
            Problem(file=str(path), message=p.message, line=p.line, key=p.key) for p in problems
        ) from None
