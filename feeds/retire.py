"""Addresses that feeds had: a renamed feed's lead to the new one, a removed feed's say so.

Each gets a manifest of its own, so that the server answers for it and for its archives, and its
files go: a web server over the same folder must not serve an edition that nobody renews.
"""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from typing import get_args

from config.feed import Feed, Format
from feeds.files import remove_with_siblings, write_if_changed
from feeds.manifest import Manifest, ManifestError, dumps, read_manifest
from feeds.press import Press, archives_folder, editions_folder
from ingest.store import feeds
from ingest.store.feeds import FeedName

_FORMATS: tuple[Format, ...] = get_args(Format)


def retire(press: Press) -> None:
    """Bring what stands at former addresses in line with the names in the store.

    What leads to a feed that is not live yet stays as it is.
    """
    with press.store.read() as tx:
        names = feeds.names(tx)
    current = {feed.name: feed for feed in press.settings.feeds}
    for name, one in names.items():
        heir = current.get(one.moved_to)
        if name not in current and (heir is None or _is_live(press, heir)):
            manifest = _farewell(one, heir)
            path = editions_folder(press.settings) / f"{name}.json"
            write_if_changed(path, dumps(manifest))
            page = press.settings.feed_page(name)
            remove_files(press, [*(f"{name}.{format_}" for format_ in _FORMATS), *page.split()])
            _remove_archives(press, name)
    for name in (feed.name for feed in press.settings.feeds if not feed.archive):
        _remove_archives(press, name)


def other_formats(feed: Feed) -> tuple[tuple[str, str], ...]:
    """The addresses of the formats that `feed` is not written in, each with the one to go to."""
    return tuple(
        (f"{feed.name}.{format_}", f"{feed.name}.{feed.formats[0]}")
        for format_ in _FORMATS
        if format_ not in feed.formats
    )


def remove_files(press: Press, paths: list[str]) -> None:
    """Take files that are no edition's any more from the output folder, with their siblings."""
    for path in paths:
        remove_with_siblings(press.settings.output_folder / path)


def _remove_archives(press: Press, name: str) -> None:
    """The store keeps which entries were in which: a feed that comes back writes the same again."""
    with suppress(FileNotFoundError):
        shutil.rmtree(archives_folder(press.settings, name))


def _is_live(press: Press, feed: Feed) -> bool:
    try:
        return bool(read_manifest(editions_folder(press.settings) / f"{feed.name}.json").files)
    except ManifestError:
        return False


def _farewell(one: FeedName, heir: Feed | None) -> Manifest:
    if heir is None:
        return Manifest(feed=one.name, gone=tuple(f"{one.name}.{format_}" for format_ in _FORMATS))
    return Manifest(feed=one.name, moved=tuple(_moves(one.name, heir)))


def _moves(name: str, heir: Feed) -> Iterator[tuple[str, str]]:
    for format_ in _FORMATS:
        there = format_ if format_ in heir.formats else heir.formats[0]
        yield f"{name}.{format_}", f"{heir.name}.{there}"
