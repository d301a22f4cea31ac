"""The query language: `tag:energy AND NOT source:wire AND words>200 AND age<30d`. Pure.

`parse` gives a tree of values that knows neither SQL nor articles; `ingest.store.matching` makes
conditions of it.
"""

from ingest.query.nodes import AllOf, AnyOf, Node, Not, Period, Term, ages, tells_of_stories, terms
from ingest.query.parse import QueryError, parse

__all__ = [
    "AllOf",
    "AnyOf",
    "Node",
    "Not",
    "Period",
    "QueryError",
    "Term",
    "ages",
    "parse",
    "tells_of_stories",
    "terms",
]
