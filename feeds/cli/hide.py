"""`hide`, `unhide` and `republish`: what an operator decides about articles, whatever their source
does."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import click

from config.settings import Settings
from feeds.cli.common import Output, fail, load_settings, speaks, suggest
from feeds.cli.completion import source_names
from feeds.cli.find import the_article
from feeds.cli.output import show_published
from feeds.cli.work import work
from feeds.context import Context, wall_clock
from feeds.refresh import RefreshReport, publish_once
from ingest.store import Transaction, articles, lookup, requests, sources, view

_of_source = click.option(
    "--source",
    metavar="NAME",
    default="",
    shell_complete=source_names,
    help="All articles of a source instead, also of one no longer configured.",
)


@click.command(
    epilog="""\b
Examples:
  broadsheet hide articles/bridge.txt
  broadsheet hide urn:uuid:0a5e… "The harbour crane"
  broadsheet hide --source wire"""
)
@click.argument("article", nargs=-1)
@_of_source
@speaks(verbose="Say more: whatever the log holds.")
@click.pass_context
def hide(ctx: click.Context, output: Output, article: tuple[str, ...], source: str) -> None:
    """Take each ARTICLE from public view and publish: from feeds, index and links; its page becomes
    a notice. It stays so, whatever its source does, until `unhide`.

    ARTICLE is what `show` takes, a title whole. Nothing is hidden when one of several is not found:
    exit code 2. Exit code 1 when something could not be published.
    """
    words = ("hidden", "was hidden already")

    def change(tx: Transaction, ids: Collection[str]) -> list[str]:
        return view.hide(tx, ids, wall_clock())

    _carry_out(ctx, output, _Change(output, load_settings(ctx), article, source, words, change))


@click.command(
    epilog="""\b
Examples:
  broadsheet unhide articles/bridge.txt
  broadsheet unhide --source wire"""
)
@click.argument("article", nargs=-1)
@_of_source
@speaks(verbose="Say more: whatever the log holds.")
@click.pass_context
def unhide(ctx: click.Context, output: Output, article: tuple[str, ...], source: str) -> None:
    """Put each hidden ARTICLE back in its old place, with its id and date, and publish.

    One that was hidden before it was in any feed is now exposed as new. Exit code 2 when an ARTICLE
    is not found, 1 when something could not be published.
    """
    words = ("unhidden", "was not hidden")
    change = view.unhide
    _carry_out(ctx, output, _Change(output, load_settings(ctx), article, source, words, change))


@click.command(
    epilog="""\b
Examples:
  broadsheet republish articles/bridge.txt
  broadsheet republish --keep-date "The harbour crane\""""
)
@click.argument("article", nargs=-1, required=True)
@click.option("--keep-date", is_flag=True, help="The new text without a later `updated`.")
@speaks(verbose="Say more: whatever the log holds.")
@click.pass_context
def republish(
    ctx: click.Context, output: Output, article: tuple[str, ...], keep_date: bool
) -> None:
    """Show subscribers each ARTICLE as it is stored now, as an update, and publish.

    For a correction too small to be an update by itself. ARTICLE is what `show` takes, a title
    whole. Exit code 2 when an ARTICLE is not found, 1 when something could not be published.
    """
    words = ("republished", "is not shown")

    def change(tx: Transaction, ids: Collection[str]) -> list[str]:
        return view.republish(tx, ids, keep_date=keep_date)

    _carry_out(ctx, output, _Change(output, load_settings(ctx), article, "", words, change))


@dataclass(slots=True)
class _Change:
    """Changes all of `what`, or what `source` has, or nothing, and says what was done; once.

    `words` say of an article that it was changed, and why it was not.
    """

    output: Output
    settings: Settings
    what: tuple[str, ...]
    source: str
    words: tuple[str, str]
    change: Callable[[Transaction, Collection[str]], list[str]]
    done: bool = False

    def __call__(self, tx: Transaction) -> None:
        if self.done:
            return
        if self.source:
            changed = self.change(tx, lookup.in_source(tx, _source_id(tx, self.source)))
            count = f"{len(changed)} article{'s' * (len(changed) != 1)}"
            self.output.say(f"{self.words[0]}  {count} of the source {self.source}")
        else:
            self._change_each(tx)
        self.done = True

    def _change_each(self, tx: Transaction) -> None:
        ids = list(dict.fromkeys(the_article(tx, self.settings, one) for one in self.what))
        changed = self.change(tx, ids)
        stored = articles.many(tx, ids)
        for id_ in ids:
            self.output.say(f"{self.words[id_ not in changed]}  {stored[id_].title}  {id_}")


def _source_id(tx: Transaction, name: str) -> str:
    """The internal id of the source of that name; a message and exit code 2 when there is none."""
    states = sources.states(tx)
    if name not in states:
        fail(f"there is no source {name!r}{suggest(name, list(states))}", code=2)
    return states[name].id


def _carry_out(ctx: click.Context, output: Output, change: _Change) -> None:
    """Change and publish, here or by the running daemon, and end with the exit code."""
    if bool(change.what) == bool(change.source):
        raise click.UsageError("Give either ARTICLE or --source.")

    def here(context: Context, *_: object) -> RefreshReport:
        with context.store.write() as tx:
            change(tx)
        return RefreshReport(published=publish_once(context))

    def ask(tx: Transaction) -> int:
        change(tx)
        return requests.ask(tx, (), wall_clock())

    done = work(output, change.settings, here, ask)
    show_published(output, change.settings, done.published)
    ctx.exit(int(done.failed))
