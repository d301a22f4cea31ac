"""Identity: which keys a draft has, and which article they belong to."""

import unicodedata
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.article import Draft
from ingest.errors import ExtractError
from ingest.identity import identify, keys, path_key, source_id

SPACE = UUID("5f0c1a52-0d0a-5c0e-9a53-0c6a4a1f0001")
some_keys = st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=4, unique=True)


def draft(origin: str, *, url: str = "", declared: str = "") -> Draft:
    return Draft(origin=origin, title="A", html="", text="", url=url, declared_id=declared)


def test_the_declared_id_is_the_strongest_key_then_the_address_then_the_place() -> None:
    found = keys(draft("a/b.md", url="https://www.example.org/b", declared="b-1"), "s1")
    assert found == ("id:b-1", "url:example.org/b", "path:s1:a/b.md")


def test_a_page_is_known_by_its_canonical_address_and_the_one_asked_for() -> None:
    asked = "http://m.example.org/b?utm_source=x"
    found = keys(draft(asked, url="https://example.org/b"), "s1")
    assert found == ("url:example.org/b",)
    assert keys(draft("https://t.example/x", url="https://example.org/b"), "s1") == (
        "url:example.org/b",
        "url:t.example/x",
    )


def test_the_same_path_in_two_sources_is_two_places() -> None:
    assert not set(keys(draft("a.md"), "s1")) & set(keys(draft("a.md"), "s2"))


@given(st.text(max_size=20))
@settings(max_examples=50, deadline=None)
def test_how_a_name_is_encoded_makes_no_difference(path: str) -> None:
    forms = {path_key("s", unicodedata.normalize(form, path)) for form in ("NFC", "NFD")}
    assert len(forms) == 1


@given(some_keys, st.dictionaries(st.text(min_size=1, max_size=8), st.text(min_size=1)))
@settings(max_examples=80, deadline=None)
def test_the_strongest_known_key_decides_and_all_are_remembered(
    found: list[str], aliases: dict[str, str]
) -> None:
    known = [aliases[key] for key in found if key in aliases]
    identity = identify(found, aliases, namespace=SPACE, moved="urn:uuid:moved")
    assert identity.known
    assert identity.id == (known[0] if known else "urn:uuid:moved")
    assert identity.aliases == tuple(found)
    assert identity.key == found[0]


@given(some_keys)
@settings(max_examples=50, deadline=None)
def test_a_new_article_gets_the_same_id_again_from_its_strongest_key(found: list[str]) -> None:
    first = identify(found, {}, namespace=SPACE)
    assert not first.known
    assert first.id == identify([found[0]], {}, namespace=SPACE).id
    assert first.id == uuid5(SPACE, found[0]).urn
    assert first.id != identify(found, {}, namespace=UUID(int=1)).id


@given(some_keys, st.data())
@settings(max_examples=50, deadline=None)
def test_an_article_stays_itself_while_one_of_its_keys_remains(
    found: list[str], data: st.DataObject
) -> None:
    first = identify(found, {}, namespace=SPACE)
    aliases = dict.fromkeys(first.aliases, first.id)
    kept = data.draw(st.sampled_from(found))
    later = identify(["a new and stronger key", kept], aliases, namespace=SPACE)
    assert (later.id, later.known) == (first.id, True)


def test_what_has_no_key_cannot_be_known() -> None:
    with pytest.raises(ExtractError, match="neither a path nor an address"):
        identify([], {}, namespace=SPACE)


@given(st.lists(st.sampled_from(["inbox", "wire", "desk"]), max_size=6))
@settings(max_examples=30, deadline=None)
def test_sources_get_ids_of_their_own_that_a_rebuild_gives_again(names: list[str]) -> None:
    def mint() -> list[str]:
        taken: list[str] = []
        for name in names:
            taken.append(source_id(name, taken, namespace=SPACE))
        return taken

    assert len(set(mint())) == len(names)
    assert mint() == mint()
