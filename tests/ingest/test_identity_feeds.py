"""The keys of what a feed lists: an entry that loses or changes one thing stays the same entry."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.article import Stated
from ingest.identity import stated_keys

HOME = "https://example.org/"
EARLY = datetime(2026, 1, 5, 9, tzinfo=UTC)
STRONG = ("guid", "url")
WEAK = ("title", "html", "published")
EMPTY: dict[str, Any] = {"guid": "", "url": "", "title": "", "html": "", "published": None}


def value(field: str, n: int) -> Any:
    """The `n`-th of the values that no two entries share."""
    if field == "published":
        return EARLY + timedelta(minutes=n)
    forms = {"guid": "id-{}", "url": "https://example.org/{}", "title": "Title {}"}
    return forms.get(field, "<p>Text number {}</p>").format(n)


def an_entry(n: int, *fields: str) -> Stated:
    return Stated(**{field: value(field, n) for field in fields})


def keys(*entries: Stated) -> list[set[str]]:
    return [set(found) for found in stated_keys(entries, "s1", home=HOME)]


# Enough to be known by: both strong fields, one and two weak ones, or two weak ones.
enough = st.sets(st.sampled_from(STRONG + WEAK), min_size=2).filter(
    lambda fields: len(fields & set(STRONG)) != 1 or len(fields & set(WEAK)) > 1
)


def test_a_date_is_the_same_key_at_any_offset() -> None:
    entry = replace(an_entry(1, *WEAK), published=EARLY.astimezone(timezone(timedelta(hours=5))))
    assert keys(entry) == keys(replace(entry, published=EARLY))


@given(st.lists(enough, min_size=1, max_size=5), st.data())
@settings(max_examples=200, deadline=None)
def test_an_entry_that_loses_gains_or_changes_one_field_shares_a_key_with_itself(
    shapes: list[set[str]], data: st.DataObject
) -> None:
    entries = [an_entry(n, *sorted(fields)) for n, fields in enumerate(shapes)]
    at = data.draw(st.integers(0, len(entries) - 1))
    field = data.draw(st.sampled_from(STRONG + WEAK))
    changed = data.draw(st.sampled_from([EMPTY[field], value(field, 99)]))
    later = list(entries)
    later[at] = replace(entries[at], **{field: changed})
    before, after = keys(*entries), keys(*later)
    for n, (old, new) in enumerate(zip(before, after, strict=True)):
        assert old & new
        others = [found for m, found in enumerate(after) if m != n]
        assert not any(old & other for other in others)


@given(st.lists(enough, max_size=5), st.randoms())
@settings(max_examples=80, deadline=None)
def test_the_order_of_a_feed_makes_no_difference(shapes: list[set[str]], random: Any) -> None:
    entries = [an_entry(n, *sorted(fields)) for n, fields in enumerate(shapes)]
    shuffled = random.sample(entries, len(entries))
    found = dict(zip(entries, stated_keys(entries, "s1"), strict=True))
    assert dict(zip(shuffled, stated_keys(shuffled, "s1"), strict=True)) == found


few = st.builds(
    Stated,
    guid=st.sampled_from(["", "a", "b"]),
    url=st.sampled_from(["", HOME, "https://example.org/a", "https://example.org/b"]),
    title=st.sampled_from(["", "A", "B"]),
    html=st.sampled_from(["", "x", "y"]),
    published=st.sampled_from([None, EARLY]),
)


@given(st.lists(few, max_size=6))
@settings(max_examples=200, deadline=None)
def test_every_entry_has_a_key_and_different_ones_have_none_in_common(
    entries: list[Stated],
) -> None:
    found = stated_keys(entries, "s1", home=HOME)
    assert all(found)
    for one, mine in zip(entries, found, strict=True):
        for other, theirs in zip(entries, found, strict=True):
            same = (one.guid, one.url, one.title or one.html, one.published) == (
                other.guid, other.url, other.title or other.html, other.published,
            )  # fmt: skip
            assert same or not set(mine) & set(theirs)


def test_the_address_is_the_strongest_key_then_the_guid() -> None:
    entry = Stated(guid="g", url="http://www.example.org/a?utm_source=rss", title="T")
    assert stated_keys([entry], "s1") == (("url:example.org/a", "guid:s1:g"),)


def test_guids_are_the_sources_own_and_addresses_are_everybodys() -> None:
    entry = an_entry(1, "guid", "url")
    [one], [other] = stated_keys([entry], "s1"), stated_keys([entry], "s2")
    assert set(one) & set(other) == {"url:example.org/1"}


def test_the_home_page_and_what_several_share_are_no_keys() -> None:
    for link in (HOME, "http://example.org", "https://example.org/latest"):
        entries = [replace(an_entry(n, "guid", "title"), url=link) for n in range(3)]
        found = keys(*entries)
        assert [sorted(one) for one in found] == [[f"guid:s1:id-{n}"] for n in range(3)]
    entries = [replace(an_entry(n, "url", "title"), guid="same") for n in range(3)]
    assert [sorted(one) for one in keys(*entries)] == [[f"url:example.org/{n}"] for n in range(3)]
    assert keys(Stated(url=HOME, title="Only one"))[0].isdisjoint({"url:example.org/"})


def test_guids_that_change_at_every_poll_do_not_matter_while_links_stay() -> None:
    polls = [
        [replace(an_entry(n, *STRONG, *WEAK), guid=f"session-{poll}-{n}") for n in range(5)]
        for poll in range(3)
    ]
    first, *later = [keys(*entries) for entries in polls]
    assert all(old & new for poll in later for old, new in zip(first, poll, strict=True))


def test_a_site_that_moves_keeps_its_entries_by_text_and_date() -> None:
    before = [an_entry(n, *STRONG, *WEAK) for n in range(5)]
    after = [
        replace(entry, guid=f"new-{n}", url=f"https://example.net/blog/{n}")
        for n, entry in enumerate(before)
    ]
    assert all(old & new for old, new in zip(keys(*before), keys(*after), strict=True))


def test_two_reports_of_one_name_are_two() -> None:
    monday, tuesday = (
        replace(an_entry(n, "guid", "published"), title="Weather", html="Sunny") for n in range(2)
    )
    assert not keys(monday)[0] & keys(tuesday)[0]


def test_an_entry_listed_twice_is_one() -> None:
    entry = an_entry(1, *STRONG, *WEAK)
    first, second = stated_keys([entry, entry], "s1")
    assert first == second == stated_keys([entry], "s1")[0]


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://example.org/log#v1.2", "url:example.org/log#v1.2"),
        ("https://example.org/log#xtor=RSS-1", "url:example.org/log"),
    ],
)
def test_a_place_in_a_page_is_a_key_and_a_mark_of_trackers_is_not(url: str, key: str) -> None:
    assert stated_keys([Stated(url=url)], "s1") == ((key,),)


def test_markup_spacing_and_case_make_no_other_text() -> None:
    plain = Stated(html="One &amp; two", published=EARLY)
    marked = Stated(html="<P>one\n <b>&#38; TWO</b></P>", published=EARLY)
    assert keys(plain) == keys(marked)


def test_long_guids_give_short_keys_that_differ() -> None:
    found = stated_keys([Stated(guid="x" * 10_000 + end) for end in "ab"], "s1")
    assert max(len(key) for some in found for key in some) < 100
    assert len(Counter(key for some in found for key in some)) == 2
