"""What is published of articles with hostile titles and bodies has neither errors nor warnings."""

from pathlib import Path

import pytest
from html5lib.html5parser import HTMLParser
from pytest_httpserver import HTTPServer

from feeds.lint import lint
from tests.hostile_articles import files, upstream
from tests.newsroom import Newsroom

CONTENTS = ("full", "summary", "lead")
SITE = """\
[site]
title = "Harbour News"
url = "https://example.org/"
[fetch]
allow_private = ["127.0.0.0/8"]
gap = "0s"
"""
GROUPS = 5


def hostile_site(folder: Path, server: HTTPServer, groups: int, each: int) -> Newsroom:
    """A site with a source and a feed for each group of articles; every fifth is a feed itself."""
    parts = [SITE]
    host = server.url_for("").rstrip("/").replace("localhost", "127.0.0.1")
    for group in range(groups):
        name = f"g{group}"
        locator = f'files = "articles/{name}/*.*"'
        if group % GROUPS == GROUPS - 1:
            locator = f'feed = "{host}/{name}"'
            body = upstream(each, group, host)
            server.expect_request(f"/{name}").respond_with_data(
                body, content_type="application/rss+xml"
            )
        parts.append(f'[[source]]\nname = "{name}"\n{locator}\n')
        parts.append(
            f'[[feed]]\nname = "{name}"\nsources = ["{name}"]\nlimit = 1000\n'
            f'content = "{CONTENTS[group % 3]}"\n'
        )
    room = Newsroom(folder, "".join(parts))
    for group in range(groups):
        if group % GROUPS != GROUPS - 1:
            for file, body in files(each, group).items():
                room.write(f"g{group}/{file}", body)
    return room


def check(room: Newsroom, groups: int, each: int) -> None:
    report = room.refresh()
    assert [one for run in report.runs for one in run.troubles if one.failed] == []
    assert not report.failed
    assert [one for one in report.published.warnings if "urn:uuid:" in one] == []
    found: dict[str, set[str]] = {}
    for group in range(groups):
        for kind in ("rss", "atom", "json"):
            name = f"g{group}.{kind}"
            body = room.bytes(name)
            checked = lint(body, now=room.now, url=f"https://example.org/{name}")
            assert [
                (name, one.rule.name, one.path, one.found)
                for one in checked.findings
                if one.rule.level != "advice"
            ] == []
            found[name] = {str(entry.id) for entry in ([] if kind == "json" else room.feed(name))}
            assert kind == "json" or len(found[name]) == checked.entries == each
        for entry in room.feed(f"g{group}.atom"):
            for part in entry.get("content", ()):
                HTMLParser(strict=True).parseFragment(part.value)
        assert found[f"g{group}.rss"] == found[f"g{group}.atom"]


@pytest.mark.parametrize(
    ("groups", "each"), [(GROUPS, 20), pytest.param(5 * GROUPS, 40, marks=pytest.mark.slow)]
)
def test_hostile_articles_make_clean_feeds(
    tmp_path: Path, httpserver: HTTPServer, groups: int, each: int
) -> None:
    check(hostile_site(tmp_path, httpserver, groups, each), groups, each)
