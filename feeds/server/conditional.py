"""What a request's headers ask for: only what is new, and in which coding. Pure."""

from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from functools import lru_cache
from operator import itemgetter

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
        if if_none_match == etag:  # as nearly all send it
            return True
        ours = _opaque(etag)
        return any(tag.strip() == "*" or _opaque(tag) == ours for tag in if_none_match.split(","))
    since = _seconds(if_modified_since) if if_modified_since else None
    return since is not None and modified <= since


def preferred(accept_encoding: str, codings: Sequence[str]) -> str:
    """Which of `codings`, the best one first, to send to whom this header is from; "" for none.

    That is the one it likes best, if it likes plain bytes no better. Of those liked alike the
    first one: what is cheapest for both to send. RFC 9110 §12.5.3.
    """
    liked, coding = max(
        ((_liking(accept_encoding, coding), coding) for coding in codings),
        key=itemgetter(0),
        default=(0.0, ""),
    )
    return coding if liked > 0 and liked >= _weights(accept_encoding).get("identity", 0.0) else ""


def _liking(accept_encoding: str, coding: str) -> float:
    weights = _weights(accept_encoding)
    other = weights.get("*", 0.0)
    return weights.get(coding, weights.get(f"x-{coding}", other))


@lru_cache(maxsize=256)  # there are as many of these headers as there are programs
def _weights(accept_encoding: str) -> Mapping[str, float]:
    return dict(_weight(part) for part in accept_encoding.lower().split(","))


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
