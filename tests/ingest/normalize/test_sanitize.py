import re

import html5lib
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.normalize.links import file_base
from ingest.normalize.sanitize import MAX_DEPTH, sanitize, sanitized
from tests.costs import no_runaway

BASE = "https://example.org/news/story.html"
PIECES = st.sampled_from(
    """<p> </p> <div> </div> <b> </b> <i> <a_href=/x> <a_href='javascript:x'> </a> <ul> <li> </ul>
    <table> <tr> <td> </td> </table> <h1> </h2> <pre> </pre> <br> <br/> <p/> <img> <img_src=a>
    <svg> </svg> <math> <mi> <script> </script> <style> <iframe_src=//v.org/1> </iframe> <!-- -->
    <figure> <figcaption> </figure> <details> <summary> <video_src=v> <source_src=w> </video>
    <select> <option> <button> <form> <template> <noscript> <title> <body> </body> <html> <dl> <dt>
    <dd> <ruby> <rt> <blockquote> </blockquote>
    <object_data=o> <embed_src=e> <picture> <wbr> &amp;
    &lt; &foo; &#0; &#1; &#x92; < > & text ü \u0338 \x00 \x85 \ufffe <plaintext> <xmp> <font> ]]>
    <center> <span_onclick=x_style=y> <col> <caption> <ol_start=x> <p><table><p> <![CDATA[
    <a_name=n> <q> <tt> <nobr> <marquee> <a_href='http://[bad'> <img_srcset='a_1w,b_2w'> _
    """.split()  # noqa: SIM905 - a hundred quoted strings would be unreadable
).map(lambda piece: piece.replace("_", " "))
MARKUP = st.lists(PIECES | st.text(max_size=5), max_size=25).map("".join)


@given(MARKUP)
@example("<b><p>a</b>b</p>")
@example("&#1;<div>&#xfffe;x</div>")
@example("<a href=/x><table><tr><td><a href=/y>z")
@settings(max_examples=70, deadline=None)
def test_any_markup_comes_out_valid_and_stays_as_it_is(markup: str) -> None:
    once = sanitize(markup, base=BASE)
    assert sanitize(once, base=BASE) == once
    assert sanitize(once, base="") == once
    html5lib.HTMLParser(strict=True).parseFragment(once)
    assert not re.search(r"<(?:script|style|svg|math|iframe|object|embed|form)\b", once, re.I)
    assert not re.search(r"<[^>]*\s(?:on\w+|style|class|id)=", once, re.I)
    assert not re.search(r"(?:href|src)=\"(?!https?://|mailto:|tel:)", once)


@pytest.mark.parametrize(
    ("given_html", "wanted"),
    [
        ("", ""),
        ("plain", "<p>plain</p>"),
        ("<p>a<div>b</div>c", "<p>a</p><p>b</p><p>c</p>"),
        ("<div>one</div><div>two</div>", "<p>one</p><p>two</p>"),
        ("<p onclick=x style=y class=z id=q>t</p>", "<p>t</p>"),
        ("<a href='/p?a=1&b=2'>x</a>", '<p><a href="https://example.org/p?a=1&amp;b=2">x</a></p>'),
        ("<a href='javascript:alert(1)'>x</a>", "<p>x</p>"),
        ("<a href='#part'>x</a>", "<p>x</p>"),
        ("<a href='broadsheet:file/secret'>x</a>", "<p>x</p>"),
        ("<p>a</p><script>alert(1)</script>", "<p>a</p>"),
        ("<h2></h2><p> </p><p>a</p>", "<p>a</p>"),
        ("<p>f<img src=/p.gif width=1 height=1></p>", "<p>f</p>"),
        ("<p>f<img src=/p.gif style='display:none'></p>", "<p>f</p>"),
        ("<img src=data:x data-src=l.jpg>", '<p><img src="https://example.org/news/l.jpg"></p>'),
        (
            "<img src=s.jpg srcset='m.jpg 640w, l.jpg 1280w, xl.jpg 4000w'>",
            '<p><img src="https://example.org/news/l.jpg"></p>',
        ),
        (
            "<picture><source srcset=w.webp><img src=j.jpg alt=A></picture>",
            '<p><img src="https://example.org/news/w.webp" alt="A"></p>',
        ),
        (
            "<iframe src=//www.video.example/1></iframe>",
            '<p><a href="https://www.video.example/1">video.example</a></p>',
        ),
        (
            "<video><source src=v.mp4><source src=v.webm></video>",
            '<video src="https://example.org/news/v.mp4" controls=""></video>',
        ),
        (
            "<img src=data:x data-src=a.jpg><noscript><img src=a.jpg></noscript>",
            '<p><img src="https://example.org/news/a.jpg"></p>',
        ),
        ("<pre>\n\n  code\n</pre>", "<pre>  code\n</pre>"),
        ("<table><tr><td>x", "<table><tbody><tr><td>x</td></tr></tbody></table>"),
    ],
)
def test_what_readers_see(given_html: str, wanted: str) -> None:
    assert sanitize(given_html, base=BASE) == wanted


