"""The names of feeds: who is renamed keeps id and subscribers, whoever took the name since."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.identity import feed_id
from ingest.store import Store, feeds, open_store
from ingest.store.feeds import FeedName

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SPACE = UUID("5f0c1a52-0d0a-5c0e-9a53-0c6a4a1f0001")
MINT = partial(feed_id, namespace=SPACE)
NAMES = ("a", "b", "c")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path / "store.db")
    yield store
    store.close()


def sync(store: Store, **wanted: str) -> dict[str, str]:
    """Configure feeds, each with its former names as one text."""
    with store.write() as tx:
        return feeds.sync(tx, [(n, tuple(was.split())) for n, was in wanted.items()], MINT, NOW)


def names(store: Store) -> dict[str, FeedName]:
    with store.read() as tx:
        return feeds.names(tx)


def leads(store: Store) -> dict[str, str]:
    """Where each name leads: "gone" when nowhere."""
    return {
        name: one.moved_to or ("gone" if one.removed else name)
        for name, one in names(store).items()
    }


def test_a_renamed_feed_keeps_its_id_and_every_former_name_leads_to_it(store: Store) -> None:
    first = sync(store, a="")["a"]
    assert first == uuid5(SPACE, "feed:a").urn
    assert sync(store, b="a") == {"b": first}
    assert sync(store, c="b") == {"c": first}
    assert leads(store) == {"a": "c", "b": "c", "c": "c"}
    assert sync(store, c="") == {"c": first}, "saying it once is enough"
    assert leads(store) == {"a": "c", "b": "c", "c": "c"}


def test_a_rebuilt_store_knows_a_renamed_feed_by_its_oldest_name(store: Store) -> None:
    assert sync(store, c="a b") == {"c": uuid5(SPACE, "feed:a").urn}
    assert leads(store) == {"a": "c", "b": "c", "c": "c"}


def test_a_removed_feed_is_gone_and_back_with_its_id(store: Store) -> None:
    before = sync(store, a="", b="")
    assert sync(store, a="") == {"a": before["a"]}
    assert leads(store) == {"a": "a", "b": "gone"}
    assert sync(store, a="", b="") == before
    assert leads(store) == {"a": "a", "b": "b"}


def test_a_name_given_to_another_feed_is_another_feed(store: Store) -> None:
    first = sync(store, a="")["a"]
    sync(store, b="a")
    again = sync(store, a="", b="")
    assert again["b"] == first
    assert again["a"] != first
    assert leads(store) == {"a": "a", "b": "b"}


def test_a_rename_can_be_taken_back_with_or_without_saying_so(store: Store) -> None:
    first = sync(store, a="")["a"]
    sync(store, b="a")
    assert sync(store, a="") == {"a": first}
    assert leads(store) == {"a": "a", "b": "a"}
    sync(store, b="a")
    assert sync(store, a="b") == {"a": first}
    assert leads(store) == {"a": "a", "b": "a"}


def test_a_rename_told_late_still_leads_there(store: Store) -> None:
    sync(store, a="")
    new = sync(store, b="")
    assert leads(store) == {"a": "gone", "b": "b"}
    assert sync(store, b="a") == new
    assert leads(store) == {"a": "b", "b": "b"}


configurations = st.lists(
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(("", *NAMES)), max_size=3),
    min_size=1,
    max_size=6,
)


@given(configurations)
@settings(max_examples=60, deadline=None)
def test_whatever_is_configured_in_turn_ids_are_unique_and_no_name_leads_astray(
    tmp_path_factory: pytest.TempPathFactory, turns: list[dict[str, str]]
) -> None:
    store = open_store(tmp_path_factory.mktemp("store") / "store.db")
    for turn in turns:
        said = {was: name for name, was in turn.items() if was and was not in turn}
        wanted = {name: was if said.get(was) == name else "" for name, was in turn.items()}
        ids = sync(store, **wanted)
        assert sync(store, **wanted) == ids, "twice is once"
        assert len(set(ids.values())) == len(ids) == len(wanted)
        for name, end in leads(store).items():
            assert end in ("gone", name) or end in names(store)
            assert (end == name) == (name in wanted)
        for one in names(store).values():
            if one.moved_to:
                assert names(store)[one.moved_to].moved_to == "", "never from name to name"
    store.close()
