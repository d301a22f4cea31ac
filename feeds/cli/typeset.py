"""A manual of a few kinds of blocks, as Markdown and as a manual page in roff."""

import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `level` 1 is the highest."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph. What stands in backticks is code."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """Lines to be shown as they are, in the language `kind`."""

    lines: tuple[str, ...]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """Words of code, each with its meaning."""

    items: tuple[tuple[str, str], ...]


Block = Heading | Text | Code | Terms


def markdown(blocks: Iterable[Block]) -> str:
    """The blocks as CommonMark."""
    return "\n\n".join(_marked(block) for block in blocks) + "\n"


def roff(title: str, blocks: Iterable[Block]) -> str:
    """The blocks as a page of section 1 for man(1)."""
    lines = [f'.TH {title.upper()} 1 "" "{title.capitalize()}"']
    for block in blocks:
        begun = lines[-1].startswith((".SH", ".SS"))  # a heading begins a paragraph itself
        lines += list(_typeset(block))[begun and isinstance(block, Text | Code) :]
    return "\n".join(lines) + "\n"


def _marked(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {_escaped(text)}"
        case Text(text):
            return _escaped(text)
        case Code(lines, kind):
            return "\n".join([f"```{kind}", *lines, "```"])
        case Terms(items):
            return "\n".join(f"- `{term}`: {_escaped(meaning)}" for term, meaning in items)


def _escaped(text: str) -> str:
    """Text in which nothing but backticks has a meaning to Markdown."""
    parts = re.split(r"(`[^`]+`)", text)
    parts[::2] = [re.sub(r"([\\*<])", r"\\\1", part) for part in parts[::2]]
    return "".join(parts)


def _typeset(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, text) if level < 3:
            yield f".S{'HS'[level - 1]} {_plain(text.upper() if level == 1 else text)}"
        case Heading(_, text):
            yield from (".PP", rf"\fB{_plain(text)}\fR")
        case Text(text):
            yield from (".PP", *_filled(text))
        case Code(lines):
            yield from (".PP", ".RS 4", ".EX", *map(_plain, lines), ".EE", ".RE")
        case Terms(items):
            for term, meaning in items:
                yield from (".TP", rf"\fB{_plain(term)}\fR", *_filled(meaning))


def _filled(text: str) -> Iterator[str]:
    """Lines of a paragraph; code stays in one line, for it is marked line by line."""
    whole = _CODE.sub(lambda code: code[0].replace(" ", "\0"), text)
    for line in textwrap.wrap(whole, 72, break_long_words=False, break_on_hyphens=False):
        yield _CODE.sub(r"\\fB\1\\fR", _plain(line.replace("\0", " ")))


def _plain(text: str) -> str:
    r"""Text that roff prints as it is. `\&` keeps a dot at its start from being a request."""
    text = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq")
    return rf"\&{text}" if text.startswith(".") else text
