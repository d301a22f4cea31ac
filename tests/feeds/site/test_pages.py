"""Pages: complete, valid, readable in any language, and the same bytes for the same values."""

import json
import re
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from feeds.edition import RelatedLink
from feeds.site import (
    ArticlePage,
    FeedLink,
    FeedPage,
    IndexEntry,
    Offer,
    PageLink,
    RemovedPage,
    SiteHead,
    article_page,
    feed_page,
    index_page,
    removed_page,
    stylesheet,
)
from feeds.words import words
from ingest.article import Enclosure, Image, Upstream

HOME = "https://example.org/"
MAY = datetime(2026, 5, 1, 10, 30, tzinfo=UTC)
RSS = FeedLink(
    title="News (RSS)", url=HOME + "all.rss", media_type="application/rss+xml", format="RSS"
)
ATOM = FeedLink(
    title="News (Atom)", url=HOME + "all.atom", media_type="application/atom+xml", format="Atom"
)
ALL = Offer(title="News & <all>", formats=(RSS, ATOM))
OPML = "feeds.opml"
SITE = SiteHead(
    title="News & Notes",
    home=HOME,
    language="en",
    author="Newsroom",
    feeds=(RSS, ATOM),
    stylesheet="../../style.css",
)
SHARES = 'Toll · "Q" & A'
PAGE = ArticlePage(
    url=HOME + "articles/ferry/",
    title="The <last> ferry & its “crew”",
    published=MAY,
    updated=MAY,
    html='<p>Text with <a href="https://example.org/x?a=1&amp;b=2">a link</a>.</p>',
    authors=("Ada", "Grace"),
    language="en",
    summary='It left. "Quotes" & <tags> stay.',
    tags=("Harbour", "A & B"),
    previous=PageLink(url=HOME + "articles/before/", title="Before"),
    next=PageLink(url=HOME + "articles/after/", title="After"),
    related=(
        RelatedLink(
            url=HOME + "articles/toll/?a=1&b=2", title="The <toll>", shares='Toll · "Q" & A'
        ),
    ),
)


def tree(page: bytes) -> html.HtmlElement:
    """Parse strictly: any violation of the HTML standard is an error."""
    html5lib.HTMLParser(strict=True).parse(page.decode())
    return html.document_fromstring(page.decode())


def attributes(page: bytes, path: str) -> list[str]:
    return [str(value) for value in tree(page).xpath(path)]


def texts(page: bytes, path: str) -> list[str]:
    return [" ".join(node.text_content().split()) for node in tree(page).xpath(path)]


def test_an_article_page_shows_the_article() -> None:
    page = article_page(PAGE, SITE)
    assert page.startswith(b"<!DOCTYPE html>\n")
    assert texts(page, "//article//h1") == [PAGE.title]
    assert texts(page, "//title") == [f"{PAGE.title} – {SITE.title}"]
    assert texts(page, "//*[@class='author']") == ["By Ada, Grace"]
    assert attributes(page, "//article//time/@datetime") == ["2026-05-01T10:30:00Z"]
    assert texts(page, "//article//time") == ["2026-05-01"]
    assert PAGE.html in page.decode()
    assert texts(page, "//*[@class='tags']/li") == ["Harbour", "A & B"]


def test_the_summary_is_folded_and_stands_above_the_text() -> None:
    page = article_page(PAGE, SITE)
    assert texts(page, "//details[not(@open)]/summary") == ["No time to read? Get a summary"]
    assert texts(page, "//details/p") == [PAGE.summary]
    assert page.index(b"<details") < page.index(PAGE.html.encode())
    assert b"<details" not in article_page(replace(PAGE, summary=""), SITE)


def test_key_points_stand_below_the_summary() -> None:
    points = ("It came <back>.", "Nobody was there.")
    page = article_page(replace(PAGE, key_points=points), SITE)
    assert texts(page, "//details/ul/li") == list(points)
    assert not texts(article_page(PAGE, SITE), "//details/ul")


def test_a_related_link_tells_what_both_are_about() -> None:
    page = article_page(PAGE, SITE)
    assert attributes(page, "//aside//a/@title") == [SHARES]
    plain = replace(PAGE, related=(RelatedLink(url=HOME, title="Home"),))
    assert not attributes(article_page(plain, SITE), "//aside//a/@title")


