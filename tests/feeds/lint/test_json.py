"""One-change mutants of a perfect JSON Feed, and where in the document they are told."""

import pytest

from tests.feeds.lint.test_mutants import mutated, verdict

NAME = "news.json"
ROWS = [
    ('"version": "https://jsonfeed.org/version/1.1"', '"version": "1.1"', "json-version"),
    ('  "version": "https://jsonfeed.org/version/1.1",\n', "", "json-version"),
    ('"title": "Harbour News",\n', "\n", "json-missing"),
    ('"title": "Harbour News"', '"title": 1', "json-type"),
    ('"title": "Harbour News"', '"title": "Harbour <b>News</b>"', "json-plain"),
    ('"home_page_url": "https://example.org/"', '"home_page_url": "/"', "json-url"),
    ("https://example.org/news.json", "https://example.org/old.json", "json-self"),
    ('"icon":', '"next_url": "https://example.org/news.json", "icon":', "json-next"),
    ('"icon":', '"logo":', "json-unknown"),
    ('"icon":', '"title": "Harbour News", "icon":', "json-duplicate-key"),
    ('"language": "en"', '"language": "en_GB"', "json-language"),
    ('"language": "en"', '"expired": "no"', "json-type"),
    ('"authors": [{', '"author": {"name": "Ada"}, "authors": [{', "json-author-old"),
    ('{"name": "Ada Lindqvist", "url": "https://example.org/ada"}', "{}", "json-author"),
    ('{"name": "Ada Lindqvist", "url": "https://example.org/ada"}', '"Ada"', "json-type"),
    ('"type": "WebSub", ', "", "json-hub"),
    ('"id": "tag:example.org,2026:pilots",', "", "json-missing"),
    ('"id": "tag:example.org,2026:pilots"', '"id": 42', "json-id"),
    (
        '"id": "tag:example.org,2026:pilots"',
        '"id": "urn:uuid:5f0c1a52-0d0a-5c0e-9a53-0c6a4a1f0001"',
        "json-duplicate-id",
    ),
    ('"content_text": "Two pilots are wanted."', '"title": "Two pilots"', "json-content"),
    ("<p>The harbour is open.</p>", "<p>The harbour is open.</div>", "html-invalid"),
    ("<p>The harbour is open.</p>", "<script>1</script>", "html-unsafe"),
    ("Four years", "Four<br>years", "json-plain"),
    ("2026-11-20T08:30:00Z", "20 Nov 2026", "json-date"),
    ("2026-11-20T08:30:00Z", "2056-11-20T08:30:00Z", "date-implausible"),
    ('["ships"]', '"ships"', "json-type"),
    ('["ships"]', "[1]", "json-type"),
    ('"mime_type": "audio/mpeg", ', "", "json-missing"),
    ('"audio/mpeg"', '"mp3"', "json-mime"),
    ("48123456", '"48 MB"', "json-size"),
    ('"items": [', '"items": [1, ', "json-type"),
    ('"icon":', '"next_url": "/2.json", "icon":', "json-url"),
    ('"icon":', '"next_url": 2, "icon":', "json-type"),
    ('"url": "https://hub.example.net/"', '"url": "hub.example.net"', "json-url"),
    (', "url": "https://hub.example.net/"', "", "json-hub"),
    ('[{"type": "WebSub"', '["WebSub", {"type": "WebSub"', "json-type"),
    ('"url": "https://cdn.example.net/42.mp3"', '"url": "42.mp3"', "json-url"),
    ('"url": "https://cdn.example.net/42.mp3", ', "", "json-missing"),
    ("48123456", '-1, "duration_in_seconds": 3', "json-size"),
    ("48123456", '1, "duration_in_seconds": true', "json-size"),
    ("48123456", '1, "title": 5', "json-type"),
    ('"_harbour"', '"harbour"', "json-unknown"),
]


@pytest.mark.parametrize(("find", "put", "rule"), ROWS)
def test_a_mutant_breaks_one_rule(find: str, put: str, rule: str) -> None:
    findings = verdict(mutated(NAME, find, put), NAME).findings
    assert [finding.rule.name for finding in findings] == [rule]


def test_a_finding_has_its_line_and_path() -> None:
    (found,) = verdict(mutated(NAME, '"audio/mpeg"', '"mp3"'), NAME).findings
    assert (found.line, found.path) == (24, "/items[0]/attachments[0]/mime_type")
    missing, unknown = verdict(mutated(NAME, '"content_text"', '"text"'), NAME).findings
    assert (missing.rule.name, missing.line) == ("json-content", 27)
    assert (unknown.path, unknown.line) == ("/items[1]/text", 29)


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b'{"version": ', "json-invalid"),
        (b'{"version": NaN, "items": []}', "json-version"),
        (b'{"a": 1}', "not-a-feed"),
        (b"[]", "not-a-feed"),
        (b'{"version": "\xff"}', "json-encoding"),
        (b'{"items": ' + b"[" * 100_000, "json-invalid"),
    ],
)
def test_what_is_no_json_feed_is_told(body: bytes, rule: str) -> None:
    assert rule in [finding.rule.name for finding in verdict(body, NAME).findings]
