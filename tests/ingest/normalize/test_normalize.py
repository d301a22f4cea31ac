"""Whole documents through `normalize`: what comes out as a draft, or which words say why not."""

import pickle
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.article import Hint, Image
from ingest.errors import ExtractError, IngestError, ReadError
from ingest.normalize import Rules
from tests.costs import no_runaway
from tests.ingest.normalize.documents import (
    FILES,
    HEAD,
    JSON_LD,
    NEWS,
    NOW,
    PAGE,
    PROSE,
    make,
    page,
)

FULL = """---
id: a-1
title: No
date: 2026-01-05 10:00
updated: 2026-01-06
author:
  - name: Ann Bee
  - Carl
tags: storms, 1.10
summary: A short word.
url: https://www.site.example/storm?utm_source=x
image: ../img/lead ä.jpg
lang: en_GB
draft: yes
---
# No

Text with *emphasis*, ~~less~~, a [link](b.md#x), ![image](/img/b.png) and a [file](f.pdf).[^1]

| a | b |
|---|---|
| 1 | 2 |

<script>alert(1)</script><em onclick="x">raw</em>

[^1]: A note.
"""


def test_markdown_with_everything_in_its_front_matter() -> None:
    draft = make(FULL)
    assert (draft.declared_id, draft.title, draft.language) == ("a-1", "No", "en-GB")
    assert draft.published == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert draft.updated == datetime(2026, 1, 5, 23, tzinfo=UTC)
    assert draft.origins["published"] == "front matter date"
    assert (draft.authors, draft.tags) == (("Ann Bee", "Carl"), ("storms", "1.10"))
    assert (draft.summary, draft.unpublished) == ("A short word.", True)
    assert draft.url == "https://www.site.example/storm"
    assert draft.image == Image(url="broadsheet:file/img/lead%20%C3%A4.jpg")
    assert draft.assets == ("img/b.png", "notes/f.pdf", "img/lead ä.jpg")
    assert '<a href="broadsheet:file/notes/b.md#x">link</a>' in draft.html
    for kept in ("<em>emphasis</em>", "<s>less</s>", "<td>2</td>", "<em>raw</em>", "A note."):
        assert kept in draft.html
    for gone in ("<h1>", "script", "onclick", "alert"):
        assert gone not in draft.html
    assert pickle.loads(pickle.dumps(draft)) == draft
    assert pickle.loads(pickle.dumps(FILES)) == FILES


def test_toml_front_matter() -> None:
    draft = make('+++\ntitle = "T"\ndate = 2026-01-05T10:00:00Z\nauthors = ["A", "B"]\n+++\nx')
    assert (draft.title, draft.authors) == ("T", ("A", "B"))
    assert draft.published == datetime(2026, 1, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("---\ntitle: a\nauthor: [b\n---\nx", "line"),
        ("---\ntitle: a\n\tb: c\n---\nx", "line 3"),
        ("+++\na = 1\nb = = 2\n+++\nx", "line 3"),
        ("---\n" + "[" * 1200 + "\n---\nx", "line"),
    ],
)
def test_broken_front_matter_is_an_error_that_names_the_line(text: str, line: str) -> None:
    with pytest.raises(ExtractError, match=f"front matter is broken at .*{line}") as caught:
        make(text)
    assert caught.value.origin == "notes/a.md"


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("# One\n\ntext", "One", "text"),
        ("## Two\n\ntext", "Two", "Two\n\ntext"),
        ("---\ntitle: T\n---\n# One\n\ntext", "T", "One\n\ntext"),
        ("A line\n\ntext", "A line", "A line\n\ntext"),
        ("---\n---\n", "A", ""),
        ("---\nno front matter, just a rule", "no front matter, just a rule", None),
    ],
)
def test_titles_of_markdown(text: str, title: str, body: str | None) -> None:
    draft = make(text)
    assert draft.title == title
    assert body is None or draft.text == body


def test_a_file_without_words_is_called_by_its_name() -> None:
    assert make("![](a.png)", origin="x/2026-01-05-my_first-post.md").title == "My first post"


def test_boilerplate_in_markdown_but_not_in_its_code() -> None:
    draft = make(
        "# T\n\nText.\n\n```\nShare\n```\n\n**Share**\n\n### Next Article\n\n[Other](o.html)\n"
    )
    assert draft.text == "Text.\n\nShare"
    assert draft.hints == (Hint(title="Other"),)


