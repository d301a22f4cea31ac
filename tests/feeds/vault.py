"""A site with a public source and a private one, and what anybody can find out about it."""

import gzip
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import brotli

from feeds.server import Server
from feeds.serving import new_app
from feeds.tokens import digest, new_token
from ingest.store import Store, tokens
from tests.newsroom import Newsroom

SITE = """\
[site]
title = "Harbour News"
url = "https://example.org/"
[[source]]
name = "wire"
files = "articles/wire/**/*.md"
[[source]]
name = "vault"
files = "articles/vault/**/*.md"
"""
PUBLIC = """\
[[feed]]
name = "all"
duplicates = "story"
[[feed]]
name = "firsts"
duplicates = "first"
[[feed]]
name = "boats"
tags = ["boats"]
"""
PRIVATE = """\
[[feed]]
name = "board"
private = true
sources = ["vault"]
duplicates = "story"
[[feed]]
name = "club"
private = true
"""
MARK = "quokka"
"""Stands in everything that the private source has and the public one has not."""

_EVENT = (
    "The old ferry Nordstern sank at the Kalkberg pier in Lubmin on Monday, and the Coast Guard of "
    "Wolgast saved all of her eleven passengers. Captain Petersen said that a pump had failed. "
    "The Harbour Office of Lubmin will raise the Nordstern in June. "
)


class Reply(NamedTuple):
    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def told(self) -> str:
        """All of it, as text, but the time."""
        head = [f"{n}: {v}" for n, v in self.headers.items() if n.lower() != "date"]
        return "\n".join([str(self.status), *head, self.body.decode("utf-8", "replace")])


class Client:
    def __init__(self, port: int) -> None:
        self.port = port

    def get(self, path: str, method: str = "GET", **headers: str) -> Reply:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=5)) as connection:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, headers={"accept-encoding": "identity", **named})
            response = connection.getresponse()
            return Reply(response.status, response.headers, response.read())


@contextmanager
def served(room: Newsroom) -> Iterator[tuple[Client, Store]]:
    """A server of what `room` published, and the store that it reads."""
    with room.open() as context:
        names = context.names
        server = Server(
            new_app(context.settings, context.store, lambda: names, None), "127.0.0.1", 0
        )
        client = Client(server.start())
        try:
            yield client, context.store
        finally:
            assert server.stop(5)


def subscribed(room: Newsroom, store: Store, feed: str = "board", name: str = "Ann") -> str:
    """A new token."""
    made = new_token()
    with store.write() as tx:
        tokens.put(tx, feed, name, digest(made), room.now)
    return made


def write_both(room: Newsroom) -> None:
    """Articles of both sources that have much to do with each other."""
    event = "\n\n".join([_EVENT] * 2)
    room.write("wire/ferry.md", _article("A ferry sank", 10, event, "boats"))
    room.write("wire/pump.md", _article("The pump", 11, event + "It was new.", "boats"))
    room.write(
        "wire/plan.md",
        _article("The plan", 9, "The Nordstern is old.\n\nRead more: The secret ferry\n", "boats"),
    )
    room.write("wire/twin.md", _article("Twin", 8, f"{_EVENT} It was seen."))
    room.write(f"vault/{MARK}.png", b"\x89PNG\r\n\x1a\n" + MARK.encode())
    for name, title, hour in (
        (f"{MARK}-a", "The secret ferry", 7),
        (f"{MARK}-b", f"Another {MARK}", 12),
        (f"{MARK}-c", "Twin", 13),
    ):
        text = (
            f"{event}\n\n![A {MARK} at sea]({MARK}.png)\n\nThe {MARK} knew it. [Next]({MARK}-a.md)"
        )
        room.write(f"vault/{name}.md", _article(title, hour, text, f"boats, {MARK}", MARK))


def _article(title: str, hour: int, text: str, tags: str = "", more: str = "") -> str:
    own = (
        f"author: Ann {more}\nsummary: What a {more} saw of the Nordstern in Lubmin.\n"
        if more
        else ""
    )
    own += f"section: {more}\nlicence: {more} only\nimage: {more}.png\n" if more else ""
    date = f"2026-06-01T{hour - 6:02d}:00:00Z"
    return f"---\ntitle: {title}\ndate: {date}\ntags: [{tags}]\n{own}---\n\n{text}\n"


def traces(room: Newsroom) -> list[str]:
    """The files below the output folder in whose name or bytes the mark stands."""
    output = room.folder / "public"
    return [
        str(path.relative_to(output))
        for path in sorted(output.rglob("*"))
        if MARK in str(path.relative_to(output)).lower() or (path.is_file() and _marked(path))
    ]


def _marked(path: Path) -> bool:
    unpack = {".gz": gzip.decompress, ".br": brotli.decompress}.get(path.suffix, bytes)
    return MARK.encode() in unpack(path.read_bytes()).lower()


def guessed(room: Newsroom) -> set[str]:
    """Every path at which somebody who knows us could look for something private."""
    private = room.folder / "data" / "private"
    inside = {str(path.relative_to(private)) for path in private.rglob("*")}
    below = {path.partition("/")[2] for path in inside}
    names = [
        f"{n}.{e}" for n in ("board", "club", "nobody") for e in ("rss", "atom", "json", "html")
    ]
    paths = {
        *("/" + path for path in (*inside, *below, *names)),
        *(
            f"/private/{path}"
            for path in (*inside, *below, *names, "", "board", "board/", "nobody/")
        ),
        *(f"/stories/{path.removeprefix('articles/')}" for path in below),
        *(f"/archive/board/{path}" for path in ("", "1.atom", "index.html")),
        *(f"/private/{new_token()}/{path}" for path in below),
        "/private/../data/private/board/board.atom",
        "/../data/private/board/board.atom",
    }
    return {
        path.replace(" ", "%20")
        for path in (*paths, *(f"{path}.gz" for path in paths), *(f"{path}.br" for path in paths))
    }


def crawled(room: Newsroom, client: Client) -> dict[str, str]:
    """What everything says that is linked from the front page and the feeds, or can be guessed."""
    waiting = {"/", "/feeds.opml", *guessed(room)}
    found: dict[str, str] = {}
    while waiting:
        path = waiting.pop()
        found[path] = client.get(path).told
        if found[path].startswith(("200", "30")):
            links = re.findall(r"""https?://[^\s"'<>&\\]+|(?<=href=")[^"]+""", found[path])
            full = [urlsplit(urljoin(f"https://example.org{path}", link)) for link in links]
            inside = {one.path or "/" for one in full if one.hostname == "example.org"}
            waiting |= inside - found.keys()
    return found
