"""`re-extract`: normalize what is stored again, after showing what that changes."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import click

from config.settings import Settings
from feeds.cli.common import fail, load_settings
from feeds.cli.output import RunTable, show_published
from feeds.cli.refresh import known, opened
from feeds.context import Context
from feeds.lock import LockedError
from feeds.refresh import refresh
from ingest.reextract import Difference, preview
from ingest.store.runs import RunReport

_SHOWN = 20  # differences shown of one source
_VALUE = 100  # characters shown of a value


@click.command(
    name="re-extract",
    epilog="""\b
Examples:
  broadsheet re-extract
  broadsheet re-extract --json inbox | jq 'select(.significant)'
  broadsheet re-extract --yes""",
)
@click.argument("source", nargs=-1)
@click.option("--yes", is_flag=True, help="Apply without asking.")
@click.option("--json", "as_json", is_flag=True, help="Every change, one JSON object a line.")
@click.pass_context
def reextract(ctx: click.Context, source: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Normalize what is stored of the named SOURCEs (none: all) again, without fetching anything.

    For after an upgrade or a changed setting. Shows what would change and asks before it applies
    it and publishes; in a pipe nothing is changed without --yes. Exit code 1 when anything failed.
    """
    settings = load_settings(ctx)
    known(source, [s.name for s in settings.sources], "source")
    names = source or tuple(s.name for s in settings.sources)
    try:
        with opened(settings) as context:
            changes = sum(_look(context, name, as_json=as_json) for name in names)
        if not (yes or (changes and _agreed(source, as_json=as_json))):
            return
        with opened(settings) as context:  # not held while somebody thinks about it
            ctx.exit(_apply(context, settings, names, as_json=as_json))
    except LockedError as error:
        fail(f"{error}; stop it first: it is not asked to re-extract")


@dataclass(slots=True)
class _Found:
    """What a preview of one source counted, and the first differences."""

    documents: int = 0
    changes: int = 0
    significant: int = 0
    errors: int = 0
    bodiless: int = 0
    first: list[Difference] = field(default_factory=list)


def _look(context: Context, name: str, *, as_json: bool) -> int:
    """Print what would change in one source; returns how much."""
    found = _Found()
    with RunTable() as table:
        around = context.surroundings(progress=partial(table.progress, name))
        for part in preview(context.task(name), around):
            found.documents += part.documents
            found.bodiless += part.bodiless
            for one in part.differences:
                found.changes += not one.error
                found.significant += one.significant
                found.errors += bool(one.error)
                if as_json:
                    click.echo(json.dumps(_json(name, one), ensure_ascii=False))
                elif len(found.first) < _SHOWN:
                    found.first.append(one)
    if as_json:
        click.echo(json.dumps({"source": name, "total": _counts(found)}))
    else:
        for line in _lines(name, found):
            click.echo(line)
    return found.changes + found.errors


def _agreed(source: Sequence[str], *, as_json: bool) -> bool:
    """Whether the operator wants it; a pipe wants nothing."""
    if not as_json and sys.stdin.isatty() and sys.stdout.isatty():
        return click.confirm("Apply?")
    again = " ".join(["broadsheet re-extract", *source, "--yes"])
    click.echo(f"Nothing was changed; `{again}` applies it.", err=True)
    return False


def _apply(context: Context, settings: Settings, names: Sequence[str], *, as_json: bool) -> int:
    """Apply and publish; returns the exit code."""
    with RunTable() as table:
        report = refresh(context, names, task="re-extract", progress=table.progress)
        if not as_json:
            table.show(report.runs)
    if as_json:
        for run in report.runs:
            applied = {"source": run.source, "applied": _run(run)}
            click.echo(json.dumps(applied, ensure_ascii=False))
    else:
        show_published(settings, report.published)
    return int(report.failed)


def _lines(name: str, found: _Found) -> Iterator[str]:
    for one in found.first:
        where = f"{name}: {one.origin}"
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
    if more := found.changes + found.errors - len(found.first):
        yield f"{name}: … and {more} more"
    count = f"{found.documents} document{'s' * (found.documents != 1)}"
    line = f"{name}: {count}, {found.changes} would change"
    line += f", {found.significant} of them so that subscribers see it" if found.significant else ""
    line += f"; of {found.errors} no article can be made any more" if found.errors else ""
    yield line + (f"; {found.bodiless} without a kept body" if found.bodiless else "")


def _short(value: str) -> str:
    return (value if len(value) <= _VALUE else value[: _VALUE - 1] + "…") or "none"


def _json(name: str, one: Difference) -> dict[str, Any]:
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


def _counts(found: _Found) -> dict[str, int]:
    return {
        "documents": found.documents,
        "changes": found.changes,
        "significant": found.significant,
        "errors": found.errors,
        "bodiless": found.bodiless,
    }


def _run(run: RunReport) -> dict[str, Any]:
    counts = {name: getattr(run, name) for name in ("new", "updated", "unchanged", "failed")}
    problems = [{"where": t.origin, "why": t.reason, "failed": t.failed} for t in run.troubles]
    return {"outcome": run.outcome, **counts, "problems": problems}
