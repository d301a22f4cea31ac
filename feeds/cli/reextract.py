"""`re-extract`: normalize what is stored again, after showing what that changes."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import click

from config.settings import Settings
from feeds.cli.common import Output, fail, load_settings, speaks
from feeds.cli.completion import source_names
from feeds.cli.output import RunTable, refresh_json, show_done
from feeds.cli.refresh import known_sources
from feeds.cli.work import Interrupt, work
from feeds.context import Context, open_reading, wall_clock
from feeds.refresh import RefreshReport, refresh
from ingest.errors import StoreError
from ingest.reextract import Difference, preview
from ingest.store import Transaction, requests

_SHOWN = 20  # differences shown of one source
_MOST = 10_000  # of those that are asked for all
_VALUE = 100  # characters shown of a value


@click.command(
    name="re-extract",
    epilog="""\b
Examples:
  broadsheet re-extract
  broadsheet re-extract --json inbox | jq '.changes[] | select(.significant)'
  broadsheet re-extract --yes

\b
JSON:
  changes  a list: source, document, article (null for none yet), title, new,
           fields (name to [before, after]), words_gone, words_come,
           significant (subscribers would see it), and error (null, or why no
           article can be made of the document any more)
  sources  a list: name, documents, changes, significant, errors, and bodiless
           (documents whose body was not kept: they stay as they are)
  applied  null, or what `refresh --json` has""",
)
@click.argument("source", nargs=-1, shell_complete=source_names)
@click.option("--yes", is_flag=True, help="Apply without asking.")
@speaks(json="Print one JSON object instead.", verbose=f"Show more than {_SHOWN} changes a source.")
@click.pass_context
def reextract(ctx: click.Context, output: Output, source: tuple[str, ...], yes: bool) -> None:
    """Normalize what is stored of the named SOURCEs (none: all) again, without fetching anything.

    For after an upgrade or a changed setting. Shows what would change and asks before it applies
    it and publishes; in a pipe nothing is changed without --yes. With the daemon up it is the one
    that applies it. Exit code 1 when anything failed.
    """
    settings = load_settings(ctx)
    known_sources(settings, source)
    names = source or tuple(s.name for s in settings.sources)
    found = _look(output, settings, names)
    wanted = yes or (any(one.changes + one.errors for one in found) and _agreed(output, source))
    done = _apply(output, settings, names) if wanted else None
    if output.json:
        output.show(_json(found, done))
    elif done:
        show_done(output, settings, done)
    ctx.exit(int(bool(done and done.failed)))


@dataclass(slots=True, kw_only=True)
class _Found:
    """What a preview of one source counted, and the differences to show."""

    name: str
    documents: int = 0
    changes: int = 0
    significant: int = 0
    errors: int = 0
    bodiless: int = 0
    shown: list[Difference] = field(default_factory=list)


def _look(output: Output, settings: Settings, names: Sequence[str]) -> list[_Found]:
    """Tell what would change in each source; without a lock, for it changes nothing."""
    output.start_log()
    found = [_Found(name=name) for name in names]
    try:
        with open_reading(settings) as context, RunTable(output) as table:
            for one in (one for one in found if one.name in context.states):
                _preview(context, table, one, everything=output.verbose or output.json)
    except StoreError as error:
        fail(str(error))
    for one in found:
        for line in _lines(one):
            output.say(line)
    return found


def _preview(context: Context, table: RunTable, found: _Found, *, everything: bool) -> None:
    around = context.surroundings(progress=partial(table.progress, found.name))
    for part in preview(context.task(found.name), around):
        found.documents += part.documents
        found.bodiless += part.bodiless
        for one in part.differences:
            found.changes += not one.error
            found.significant += one.significant
            found.errors += bool(one.error)
            if len(found.shown) < (_MOST if everything else _SHOWN):
                found.shown.append(one)


def _agreed(output: Output, source: Sequence[str]) -> bool:
    """Whether the operator wants it; a pipe wants nothing."""
    if not output.json and sys.stdin.isatty() and sys.stdout.isatty():
        return click.confirm("Apply?")
    again = " ".join(["broadsheet re-extract", *source, "--yes"])
    output.note(f"Nothing was changed; `{again}` applies it.")
    return False


def _apply(output: Output, settings: Settings, names: Sequence[str]) -> RefreshReport:
    """Apply and publish, here or by the running daemon."""

    def here(context: Context, table: RunTable, interrupt: Interrupt) -> RefreshReport:
        return refresh(
            context,
            names,
            task="re-extract",
            stopping=interrupt.stopping,
            progress=table.progress,
        )

    def ask(tx: Transaction) -> int:
        return requests.ask(tx, names, wall_clock(), task="re-extract")

    return work(output, settings, here, ask)


def _lines(found: _Found) -> Iterator[str]:
    for one in found.shown:
        where = f"{found.name}: {one.origin}"
        if one.error:
            yield f"{where}: no article can be made of it any more: {one.error}"
            continue
        yield f"{where}: {one.title}" + (" (new)" if one.new else "")
        for label, before, after in one.fields:
            yield f"    {label}: {_short(before)} → {_short(after)}"
        if one.gone or one.come:
            yield f"    text: {one.gone} words gone, {one.come} come"
        if one.significant:
            yield "    subscribers would see it"
    if more := found.changes + found.errors - len(found.shown):
        yield f"{found.name}: … and {more} more"
    count = f"{found.documents} document{'s' * (found.documents != 1)}"
    line = f"{found.name}: {count}, {found.changes} would change"
    line += f", {found.significant} of them so that subscribers see it" if found.significant else ""
    line += f"; of {found.errors} no article can be made any more" if found.errors else ""
    yield line + (f"; {found.bodiless} without a kept body" if found.bodiless else "")


def _short(value: str) -> str:
    return (value if len(value) <= _VALUE else value[: _VALUE - 1] + "…") or "none"


def _json(found: Sequence[_Found], done: RefreshReport | None) -> dict[str, Any]:
    return {
        "changes": [_change(one.name, change) for one in found for change in one.shown],
        "sources": [
            {
                "name": one.name,
                "documents": one.documents,
                "changes": one.changes,
                "significant": one.significant,
                "errors": one.errors,
                "bodiless": one.bodiless,
            }
            for one in found
        ],
        "applied": refresh_json(done) if done else None,
    }


def _change(name: str, one: Difference) -> dict[str, Any]:
    return {
        "source": name,
        "document": one.origin,
        "article": one.article or None,
        "title": one.title,
        "new": one.new,
        "fields": {label: [before, after] for label, before, after in one.fields},
        "words_gone": one.gone,
        "words_come": one.come,
        "significant": one.significant,
        "error": one.error or None,
    }
