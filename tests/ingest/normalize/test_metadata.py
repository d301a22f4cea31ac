"""What a page says of itself, and what is no word of its author."""

import pytest

from ingest.normalize.bylines import byline_in
from tests.costs import no_runaway
from tests.ingest.normalize.documents import FILES, JSON_LD, NEWS, PAGE, PROSE, make, page

SITE = "https://www.news.example"
ELSEWHERE = f"{SITE}/storm"


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>A storm came - The News</title>", "", "A storm came"),
        ("<title>A storm came today | Weather | Daily</title>", "", "A storm came today | Weather"),
        ("<title>The News: A storm came</title><meta property='og:site_name' content='The News'>",
         "", "A storm came"),
        ("<meta property='og:title' content='A storm came - The News'>", "<h1>A storm came</h1>",
         "A storm came"),
        ("<meta property='og:title' content='A storm came'>", "<h1>The News</h1><h1>Weather</h1>",
         "A storm came"),
        ("<meta property='x:title dc:title' content='A storm came'>", "", "A storm came"),
        ("<title>A storm</title>", "<h1 class='entry-title'>The great storm that came</h1>",
         "The great storm that came"),
        ("", "<h1>A storm came <a href='#a'>¶</a></h1>", "A storm came"),
        ("", "<h1>Storm <i>Ada</i>, seen<br>from<div>home</div></h1>", "Storm Ada, seen from home"),
        ("<title>A storm came | The News Today</title>",
         "<h1 class='title'><a href='/'>The Storm News</a></h1>", "A storm came"),
        ("<meta name='og:title' content='B'><meta property='og:title' content='A storm came'>", "",
         "A storm came"),
    ],
)  # fmt: skip
def test_the_title_is_the_headline_without_the_site(head: str, body: str, title: str) -> None:
    assert page(f"{body}<p>{PROSE}</p>", head, url=ELSEWHERE).title == title


@pytest.mark.parametrize(
    ("said", "authors"),
    [
        ("By Ann Bee", ("Ann Bee",)),
        ("Written by Ann Bee and Carl Dee", ("Ann Bee", "Carl Dee")),
        ("Von Ann Bee | 5. Januar 2026", ("Ann Bee",)),
        ("Ann Bee, Senior Reporter", ("Ann Bee",)),
        ("By Admin", ()),
        ("By The News", ()),
        ("Sign in", ()),
    ],
)
def test_authors_are_names_of_persons(said: str, authors: tuple[str, ...]) -> None:
    head = "<meta property='og:site_name' content='The News'>"
    body = f"<h1>A storm came</h1><p class='byline'>{said}</p><p>{PROSE}</p>"
    assert page(body, head, url=ELSEWHERE).authors == authors


def test_who_comments_is_no_author() -> None:
    body = f"<h1>A storm</h1><p>{PROSE}</p>" + "<hr>" * 30
    comment = "<div class='comment'><b class='author'>Carl Dee</b> 5 May 2026</div>"
    draft = page(body + comment, url=ELSEWHERE)
    assert (draft.authors, draft.published) == ((), None)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Published 5 January 2026", "2026-01-05"),
        ("5. Januar 2026", "2026-01-05"),
        ("Updated on 7 March 2026", "2026-03-07"),
        ("Copyright 5 January 2026", None),
        ("Sale ends 5 January 2026", None),
    ],
)
def test_a_date_right_at_the_headline_is_the_articles(line: str, day: str | None) -> None:
    draft = page(f"<h1>A storm came</h1><div>{line}</div><p>{PROSE}</p>", url=ELSEWHERE)
    assert (f"{draft.published:%Y-%m-%d}" if draft.published else None) == day


ISSUED = "<meta property='article:published_time' content='2026-01-06T03:20:00Z'>"


@pytest.mark.parametrize(
    ("head", "body", "path", "shown"),
    [
        (ISSUED, "", "/storm", "2026-01-06 03:20:00+00:00"),
        (ISSUED, "", "/2026/01/05/storm", "2026-01-05 23:20:00-04:00"),
        (ISSUED, "<time datetime='2026-01-05T22:20:00-05:00'>then</time>", "/storm",
         "2026-01-05 22:20:00-05:00"),
        ("", "<time datetime='2026-01-06T03:20:00Z'>January 5, 2026</time>", "/storm",
         "2026-01-05 23:20:00-04:00"),
        ("", "<time datetime='2026-01-09T03:20:00Z'>Published 5 January 2026</time>", "/storm",
         "2026-01-05 00:00:00+00:00"),
    ],
)  # fmt: skip
def test_a_date_is_the_one_that_the_publisher_shows(
    head: str, body: str, path: str, shown: str
) -> None:
    draft = page(f"<h1>A storm came</h1>{body}<p>{PROSE}</p>", head, url=f"{SITE}{path}")
    assert f"{draft.published}" == shown


@pytest.mark.parametrize(
    ("head", "after"),
    [
        ("<meta name='date' content='2026-03-07'>", "<i class='date'>5 January 2026</i>"),
        ("", "<article><footer><p>5 January 2026</p></footer></article>"),
        ("", "<hr>" * 40 + "<div class='entry-footer'>Posted on 5 January 2026</div>"),
        ("", "<span property='schema:dateCreated' content='2026-01-05'></span>"),
        ("", "<span class='timeago' title='5 January 2026, 10:00'>3 hours ago</span>"),
        ("", "<p>As it is on 5 January 2026 (valid since 7 March 2025)</p>"),
        ("", f"<p class='postmetadata'>This was posted on Monday morning, that is on Monday,"
             f" 5 January 2026, and filed under weather. {PROSE}</p>"),
    ],
)  # fmt: skip
def test_a_date_is_found_where_publishers_put_it(head: str, after: str) -> None:
    draft = page(f"<h1>A storm came</h1>{after}<p>{PROSE}</p>", head, url=ELSEWHERE)
    assert f"{draft.published:%Y-%m-%d}" == "2026-01-05"