def test_related_and_neighbouring_articles_are_linked() -> None:
    page = article_page(PAGE, SITE)
    assert attributes(page, "//aside//a/@href") == [PAGE.related[0].url]
    assert texts(page, "//aside//a") == ["The <toll>"]
    assert attributes(page, "//nav/a[@rel='prev']/@href") == [HOME + "articles/before/"]
    assert attributes(page, "//nav/a[@rel='next']/@href") == [HOME + "articles/after/"]
    alone = article_page(replace(PAGE, previous=None, next=None, related=()), SITE)
    assert b"<nav" not in alone
    assert b"<aside" not in alone


def test_machines_find_feeds_canonical_address_and_metadata() -> None:
    page = article_page(PAGE, SITE)
    found = [
        (node.get("type"), node.get("title"), node.get("href"))
        for node in tree(page).xpath("//head/link[@rel='alternate']")
    ]
    assert found == [(feed.media_type, feed.title, feed.url) for feed in SITE.feeds]
    assert attributes(page, "//link[@rel='canonical']/@href") == [PAGE.url]
    assert attributes(page, "//meta[@name='description']/@content") == [PAGE.summary]
    assert attributes(page, "//meta[@property='og:title']/@content") == [PAGE.title]
    assert attributes(page, "//meta[@property='og:type']/@content") == ["article"]
    published = attributes(page, "//meta[@property='article:published_time']/@content")
    assert published == ["2026-05-01T10:30:00Z"]


def test_structured_data_cannot_leave_its_script() -> None:
    title = "</script><script>alert(1)</script><!--"
    page = article_page(replace(PAGE, title=title, summary=title), SITE)
    scripts = tree(page).xpath("//script")
    assert [node.get("type") for node in scripts] == ["application/ld+json"]
    data = json.loads(scripts[0].text)
    assert (data["@type"], data["headline"], data["description"]) == ("Article", title, title)
    assert data["datePublished"] == "2026-05-01T10:30:00Z"
    assert [author["name"] for author in data["author"]] == ["Ada", "Grace"]
    assert "image" not in data


@pytest.mark.parametrize(
    ("later", "shown"), [(timedelta(hours=23), False), (timedelta(days=1), True)]
)
def test_an_update_is_shown_from_a_day_on(later: timedelta, shown: bool) -> None:
    page = article_page(replace(PAGE, updated=MAY + later), SITE)
    assert bool(texts(page, "//*[@class='updated']")) is shown
    assert (b"article:modified_time" in page) is shown


def test_a_lead_image_is_shown_only_where_the_text_has_none() -> None:
    image = Image(url=HOME + "a.jpg?x=1&y=2", width=800, height=400)
    page = article_page(replace(PAGE, image=image), SITE)
    assert attributes(page, "//figure/img/@src") == [image.url]
    assert attributes(page, "//meta[@property='og:image']/@content") == [image.url]
    own = replace(PAGE, image=image, html='<p><img src="https://example.org/b.jpg" alt=""></p>')
    assert attributes(article_page(own, SITE), "//img/@src") == [HOME + "b.jpg"]


EPISODE = Enclosure(url=HOME + "a%20b.mp3?x=1&y=2", media_type="audio/mpeg", length=48_123_456)
FILM = Enclosure(url=HOME + "film.mp4", media_type="video/mp4")
NOTES = Enclosure(url=HOME + "notes.pdf", media_type="application/pdf", length=82_000)
UNKNOWN = Enclosure(url=HOME + "unknown")


def test_enclosures_are_played_above_the_text_or_linked_below_it() -> None:
    page = article_page(replace(PAGE, enclosures=(NOTES, EPISODE, UNKNOWN, FILM)), SITE)
    assert attributes(page, "//figure/audio[@controls]/@src") == [EPISODE.url]
    assert attributes(page, "//figure/video[@controls]/@src") == [FILM.url]
    assert texts(page, "//figure/figcaption") == ["a b.mp3 48.1 MB", "film.mp4"]
    assert attributes(page, "//figcaption/a/@href") == [EPISODE.url, FILM.url]
    assert attributes(page, "//ul[@class='enclosures']//a/@href") == [NOTES.url, UNKNOWN.url]
    assert attributes(page, "//ul[@class='enclosures']//a/@type") == ["application/pdf"]
    assert page.index(b"<audio") < page.index(PAGE.html.encode()) < page.index(b"notes.pdf")


