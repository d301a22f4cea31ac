"""Taking down what still names an article that is not for everybody any more.

Feeds, archives and pages name an article by a link: to its page, or to its own address. They are
read for such links, whatever they were made from, once after something became private: what a
killed or failed publish left behind is found too. What is taken down is written again after it.
"""

import hashlib
import json
import re
from collections.abc import Collection
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import get_args

from config.feed import Format
from feeds.files import remove_with_siblings
from feeds.press import Press
from ingest.store import editions, privacy

STATE = "*pages"
"""What begins the names under which the store keeps what pages were written from: no feed's."""

PRIVACY = "private"
"""The part of that state that says what was private when the public pages were written."""

_WRITTEN = {".html", *(f".{format_}" for format_ in get_args(Format)), ".new"}  # half written, too
_LISTS = "feeds.opml", "_headers", "_redirects"  # name feeds that are made of a word of an article
_PAGE = re.compile(rb"(?:articles|stories)/([^/\"'<>\s]+)/")
_ADDRESS = re.compile(rb"https?://[^\s\"'<>\\]+")


def known_as(press: Press) -> str:
    """A digest of what is private."""
    return hashlib.sha256(json.dumps(press.privacy).encode()).hexdigest()


def silence(press: Press) -> None:
    """Delete what names an article that became private since the public pages were written."""
    with press.store.read() as tx:
        before = editions.edition(tx, STATE)
        same = before and dict(before.digests).get(PRIVACY) == known_as(press)
        found = privacy.changed(tx, before.built_from if before and same else 0)
    if not found:
        return
    slugs = {slug.encode() for slug, _ in found}
    addresses = {url.encode() for _, url in found if url}
    for name in _LISTS:
        remove_with_siblings(press.settings.output_folder / name)
    for path in press.settings.output_folder.rglob("*"):
        if path.suffix in _WRITTEN and path.is_file() and _names(path, slugs, addresses):
            remove_with_siblings(path)
    if before:  # all of them are looked at, for not each is of an entry that changed
        with press.store.write() as tx:
            editions.put_edition(tx, replace(before, built_from=0))


def _names(path: Path, slugs: Collection[bytes], addresses: Collection[bytes]) -> bool:
    data = path.read_bytes()
    if any(slug in slugs for slug in _PAGE.findall(data)):
        return True
    return bool(addresses) and any(
        unescape(url.decode("utf-8", "replace")).encode() in addresses
        for url in _ADDRESS.findall(data)
    )
