"""Sources: who is renamed, or exchanges names with others, stays the source of its articles."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.identity import source_id
from ingest.store import Store, configured, open_store

NOW = datetime(2026, 6, 1, tzinfo=UTC)
MINT = partial(source_id, namespace=UUID("5f0c1a52-0d0a-5c0e-9a53-0c6a4a1f0001"))
NAMES = ("a", "b", "c", "d")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path / "store.db")
    yield store
    store.close()


def sync(store: Store, **wanted: str) -> dict[str, str]:
    """Configure sources, each with its place; gives the internal id of each by name."""
    with store.write() as tx:
        places = [(name, "files", place) for name, place in wanted.items()]
        return {name: state.id for name, state in configured.sync(tx, places, MINT, NOW).items()}


def test_a_source_keeps_its_id_under_another_name_or_in_another_place(store: Store) -> None:
    first = sync(store, a="x/*")["a"]
    assert sync(store, b="x/*") == {"b": first}
    assert sync(store, b="y/*") == {"b": first}


def test_sources_that_exchange_names_keep_the_ids_of_their_places(store: Store) -> None:
    before = sync(store, a="x/*", b="y/*", c="z/*")
    after = sync(store, a="y/*", b="z/*", c="x/*")
    assert after == {"a": before["b"], "b": before["c"], "c": before["a"]}
    assert sync(store, a="x/*", b="y/*", c="z/*") == before


def test_a_place_handed_on_takes_its_id_along(store: Store) -> None:
    before = sync(store, latest="2025/*", last="2024/*")
    after = sync(store, latest="2026/*", last="2025/*")
    assert after == {"last": before["latest"], "latest": before["last"]}


@given(
    st.lists(
        st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["w", "x", "y", "z"])),
        min_size=1,
        max_size=5,
    )
)
@settings(max_examples=60, deadline=None)
def test_whatever_is_configured_in_turn_ids_are_unique_and_stay_where_nothing_changed(
    tmp_path_factory: pytest.TempPathFactory, configured: list[dict[str, str]]
) -> None:
    store = open_store(tmp_path_factory.mktemp("store") / "store.db")
    try:
        before: dict[str, tuple[str, str]] = {}
        for wanted in configured:
            found = sync(store, **wanted)
            assert found.keys() == wanted.keys()
            assert len(set(found.values())) == len(found)
            now = {name: (place, found[name]) for name, place in wanted.items()}
            for name in now.keys() & before.keys():
                if now[name][0] == before[name][0]:
                    assert now[name] == before[name]
            places, by_place = dict(now.values()), dict(before.values())
            plain = len(places) == len(now) and len(by_place) == len(before)
            if plain and now.keys() == before.keys():
                assert {place: by_place.get(place, id_) for place, id_ in places.items()} == places
            assert sync(store, **wanted) == found
            before = now
    finally:
        store.close()
