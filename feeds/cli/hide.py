"""`hide` and `unhide`: take articles from public view, whatever their source does, and put back."""

import sys
from collections.abc import Callable, Collection

import click

from config import logs
from config.settings import Settings
from feeds.cli.common import fail, load_settings
from feeds.cli.find import the_article
from feeds.cli.output import show_published
from feeds.cli.refresh import _await
from feeds.context import open_context, open_data, wall_clock
from feeds.lock import COMMAND, DAEMON, LockedError, data_lock
from feeds.publish import publish
from ingest.errors import StoreError
from ingest.store import Transaction, articles, published, requests

_WAIT = 60.0  # seconds to wait for another command to finish


@click.command(
    epilog="""\b
Examples:
  broadsheet hide articles/bridge.txt
  broadsheet hide urn:uuid:0a5e… "The harbour crane\""""
)
@click.argument("what", metavar="ARTICLE...", nargs=-1, required=True)
@click.pass_context
def hide(ctx: click.Context, what: tuple[str, ...]) -> None:
    """Take each ARTICLE from public view and publish: from feeds, index and links; its page becomes
    a notice. It stays so, whatever its source does, until `unhide`.

    ARTICLE is what `show` takes. Nothing is hidden when one of several is not found.
    """
    settings = load_settings(ctx)
    words = ("hidden", "was hidden already")
    _change(settings, what, words, lambda tx, ids: published.hide(tx, ids, wall_clock()))
    ctx.exit(_publish(settings))


@click.command(
    epilog="""\b
Example:
  broadsheet unhide articles/bridge.txt"""
)
@click.argument("what", metavar="ARTICLE...", nargs=-1, required=True)
@click.pass_context
def unhide(ctx: click.Context, what: tuple[str, ...]) -> None:
    """Put each hidden ARTICLE back in its old place, with its id and date, and publish.

    One that was hidden before it was in any feed is now exposed as new.
    """
    settings = load_settings(ctx)
    _change(settings, what, ("unhidden", "was not hidden"), published.unhide)
    ctx.exit(_publish(settings))


def _change(
    settings: Settings,
    what: tuple[str, ...],
    words: tuple[str, str],
    change: Callable[[Transaction, Collection[str]], list[str]],
) -> None:
    """Hide or unhide all of `what` in one transaction, or none of it; say what was done.

    `words` say of an article that it was changed, and that it was so before.
    """
    try:
        with open_data(settings) as store, store.write() as tx:
            ids = list(dict.fromkeys(the_article(tx, settings, one) for one in what))
            changed = change(tx, ids)
            stored = articles.many(tx, ids)
    except StoreError as error:
        fail(str(error))
    for id_ in ids:
        click.echo(f"{words[id_ not in changed]}  {stored[id_].title}  {id_}")


def _publish(settings: Settings) -> int:
    """Publish what changed, here or by the running daemon; returns the exit code."""
    logs.configure("warning", sys.stderr)
    try:
        with data_lock(settings.data_folder, COMMAND, wait=_WAIT), open_context(settings) as opened:
            report = publish(opened.press(), now=opened.clock())
    except LockedError as error:
        if error.role != DAEMON:
            fail(f"{error}; what changed is stored and goes out with the next publish")
        click.echo("The daemon is running; asking it.", err=True)
        with open_data(settings) as store:
            with store.write() as tx:
                asked = requests.ask(tx, (), wall_clock())
            _await(settings, store, asked)
        return 0
    except StoreError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename or 'a file'}: {error.strerror or error}")
    show_published(settings, report)
    return int(report.failed)
