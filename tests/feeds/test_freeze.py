"""Freezing: seconds, slugs, and what an entry keeps."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.freeze import Folder, free_second, freeze, later_second, slug_of
from ingest.article import Article, Image
from ingest.entry import Entry

taken_seconds = st.sets(st.integers(0, 40), max_size=30)
WORDS = [f"word{number}" for number in range(100)]

_ARTICLE = Article(
    id="urn:uuid:5f0c1a52-0d0a-5c0e-9a53-0c6a4a1f0001",
    key="path:s:a.md",
    source="s",
    origin="a.md",
    title="The bridge",
    html=f"<p>{' '.join(WORDS)}</p>",
    text=" ".join(WORDS),
    authors=("Ada",),
    published=datetime(2026, 6, 1, tzinfo=UTC),
    first_seen=datetime(2026, 6, 1, tzinfo=UTC),
)


def an_article(**over: object) -> Article:
    return replace(_ARTICLE, **over)  # type: ignore[arg-type]


def frozen(article: Article, folder: Folder | None = None) -> Entry:
    return freeze(
        article,
        number=1,
        slug="a",
        published=1,
        updated=2,
        related=(),
        folder=folder or Folder(),
    )


@given(st.integers(0, 40), st.integers(0, 10), taken_seconds)
@settings(max_examples=200, deadline=None)
def test_the_laws_of_a_free_second(wanted: int, more: int, taken: set[int]) -> None:
    now = wanted + more
    second = free_second(wanted, now=now, taken=taken)
    assert second not in taken
    assert second <= now
    later = set(range(wanted, now + 1)) - taken
    assert second == (min(later) if later else max(set(range(-31, wanted)) - taken))


@given(st.integers(0, 40), st.integers(0, 50), taken_seconds)
@settings(max_examples=200, deadline=None)
def test_the_laws_of_a_later_second(after: int, now: int, taken: set[int]) -> None:
    second = later_second(after, now=now, taken=taken)
    assert second > after
    assert second not in taken
    earlier = set(range(after + 1, now + 1)) - taken
    assert second == (max(earlier) if earlier else second)
    assert bool(earlier) == (second <= now)


@pytest.mark.parametrize(
    ("origin", "slug"),
    [
        ("2026/05/bridge.md", "2026-05-bridge"),
        ("v1.2/notes", "v1-2-notes"),
        ("Große Brücke.txt", "grosse-brucke"),
        ("a.b.md", "a-b"),
        ("!!!.md", "the-bridge"),
        ("https://example.org/news/bridge.html?a=1", "bridge"),
        ("https://example.org/", "example"),
        ("https://example.org/news/.", "the-bridge"),
        ("https://example.org/news/..", "the-bridge"),
        ("x" * 200 + ".md", "x" * 80),
    ],
)
def test_the_slug_comes_from_the_place(origin: str, slug: str) -> None:
    assert slug_of(an_article(origin=origin), ()) == slug


@given(st.text(max_size=120), st.text(max_size=20))
@settings(max_examples=100, deadline=None)
def test_a_slug_is_a_plain_name_whatever_the_place(place: str, title: str) -> None:
    for origin in (place.lstrip("/") or "a", f"https://example.org/{place}"):
        slug = slug_of(an_article(origin=origin, title=title), ())
        assert 1 <= len(slug) <= 80
        assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert slug.strip("-") == slug


def test_taken_slugs_get_more_and_more_digits() -> None:
    taken: set[str] = set()
    for expected in ("a", "a-5f0c1a", "a-5f0c1a520d0a", "a-5f0c1a520d0a5c0e9a530c6a4a1f0001"):
        slug = slug_of(_ARTICLE, taken)
        assert slug == expected
        taken.add(slug)
    long = an_article(origin="x" * 100)
    assert len(slug_of(long, {"x" * 80})) == 80


def test_files_beside_a_page_have_names_of_their_own() -> None:
    paths = ("a/View.PNG", "b/view.png", "ü/Ü.p g", "index.html")
    article = an_article(assets=(*paths, "gone.png"))
    names = dict(frozen(article, Folder(files=set(paths))).assets)
    assert list(names) == list(paths)
    assert len(set(names.values())) == len(paths)
    assert names["a/View.PNG"] == "view.png"
    assert "index.html" not in names.values()


def test_a_lead_image_that_is_not_there_goes() -> None:
    article = an_article(image=Image(url="broadsheet:file/a.png"), assets=("a.png",))
    assert frozen(article).image is None
    kept = frozen(article, Folder(files={"a.png"})).image
    assert kept == Image(url="broadsheet:asset/a/a.png")


@pytest.mark.parametrize(
    ("tags", "section", "shown"),
    [
        (("Ships",), "Harbour", ("Ships", "Harbour")),
        (("harbour", "Ships"), "Harbour", ("harbour", "Ships")),
        ((), "", ()),
    ],
)
def test_the_section_is_a_category_unless_it_is_a_tag(
    tags: tuple[str, ...], section: str, shown: tuple[str, ...]
) -> None:
    assert frozen(an_article(tags=tags, section=section)).tags == shown
