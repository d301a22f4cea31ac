"""Several sources tell of one event: what a feed makes of it."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import html5lib
import pytest
from lxml import html

from feeds.lint import lint
from ingest.store import stories
from tests.ingest.enrich.test_stories import a_copy, original
from tests.newsroom import NOON, Newsroom, a_text

SOURCES = ("ada", "bo", "cy")
CONFIG = """\
[site]
title = "Harbour News"
url = "https://example.org/"
""" + "".join(
    f'[[source]]\nname = "{name}"\nfiles = "articles/{name}/**/*.md"\n' for name in SOURCES
)
FEEDS = """\
[[feed]]
name = "all"
[[feed]]
name = "first"
duplicates = "first"
[[feed]]
name = "story"
duplicates = "story"
"""
EUROPA, ANEW, FROM_HAWAII = (original("europa", n) for n in range(3))
STORY = '[[feed]]\nname = "story"\nduplicates = "story"\n'
FORMATS = ("rss", "atom", "json")


def room(tmp_path: Path, feeds: str = FEEDS) -> Newsroom:
    for name in SOURCES:
        (tmp_path / "articles" / name).mkdir(parents=True)
    return Newsroom(tmp_path, CONFIG + feeds)


def write(
    news: Newsroom, source: str, title: str, text: str, at: datetime | None = None, url: str = ""
) -> Path:
    """An article of `source`, published an hour before now or `at` that time."""
    date = f"{at or news.now - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    head = f"---\ntitle: {title}\ndate: {date}\n" + (f"url: {url}\n" if url else "")
    name = title.lower().replace(" ", "-")
    return news.write(f"{source}/{name}.md", f"{head}---\n{text}\n")


def write_all(news: Newsroom) -> None:
    write(news, "ada", "Water on Europa", EUROPA, NOON - timedelta(hours=5))
    write(news, "bo", "Plumes seen", a_copy(EUROPA, 1, "x"), NOON - timedelta(hours=4))
    write(news, "cy", "Vapour above a moon", ANEW, NOON - timedelta(hours=3))
    write(news, "cy", "A bridge", a_text("A bridge"), NOON - timedelta(hours=2))


def go(news: Newsroom, **later: float) -> None:
    news.later(**later)
    report = news.refresh()
    assert not report.published.failed
    assert not report.published.warnings


def story(news: Newsroom, title: str, feed: str = "story") -> Any:
    return next(one for one in news.feed(f"{feed}.atom") if one.title == title)


def clean(news: Newsroom, names: Sequence[str] = ("all", "first", "story")) -> bool:
    reports = [lint(news.bytes(f"{n}.{f}"), now=news.now) for n in names for f in FORMATS]
    return not any(report.findings for report in reports)


def links(entry: Any) -> list[str]:
    """The related articles; the page of the story is none."""
    related = [link for link in entry.links if link.rel == "related"]
    return [link.title for link in related if "/stories/" not in link.href]


def test_each_setting_shows_what_it_says(tmp_path: Path) -> None:
    news = room(tmp_path)
    write_all(news)
    go(news, hours=0)
    assert news.titles() == ["A bridge", "Vapour above a moon", "Plumes seen", "Water on Europa"]
    assert news.titles("first.atom") == ["A bridge", "Water on Europa"]
    assert news.titles("story.atom") == ["A bridge", "Water on Europa"]
    assert "Also at" not in news.bytes("first.atom").decode()
    entry = story(news, "Water on Europa")
    assert "<h4>Also at</h4>" in entry.content[0].value
    assert links(entry)[-2:] == ["Plumes seen", "Vapour above a moon"]  # in the order of their time
    item = json.loads(news.bytes("story.json"))["items"][-1]
    assert [link["title"] for link in item["_related"]][-3:-1] == links(entry)[-2:]
    assert item["_related"][-1]["url"] == "https://example.org/stories/water-on-europa/"
    assert clean(news)


@pytest.mark.parametrize("content", ["summary", "lead"])
def test_the_links_are_there_however_little_of_the_article_is(tmp_path: Path, content: str) -> None:
    news = room(tmp_path, f'{STORY}content = "{content}"\n')
    write_all(news)
    go(news, hours=0)
    shown = story(news, "Water on Europa")
    assert "Also at" in shown.get("content", [{"value": shown.summary}])[0]["value"]
    assert clean(news, ["story"])


def test_links_name_who_published_an_article_elsewhere(tmp_path: Path) -> None:
    news = room(tmp_path)
    write(news, "ada", "Water on Europa", EUROPA, url="https://www.ada.example.com/europa")
    write(news, "bo", "Zzz", a_copy(EUROPA, 1, "x"), url="https://www.bo.example.com/1")
    go(news, hours=0)
    assert links(story(news, "Water on Europa")) == ["bo.example.com: Zzz"]


def test_the_order_of_arrival_changes_only_who_stands_for_the_story(tmp_path: Path) -> None:
    copy = a_copy(EUROPA, 1, "x")
    told = [("ada", "Water", EUROPA), ("bo", "Plumes", copy), ("cy", "Anew", ANEW)]
    for place, order in enumerate(([0, 1, 2], [2, 0, 1], [1, 2, 0])):
        news = room(tmp_path / f"{place}")
        for number in order:
            source, title, text = told[number]
            write(news, source, title, text, NOON - timedelta(hours=number))
            go(news, minutes=5)
        lead = told[order[0]][1]
        assert news.titles("story.atom") == news.titles("first.atom") == [lead]
        assert {lead, *links(story(news, lead))} == {"Water", "Plumes", "Anew"}


def test_a_copy_adds_a_link_and_tells_nobody_and_what_is_new_tells_once(tmp_path: Path) -> None:
    news = room(tmp_path)
    write(news, "ada", "Water", EUROPA)
    go(news, hours=0)
    first = story(news, "Water")
    write(news, "bo", "Copy", a_copy(EUROPA, 1, "x"))
    go(news, hours=7)
    copied = story(news, "Water")
    assert (links(copied), copied.updated) == (["Copy"], first.updated)
    write(news, "cy", "Anew", ANEW)
    go(news, minutes=10)
    developed = story(news, "Water")
    assert links(developed) == ["Copy", "Anew"]
    assert first.updated < developed.updated == f"{news.now:%Y-%m-%dT%H:%M:%SZ}"
    assert story(news, "Water", "all").updated == first.updated  # another feed's story
    write(news, "bo", "Late", FROM_HAWAII)
    go(news, minutes=10)  # too soon after the last time
    assert links(story(news, "Water")) == ["Copy", "Anew", "Late"]
    assert story(news, "Water").updated == developed.updated
    assert (story(news, "Water").id, story(news, "Water").published) == (first.id, first.published)
    assert clean(news)


def test_no_update_is_told_within_six_hours(tmp_path: Path) -> None:
    news = room(tmp_path)
    write(news, "ada", "Water", EUROPA)
    go(news, hours=0)
    before = story(news, "Water").updated
    write(news, "cy", "Anew", ANEW)
    go(news, hours=5)
    assert links(story(news, "Water")) == ["Anew"]
    assert story(news, "Water").updated == before


def test_a_story_that_has_left_is_told_again_only_by_what_is_new(tmp_path: Path) -> None:
    limited = FEEDS.replace('name = "first"', 'name = "first"\nlimit = 1').replace(
        'name = "story"', 'name = "story"\nlimit = 1'
    )
    news = room(tmp_path, limited)
    write(news, "ada", "Water", EUROPA)
    go(news, hours=0)
    write(news, "ada", "A bridge", a_text("A bridge"), NOON + timedelta(hours=47))
    go(news, hours=49)
    assert news.titles("story.atom") == ["A bridge"]
    write(news, "bo", "Copy", a_copy(EUROPA, 1, "x"))
    go(news, hours=1)
    assert news.titles("story.atom") == news.titles("first.atom") == ["A bridge"]
    write(news, "cy", "Anew", ANEW)
    go(news, hours=1)
    assert news.titles("story.atom") == ["Anew", "A bridge"]
    assert news.titles("first.atom") == ["A bridge"]


def test_a_page_lists_the_articles_of_a_story_in_time(tmp_path: Path) -> None:
    news = room(tmp_path)
    write_all(news)
    go(news, hours=0)
    assert listed(news, "water-on-europa") == [
        ("Water on Europa", "2026-06-01T07:00:00Z"),
        ("Plumes seen", "2026-06-01T08:00:00Z"),
        ("Vapour above a moon", "2026-06-01T09:00:00Z"),
    ]
    for slug in ("water-on-europa", "plumes-seen", "vapour-above-a-moon"):
        assert 'href="https://example.org/stories/water-on-europa/"' in page(news, slug)
    assert "/stories/" not in page(news, "a-bridge")
    write(news, "bo", "Late", FROM_HAWAII)
    go(news, hours=1)
    assert [title for title, _ in listed(news, "water-on-europa")][-1] == "Late"
    assert "/stories/" in page(news, "late")


def page(news: Newsroom, slug: str) -> str:
    return news.bytes(f"articles/{slug}/index.html").decode()


def listed(news: Newsroom, slug: str) -> list[tuple[str, str]]:
    """Title and time of each article on a story's page, which is one whole, valid document."""
    text = news.bytes(f"stories/{slug}/index.html")
    html5lib.HTMLParser(strict=True).parse(text)
    found = html.fromstring(text).cssselect("main article")
    return [
        (str(one.cssselect("h2 a")[0].text), one.cssselect("time")[0].get("datetime", ""))
        for one in found
    ]


