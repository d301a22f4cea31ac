"""`explain`: why an article is in a feed or not, and what each step of a feed lets through."""

from collections.abc import Mapping
from pathlib import Path

import click

from config.feed import Feed
from config.lines import Loc
from config.settings import Settings
from feeds import each
from feeds.cli.common import Output, config_path, fail, load_settings, speaks, suggest
from feeds.cli.completion import feed_names
from feeds.cli.find import the_article
from feeds.cli.lines import FeedLines
from feeds.cli.output import print_table
from feeds.context import wall_clock
from feeds.counting import Key, Passed, named, passed, retitled
from feeds.data import open_data
from feeds.reasons import Reason, reasons
from ingest.errors import StoreError
from ingest.store import Transaction, articles, lookup

_MARKS = {True: "yes", False: "no", None: "-"}


@click.command(
    epilog="""\b
Examples:
  broadsheet explain energy
  broadsheet explain energy articles/bridge.txt
  broadsheet explain all https://example.org/bridge --json

\b
JSON:
  feed     the feed's name
  steps    without ARTICLE, a list: name, line, before, after (how many
           articles it was asked of and let through); null with one
  changed  without ARTICLE, a list: name, line and titles (how many of those
           shown a pattern changes); null with one
  article  id and title; null without ARTICLE
  shown    whether the feed shows it now; null without ARTICLE
  reasons  a list: name, holds (true, false, or null for what only tells
           something), words, line (of the configuration, or null) and parts,
           a list of the same; null without ARTICLE"""
)
@click.argument("feed", shell_complete=feed_names)
@click.argument("article", default="")
@speaks(json="One JSON object.", verbose="Say more: whatever the log holds.")
@click.pass_context
def explain(ctx: click.Context, output: Output, feed: str, article: str) -> None:
    """Show why ARTICLE is in FEED or not, step by step, each with its line of the configuration.

    Without ARTICLE: how many of all articles each step of the feed lets through. Exit code 0
    whether it is in the feed or not; 2 when there is no such feed, or no such article.
    """
    settings = load_settings(ctx)
    path = config_path(ctx)
    lines = FeedLines(path, settings)
    now = wall_clock()
    try:
        with open_data(settings) as store, store.read() as tx:
            whole = each.expanded(tx, settings)
            one = _the_feed(whole, feed)
            if not article:
                steps = passed(tx, whole, one, now)
                _tell_steps(output, one, path, lines.of(one), steps, retitled(tx, one))
                return
            id_ = the_article(tx, settings, article, guess=True)
            found = reasons(tx, whole, one, id_, now)
            _tell(output, tx, one, path, lines.of(one), id_, found)
    except StoreError as error:
        fail(str(error))


def _the_feed(settings: Settings, name: str) -> Feed:
    known = {feed.name: feed for feed in settings.feeds}
    of_maker = [made for made, maker in settings.made.items() if maker == name]
    if of_maker:
        count = f"{len(of_maker)} feed{'s' * (len(of_maker) > 1)}"
        fail(f"{name!r} makes {count}; name one, such as {of_maker[0]!r}", code=2)
    if name not in known:
        fail(f"there is no feed {name!r}{suggest(name, list(known))}", code=2)
    return known[name]


def _line(lines: Mapping[Loc, int], key: Key) -> int | None:
    """The line of an option; None where none says so."""
    return lines.get(key) if key else None


def _tell_steps(
    output: Output,
    feed: Feed,
    path: Path,
    lines: Mapping[Loc, int],
    found: list[Passed],
    titles: list[tuple[Key, int]],
) -> None:
    if output.json:
        steps = [
            {
                "name": step.name,
                "line": _line(lines, step.key),
                "before": step.before,
                "after": step.after,
            }
            for step in found
        ]
        nothing = {"article": None, "shown": None, "reasons": None}
        changed = [
            {"name": named(key), "line": _line(lines, key), "titles": count}
            for key, count in titles
        ]
        output.show({"feed": feed.name, "steps": steps, "changed": changed, **nothing})
        return
    rows = [
        [step.name, _line(lines, step.key) or "", step.after, step.before - step.after]
        for step in found
    ]
    print_table(output, ["step", "line", "lets through", "takes away"], rows)
    for key, count in titles:
        line = _line(lines, key)
        place = f" ({path.name}:{line})" if line else ""
        output.say(f"{named(key)}{place} changes {count} of the titles shown")


def _tell(
    output: Output,
    tx: Transaction,
    feed: Feed,
    path: Path,
    lines: Mapping[Loc, int],
    id_: str,
    found: list[Reason],
) -> None:
    title = articles.many(tx, [id_])[id_].title
    shown = found[-1].name == "shown" and lookup.standing(tx, id_).hidden_at is None
    shown = shown and lookup.standing(tx, id_).removed_at is None
    if output.json:
        article = {"id": id_, "title": title}
        told = [_plain(reason, lines) for reason in found]
        output.show(
            {
                "feed": feed.name,
                "steps": None,
                "changed": None,
                "article": article,
                "shown": shown,
                "reasons": told,
            }
        )
        return
    output.say(f"{title} is {'' if shown else 'not '}in the feed {feed.name!r}.")
    for reason in found:
        line = _line(lines, reason.key)
        place = f" ({path.name}:{line})" if line else ""
        words = f": {reason.words}" if reason.words else ""
        output.say(f"{_MARKS[reason.holds]:>5}  {reason.name}{place}{words}")
        for part in reason.parts:
            value = f": {part.words}" if part.words else ""
            output.say(f"{'':>7}{_MARKS[part.holds]:>3}  {part.name}{value}")


def _plain(reason: Reason, lines: Mapping[Loc, int]) -> dict[str, object]:
    return {
        "name": reason.name,
        "holds": reason.holds,
        "words": reason.words,
        "line": _line(lines, reason.key),
        "parts": [_plain(part, lines) for part in reason.parts],
    }
