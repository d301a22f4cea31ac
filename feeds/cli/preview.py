"""`preview`: what a run of one source would store. Nothing is stored."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from config.settings import Settings
from feeds.cli.common import Output, end_interrupted, fail, load_settings, speaks
from feeds.cli.completion import source_names
from feeds.cli.output import RunTable, iso
from feeds.cli.refresh import known_sources
from feeds.context import Context, open_context, open_reading
from ingest.errors import IngestError
from ingest.preview import Foreseen
from ingest.preview import preview as look


@click.command(
    epilog="""\b
Examples:
  broadsheet preview town
  broadsheet preview town --limit 3 --explain

\b
JSON:
  source    its name
  articles  a list: document, state ("new", "changed", "unchanged", "failed"
            or "left out"), title, url, published, words, origins (where each
            field came from), and reason (null unless there is no article)"""
)
@click.argument("source", shell_complete=source_names)
@click.option("--explain", is_flag=True, help="Show where each field came from.")
@click.option("--limit", type=click.IntRange(min=1), help="Look at so many documents, the first.")
@speaks(json="Print one JSON object instead.", verbose="Show what is unchanged, too.")
@click.pass_context
def preview(
    ctx: click.Context, output: Output, source: str, explain: bool, limit: int | None
) -> None:
    """Show what a run of SOURCE would store now: each article, and whether it is new or changed.

    Its documents are read or fetched as in a run, and nothing is written; also beside the daemon.
    Exit code 1 when anything failed.
    """
    settings = load_settings(ctx)
    known_sources(settings, [source])
    output.start_log()
    try:
        with _opened(_limited(settings, source, limit)) as context, RunTable(output) as table:
            around = context.surroundings(progress=partial(table.progress, source))
            found = list(islice(look(context.task(source), around), limit))
    except IngestError as error:
        fail(f"{source}: {error}")
    except KeyboardInterrupt:
        end_interrupted("Interrupted: nothing was changed.")
    if output.json:
        output.show({"source": source, "articles": [_article(one) for one in found]})
    else:
        _print(output, found, explain=explain)
    ctx.exit(int(any(one.state == "failed" for one in found)))


def _limited(settings: Settings, name: str, limit: int | None) -> Settings:
    """Settings under which no more is fetched than is shown."""
    if limit is None:
        return settings
    sources = [
        one.model_copy(update={"max_items": limit}) if one.name == name and not one.files else one
        for one in settings.sources
    ]
    return settings.model_copy(update={"sources": tuple(sources)})


@contextmanager
def _opened(settings: Settings) -> Iterator[Context]:
    """What is stored, to look at; where nothing is stored yet, an empty store that goes again."""
    if (settings.data_folder / "broadsheet.db").exists():
        with open_reading(settings) as context:
            yield context
        return
    with (
        TemporaryDirectory(prefix="broadsheet-") as folder,
        open_context(settings.model_copy(update={"data": Path(folder)})) as context,
    ):
        yield context


def _print(output: Output, found: Sequence[Foreseen], *, explain: bool) -> None:
    for one in found:
        if one.reason:
            click.echo(f"{one.state}  {one.document}: {one.reason}", err=True)
        elif one.state != "unchanged" or output.verbose:
            day = f"{one.published:%Y-%m-%d}" if one.published else "no date   "
            output.say(f"{one.state}  {day}  {one.words:,} words  {one.title}")
            output.say(f"    {one.url or one.document}")
            for name, origin in sorted(one.origins.items()) if explain else ():
                output.say(f"    {name}: {origin}")
    count = Counter(one.state for one in found)
    output.say(", ".join(f"{number} {state}" for state, number in count.items()) or "nothing")


def _article(one: Foreseen) -> dict[str, Any]:
    return {
        "document": one.document,
        "state": one.state,
        "title": one.title or None,
        "url": one.url or None,
        "published": iso(one.published),
        "words": one.words,
        "origins": dict(sorted(one.origins.items())),
        "reason": one.reason or None,
    }
