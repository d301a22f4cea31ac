"""`show-source`: what was learned of a source, and what of it stays in its articles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from config.settings import Settings
from config.source import Source
from feeds.cli.common import Output, fail, load_settings, speaks
from feeds.cli.completion import source_names
from feeds.cli.output import RunTable, iso, refresh_json, show_done, when
from feeds.cli.refresh import known_sources
from feeds.cli.work import Interrupt, work
from feeds.context import Context, wall_clock
from feeds.data import open_data
from feeds.pushes import unreachable
from feeds.refresh import RefreshReport, refresh
from ingest.errors import StoreError
from ingest.store import Transaction, learned, pushes, removal, requests, sources
from ingest.store.learned import Line

_PLACES = {
    "head": "at the beginning",
    "intro": "as the opening",
    "text": "between paragraphs",
    "tail": "at the end",
}
_SHOWN = 200  # characters of a passage


@click.command(
    name="show-source",
    epilog="""\b
Examples:
  broadsheet show-source inbox
  broadsheet show-source inbox --keep 3
  broadsheet show-source inbox --keep all
  broadsheet show-source inbox --drop 3

\b
JSON:
  name, kind  the source
  learns      whether it learns (its option `learn`)
  articles    how many it has
  push        null for a source without a hub, or else hub (its address),
              until (UTC; null: it tells us of no news) and why not
  learned     a list: number, place ("head", "intro", "text", "tail"),
              text, articles (how many have it), kept (an operator wants it
              to stay), first (null, or the document that keeps an
              opening), and since (UTC)
  applied     null, or what `refresh --json` has""",
)
@click.argument("source", shell_complete=source_names)
@click.option("--keep", multiple=True, metavar="NUMBER", help="Put one back; or all.")
@click.option("--drop", multiple=True, metavar="NUMBER", help="Leave a kept one out; or all.")
@speaks(json="Print one JSON object instead.", verbose="Show passages whole.")
@click.pass_context
def show_source(
    ctx: click.Context,
    output: Output,
    source: str,
    keep: tuple[str, ...],
    drop: tuple[str, ...],
) -> None:
    """Show what the articles of SOURCE share, and so is no part of any of them: a site's header,
    its calls to subscribe, its footer. An opening of a series stays in its first article. And
    whether the hub of its feed tells us of news.

    --keep puts passages back into all articles, which it is not learned for again, and publishes:
    subscribers see the text without a later date. Exit code 2 for a number that is not there.
    """
    settings = load_settings(ctx)
    known_sources(settings, [source])
    if both := sorted({*keep} & {*drop}):
        fail(f"--keep {both[0]} and --drop {both[0]} contradict each other", code=2)
    done = _carry_out(output, settings, _Decision(source, keep, drop)) if keep or drop else None
    lines, count, hub = _look(settings, source)
    if output.json:
        found = _json(settings.by_name[source], lines, count) | {"push": hub and hub.json}
        output.show({**found, "applied": refresh_json(done) if done else None})
    else:
        if done:
            show_done(output, settings, done)
        _print(output, settings, settings.by_name[source], lines, count, hub)
    ctx.exit(int(bool(done and done.failed)))


@dataclass(slots=True)
class _Decision:
    """What of a source's learned passages stays and what goes; taken once."""

    source: str
    keep: tuple[str, ...]
    drop: tuple[str, ...]
    taken: bool = False

    def __call__(self, tx: Transaction) -> None:
        states = sources.states(tx)
        if self.taken or self.source not in states:
            return
        id_ = states[self.source].id
        known = [line.number for line in learned.lines(tx, id_)]
        for said, keep in ((self.keep, True), (self.drop, False)):
            learned.decide(tx, id_, _numbers(said, known, self.source), keep=keep)
        self.taken = True


def _numbers(said: Sequence[str], known: Sequence[int], source: str) -> list[int]:
    """The numbers meant; a message and exit code 2 when one is not there."""
    if "all" in said:
        return list(known)
    for number in said:
        if not number.isdecimal() or int(number) not in known:
            shows = f"`broadsheet show-source {source}` shows them"
            fail(f"{source} has no passage {number[:20]!r}; {shows}", code=2)
    return [int(number) for number in said]