def test_the_headline_is_the_heading_that_holds_the_title() -> None:
    head = "<meta property='og:title' content='A storm came by night'>"
    body = "<h1>The coast</h1>" + "<hr>" * 200 + "<h1>News: A storm came by night</h1>"
    draft = page(f"{body}<i>5 January 2026</i><p>{PROSE}</p>", head, url=ELSEWHERE)
    assert f"{draft.published:%Y-%m-%d}" == "2026-01-05"


def test_a_change_before_the_publication_is_none() -> None:
    published = "<meta property='article:published_time' content='2026-01-06T03:20:00Z'>"
    changed = "<meta property='article:modified_time' content='2026-01-0{}'>"
    assert page(NEWS, published + changed.format(7)).updated
    assert page(NEWS, published + changed.format(5)).updated is None


def test_tags_and_section_are_read() -> None:
    head = """<meta property="article:section" content="Weather"><meta property="article:tag"
    content="Storm"><meta property="article:tag" content="Coast"><meta name="keywords"
    content="roofs, storm">"""
    draft = page(NEWS, head)
    assert (draft.section, draft.tags) == ("Weather", ("Storm", "Coast", "roofs"))


def test_the_first_page_of_a_site_and_pages_that_sell_have_no_date_of_their_own() -> None:
    body = f"<h1>A storm came</h1><div>5 January 2026</div><p>{PROSE}</p>"
    assert page(body, url=f"{SITE}/").published is None
    assert page(body, url=f"{SITE}/?utm_source=x").published is None
    assert page(body, url=f"{SITE}/?p=12").published
    sold = "<meta property='og:type' content='product'>"
    assert page(body, sold, url=ELSEWHERE).published is None


def test_structured_data_may_be_wrapped_as_xhtml_does() -> None:
    start, end = JSON_LD.split(">", 1)
    wrapped = f"{start}>//<![CDATA[\n{end.replace('</script>', '//]]></script>')}"
    assert page(NEWS, wrapped).origins["published"] == "structured data datePublished"


@pytest.mark.parametrize(
    ("head", "text", "summary"),
    [
        ('<meta name="robots" content="index, max-snippet:-1">', None, PROSE),
        ('<meta name="robots" content="NOINDEX, follow">', PROSE, PROSE),
        ('<meta name="robots" content="nosnippet">', "", ""),
        ('<meta name="robots" content="max-snippet:0">', "", ""),
        ('<meta name="robots" content="max-snippet:20">', "The storm reached…", ""),
        ('<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Storm",'
         ' "isAccessibleForFree": "False"}</script>', PROSE, PROSE),
        ('<script type="application/ld+json">{"@type": "WebPage", "isAccessibleForFree": false}'
         "</script>", PROSE, PROSE),
        ('<meta itemprop="isAccessibleForFree" content="false">', PROSE, PROSE),
        ('<meta name="broadsheet" content="none">', PROSE, PROSE),
        ('<meta name="googlebot" content="noindex">', None, PROSE),
        ('<meta name="robots" content="unavailable_after: 2026-11-22">', PROSE, PROSE),
        ('<meta name="robots" content="unavailable_after: 2026-11-24, max-snippet: 20">',
         "The storm reached…", ""),
    ],
)  # fmt: skip
def test_a_page_is_shown_as_far_as_it_allows(head: str, text: str | None, summary: str) -> None:
    said = f'<meta name="description" content="{PROSE}">'
    draft = page(NEWS, head + said)
    assert draft.summary == summary
    assert bool(draft.warnings) == (text is not None)
    assert draft.text == text if text is not None else draft.text.count(PROSE) > 1
    own = make(f"<html><head>{head}</head><body>{NEWS}</body></html>", "text/html", rules=FILES)
    assert own.warnings == ()
    assert own.text.count(PROSE) > 1


@pytest.mark.parametrize(
    ("head", "licence"),
    [
        ('<link rel="license" href="/cc0">', "https://www.news.example/cc0"),
        ('<link rel="license" href="/a"><link rel="license" href="/b">', ""),
        ('<meta name="dcterms.license" content="CC BY 4.0">', "CC BY 4.0"),
    ],
)
def test_the_licence_is_told_where_one_is_named(head: str, licence: str) -> None:
    assert page(NEWS, head, url=PAGE).licence == licence


@pytest.mark.parametrize(
    "line", ["By Jo Bloggs", "Von Jo Bloggs", "Par Jo Bloggs", "Autor: Jo Bloggs"]
)
def test_a_byline_below_the_title_of_a_text_names_its_author(line: str) -> None:
    draft = make(f"A storm\n\n{line}\n\n{PROSE}", "text/plain", origin="a.txt")
    assert (draft.authors, draft.text) == (("Jo Bloggs",), PROSE)
    assert draft.origins["authors"] == "byline"


@pytest.mark.parametrize(
    "line",
    ["By noon it was over.", "By Jo Bloggs the storm was seen", "Author guidelines", "By", ""],
)
def test_a_line_that_says_more_is_no_byline(line: str) -> None:
    assert byline_in(line) == ()


def test_no_page_makes_the_search_run_away() -> None:
    with no_runaway():
        for made in ("<script type='application/ld+json'><![CDATA[" + " " * 300_000 + "</script>",
                     "<div>2026 By " * 1_500, "<title>" + "a | " * 50_000 + "</title>",
                     "<h1 class=date>2026-" * 1_000):  # fmt: skip
            page(f"{made}<p>{PROSE}</p>", url=ELSEWHERE)
