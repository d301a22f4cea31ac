"""Plain words for what pydantic finds wrong."""

import difflib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, get_args

from pydantic import BaseModel

from config.lines import Loc
from config.settings import Settings

_PLAIN = {
    "missing": "is missing",
    "string_type": "write a text in quotes",
    "path_type": "write a path in quotes",
    "int_type": "write a whole number, without quotes",
    "bool_type": "write true or false, without quotes",
    "tuple_type": 'write a list, such as ["one", "two"]',
    "time_delta_type": 'write a number and a unit in quotes, such as "15 minutes"',
    "is_instance_of": "has the wrong type",
}
_REPEATED = frozenset({"source", "feed", "notify"})


def worded(kind: str, loc: Loc, message: str, context: Mapping[str, Any]) -> str:
    """One of pydantic's errors for the operator: `kind`, `message` and `context` are its own.

    `loc` is the key's path in the TOML file.
    """
    if kind == "extra_forbidden":
        return _unknown_key(loc)
    if kind == "value_error":
        return str(context.get("error", message))
    if kind == "literal_error":
        return "write " + str(context["expected"]).replace("'", '"')
    if kind in {"model_type", "tuple_type"} and loc[0] in _REPEATED and len(loc) <= 2:
        return f"begin each {loc[0]} with a line [[{loc[0]}]]"
    if kind == "model_type":
        return f"write a table: a line [{loc[-1]}], its options below"
    return _bounds(kind, context) or _PLAIN.get(kind, message[:1].lower() + message[1:])


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean "every"?` with the known word most like `word`, "" when none is."""
    close = _most_like(word, known)
    return f"; did you mean `{close}`?" if close else ""


def misspelt(loc: Loc) -> Loc:
    """The path of the option that the unknown key at `loc` was meant to be; () when none is."""
    close = _most_like(str(loc[-1]), options(model_at(loc[:-1])))
    return (*loc[:-1], close) if close else ()


def _most_like(word: str, known: Iterable[str]) -> str:
    found = difflib.get_close_matches(word[:100], sorted(known), n=1, cutoff=0.6)
    return found[0] if found else ""


def options(model: type[BaseModel]) -> dict[str, Any]:
    """The keys that may stand in a table, as TOML names them, with their fields."""
    fields = model.model_fields.items()
    return {field.alias or name: field for name, field in fields if not field.exclude}


def _bounds(kind: str, context: Mapping[str, Any]) -> str:
    if kind in {"greater_than_equal", "less_than_equal"}:
        word, limit = ("at least", "ge") if kind == "greater_than_equal" else ("at most", "le")
        return f"must be {word} {_amount(context[limit])}"
    if kind in {"too_short", "string_too_short"}:
        return "must not be empty" if context["min_length"] == 1 else "is too short"
    if kind == "string_too_long":
        return f"must have at most {context['max_length']} characters"
    return ""


def _amount(limit: object) -> str:
    """A bound in words. Some releases of pydantic give a duration as its `repr`."""
    if isinstance(limit, timedelta):
        seconds = int(limit.total_seconds())
    elif isinstance(limit, str) and limit.startswith("datetime.timedelta(seconds="):
        seconds = int(limit.rpartition("=")[2].rstrip(")"))
    else:
        return f"{limit:,}" if isinstance(limit, int) else str(limit)
    return "1 second" if seconds == 1 else f"{seconds} seconds"


def _unknown_key(loc: Loc) -> str:
    """Name the option that was meant, or the table the key belongs to."""
    key = str(loc[-1])
    known = options(model_at(loc[:-1]))
    if close := nearest(key, known):
        return "there is no such option" + close
    for name, field in options(Settings).items():
        model = _model_in(field.annotation)
        if len(loc) > 1 and name == key:
            return "there is no such option here; it stands above the first [table]"
        if model and name != loc[0] and key in options(model):
            table = f"[[{name}]]" if name in _REPEATED else f"[{name}]"
            return f"there is no such option here; it belongs below {table}"
    return "there is no such option"


def model_at(loc: Loc) -> type[BaseModel]:
    """The model of the table at `loc`, a path of keys as they are in the file."""
    model: type[BaseModel] = Settings
    for part in loc:
        if isinstance(part, str):
            model = _model_in(options(model)[part].annotation) or model
    return model


def _model_in(annotation: object) -> type[BaseModel] | None:
    """The model an annotation such as `Site` or `tuple[Source, ...]` is about."""
    for candidate in (annotation, *get_args(annotation)):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None