def test_nobody_is_asked_for_an_enclosure_before_it_is_played() -> None:
    page = article_page(replace(PAGE, enclosures=(EPISODE, FILM)), SITE)
    assert attributes(page, "//audio/@preload | //video/@preload") == ["none", "none"]


def test_what_the_page_shows_already_is_not_offered_again() -> None:
    cover = Enclosure(url=HOME + "cover.jpg", media_type="image/jpeg")
    html = f'<p><audio controls src="{EPISODE.url.replace("&", "&amp;")}"></audio></p>'
    shown = replace(PAGE, html=html, image=Image(url=cover.url), enclosures=(cover, EPISODE, NOTES))
    page = article_page(shown, SITE)
    assert attributes(page, "//audio/@src") == [EPISODE.url]
    assert attributes(page, "//ul[@class='enclosures']//a/@href") == [NOTES.url]


@pytest.mark.parametrize(
    ("feed", "address"),
    [
        (Upstream(title="A & <b>", url=HOME, feed_url=HOME + "feed"), HOME),
        (Upstream(title="A & <b>", feed_url=HOME + "feed"), HOME + "feed"),
    ],
)
def test_a_page_says_which_feed_the_article_is_from(feed: Upstream, address: str) -> None:
    page = article_page(replace(PAGE, upstream=feed, language="de"), SITE)
    assert texts(page, "//*[@class='upstream']") == ["Aus A & <b>"]
    assert attributes(page, "//*[@class='upstream']/a/@href") == [address]
    assert b"upstream" not in article_page(PAGE, SITE)


def test_words_language_and_direction_are_the_articles_own() -> None:
    page = article_page(replace(PAGE, language="ar"), SITE)
    assert attributes(page, "//html/@lang | //article/@lang") == ["ar", "ar"]
    assert attributes(page, "//article/@dir") == ["rtl"]
    assert texts(page, "//aside/h2") == [words("ar").related]
    assert attributes(page, "//body/header/@dir") == ["ltr"]
    assert set(attributes(page, "//time/@dir")) == {"ltr"}  # digits would be read backwards


def test_without_words_of_its_language_an_article_keeps_its_direction() -> None:
    page = article_page(replace(PAGE, language="ur", title="آخری کشتی"), SITE)
    assert attributes(page, "//article/@dir") == ["auto"]
    assert attributes(page, "//details/summary/@lang") == ["en"]


def test_an_article_without_a_language_has_the_sites() -> None:
    page = article_page(replace(PAGE, language=""), replace(SITE, language="de"))
    assert attributes(page, "//article/@lang") == ["de"]


def test_a_removed_article_leaves_a_notice() -> None:
    page = removed_page(RemovedPage(url=PAGE.url, language="de"), SITE)
    assert texts(page, "//h1") == [words("de").removed]
    assert attributes(page, "//meta[@name='robots']/@content") == ["noindex"]
    assert HOME in attributes(page, "//article//a/@href")


def test_the_index_lists_entries_and_says_how_to_subscribe() -> None:
    entries = [
        IndexEntry(title="B & <b>", url=HOME + "b/?x=1&y=2", published=MAY, summary="Two."),
        IndexEntry(title="أ", url=HOME + "a/", published=MAY, authors=("Ada",), language="ar"),
    ]
    page = index_page(entries, [ALL], SITE, opml=OPML)
    assert texts(page, "//h1") == [SITE.title]
    assert texts(page, "//main//h2/a") == ["B & <b>", "أ"]
    assert attributes(page, "//main//h2/a/@href") == [HOME + "b/?x=1&y=2", HOME + "a/"]
    assert attributes(page, "//main/article/@dir") == ["ltr", "rtl"]
    assert texts(page, "//main//time") == ["2026-05-01", "2026-05-01"]
    assert attributes(page, "//aside//input[@readonly]/@value") == [RSS.url]
    assert texts(page, "//*[@id = //input/@aria-labelledby]") == [ALL.title]
    assert attributes(page, "//aside//*[@class='formats']//a/@href") == [RSS.url, ATOM.url]
    assert attributes(page, "//head/link[@rel='alternate']/@href") == [RSS.url, ATOM.url]
    assert attributes(page, "//aside/p/a/@href") == [OPML]