def _carry_out(output: Output, settings: Settings, decision: _Decision) -> RefreshReport:
    """Decide, make the articles anew and publish; here, or by the running daemon."""

    def here(context: Context, table: RunTable, interrupt: Interrupt) -> RefreshReport:
        with context.store.write() as tx:
            decision(tx)
        return refresh(
            context,
            [decision.source],
            task="learn",
            stopping=interrupt.stopping,
            progress=table.progress,
        )

    def ask(tx: Transaction) -> int:
        decision(tx)
        return requests.ask(tx, [decision.source], wall_clock(), task="learn")

    return work(output, settings, here, ask)


@dataclass(frozen=True, slots=True)
class _Hub:
    """The hub of a source: until when it tells of news, None when it does not, and why not."""

    url: str
    until: datetime | None
    why: str

    @property
    def json(self) -> dict[str, str | None]:
        """As --json shows it."""
        return {"hub": self.url, "until": iso(self.until), "why": self.why}

    def line(self, zone: ZoneInfo) -> str:
        """As a sentence."""
        if self.until:
            lost = f", but: {self.why}" if self.why else ""
            return f"Its hub {self.url} tells us of news until {when(self.until, zone)}{lost}."
        return f"Its hub {self.url} does not tell us of news: {self.why}."


def _hub(tx: Transaction, settings: Settings, id_: str, name: str) -> _Hub | None:
    one = pushes.of_source(tx, id_)
    if one is None:
        return None
    if one.until and one.live(wall_clock()):
        return _Hub(one.hub, one.until, one.failure)
    source = settings.by_name[name]
    by_cron = "it has a cron (push = true asks the hub all the same)"
    refusal = unreachable(settings) if source.pushed else by_cron if source.cron else "push = false"
    return _Hub(one.hub, None, refusal or one.failure or "the daemon has only begun to ask it")


def _look(settings: Settings, name: str) -> tuple[list[Line], int, _Hub | None]:
    """The passages learned of a source, how many articles it has, and its hub."""
    try:
        with open_data(settings) as store, store.read() as tx:
            states = sources.states(tx)
            if name not in states:
                return [], 0, None
            id_ = states[name].id
            hub = _hub(tx, settings, id_, name)
            return learned.counted(tx, id_), removal.count_live(tx, id_), hub
    except StoreError as error:
        fail(str(error))


def _print(
    output: Output,
    settings: Settings,
    source: Source,
    lines: Sequence[Line],
    count: int,
    hub: _Hub | None,
) -> None:
    zone = ZoneInfo(settings.site.timezone)
    place = source.locator.replace("\n", " ")
    output.say(f"{source.name}: {source.kind} {place}, {count:,} article{'s' * (count != 1)}")
    if hub:
        output.say(hub.line(zone))
    if not source.learn:
        output.say("It learns nothing: learn = false.")
    elif not lines:
        output.say("Its articles share nothing yet that is no part of them.")
    for line in lines:
        text = line.text or "(its text was not kept)"
        cut = text if output.verbose or len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
        output.say(f"\n{line.number:>4}  {cut}")
        output.say(f"      {_told(line)}, since {when(line.learned_at, zone)}")


def _told(line: Line) -> str:
    many = f"{line.articles:,} article{'s' * (line.articles != 1)}"
    place = f"{_PLACES[line.place]} of {many}"
    if line.kept:
        return f"kept, {place}"
    told = f"left out, {place}"
    return f"{told}, but stays in the first, {line.first}" if line.first else told


def _json(source: Source, lines: Sequence[Line], count: int) -> dict[str, Any]:
    return {
        "name": source.name,
        "kind": source.kind,
        "learns": source.learn,
        "articles": count,
        "learned": [
            {
                "number": line.number,
                "place": line.place,
                "text": line.text,
                "articles": line.articles,
                "kept": line.kept,
                "first": line.first or None,
                "since": iso(line.learned_at),
            }
            for line in lines
        ],
    }
