"""Which addresses the operator wants of a list: globs over their paths."""

from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from ingest.globs import match


def wanted(url: str, include: Iterable[str], exclude: Iterable[str]) -> bool:
    """Whether `url` matches one of `include`, or there is none, and none of `exclude`.

    Globs as for files, over the decoded path: `/news/**`, `/*/2026/*`. One with a scheme is over
    host and path: `https://*.example.org/news/**`. A slash at the end does not count, the query
    neither. Raises ValueError as `globs.expand_braces` does.
    """
    included = list(include)
    if included and not any(_fits(pattern, url) for pattern in included):
        return False
    return not any(_fits(pattern, url) for pattern in exclude)


def _fits(pattern: str, url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    path = unquote(parts.path).strip("/")
    scheme, mark, rest = pattern.partition("://")
    if mark and scheme in {"http", "https"}:
        return match(rest.rstrip("/"), f"{parts.netloc.lower()}/{path}".rstrip("/"))
    return match(pattern.strip("/"), path)
