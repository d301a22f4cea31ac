"""`search`: the stored articles that match a query."""

from zoneinfo import ZoneInfo

import click

from config.settings import Settings
from feeds import slices
from feeds.cli.common import Output, fail, load_settings, speaks
from feeds.cli.output import iso, print_table
from feeds.context import wall_clock
from feeds.data import open_data
from ingest.article import Article
from ingest.errors import StoreError
from ingest.query import Node, QueryError, parse
from ingest.store import Transaction, articles, choice, members, sources
from ingest.store.choice import ArticleQuery

_DIGITS = 8  # of an id, which `show` takes
_WIDEST = 70  # characters of a title in the table


@click.command(
    epilog="""\b
Examples:
  broadsheet search harbour
  broadsheet search 'tag:energy AND NOT source:wire AND words>200'
  broadsheet search 'author:"Ada Lindqvist" published:2026-05' --limit 100
  broadsheet search 'age<7d NOT has:image' --json | jq -r '.articles[].id'

\b
JSON:
  articles  a list: id, title, source, origin, url (null: it has none of its
            own), published (UTC), language, authors, tags, summary and story
            (its number, null: it is in none)
  more      whether there are more than --limit"""
)
@click.argument("query", nargs=-1, required=True)
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=20,
    show_default=True,
    help="Articles to show.",
)
@speaks(json="One JSON object: the articles.", verbose="Say more: whatever the log holds.")
@click.pass_context
def search(ctx: click.Context, output: Output, query: tuple[str, ...], limit: int) -> None:
    """Show the articles that match QUERY and may be shown, the last published first.

    QUERY is what a feed can say in `where`; quote it, for shells read < > and parentheses
    themselves. Words alone stand in the title or the text. Its fields are tag, author, source,
    language, section, title, text, url, site, words, age, published, updated, has and story. Exit
    code 0, also when nothing matches; 2 when QUERY cannot be read.
    """
    settings = load_settings(ctx)
    text = " ".join(query).encode("utf-8", "replace").decode()
    try:
        with open_data(settings) as store, store.read() as tx:
            found, names = _found(tx, settings, text, limit + 1)
            stories = members.of(tx, [one.id for one in found])
    except StoreError as error:
        fail(str(error))
    more = len(found) > limit
    if output.json:
        told = [
            _plain(one, names[one.source]) | {"story": stories.get(one.id)} for one in found[:limit]
        ]
        output.show({"articles": told, "more": more})
        return
    if not found:
        output.say("No article matches.")
        return
    _print(output, found[:limit], names, ZoneInfo(settings.site.timezone))
    if more:
        output.note(f"… and more; --limit {limit * 10} shows them")


def _found(
    tx: Transaction, settings: Settings, text: str, limit: int
) -> tuple[list[Article], dict[str, str]]:
    """The articles in order, and the names of sources by internal id."""
    states = sources.states(tx)
    rule = _read(text, frozenset(states) | {source.name for source in settings.sources})
    asked = slices.asking(settings, states, wall_clock())
    query = ArticleQuery(sources=tuple(asked.sources.values()), rule=rule, asking=asked)
    ids = choice.search(tx, query, limit=limit)
    stored = articles.many(tx, ids)
    return [stored[id_] for id_ in ids], {state.id: name for name, state in states.items()}


def _read(text: str, known: frozenset[str]) -> Node:
    try:
        return parse(text, known)
    except QueryError as error:
        fail(f"the query cannot be read: {error}", code=2)


def _print(output: Output, found: list[Article], names: dict[str, str], zone: ZoneInfo) -> None:
    rows = [
        [
            f"{(one.published or one.first_seen).astimezone(zone):%Y-%m-%d}",
            names[one.source],
            one.uuid[:_DIGITS],
            one.title if len(one.title) <= _WIDEST else f"{one.title[: _WIDEST - 1]}…",
        ]
        for one in found
    ]
    print_table(output, ["published", "source", "id", "title"], rows)


def _plain(one: Article, source: str) -> dict[str, object]:
    return {
        "id": one.id,
        "title": one.title,
        "source": source,
        "origin": one.origin,
        "url": one.url or None,
        "published": iso(one.published or one.first_seen),
        "language": one.language or None,
        "authors": list(one.authors),
        "tags": list(one.tags),
        "summary": one.summary,
    }
