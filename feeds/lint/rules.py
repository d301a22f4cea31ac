"""The rules as data: what each is called, how grave it is, its source, why and what to do."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

Level = Literal["error", "warning", "advice"]

LEVELS: tuple[Level, ...] = ("error", "warning", "advice")
"""From the gravest to the lightest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule: `name` and `group` are ours, `w3c` the W3C validator's name for it or ""."""

    name: str
    group: str
    level: Level
    source: str
    why: str
    cure: str
    w3c: str = ""


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by its name, in the order of the manual."""
    return MappingProxyType(
        {
            name: Rule(name=name, group=group, **fields)
            for group, table in data("rules").items()
            for name, fields in table.items()
        }
    )


@cache
def data(name: str) -> Mapping[str, Any]:
    """A table of facts that lies beside this module."""
    text = files("feeds.lint").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))
