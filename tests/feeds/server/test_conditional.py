"""Conditional requests and content codings, as readers and the servers between really send them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.server.conditional import not_modified, preferred

ETAG = 'W/"abc123"'
CHANGED = 1_777_636_800  # Fri, 01 May 2026 12:00:00 GMT
AT = "Fri, 01 May 2026 12:00:00 GMT"
BEFORE = "Fri, 01 May 2026 11:59:59 GMT"


def unchanged(etags: str = "", since: str = "") -> bool:
    return not_modified(etags, since, etag=ETAG, modified=CHANGED)


@pytest.mark.parametrize(
    "sent",
    [
        'W/"abc123"',
        '"abc123"',
        "abc123",
        'w/"abc123"',
        '"abc123-gzip"',
        'W/"abc123-gzip"',
        '"abc123"-gzip',
        '"abc123;gzip"',
        '"abc123--gzip"',
        '"abc123-br"',
        '"abc123-zstd"',
        '"old", W/"abc123"',
        '"old" ,"older",\t"abc123"  ',
        "*",
        '"x", *',
    ],
)
def test_a_tag_that_names_our_bytes_matches(sent: str) -> None:
    assert unchanged(sent)


@pytest.mark.parametrize("sent", ['"abc"', '"abc1234"', '"old"', '""', ",", '"abc123-x"', "W/"])
def test_any_other_tag_does_not(sent: str) -> None:
    assert not unchanged(sent)


def test_tags_make_dates_void() -> None:
    assert not unchanged('"old"', AT)
    assert unchanged(ETAG, BEFORE)


def test_a_date_matches_from_the_second_of_the_change_on() -> None:
    assert not unchanged(since=BEFORE)
    assert unchanged(since=AT)
    assert unchanged(since="Sat, 01 May 2027 12:00:00 GMT")
    assert unchanged(since="Friday, 01-May-26 12:00:00 GMT")


@pytest.mark.parametrize("sent", ["", "yesterday", "0", "Fri, 99 May 2026 12:00:00 GMT", "-1"])
def test_an_unreadable_date_is_no_condition(sent: str) -> None:
    assert not unchanged(since=sent)


BEST = ("br", "gzip")


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP", "gzip"),
        ("br, gzip", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0.9", "gzip"),
        ("gzip;q=0.2, br;q=1", "br"),
        ("br;q=0.2, gzip;q=0.2", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br ; q=0.5", "br"),
        ("*", "br"),
        ("*;q=0.1, gzip", "gzip"),
        ("br;q=0, *", "gzip"),
        ("identity, gzip", "gzip"),
        ("gzip;q=0.5, identity;q=0", "gzip"),
        ("", ""),
        ("identity", ""),
        ("zstd, deflate", ""),
        ("gzip;q=0", ""),
        ("gzip;q=0.000, br;q=0, *", ""),
        ("*;q=0", ""),
        ("gzip;q=0.5, br;q=0.4, identity", ""),
        ("gzip;q=lots", ""),
        ("gzip;q=2", ""),
        ("gzip;q=nan", ""),
    ],
)
def test_the_coding_is_the_best_of_those_liked_most(sent: str, expected: str) -> None:
    assert preferred(sent, BEST) == expected


def test_only_what_is_there_is_sent() -> None:
    assert preferred("br, gzip", ("gzip",)) == "gzip"
    assert preferred("br, gzip", ()) == ""


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_no_header_breaks_anything(first: str, second: str) -> None:
    assert not_modified(first, second, etag='W/"\0"', modified=CHANGED) in {True, False}
    assert preferred(first, BEST) in {"", *BEST}
