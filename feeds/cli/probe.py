"""`probe`: what there is at an address to make a source of. Nothing is stored."""

from datetime import UTC, datetime
from typing import Any

import click

from config.settings import Settings
from feeds.candidates import Candidate
from feeds.cli.common import Output, config_path, fail, load_settings, speaks
from feeds.cli.output import iso
from feeds.probe import Probe
from feeds.subscribe import block, name_for
from feeds.web import open_fetcher
from ingest.article import Document, NotModified, Validators

_ITEMS = 5  # of each candidate that are shown


@click.command(
    epilog="""\b
Examples:
  broadsheet probe https://example.org/news
  broadsheet probe --json example.org | jq -r '.candidates[0].config'

\b
JSON:
  candidates  a list, best first: kind ("feed", "listing" or "sitemap"), url,
              title, score (0 to 1), reasons, count, items (the first: url,
              title and published, null where unknown), and config, the table
              to paste
  rejected    a list of what is no source: url and why"""
)
@click.argument("url")
@speaks(json="Print one JSON object instead.", verbose="Show what was rejected too, and why.")
@click.pass_context
def probe(ctx: click.Context, output: Output, url: str) -> None:
    """Show what a source could be made of at URL: feeds, lists of articles, sitemaps.

    Makes 16 requests at most. A configuration, where there is one, gives the limits and the time
    zone. Exit code 1 when there is nothing.
    """
    settings = load_settings(ctx, sourceless=True) if config_path(ctx).exists() else None
    found = look(whole(url), settings)
    names = [source.name for source in settings.sources] if settings else []
    if output.json:
        output.show(probe_json(found, names))
    else:
        _print(output, found, whole(url), names)
    ctx.exit(int(not found.candidates))


def whole(url: str) -> str:
    """`url` with the scheme that people leave out."""
    return url if "://" in url else f"https://{url}"


def look(url: str, settings: Settings | None) -> Probe:
    """Probe `url`, within the limits of the configuration if there is one."""
    from feeds import probe as probing
    from ingest.detect import ListRules

    now = datetime.now(UTC)
    site = settings.site if settings else None
    rules = ListRules(timezone=site.timezone, language=site.language) if site else ListRules()
    with open_fetcher(settings) as fetcher:

        def ask(address: str) -> Document:
            answer = fetcher.fetch(address, Validators(), now)
            assert not isinstance(answer, NotModified)
            return answer

        return probing.probe(url, ask, now, rules)


def probe_json(found: Probe, taken: list[str]) -> dict[str, Any]:
    """A probe as scripts get it; `taken` are the names that sources have already."""
    return {
        "candidates": [
            {
                "kind": one.kind,
                "url": one.url,
                "title": one.title,
                "score": one.score,
                "reasons": list(one.reasons),
                "count": len(one.items),
                "items": [
                    {"url": item.url, "title": item.title, "published": iso(item.published)}
                    for item in one.items[:_ITEMS]
                ],
                "config": block(one, name_for(found, one, taken)),
            }
            for one in found.candidates
        ],
        "rejected": [{"url": url, "why": why} for url, why in found.rejected],
    }


def nothing(found: Probe, url: str) -> str:
    """What to say where there is nothing to make a source of."""
    why = "; ".join(f"{where}: {why}" for where, why in found.rejected[:3])
    return f"{url}: nothing to make a source of was found" + (f" ({why})" if why else "")


def _print(output: Output, found: Probe, url: str, names: list[str]) -> None:
    if not found.candidates:
        fail(nothing(found, url))
    if found.refusal:
        best = found.candidates[0]
        click.echo(f"{url}: {found.refusal}; its {best.kind} at {best.url} works", err=True)
    for place, one in enumerate(found.candidates):
        output.say(("\n" if place else "") + _headline(one))
        for item in one.items[:_ITEMS]:
            time = item.published or item.updated
            day = f"{time:%Y-%m-%d}" if time else " " * 10
            output.say(f"  {day}  {item.title or item.url}")
            if item.title and output.verbose:
                output.say(f"              {item.url}")
        if len(one.items) > _ITEMS:
            output.say(f"              … and {len(one.items) - _ITEMS:,} more")
    for where, why in found.rejected if output.verbose else ():
        output.say(f"rejected  {where}: {why}")
    best = found.candidates[0]
    output.say(f"\nThe best of them, for the configuration; `broadsheet add {url}` does it:\n")
    output.say(block(best, name_for(found, best, names)).rstrip())


def _headline(one: Candidate) -> str:
    title = f"  {one.title}" if one.title else ""
    return f"{one.kind}  {one.score:.2f}  {one.url}{title} ({', '.join(one.reasons)})"