def test_a_feed_has_a_page_that_shows_it_and_says_how_to_subscribe() -> None:
    entry = IndexEntry(title="B & <b>", url=HOME + "b/", published=MAY, summary="Two.")
    page = FeedPage(
        url=HOME + "town.html",
        title="Town & <i>",
        description="What happens.",
        language="de",
        entries=(entry,),
        offer=Offer(title="Town & <i>", formats=(RSS,)),
    )
    body = feed_page(page, replace(SITE, feeds=(RSS,)))
    assert texts(body, "//h1") == [page.title]
    assert texts(body, "//main/p") == ["What happens."]
    assert texts(body, "//main//h2/a") == ["B & <b>"]
    assert attributes(body, "//head/link[@rel='canonical']/@href") == [page.url]
    assert attributes(body, "//head/link[@rel='alternate']/@href") == [RSS.url]
    assert attributes(body, "//header/a/@href") == [HOME]
    assert attributes(body, "//aside//input/@value") == [RSS.url]
    assert attributes(body, "//header//a[@href='#subscribe']/../@lang") == ["de"]
    assert not attributes(body, "//aside/p/a/@href"), "the list of all feeds is the index's"
    assert "Noch keine Artikel." in feed_page(replace(page, entries=()), SITE).decode()


def test_an_empty_index_says_so_in_every_language_of_the_words() -> None:
    table = tomllib.loads(resources.files("feeds").joinpath("words.toml").read_text("utf-8"))
    seen = set()
    for language in table.keys() - {"aliases"} | {"vi"}:
        page = index_page([], [ALL], replace(SITE, language=language), opml=OPML)
        seen.add(texts(page, "//main/p")[0])
    assert len(seen) == len(table) - 1


def test_the_same_values_give_the_same_bytes() -> None:
    assert article_page(PAGE, SITE) == article_page(replace(PAGE), replace(SITE))


@given(st.text(max_size=40), st.text(max_size=40))
@settings(max_examples=40, deadline=None)
def test_any_text_makes_a_page_with_nothing_of_it_as_markup(one: str, two: str) -> None:
    hostile = f"{one}<script>x</script>{two}"
    page = replace(
        PAGE,
        title=hostile,
        summary=hostile,
        authors=(hostile,),
        tags=(hostile,),
        related=(RelatedLink(url=HOME, title=hostile),),
        previous=PageLink(url=HOME, title=hostile),
        upstream=Upstream(title=hostile, url=HOME),
    )
    written = article_page(page, SITE).decode()
    assert written.count("<script") == 1
    entry = IndexEntry(title=hostile, url=HOME, published=MAY, summary=hostile)
    offer = replace(ALL, title=hostile)
    assert b"<script" not in index_page([entry], [offer], replace(SITE, title=hostile), opml=OPML)


def test_pages_and_style_sheet_ask_nobody_else_for_anything() -> None:
    sheet = stylesheet().decode()
    assert "@import" not in sheet
    assert "url(" not in sheet
    assert "prefers-color-scheme: dark" in sheet
    page = article_page(PAGE, SITE).decode()
    assert re.findall(r'<link rel="stylesheet" href="([^"]*)"', page) == ["../../style.css"]
    assert " style=" not in page


def test_who_names_no_author_gets_no_empty_paragraph() -> None:
    site = replace(SITE, author="")
    for page in (article_page(PAGE, site), index_page([], [ALL], site, opml=OPML)):
        assert not re.search(rb"<p[^>]*>\s*</p>", page)


def test_a_licence_is_linked_or_told() -> None:
    address = "https://creativecommons.org/licenses/by/4.0/?a=1&b=2"
    linked = article_page(replace(PAGE, licence=address), SITE)
    assert attributes(linked, "//article//a[@rel='license']/@href") == [address]
    told = tree(article_page(replace(PAGE, licence="Ask <us>"), SITE))
    assert [one.text_content() for one in told.xpath("//*[@class='licence']")] == ["Ask <us>"]
    assert not tree(article_page(PAGE, SITE)).xpath("//*[@class='licence']")


def test_the_icon_is_named_in_every_page() -> None:
    site = replace(SITE, icon=f"{HOME}icon.png")
    for page in (article_page(PAGE, site), index_page([], [ALL], site, opml=OPML)):
        assert attributes(page, "//link[@rel='icon']/@href") == [f"{HOME}icon.png"]
    assert attributes(article_page(PAGE, SITE), "//link[@rel='icon']/@href") == []
