"""Builders of values for tests: complete and plausible, each field can be overridden."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from feeds.edition import Edition, EditionEntry

SITE = "https://example.org/"

_ENTRY = EditionEntry(
    id="urn:uuid:5f0c1a52-0d0a-5c0e-9a53-0c6a4a1f0001",
    url=f"{SITE}articles/harbour-opens/",
    title="The harbour opens",
    published=datetime(2026, 11, 20, 8, 30, tzinfo=UTC),
    updated=datetime(2026, 11, 21, 9, 0, 1, tzinfo=UTC),
    html="<p>After four years of work the harbour is open again.</p>",
    summary="Four years of work have come to an end.",
    authors=("Ada Lindqvist",),
    language="en",
)

_EDITION = Edition(
    id="urn:uuid:8a3bb3de-51a1-5d27-8f39-3f3d8e1c0001",
    name="all",
    title="Harbour News",
    description="News of the harbour",
    home=SITE,
    urls=(("rss", f"{SITE}all.rss"), ("atom", f"{SITE}all.atom"), ("json", f"{SITE}all.json")),
    language="en",
    author="Harbour News",
    updated=datetime(2026, 11, 21, 9, 0, 1, tzinfo=UTC),
    entries=(_ENTRY,),
    version="0.1.0",
)


def an_entry(**over: Any) -> EditionEntry:
    """One entry of an edition."""
    return replace(_ENTRY, **over)


def an_edition(*entries: EditionEntry, **over: Any) -> Edition:
    """An edition of every format that holds `entries`, or one plain entry."""
    return replace(_EDITION, **({"entries": entries, **over} if entries else over))