def test_a_bad_date_is_reported_and_a_far_one_is_none() -> None:
    draft = make("---\ndate: soonish 2\n---\nx")
    assert draft.published is None
    assert draft.warnings == ("the date 'soonish 2' cannot be read",)
    assert "published" not in make("---\ndate: 2066-01-01\n---\nx").origins
    future = make("---\ndate: 2026-12-24\n---\nx").published
    assert future is not None
    assert future > NOW


def test_links_that_leave_the_folder_are_dropped_and_reported() -> None:
    draft = make("---\ntitle: T\n---\n[out](../../etc/passwd) ![x](../../y.png) [in](../z.png)")
    assert draft.html == '<p>out  <a href="broadsheet:file/z.png">in</a></p>'
    assert draft.assets == ("z.png",)
    assert draft.warnings == ("links that leave the folder were dropped: ../../etc/passwd, ../../y.png",)  # fmt: skip  # noqa: E501


def test_the_front_matters_url_is_the_authors_word_but_must_be_an_address() -> None:
    assert make("---\nurl: https://Other.example/x\n---\nx").url == "https://other.example/x"
    assert make("---\nurl: /blog/x\n---\nx").url == ""


def test_rules_fill_what_the_document_leaves_open() -> None:
    rules = Rules(kind="files", language="de", authors=("Desk",), tags=("local", "Storms"))
    draft = make("---\ntags: [storms]\n---\n# T\n\nx", rules=rules)
    assert (draft.language, draft.authors, draft.tags) == ("de", ("Desk",), ("storms", "local"))
    assert make("---\nauthor: Ann\nlang: fr\n---\nx", rules=rules).authors == ("Ann",)


def test_everything_is_capped() -> None:
    names = ", ".join(f"n{i}" for i in range(99))
    draft = make(f"---\ntitle: {'word ' * 99}\nauthors: {names}\ntags: {names}\n"
                 f"summary: {'word ' * 400}\n---\nx")  # fmt: skip
    assert len(draft.title) <= 300
    assert draft.title.endswith("word…")
    assert (len(draft.authors), len(draft.tags)) == (20, 30)
    assert len(draft.summary) <= 1000


def test_a_title_alone() -> None:
    draft = make("Only a title\n", "text/plain", origin="a.txt")
    assert (draft.title, draft.html, draft.text) == ("Only a title", "", "")


