"""The filter every text passes, and what the HTML parsers keep of hostile pages."""

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from ingest.errors import ExtractError
from ingest.markup import (
    clean,
    clean_line,
    parse_fragment,
    parse_page,
    parse_shallow,
    parse_xml,
    serialize,
    text_of,
    walk_xml,
)

DOUBLED = ("Ã©", "Â\xa0", "ï¿½", "ÃÂ©", "A\u0303©", "\xa0Ã©", "Ã\xa0 <", "Ã\x83Â©", "é Ã©")

texts = st.lists(
    st.one_of(
        st.sampled_from((*DOUBLED, "\r", "\n", "\x85", "\ud83d", "\ude00", "\u0338", ">", "<p>")),
        st.text(st.characters(), max_size=6),
        st.text(st.characters(min_codepoint=0x80, max_codepoint=0x17F), max_size=4),
    ),
    max_size=6,
).map("".join)


@settings(max_examples=80, deadline=None)
@given(texts)
@example("A\u0303©")
@example("Ã\xa0 <")
def test_clean_is_idempotent_and_fit_for_xml(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert clean(once.strip()).strip() == once.strip()
    element = etree.Element("x")
    element.text = once
    assert etree.fromstring(etree.tostring(element)).text == (once or None)
    assert not any(0x7F <= ord(c) <= 0x9F or c == "\ufffd" for c in once)


@settings(max_examples=80, deadline=None)
@given(texts)
def test_clean_line_is_idempotent_and_one_line(text: str) -> None:
    line = clean_line(text)
    assert clean_line(line) == line == clean(line)
    assert line.split() == line.split(" ") or not line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain ASCII & <b>", "plain ASCII & <b>"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("a\r\nb\rc\r\r\nd", "a\nb\nc\n\nd"),
        ("\x93quoted\x94 \x85 \x80", "“quoted” … €"),
        ("\x81\x8d\x90", ""),
        ("a\x00b\x0bc\x1fd\x7fe", "abcde"),
        ("\ud800x\udfff", "x"),
        ("\ufeffx\ufffd\ufffe\uffff\ufdd0\U0001fffe\U0010ffff", "x"),
        ("e\u0301", "é"),
        ("naïve 😀 \U00020000 \u200d \u202e", "naïve 😀 \U00020000 \u200d \u202e"),
    ],
)
def test_clean_maps_drops_and_composes(text: str, expected: str) -> None:
    assert clean(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CafÃ©", "Café"),
        ("5Â\xa0km", "5\xa0km"),
        ("<b>CafÃ©</b> é", "<b>Café</b> é"),
        ("broken ï¿½ mark", "broken  mark"),
        ("Déjà vu, and Ã©", "Déjà vu, and Ã©"),
        ("«IRMÃ»", "«IRMÃ»"),
        ("Ã© 日本", "Ã© 日本"),
    ],
)
def test_text_that_was_encoded_twice_is_decoded_when_all_of_it_was(
    text: str, expected: str
) -> None:
    assert clean(text) == expected


@pytest.mark.parametrize("marks", ["\u0338", "\u0323\u0338", "\u0338\u0338"])
def test_composing_never_eats_the_end_of_a_tag(marks: str) -> None:
    page = f"<p>{marks}text</p>"
    assert clean(page).startswith("<p>")
    assert text_of(parse_fragment(clean(page))).endswith("text")
    assert clean("=\u0338") == "≠"
    assert unicodedata.is_normalized("NFC", clean(f"a ≮ b {marks}"))


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("", ""),
        ("text", "text"),
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("a</div>b", "ab"),
        ("</div></div><p>x", "<p>x</p>"),
        ("<b>a</b></div>b", "<b>a</b>b"),
        ("<div>a</div></div><p>b</p>c", "<div>a</div><p>b</p>c"),
        ("<body>a</body>b", "ab"),
        ("\ud800a", "a"),
        ("a<!-- c -->b<?php d ?>e", "abe"),
        ("<br>&nbsp;&amp;lt;", "<br>\xa0&amp;lt;"),
    ],
)
def test_a_fragment_is_kept_whole(fragment: str, expected: str) -> None:
    written = serialize(parse_fragment(fragment))
    assert written == expected or text_of(parse_fragment(written)) == text_of(
        parse_fragment(expected)
    )


