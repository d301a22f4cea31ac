"""The files of a source's folder that entries show, copied beside their pages."""

import shutil
from pathlib import Path

from feeds.brand import pictures
from feeds.press import Press
from ingest.entry import Entry
from ingest.store import published


def page_folder(press: Press, entry: Entry) -> Path:
    """Where the page of `entry` lies, and the files it shows."""
    return press.settings.output_folder / "articles" / entry.slug


def copy_assets(press: Press, warnings: list[str]) -> int:
    """Bring the files that entries show beside their pages up to date, and icons and logos; those
    of removed entries go."""
    with press.store.read() as tx:
        shown = published.entries(tx, published.with_assets(tx, removed=False)).values()
        removed = published.entries(tx, published.with_assets(tx, removed=True)).values()
    copied = 0
    for entry in shown:
        if root := press.roots.get(entry.source):
            for path, name in entry.assets:
                copied += _copy(root, path, page_folder(press, entry) / name, warnings)
    for path, name in pictures(press.settings):
        target = press.settings.output_folder / name
        copied += _copy(press.settings.folder.resolve(), path, target, warnings)
    for entry in removed:
        for _, name in entry.assets:
            (page_folder(press, entry) / name).unlink(missing_ok=True)
    return copied


def _copy(root: Path, path: str, target: Path, warnings: list[str]) -> bool:
    """Copy a file unless size and time say that it is there; returns whether it was copied.

    A copy whose original is gone stays: the entry that shows it is frozen.
    """
    try:
        source = (root / path).resolve(strict=not target.is_file())
        if not source.is_file():
            return False
        facts = source.stat()
        if not source.is_relative_to(root):
            return False
        there = target.stat() if target.is_file() else None
        beside = target.with_name(f".{target.name}.new")
        if there and (there.st_size, there.st_mtime_ns) == (facts.st_size, facts.st_mtime_ns):
            beside.unlink(missing_ok=True)  # a killed process may have left it
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, beside)
        beside.replace(target)
    except OSError as error:
        warnings.append(f"{path}: cannot be copied: {(error.strerror or str(error)).lower()}")
        return False
    return True
