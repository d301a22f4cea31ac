"""What hosts of static files are told: in the syntax of Netlify and Cloudflare Pages."""

from pathlib import Path

import pytest

from feeds.headers import CORS, PAGE_POLICY
from tests.newsroom import Newsroom, a_text

SITE = '[site]\ntitle = "Harbour News"\nurl = "https://example.org/news/"\n'
INBOX = '[[source]]\nname = "inbox"\nfiles = "articles/*.txt"\n'
ALL = '[[feed]]\nname = "all"\n'
TOWN = '[[feed]]\nname = "town"\nformats = ["atom", "rss"]\n'


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    room = Newsroom(tmp_path, SITE + INBOX + ALL + TOWN)
    room.write("a.txt", a_text("A bridge"))
    room.refresh()
    return room


def rules(room: Newsroom) -> dict[str, dict[str, str]]:
    """The headers of each path or pattern; a header that stands twice in one rule is a fault."""
    found: dict[str, dict[str, str]] = {}
    for line in room.bytes("_headers").decode("ascii").splitlines():
        assert len(line) < 2000, "what hosts read of a line"
        if not line.startswith(" "):
            assert line not in found
            found[line] = {}
        else:
            name, _, value = line.strip().partition(": ")
            rule = found[next(reversed(found))]
            assert name not in rule
            rule[name] = value
    return found


def sent(room: Newsroom, path: str) -> dict[str, str]:
    """What a host sends with `path`: of all rules that fit, none of which repeats another's."""
    sent: dict[str, str] = {}
    for pattern, pairs in rules(room).items():
        if pattern == path or (pattern.endswith("*") and path.startswith(pattern[:-1])):
            assert not sent.keys() & pairs.keys()
            sent |= pairs
    return sent


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/all.rss", "application/rss+xml"),
        ("/all.atom", "application/atom+xml"),
        ("/all.json", "application/feed+json"),
        ("/town.atom", "application/atom+xml"),
    ],
)
def test_feeds_get_what_our_server_sends_too(room: Newsroom, path: str, kind: str) -> None:
    page = "town.html" if "town" in path else ""
    assert sent(room, path) == {
        "x-content-type-options": "nosniff",
        "content-type": f"{kind}; charset=utf-8",
        "cache-control": "public, max-age=300, stale-while-revalidate=3600, stale-if-error=86400",
        "link": f'<https://example.org/news{path}>; rel="self", '
        f'<https://example.org/news/{page}>; rel="alternate"; type="text/html"',
        **dict(CORS),
    }


@pytest.mark.parametrize("path", ["/", "/town.html", "/articles/a/", "/stories/a/"])
def test_pages_get_their_policy(room: Newsroom, path: str) -> None:
    assert sent(room, path) == {"x-content-type-options": "nosniff", **dict([PAGE_POLICY])}


def redirects(room: Newsroom) -> list[str]:
    return room.bytes("_redirects").decode("ascii").splitlines()


def test_archives_may_be_kept_for_a_week_and_read_by_other_sites(room: Newsroom) -> None:
    week = {"cache-control": "public, max-age=604800", "x-content-type-options": "nosniff"}
    assert sent(room, "/archive/town/1.rss") == {**week, **dict(CORS)}


def test_former_addresses_lead_on_or_say_that_they_are_gone(room: Newsroom) -> None:
    assert redirects(room) == ["/town.json /town.atom 301"]
    room.configure(SITE + INBOX + '[[feed]]\nname = "city"\nwas = "town"\n')
    room.refresh()
    assert redirects(room) == [
        "/town.rss /city.rss 301",
        "/town.atom /city.atom 301",
        "/town.json /city.json 301",
        "/all.rss / 410",
        "/all.atom / 410",
        "/all.json / 410",
    ]
    assert not [path for path in rules(room) if path.startswith(("/town", "/all"))]


def test_what_is_the_same_is_not_touched_and_what_is_nothing_is_not_there(room: Newsroom) -> None:
    before = room.state()
    room.publish()
    assert room.state() == before
    room.configure(SITE + INBOX + ALL + '[[feed]]\nname = "town"\n')
    room.refresh()
    assert "_redirects" not in room.state()
