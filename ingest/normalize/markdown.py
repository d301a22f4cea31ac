"""Markdown: CommonMark with tables, strikethrough and footnotes, front matter first."""

import re
from dataclasses import replace
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from ingest.article import Hint
from ingest.markup import clean_line
from ingest.normalize import frontmatter
from ingest.normalize.boilerplate import judge
from ingest.normalize.reading import Reading
from ingest.traced import Traced

_HEADING = "first heading"
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()]{0,1000}\)")
_MARKS = re.compile(r"^\s{0,3}(?:#{1,6}\s+|>\s?|[-*+]\s+)|[*_`~]|\s#+\s*$")


def read_markdown(text: str, *, zone: str) -> Reading:
    """Read a Markdown file; `zone` names the zone of dates without one.

    The title is the front matter's, else the first `h1`, which leaves the body in both cases when
    it says the same; else the first heading. Raises ExtractError for broken front matter.
    """
    values, body = frontmatter.split(text.replace("\r\n", "\n").replace("\r", "\n"))
    head = frontmatter.reading(values, zone=zone)
    lines, hints = _without_boilerplate(body.split("\n"))
    parser = _parser()
    environment: dict[str, object] = {}
    tokens = parser.parse("\n".join(lines), environment)
    title, tokens = _title(tokens, head.title)
    html = parser.renderer.render(tokens, parser.options, environment)
    return replace(head, title=title, html=Traced(html, "body"), hints=hints)


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 50})
    parser.enable(["table", "strikethrough"])
    parser.use(footnote_plugin)
    parser.add_render_rule("footnote_anchor", _nothing)  # leads back to an id that does not survive
    return parser


def _nothing(*_: object) -> str:
    return ""


def _title(tokens: list[Token], known: Traced[str]) -> tuple[Traced[str], list[Token]]:
    """The title, and the tokens without the heading that says it again."""
    heads = [i for i, token in enumerate(tokens) if token.type == "heading_open"]
    top = next((i for i in heads if tokens[i].tag == "h1"), None)
    said = _plain(tokens[top + 1]) if top is not None else ""
    if top is not None and said and (not known or _same(said, known.value)):
        return known or Traced(said, _HEADING), tokens[:top] + tokens[top + 3 :]
    first = _plain(tokens[heads[0] + 1]) if heads else ""
    return known or Traced(first, _HEADING), tokens


def _plain(token: Token) -> str:
    kept = (c for c in token.children or [] if c.type != "html_inline")
    return clean_line("".join(c.content or (" " if "break" in c.type else "") for c in kept))


def _same(first: str, second: str) -> bool:
    return clean_line(first).casefold() == clean_line(second).casefold()


def _without_boilerplate(lines: list[str]) -> tuple[list[str], tuple[Hint, ...]]:
    """Drop boilerplate lines outside code; what is left keeps its place."""
    prose = [i for i, line in _outside_code(lines) if line.strip()]
    dropped, hints = judge([_spoken(lines[i]) for i in prose])
    gone = {prose[i] for i in dropped}
    return [line for i, line in enumerate(lines) if i not in gone], hints


def _outside_code(lines: list[str]) -> list[tuple[int, str]]:
    kept, fence = [], ""
    for index, line in enumerate(lines):
        match = _FENCE.match(line)
        if match and not fence:
            fence = match[1]
        elif match and match[1].startswith(fence) and not line.strip(" `~"):
            fence = ""
        elif not fence and not line.startswith(("    ", "\t")):
            kept.append((index, line))
    return kept


def _spoken(line: str) -> str:
    """The line without emphasis, heading, list and link marks."""
    return _MARKS.sub("", _LINK.sub(r"\1", line[:2_000])).strip() if len(line) < 2_000 else line
