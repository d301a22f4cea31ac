"""`hide` and `unhide`: take articles from public view, whatever their source does, and put back."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

import click

from config.settings import Settings
from feeds.cli.common import Output, load_settings, speaks
from feeds.cli.find import the_article
from feeds.cli.output import show_published
from feeds.cli.work import work
from feeds.context import Context, wall_clock
from feeds.publish import publish
from feeds.refresh import RefreshReport
from ingest.store import Transaction, articles, published, requests


@click.command(
    epilog="""\b
Examples:
  broadsheet hide articles/bridge.txt
  broadsheet hide urn:uuid:0a5e… "The harbour crane\""""
)
@click.argument("what", metavar="ARTICLE", nargs=-1, required=True)
@speaks(verbose="Say more: whatever the log holds.")
@click.pass_context
def hide(ctx: click.Context, output: Output, what: tuple[str, ...]) -> None:
    """Take each ARTICLE from public view and publish: from feeds, index and links; its page becomes
    a notice. It stays so, whatever its source does, until `unhide`.

    ARTICLE is what `show` takes. Nothing is hidden when one of several is not found: exit code 2.
    Exit code 1 when something could not be published.
    """
    settings = load_settings(ctx)
    words = ("hidden", "was hidden already")
    change = _Change(
        output, settings, what, words, lambda tx, ids: published.hide(tx, ids, wall_clock())
    )
    ctx.exit(_publish(output, settings, change))


@click.command(
    epilog="""\b
Example:
  broadsheet unhide articles/bridge.txt"""
)
@click.argument("what", metavar="ARTICLE", nargs=-1, required=True)
@speaks(verbose="Say more: whatever the log holds.")
@click.pass_context
def unhide(ctx: click.Context, output: Output, what: tuple[str, ...]) -> None:
    """Put each hidden ARTICLE back in its old place, with its id and date, and publish.

    One that was hidden before it was in any feed is now exposed as new. Exit code 2 when an ARTICLE
    is not found, 1 when something could not be published.
    """
    settings = load_settings(ctx)
    change = _Change(output, settings, what, ("unhidden", "was not hidden"), published.unhide)
    ctx.exit(_publish(output, settings, change))


@dataclass(slots=True)
class _Change:
    """Hides or unhides all of `what`, or none of it, and says what was done; once.

    `words` say of an article that it was changed, and that it was so before.
    """

    output: Output
    settings: Settings
    what: tuple[str, ...]
    words: tuple[str, str]
    change: Callable[[Transaction, Collection[str]], list[str]]
    done: bool = False

    def __call__(self, tx: Transaction) -> None:
        if self.done:
            return
        ids = list(dict.fromkeys(the_article(tx, self.settings, one) for one in self.what))
        changed = self.change(tx, ids)
        stored = articles.many(tx, ids)
        for id_ in ids:
            self.output.say(f"{self.words[id_ not in changed]}  {stored[id_].title}  {id_}")
        self.done = True


def _publish(output: Output, settings: Settings, change: _Change) -> int:
    """Change and publish, here or by the running daemon; returns the exit code."""

    def here(context: Context, *_: object) -> RefreshReport:
        with context.store.write() as tx:
            change(tx)
        return RefreshReport(published=publish(context.press(), now=context.clock()))

    def ask(tx: Transaction) -> int:
        change(tx)
        return requests.ask(tx, (), wall_clock())

    done = work(output, settings, here, ask)
    show_published(output, settings, done.published)
    return int(done.failed)
