"""What normalizing is told of a source, made of the settings."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from config import pages
from config.openai import OpenAI
from config.settings import Settings
from config.source import Source
from feeds.web import product_version
from ingest.normalize.rules import PageRules, Rules
from ingest.store.sources import SourceState

_LISTED_BY = {
    "fulltext", "follow", "max_pages", "max_items", "include", "exclude",
    "item", "link", "title", "date", "next",
}  # fmt: skip
"""The options of a source that say what an index lists, and what is read of that."""


def rules_for(source: Source, settings: Settings) -> Rules:
    """What `source` and the site say of a document."""
    return Rules(
        kind=source.kind,
        language=source.language,
        site_language=settings.site.language,
        authors=source.authors,
        tags=source.tags,
        timezone=settings.site.timezone,
        site_url=settings.site.url,
        pages=() if source.files else page_rules(settings),
        ignore_robots_tag=source.ignore_robots_tag,
    )


def looks(settings: Settings, states: Mapping[str, SourceState]) -> dict[str, str]:
    """How each source is looked at now, by its internal id: a run under way goes by it."""
    site = settings.site.model_dump_json(include={"url", "language", "timezone"})
    pages = repr(settings.rules)
    return {
        states[source.name].id: source.model_dump_json(exclude={"name"})
        + site
        + ("" if source.files else pages)
        + str(settings.openai if source.summarizer == "openai" else "")
        for source in settings.sources
    }


def page_rules(settings: Settings) -> tuple[PageRules, ...]:
    """The rules for pages of single hosts, as normalizing takes them."""
    return tuple(map(as_rules, settings.rules))


def as_rules(rules: pages.PageRules) -> PageRules:
    """The rules of one file, as normalizing takes them."""
    return PageRules(host=rules.host, **rules.model_dump())


def rules_digest(
    rules: Rules, source: Source, addresses: Iterable[str], openai: OpenAI | None
) -> str:
    """Changes when documents read before must be read again: other rules, or another version.

    `addresses` are those of documents read before: rules for other hosts change nothing there.
    `openai` says whose summaries they have, if the source asks for them.
    """
    hosts = {urlsplit(url).hostname or "" for url in addresses}
    mine = tuple(one for one in rules.pages if any(map(one.are_for, hosts)))
    values = [product_version(), repr(replace(rules, pages=mine)), source.summary_words]
    if source.kind not in {"files", "urls"}:
        values.append(source.model_dump(include=_LISTED_BY))
    if source.summarizer == "openai" and openai:
        values.append(openai.model)
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()
