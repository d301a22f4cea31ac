"""Sources made of what was found elsewhere: their names, their tables, their way into the file."""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from anyascii import anyascii

from config import blocks
from config.settings import Settings
from feeds.candidates import Candidate
from feeds.probe import Probe
from ingest.upstream import Subscription
from ingest.urls import match_url

_START = """\
[site]
title = {title}

# The public address at which readers reach the output folder.
url = "http://127.0.0.1:8000/"
"""
_TITLE = "My Broadsheet"
_SHORT = 30  # characters of a title that names a source; a longer one says too much


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a list of feeds: `added` pairs of name and address; `there` of those that are
    a source already."""

    settings: Settings | None
    added: tuple[tuple[str, str], ...]
    there: tuple[tuple[str, str], ...]


def name_for(found: Probe, candidate: Candidate, taken: Collection[str]) -> str:
    """A name for a source: that of the site if it is short, else its host."""
    return _name(found.title or candidate.title, candidate.url, taken)


def block(candidate: Candidate, name: str) -> str:
    """The `[[source]]` table of a candidate."""
    options: dict[str, blocks.Value] = {"name": name, candidate.kind: candidate.url}
    if candidate.fulltext:
        options["fulltext"] = True
    return blocks.table("source", options)


def add(path: Path, settings: Settings | None, text: str, name: str, title: str) -> Settings:
    """Append the source `name`, whose table is `text`, to the configuration at `path`.

    Without `settings` there is none yet, and one is begun with the title. Where every feed names
    its sources, the new one gets a feed of its own. Raises ConfigError and OSError; nothing is
    written then.
    """
    text += _own_feed(settings, name, (name,))
    return blocks.append(path, text, os.environ, start=_start(title))


def shown_in(settings: Settings, name: str) -> tuple[str, ...]:
    """The addresses of the feeds that show the source `name`, those of it alone first."""
    feeds = [feed for feed in settings.feeds if not feed.each and name in settings.sources_of(feed)]
    feeds.sort(key=lambda feed: len(feed.sources) or len(settings.sources))
    return tuple(settings.feed_url(f, format_) for f in feeds for format_ in f.formats)


def source_at(settings: Settings, url: str) -> str:
    """The name of the source that `url` is already, "" when it is none."""
    return _there(settings).get(_key(url), "")


def import_feeds(
    path: Path, settings: Settings | None, subscriptions: Sequence[Subscription]
) -> Imported:
    """Make sources of the feeds of a list, in one change of the file. Raises as `add` does.

    The categories of a feed become the tags of its articles that have none. Where each feed of ours
    names its sources, one more shows all that is imported.
    """
    known = _there(settings) if settings else {}
    taken = {source.name for source in settings.sources} if settings else set[str]()
    added, skipped, tables = [], [], []
    for one in subscriptions:
        key = _key(one.url)
        if key in known:
            skipped.append((known[key], one.url))
            continue
        known[key] = name = _name(one.title, one.url, taken)
        taken.add(name)
        added.append((name, one.url))
        options: dict[str, blocks.Value] = {"name": name, "feed": one.url, "tags": one.path}
        tables.append(blocks.table("source", options))
    if tables:
        text = "\n".join(tables) + _own_feed(settings, "imported", [name for name, _ in added])
        settings = blocks.append(path, text, os.environ, start=_start(_TITLE))
    return Imported(settings=settings, added=tuple(added), there=tuple(skipped))


def exported(settings: Settings) -> list[Subscription]:
    """The sources that are feeds, as other readers take them over: their tags are categories."""
    found = [source for source in settings.sources if source.kind == "feed"]
    return [Subscription(url=one.feed, title=one.name, path=one.tags) for one in found]


def _own_feed(settings: Settings | None, name: str, sources: Sequence[str]) -> str:
    """The table of a feed of these new `sources`; "" where a feed shows every source anyway."""
    if not settings or not all(feed.sources or feed.each for feed in settings.feeds):
        return ""
    own = blocks.free_name(name, [feed.name for feed in settings.feeds])
    return "\n" + blocks.table("feed", {"name": own, "sources": tuple(sources)})


def _start(title: str) -> str:
    return _START.format(title=blocks.toml(title or _TITLE))


def _there(settings: Settings) -> dict[str, str]:
    """The names of the sources with one address, by the form that finds it again."""
    single = [one for one in settings.sources if one.kind not in {"files", "urls"}]
    return {_key(one.locator): one.name for one in single}


def _key(url: str) -> str:
    try:
        return match_url(url)
    except ValueError:
        return url


def _name(title: str, url: str, taken: Collection[str]) -> str:
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    short = title if len(title) <= _SHORT else ""
    named = blocks.free_name(anyascii(short), taken)
    return named or blocks.free_name(anyascii(host), taken) or blocks.free_name("source", taken)
