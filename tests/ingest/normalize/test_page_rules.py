"""The operator's rules for the pages of a host, applied to pages."""

from datetime import UTC, datetime

import pytest

from ingest.article import Draft
from ingest.normalize import Rules
from ingest.normalize.rules import PageRules
from tests.ingest.normalize.documents import HEAD, JSON_LD, NEWS, PAGE, PROSE, page

BODY = f"""<div class="top"><h2 class="real">Roofs gone</h2><p class="who">Jo Day and Al Gray</p>
<p class="when">Printed 3 February 2026</p></div><div class="story"><p>{PROSE}</p><div class="ad">
<p>Buy a roof</p></div><script>alert(1)</script><p onclick="x()">Second.</p></div>{NEWS}"""


def read(url: str = PAGE, host: str = "news.example", **rules: str) -> Draft:
    strip = tuple(filter(None, [rules.pop("strip", "")]))
    mine = PageRules(host=host, strip=strip, **rules)
    return page(BODY, HEAD + JSON_LD, rules=Rules(kind="urls", pages=(mine,)), url=url)


def test_rules_win_over_what_the_page_says_and_over_extraction() -> None:
    draft = read(title="h2.real", author=".who", date=".when", body="div.story", strip=".ad")
    assert (draft.title, draft.authors) == ("Roofs gone", ("Jo Day", "Al Gray"))
    assert draft.published == datetime(2026, 2, 3, tzinfo=UTC)
    assert draft.html == f"<p>{PROSE}</p><p>Second.</p>", "sanitized all the same"
    origins = {name: draft.origins[name] for name in ("title", "authors", "published", "text")}
    assert origins == {
        "title": "rules title",
        "authors": "rules author",
        "published": "rules date",
        "text": "rules body",
    }
    assert draft.warnings == ()


def test_xpath_may_name_a_text_or_an_attribute() -> None:
    draft = read(
        title="string(//meta[@name='description']/@content)",
        author="//p[@class='who']/text()",
        body="//div[@class='story']/p",
    )
    assert draft.title == PROSE
    assert draft.text == f"{PROSE}\n\nSecond."


def test_what_the_rules_strip_is_nowhere_looked_for() -> None:
    draft = read(strip="//script | //article | //meta | //title | //div[@class='ad']")
    assert "Buy a roof" not in draft.text
    assert draft.title != "Storm takes forty roofs"
    assert draft.site_name == ""


def test_a_rule_that_finds_nothing_falls_back_and_says_so() -> None:
    bare = read()
    draft = read(title="h5", author="h5", date="h2.real", body="p.none", strip="p.none")
    assert (draft.title, draft.authors, draft.html) == (bare.title, bare.authors, bare.html)
    assert draft.published == bare.published
    assert draft.warnings == (
        "rules of news.example, `title` finds nothing (h5); it was looked for as usual",
        "rules of news.example, `author` finds nothing (h5); it was looked for as usual",
        "rules of news.example, `date`: no date can be read in 'Roofs gone'",
        "rules of news.example, `body` finds nothing (p.none); it was looked for as usual",
    )


def test_a_path_that_fails_on_a_page_alone_costs_nothing_else() -> None:
    draft = read(title="//article[count('x') = 1]", strip="//article[count('x') = 1]")
    assert draft.title == read().title
    assert [warning.partition(":")[0] for warning in draft.warnings] == [
        "rules of news.example, `strip`",
        "rules of news.example, `title`",
    ]


@pytest.mark.parametrize(
    ("host", "url", "applies"),
    [
        ("news.example", "https://news.example/a", True),
        ("news.example", "https://www.news.example:8080/a", True),
        ("news.example", "https://a.b.news.example/a", True),
        ("news.example", "https://badnews.example/a", False),
        ("a.news.example", "https://news.example/a", False),
        ("news.example", "", False),
    ],
)
def test_rules_are_for_a_host_and_those_below_it(host: str, url: str, applies: bool) -> None:
    assert (read(title="h2.real", url=url, host=host).title == "Roofs gone") is applies


def test_the_rules_of_the_longest_host_are_taken() -> None:
    both = tuple(PageRules(host=host, title=".who") for host in ("example", "news.example"))
    rules = Rules(kind="urls", pages=both)
    assert rules.of_page("https://www.news.example/a") == both[1]
    assert rules.of_page("https://else.example/a") == both[0]
    assert rules.of_page("https://news.test/a") is None


def test_what_stands_in_another_selected_element_is_there_once() -> None:
    assert read(body=".story, .story p, .top").text.count("Second.") == 1
