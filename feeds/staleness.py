"""Which feeds a publish looks at, and which of these show what they showed before.

A change anywhere makes every feed stale, for any article may belong to any of them. What that
change comes to is known when newcomers are planned and entries are frozen: an edition that nothing
came to, and none of whose entries changed, nor anything these link to, needs no rendering.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from config.feed import Feed
from feeds import archive, slices
from feeds.expose import Plan
from feeds.links import mentioned
from feeds.manifest import Manifest, ManifestError, read_manifest
from feeds.press import (
    Press,
    feed_path,
    feeds_folder,
    file_links,
    manifest_path,
    settings_digest,
)
from feeds.selection import leaves_at
from ingest.store import Transaction, editions, last_change, published, relations, sources
from ingest.store import archive as archived
from ingest.store.editions import EditionState


def stale(press: Press, feeds: Sequence[Feed], now: datetime) -> list[Feed]:
    """Those of `feeds` since whose edition anything changed, or whose files are not there.

    Also those with a source that was in the middle of a run then, and is not any more, and those by
    a rule that time has made an article match.
    """
    with press.store.read() as tx:
        states, archives = editions.editions(tx), archived.states(tx)
        asked = slices.asking(press.settings, sources.states(tx), now)
        change = last_change(tx, "article")
        settled = {name: id_ for id_, name in sources.settled(tx)}
        found = []
        for feed in feeds:
            state = states.get(feed.name)
            wanted = press.settings.sources_of(feed)
            ready = (settled[name] for name in wanted if name in settled)
            if (
                state is None
                or state.built_from != change
                or any(state.sources.get(id_) != change for id_ in ready)
                or not _stands(press, feed, state, archives)
                or slices.begins(tx, feed, state, asked)
            ):
                found.append(feed)
    return found


def settle(press: Press, plans: Sequence[Plan]) -> dict[str, EditionState]:
    """The editions of `plans` that stay as they are, by feed, noted as built from all there is.

    The plans are carried out: what they add has its entry, and entries are in line with articles.
    """
    with press.store.read() as tx:
        states, archives = editions.editions(tx), archived.states(tx)
        still = [
            (plan, state)
            for plan in plans
            if not plan.added
            and (state := states.get(plan.feed.name))
            and _stands(press, plan.feed, state, archives)
        ]
        now = last_change(tx, "entry")
        touched = _touched(tx, [state for _, state in still])
        kept = [
            replace(state, built_from=plan.change, sources=plan.considered, entry_change=now)
            for plan, state in still
            if state.shown < leaves_at(plan.feed)  # or its entries leave as time goes by
            and state.feed not in touched
        ]
    if kept:
        with press.store.write() as tx:
            editions.put_editions(tx, kept)
    return {state.feed: state for state in kept}


def _touched(tx: Transaction, states: Sequence[EditionState]) -> set[str]:
    """The feeds whose edition shows an article that looks otherwise now."""
    found: set[str] = set()
    for change in {state.entry_change for state in states}:
        names = [state.feed for state in states if state.entry_change == change]
        found |= published.showing(tx, names, _changed(tx, change))
    return found


def _changed(tx: Transaction, change: int) -> set[str]:
    """The articles whose entry changed after that entry change, or the entry of one it links to."""
    changed = set(published.changed(tx, after=change))
    found = changed | relations.showing(tx, changed)
    if changed:
        for article, html in published.linking(tx):
            if changed & {f"urn:uuid:{uuid}" for uuid in mentioned(html)}:
                found.add(article)
    return found


def digest(press: Press, feed: Feed) -> str:
    """What an edition of `feed` is built with, beside the store."""
    return settings_digest(press, feed.model_dump_json())


def files(feed: Feed) -> tuple[str, ...]:
    """The paths of the documents of `feed`, below the folder of feeds."""
    return tuple(feed_path(feed, format_) for format_ in feed.formats)


def manifest(press: Press, feed: Feed) -> Manifest | None:
    """The manifest of the edition that is live; None when there is none that can be read."""
    try:
        return read_manifest(manifest_path(press.settings, feed))
    except ManifestError:
        return None


def _stands(
    press: Press, feed: Feed, state: EditionState, archives: Mapping[str, tuple[int, str]]
) -> bool:
    """Whether the files of an edition and its archives are there, made with the same settings."""
    if state.settings != digest(press, feed) or state.entry_change < 0:
        return False
    live = manifest(press, feed)
    output = feeds_folder(press.settings, feed)
    if live is None or tuple(file.path for file in live.files) != files(feed):
        return False
    links = [file_links(press.settings, feed, format_) for format_ in feed.formats]
    if [file.links for file in live.files] != links:
        return False
    if not (
        press.settings.folder_of(feed) / (press.settings.feed_page(feed) or "index.html")
    ).is_file():
        return False
    for file in live.files:
        try:
            if (output / file.path).stat().st_size != file.size:
                return False
        except OSError:
            return False
    _, folder = archives.get(feed.name, (0, ""))
    return archive.are_whole(press, feed, folder)
