"""Queries to conditions: bound parameters only, and nothing that one database reads otherwise.

Every condition is true or false and never null, so that NOT means what it says.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, exists, false, not_, or_

from ingest.query import AllOf, Node, Not, Period, Term, ages
from ingest.store import members, schema
from ingest.store.facts import article_words, facts, fold, fold_host, fold_words

_A = schema.article.c
_F = facts.c
_W = article_words.c

Condition = ColumnElement[bool]

_SIGNS: Mapping[str, Callable[[ColumnElement[float], float], Condition]] = {
    ">": lambda column, value: column > value,
    ">=": lambda column, value: column >= value,
    "<": lambda column, value: column < value,
    "<=": lambda column, value: column <= value,
    "=": lambda column, value: column == value,
}

_JOINED = 100  # conditions in a row: databases bound how deep a longer one would nest


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Under which circumstances a query is asked: `age` counts back from `now`, a day is one of
    `zone`, and `sources` maps the names of sources to internal ids."""

    now: datetime
    zone: ZoneInfo
    sources: Mapping[str, str]


def condition(node: Node, asking: Asking) -> Condition:
    """What `node` means for a row of articles joined with their facts."""
    if isinstance(node, Term):
        return _term(node, asking)
    if isinstance(node, Not):
        return not_(condition(node.node, asking))
    join = and_ if isinstance(node, AllOf) else or_
    found = [condition(one, asking) for one in node.nodes]
    while len(found) > _JOINED:  # by a CASE, or SQLAlchemy would write them in a row again
        rows = (found[start : start + _JOINED] for start in range(0, len(found), _JOINED))
        found = [case((join(*row), 1), else_=0) == 1 for row in rows]
    return join(*found).self_group()


def aging(node: Node, published: ColumnElement[float], since: datetime, now: datetime) -> Condition:
    """That an article came to an age between the moments `since` and `now` that `node` asks about:
    no other begins to match because time went by."""
    between = [
        published.between((since - age).timestamp(), (now - age).timestamp()) for age in ages(node)
    ]
    return or_(false(), *between)


def _term(term: Term, asking: Asking) -> Condition:
    found = _positive(term, asking)
    return not_(found) if term.operator == "!=" else found


def _positive(term: Term, asking: Asking) -> Condition:
    """What the term says, `!=` taken for `=`."""
    sign = term.operator.removeprefix("!").replace(":", "=")
    match term.read:
        case timedelta() as age:
            back = {">": "<", ">=": "<=", "<": ">", "<=": ">="}[sign]
            return _SIGNS[back](_A.published, (asking.now - age).timestamp())
        case Period() as period:
            column = _A.published if term.field == "published" else _A.updated
            return and_(column.is_not(None), _during(column, sign, period, asking.zone))
        case int() as number if term.field == "story":
            return members.is_in(number)
        case int() as count:
            return _SIGNS[sign](_F.words, count)
    return _text(term, asking, whole=term.operator != ":")


def _during(column: ColumnElement[float], sign: str, period: Period, zone: ZoneInfo) -> Condition:
    start = period.start.replace(tzinfo=zone).astimezone(UTC).timestamp()
    end = period.end.replace(tzinfo=zone).astimezone(UTC).timestamp()
    if sign == "=":
        return and_(column >= start, column < end)
    return _SIGNS[{">": ">=", "<=": "<"}.get(sign, sign)](
        column, end if sign in {">", "<="} else start
    )


def _text(term: Term, asking: Asking, *, whole: bool) -> Condition:
    """A term about a text; `whole`: it is the text, and not only in it."""
    match term.field:
        case "source":
            id_ = asking.sources.get(term.value)
            return _A.source == id_ if id_ else false()
        case "has":
            return _has(term.value)
        case "tag":
            return _F.tags.contains(f"\n{fold(term.value)}\n", autoescape=True)
        case "section":
            return _F.section == fold(term.value)
        case "language":
            tag = f"{fold(term.value)}-"
            return _F.language == tag if whole else _F.language.startswith(tag, autoescape=True)
        case "site":
            host = f".{fold_host(term.value)}"
            return _F.site == host if whole else _F.site.endswith(host, autoescape=True)
        case "url":
            part = fold(term.value)
            return _F.url == part if whole else _F.url.contains(part, autoescape=True)
    wanted = fold_words(term.value)
    if term.value.endswith("*") and not whole:
        wanted = wanted[:-1]
    if term.field == "author":
        sought = f"\n{wanted}\n" if whole else wanted
        return _F.authors.contains(sought, autoescape=True)
    if term.field == "text":
        inside = _W.text.contains(wanted, autoescape=True)
        return exists().where(_W.article == _A.number, inside)
    return _F.title == wanted if whole else _F.title.contains(wanted, autoescape=True)


def _has(what: str) -> Condition:
    if what == "story":
        return members.is_in()
    if what in {"image", "enclosure", "summary"}:
        return _F[what].is_(True)
    if what == "updated":
        return _A.updated.is_not(None)
    return _F[{"author": "authors", "tag": "tags"}.get(what, what)] != ""
