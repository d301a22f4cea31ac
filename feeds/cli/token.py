"""`token`: who may read a private feed."""

from collections.abc import Sequence
from datetime import datetime

import click

from config.feed import Feed
from config.settings import Settings
from feeds.cli.common import Output, fail, load_settings, speaks, suggest
from feeds.cli.completion import feed_names
from feeds.cli.output import iso, print_table
from feeds.context import wall_clock
from feeds.data import open_data
from feeds.each import expanded
from feeds.hubs import forget_closed
from feeds.tokens import digest, new_token
from ingest.errors import StoreError
from ingest.store import Store, tokens
from ingest.store.tokens import Subscriber

_LONGEST = 100  # characters of a subscriber's name
_MAKES = frozenset({"add", "rotate"})


@click.command(
    epilog="""\b
Examples:
  broadsheet token add board "Ann Example"
  broadsheet token list --json
  broadsheet token rotate board "Ann Example"
  broadsheet token revoke board "Ann Example"

\b
JSON:
  subscribers  a list: feed, name and made (when, in UTC) of each token; with
               add and rotate also addresses (a list) and password"""
)
@click.argument("action", type=click.Choice(["add", "list", "rotate", "revoke"]))
@click.argument("feed", default="", shell_complete=feed_names)
@click.argument("name", default="")
@speaks(json="Print one JSON object instead.", verbose="Say more: whatever the log holds.")
@click.pass_context
def token(ctx: click.Context, output: Output, action: str, feed: str, name: str) -> None:
    """Say who may read a private FEED. The ACTION is add, list, rotate (a new token for the old) or
    revoke, of the subscriber NAME.

    What is added or rotated is printed once, on standard output, and kept nowhere: an address that
    holds the token, for readers that take only an address, and the same token as a password. What
    is revoked or replaced opens nothing a second later. Each feed that `each` makes has tokens of
    its own; `list` takes the name of its maker, too. Exit code 2 when FEED is no private feed, 1
    when NAME has a token already or has none.
    """
    settings = load_settings(ctx)
    name = " ".join(name.split())
    if action != "list" and not (feed and name and len(name) <= _LONGEST and name.isprintable()):
        raise click.UsageError(f"Give FEED and NAME, of at most {_LONGEST} characters.")
    if action == "list" and name:
        raise click.UsageError("`list` takes no NAME.")
    try:
        with open_data(settings) as store:
            with store.read() as tx:
                wanted = _feeds(expanded(tx, settings), feed, action)
                found = tokens.subscribers(tx, [one.name for one in wanted])
            if action == "list":
                _list(output, found)
            else:
                _change(output, settings, store, action, wanted[0], name)
    except StoreError as error:
        fail(str(error))


def _feeds(settings: Settings, name: str, action: str) -> Sequence[Feed]:
    """The private feed of that name, those that it makes (to list), or all; a message and exit code
    2 when there is none."""
    private = [feed for feed in settings.feeds if feed.private]
    maker = next((feed for feed in settings.makers if feed.name == name and feed.private), None)
    if maker:
        made = [feed for feed in private if settings.made.get(feed.name) == name]
        if action == "list":
            return made
        if not made:
            fail(f"{name!r} has made no feed yet; a publish makes them", code=2)
        hint = f"give one for a feed that it makes, such as {made[0].name!r}"
        fail(f"{name!r} makes feeds, each with tokens of its own; {hint}", code=2)
    wanted = [feed for feed in private if feed.name == name] if name else private
    if name and not wanted:
        if any(feed.name == name for feed in (*settings.feeds, *settings.makers)):
            fail(f"the feed {name!r} is public; `private = true` below it makes it private", code=2)
        hint = suggest(name, [feed.name for feed in private])
        fail(f"there is no private feed {name!r}{hint}", code=2)
    return wanted


def _change(
    output: Output, settings: Settings, store: Store, action: str, feed: Feed, name: str
) -> None:
    made, now = new_token(), wall_clock()
    with store.write() as tx:
        known = {one.name for one in tokens.subscribers(tx, [feed.name])}
        if action == "add" and name in known:
            fail(f"{name} has a token for {feed.name}; `broadsheet token rotate` makes a new one")
        if action != "add" and name not in known:
            fail(f"{name} has no token for {feed.name}; `broadsheet token list` names who has")
        if action in _MAKES:
            tokens.put(tx, feed.name, name, digest(made), now)
        else:
            tokens.revoke(tx, feed.name, name)
        forget_closed(tx, settings)
    if action in _MAKES:
        _print(output, settings, feed, name, made, now)
    elif output.json:
        output.show({"subscribers": []})
    else:
        output.say(f"{name} cannot read {feed.name} any more.")


def _print(
    output: Output, settings: Settings, feed: Feed, name: str, made: str, now: datetime
) -> None:
    """Print the one time what the subscriber needs."""
    base = settings.base_of(feed).removesuffix(f"{feed.name}/")
    secret = [f"{base}{made}/{feed.name}.{format_}" for format_ in feed.formats]
    if output.json:
        row = {"feed": feed.name, "name": name, "made": iso(now)}
        output.show({"subscribers": [row | {"addresses": secret, "password": made}]})
        return
    for address in secret:
        click.echo(address)
    output.say()
    output.say(f"Only {name} should know these; they are shown this once. Readers that ask for a")
    output.say("password get the same by another way, and their pages too; any user name will do:")
    for format_ in feed.formats:
        output.say(f"  {settings.feed_url(feed, format_)}")
    output.say(f"  password {made}")


def _list(output: Output, found: Sequence[Subscriber]) -> None:
    rows = [{"feed": one.feed, "name": one.name, "made": iso(one.made_at)} for one in found]
    if output.json:
        output.show({"subscribers": rows})
    else:
        print_table(output, ["feed", "subscriber", "since"], [list(row.values()) for row in rows])
