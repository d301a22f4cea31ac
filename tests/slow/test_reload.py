"""A hundred configurations in a row, good and bad, while sources are being ingested."""

import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.feeds.processes import Running, broadsheet, running
from tests.newsroom import Newsroom, a_text

pytestmark = pytest.mark.slow

TURNS = 100
PAGES = 40

SITE = """\
[site]
title = "{title}"
url = "https://example.org/"
[server]
port = 0
[fetch]
allow_private = ["127.0.0.0/8"]
gap = "0s"
[[source]]
name = "inbox"
files = "articles/**/*.txt"
tags = ["turn {turn}"]
every = "10 seconds"
[[source]]
name = "pages"
urls = [{urls}]
every = "10 seconds"
[[feed]]
name = "{feed}"
was = "{was}"
limit = 1000
"""


def page(request: Request) -> Response:
    number = request.path.rpartition("/")[2]
    words = " ".join(f"w{number}x{i}" for i in range(80))
    body = f"<title>Page {number}</title><article><h1>Page {number}</h1><p>{words}.</p></article>"
    return Response(body, content_type="text/html; charset=utf-8")


def good(server: HTTPServer, turn: int) -> str:
    urls = ", ".join(f'"{server.url_for(f"/p/{n}")}"' for n in range(PAGES))
    names = ("town", "city") if turn % 4 else ("city", "town")
    return SITE.format(title=f"Turn {turn}", turn=turn, urls=urls, feed=names[0], was=names[1])


def threads(daemon: Running) -> int:
    return len(list(Path(f"/proc/{daemon.process.pid}/task").iterdir()))


def handles(daemon: Running) -> int:
    return len(list(Path(f"/proc/{daemon.process.pid}/fd").iterdir()))


def wait_for(daemon: Running, what: str, times: int = 1) -> None:
    until = time.monotonic() + 30
    while daemon.said().count(what) < times:
        assert time.monotonic() < until, daemon.said()
        assert daemon.process.poll() is None, daemon.said()
        time.sleep(0.02)


def test_the_last_good_one_of_a_hundred_is_in_force_and_nothing_is_lost(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    for number in range(PAGES):
        httpserver.expect_request(f"/p/{number}").respond_with_handler(page)
    room = Newsroom(tmp_path, good(httpserver, 0))
    for number in range(TURNS):
        room.write(f"{number}.txt", a_text(f"Report {number}"))
    with running(tmp_path) as daemon:
        refused = taken = 0
        for turn in range(1, TURNS + 1):
            bad = turn % 2 == 0
            room.configure(good(httpserver, turn) + "colour = 1\n" * bad)
            os.kill(daemon.process.pid, signal.SIGHUP)
            refused, taken = refused + bad, taken + (not bad)
            wait_for(daemon, "configuration refused", refused)
            wait_for(daemon, "configuration in force", taken)
            if turn == 10:
                most = threads(daemon), handles(daemon)
        last = TURNS - 1
        room.configure(good(httpserver, last))
        assert broadsheet(tmp_path, "reload").returncode == 0
        done = broadsheet(tmp_path, "refresh", "--all")
        assert done.returncode == 0, done.stderr + daemon.said()
        assert threads(daemon) <= most[0] + 16, "the pool has at most sixteen"
        assert handles(daemon) <= most[1] + 20
        titles = room.titles("town.atom")
        assert set(titles) == {f"Report {n}" for n in range(TURNS)} | {
            f"Page {n}" for n in range(PAGES)
        }
        assert len(titles) == TURNS + PAGES
        assert b"<title>Turn 99: town</title>" in room.bytes("town.atom")
        assert "Traceback" not in daemon.said()
        assert daemon.terminate() == 0
    with closing(sqlite3.connect(tmp_path / "data" / "broadsheet.db")) as database:
        outcomes = {row[0] for row in database.execute("select outcome from run")}
        assert outcomes <= {"ok", "cut short"}, "each run that began has come to an end"