def test_the_next_one_leads_when_the_first_is_taken_away(tmp_path: Path) -> None:
    news = room(tmp_path)
    gone = write(news, "ada", "Water", EUROPA)
    write(news, "bo", "Copy", a_copy(EUROPA, 1, "x"), NOON - timedelta(minutes=50))
    write(news, "cy", "Anew", ANEW, NOON - timedelta(minutes=40))
    write(news, "ada", "A bridge", a_text("A bridge"), NOON - timedelta(hours=2))
    go(news, hours=0)
    assert news.titles("story.atom") == ["Water", "A bridge"]
    assert len(listed(news, "water")) == 3
    gone.unlink()
    go(news, hours=1)
    assert news.titles("story.atom") == news.titles("first.atom") == ["Copy", "A bridge"]
    assert links(story(news, "Copy")) == ["Anew"]
    assert not (tmp_path / "public" / "stories" / "water" / "index.html").exists()
    assert [title for title, _ in listed(news, "copy")] == ["Copy", "Anew"]
    assert "/stories/copy/" in page(news, "copy")
    assert "/stories/copy/" in page(news, "anew")
    assert clean(news)


def test_a_feed_links_only_what_it_would_show_itself(tmp_path: Path) -> None:
    news = room(tmp_path, f'[[feed]]\nname = "all"\n{STORY}sources = ["ada", "cy"]\n')
    write_all(news)
    go(news, hours=0)
    entry = story(news, "Water on Europa")
    also = entry.content[0].value.partition("Also at")[2].partition("</aside>")[0]
    assert "Vapour above a moon" in also
    assert "Plumes seen" not in also


