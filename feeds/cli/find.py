"""Finding the article an operator means: by its id, place, address, slug or title."""

import os
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from config.settings import Settings
from feeds.cli.common import fail
from ingest.globs import split_root
from ingest.identity import path_key
from ingest.similarity import title_key
from ingest.sources.folder import real
from ingest.store import Transaction, articles, lookup, sources
from ingest.urls import match_url

_DIGITS = re.compile(r"(?:urn:uuid:)?([0-9a-f-]{6,36})", re.IGNORECASE)
_FEWEST = 6  # hexadecimal digits that stand for an id
_PAGE = re.compile(r"/articles/([a-z0-9-]+)(?:/(?:index\.html)?)?$")
_LISTED = 20  # articles listed when several are meant
_LONGEST = 2_000  # characters


def the_article(tx: Transaction, settings: Settings, what: str, *, guess: bool = False) -> str:
    """The id of the one article that `what` means; a message and exit code 2 for none or several.

    Tried in this order, and the first that finds any decides: an id or at least 6 digits of one, a
    path as the source lists it or on this disk, an address of the article or its page, a slug, a
    declared id, a title. A part of a title is enough only to `guess`: for who looks, not for who
    changes what subscribers see.
    """
    wanted = what.encode("utf-8", "replace").decode()[:_LONGEST]
    found = _find(tx, settings, wanted)
    unmade = "" if found else _unmade(tx, settings, wanted)
    alike = [] if found else lookup.in_titles(tx, title_key(wanted), _LISTED + 1)
    if guess and not unmade:
        found = found or alike
    if len(found) != 1:
        fail(unmade or _unclear(tx, what, found, alike, guess=guess), code=2)
    return found[0]


def _unclear(
    tx: Transaction, what: str, found: Sequence[str], alike: Sequence[str], *, guess: bool
) -> str:
    if found:
        return f"{what!r} means several articles; give the id of one:\n{_listed(tx, found)}"
    if alike:
        told = "is only a part of a title; give the id of the article that is meant:"
        return f"{what!r} {told}\n{_listed(tx, alike)}"
    title = "a part of its title" if guess else "its whole title"
    told = f"give its id or 6 digits of it, its path, its address, or {title}"
    return f"there is no article {what!r}; {told}"


def _unmade(tx: Transaction, settings: Settings, what: str) -> str:
    """Why no article was made of the document at the place `what`; "" when there is none."""
    found = lookup.errors_at(tx, _places(tx, settings, what))
    return f"no article was made of {found[0][0]}: {found[0][1]}" if found else ""


def _find(tx: Transaction, settings: Settings, what: str) -> Sequence[str]:
    return (
        _by_id(tx, what)
        or _by_place(tx, settings, what)
        or _by_address(tx, what)
        or lookup.with_slug(tx, what)
        or list(articles.aliases(tx, [f"id:{what}"]).values())
        or articles.with_title(tx, title_key(what))
    )


def _by_id(tx: Transaction, what: str) -> list[str]:
    match = _DIGITS.fullmatch(what)
    digits = match[1].replace("-", "").lower() if match else ""
    return lookup.with_digits(tx, digits, _LISTED + 1) if _FEWEST <= len(digits) <= 32 else []


def _by_place(tx: Transaction, settings: Settings, what: str) -> list[str]:
    """By where its document is now, else by where it was once."""
    places = _places(tx, settings, what)
    now = lookup.at_places(tx, places)
    keys = [path_key(source, path) for source, path in places]
    return now or sorted(set(articles.aliases(tx, keys).values()))


def _places(tx: Transaction, settings: Settings, what: str) -> set[tuple[str, str]]:
    """(source, origin) of the documents that `what` may name, sources by internal id."""
    states = sources.states(tx)
    listed = unicodedata.normalize("NFC", what)
    places = {(state.id, listed) for state in states.values()}
    for source in settings.sources:
        if source.files and source.name in states:
            root = real(settings.folder / split_root(source.files)[0])
            places |= {(states[source.name].id, path) for path in _below(root, what)}
    return places


def _below(root: Path, what: str) -> set[str]:
    """`what` as paths relative to `root`: where it leads, and as it is written, for links."""
    path = Path(what)
    try:
        written = real(path.parent) / path.name
        found = {written, real(path)}
        return {
            unicodedata.normalize("NFC", one.relative_to(root).as_posix())
            for one in found
            if one.is_relative_to(root)
        }
    except (OSError, ValueError):  # no possible name
        return set()


def _by_address(tx: Transaction, what: str) -> list[str]:
    """By an address it ever had, else by that of its page: ours, of a test server, or on disk."""
    try:
        own = list(articles.aliases(tx, [f"url:{match_url(what)}"]).values())
    except ValueError:
        own = []
    page = _PAGE.search(what.replace(os.sep, "/"))
    return own or (lookup.with_slug(tx, page[1]) if page else [])


def _listed(tx: Transaction, ids: Sequence[str]) -> str:
    names = {state.id: name for name, state in sources.states(tx).items()}
    stored = articles.many(tx, ids[:_LISTED])
    lines = [
        f"  {id_}  {one.published or one.first_seen:%Y-%m-%d}  {one.title}  "
        f"({names.get(one.source, one.source)}: {one.origin})"
        for id_, one in ((id_, stored[id_]) for id_ in ids[:_LISTED])
    ]
    return "\n".join(lines + ["  … and more"] * (len(ids) > _LISTED))
