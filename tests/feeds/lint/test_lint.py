"""The linter on good feeds, hostile documents, any bytes; what its rules say of themselves."""

from pathlib import Path

import pytest
from html5lib.html5parser import HTMLParser, ParseError
from hypothesis import example, given, settings
from hypothesis import strategies as st

import feeds.lint
from feeds.lint import LEVELS, Report, lint, rules
from feeds.lint.html import html_faults
from feeds.render import render
from tests.builders import an_edition, an_entry
from tests.costs import calls, no_runaway
from tests.feeds.lint.test_mutants import HERE, NOW, mutated, verdict

GOLDEN = Path(__file__).parents[2] / "golden"
START = b'<?xml version="1.0" encoding="utf-8"?>'
PIECES = [
    *("<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<i>", "</i>", "<a href='x'>", "</a>"),
    *("<ul>", "<li>", "</li>", "</ul>", "<br>", "<br/>", "<img src=x>", "<table>", "</table>"),
    *("<tr>", "</tr>", "<td>", "</td>", "<th>", "<tbody>", "<caption>", "</caption>", "<col>"),
    *("<h1>", "</h1>", "<h2>", "<dl>", "<dt>", "<dd>", "</dl>", "<span>", "</span>", "<hr>"),
    *("<select>", "<option>", "</select>", "<button>", "</button>", "<form>", "</form>", "<pre>"),
    *("&amp;", "&", "&&", "&copy", "&#12;", "&nosuch;", " ", "x", "<", "<!-- c -->", "<!--", "--"),
    "<?",
    *("<svg>", "</svg>", "<ruby>", "<rt>", "</ruby>", "<script>", "</script>", "</br>", "<p/>"),
]


def names(body: bytes) -> list[str]:
    return [finding.rule.name for finding in lint(body, now=NOW).findings]


ADVICE = {
    "nasty.json": {"json-plain"},  # its texts are about markup
    "podcast.atom": {"namespace-unchecked"},  # the linter knows Podcasting 2.0 by name alone
    "podcast.rss": {"namespace-unchecked"},
}


@pytest.mark.parametrize("path", sorted(GOLDEN.iterdir()), ids=lambda path: path.name)
def test_nothing_is_found_in_what_we_publish(path: Path) -> None:
    url = f"https://example.org/all{path.suffix}"
    report = lint(path.read_bytes(), now=NOW, url=url)
    assert {finding.rule.name for finding in report.findings} == ADVICE.get(path.name, set())


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_is_found_in_an_entry_of_any_title_and_summary(title: str, summary: str) -> None:
    edition = an_edition(an_entry(title=title, summary=summary))
    for format_, url in edition.urls:
        found = lint(render(edition, format_).body, now=NOW, url=url).findings
        assert [one for one in found if one.rule.level != "advice"] == []


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_give_a_verdict(body: bytes) -> None:
    report = lint(body, now=NOW, url="https://example.org/feed", content_type="text/xml")
    assert isinstance(report, Report)
    assert report.worst


