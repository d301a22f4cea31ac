import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.article import Hint
from ingest.normalize.boilerplate import judge
from ingest.normalize.text import linked, read_text

LONG = "This is a paragraph of the article, and it ends with a full stop."


def test_title_paragraphs_and_headings() -> None:
    reading = read_text(f"A title\n\n{LONG}\n\nA heading\n\n{LONG}\n\n{LONG}\n")
    assert reading.title.value == "A title"
    assert reading.html.value.split("\n") == [
        f"<p>{LONG}</p>", "<h2>A heading</h2>", f"<p>{LONG}</p>", f"<p>{LONG}</p>",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "line", ["A sentence.", "Is it?", "List:", "- item", "1. item", "word " * 13, "2026", "“Quote”"]
)
def test_what_is_no_heading_is_a_paragraph(line: str) -> None:
    assert "<h2>" not in read_text(f"T\n\n{LONG}\n\n{line}\n\n{LONG}").html.value


def test_short_lines_at_the_end_or_in_a_row_are_no_headings() -> None:
    assert "<h2>" not in read_text(f"T\n\n{LONG}\n\nAnn Bee").html.value
    assert "<h2>" not in read_text(f"T\n\n{LONG}\n\nOne\n\nTwo\n\n{LONG}").html.value


def test_line_ends_wrapping_and_lists() -> None:
    assert read_text("T\r\n\r\na\r\nb\r\n\r\n- x\r\n- y").html.value == (
        "<p>a b</p>\n<ul><li>x</li><li>y</li></ul>"
    )
    assert read_text("题\n\n一行\n二行").html.value == "<p>一行二行</p>"
    assert read_text(f"T\n\n{LONG * 3}\n{LONG}").html.value == f"<p>{LONG * 3}</p>\n<p>{LONG}</p>"


def test_a_title_alone_is_an_article_without_a_body() -> None:
    reading = read_text("Only a title\n")
    assert (reading.title.value, reading.html.value) == ("Only a title", "")


def test_a_first_line_too_long_for_a_title_stays_a_paragraph() -> None:
    assert LONG in read_text(LONG * 10).html.value


def test_urls_become_links_and_the_rest_is_escaped() -> None:
    assert linked("a<b> see https://x.org/a_(b)?c=1&d=2). End") == (
        'a&lt;b&gt; see <a href="https://x.org/a_(b)?c=1&amp;d=2">'
        "https://x.org/a_(b)?c=1&amp;d=2</a>). End"
    )


def test_boilerplate_goes_and_neighbouring_titles_become_hints() -> None:
    lines = ["No time to read?", "Text", "PREVIOUS ARTICLE", "Old news", "Next Post: New news"]
    dropped, hints = judge([*lines, "Share on Facebook", "12 Comments", "5 min read", "Anzeige"])
    assert dropped == frozenset({0, 2, 3, 4, 5, 6, 7, 8})
    assert hints == (Hint(title="Old news"), Hint(title="New news"))


def test_labels_without_a_title_take_nothing_else() -> None:
    assert judge(["Previous Article", "Next Article", "Only title"]) == (
        frozenset({0, 1, 2}),
        (Hint(title="Only title"),),
    )
    assert judge(["Next Article", LONG])[0] == frozenset({0})
    assert judge(["Next Article", "word " * 60])[0] == frozenset({0})


@pytest.mark.parametrize(
    "line",
    [
        "Weiterlesen", "Partager sur Facebook", "Suscríbete", "Leggi di più", "Leia mais",
        "Lees verder", "Udostępnij na Facebook", "Поделиться", "Поділитися", "Devamını oku",
        "اقرأ المزيد", "分享到WeChat", "続きを読む", "Artículo anterior", "上一篇", "前の記事",
        "Предыдущая статья", "Nächster Artikel",
    ],
)  # fmt: skip
def test_boilerplate_of_many_languages(line: str) -> None:
    assert judge([line])[0] == frozenset({0})


@pytest.mark.parametrize(
    "line",
    [
        "Share prices fell on Monday.",
        "There was no time to read the treaty, he said.",
        "The next article of the constitution: a history",
        "Subscribe to this theory and you will be wrong",
    ],
)
def test_real_sentences_stay(line: str) -> None:
    assert judge([line]) == (frozenset(), ())


@given(st.lists(st.sampled_from(["Next Article", "Share", "A b c.", "Title", ""]), max_size=12))
@settings(max_examples=60, deadline=None)
def test_sentences_are_never_lost(lines: list[str]) -> None:
    reading = read_text("\n".join(["First line.", *lines]))
    assert reading.html.value.count("A b c.") == lines.count("A b c.")
