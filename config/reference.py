"""Every option with its type, default and limits, and what the example configuration says of it."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.wording import model_at, options

_HEADER = re.compile(r"#?(\[{1,2}[a-z]+\]{1,2})")
_KEY = re.compile(r"#?([a-z_]+) = (.+)")
_TYPES = {str: "text", int: "number", bool: "true or false", Path: "path", timedelta: "duration"}
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An option and what is known of it, in words: "number", "1 to 1,000", "default 50"."""

    key: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Options that are explained together."""

    text: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table such as "[site]" or "[[source]]"; "" is what stands above the first one."""

    header: str
    text: tuple[str, ...]
    groups: tuple[Group, ...]


def reference() -> tuple[Table, ...]:
    """Every table of the example configuration, which a test keeps complete, in its order.

    A comment explains the options below it, up to the next comment. One that ends in an empty line
    belongs to the table that begins next.
    """
    example = files("config").joinpath("example.toml").read_text(encoding="utf-8")
    tables: dict[str, tuple[list[str], list[tuple[str, list[Option]]]]] = {}
    told: set[tuple[str, str]] = set()
    header, comment, waiting = "", list[str](), list[str]()
    for line in example.splitlines():
        if begun := _HEADER.fullmatch(line):
            header = begun[1]
        elif found := _KEY.fullmatch(line):
            _, groups = tables.setdefault(header, (waiting, []))
            if comment or not groups:
                groups.append((" ".join(comment), []))
            if (header, found[1]) not in told:
                told.add((header, found[1]))
                groups[-1][1].append(_option(header, found[1], found[2]))
            comment, waiting = [], []
        elif line.startswith("# "):
            comment.append(line[2:])
        elif comment:
            waiting, comment = [*waiting, " ".join(comment)], []
    return tuple(
        Table(
            header=header,
            text=tuple(text),
            groups=tuple(Group(text=said, options=tuple(known)) for said, known in groups if known),
        )
        for header, (text, groups) in tables.items()
    )


def _option(header: str, key: str, example: str) -> Option:
    name = header.strip("[]")
    field: FieldInfo = options(model_at((name,) if name else ()))[key]
    facts = [_type(field.annotation, field.metadata), *_limits(field.metadata)]
    if field.is_required():
        facts.append("required")
    elif field.default in (None, "", ()):
        facts += [f"for example `{example}`"] if example != "[]" else []
    else:
        facts.append(f"default `{_toml(field.default)}`")
    return Option(key=key, facts=tuple(facts))


def _type(annotation: Any, facts: Iterable[Any] = ()) -> str:
    """A type in a word or two. What a validator of ours reads is named like it: `_address`."""
    for fact in facts:
        if validator := getattr(fact, "func", None):
            return str(validator.__name__).strip("_")
    inner = [arg for arg in get_args(annotation) if arg not in (type(None), ...)]
    if get_origin(annotation) is Annotated:
        return _type(inner[0], inner[1:])
    if get_origin(annotation) is tuple:
        word = _type(inner[0])
        return f"list of {word}" + ("" if '"' in word else "es" if word[-1] == "s" else "s")
    if get_origin(annotation) is Literal:
        return " or ".join(json.dumps(arg) for arg in inner)
    if not inner and issubclass(annotation, BaseModel):
        return "table"
    return _type(inner[0]) if inner else _TYPES[annotation]


def _limits(facts: Iterable[Any]) -> Iterator[str]:
    found = {name: value for fact in facts for name, value in _bounds(fact)}
    least, most = found.get("ge"), found.get("le")
    if least is not None and most is not None:
        yield f"{_amount(least)} to {_amount(most)}"
    elif least is not None:
        yield f"at least {_amount(least)}"
    if "max_length" in found:
        yield f"at most {_amount(found['max_length'])} characters"


def _bounds(fact: Any) -> Iterator[tuple[str, Any]]:
    for name in ("ge", "le", "max_length"):
        value = getattr(fact, name, None)
        if value is not None:
            yield name, value


def _amount(value: Any) -> str:
    return _span(value) if isinstance(value, timedelta) else f"{value:,}"


def _span(value: timedelta) -> str:
    """A duration in the largest unit that it is whole in: "90 seconds", "1 hour"."""
    seconds = int(value.total_seconds())
    unit, size = next(pair for pair in _UNITS if seconds % pair[1] == 0)
    return f"{seconds // size} {unit}" + "s" * (seconds != size)


def _toml(value: Any) -> str:
    """A default as the file would have it."""
    if isinstance(value, timedelta):
        return json.dumps(_span(value))
    if isinstance(value, int) and value >= 100_000:
        return f"{value:_}"
    return json.dumps(str(value) if isinstance(value, Path) else value)
