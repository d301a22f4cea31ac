"""Where each field came from: told for every one that is not empty, in the words of the docs."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.article import Document, Draft
from ingest.errors import IngestError
from ingest.normalize import Rules
from ingest.traced import Traced, joined
from ingest.workers import Prepared, prepare
from tests.ingest.normalize.documents import HEAD, JSON_LD, NEWS, NOW, PROSE, make, page

DOCS = Path(__file__).parents[3] / "docs" / "answers.md"
TRACED = (
    "declared_id", "title", "url", "authors", "published", "updated", "language", "summary",
    "image", "tags", "section", "site_name", "licence", "text",
)  # fmt: skip


def vocabulary() -> set[str]:
    """The first column of the table of origins, details left out."""
    table = DOCS.read_text("utf-8").partition("| origin |")[2].partition("\n\n")[0]
    return {re.sub(r" [A-Z]+$", "", word) for word in re.findall(r"^\| `([^`]+)`", table, re.M)}


def is_known(origin: str) -> bool:
    words = vocabulary()
    with_detail = ("front matter", "meta", "structured data")
    return origin in words or any(
        origin.startswith(f"{place} ") and place in words for place in with_detail
    )


def assert_traced(draft: Draft) -> None:
    said = {name for name in TRACED if getattr(draft, name)}
    assert set(draft.origins) == said
    parts = [part for origin in draft.origins.values() for part in origin.split(" + ")]
    assert [part for part in parts if not is_known(part)] == []


def test_a_text_says_where_each_field_came_from() -> None:
    rules = Rules(kind="files", authors=("Desk",), tags=("local",), language="en")
    assert make(f"A storm\n\n{PROSE}", "text/plain", rules=rules).origins == {
        "title": "first line",
        "text": "body",
        "authors": "source setting",
        "tags": "source setting",
        "language": "source setting",
    }


def test_markdown_says_which_key_of_its_front_matter_was_read() -> None:
    draft = make(
        "---\nguid: x\npubdate: 2026-01-05\nlastmod: 2026-01-06\nby: Ann\ntags: a\ncategory: b\n"
        "excerpt: Short.\ncover: a.png\nlocale: de\nlicense: CC0\nsite_name: S\n"
        "canonical_url: https://site.example/x\n---\n# A storm\n\nText.",
        rules=Rules(kind="files", authors=("Desk",), tags=("local",)),
    )
    assert draft.origins == {
        "declared_id": "front matter guid",
        "title": "first heading",
        "url": "front matter canonical_url",
        "authors": "front matter by",
        "published": "front matter pubdate",
        "updated": "front matter lastmod",
        "language": "front matter locale",
        "summary": "front matter excerpt",
        "image": "front matter cover",
        "tags": "front matter tags + front matter category + source setting",
        "section": "front matter category",
        "site_name": "front matter site_name",
        "licence": "front matter license",
        "text": "body",
    }
    assert_traced(draft)


def test_a_page_says_which_element_was_believed() -> None:
    draft = page(NEWS, HEAD + JSON_LD)
    assert draft.origins == {
        "title": "first heading",
        "url": "canonical link",
        "authors": "structured data author",
        "published": "structured data datePublished",
        "updated": "structured data dateModified",
        "language": "structured data inLanguage",
        "summary": "meta description",
        "image": "meta og:image",
        "tags": "meta keywords",
        "section": "structured data articleSection",
        "site_name": "meta og:site_name",
        "text": "main content",
    }
    assert_traced(draft)


@pytest.mark.parametrize(
    ("head", "body", "field", "origin"),
    [
        (HEAD, NEWS, "title", "first heading"),
        (HEAD, f"<p>{PROSE}", "title", "meta og:title"),
        ("<title>A storm</title>", f"<p>{PROSE}", "title", "title element"),
        ("", f"<h1>A storm</h1><p>{PROSE}", "title", "first heading"),
        ("", f"<p>{PROSE}", "title", "first line"),
        ("", '<img src="https://x.example/a.png" alt="">', "title", "url"),
        (HEAD, NEWS, "published", "url"),
        ("", f'<article><h1>A storm</h1><time datetime="2026-01-05"></time><p>{PROSE}</article>',
         "published", "time element"),
        ('<meta name="last-modified" content="2026-01-06">', NEWS, "updated", "meta last-modified"),
        ("", NEWS, "url", "url"),
        ('<meta property="og:url" content="/b">', NEWS, "url", "meta og:url"),
        ('<meta name="author" content="Ann"><meta name="byl" content="By Bo">', NEWS, "authors",
         "meta author + meta byl"),
        ('<meta name="article:author" content="https://x.example/ann"><meta name="byl"'
         ' content="By Bo">', NEWS, "authors", "meta byl"),
        ("", NEWS.replace("<h1>", '<p class="author">By Ann Bee</p><h1>'), "authors", "byline"),
        ('<meta http-equiv="x" name="content-language" content="en">', NEWS, "language",
         "meta content-language"),
        ("", NEWS, "language", "detected"),
        ("", f"<article><p>{PROSE}</article>", "text", "main content"),
    ],
)  # fmt: skip
def test_each_place_of_a_page_has_its_name(head: str, body: str, field: str, origin: str) -> None:
    draft = page(body, head)
    assert draft.origins[field] == origin
    assert_traced(draft)


def test_a_date_that_is_only_shown_has_its_name_too() -> None:
    draft = page(
        f'<h1>A storm</h1><p class="date">5. Januar 2026<p>{PROSE}', url="https://a.example/b"
    )
    assert draft.origins["published"] == "visible date"
    assert_traced(draft)


def test_the_body_of_a_written_file_is_told_from_its_own_article_or_main() -> None:
    def text_of(body: str) -> str:
        return make(body, "text/html", origin="a.html").origins["text"]

    assert text_of("<p>Word.</p>") == "body"
    assert text_of("<nav>x</nav><article><p>Word.</p></article>") == "article element"
    assert text_of("<nav>x</nav><main><p>Word.</p></main>") == "main element"


def test_a_file_without_words_is_named_by_its_file() -> None:
    draft = make("![](a.png)", origin="x/first-post.md")
    assert draft.origins["title"] == "file name"
    assert make("---\n---\n", origin="---.md").origins == {"title": "default"}


def test_a_value_that_does_not_count_leaves_no_origin() -> None:
    draft = make("---\ndate: 2066-01-01\nupdated: never\nurl: nothing\nlang: '?'\n---\nx")
    assert set(draft.origins) == {"title", "text"}


def test_the_summary_is_the_publishers_or_computed() -> None:
    def summary_of(text: str) -> tuple[str, str]:
        document = Document(
            origin="a.md", body=text.encode(), media_type="text/markdown", fetched_at=NOW
        )
        done = prepare(document, Rules(kind="files"), 60, NOW)
        assert isinstance(done, Prepared)
        return done.draft.summary, done.draft.origins.get("summary", "")

    assert summary_of(f"# A storm\n\n{PROSE}") == (PROSE, "computed")
    own = f"---\nsummary: It stormed.\n---\n# A storm\n\n{PROSE}"
    assert summary_of(own) == ("It stormed.", "front matter summary")
    assert summary_of("# A storm") == ("", "")


def test_the_first_place_that_says_something_is_the_one_that_is_named() -> None:
    assert (Traced("", "a") or Traced("x", "b") or Traced("y", "c")) == Traced("x", "b")
    assert Traced(" x", "a").map(str.strip) == Traced("x", "a")
    one, other = Traced(("x",), "a"), Traced(("y", "z"), "c")
    assert joined(one, Traced((), "b"), other, one) == Traced(("x", "y", "z", "x"), "a + c")


MARKUP = st.text(st.sampled_from("<>/#-:\n \"'=[]ahtimdelprs0123456789"), max_size=90)
META = st.sampled_from(["author", "og:title", "date", "keywords", "description", "og:image"])


@given(MARKUP, st.dictionaries(META, st.text("ab 2026-01", max_size=12)), st.booleans())
@settings(max_examples=40, deadline=None)
def test_exactly_the_fields_that_are_not_empty_have_an_origin(
    text: str, meta: dict[str, str], web: bool
) -> None:
    front = "".join(f"{name.partition(':')[2] or name}: {value}\n" for name, value in meta.items())
    head = "".join(f'<meta name="{name}" content="{value}">' for name, value in meta.items())
    url = "https://example.org/a" if web else ""
    for body, kind in ((f"---\n{front}---\n{text}", "text/markdown"), (head + text, "text/html")):
        try:
            draft = make(body, kind, url=url)
        except IngestError:
            continue
        assert_traced(draft)
