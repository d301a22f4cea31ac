"""Whatever a page holds, detection ends, costs little, and what it gives is fit to use."""

import contextlib
import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.article import Document
from ingest.detect import Detection, ListRules, detect
from ingest.errors import IngestError
from ingest.markup import clean_line
from ingest.urls import canonical_url
from tests.costs import calls, no_runaway
from tests.ingest.detect.lists import NOW, SHAPES, URL, a_body, a_page, found

TITLE = "A story of the harbour number"
STORY = '<li><a href="/s/{0}/">A story of the {0} harbours</a></li>'
MANY_NODES = [
    {"@type": "ListItem", "url": f"/{n}", "name": "Buy this 99 May"} for n in range(9_000)
]

HOSTILE = {
    "a hundred thousand links": "".join(STORY.format(n) for n in range(100_000)),
    "links in links": "<div><a href=/x>A story in a story" * 3_000,
    "elements two thousand deep": "<div>" * 2_000 + STORY.format(1) * 300,
    "a comb of chains": ("<div>" * 60 + '<a href="/x">A story of it</a>' + "</div>" * 60) * 2_000,
    "headings in headings": "<h2>Popular" * 2_000 + "<i></i>" * 50_000,
    "a card of ten megabytes": f"<li>{'word ' * 1_000_000}{STORY.format(1)}</li>{STORY.format(2)}",
    "empty elements between cards": STORY.format(1) + "<p></p>" * 100_000 + STORY.format(2),
    "texts that are nearly dates": "".join(
        f'<li><a href="/s/{n}">{TITLE}</a>{"1 Janvember 2026, 99.99.2026 " * 30}</li>'
        for n in range(400)
    ),
    "classes without end": f'<ul class="{"nav- " * 100_000}">{STORY.format(1) * 50}</ul>' * 20,
    "addresses without end": f'<a href="/{"a-" * 50_000}">{TITLE}</a>' * 200,
    "queries without end": f'<a href="?{"page=1&" * 200}">{TITLE}</a>' * 2_000,
    "a name without end": f"<a href=/x>{'x' * 3_000_000}</a>" * 3,
    "images without end": f"{STORY.format(1)}<img srcset='{'/i.jpg 1w, ' * 100_000}'>"
    + STORY.format(2),
    "structured data without end": "<script type='application/ld+json'>"
    + json.dumps({"@type": "ItemList", "itemListElement": MANY_NODES})
    + "</script>",
    "structured data two thousand deep": "<script type='application/ld+json'>"
    + '{"mainEntity":' * 2_000
    + "1"
    + "}" * 2_000
    + "</script>",
    "state of many lists": "<script type='application/json'>"
    + json.dumps(
        [[{"url": f"/{n}/{m}", "title": f"{TITLE} {m}"} for m in range(9)] for n in range(2_000)]
    )
    + "</script>",
}  # fmt: skip


def check(detection: Detection) -> None:
    urls = [item.url for item in detection.items]
    assert len(set(urls)) == len(urls)
    assert urls == [canonical_url(url) for url in urls]
    for guess in detection.guesses:
        assert 0 <= guess.score <= 1
        assert all(item.title == clean_line(item.title) for item in guess.items)
        assert all(len(item.title) <= 300 and len(item.summary) <= 1_000 for item in guess.items)


@pytest.mark.parametrize("body", HOSTILE.values(), ids=list(HOSTILE))
def test_a_hostile_page_costs_little(body: str) -> None:
    with no_runaway():
        check(found(a_body(body)))


def test_twice_the_page_takes_not_much_more_than_twice_the_work() -> None:
    def work(count: int) -> int:
        page = a_body("".join(STORY.format(n) for n in range(count)))
        return calls(lambda: found(page))

    work(10)  # what is read once
    assert work(1_000) < 2.2 * work(500)


tags = st.sampled_from(
    [
        "<a href=/a>", "<a href='http://['>", "<a href='?page=2'>", "<a href='/2026/01/a-b-c'>",
        "</a>", "<h2>", "</h2>", "<li>", "<ul>", "</ul>", "<article class=hentry>", "</article>",
        "<time datetime=2026-01-05>", "<nav>", "</nav>", "<base href='/x/'>", "<p>", "<tr>", "<td>",
        "<table>", "<img src=/i.jpg>", "<svg><a>", "<aside>", "<dl><dt>", "<dd>",
    ]
)  # fmt: skip
words = st.text(st.characters(), max_size=12)


@given(
    st.lists(st.one_of(tags, words, st.just("A story of the harbour")), max_size=40).map(" ".join)
)
@example("<a href=/a>One story here <a href=/b>Another story here")
@example('<a href="/\ud800">A story of \ud800</a>' * 3)
@settings(max_examples=120, deadline=None)
def test_any_markup_gives_usable_articles_in_page_order(body: str) -> None:
    try:
        document = Document(
            origin=URL, body=body.encode("utf-8", "replace"), media_type="text/html", fetched_at=NOW
        )
        detection = detect(document, ListRules())
    except IngestError:
        return
    check(detection)
    assert detection == detect(document, ListRules())


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_bytes_give_a_detection_or_our_error(body: bytes) -> None:
    document = Document(origin=URL, body=body, media_type="text/html", fetched_at=NOW)
    with contextlib.suppress(IngestError):
        check(detect(document, ListRules()))


@given(st.permutations(range(12)), st.sampled_from(list(SHAPES)))
@settings(max_examples=25, deadline=None)
def test_the_order_of_the_page_is_the_order_of_the_list(order: list[int], name: str) -> None:
    shape = SHAPES[name]
    before = found(a_page(shape)).items
    after = found(a_page(shape, order=order)).items
    assert [item.title for item in after] == [before[number].title for number in order]