@settings(max_examples=200, deadline=None)
@given(
    name=st.sampled_from(sorted(path.name for path in (HERE / "perfect").iterdir())),
    start=st.integers(0, 6000),
    length=st.integers(0, 200),
    put=st.binary(max_size=20)
    | st.text(max_size=20).map(lambda text: text.encode("utf-8", "ignore")),
)
def test_a_feed_with_any_part_replaced_gives_a_verdict(
    name: str, start: int, length: int, put: bytes
) -> None:
    body = (HERE / "perfect" / name).read_bytes()
    lint(body[:start] + put + body[start + length :], now=NOW, url="https://example.org/feed")


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
@example("<svg><p></svg>")
@example("<svg><g></p></g></svg>")
@example("&&copy")
@example("<span><p></span>")
@example("<ruby><dt></ruby>")
def test_html_is_judged_as_a_browsers_parser_judges_it(text: str) -> None:
    try:
        HTMLParser(strict=True).parseFragment(text)
        valid = True
    except ParseError:
        valid = False
    assert valid == all(rule != "html-invalid" for rule, _, _ in html_faults(text))


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"", "empty"),
        (b"no feed", "not-well-formed"),
        (b"<html><body>x</body></html>", "not-a-feed"),
        (START + b"<rss><channel>" + b"<a>" * 9000, "too-deep"),
        (
            START + b'<!DOCTYPE rss [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><rss>&b;</rss>',
            "entity-declared",
        ),
        (
            START + b'<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss>&a;</rss>',
            "doctype",
        ),
        (START + b"<!DOCTYPE rss [<!ENTITY a 'x]'><rss/>", "not-well-formed"),
        (b"\xff\xfe\x00", "not-well-formed"),
        (b'<?xml version="1.0" encoding="rot13"?><rss/>', "encoding-unknown"),
        (b'<?xml version="1.0" encoding="base64"?><rss/>', "encoding-unknown"),
        (b'<?xml version="1.1"?><rss version="2.0"/>', "xml-version"),
        ('<?xml version="1.0" encoding="utf-16"?><rss/>'.encode("utf-16"), "missing-element"),
        (START + b"<rss version='2.0'>\xe9</rss>", "encoding-bytes"),
        (b"<rss/>" + b" " * 5_000_000, "too-large"),
        (b" " * 30_000_001, "too-large"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_hostile_and_broken_documents_are_told(body: bytes, rule: str) -> None:
    assert rule in names(body)


@pytest.mark.parametrize(
    "text",
    [
        *("<" * 100_000, "<a " * 50_000, '<a "' * 50_000, "<!--" * 50_000, "<!-- -" * 40_000),
        *("<div>" * 50_000, "&" * 200_000, "<p><b>" * 30_000, "<a href=x" * 30_000, "</a" * 50_000),
        *("<script>" * 30_000, "<p style='" + "a-" * 50_000 + "'>", "<li>" * 50_000),
        *("<table><tr><td>" * 20_000, "&#x" + "9" * 200_000 + ";", "<a b='" + "(" * 100_000 + "'>"),
    ],
    ids=lambda text: text[:9],
)
def test_hostile_html_costs_no_more_than_its_length(text: str) -> None:
    with no_runaway():
        list(html_faults(text, absolute=True))


def test_the_cost_of_a_feed_grows_with_its_length() -> None:
    def a_feed(count: int) -> bytes:
        return render(
            an_edition(
                *(
                    an_entry(id=f"urn:uuid:{n:08x}-0000-5000-8000-000000000000")
                    for n in range(count)
                )
            ),
            "rss",
        ).body

    small, large = a_feed(20), a_feed(200)
    assert calls(lambda: lint(large, now=NOW)) < 11 * calls(lambda: lint(small, now=NOW))


def test_of_one_rule_the_first_200_findings_are_listed() -> None:
    found = names(mutated("news.rss", "<hour>2</hour>", "<hour>30</hour>" * 500))
    assert found.count("skip-hour") == 200
    assert found.count("too-many-findings") == 1


def test_a_finding_says_where_it_is_and_in_which_entry() -> None:
    report = verdict(mutated("news.rss", ">Pilots wanted<", "><"), "news.rss")
    (found,) = report.findings
    assert (found.path, found.line, found.entry) == ("/rss/channel/item[2]/title", 51, 2)
    (found,) = verdict(mutated("news.rss", "<ttl>60", "<ttl>x"), "news.rss").findings
    assert (found.path, found.found, found.entry) == ("/rss/channel/ttl", "x", 0)


@pytest.mark.parametrize(
    ("served", "rule"),
    [
        ("text/html", "content-type"),
        ("text/xml", "content-type-text"),
        ("application/rss+xml; charset=iso-8859-1", "encoding-mismatch"),
        ("application/rss+xml", ""),
        ("application/rss+xml; charset=UTF-8", ""),
    ],
)
def test_the_http_header_is_looked_at(served: str, rule: str) -> None:
    body = (HERE / "perfect" / "news.rss").read_bytes()
    found = [one.rule.name for one in lint(body, now=NOW, content_type=served).findings]
    assert found[:1] == ([rule] if rule else [])


def test_a_feed_reached_by_a_redirect_may_name_either_address() -> None:
    body = (HERE / "perfect" / "news.rss").read_bytes()
    own, other = "https://example.org/news.rss", "https://cdn.example.net/7.rss"
    assert not lint(body, now=NOW, url=other, asked=own).findings
    assert not lint(body, now=NOW, url=own, asked=other).findings
    assert lint(body, now=NOW, url=other, asked=other).findings


@pytest.mark.parametrize(
    ("name", "find", "put", "rule"),
    [
        ("news.atom", 'xml:lang="en"', 'xml:lang="en-toolongpart"', "language-tag"),
        ("news.atom", "<published>2026-11-20", "<published>2026-11-22", "updated-before-published"),
        ("news.atom", ' xml:lang="en">', ' xml:base="https://example.org/">', "xml-base"),
        ("news.atom", 'href="https://example.net/pilots"', 'href="/pilots"', "link-relative"),
        ("news.rss", 'href="https://example.org/h"', 'href="javascript:x()"', "html-script-url"),
        ("news.rss", "&lt;em&gt;open&lt;/em&gt;", "&lt;tt&gt;open&lt;/tt&gt;", "html-obsolete"),
        ("news.rss", "purl.org/dc/elements/1.1/", "purl.org/dc/elements/1.1", "namespace-misspelt"),
    ],
)  # fmt: skip
def test_rules_beyond_the_validators(name: str, find: str, put: str, rule: str) -> None:
    report = verdict(mutated(name, find, put), name)
    assert rule in [finding.rule.name for finding in report.findings]
    assert rules()[rule].w3c == ""


def test_every_rule_is_whole_and_used() -> None:
    code = "".join(
        path.read_text("utf-8") for path in Path(feeds.lint.__file__).parent.glob("*.py")
    )
    for rule in rules().values():
        assert rule.level in LEVELS
        assert all(text.strip().endswith(".") for text in (rule.why, rule.cure)), rule.name
        assert rule.source
        parts = rule.name.rpartition("-")
        built = f'"{parts[0]}-{{name}}"' in code or f'f"{parts[0]}-' in code
        assert f'"{rule.name}"' in code or built, rule.name


@pytest.mark.parametrize("name", ["content:encoded", "description"])
def test_a_line_in_html_counts_from_where_the_text_begins(name: str) -> None:
    text = (HERE / "perfect" / "news.rss").read_text("utf-8")
    begun = text.index(f"<{name}>", text.index("<item>")) + len(name) + 2
    put = "\n\n\n&lt;p&gt;x&lt;/p&gt;\n&lt;script&gt;1&lt;/script&gt;"
    (found,) = verdict((text[:begun] + put + text[begun:]).encode(), "news.rss").findings
    assert found.rule.name == "html-unsafe"
    assert found.line == text.count("\n", 0, begun) + 5
