"""The cut: which entries a feed keeps."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import zip_longest

from hypothesis import given, settings
from hypothesis import strategies as st

from config.feed import Feed
from feeds.render import render
from feeds.selection import FRESH, MAX_BYTES, batch, cut, entry_size, paged
from ingest.article import Enclosure, Upstream
from ingest.entry import Entry, Exposure
from tests.builders import an_edition, an_entry

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)

exposures = st.lists(
    st.tuples(st.integers(0, 100), st.booleans(), st.integers(0, MAX_BYTES)), max_size=12
)


def window(facts: Sequence[tuple[int, bool, int]]) -> tuple[list[Exposure], dict[str, int]]:
    """(hours since exposure, settled, bytes) as a window, the newest exposure first."""
    ordered = [
        Exposure(
            article=str(number),
            number=len(facts) - number,
            exposed_at=NOW - timedelta(hours=hours),
            settled=settled,
        )
        for number, (hours, settled, _) in enumerate(facts)
    ]
    return ordered, {str(number): size for number, (_, _, size) in enumerate(facts)}


@given(exposures, st.integers(1, 10))
@settings(max_examples=150, deadline=None)
def test_the_laws_of_the_cut(facts: list[tuple[int, bool, int]], limit: int) -> None:
    shown, sizes = window(facts)
    kept = cut(shown, sizes, limit=limit, now=NOW)
    total = sum(sizes[e.article] for e in kept)
    assert list(kept) == shown[: len(kept)]
    assert bool(kept) == bool(shown)
    assert total <= MAX_BYTES or len(kept) == 1
    if len(kept) < min(limit, len(shown)):
        assert total + sizes[shown[len(kept)].article] > MAX_BYTES
    if len(kept) > limit:
        assert not kept[-1].settled
        assert NOW - kept[-1].exposed_at < FRESH
    assert cut(kept, sizes, limit=limit, now=NOW) == kept


@given(exposures, st.integers(1, 10))
@settings(max_examples=150, deadline=None)
def test_the_laws_of_an_archived_feeds_cut(facts: list[tuple[int, bool, int]], limit: int) -> None:
    shown, sizes = window(facts)
    kept = cut(shown, sizes, limit=limit, now=NOW, archived=True)
    exact = cut(shown, sizes, limit=limit, now=NOW)
    total = sum(sizes[e.article] for e in kept)
    assert list(kept) == shown[: len(kept)]
    assert bool(kept) == bool(shown)
    assert total <= MAX_BYTES or len(kept) == 1
    if sum(sizes.values()) > MAX_BYTES:
        assert total <= MAX_BYTES * 3 / 4 or len(kept) == 1
        assert len(kept) <= len(exact)
    elif len(shown) - len(exact) >= batch(limit):
        assert kept == exact
    else:
        assert kept == shown
    assert cut(kept, sizes, limit=limit, now=NOW, archived=True) == kept


@given(exposures.map(lambda some: some * 8), st.integers(1, 40))
@settings(max_examples=150, deadline=None)
def test_the_laws_of_pages(facts: list[tuple[int, bool, int]], limit: int) -> None:
    shown, sizes = window(facts)
    left = shown[::-1]
    pages = paged(left, sizes, limit=limit)
    assert [exposure for page in pages for exposure in page] == left
    for page, following in zip_longest(pages, pages[1:]):
        total = sum(sizes[e.article] for e in page)
        assert total <= MAX_BYTES or len(page) == 1
        assert len(page) < 2 * batch(limit)
        if following:
            assert len(page) >= batch(limit) or total + sizes[following[0].article] > MAX_BYTES


def test_a_batch_is_half_the_limit_and_at_most_fifty() -> None:
    assert [batch(limit) for limit in (1, 2, 3, 4, 50, 100, 1000)] == [1, 1, 1, 2, 25, 50, 50]


def test_a_fresh_entry_keeps_what_stands_above_it() -> None:
    shown, sizes = window([(50, True, 1), (50, False, 1), (47, False, 1), (49, False, 1)])
    assert len(cut(shown, sizes, limit=1, now=NOW)) == 3


def test_a_single_entry_stays_however_large() -> None:
    shown, sizes = window([(0, False, 5 * MAX_BYTES), (0, False, 1)])
    assert len(cut(shown, sizes, limit=50, now=NOW)) == 1


ENTRY = Entry(
    article="urn:uuid:5f0c1a52-0d0a-5c0e-9a53-0c6a4a1f0001",
    source="inbox",
    number=1,
    slug="harbour-opens",
    url="",
    published=0,
    updated=0,
    title="",
    authors=(),
    language="",
    html="",
    summary="",
    image=None,
    tags=(),
    related=(),
    assets=(),
    judged=0,
)
long_text = st.text(st.sampled_from('a&<>"é漢\U0001f600/'), max_size=300)
long_urls = long_text.map("https://example.org/".__add__)
files = st.builds(
    Enclosure,
    url=long_urls,
    media_type=st.sampled_from(["", "audio/mpeg", "video/" + "x" * 80]),
    length=st.integers(0, 2**63),
)
feeds = st.builds(Upstream, id=long_urls, title=long_text, url=long_urls, feed_url=long_urls)


@given(st.lists(files, max_size=4).map(tuple), st.none() | feeds)
@settings(max_examples=60, deadline=None)
def test_an_entrys_size_counts_its_enclosures_and_upstream_feed(
    enclosures: tuple[Enclosure, ...], upstream: Upstream | None
) -> None:
    entry = replace(ENTRY, enclosures=enclosures, upstream=upstream)
    plain = an_edition(an_entry())
    full = an_edition(an_entry(enclosures=enclosures, upstream=upstream))
    feed = Feed(name="all")
    counted = entry_size(entry, feed) - entry_size(ENTRY, feed)
    for format_ in feed.formats:
        assert len(render(full, format_).body) - len(render(plain, format_).body) <= counted
