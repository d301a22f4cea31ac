"""What was not taken from a page, and why."""

from ingest.article import Document
from ingest.normalize import Rules, normalize
from ingest.normalize.explain import Explanation, explain
from tests.ingest.normalize.documents import HEAD, JSON_LD, NEWS, NOW, PAGE, PROSE, URLS

MORE = """<meta name="author" content="Newsroom"><meta name="author" content="The News">
<meta property="og:title" content="Roofs gone"><meta name="date" content="someday">
<meta property="article:modified_time" content="2026-01-08">
<meta property="og:url" content="https://elsewhere.example/a">
<meta property="og:image" content="/logo.png">"""


def told(body: str = NEWS, head: str = HEAD + JSON_LD + MORE, rules: Rules = URLS) -> Explanation:
    text = f"<html><head>{head}</head><body>{body}</body></html>".encode()
    document = Document(origin=PAGE, url=PAGE, body=text, media_type="text/html", fetched_at=NOW)
    return explain(document, rules, normalize(document, rules, NOW))


def test_each_value_that_was_not_taken_has_its_reason() -> None:
    found = {(one.field, one.value): (one.origin, one.why) for one in told().rejected}
    assert found[("authors", "The News")] == ("meta author", "what the site is called")
    assert found[("published", "someday")] == ("meta date", "no date can be read in it")
    assert found[("published", "2026-01-08")][1].endswith("was believed")
    assert found[("url", "https://elsewhere.example/a")] == ("meta og:url", "of another site")
    image = "https://www.news.example/logo.png"
    assert found[("image", image)] == ("meta og:image", "a logo, an icon or a stand-in")
    assert all(one.value and one.origin and one.why for one in told().rejected)


def test_each_line_that_was_left_out_has_its_reason() -> None:
    found = {one.text: one.why for one in told().dropped}
    assert found["Home"] == "furniture: header (<header>)"
    assert found["Sections"] == "furniture: nav (<nav>)"
    assert found["Storm takes forty roofs"] == "it repeats the title"
    assert found["Share this article"] == "a phrase of boilerplate"
    assert found["Imprint"] == "furniture: footer (<footer>)"
    assert PROSE not in found


def test_what_a_page_does_not_allow_is_told_as_such() -> None:
    limited = told(head=HEAD + '<meta name="robots" content="nosnippet">')
    assert {one.why for one in limited.dropped if PROSE in one.text} == {
        "the page asks not to be shown in full (robots nosnippet)"
    }


def test_no_page_is_too_deep_or_too_long_to_explain() -> None:
    deep = told(body="<i>" * 3_000 + "x" + "<div>" * 3_000 + f"<p>{PROSE}</p>")
    assert len(told(body="<p>a b c</p>" * 9_000 + NEWS).dropped) <= 500
    assert isinstance(deep, Explanation)
