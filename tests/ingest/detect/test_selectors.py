"""The operator's own selectors, and globs over addresses."""

import pytest

from ingest.detect import ListRules, Selectors, finder, wanted
from tests.ingest.detect.lists import ARTICLES, SHAPES, SITE, a_body, a_page, found

FORUM = a_page(SHAPES["A forum"])
CARDS = a_page(SHAPES["Cards whose heading is no link"])


def by(text: str, **selectors: str) -> list[tuple[str, str]]:
    rules = ListRules(selectors=Selectors(**selectors))
    return [(item.url, item.title) for item in found(text, rules).items]


def test_an_item_gives_the_link_that_is_most_like_a_title() -> None:
    items = by(a_page(SHAPES["TYPO3"]), item="div.article")
    assert items == [(a.url, a.title) for a in ARTICLES]


def test_link_title_and_date_are_looked_for_in_the_item() -> None:
    selectors = Selectors(
        item="div.card", link="a.btn", title=".card-title", date=".card-footer small"
    )
    items = found(CARDS, ListRules(selectors=selectors)).items
    assert [(i.url, i.title, i.published) for i in items] == [
        (a.url, a.title, a.day) for a in ARTICLES
    ]


def test_a_link_may_stand_alone() -> None:
    users = by(FORUM, link="span > a.username")
    assert [title for _, title in users] == [f"ann{n}" for n in range(1, 13)]


def test_selectors_override_what_would_be_detected() -> None:
    assert by(FORUM, item="nav.main-nav li", link="a") == [
        (f"{SITE}/sport/", "Sport and leisure"),
        (f"{SITE}/culture/", "Culture"),
        (f"{SITE}/letters-to-the-editor/", "Letters to the editor"),
        (f"{SITE}/about/", "About us"),
    ]


def test_the_next_page_may_be_selected() -> None:
    page = a_body('<a href="?page=2" rel="next">Next</a><a class="on" href="/news/more/">x</a>')
    rules = ListRules(selectors=Selectors(next="a.on"))
    assert found(page, rules).next == f"{SITE}/news/more/"
    assert found(page, ListRules(selectors=Selectors(next="a.none"))).next == ""


def test_a_selector_that_finds_nothing_says_so() -> None:
    detection = found(FORUM, ListRules(selectors=Selectors(item="div.vanished")))
    [guess] = detection.guesses
    assert detection.items == ()
    assert (guess.how, guess.where, guess.rejected) == (
        "selectors", "div.vanished", "selects no link",
    )  # fmt: skip


@pytest.mark.parametrize("selector", ["", "a[", "::before", "li:nth-child(", "a:hover("])
def test_what_is_no_selector_is_told(selector: str) -> None:
    with pytest.raises(ValueError, match="is not a CSS selector"):
        finder(selector)


def test_paths_are_xpath_from_the_item_or_the_page() -> None:
    items = by(a_page(SHAPES["TYPO3"]), item="//div[contains(@class, 'article ')]", link=".//a[1]")
    assert [url for url, _ in items] == [a.url for a in ARTICLES]


@pytest.mark.parametrize(
    "path", ["//a[", "//", "//zz[no-such()]", "//x:a", "//a[$b]", "//p[re:test(., '(a+)+$')]"]
)
def test_a_path_that_cannot_be_used_is_told(path: str) -> None:
    with pytest.raises(ValueError, match="cannot be used"):
        finder(path)


@pytest.mark.parametrize("selector", ["div " * 3_000 + "p", ",".join(["p"] * 5_000), "svg|a"])
def test_a_selector_that_nobody_can_apply_is_told(selector: str) -> None:
    with pytest.raises(ValueError, match=r"cannot be used|has too many parts"):
        finder(selector)


@pytest.mark.parametrize(
    ("pattern", "url", "fits"),
    [
        ("/news/**", "https://e.example/news/2026/a/", True),
        ("/news/**", "https://e.example/sport/a", False),
        ("news/*", "https://e.example/news/a?x=1", True),
        ("/news/*", "https://e.example/news/2026/a", False),
        ("/*/20??/*", "https://e.example/news/2026/a", True),
        ("/{news,sport}/**", "https://e.example/sport/a", True),
        ("/straße/*", "https://e.example/stra%C3%9Fe/a", True),
        ("https://*.example/news/**", "https://e.example/news/a", True),
        ("https://other.example/**", "https://e.example/news/a", False),
        ("https://e.example/**", "http://E.example/news/a/", True),
    ],
)
def test_patterns_are_globs_over_the_path_or_host_and_path(
    pattern: str, url: str, fits: bool
) -> None:
    assert wanted(url, [pattern], []) is fits
    assert wanted(url, [], [pattern]) is not fits
    assert not wanted(url, [pattern], [pattern])


def test_without_patterns_every_address_is_wanted() -> None:
    assert wanted("https://e.example/", [], [])
