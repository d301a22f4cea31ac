"""Reading a query, by recursive descent; what is wrong with it is told with its place.

    query  = all { OR all }
    all    = part { [AND] part }
    part   = NOT part | "(" query ")" | term
    term   = field operator value | value
    value  = word | "words in quotes" | 'so too'

A value alone stands in the title or in the text.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache

from ingest.query import hints, values
from ingest.query.fields import FIELDS, HAD, OPERATORS, Field
from ingest.query.nodes import AllOf, AnyOf, Node, Not, Operator, Period, Term
from ingest.similarity import words

MAX_LENGTH = 2_000
"""Characters of a query."""
MAX_DEPTH = 20
"""Parentheses and NOTs inside each other."""
MAX_VALUE = 200
"""Characters of one value: databases take patterns of some length only."""
MAX_TERMS = 100
"""Comparisons in a query."""

_LARGER = 5  # times: how much longer the queries are that we write ourselves
_QUOTED = r'"(?:[^"\\]|\\.)*"|' + r"'(?:[^'\\]|\\.)*'"
_TOKEN = re.compile(
    rf"""\s*(?:
      (?P<sign>[()])
    | (?P<field>[^\W\d]\w*)\s*(?P<operator>!=|>=|<=|[:=<>])
      \s*(?P<value>{_QUOTED}|[^\s()"'][^\s()]*)?
    | (?P<alone>{_QUOTED}|[^\s()"':=<>!][^\s():=<>"]*)
    )""",
    re.VERBOSE,
)
_JOINING = frozenset({"AND", "OR", "NOT"})


class QueryError(ValueError):
    """A query that cannot be used. `reason` says why in plain words, `place` is what it is about:
    from and up to which character of `query`."""

    def __init__(self, query: str, place: tuple[int, int], reason: str) -> None:
        self.query, self.place, self.reason = query, place, reason
        super().__init__(query, place, reason)

    def __str__(self) -> str:
        """The reason, and below it the query with the place marked."""
        if len(self.query) > MAX_LENGTH:
            return self.reason
        start, end = self.place
        shown = re.sub(r"\s", " ", self.query)
        return f"{self.reason}\n    {shown}\n    {' ' * start}{'^' * max(1, end - start)}"


@dataclass(frozen=True, slots=True)
class _Token:
    """A sign, a joining word or the term that stands at `place`."""

    place: tuple[int, int]
    word: str = ""
    term: Node | None = None


@lru_cache(maxsize=1_024)
def parse(query: str, sources: Collection[str] | None = None) -> Node:
    """The tree of `query`, which may name only `sources`. Raises QueryError.

    `sources` are hashable: a tuple or a frozenset. None for a query that was read before, and is
    now told by `str`, or a part of another: it may name any, and be longer than people's.
    """
    if len(query) > MAX_LENGTH * (1 if sources is not None else _LARGER):
        reason = f"it is longer than {MAX_LENGTH:,} characters"
        raise QueryError(query, (0, 0), reason)
    return _Reader(query, sources).whole()


class _Reader:
    """Reads one query from left to right."""

    def __init__(self, query: str, sources: Collection[str] | None) -> None:
        self._query = query
        self._sources = sources
        self._larger = 1 if sources is not None else _LARGER
        self._end = len(query)
        self._at = 0
        self._terms = 0
        self._next = self._token()

    def whole(self) -> Node:
        """The tree of all there is."""
        if self._next is None:
            raise self._wrong((0, self._end), 'it is empty; write a term, such as "tag:energy"')
        node = self._any(0)
        if left := self._take():
            raise self._wrong(left.place, "this parenthesis closes none")
        return node

    def _any(self, depth: int) -> Node:
        found = [self._all(depth)]
        while self._next and self._next.word == "OR":
            self._take()
            found.append(self._all(depth))
        return found[0] if len(found) == 1 else AnyOf(tuple(found))

    def _all(self, depth: int) -> Node:
        found = [self._part(depth)]
        while self._next and self._next.word not in {"OR", ")"}:
            if self._next.word == "AND":
                self._take()
            found.append(self._part(depth))
        return found[0] if len(found) == 1 else AllOf(tuple(found))

    def _part(self, depth: int) -> Node:
        token = self._take()
        if token is None:
            raise self._wrong((self._end, self._end), "a term is missing at the end")
        if depth > MAX_DEPTH * self._larger:
            raise self._wrong(token.place, f"it is nested more than {MAX_DEPTH} deep")
        if token.word == "NOT":
            return Not(self._part(depth + 1))
        if token.word == "(":
            node = self._any(depth + 1)
            if self._take() is None:
                raise self._wrong(token.place, "this parenthesis is not closed")
            return node
        if token.term is None:
            raise self._wrong(token.place, f"a term is missing before this {token.word}")
        return token.term

    def _take(self) -> _Token | None:
        token = self._next
        self._next = self._token() if token else None
        return token

    def _token(self) -> _Token | None:
        match = _TOKEN.match(self._query, self._at)
        if match is None:
            self._check_end()
            return None
        self._at = match.end()
        kind = next(name for name in ("sign", "field", "alone") if match[name])
        place = (match.start(kind), match.end())
        if match["sign"] or match["alone"] in _JOINING:
            return _Token(place, match["sign"] or match["alone"])
        self._terms += 1
        if self._terms > MAX_TERMS * self._larger:
            raise self._wrong(place, f"has more than {MAX_TERMS} terms")
        return _Token(place, term=self._alone(match) if match["alone"] else self._term(match))

    def _check_end(self) -> None:
        """Raise QueryError unless nothing is left to read."""
        rest = self._query[self._at :]
        start = self._at + len(rest) - len(rest.lstrip())
        sign = rest.strip()[:1]
        if sign in {'"', "'"}:
            raise self._wrong((start, self._end), "this text has no closing quote")
        if sign == "!":
            raise self._wrong((start, start + 1), "write NOT before a term for `!`")
        if sign:
            reason = "no field stands before this; write one, such as words>200"
            raise self._wrong((start, start + 1), reason)

    def _alone(self, match: re.Match[str]) -> Node:
        place = match.span("alone")
        text = match["alone"]
        if text.upper() in _JOINING:
            reason = f'write {text.upper()} in capitals, or "{text}" in quotes for the word'
            raise self._wrong(place, reason)
        if wrong := hints.alone(text):
            raise self._wrong(place, wrong)
        value = self._worded(self._short(text, place), place)
        title = Term(field="title", operator=":", value=value, place=place)
        return AnyOf((title, replace(title, field="text")))

    def _term(self, match: re.Match[str]) -> Term:
        name, operator = match["field"].lower(), match["operator"]
        field = FIELDS.get(name)
        if field is None:
            why = f"there is no field `{match['field']}`"
            raise self._wrong(match.span("field"), why + hints.field(name))
        if operator not in OPERATORS[field.kind] or (name == "text" and operator != ":"):
            known = " ".join(OPERATORS[field.kind]) if name != "text" else ":"
            reason = f"`{name}` takes {known}, such as {field.example}"
            if operator == "!=":
                reason += "; for the contrary write NOT before that"
            raise self._wrong(match.span("operator"), reason)
        if not match["value"] and self._query[match.end() :].lstrip()[:1] in {'"', "'"}:
            raise self._wrong((match.end(), self._end), "this text has no closing quote")
        if not match["value"] and self._query[match.end() :].lstrip()[:1] == "(":
            reason = f"a value is no group; write ({name}:… OR {name}:…)"
            raise self._wrong((match.start("field"), match.end()), reason)
        if not match["value"] or not _unquoted(match["value"]).strip():
            reason = f"`{name}` has no value; write one, such as {field.example}"
            raise self._wrong((match.start("field"), match.end()), reason)
        return self._valued(name, field, operator, match)

    def _valued(self, name: str, field: Field, operator: Operator, match: re.Match[str]) -> Term:
        place = match.span("value")
        if match["value"][0] not in {'"', "'"} and (
            wrong := hints.value(name, field, match["value"])
        ):
            raise self._wrong(place, wrong)
        value = self._short(match["value"], place)
        read: int | timedelta | Period | None = None
        try:
            if field.kind == "number":
                read = values.number(value)
            elif field.kind == "story":
                read = values.story(value)
            elif field.kind == "age":
                read = values.duration(value)
            elif field.kind == "date":
                read = values.period(value)
        except ValueError as error:
            more = {"age": hints.duration, "date": hints.period}.get(field.kind)
            raise self._wrong(place, f"{error}{more(value) if more else ''}") from None
        if field.kind == "words":
            value = self._worded(value, place)
        elif field.kind == "has":
            value = value.lower()
            if value not in HAD:
                known = hints.nearest(value, HAD) or f"; write one of {', '.join(HAD)}"
                raise self._wrong(place, f"nothing is called `{value[:40]}`{known}")
        elif name == "source" and self._sources is not None and value not in self._sources:
            reason = f"no source is called `{value[:60]}`{hints.nearest(value, self._sources)}"
            raise self._wrong(place, reason)
        whole = (match.start("field"), match.end())
        return Term(field=name, operator=operator, value=value, read=read, place=whole)

    def _short(self, text: str, place: tuple[int, int]) -> str:
        """The value that `text` writes."""
        value = _unquoted(text).strip()
        if len(value) > MAX_VALUE:
            raise self._wrong(place, f"this is longer than {MAX_VALUE} characters")
        return value

    def _worded(self, value: str, place: tuple[int, int]) -> str:
        if not words(value):
            raise self._wrong(place, "there is no word in this")
        return value

    def _wrong(self, place: tuple[int, int], reason: str) -> QueryError:
        return QueryError(self._query, place, reason)


def _unquoted(text: str) -> str:
    """A value without its quotes, and without the backslashes before quotes and backslashes."""
    if text[:1] in {'"', "'"}:
        return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)
    return text
