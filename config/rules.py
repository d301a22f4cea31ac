"""The rules for pages of single hosts: a TOML file each, named by its host."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from config.lines import Loc
from config.load import ConfigError, Problem, located_in, parse, read_text
from config.pages import PageRules
from config.settings import Settings
from config.wording import nearest, options, worded

MOST = 1_000
"""Files of rules. They travel to worker processes with every batch of documents."""

_MAX = 64_000  # characters
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*")


def with_rules(settings: Settings, readers: Mapping[str, Callable[[str], object]]) -> Settings:
    """`settings` with the rules of their data folder, if there are any.

    `readers` raise ValueError for a text that a key cannot have. Raises ConfigError with every
    problem of every file.
    """
    problems: list[Problem] = []
    found: dict[str, PageRules] = {}
    paths = rule_files(settings.rules_folder)
    if len(paths) > MOST:
        message = f"holds more than {MOST:,} files of rules"
        raise ConfigError([Problem(file=str(settings.rules_folder), message=message)])
    for path in paths:
        try:
            rules = read_rules(path, readers)
            if rules.host in found:
                raise _whole(path, f"is for {rules.host}, as another file is; leave one")
            found[rules.host] = rules
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return settings.model_copy(update={"rules": tuple(found.values())}) if found else settings


def rule_files(folder: Path) -> list[Path]:
    """The files of rules in `folder`, by name; none when there is no such folder."""
    return sorted(path for path in folder.glob("*.toml") if not path.name.startswith("."))


def read_rules(path: Path, readers: Mapping[str, Callable[[str], object]]) -> PageRules:
    """The rules of one file: `www.example.org.toml`, the `www.` being optional.

    Raises ConfigError with every problem.
    """
    host = path.name.removesuffix(".toml").removeprefix("www.")
    if not path.name.endswith(".toml") or not _HOST.fullmatch(host):
        raise _whole(path, "name it by its host in small letters, such as www.example.org.toml")
    text = read_text(path)
    if len(text) > _MAX:
        raise _whole(path, f"is longer than {_MAX:,} characters")
    data = parse(text, str(path))
    rules, issues = PageRules(), list[tuple[Loc, str]]()
    try:
        rules = PageRules.model_validate({k: v for k, v in data.items() if k != "host"})
    except ValidationError as error:
        for one in error.errors(include_url=False):
            unknown = one["type"] == "extra_forbidden"
            loc, context = one["loc"], one.get("ctx", {})
            issues.append(
                (loc, _unknown(loc) if unknown else worded(one["type"], loc, one["msg"], context))
            )
    if "host" in data:
        issues.append((("host",), "the name of the file says the host; take it out"))
    issues += _unusable(data, readers)
    if issues:
        raise ConfigError(located_in(path, text, issues))
    return rules.model_copy(update={"host": host})


def _unknown(loc: Loc) -> str:
    known = options(PageRules)
    return f"there is no such key; there are {', '.join(known)}" + nearest(str(loc[-1]), known)


def _unusable(
    data: Mapping[str, object], readers: Mapping[str, Callable[[str], object]]
) -> Iterator[tuple[Loc, str]]:
    for key in options(PageRules):
        value = data.get(key)
        listed = isinstance(value, list)
        for number, text in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(text, str) and text.strip():
                try:
                    readers.get(key, str)(text.strip())
                except ValueError as error:
                    yield ((key, number) if listed else (key,)), str(error)


def _whole(path: Path, message: str) -> ConfigError:
    return ConfigError([Problem(file=str(path), message=message)])
