"""`lint`: what is wrong with a feed, by which rule, where, why, and what to do about it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feeds.cli.common import Output, config_path, fail, load_settings, speaks
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

\b
Exit codes:
  0  nothing is wrong; there may be advice
  1  there are errors, or the feed could not be read
  3  there are warnings and no errors

\b
JSON:
  document  what was checked
  format    such as "RSS 2.0", "Atom 1.0" or "JSON Feed 1.1"; "" for none
  entries   how many items or entries there are
  counts    errors, warnings and advice, by these names
  findings  a list in the order of the document: rule, level, line (0 for the
            document as a whole), path, element, attribute, found, why, cure,
            source, w3c, the W3C validator's name of the rule, "" for none, and
            doubtful: the XML is not well-formed before it, and it may be
            found for that alone"""
)
@click.argument("what", metavar="FILE-OR-URL", shell_complete=files)
@click.option("--url", default="", metavar="URL", help="Where a FILE is served: checks self links.")
@speaks(
    json="Print one JSON object instead.", verbose="Show every place, and where rules come from."
)
@click.pass_context
def lint(ctx: click.Context, output: Output, what: str, url: str) -> None:
    """Check the feed FILE-OR-URL (RSS, Atom or JSON) against specifications and the W3C's rules.

    Errors break a specification, warnings make readers or validators stumble, advice makes a feed
    better. docs/lint.md has every rule. A configuration, where there is one, gives the limits of
    fetching.
    """
    from feeds.lint import lint as check  # lxml and the tables: 90 ms

    now = datetime.now(UTC)
    if what.startswith(("http://", "https://")):
        answer = _fetched(ctx, what, now)
        report = check(
            answer.body,
            now=now,
            url=answer.url or what,
            asked=what,
            content_type=_content_type(answer),
        )
    else:
        report = check(_file(Path(what)), now=now, url=url)
    if output.json:
        output.show(_json(what, report))
    else:
        _print(output, what, report)
    ctx.exit(_EXITS[report.worst])


def _fetched(ctx: click.Context, url: str, now: datetime) -> "Document":
    from feeds.web import open_fetcher
    from ingest.article import NotModified, Validators
    from ingest.errors import IngestError

    settings = load_settings(ctx) if config_path(ctx).exists() else None
    try:
        with open_fetcher(settings) as fetcher:
            answer = fetcher.fetch(url, Validators(), now)
    except IngestError as error:
        fail(str(error))
    assert not isinstance(answer, NotModified), "nothing was sent that it could be compared with"
    return answer


def _content_type(answer: "Document") -> str:
    charset = f"; charset={answer.charset}" if answer.charset else ""
    return answer.media_type + charset


def _file(path: Path) -> bytes:
    if path.is_dir() or not path.exists():
        fail(f"{path}: {'is a folder' if path.is_dir() else 'there is no such file'}")
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST + 1)
    except OSError as error:
        fail(f"{path}: {error.strerror or error}")


def _json(what: str, report: "Report") -> dict[str, object]:
    return {
        "document": what,
        "format": report.format,
        "entries": report.entries,
        "counts": {
            "errors": report.count("error"),
            "warnings": report.count("warning"),
            "advice": report.count("advice"),
        },
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


def _print(output: Output, what: str, report: "Report") -> None:
    """Findings rule by rule, the gravest first, each rule explained once."""
    from feeds.lint import LEVELS

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
    kind = f"{report.format}, {report.entries} entries" if report.format else "not readable"
    output.say(f"{what}: {kind}: {', '.join(counts) or 'nothing is wrong'}")


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
