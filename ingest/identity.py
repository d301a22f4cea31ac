"""Identity: minted once, kept for ever. Pure; the store looks the keys up and remembers them."""

import hashlib
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from html import unescape
from itertools import chain, combinations, count
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from ingest.article import Draft, Stated
from ingest.errors import ExtractError
from ingest.similarity import title_key, words
from ingest.urls import match_url

_LONG = 200  # characters of a guid that are kept as they are
_TAG = re.compile(r"<[^<>]*>")
_VERSION = re.compile(r"#[0-9a-f]{16}(?:\.[0-9]+)?:")  # no other key begins like that


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which article a draft is. `aliases` are the keys to remember for it, all of them."""

    id: str
    key: str
    known: bool
    aliases: tuple[str, ...]


ENTRY = "entry:"
"""Begins the origin of what is listed and has no page that is fetched."""


def keys(draft: Draft, source: str) -> tuple[str, ...]:
    """Every key of `draft`, strongest first: declared id, canonical URL, place in the source.

    The place is a path below the source's root (NFC) or the URL asked for; `source` is the source's
    internal id, which scopes paths, for two folders may hold the same one. What a feed or list
    knows an entry by comes before its page's address.
    """
    found = [f"id:{draft.declared_id}"] if draft.declared_id else []
    found += draft.stated_keys
    if draft.origin.startswith(ENTRY):  # what several entries of a feed may share is no key
        return tuple(dict.fromkeys(found))
    addresses = [draft.url] if draft.url else []
    if draft.origin.startswith(("http://", "https://")):
        addresses.append(draft.origin)
    else:
        place = path_key(source, draft.origin)
        found += [f"url:{match_url(url)}" for url in addresses] + [place]
        addresses = []
    found += [f"url:{match_url(url)}" for url in addresses]
    return tuple(dict.fromkeys(found))


def stated_keys(
    entries: Sequence[Stated], source: str, *, home: str = ""
) -> tuple[tuple[str, ...], ...]:
    """The keys of each entry that a feed lists now, strongest first, at least one each.

    The address in match form, and the guid. Then what knows an entry again that loses or changes
    one of them: its text with its date; when it lacks one of the two, also its title with its date,
    or with its text when it has no date; when it lacks both, any two of title, text and date, and
    each of those alone when one is missing. Entries share keys only if they are the same in guid,
    address, title (or text) and date; what different entries have in common is no key of any, and
    neither is the address of the feed's page `home`. `source` is the source's internal id.
    """
    faces = [_face(entry) for entry in entries]
    strong = [_strong(entry, source, home) for entry in entries]
    weak = [_weak(entry, source) for entry in entries]
    holders: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for face, sure, said in zip(faces, strong, weak, strict=True):
        for key in chain(sure, said.values()):
            holders[key].add(face)
    own = {key for key, found in holders.items() if len(found) == 1}
    kept = ([key for key in sure if key in own] for sure in strong)
    return tuple(
        (*sure, *(key for key in _needed(said, len(sure)) if key in own))
        or (_said(source, "all", *face),)
        for sure, said, face in zip(kept, weak, faces, strict=True)
    )


def path_key(source: str, path: str) -> str:
    """The key of a file: its path relative to the root, scoped by the source's internal id."""
    return f"path:{source}:{unicodedata.normalize('NFC', path)}"


def identify(
    found: Sequence[str], aliases: Mapping[str, str], *, namespace: UUID, moved: str = ""
) -> Identity:
    """Tell which article the keys `found` (strongest first) belong to.

    `aliases` maps the keys known to the store to article ids; `moved` is the id of an article whose
    file vanished and whose content this one has. A declared id that is not known yet does not hide
    an article that a weaker key knows: adding an id to a file keeps the article.
    """
    known = next((aliases[key] for key in found if key in aliases), moved)
    if not found:
        raise ExtractError("it has neither a path nor an address to know it by")
    minted = known or mint(found[0], namespace=namespace)
    return Identity(id=minted, key=found[0], known=bool(known), aliases=tuple(found))


