"""The HTML elements that articles may hold and how elements behave: allowed.toml as a value."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True, kw_only=True)
class Elements:
    """Names of elements; `attributes` maps them to the attributes kept, "*" to those kept on all.

    The sets are shared: they are read, never changed.
    """

    tags: set[str]
    attributes: dict[str, set[str]]
    with_content: set[str]
    schemes: set[str]
    containers: frozenset[str]
    blocks: frozenset[str]
    no_paragraph: frozenset[str]
    inline: frozenset[str]


@cache
def elements() -> Elements:
    """Read allowed.toml, once."""
    text = resources.files("ingest.normalize").joinpath("allowed.toml").read_text("utf-8")
    data = tomllib.loads(text)
    kinds = {name: frozenset(names) for name, names in data["kinds"].items()}
    attributes = {tag: set(names) for tag, names in data["tags"].items() if names}
    return Elements(
        tags=set(data["tags"]),
        attributes={**attributes, "*": set(data["everywhere"])},
        with_content=set(data["with_content"]),
        schemes=set(data["schemes"]),
        **kinds,
    )
