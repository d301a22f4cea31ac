"""Watching folders: a source whose files change is run within seconds. The rescan stays the truth.

Each folder that a source enters is watched by itself, not with all that lies below it. So nothing
is spent on `.git`, on our own output or on what a link leads to, each of which may be huge.
"""

import os
import threading
import time
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from ingest.sources.folder import Folder, is_text

if TYPE_CHECKING:
    from watchfiles import Change

    Changes = set[tuple[Change, str]]

_QUIET = 0.5  # seconds without a change after which a source is woken: saving takes some steps
_LONGEST = 10.0  # seconds after which it is woken although there was no such pause
_STEP = 0.1  # seconds between two looks for changes, and whether to stop
_RETRY = 60.0  # seconds after which watching is tried again when it failed
_ANEW = 3600.0  # seconds after which it begins anew: the system drops events when it is pressed
_END = 2.0  # seconds to wait for the thread
_LIMIT = "raise fs.inotify.max_user_watches or max_user_instances, or set watch = false"

log = structlog.get_logger()


class Watcher:
    """Calls `wake` with the names of the sources whose files changed, from a thread of its own.

    A source is woken when nothing has changed for `quiet` seconds, or `longest` after the first
    change; also whenever watching begins, for nobody saw what changed before. Nothing that goes
    wrong here goes any further.
    """

    def __init__(
        self,
        wake: Callable[[Collection[str]], object],
        *,
        quiet: float = _QUIET,
        longest: float = _LONGEST,
    ) -> None:
        self._wake = wake
        self._quiet = quiet
        self._step = min(_STEP, quiet / 5)
        self._longest = longest
        self._folders: Mapping[str, Folder] = {}
        self._changed: dict[str, tuple[float, float]] = {}  # when first and last, until woken
        self._refused: set[str] = set()  # sources that cannot be watched
        self._told: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def follow(self, folders: Mapping[str, Folder]) -> None:
        """Watch these folders, by source, from now on, and no others."""
        self._folders = dict(folders)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End within a moment. May be called again, or without a start."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(_END)

    def _run(self) -> None:
        while not self._stop.wait(self._step):
            try:
                self._watch(self._folders)
            except Exception as error:  # the rescan goes on, and so do we
                if repr(error) not in self._told:
                    log.exception("watching failed; folders are looked at on schedule alone")
                self._told.add(repr(error))
                self._stop.wait(_RETRY)

    def _watch(self, folders: Mapping[str, Folder]) -> None:
        """Watch what is there, until folders come, go or are replaced."""
        view = _survey({n: one for n, one in folders.items() if n not in self._refused})
        with closing(self._changes(view)) as changing:
            try:
                changes = next(changing, set())
            except FileNotFoundError:
                return  # a folder went while we began
            except (OSError, RuntimeError) as error:
                self._refuse(view, error)
                return
            self._told -= view.names
            began = time.monotonic()
            self._note(view.names, began)
            if view.outdated(changes) or _survey(view.folders).places != view.places:
                return  # folders came or went while we began
            for changes in changing:
                now = time.monotonic()
                self._note(view.touched(changes), now)
                self._wake_rested(now)
                if view.outdated(changes) or view.roots != _roots(view.folders):
                    return
                if folders is not self._folders or now > began + _ANEW:
                    self._refused.clear()
                    return

    def _changes(self, view: "_View") -> "Generator[Changes, None, None]":
        """What changes, at least every half second; it may be nothing.

        Ends early when a file whose name is not UTF-8 changed, for that is not told.
        """
        if not view.places:
            while not self._stop.wait(self._quiet):
                yield set()
            return
        from watchfiles import watch  # 40 ms

        changing = watch(
            *view.places,
            watch_filter=None,
            debounce=round(self._quiet * 1000),
            step=round(self._step * 1000),
            rust_timeout=round(self._quiet * 1000),
            yield_on_timeout=True,
            stop_event=self._stop,
            raise_interrupt=False,
            force_polling=False,  # that is what the rescan does, and less often
            recursive=False,
        )
        try:
            yield from changing
        except RuntimeError as error:
            if "decode" not in str(error):
                raise

    def _refuse(self, view: "_View", error: Exception) -> None:
        """Leave the largest source to the rescan, and say so once."""
        name = max(view.names, key=view.size)
        self._refused.add(name)
        if name not in self._told:
            why = str(error).partition(" about ")[0]
            log.warning(
                "folder not watched, looked at on schedule alone",
                source=name,
                why=why,
                advice=_LIMIT,
            )
        self._told.add(name)

    def _note(self, names: Iterable[str], now: float) -> None:
        for name in names:
            first, _ = self._changed.get(name, (now, now))
            self._changed[name] = (first, now)

    def _wake_rested(self, now: float) -> None:
        rested = [
            name
            for name, (first, last) in self._changed.items()
            if now >= last + self._quiet or now >= first + self._longest
        ]
        for name in rested:
            del self._changed[name]
        if rested:
            self._wake(rested)


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """What is watched: each folder with the sources that look into it and its path below their
    root, and what each root was when we looked."""

    folders: Mapping[str, Folder]
    places: Mapping[str, list[tuple[str, str]]]
    roots: Mapping[str, tuple[int, ...]]

    @property
    def names(self) -> set[str]:
        """The sources of which anything is watched."""
        return {name for sources in self.places.values() for name, _ in sources}

    def size(self, name: str) -> int:
        """How many folders are watched for a source."""
        return sum(name == other for sources in self.places.values() for other, _ in sources)

    def touched(self, changes: "Changes") -> set[str]:
        """The sources of which a file changed."""
        below = (pair for _, path in changes for pair in self._below(Path(path)))
        return {name for name, relative in below if self.folders[name].means(relative)}

    def outdated(self, changes: "Changes") -> bool:
        """Whether a folder came or went that we should watch or no longer can."""
        return any(self._moves(change.name, Path(path)) for change, path in changes)

    def _moves(self, change: str, path: Path) -> bool:
        if str(path) in self.places:
            return change != "modified"
        return os.path.isdir(path) and any(  # noqa: PTH112 - Path raises where we may not look
            self.folders[name].enters(path, relative) for name, relative in self._below(path)
        )

    def _below(self, path: Path) -> Iterable[tuple[str, str]]:
        """The sources that look into the folder of `path`, and what it is below their roots."""
        for name, prefix in self.places.get(str(path.parent), ()):
            yield name, prefix + path.name


def _survey(folders: Mapping[str, Folder]) -> _View:
    """Look at what is there now. A root that is not is left out."""
    places: dict[str, list[tuple[str, str]]] = {}
    roots = _roots(folders)
    for name, folder in folders.items():
        try:
            root = folder.root
            for level in folder.walk(root, [], []):
                path = str(root / level.prefix)
                if is_text(path):
                    places.setdefault(path, []).append((name, level.prefix))
        except OSError:
            continue
    return _View(folders=folders, places=places, roots=roots)


def _roots(folders: Mapping[str, Folder]) -> dict[str, tuple[int, ...]]:
    """What tells each root from another folder in its place, or the same with other rights."""
    found: dict[str, tuple[int, ...]] = {}
    for name, folder in folders.items():
        try:
            facts = folder.place.stat()
        except OSError:
            continue
        found[name] = (facts.st_dev, facts.st_ino, facts.st_mode)
    return found