@pytest.mark.parametrize(
    ("reference", "wanted"),
    [
        ("b.md", "broadsheet:file/notes/b.md"),
        ("../img/ä b.png", "broadsheet:file/img/%C3%A4%20b.png"),
        ("a\u0308.png", "broadsheet:file/notes/%C3%A4.png"),
        ("%C3%A4.png?v=2", "broadsheet:file/notes/%C3%A4.png"),
        ("/img/x.png", "broadsheet:file/img/x.png"),
        ("./b.md#part", "broadsheet:file/notes/b.md#part"),
        ("sub\\x.png", "broadsheet:file/notes/sub/x.png"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("mailto:ann@example.org", "mailto:ann@example.org"),
    ],
)
def test_references_of_files_are_resolved_below_the_root(reference: str, wanted: str) -> None:
    found = sanitized(f'<a href="{reference}">x</a>', base=file_base("notes/a.md"))
    assert found.html == f'<p><a href="{wanted}">x</a></p>'
    assert found.urls == (wanted,)
    assert sanitize(found.html, base=file_base("other/place.md")) == found.html


@pytest.mark.parametrize(
    "reference", ["../../x.png", "/../x", "%2e%2e/%2e%2e/x", "..\\..\\x", ".env", "../.git/config"]
)
def test_references_that_leave_the_root_or_are_hidden_go(reference: str) -> None:
    found = sanitized(f'<a href="{reference}">x</a>', base=file_base("notes/a.md"))
    assert (found.html, found.outside) == ("<p>x</p>", (reference,))


def test_deep_nesting_is_flattened_and_keeps_its_text() -> None:
    deep = "<div>" * 5_000 + "inside" + "</div>" * 5_000 + "<p>after</p>"
    found = sanitized(deep, base=BASE)
    assert (found.html, found.flattened) == ("<p>inside</p><p>after</p>", True)
    shallow = sanitized("<blockquote>" * 20 + "x", base=BASE)
    assert not shallow.flattened
    assert MAX_DEPTH < 256


@pytest.mark.parametrize(
    "hostile",
    [
        "<div><b>" * 10_000,
        "<b><p>x" * 5_000,
        "<p><b><i><u><s><div>x</div>" * 2_000,
        "".join(f"<b title={i}>" for i in range(2_000)) + "<p>x" * 2_000,
        "<table>x" * 3_000,
        "<a href=x>" * 5_000,
        "<" * 100_000,
        "<div " * 50_000,
        "<script><title>" * 8_000 + "<div>" * 3_000,
        "&" * 40_000,
        "<a>x</a> y " * 60_000,
    ],
)
def test_hostile_markup_takes_no_unreasonable_time(hostile: str) -> None:
    with no_runaway():
        sanitize(hostile, base=BASE)


def test_what_the_feed_validator_refuses_goes_and_its_text_stays() -> None:
    assert sanitize('<p>a <bdo dir="rtl">b</bdo> c</p>', base="") == "<p>a b c</p>"
