"""What of a page is its list and what is not, and what structured data add."""

import json
from collections.abc import Iterable

import pytest

from ingest.article import Document
from ingest.detect import ListRules, detect
from ingest.errors import ExtractError, ReadError
from tests.ingest.detect.lists import (
    ARTICLES,
    NOW,
    SHAPES,
    SITE,
    URL,
    Listed,
    a_body,
    a_page,
    found,
)

LIST = SHAPES["Hugo, a bare list"]


def titles(text: str, rules: ListRules | None = None) -> list[str]:
    return [item.title for item in found(text, rules).items]


def entries(articles: Iterable[Listed], level: str = "h3", extra: str = "") -> str:
    return "".join(
        f'<div class="item"><{level}><a href="{a.path}">{a.title}</a></{level}>{extra}</div>'
        for a in articles
    )


def json_ld(data: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


LINKED = "".join(f'<li><a href="{a.path}">{a.title}</a></li>' for a in ARTICLES)


def test_a_lead_story_and_columns_are_one_list_and_the_most_read_are_not() -> None:
    lead, *rest = ARTICLES
    body = f"""<main><section class="lead"><a href="{lead.path}"><img src="/lead.jpg"></a><h2>
<a href="{lead.path}">{lead.title}</a></h2></section><div class="columns">
<div>{entries(rest[:5])}</div><div>{entries(rest[5:], "h4")}</div></div>
<section><h2>Most popular</h2><ol><li><a
href="/2025/the-geese-come-home/">The geese of the mayor come home</a></li><li><a
href="/2025/winter/">A very long winter in the valley</a></li></ol></section></main>"""
    assert titles(a_body(body)) == [a.title for a in ARTICLES]


@pytest.mark.parametrize(
    ("heading", "lang"),
    [("Related articles", "en"), ("Meistgelesen", "de"), ("Te puede interesar", "es"),
     ("関連記事", "ja"), ("Lees ook", "nl"), ("Читайте также", "ru")],
)  # fmt: skip
def test_a_box_that_its_heading_calls_something_else_is_left_out(heading: str, lang: str) -> None:
    own, other = ARTICLES[:8], ARTICLES[8:]
    body = f"<div>{entries(own)}</div><div><h2>{heading}</h2>{entries(other)}</div>"
    assert titles(a_body(body, lang=lang)) == [a.title for a in own]


def test_dates_above_a_list_do_not_split_it() -> None:
    months = ("November 2026", "October 2026")
    lists = (ARTICLES[:6], ARTICLES[6:])
    body = "".join(f"<h2>{m}</h2>{entries(part)}" for m, part in zip(months, lists, strict=True))
    assert titles(a_body(f"<main>{body}</main>")) == [a.title for a in ARTICLES]


def test_the_link_of_the_heading_is_chosen_over_image_comments_and_button() -> None:
    body = "".join(
        f'<div class="c"><a href="{a.path}"><img src="/i.jpg" alt="A photograph of it"></a><p>'
        f'<a href="{a.path}">{a.title}</a></p><a href="{a.path}#comments">14 comments by readers'
        f'</a><a href="{a.path}?utm_source=list">Read more</a></div>'
        for a in ARTICLES
    )
    items = found(a_body(body)).items
    assert [(i.title, i.url) for i in items] == [(a.title, a.url) for a in ARTICLES]


def test_titles_are_clean_text_and_whole() -> None:
    body = "".join(
        f'<li><a href="{a.path}" title="{a.title} \x93Cafe\u0301\x94 &amp; more">{a.title} …</a>'
        for a in ARTICLES
    )
    assert titles(a_body(f"<ul>{body}</ul>")) == [f"{a.title} “Café” & more" for a in ARTICLES]


def test_references_are_resolved_against_the_base_of_the_page() -> None:
    head = '<base href="https://archive.millbrook.example/old/">'
    body = "".join(f'<li><a href=".{a.path}">{a.title}</a></li>' for a in ARTICLES)
    urls = [item.url for item in found(a_body(f"<ul>{body}</ul>", head=head)).items]
    assert urls == [f"https://archive.millbrook.example/old{a.path}" for a in ARTICLES]


def test_languages_without_spaces_have_titles_too() -> None:
    names = [
        "市长宣布新的港口计划",
        "图书馆屋顶开始自行发电",
        "水獭回到上游河段",
        "学校花园养活四十个家庭",
    ]
    body = "".join(
        f'<li><a href="/n/{n}.html">{name}</a><span>2026-01-0{n}</span></li>'
        for n, name in enumerate(names, 1)
    )
    items = found(a_body(f"<ul>{body}</ul>", lang="zh")).items
    assert [item.title for item in items] == names
    assert [item.published and item.published.day for item in items] == [1, 2, 3, 4]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_young_site_has_a_short_list(count: int) -> None:
    posts = "".join(
        f'<article class="hentry"><h2><a href="{a.path}">{a.title}</a></h2><time datetime='
        f'"{a.day:%Y-%m-%d}"></time><p>{a.teaser}</p></article>'
        for a in ARTICLES[:count]
    )
    assert titles(a_body(f"<main>{posts}</main>")) == [a.title for a in ARTICLES[:count]]


@pytest.mark.parametrize(
    "text",
    [
        a_body('<main><h1>Page not found</h1><p>Go <a href="/contact/">to us</a>.</p></main>'),
        "<h1>Just a moment...</h1><a href='https://cdn.example/5xx-error'>Performance by CDN</a>",
        a_body("<main><p>There are no articles yet.</p></main>"),
        a_body(f"<main><article><h1>{ARTICLES[0].title}</h1><p>As <a href='/x/report'>the report "
               f"of the year</a> says: {ARTICLES[0].teaser * 9}</p></article></main>"),
        a_body('<div id="root"></div>'),
    ],
)  # fmt: skip
def test_a_page_without_a_list_gives_nothing(text: str) -> None:
    detection = found(text)
    assert detection.items == ()
    assert all(guess.rejected for guess in detection.guesses)


def test_structured_data_complete_what_the_page_shows() -> None:
    posts = [
        {
            "@type": "BlogPosting", "headline": f"{a.title} &#8211; in full", "url": a.path,
            "datePublished": f"{a.day:%Y-%m-%d}T09:30:00+01:00", "dateModified": "2026-11-21",
            "author": {"name": "Ann Bee"}, "description": a.teaser, "image": "/lead.jpg",
        }
        for a in ARTICLES
    ]  # fmt: skip
    detection = found(
        a_body(f"<ul>{LINKED}</ul>", head=json_ld({"@type": "Blog", "blogPost": posts}))
    )
    first = detection.items[0]
    assert [item.url for item in detection.items] == [a.url for a in ARTICLES]
    assert first.title == f"{ARTICLES[0].title} – in full"
    assert f"{first.published}" == "2026-11-20 09:30:00+01:00"
    assert f"{first.updated}" == "2026-11-21 00:00:00+00:00"
    assert first.authors == ("Ann Bee",)
    assert (first.summary, first.image) == (ARTICLES[0].teaser, f"{SITE}/lead.jpg")
    assert any("structured data" in reason for reason in detection.guesses[0].reasons)


@pytest.mark.parametrize(
    "data",
    [
        {"@type": "ItemList", "itemListElement": [
            {"@type": "ListItem", "position": n, "url": a.url, "name": a.title}
            for n, a in enumerate(ARTICLES)]},
        {"@type": "CollectionPage", "mainEntity": {"@type": "ItemList", "itemListElement": [
            {"@type": "ListItem", "item": {"@id": a.url, "name": a.title}} for a in ARTICLES]}},
        {"@graph": [
            {"@type": "NewsArticle", "url": a.path, "headline": a.title} for a in ARTICLES]},
    ],
)  # fmt: skip
def test_structured_data_stand_in_for_a_page_that_a_script_draws(data: object) -> None:
    detection = found(a_body('<div id="root"></div>', head=json_ld(data)))
    assert [(i.url, i.title) for i in detection.items] == [(a.url, a.title) for a in ARTICLES]
    assert detection.guesses[0].how == "structured data"


def test_structured_data_may_be_bare_addresses() -> None:
    head = json_ld({"@type": "ItemList", "itemListElement": [a.url for a in ARTICLES]})
    items = found(a_body('<div id="root"></div>', head=head)).items
    assert [(item.url, item.title) for item in items] == [(a.url, "") for a in ARTICLES]


def test_structured_data_of_another_site_or_of_navigation_are_not_believed() -> None:
    away = [
        {"@type": "ListItem", "url": f"https://ads.example/{n}", "name": f"Buy {a.title}"}
        for n, a in enumerate(ARTICLES)
    ]
    menu = [{"@type": "SiteNavigationElement", "url": a.url, "name": a.title} for a in ARTICLES]
    crumbs = [{"@type": "ListItem", "item": a.url, "name": a.title} for a in ARTICLES]
    head = (
        json_ld({"@type": "ItemList", "itemListElement": away})
        + json_ld({"@type": "ItemList", "itemListElement": menu})
        + json_ld({"@type": "BreadcrumbList", "itemListElement": crumbs})
    )
    assert found(a_body('<div id="root"></div>', head=head)).items == ()


def test_the_state_of_scripts_stands_in_when_nothing_else_does() -> None:
    menu = [{"title": f"Menu {n}", "url": f"/menu/{n}"} for n in range(5)]
    posts = [
        {"path": a.path, "title": {"rendered": a.title}, "publishedAt": f"{a.day:%Y-%m-%d}",
         "excerpt": a.teaser} for a in ARTICLES
    ]  # fmt: skip
    state = json.dumps({"props": {"menu": menu, "page": {"posts": posts}}})
    script = f'<script id="__NEXT_DATA__" type="application/json">{state}</script>'
    detection = found(a_body(f'<div id="__next"></div>{script}'))
    assert [(i.url, i.title) for i in detection.items] == [(a.url, a.title) for a in ARTICLES]
    assert [i.published for i in detection.items] == [a.day for a in ARTICLES]
    assert detection.items[0].summary == ARTICLES[0].teaser
    assert detection.guesses[0].how == "state of scripts"


def test_excluded_addresses_are_no_articles() -> None:
    rules = ListRules(exclude=("/2026/goodbye", "/*/storm-*"))
    kept = [a.title for a in ARTICLES if "Goodbye" not in a.title and "Storm" not in a.title]
    assert titles(a_page(LIST), rules) == kept


def test_included_addresses_are_all_articles_whatever_they_look_like() -> None:
    body = f"""<main>{entries(ARTICLES[:9])}<p>See also the long story of the old harbour and
<a href="/2026/extra/">this</a>.</p></main>"""
    rules = ListRules(include=("/2026/**",), exclude=("/2026/goodbye/",))
    items = found(a_body(body), rules).items
    assert [i.url for i in items] == [*(a.url for a in ARTICLES[:9]), f"{SITE}/2026/extra/"]
    assert found(a_body(body), ListRules(include=("/none/**",))).items == ()


def test_dates_are_read_by_the_language_of_the_page_and_the_zone_of_the_source() -> None:
    body = "".join(
        f'<li><a href="{a.path}">{a.title}</a> 0{n}/12/2026</li>'
        for n, a in enumerate(ARTICLES[:4], 1)
    )
    french = found(a_body(f"<ul>{body}</ul>", lang="fr"), ListRules(timezone="Europe/Paris"))
    assert [f"{item.published}" for item in french.items] == [
        f"2026-12-0{n} 00:00:00+01:00" for n in range(1, 5)
    ]
    english = found(a_body(f"<ul>{body}</ul>", lang="en"))
    assert [f"{item.published:%m-%d}" for item in english.items] == [
        "01-12",
        "02-12",
        "03-12",
        "04-12",
    ]


def test_a_day_that_a_teaser_speaks_of_is_not_the_day_of_the_article() -> None:
    teaser = "It was said again and again, and by everybody, that on 1 January 2027 it will open."
    body = "".join(
        f'<div class="card"><h3><a href="{a.path}">{a.title}</a></h3><p>{teaser}</p>'
        f'<i class="byline">By Ann Bee</i> <i class="byline">{a.day:%d %B}, 4 min</i></div>'
        for a in ARTICLES
    )
    items = found(a_body(f"<main>{body}</main>")).items
    assert {(item.published, item.authors) for item in items} == {(None, ("Ann Bee",))}


@pytest.mark.parametrize(
    ("kind", "body", "error", "reason"),
    [
        ("application/pdf", b"%PDF-1.7", ReadError, "application/pdf is no page"),
        ("", b"x", ReadError, "without a media type"),
        ("text/html", b"  ", ReadError, "empty"),
        ("text/html", b"<!-- nothing -->", ExtractError, "no HTML"),
    ],
)
def test_what_is_no_page_is_told_with_its_address(
    kind: str, body: bytes, error: type[Exception], reason: str
) -> None:
    document = Document(origin=URL, body=body, media_type=kind, fetched_at=NOW)
    with pytest.raises(error, match=reason) as caught:
        detect(document, ListRules())
    assert str(caught.value).startswith(URL)
