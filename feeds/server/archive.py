"""Archives of feeds: files of the output folder that share the fate of their feed's own document.

The only place that serves them. The manifests do not name them, for there is no end to them: where
a feed's document moved, its archives are beside the new one's; where it is gone, so are they.
"""

import re
from dataclasses import dataclass

from feeds.server.shelf import Copy, Moved, Shelf

ARCHIVES = "/archive/"
"""Where the archives of all feeds are; nothing else is below it."""

_PAGE = re.compile(r"/archive/([a-z0-9_-]{1,60})/([1-9][0-9]{0,8})\.([a-z]{1,8})")


@dataclass(frozen=True, slots=True)
class NotYet:
    """The page after the newest: until it is there, the document at `path` is what goes on."""

    path: str


def archived(shelf: Shelf, path: str, home: str = "") -> Copy | Moved | NotYet | None:
    """What answers at a decoded request path below `/archive/`, in the folder `home` ("" or with a
    slash at its end); paths in the answer begin there too."""
    asked = _PAGE.fullmatch(path)
    if asked is None:
        return None
    name, page, suffix = asked[1], int(asked[2]), asked[3]
    feed = shelf.get(f"{home}{name}.{suffix}")
    if isinstance(feed, Moved):
        feed = feed.below(home)
        heir, _, other = (feed.path or "").rpartition(".")
        return Moved(f"archive/{heir}/{page}.{other}" if heir else None)
    if feed is None:
        return None
    before, here, after = (f"{home}archive/{name}/{n}.{suffix}" for n in (page - 1, page, page + 1))
    try:
        return shelf.page(here, feed.media_type)
    except OSError:
        newest = shelf.holds(before) and not shelf.holds(after)
        return NotYet(f"{name}.{suffix}") if newest else None
