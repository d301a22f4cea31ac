"""What a request's headers ask for: only what is new, and in which coding. Pure."""

from email.utils import parsedate_to_datetime

_CODING_MARKS = tuple(
    mark + coding for coding in ("gzip", "br", "zstd", "deflate") for mark in ("--", "-", ";")
)


def not_modified(if_none_match: str, if_modified_since: str, *, etag: str, modified: int) -> bool:
    """Tell whether the reader already has what it asks for.

    Headers are "" when absent; `etag` is ours as sent, `modified` seconds since 1970. An
    If-None-Match, matched weakly, makes If-Modified-Since void; an unreadable date is no
    condition. RFC 9110 §13.1.2, §13.1.3, §13.2.2.
    """
    if if_none_match:
        ours = _opaque(etag)
        return any(tag.strip() == "*" or _opaque(tag) == ours for tag in if_none_match.split(","))
    since = _seconds(if_modified_since) if if_modified_since else None
    return since is not None and modified <= since


def accepts_gzip(accept_encoding: str) -> bool:
    """Tell whether gzip is acceptable and liked no less than plain bytes. RFC 9110 §12.5.3."""
    weights = dict(_weight(part) for part in accept_encoding.lower().split(","))
    gzip = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0)))
    return gzip > 0 and gzip >= weights.get("identity", 0.0)


def _opaque(tag: str) -> str:
    """The bare name of an entity tag.

    Servers in between rewrite tags: Apache and Jetty append the coding, within the quotes or
    behind them, nginx weakens them, and readers send back what they got.
    """
    bare = tag.strip().removeprefix("W/").removeprefix("w/").replace('"', "")
    for mark in _CODING_MARKS:
        bare = bare.removesuffix(mark)
    return bare


def _seconds(date: str) -> int | None:
    try:
        return int(parsedate_to_datetime(date).timestamp())
    except (ValueError, TypeError, OverflowError, OSError):
        return None


def _weight(part: str) -> tuple[str, float]:
    """Read `gzip;q=0.5`. A weight that is no number counts as 0: plain bytes suit everyone."""
    coding, _, parameter = part.partition(";")
    name, _, value = parameter.partition("=")
    if name.strip() != "q":
        return coding.strip(), 1.0
    try:
        weight = float(value)
    except ValueError:
        weight = 0.0
    return coding.strip(), weight if 0.0 <= weight <= 1.0 else 0.0
