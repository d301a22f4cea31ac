"""`extract`: what normalizing makes of one document. Nothing is stored."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

import click

from config.load import ConfigError
from config.rules import read_rules
from config.settings import Settings
from config.source import Source
from feeds.cli.common import RULE_READERS, Output, config_path, fail, load_settings, speaks
from feeds.cli.completion import files
from feeds.rules import as_rules, page_rules
from feeds.web import open_fetcher
from ingest.article import Document, Draft, NotModified, Validators
from ingest.errors import IngestError
from ingest.normalize.rules import PageRules, Rules
from ingest.sources.files import read_file
from ingest.workers import Prepared, Workers

if TYPE_CHECKING:
    from ingest.normalize.explain import Explanation

_HTML = frozenset({"text/html", "application/xhtml+xml"})


@click.command(
    epilog="""\b
Examples:
  broadsheet extract articles/bridge.txt
  broadsheet extract --json https://example.org/news/bridge
  broadsheet extract --explain https://example.org/news/bridge
  broadsheet extract --rules data/rules/www.example.org.toml saved.html

\b
JSON:
  url, title, site_name, language  null where unknown
  published, updated               times with a zone, or null
  authors, tags                    lists, empty where unknown
  image                            null, or url, media_type, width, height
  summary, text, html              the article itself
  origins                          where each of them came from, by its name
  rejected, dropped                null without --explain, else lists: what
                                   the page says of a field and was not taken
                                   (field, value, origin, why); the lines that
                                   are not in the text (text, why)"""
)
@click.argument("what", metavar="PATH-OR-URL", shell_complete=files)
@click.option(
    "--rules",
    "rules_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    shell_complete=files,
    help="Try the rules of FILE, HOST.toml; a saved page is read as one of HOST.",
)
@click.option("--explain", "explains", is_flag=True, help="Say what was not taken, and why.")
@speaks(json="Print one JSON object instead.", verbose="Show the HTML too.")
@click.pass_context
def extract(
    ctx: click.Context, output: Output, what: str, rules_file: Path | None, explains: bool
) -> None:
    """Show the article that normalizing makes of PATH-OR-URL, a file or page. Nothing is stored.

    A configuration, where there is one, gives the limits, time zone and language. Exit code 1 when
    no article can be made.
    """
    settings = load_settings(ctx, sourceless=True) if config_path(ctx).exists() else None
    now = datetime.now(UTC)
    is_url = what.startswith(("http://", "https://"))
    tried = _tried(rules_file) if rules_file else None
    workers = Workers(1)
    try:
        document = _fetched(what, settings, now) if is_url else _file(Path(what), now)
        if tried and not is_url and document.media_type in _HTML:
            document = replace(document, url=f"https://{tried.host}/{quote(document.origin)}")
        rules = _rules(settings, tried, is_url=bool(document.url))
        if tried and rules.of_page(document.url) is None:
            fail(f"{rules_file}: its rules are for pages of {tried.host}, not for {what}")
        outcome = next(iter(workers.submit([document], rules, 60, now).results()))
    except IngestError as error:
        fail(str(error))
    finally:
        workers.close()
    if not isinstance(outcome, Prepared):
        fail(f"{what}: {outcome.reason}")
    draft = outcome.draft
    told = _told(document, rules, draft) if explains else None
    if output.json:
        output.show(_json(draft, document, told))
    else:
        _print(output, draft, document)
        if told:
            _print_not_taken(output, told)


def _rules(settings: Settings | None, tried: PageRules | None, *, is_url: bool) -> Rules:
    kind: Literal["files", "urls"] = "urls" if is_url else "files"
    pages = (tried,) if tried else page_rules(settings) if settings else ()
    if settings is None:
        return Rules(kind=kind, pages=pages)
    site = settings.site
    return Rules(kind=kind, timezone=site.timezone, site_url=site.url, pages=pages)


def _tried(path: Path) -> PageRules:
    """The rules of the file at `path`. With any problem: all of them on stderr, exit code 2."""
    if not path.exists():
        fail(f"{path}: there is no such file", code=2)
    try:
        return as_rules(read_rules(path, RULE_READERS))
    except ConfigError as error:
        fail(str(error), code=2)


def _fetched(url: str, settings: Settings | None, now: datetime) -> Document:
    with open_fetcher(settings) as fetcher:
        answer = fetcher.fetch(url, Validators(), now)
    assert not isinstance(answer, NotModified)
    return answer


def _file(path: Path, now: datetime) -> Document:
    if not path.is_file():
        fail(f"{path}: {'is a folder' if path.is_dir() else 'there is no such file'}")
    limit = Source.model_fields["max_bytes"].default
    return read_file(path, origin=path.name, now=now, max_bytes=limit)


def _told(document: Document, rules: Rules, draft: Draft) -> "Explanation":
    from ingest.normalize.explain import Explanation, explain  # the extraction library

    return explain(document, rules, draft) if document.media_type in _HTML else Explanation()


def _json(draft: Draft, document: Document, told: "Explanation | None") -> dict[str, object]:
    """The object that scripts get: null or empty where unknown."""
    return {
        "url": draft.url or document.url or None,
        "title": draft.title,
        "authors": list(draft.authors),
        "published": _iso(draft.published),
        "updated": _iso(draft.updated),
        "language": draft.language or None,
        "image": asdict(draft.image) if draft.image else None,
        "site_name": draft.site_name or None,
        "tags": list(draft.tags),
        "summary": draft.summary,
        "origins": dict(sorted(draft.origins.items())),
        "rejected": [asdict(one) for one in told.rejected] if told else None,
        "dropped": [asdict(one) for one in told.dropped] if told else None,
        "text": draft.text,
        "html": draft.html,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _print(output: Output, draft: Draft, document: Document) -> None:
    lines = [
        ("title", draft.title, "title"),
        ("url", draft.url or document.url, "url"),
        ("authors", ", ".join(draft.authors), "authors"),
        ("published", _iso(draft.published), "published"),
        ("updated", _iso(draft.updated), "updated"),
        ("language", draft.language, "language"),
        ("image", draft.image.url if draft.image else "", "image"),
        ("site", draft.site_name, "site_name"),
        ("tags", ", ".join(draft.tags), "tags"),
        ("related", "; ".join(hint.title or hint.url for hint in draft.hints), ""),
    ]
    for label, value, name in lines:
        if value:
            origin = draft.origins.get(name)
            output.say(f"{label:>10}  {value}" + (f" ({origin})" if origin else ""))
    for warning in draft.warnings:
        click.echo(f"{'warning':>10}  {warning}", err=True)
    for label, text in (("Summary", draft.summary), ("Text", draft.text)):
        origin = draft.origins.get(label.lower())
        output.say(f"\n{label}" + (f" ({origin})" if origin else "") + f"\n\n{text}")
    if output.verbose:
        output.say(f"\nHTML\n\n{draft.html}")


def _print_not_taken(output: Output, told: "Explanation") -> None:
    output.say("\nNot taken\n")
    for one in told.rejected:
        output.say(f"{one.field:>10}  {one.value} ({one.origin}): {one.why}")
    output.say("\nLeft out of the text\n")
    for line in told.dropped:
        output.say(f"  {line.text}\n    {line.why}")