def test_a_text_that_becomes_another_leaves_its_story(tmp_path: Path) -> None:
    news = room(tmp_path)
    write_all(news)
    go(news, hours=0)
    ids = {entry.article for entry in news.entries().values()}
    assert len(alike(news, ids)) == 3
    write(news, "cy", "Vapour above a moon", a_text("A ferry") * 3, NOON - timedelta(hours=3))
    go(news, hours=1)
    assert len(alike(news, ids)) == 1


def alike(news: Newsroom, ids: set[str]) -> dict[tuple[str, str], int]:
    with news.open() as context, context.store.read() as tx:
        return stories.connected(tx, "story", ids)


def test_without_a_feed_that_asks_nothing_is_compared(tmp_path: Path) -> None:
    news = room(tmp_path, '[[feed]]\nname = "all"\n')
    write_all(news)
    go(news, hours=0)
    with news.open() as context, context.store.read() as tx:
        assert tx.execute(stories.alike.select()).all() == []


def test_entries_stay_as_they_are_when_many_unrelated_articles_arrive(tmp_path: Path) -> None:
    news = room(tmp_path, FEEDS.replace("duplicates", "limit = 1000\nduplicates"))
    write_all(news)
    go(news, hours=0)
    before = news.entries()
    shown = story(news, "Water on Europa")
    for number in range(100):
        write(news, SOURCES[number % 3], f"Item {number}", a_text(f"matter{number}"))
    go(news, hours=8)
    after = news.entries()
    assert len(after) == len(before) + 100
    assert {title: after[title] for title in before} == before
    assert story(news, "Water on Europa") == shown
