"""Lengths of time in words."""

from datetime import timedelta

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def spoken(span: timedelta) -> str:
    """`span` roughly, in the largest unit of which it holds two: "90 seconds", "3 hours"."""
    seconds = max(round(span.total_seconds()), 0)
    for name, length in _UNITS:
        if seconds >= 2 * length:
            return f"{round(seconds / length)} {name}s"
    return f"{seconds} second{'s' * (seconds != 1)}"
