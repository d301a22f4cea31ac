"""Identity: minted once, kept for ever. Pure; the store looks the keys up and remembers them."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from uuid import UUID, uuid5

from ingest.article import Draft
from ingest.errors import ExtractError
from ingest.similarity import words
from ingest.urls import match_url

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
    internal id, which scopes paths, for two folders may hold the same one. What a feed or list knows
    an entry by comes before its page's address.
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


def _attempts() -> Iterator[str]:
    yield ""
    for attempt in count(2):
        yield f"#{attempt}"
