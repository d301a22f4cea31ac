"""What must not stand any more: at addresses that feeds had, and of what became private.

A renamed feed's addresses lead to the new one, a removed feed's say so: each gets a manifest of its
own, so that the server answers for it and its archives. Files go, for a web server over the same
folder must not serve an edition that nobody renews. Of what is private nothing is left in public,
not even that.
"""

import os
import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import get_args

from config.feed import Feed, Format
from feeds.brand import picture_names
from feeds.files import remove_with_siblings, write_if_changed
from feeds.manifest import Manifest, ManifestError, dumps, read_manifest
from feeds.press import Press, archives_folder, editions_folder, feed_path, manifest_path
from feeds.withdrawal import silence
from ingest.store import feeds, privacy
from ingest.store.feeds import FeedName

_FORMATS: tuple[Format, ...] = get_args(Format)


def withdraw(press: Press) -> None:
    """Take from the output folder what is not for everybody any more, before anything is written:
    there may be no room to write.

    Private feeds, the pages and files of what they alone show, and all that names such.
    """
    if not press.audiences and len(press.settings.public_feeds) == len(press.settings.feeds):
        return
    output = press.settings.output_folder
    with press.store.read() as tx:
        kept = privacy.withheld(tx)
    for feed in press.settings.feeds:
        if feed.private:
            _unpublish(press, feed.name)
    silence(press)
    for one in kept:
        for kind in ("articles", "stories"):
            folder = (
                f"{output}/{kind}/{one.slug}"  # no Path: this is asked for each at every publish
            )
            if os.path.lexists(folder):
                shutil.rmtree(folder)


def retire(press: Press) -> None:
    """Bring what stands at former addresses in line with the names in the store.

    What leads to a feed that is not live yet stays as it is.
    """
    withdraw(press)  # an edition that could not be written anew, an article that changed hands
    with press.store.read() as tx:
        names, secret = feeds.names(tx), privacy.private_feeds(tx)
    current = {feed.name: feed for feed in press.settings.feeds}
    for name, one in names.items():
        heir = current.get(one.moved_to)
        if name in current:
            continue
        if not secret.isdisjoint((name, one.moved_to)):
            _unpublish(press, name)
        elif heir is None or _is_live(press, heir):
            path = editions_folder(press.settings) / f"{name}.json"
            write_if_changed(path, dumps(_farewell(one, heir)))
            _remove_public(press, name)
    private = press.settings.private_folder
    own = {feed.name for feed in press.settings.feeds if feed.private}
    _clear(private, own)
    for feed in press.settings.feeds:
        if not feed.archive:
            _remove_archives(press, feed)


def other_formats(feed: Feed, names: Iterable[str] = ()) -> tuple[tuple[str, str], ...]:
    """The addresses of the formats that `feed` is not written in, each with the one to go to; of a
    private feed those under its former `names` too, for they are in the same folder."""
    first = feed_path(feed, feed.formats[0])
    others = [(feed_path(feed, one), first) for one in _FORMATS if one not in feed.formats]
    for name in names if feed.private else ():
        others += [(f"{feed.name}/{old}", f"{feed.name}/{new}") for old, new in _moves(name, feed)]
    return tuple(others)


def remove_files(folder: Path, paths: Iterable[str]) -> None:
    """Take files that are no edition's any more from `folder`, with their compressed siblings."""
    for path in paths:
        remove_with_siblings(folder / path)


def _unpublish(press: Press, name: str) -> None:
    """Leave no trace of the feed `name` in public."""
    (editions_folder(press.settings) / f"{name}.json").unlink(missing_ok=True)
    for picture in picture_names(Feed(name=name)):
        (press.settings.output_folder / picture).unlink(missing_ok=True)
    _remove_public(press, name)


def _remove_public(press: Press, name: str) -> None:
    feed = Feed(name=name)
    page = press.settings.feed_page(feed)
    paths = [*(feed_path(feed, format_) for format_ in _FORMATS), *page.split()]
    remove_files(press.settings.output_folder, paths)
    _remove_archives(press, feed)


def _remove_archives(press: Press, feed: Feed) -> None:
    """The store keeps which entries were in which: a feed that comes back writes the same again."""
    with suppress(FileNotFoundError):
        shutil.rmtree(archives_folder(press.settings, feed))


def _clear(folder: Path, names: Collection[str]) -> None:
    """Delete from the folder of private feeds what belongs to none of `names`."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_dir() and path.name not in names:
            shutil.rmtree(path)
        elif path.suffix == ".json" and path.stem not in names:
            path.unlink()


def _is_live(press: Press, feed: Feed) -> bool:
    try:
        return bool(read_manifest(manifest_path(press.settings, feed)).files)
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
