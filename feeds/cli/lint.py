"""`lint`: what is wrong with a feed, by which rule, where, why, and what to do about it."""

import sys
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feeds.cli.common import Output, config_path, load_settings, speaks
from feeds.cli.completion import files

if TYPE_CHECKING:
    from feeds.lint import Finding, Report
    from ingest.article import Document

_LARGEST = 30_000_000  # bytes of a file
_SHOWN = 3  # places of one rule, without -v
_COLOURS = {"error": "red", "warning": "yellow", "advice": "cyan"}
_EXITS = {"error": 1, "warning": 3, "advice": 0, None: 0}


@click.command(
    epilog="""\b
Examples:
  broadsheet lint public/all.rss
  broadsheet lint https://example.org/feed.xml
  broadsheet lint --json feed.json | jq -r '.findings[].rule'
  broadsheet lint public/*.rss public/*.atom
  curl -s https://example.org/feed.xml | broadsheet lint -

\b
Exit codes:
  0  nothing is wrong; there may be advice
  1  there are errors, or a feed could not be read
  3  there are warnings and no errors

\b
JSON:
  document  what was checked; of several, each is an object of a list
  format    such as "RSS 2.0", "Atom 1.0" or "JSON Feed 1.1"; "" for none
  entries   how many items or entries there are
  counts    errors, warnings and advice, by these names
  feeds     the addresses of feeds that it names, if it is a page and no feed
  findings  a list in the order of the document: rule, level, line (0 for the
            document as a whole), path, element, attribute, found, why, cure,
            source, w3c, the W3C validator's name of the rule, "" for none,
            doubtful: the XML is not well-formed before it, and it may be
            found for that alone
  trouble   alone beside document: why it could not be read"""
)
@click.argument("what", metavar="FILE-OR-URL", nargs=-1, required=True, shell_complete=files)
@click.option("--url", default="", metavar="URL", help="Where a FILE is served: checks self links.")
@speaks(
    json="Print one JSON object instead.", verbose="Show every place, and where rules come from."
)
@click.pass_context
def lint(ctx: click.Context, output: Output, what: tuple[str, ...], url: str) -> None:
    """Check each FILE-OR-URL (RSS, Atom or JSON) against specifications and the W3C's rules.

    Errors break a specification, warnings make readers or validators stumble, advice makes a feed
    better. docs/lint.md has every rule. A configuration, where there is one, gives the limits of
    fetching. "-" reads standard input, a packed file is unpacked, and of a page that is no feed
    the feeds it names are told.
    """
    if url and len(what) > 1:
        raise click.UsageError("--url says where a single FILE is served.")
    done = [_checked(ctx, one, url) for one in what]
    if output.json:
        found = [_json(one) for one in done]
        output.show(found[0] if len(found) == 1 else found)
    for one in done:
        if one.trouble:
            click.echo(f"{one.what}: {one.trouble}", err=True)
        elif not output.json:
            _print(output, one)
    exits = {_EXITS[one.report.worst] if one.report else 1 for one in done}
    ctx.exit(1 if 1 in exits else max(exits))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    """What became of one FILE-OR-URL: its report or why there is none, and the feeds of a page."""

    what: str
    report: "Report | None" = None
    trouble: str = ""
    place: str = ""
    feeds: tuple[str, ...] = ()


def _checked(ctx: click.Context, what: str, url: str) -> _Checked:
    from feeds.lint import lint as check  # lxml and the tables: 90 ms
    from ingest.errors import IngestError

    now = datetime.now(UTC)
    kind = ""
    try:
        if what.startswith(("http://", "https://")):
            answer = _fetched(ctx, what, now)
            body, place, kind = answer.body, answer.url or what, _content_type(answer)
        else:
            body, place = _unpacked(_file(what)), url
    except IngestError as error:
        return _Checked(what=what, trouble=error.reason)
    except OSError as error:
        return _Checked(what=what, trouble=error.strerror or str(error))
    report = check(body, now=now, url=place, asked=what if kind else "", content_type=kind)
    feeds = () if report.format else _feeds_on(body, place)
    return _Checked(what=what, report=report, place=place, feeds=feeds)


def _feeds_on(body: bytes, place: str) -> tuple[str, ...]:
    """The feeds that a page names; none of what is no page."""
    from feeds.candidates import feeds_on
    from ingest.errors import IngestError
    from ingest.markup import parse_page

    try:
        return feeds_on(parse_page(body.decode("utf-8", "replace")), place)
    except IngestError:
        return ()


