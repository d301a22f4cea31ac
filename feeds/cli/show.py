"""`show`: everything that is known about one article, and where each field came from."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import click

from feeds.cli.common import Output, fail, load_settings, speaks
from feeds.cli.find import the_article
from feeds.cli.known import Known, Reason, known
from feeds.cli.known_json import shape
from feeds.cli.output import when
from feeds.data import open_data
from ingest.entry import Entry
from ingest.errors import StoreError
from ingest.markup import clean_line
from ingest.store.lookup import DocumentFacts, Shown

_SHORT = 600  # characters of the text shown unasked

Line = tuple[str, str]


@click.command(
    epilog="""\b
Examples:
  broadsheet show articles/bridge.txt
  broadsheet show --json https://example.org/articles/bridge/

\b
JSON:
  id, state, title, origins, …  every key that docs/answers.md names, null
                                where nothing is known"""
)
@click.argument("what", metavar="ARTICLE")
@click.option("--text", "whole", is_flag=True, help="The whole text, not only its beginning.")
@click.option("--html", is_flag=True, help="The HTML instead of the text.")
@speaks(json="One JSON object, with text and HTML.", verbose="Say more: whatever the log holds.")
@click.pass_context
def show(ctx: click.Context, output: Output, what: str, whole: bool, html: bool) -> None:
    """Show all that is known of one ARTICLE: its state, each field and where it came from, its
    entry, the feeds it is in, and why its related articles are related.

    ARTICLE is its id or 6 digits of it, its path, its address or that of its page, or a part of its
    title. Exit code 2 when it means none or several.
    """
    settings = load_settings(ctx)
    try:
        with open_data(settings) as store, store.read() as tx:
            found = known(tx, settings, the_article(tx, settings, what, guess=True))
    except StoreError as error:
        fail(str(error))
    if output.json:
        output.show(shape(found))
        return
    _print(found, ZoneInfo(settings.site.timezone))
    article = found.article
    _head("Summary", article.origins.get("summary", ""))
    click.echo(article.summary)
    for point in article.key_points:
        click.echo(f"- {point}")
    _head("HTML" if html else "Text", article.origins.get("text", ""))
    click.echo(article.html if html else _text(article.text, whole=whole))


def _text(text: str, *, whole: bool) -> str:
    if whole or len(text) <= _SHORT * 3 // 2:  # to leave out a few lines saves nobody anything
        return text
    left = len(text) - _SHORT
    return f"{text[:_SHORT]}…\n({left:,} more characters; --text shows them)"


def _print(found: Known, zone: ZoneInfo) -> None:
    _lines(_fields(found, zone))
    for document in found.documents:
        _head("Document")
        _lines(_document(document, zone))
    if found.entry:
        _head("Entry")
        _lines(_entry(found.entry, found.changed, zone))
    if found.showings:
        _head("Feeds")
        _lines([(one.feed, _showing(one, zone, shown=found.up)) for one in found.showings])
    if found.related:
        _head("Related")
        for reason in found.related:
            click.echo(f"{reason.title}  ({_why(reason)})\n    {reason.id}")
    _head("Known as")
    click.echo("\n".join(found.keys))


def _fields(found: Known, zone: ZoneInfo) -> list[Line]:
    article = found.article
    values = [
        ("title", article.title, "title"),
        ("id", article.id, ""),
        ("state", _state(found, zone), ""),
        ("source", found.source, ""),
        ("origin", article.origin, ""),
        ("declared id", article.declared_id, "declared_id"),
        ("url", article.url, "url"),
        ("address", found.address, ""),
        ("authors", ", ".join(article.authors), "authors"),
        ("published", when(article.published or article.first_seen, zone), "published"),
        ("updated", when(article.updated, zone) if article.updated else "", "updated"),
        ("first seen", when(article.first_seen, zone), ""),
        ("language", article.language, "language"),
        ("image", found.image, "image"),
        ("site", article.site_name, "site_name"),
        ("section", article.section, "section"),
        ("tags", ", ".join(article.tags), "tags"),
        ("licence", article.licence, "licence"),
        ("names", "; ".join(hint.title or hint.url for hint in article.hints), ""),
    ]
    return [(label, _with(value, article.origins.get(name, ""))) for label, value, name in values]


def _with(value: str, origin: str) -> str:
    return f"{value} ({origin})" if value and origin else value


def _state(found: Known, zone: ZoneInfo) -> str:
    """Every reason why it is not shown, in words; "shown" when there is none."""
    standing = found.standing
    reasons = [
        f"hidden on {when(standing.hidden_at, zone)}" if standing.hidden_at else "",
        f"replaced by a newer version, {standing.successor}" if standing.successor else "",
        f"removed on {when(standing.removed_at, zone)}" if standing.removed_at else "",
        f"held until {when(standing.held_until, zone)}" if standing.held_until else "",
        "draft" if standing.draft else "",
    ]
    told = "; ".join(reason for reason in reasons if reason)
    return told or ("shown" if found.entry else "may be shown, but is in no feed")


def _document(facts: DocumentFacts, zone: ZoneInfo) -> list[Line]:
    kind = f"{facts.media_type}; charset={facts.charset}" if facts.charset else facts.media_type
    return [
        ("origin", facts.origin),
        ("answered", facts.url if facts.url != facts.origin else ""),
        ("type", clean_line(kind)),
        ("size", f"{facts.size:,} bytes"),
        ("modified", when(facts.modified_at, zone) if facts.modified_at else ""),
        ("fetched" if facts.url else "read", when(facts.fetched_at, zone)),
        ("ETag", clean_line(facts.validators.etag)),
        ("Last-Mod.", clean_line(facts.validators.last_modified)),
        ("gone", when(facts.gone_at, zone) if facts.gone_at else ""),
        ("error", clean_line(facts.error)),
    ]


def _entry(entry: Entry, changed: tuple[str, ...], zone: ZoneInfo) -> list[Line]:
    small = "too little for an update; `broadsheet republish` makes it one"
    told = f"changed in {', '.join(changed)}, {small}" if changed else "the same"
    return [
        ("number", str(entry.number)),
        ("slug", entry.slug),
        ("published", when(_time(entry.published), zone)),
        ("updated", when(_time(entry.updated), zone)),
        ("article is", told),
    ]


def _showing(one: Shown, zone: ZoneInfo, *, shown: bool) -> str:
    place = f"number {one.exposure.number} since {when(one.exposure.exposed_at, zone)}"
    if one.exposure.lead:
        return f"{place}, told with {one.exposure.lead}"
    if one.left_at:
        return f"{place}, left {when(one.left_at, zone)}"
    return place if shown else f"{place}, its place is kept"


def _why(reason: Reason) -> str:
    if reason.named:
        return "named by the article"
    if not reason.terms:
        return "chosen then; now they share nothing"
    return f"{reason.score:.2f}: {', '.join(reason.terms)}"


def _head(title: str, origin: str = "") -> None:
    click.echo(f"\n{_with(title, origin)}\n")


def _lines(lines: list[Line]) -> None:
    for label, value in lines:
        if value:
            click.echo(f"{label:>11}  {value}")


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