@settings(max_examples=80, deadline=None)
@given(st.text(st.characters(), max_size=40))
def test_text_survives_serializing_and_parsing(text: str) -> None:
    element = parse_fragment("<p>x</p>")
    element[0].text = clean(text)
    again = parse_fragment(serialize(element))
    assert again.text_content().strip() == clean(text).strip()


@settings(max_examples=80, deadline=None)
@given(texts)
def test_any_fragment_parses(text: str) -> None:
    element = parse_fragment(text)
    assert element.tag == "div"
    assert element.tail is None


def test_text_of_gives_one_line_a_block() -> None:
    fragment = parse_fragment("<h1>Head </h1>loose <b>bold</b>\n text<ul><li>a<li>b</ul>x<br>y")
    assert text_of(fragment) == "Head\n\nloose bold text\n\na\n\nb\n\nx\n\ny"


@pytest.mark.parametrize("body", [b"", b"  ", "<!-- nothing -->"])
def test_a_page_without_html_is_an_error(body: bytes | str) -> None:
    with pytest.raises(ExtractError, match="no HTML"):
        parse_page(body)


def test_the_declared_encoding_wins_over_the_pages_own() -> None:
    page = '<title>ü</title><meta charset="iso-8859-1"><p>ü</p>'.encode()
    assert parse_page(page).text_content() == "üü"


@pytest.mark.parametrize(
    "between", ["</body></html>", "</BODY >", "</html>\n<html><body>", "</body><!-- x --></html/>"]
)
def test_what_stands_behind_the_end_of_a_page_belongs_to_it(between: str) -> None:
    page = parse_page(f"<html><body><p>before</p>{between}<p>after</p></body></html>")
    body = page.find("body")
    assert body is not None
    assert text_of(body) == "before\n\nafter"


@pytest.mark.parametrize(("depth", "cut"), [(300, False), (2000, False), (5000, True)])
def test_deep_pages_survive_or_are_told(depth: int, cut: bool) -> None:
    page = "<div>" * depth + "deep" + "</div>" * depth + "<p>after</p>"
    assert (parse_shallow(page, 2_100) is None) is cut
    assert ("deep" in parse_page(page).text_content()) is not cut


@pytest.mark.parametrize("depth", [300, 1500])
def test_deep_fragments_survive(depth: int) -> None:
    fragment = "<i>" * depth + "deep" + "</i>" * depth + " after"
    assert text_of(parse_fragment(fragment)) == "deep after"


def test_a_text_node_above_ten_megabytes_survives() -> None:
    page = "<p>" + "x" * 10_500_000 + "</p><p>after</p>"
    assert parse_shallow(page, 150) is not None
    assert parse_page(page).text_content().endswith("after")


def test_xml_is_parsed_whole_or_said_where_it_breaks() -> None:
    assert parse_xml("<a><!-- x --><?y z?><b>ü<![CDATA[<]]></b></a>").findtext("b") == "ü<"
    with pytest.raises(ExtractError, match="line 2: xmlParseEntityRef: no name"):
        parse_xml("<a>\n& </a>")
    assert [child.tag for child in parse_xml("<a><b>&</c><d>", recover=True)] == ["b", "d"]


@pytest.mark.parametrize("text", ["", "words", "<", "<!DOCTYPE a>"])
def test_what_is_no_xml_at_all_is_an_error(text: str) -> None:
    with pytest.raises(ExtractError):
        parse_xml(text, recover=True)


def test_xml_expands_no_entity_and_reads_no_file() -> None:
    declared = '<!ENTITY b "secret"><!ENTITY f SYSTEM "file:///etc/passwd">'
    root = parse_xml(f"<!DOCTYPE a [{declared}]><a>&b;&f;</a>", recover=True)
    assert (root.text or "") == ""


def test_xml_is_walked_as_far_as_it_can_be_read_without_entities() -> None:
    body = b"""<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y "in">]>
<a><b c="1">t&amp;u</b><!-- no --><b>&x;&y;</b><b>cut"""
    ends = [element for event, element in walk_xml(body) if event == "end"]
    assert [element.tag for element in ends] == ["b", "b", "b", "a"]
    assert [element.text for element in ends[:3]] == ["t&u", None, "cut"]
    assert list(walk_xml(b"nothing")) == list(walk_xml(b"")) == []