def _fetched(ctx: click.Context, url: str, now: datetime) -> "Document":
    """What is at `url`. Raises IngestError."""
    from feeds.web import open_fetcher
    from ingest.article import NotModified, Validators

    settings = load_settings(ctx) if config_path(ctx).exists() else None
    with open_fetcher(settings) as fetcher:
        answer = fetcher.fetch(url, Validators(), now)
    assert not isinstance(answer, NotModified), "nothing was sent that it could be compared with"
    return answer


def _content_type(answer: "Document") -> str:
    charset = f"; charset={answer.charset}" if answer.charset else ""
    return answer.media_type + charset


def _file(name: str) -> bytes:
    """What a file holds, or standard input. Raises OSError, or IngestError for what is no file."""
    from ingest.errors import ReadError

    if name == "-":
        return sys.stdin.buffer.read(_LARGEST + 1)
    path = Path(name)
    if path.is_dir() or not path.exists():
        raise ReadError("is a folder" if path.is_dir() else "there is no such file")
    with path.open("rb") as file:
        return file.read(_LARGEST + 1)


def _unpacked(body: bytes) -> bytes:
    """`body`, or what gzip packed into it, up to what is read of any document."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        return zlib.decompressobj(wbits=31).decompress(body, _LARGEST + 1)
    except zlib.error:
        return body


def _json(checked: _Checked) -> dict[str, object]:
    report = checked.report
    if report is None:
        return {"document": checked.what, "trouble": checked.trouble}
    return {
        "document": checked.what,
        "format": report.format,
        "entries": report.entries,
        "counts": {
            "errors": report.count("error"),
            "warnings": report.count("warning"),
            "advice": report.count("advice"),
        },
        "feeds": list(checked.feeds),
        "findings": [
            {
                "rule": finding.rule.name,
                "level": finding.rule.level,
                "line": finding.line,
                "path": finding.path,
                "element": finding.element,
                "attribute": finding.attribute,
                "found": finding.found,
                "why": finding.rule.why,
                "cure": finding.rule.cure,
                "source": finding.rule.source,
                "w3c": finding.rule.w3c,
                "doubtful": finding.doubtful,
            }
            for finding in report.findings
        ],
    }


def _print(output: Output, checked: _Checked) -> None:
    """Findings rule by rule, the gravest first, each rule explained once."""
    from feeds.lint import LEVELS

    what, report = checked.what, checked.report
    assert report, "what could not be read is not printed"
    known: dict[str, list[Finding]] = {}
    for finding in sorted(report.findings, key=lambda one: one.doubtful):
        known.setdefault(finding.rule.name, []).append(finding)
    groups = sorted(
        known.values(), key=lambda found: (found[0].doubtful, LEVELS.index(found[0].rule.level))
    )
    for found in groups:
        rule = found[0].rule
        if output.quiet and rule.level == "advice":
            continue
        click.echo(f"{click.style(rule.level, fg=_COLOURS[rule.level])}  {rule.name}")
        click.echo(f"  {rule.why} {rule.cure}")
        if output.verbose:
            more = f"; W3C {rule.w3c}" if rule.w3c else ""
            click.echo(f"  {rule.source}{more}")
        shown = found if output.verbose else found[:_SHOWN]
        for one in shown:
            click.echo(f"    {_place(one)}")
        if len(found) > len(shown):
            click.echo(f"    and {len(found) - len(shown)} more")
    counts = [_counted(n, level) for level in LEVELS if (n := report.count(level))]
    kind = f"{report.format}, {report.entries} entries" if report.format else "no feed"
    if what.startswith("http") and checked.place != what:
        what += f" (which leads to {checked.place})"
    output.say(f"{what}: {kind}: {', '.join(counts) or 'nothing is wrong'}")
    if checked.feeds:
        output.say(
            "It is a page, and names "
            + ("this feed:" if len(checked.feeds) == 1 else "these feeds:")
        )
        for feed in checked.feeds:
            output.say(f"  {feed}")


def _counted(number: int, level: str) -> str:
    return f"{number} {level}{'s' if number != 1 and level != 'advice' else ''}"


def _place(finding: "Finding") -> str:
    path = finding.path
    last = path.rpartition("/")[2].partition("[")[0]
    about = finding.element if finding.element not in {"", last} else ""
    attribute = f"@{finding.attribute}" if finding.attribute else ""
    where = f"line {finding.line}" if finding.line else "the document"
    inside = " ".join(filter(None, (path if path != "/" else "", about))) + attribute
    place = f"{where}: {inside}" if inside else where
    found = " ".join(finding.found.split())
    doubt = " (perhaps for the damage before it)" if finding.doubtful else ""
    return (f"{place}: {found}" if found else place) + doubt
