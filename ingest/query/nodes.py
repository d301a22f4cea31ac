"""What a query is once it is read: terms, joined by AND, OR and NOT."""

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as having
from datetime import datetime, timedelta
from typing import Literal

Operator = Literal[":", "=", "!=", ">", ">=", "<", "<="]


@dataclass(frozen=True, slots=True)
class Period:
    """A stated date: a year, month, day or minute, from `start` up to `end`, which is not in it.

    Without a zone: the days are those of the site.
    """

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One comparison. `value` is as it was written, without its quotes, and `read` what it means
    where that is no text. `place` is where the term stands in the query, in characters; it makes
    no difference between terms."""

    field: str
    operator: Operator
    value: str
    read: int | timedelta | Period | None = None
    place: tuple[int, int] = having(default=(0, 0), compare=False)

    def __str__(self) -> str:
        value = self.value.replace("\\", "\\\\").replace('"', '\\"')
        return f'{self.field}{self.operator}"{value}"'


@dataclass(frozen=True, slots=True)
class Not:
    """What `node` does not match."""

    node: "Node"

    def __str__(self) -> str:
        return f"NOT {self.node}"


@dataclass(frozen=True, slots=True)
class AllOf:
    """What every one of `nodes` matches."""

    nodes: tuple["Node", ...]

    def __str__(self) -> str:
        return f"({' AND '.join(map(str, self.nodes))})"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """What at least one of `nodes` matches."""

    nodes: tuple["Node", ...]

    def __str__(self) -> str:
        return f"({' OR '.join(map(str, self.nodes))})"


Node = Term | Not | AllOf | AnyOf
"""`str` of any is a query that is read as the same tree, up to where its terms stand."""


def terms(node: Node) -> Iterator[Term]:
    """The terms of a query, in the order in which they stand."""
    if isinstance(node, Term):
        yield node
    elif isinstance(node, Not):
        yield from terms(node.node)
    else:
        for one in node.nodes:
            yield from terms(one)


def tells_of_stories(node: Node) -> bool:
    """Whether an article that stays as it is may begin to match, or cease to, because of others
    that tell of the same event."""
    return any(
        term.field == "story" or (term.field, term.value) == ("has", "story")
        for term in terms(node)
    )


def ages(node: Node) -> list[timedelta]:
    """The ages at which an article that stays as it is may begin, or cease, to match."""
    return sorted({term.read for term in terms(node) if isinstance(term.read, timedelta)})
