"""What a feed shows of an entry in each mode."""

import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Literal

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import feeds.words
from feeds.compose import MAX_BYTES, Mode, compose
from feeds.edition import RelatedLink
from feeds.words import Words, words

URL = "https://example.org/articles/harbour-opens/"
HTML = "<p>Ships.</p>"
RELATED = (
    RelatedLink(url="https://example.org/a?b=1&c=2", title="Ropes & <knots>"),
    RelatedLink(url="https://example.org/ü", title="Tides"),
)
ITEMS = (
    '<li><a href="https://example.org/a?b=1&amp;c=2">Ropes &amp; &lt;knots&gt;</a></li>'
    '<li><a href="https://example.org/%C3%BC">Tides</a></li>'
)
MODES: tuple[Mode, ...] = ("full", "summary", "lead")
LANGUAGES = (
    *("ar", "cs", "da", "de", "en", "es", "fa", "fi", "fr", "he", "it", "ja", "ko", "nb", "nl"),
    *("pl", "pt", "ru", "sv", "tr", "uk", "zh"),
)


def composed(
    html: str = HTML,
    summary: str = "It floats & <sinks>.",
    related: tuple[RelatedLink, ...] = RELATED,
    mode: Mode = "full",
    language: str = "en",
    url: str = URL,
) -> str:
    return compose(html, summary, related, mode=mode, words=words(language), url=url)[0]


def test_full_is_the_content_with_the_related_articles_after_it() -> None:
    assert composed() == f"{HTML}<aside><h4>Related</h4><ul>{ITEMS}</ul></aside>"


def test_lead_puts_the_summary_before_the_content() -> None:
    lead = "<p>It floats &amp; &lt;sinks&gt;.</p><hr>"
    assert composed(mode="lead") == lead + composed()
    assert composed(mode="lead", summary="") == composed()


def test_summary_shows_no_content_but_a_way_to_it() -> None:
    assert composed(mode="summary") == (
        "<p>It floats &amp; &lt;sinks&gt;.</p>"
        f'<p><a href="{URL}">Read on</a></p><p>Related</p><ul>{ITEMS}</ul>'
    )


@pytest.mark.parametrize("mode", MODES)
def test_nothing_related_leaves_no_trace(mode: Mode) -> None:
    unusable = (RelatedLink(url="/x", title="x"), RelatedLink(url=URL, title=" "))
    for related in ((), unusable):
        html = composed(mode=mode, related=related)
        assert "Related" not in html
        assert "<ul>" not in html


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("html", ["", " \n", f"<p>{'ü' * (MAX_BYTES // 2)}</p>"])
def test_empty_and_huge_content_is_shown_as_a_summary(mode: Mode, html: str) -> None:
    assert composed(html, mode=mode) == composed(mode="summary")


def test_content_just_within_the_limit_is_shown_in_full() -> None:
    html = "x" * MAX_BYTES
    assert composed(html, related=()) == html


def test_without_a_summary_and_an_address_there_is_nothing_to_show() -> None:
    assert composed(mode="summary", summary="", url="", related=()) == ""


@pytest.mark.parametrize("mode", MODES)
def test_the_plain_summary_goes_beside_the_content_in_every_mode(mode: Mode) -> None:
    _, summary = compose(HTML, " It <floats>\x00 ", (), mode=mode, words=words("en"), url=URL)
    assert summary == "It <floats>"


@pytest.mark.parametrize("mode", MODES)
def test_right_to_left_words_stand_in_right_to_left_blocks(mode: Mode) -> None:
    html = composed(mode=mode, language="he-IL")
    assert words("he").related in html
    assert html.count('dir="rtl"') == {"full": 1, "lead": 2, "summary": 4}[mode]
    assert "dir=" not in composed(mode=mode, language="de")


@settings(max_examples=40, deadline=None)
@given(
    mode=st.sampled_from(MODES),
    texts=st.tuples(*[st.text(st.characters(), max_size=12)] * 3),
    language=st.sampled_from(LANGUAGES),
)
def test_any_text_composes_to_strictly_valid_html(
    mode: Mode, texts: tuple[str, str, str], language: str
) -> None:
    summary, title, tail = texts
    related = (RelatedLink(url=f"https://example.org/{tail}", title=title),)
    html = composed(mode=mode, summary=summary, related=related, language=language, url=URL + tail)
    html5lib.HTMLParser(strict=True).parseFragment(html)


def test_every_language_has_every_word() -> None:
    path = Path(feeds.words.__file__).with_name("words.toml")
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    aliases = tables.pop("aliases")
    assert sorted(tables) == list(LANGUAGES)
    assert set(aliases.values()) <= set(tables)
    names = {field.name for field in fields(Words)} - {"language"}
    for language, table in tables.items():
        assert set(table) == names, language
        assert all(table.values()), language
        assert table["direction"] == ("rtl" if language in {"ar", "fa", "he"} else "ltr")


@pytest.mark.parametrize(
    ("tag", "language"),
    [("de", "de"), ("pt-BR", "pt"), ("ZH-Hant-TW", "zh"), ("no", "nb"), ("iw", "he"), ("", "en")],
)
def test_words_are_chosen_by_the_primary_subtag(tag: str, language: str) -> None:
    assert words(tag).language == language


def test_a_language_without_words_is_answered_in_english() -> None:
    fallback: Literal["en"] = "en"
    assert words("tlh") == words(fallback)
    assert words("en").get_summary == "No time to read? Get a summary"