@pytest.mark.parametrize(
    ("body", "kind", "error", "words"),
    [
        (b"", "text/plain", ReadError, "it is empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "text/plain", ReadError, "PNG image"),
        (b"x", "application/pdf", ReadError, "application/pdf cannot be read"),
        (b"<html></html>", "text/html", ExtractError, "no text"),
        (b"<!-- x -->", "text/html", ExtractError, "there is no"),
    ],
)
def test_what_cannot_be_read_is_said_in_plain_words(
    body: bytes, kind: str, error: type[IngestError], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        make(body, kind, origin="dir/ä b.txt")
    assert caught.value.origin == "dir/ä b.txt"


def test_a_page_of_a_news_site() -> None:
    draft = page(NEWS, HEAD + JSON_LD)
    assert draft.title == "Storm takes forty roofs"
    assert draft.url == "https://www.news.example/2026/storm"
    assert draft.authors == ("Ann Bee",)
    assert draft.published == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert draft.updated == datetime(2026, 1, 6, 10, tzinfo=UTC)
    assert (draft.origins["published"], draft.language) == (
        "structured data datePublished",
        "en-GB",
    )
    assert (draft.site_name, draft.section) == ("The News", "Weather")
    assert (draft.summary, draft.tags) == (PROSE, ("storm", "coast"))
    assert draft.image == Image(url="https://www.news.example/i/lead.jpg", media_type="image/jpeg")
    assert draft.text.count(PROSE) == 3
    assert '<a href="https://www.news.example/2026/01/more">more</a>' in draft.html
    assert "<code>make</code>" in draft.html
    assert "<pre>a\n  b</pre>" in draft.html
    for gone in ("Home", "Sections", "Imprint", "Buy now", "Share", "<h1>"):
        assert gone not in draft.html


@pytest.mark.parametrize(
    ("head", "body", "origin"),
    [
        (HEAD, NEWS, "url"),
        (
            '<meta property="article:published_time" content="2026-01-05">',
            NEWS,
            "meta article:published_time",
        ),
        ("", NEWS.replace("<h1>", '<time datetime="2026-01-05">x</time><h1>'), "time element"),
    ],
)
def test_dates_of_pages_come_from_where_they_can_be_trusted(
    head: str, body: str, origin: str
) -> None:
    draft = page(body, head)
    assert draft.published == datetime(2026, 1, 5, tzinfo=UTC)
    assert draft.origins["published"] == origin


def test_a_page_without_a_date_of_its_own_is_undated() -> None:
    body = NEWS + "<p>Copyright 2019. Printed on 3 March 2024.</p>"
    draft = page(body, url="https://www.news.example/storm")
    assert draft.published is None
    assert "published" not in draft.origins


@pytest.mark.parametrize(
    "canonical",
    ["https://other.example/storm", "/", "javascript:x", "http://[", "https://news.example.evil/x"],
)
def test_a_canonical_url_of_another_site_or_the_home_page_is_not_believed(canonical: str) -> None:
    assert page(NEWS, f'<link rel="canonical" href="{canonical}">').url == PAGE


@pytest.mark.parametrize(
    "description",
    ["Storm takes forty roofs", "The storm reached the coast on…", "Too short.", PROSE[:60]],
)
def test_a_description_that_is_no_prose_of_its_own_is_no_summary(description: str) -> None:
    head = (
        f'<title>Storm takes forty roofs</title><meta name="description" content="{description}">'
    )
    assert page(NEWS, head).summary == ""


def test_a_hand_written_file_keeps_every_paragraph() -> None:
    words = "".join(f"<p>Word {i}</p>" for i in range(5))
    draft = make(f"<h1>Mine</h1>{words}<p><img src=a.png>", "text/html", origin="d/mine.html")
    assert draft.title == "Mine"
    assert draft.text == "\n\n".join(f"Word {i}" for i in range(5))
    assert draft.assets == ("d/a.png",)


def test_an_html_files_own_head_counts_but_not_a_foreign_canonical() -> None:
    head = """<title>Mine</title><meta name=author content="Ann Bee"><meta name=date
    content="2026-01-05"><meta name=keywords content="a, b"><link rel=canonical href="{}">"""
    draft = page("<p>One line.", head.format("https://site.example/x"), rules=FILES, url="")
    assert (draft.title, draft.authors, draft.tags) == ("Mine", ("Ann Bee",), ("a", "b"))
    assert draft.published == datetime(2026, 1, 4, 23, tzinfo=UTC)
    assert draft.origins["published"] == "meta date"
    assert draft.url == "https://site.example/x"
    assert page("<p>x", head.format("https://other.example/x"), rules=FILES, url="").url == ""


@pytest.mark.parametrize("url", [PAGE, ""])
def test_a_page_of_5000_nested_tags_gives_its_text_and_a_warning(url: str) -> None:
    body = f"<h1>Deep</h1>{'<div>' * 5000}<p>{PROSE}</p>{'</div>' * 5000}<p>{PROSE} After.</p>"
    draft = page(body, "<title>Deep</title>", rules=FILES, url=url)
    assert draft.title == "Deep"
    assert draft.text.split("\n\n") == [PROSE, f"{PROSE} After."]
    assert "nested too deeply" in draft.warnings[0]


@pytest.mark.parametrize("url", [PAGE, ""])
def test_a_page_without_paragraphs_still_gives_its_text(url: str) -> None:
    assert "Just a few words" in page("<table><tr><td>Just a few words</table>", url=url).text


def test_the_language_is_told_from_the_text_when_nothing_states_it() -> None:
    text = "Der Sturm erreichte in der Nacht die Küste und deckte vierzig Häuser ab. " * 3
    assert make(f"Titel\n\n{text}", "text/plain").language == "de"
    assert make("Hm", "text/plain").language == ""


def test_two_megabytes_of_text_take_a_moment() -> None:
    text = "A title\n\n" + (PROSE + " " + PROSE + "\n\n") * 11_500
    with no_runaway():
        draft = make(text, "text/plain")
        assert len(draft.text) > 2_000_000


@pytest.mark.slow
def test_a_line_of_eleven_megabytes_is_kept() -> None:
    draft = make("T\n\n" + "word " * 2_200_000 + "\n\nthe end", "text/plain")
    assert draft.text.endswith("the end")
    assert len(draft.text) > 10_999_000


HOSTILE = st.text(st.sampled_from("<>&;#-+*_`[]()!|~: \n\t/abhref='\"=\x00\u0338é---"), max_size=80)


@given(HOSTILE, st.sampled_from(["text/plain", "text/markdown", "text/html"]), st.booleans())
@settings(max_examples=40, deadline=None)
def test_any_document_is_a_draft_or_an_expected_error(text: str, kind: str, web: bool) -> None:
    url = "https://example.org/a" if web else ""
    try:
        draft = make(text, kind, url=url)
    except IngestError:
        return
    assert draft.title
    assert NOW - (draft.published or NOW) < timedelta(days=20_000)
