"""HTML elements by what readers and validators make of them."""

from feeds.lint.rules import data

_HTML = data("html")

SAFE = frozenset(_HTML["safe"].split())
"""What readers show."""

UNSAFE = frozenset(_HTML["unsafe"].split())
"""What is HTML, and readers remove."""

OBSOLETE = frozenset(_HTML["obsolete"].split())
"""What is no longer part of HTML."""

SVG = frozenset(_HTML["svg"].split())
"""What an SVG picture may hold."""

MATHML = frozenset(_HTML["mathml"].split())
"""What a formula may hold."""
