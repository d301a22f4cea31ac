"""One line an event: time in UTC, level, a constant text, then what varies as key=value."""

import json
import logging
import os
import re
import sys
from collections.abc import Mapping
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_OURS = ("config", "ingest", "feeds")
_BARE = re.compile(r"[^\s\"'=\\]+")
_COLOURS = {"warning": "33", "error": "31", "critical": "31"}
_LEADING = ("timestamp", "level", "event")


class _Handler(logging.StreamHandler[TextIO]):
    """Ours, told from those of others when logging is configured again."""


def configure(level: str, stream: TextIO | None = None) -> None:
    """Send every event of `level` ("debug", "info"…) and above to `stream`, by default stderr.

    The libraries we use (uvicorn, APScheduler and the like) speak from "warning" on. Levels have
    colours on a terminal, unless it is a dumb one or NO_COLOR is set. May be called again. Raises
    ValueError for an unknown level.
    """
    target = sys.stderr if stream is None else stream
    chain: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="%Y-%m-%dT%H:%M:%SZ", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    handler = _Handler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=chain,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _Line(colour=_coloured(target)),
            ],
        )
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *chain,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    for name in _OURS:
        logging.getLogger(name).setLevel(level.upper())
    root = logging.getLogger()
    root.setLevel(max(logging.WARNING, logging.getLogger(_OURS[0]).level))
    root.handlers[:] = [old for old in root.handlers if not isinstance(old, _Handler)] + [handler]


class _Line:
    """Renders an event as one line that no value can break or recolour."""

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> str:  # noqa: ARG002 - structlog's signature
        level = str(event.get("level", "info"))
        shown = f"{level:<8}"
        if self._colour and level in _COLOURS:
            shown = f"\x1b[{_COLOURS[level]}m{shown}\x1b[0m"
        words = [str(event.get("timestamp", "")), shown, _text(event.get("event", ""))]
        return " ".join(words + _pairs(event))


def _pairs(event: Mapping[str, object]) -> list[str]:
    keys = [key for key in event if key not in _LEADING]
    if "exception" in keys:  # long: it comes last
        keys.remove("exception")
        keys.append("exception")
    return [f"{key}={_value(event[key])}" for key in keys]


def _text(value: object) -> str:
    """The event itself, bare unless something in it could pass for another line or a colour."""
    text = str(value)
    return text if text.isprintable() else json.dumps(text)


def _value(value: object) -> str:
    text = str(value)
    if text.isprintable():
        return text if _BARE.fullmatch(text) else json.dumps(text, ensure_ascii=False)
    return json.dumps(text)


def _coloured(stream: TextIO) -> bool:
    unwanted = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return not unwanted and stream.isatty()
