"""XML that is not well-formed: every fault is told, and the rest is checked, with its doubts."""

import pytest

from feeds.lint import Report
from tests.costs import no_runaway
from tests.feeds.lint.test_mutants import mutated, verdict

NAME = "news.rss"
HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>x</title>'


def told(report: Report, *, doubtful: bool) -> list[tuple[str, int]]:
    return [(f.rule.name, f.line) for f in report.findings if f.doubtful == doubtful]


def test_every_fault_is_told_with_its_line_and_the_first_alone_is_certain() -> None:
    text = mutated(NAME, "Pilots wanted", "Pilots & crew").decode()
    text = text.replace('isPermaLink="false"', "isPermaLink=false").replace("Two pilots", "Two < p")
    report = verdict(text.encode(), NAME)
    faults = [f for f in report.findings if f.rule.name == "not-well-formed"]
    assert {34, 51, 56} <= {f.line for f in faults}
    assert [f.line for f in faults if not f.doubtful] == [34]
    assert report.format == "RSS 2.0"


def test_what_stands_before_the_damage_is_certain_and_what_follows_is_not() -> None:
    text = mutated(NAME, "<ttl>60", "<ttl>0").decode().replace("Pilots wanted", "Pilots & crew")
    late = text.replace("bo@example.org (Bo Ek)", "Bo Ek")
    report = verdict(late.encode(), NAME)
    certain = [("positive-integer", 19), ("not-well-formed", 51)]
    assert told(report, doubtful=False) == certain
    assert told(report, doubtful=True) == [("email", 55)]
    assert told(verdict(text.encode(), NAME), doubtful=False) == certain


def test_what_a_document_that_was_cut_off_lacks_is_doubtful() -> None:
    text = mutated(NAME, "<ttl>60", "<ttl>0").decode()
    report = verdict(text[: text.index("<slash:comments>")].encode(), NAME)
    assert told(report, doubtful=False) == [("positive-integer", 19), ("not-well-formed", 46)]
    assert report.entries == 1


@pytest.mark.parametrize(
    ("find", "put", "line"),
    [
        ("    <ttl>", "    <!-- <ttl>", 19),
        ("    <ttl>", "    <?x <ttl>", 19),
        ("The harbour opens", "<![CDATA[The harbour opens", 32),
    ],
)
def test_what_never_ends_is_told_where_it_begins(find: str, put: str, line: int) -> None:
    findings = verdict(mutated(NAME, find, put), NAME).findings
    assert [(f.rule.name, f.line) for f in findings if not f.doubtful] == [
        ("not-well-formed", line)
    ]


@pytest.mark.parametrize("name", ["a:b:c", ":a", "a:", "no:such"])
def test_names_that_are_none_are_told_and_end_nothing(name: str) -> None:
    body = mutated(NAME, "<ttl>60</ttl>", f'<{name} {name}="1">60</{name}>')
    report = verdict(body, NAME)
    assert told(report, doubtful=False) == [("not-well-formed", 19)]
    assert report.entries == 2


@pytest.mark.parametrize(
    "part",
    [
        *("& ", "< ", "</b>", "<a b=c></a>", "<a b='' b=''/>", "<x:a/>", "&nosuch;", "\x0b", "<a>"),
        *(
            "<!--",
            "<![CDATA[",
            "<?x ",
            "]]>",
            "<item>",
            "&#0;",
            "<a:b:c d:e:f=''/>",
            "<!DOCTYPE x ",
        ),
    ],
)
def test_hostile_damage_costs_no_more_than_its_length(part: str) -> None:
    with no_runaway():
        report = verdict((HEAD + part * (1_000_000 // len(part))).encode(), NAME)
    assert any(
        f.rule.name in {"not-well-formed", "too-deep", "undefined-entity"} for f in report.findings
    )


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "<a " + " ".join(f"a{n}=''" for n in range(400_000)) + "/></channel></rss>",
        HEAD + "<item/>" * 150_000 + "</channel></rss>",
        HEAD + "<link>" + "a:" * 2_000_000 + "</link></channel></rss>",
        HEAD + "<pubDate>" + "(" * 4_000_000 + "</pubDate></channel></rss>",
        HEAD + "<managingEditor>" + "a@a." * 1_000_000 + "</managingEditor></channel></rss>",
        HEAD + "<description>" + "&lt;p style='a:a;'&gt;" * 200_000 + "</description></rss>",
        HEAD + "<description>" + "&amp;lt;" * 500_000 + "</description></channel></rss>",
        HEAD + "<guid>" + "tag:" * 1_000_000 + "</guid></channel></rss>",
        '{"version": "https://jsonfeed.org/version/1.1", "items": [' + "{}," * 200_000 + "{}]}",
        '{"items": [' + '{"content_html": "' + "<a>" * 300_000 + '"}]}',
        '{"version": "' + "\\n" * 2_000_000 + '"}',
    ],
    ids=range(11),
)  # fmt: skip
def test_megabytes_of_one_thing_cost_no_more_than_their_length(text: str) -> None:
    with no_runaway():
        verdict(text.encode(), NAME)
