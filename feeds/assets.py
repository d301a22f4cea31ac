"""The files of a source's folder that entries show, copied beside their pages."""

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from config.feed import Feed
from feeds.brand import pictures
from feeds.press import Press, page_folder
from ingest.store import published


def copy_assets(press: Press, root: Path, ids: Sequence[str], warnings: list[str]) -> int:
    """Bring the files that the entries of `ids` show beside their pages below `root` up to date;
    those of removed ones go. Returns how many were copied."""
    with press.store.read() as tx:
        entries = published.entries(tx, ids).values()
    copied = 0
    for entry in entries:
        folder, source = page_folder(root, entry), press.roots.get(entry.source)
        for path, name in entry.assets:
            if entry.removed:
                (folder / name).unlink(missing_ok=True)
            elif source:
                copied += _copy(source, path, folder / name, warnings)
    return copied


def copy_pictures(
    press: Press, root: Path, owners: Iterable[Feed | None], warnings: list[str]
) -> int:
    """Bring the icons and logos of `owners`, None for the site, in `root` up to date. Returns how
    many were copied."""
    here = press.settings.folder.resolve()
    found = pictures(press.settings, owners)
    return sum(_copy(here, path, root / name, warnings) for path, name in found)


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