def mint(key: str, *, namespace: UUID) -> str:
    """The id of the article whose strongest key is `key`, the same in every store of an install."""
    return uuid5(namespace, key).urn


def versions(key: str, draft: Draft) -> Iterator[str]:
    """Keys for what a significant change made of the article known by `key`, best first.

    They derive from what the draft says, not from a count: a store that lost some versions, or all,
    gives none of their ids to something new, which readers would take for old. The second and
    further ones are for an article that says again what it once said.
    """
    said = json.dumps([draft.title, draft.authors, words(draft.text)], ensure_ascii=False)
    digest = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    first = _VERSION.sub("", key, count=1) if is_version(key) else key
    yield f"#{digest}:{first}"
    for attempt in count(2):
        yield f"#{digest}.{attempt}:{first}"


def is_version(key: str) -> bool:
    """Whether `key` is that of an article which succeeded another."""
    return _VERSION.match(key) is not None


def source_id(name: str, taken: Collection[str], *, namespace: UUID) -> str:
    """Mint the internal id of a source first seen as `name`: the same again after a rebuild."""
    return next(
        minted
        for suffix in _attempts()
        if (minted := uuid5(namespace, f"source:{name}{suffix}").hex[:12]) not in taken
    )


def feed_id(name: str, taken: Collection[str], *, namespace: UUID) -> str:
    """Mint the `urn:uuid:` of a feed first called `name`: the same again after a rebuild."""
    return next(
        minted
        for suffix in _attempts()
        if (minted := uuid5(namespace, f"feed:{name}{suffix}").urn) not in taken
    )


def _face(entry: Stated) -> tuple[str, ...]:
    """What two entries of one feed must have in common to be the same one, listed twice."""
    return entry.guid, entry.url, title_key(entry.title) or _text(entry), _date(entry)


def _strong(entry: Stated, source: str, home: str) -> list[str]:
    guid = entry.guid if len(entry.guid) <= _LONG else _digest(entry.guid)
    place = _place(entry.url)
    found = [f"url:{place}"] if place and place != _place(home) else []
    return [*found, f"guid:{source}:{guid}"] if guid else found


def _place(url: str) -> str:
    """The match form of `url`, with its fragment when that names a place and tracks nobody."""
    try:
        fragment = urlsplit(url).fragment
        return match_url(url) + (f"#{fragment}" if fragment and "=" not in fragment else "")
    except ValueError:
        return ""


def _weak(entry: Stated, source: str) -> dict[tuple[str, ...], str]:
    """A key for each of title, text and date that an entry has, and for each two of them."""
    said = {"title": title_key(entry.title), "text": _text(entry), "date": _date(entry)}
    names = [name for name in said if said[name]]
    chosen = [*combinations(names, 2), *combinations(names, 1)]
    return {some: _said(source, *some, *(said[name] for name in some)) for some in chosen}


def _needed(weak: dict[tuple[str, ...], str], strong: int) -> list[str]:
    """Those of the `weak` keys that an entry with so many strong ones needs."""
    whole, dated = len(weak) == 6, ("date",) in weak
    return [
        key
        for names, key in weak.items()
        if (strong == 0 and (len(names) == 2 or not whole))
        or (strong == 1 and len(names) == 2 and ("date" in names) is dated)
        or (strong == 2 and names == ("text", "date"))
    ]


def _text(entry: Stated) -> str:
    """The letters of what an entry says, without tags, white space and case."""
    return "".join(unescape(_TAG.sub(" ", entry.html or entry.summary)).split()).casefold()


def _date(entry: Stated) -> str:
    return entry.published.astimezone(UTC).isoformat() if entry.published else ""


def _said(source: str, *values: str) -> str:
    return f"said:{source}:{_digest(chr(0).join(values))}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def _attempts() -> Iterator[str]:
    yield ""
    for attempt in count(2):
        yield f"#{attempt}"
