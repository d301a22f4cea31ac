"""Readers of real web servers that use the files of docs/deploy: before the daemon, or alone."""

import gzip
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path

import pytest

from tests.feeds.processes import Running, broadsheet, running
from tests.newsroom import Newsroom, a_text
from tests.slow.ports import free_port

pytestmark = pytest.mark.slow

DEPLOY = Path(__file__).parents[2] / "docs" / "deploy"
CONFIG = """\
[site]
title = "Harbour News"
url = "https://news.example.org/"
[server]
port = {port}
[[source]]
name = "inbox"
files = "articles/**/*.txt"
"""
BROTLI = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")
PROXY, STATIC = "news.example.org", "static.example.org"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Front:
    """A web server under the name of one of the sites of its file."""

    port: int
    host: str
    tls: bool
    best: str = "br"
    """The coding it sends to who takes all."""

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        connection = (
            HTTPSConnection("127.0.0.1", self.port, timeout=10, context=_trusting())
            if self.tls
            else HTTPConnection("127.0.0.1", self.port, timeout=10)
        )
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers={"Host": self.host, **named})
        answer = connection.getresponse()
        found: dict[str, str] = {}
        for header, value in answer.getheaders():  # in several lines it is one list
            key = header.lower()
            found[key] = f"{found[key]}, {value}" if key in found else value
        body = answer.read()
        connection.close()
        return Answer(answer.status, found, body)


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def changed(text: str, *changes: tuple[str, str]) -> str:
    """A file of docs/deploy with its places replaced by ours; each must be in it."""
    for pattern, ours in changes:
        text, count = re.subn(pattern, ours, text)
        assert count, pattern
    return text


@contextmanager
def nginx(folder: Path, behind: int, host: str) -> Iterator[Front]:
    port, key = free_port(), folder / "key.pem"
    create = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    files = ["-keyout", str(key), "-out", str(folder / "cert.pem"), "-subj", "/CN=example.org"]
    subprocess.run([*create, *files], check=True, capture_output=True)
    servers = changed(
        (DEPLOY / "nginx.conf").read_text("utf-8"),
        (r"listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        (r"listen 80;", f"listen 127.0.0.1:{free_port()};"),
        (r"listen \[::\].*", ""),
        (r"/etc/letsencrypt/live/[a-z.]+/fullchain.pem", str(folder / "cert.pem")),
        (r"/etc/letsencrypt/live/[a-z.]+/privkey.pem", str(key)),
        (r"/var/cache/nginx", str(folder)),
        (r"/var/lib/broadsheet/public", str(folder / "public")),
        (r"127\.0\.0\.1:8000", f"127.0.0.1:{behind}"),
        (r" 10s;", " 1s;"),
    )
    if BROTLI.is_file():
        servers = changed(servers, ("#brotli_static on;", "brotli_static on;"))
    temporary = "".join(
        f"{kind}_temp_path {folder / kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"{f'load_module {BROTLI};' if BROTLI.is_file() else ''}\n"
        f"daemon off; pid {folder / 'nginx.pid'}; {'user root;' if os.geteuid() == 0 else ''}\n"
        f"events {{}}\nhttp {{\ninclude /etc/nginx/mime.types;\naccess_log off;\n"
        f"{temporary}{servers}}}\n"
    )
    log = folder / "nginx.log"
    arguments = ["nginx", "-e", str(log), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with started(arguments, port, log):
        yield Front(
            port, host, tls=True, best="br" if host == PROXY or BROTLI.is_file() else "gzip"
        )


@contextmanager
def caddy(folder: Path, behind: int, host: str) -> Iterator[Front]:
    port, log = free_port(), folder / "caddy.log"
    sites = changed(
        (DEPLOY / "Caddyfile").read_text("utf-8"),
        (r"(?m)^(news|static)\.example\.org", rf"http://\1.example.org:{port}"),
        (r"/var/lib/broadsheet/public", str(folder / "public")),
        (r"127\.0\.0\.1:8000", f"127.0.0.1:{behind}"),
    )
    (folder / "Caddyfile").write_text(f"{{\nadmin off\nauto_https off\n}}\n{sites}")
    arguments = ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    with started(arguments, port, log, HOME=str(folder)):
        yield Front(port, host, tls=False)


@contextmanager
def started(arguments: list[str], port: int, log: Path, **env: str) -> Iterator[None]:
    """A server that takes connections at `port`, and is told to end afterwards."""
    with log.open("ab") as file:
        process = subprocess.Popen(arguments, env={**os.environ, **env}, stdout=file, stderr=file)
        try:
            until = time.monotonic() + 20
            while True:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < until, log.read_text()
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait(10)


@dataclass(frozen=True, slots=True)
class Site:
    """A published newsroom, its daemon, and a web server in front of it or of its folder."""

    room: Newsroom
    daemon: Running
    front: Front

    def public(self, name: str) -> bytes:
        return (self.room.folder / "public" / name).read_bytes()


@pytest.fixture(params=["nginx proxy", "nginx static", "caddy proxy", "caddy static"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    program, kind = request.param.split()
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed")
    port = free_port()
    room = Newsroom(tmp_path, CONFIG.replace("{port}", str(port)))
    for number in range(5):
        room.write(f"report-{number}.txt", a_text(f"Report {number}"))
    assert broadsheet(tmp_path, "refresh").returncode == 0
    start = {"nginx": nginx, "caddy": caddy}[program]
    host = PROXY if kind == "proxy" else STATIC
    with running(tmp_path) as daemon, start(tmp_path, port, host) as front:
        yield Site(room, daemon, front)


def eventually(look: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + 30
    while not look():
        assert time.monotonic() < until, what
        time.sleep(0.2)


def test_readers_get_what_broadsheet_published_and_only_when_it_is_new(site: Site) -> None:
    for suffix, media_type in (("rss", "rss+xml"), ("atom", "atom+xml"), ("json", "feed+json")):
        check_feed(site, f"all.{suffix}", media_type)
        check_archive(site, suffix, media_type)
    check_pages(site)
    check_hidden(site)
    check_new_edition(site)
    check_pause(site)


def check_feed(site: Site, name: str, media_type: str) -> None:
    """It comes whole, compressed, or not at all."""
    plain = site.front.ask(f"/{name}")
    assert (plain.status, plain.body) == (200, site.public(name))
    assert plain.headers["content-type"].lower() == f"application/{media_type}; charset=utf-8"
    assert plain.headers["cache-control"].startswith("public, max-age=")
    assert plain.headers["access-control-allow-origin"] == "*"
    assert "content-encoding" not in plain.headers
    answers = {"identity": plain}
    for accepted, coding in (("gzip", "gzip"), ("gzip, br", site.front.best)):
        suffix = {"br": ".br", "gzip": ".gz"}[coding]
        packed = answers[accepted] = site.front.ask(f"/{name}", Accept_Encoding=accepted)
        assert (packed.status, packed.headers["content-encoding"]) == (200, coding)
        assert packed.body == site.public(f"{name}{suffix}"), "compressed once, by Broadsheet"
        vary = packed.headers["vary"].lower()
        assert "accept-encoding" in vary
        assert "sec-fetch-dest" in vary
    for coding, answer in answers.items():
        etag, date = answer.headers["etag"], answer.headers["last-modified"]
        for asked in ({"If_None_Match": etag}, {"If_Modified_Since": date}):
            again = site.front.ask(f"/{name}", Accept_Encoding=coding, **asked)
            assert (again.status, again.body) == (304, b"")
            assert again.headers["etag"] == etag
        head = site.front.ask(f"/{name}", "HEAD", Accept_Encoding=coding)
        assert (head.status, head.body) == (200, b"")
        for header in ("etag", "last-modified", "content-type", "cache-control"):
            assert head.headers[header] == answer.headers[header]
        length = answer.headers["content-length"]
        assert head.headers.get("content-length", length) == length, "HEAD may leave it out"
    shown = site.front.ask(f"/{name}", Sec_Fetch_Dest="document")
    assert (shown.status, shown.body) == (200, plain.body)
    kind = "json" if name.endswith("json") else "xml"
    assert shown.headers["content-type"].lower() == f"application/{kind}; charset=utf-8"
    for header in ("cache-control", "access-control-allow-origin", "x-content-type-options"):
        assert shown.headers[header] == plain.headers[header]
    other = site.front.ask(f"/{name}", If_None_Match='"other"')
    assert (other.status, other.body) == (200, plain.body), "a condition is never lost"


def check_archive(site: Site, suffix: str, media_type: str) -> None:
    """It comes as its feed does, and is kept for a week."""
    folder = site.room.folder / "public"
    (folder / "archive/all").mkdir(parents=True, exist_ok=True)
    for end in ("", ".gz", ".br"):
        shutil.copy(folder / f"all.{suffix}{end}", folder / f"archive/all/1.{suffix}{end}")
    check_feed(site, f"archive/all/1.{suffix}", media_type)
    headers = site.front.ask(f"/archive/all/1.{suffix}").headers
    assert headers["cache-control"] == "public, max-age=604800"


def check_pages(site: Site) -> None:
    """They are compressed on the way and asked for again each time."""
    page = re.search(rb"articles/[^/\"]+/", site.public("index.html"))
    assert page
    path = f"/{page[0].decode()}"
    plain = site.front.ask(path)
    assert plain.status == 200
    assert plain.headers["content-type"].lower() == "text/html; charset=utf-8"
    assert plain.headers["cache-control"] == "no-cache"
    assert "default-src 'none'" in plain.headers["content-security-policy"]
    packed = site.front.ask(path, Accept_Encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    for answer in (plain, packed):
        again = site.front.ask(
            path, If_None_Match=answer.headers["etag"], Accept_Encoding="gzip, identity;q=0.5"
        )
        assert again.status == 304
    moved = site.front.ask(path.rstrip("/"))
    assert moved.status in {301, 308}
    assert moved.headers["location"] in {path, f"./{path.split('/')[-2]}/"}


def check_hidden(site: Site) -> None:
    """What is being written, or not there, is not found."""
    (site.room.folder / "public" / ".all.rss.new").write_text("half a feed")
    (site.room.folder / "public" / "_redirects").write_text("for hosts")
    assert (site.room.folder / "public" / "_headers").is_file()
    for path in (
        "/nothing",
        "/.all.rss.new",
        "/../broadsheet.toml",
        "/_headers",
        "/_redirects",
    ):
        assert site.front.ask(path).status in {400, 404}, path


def check_new_edition(site: Site) -> None:
    """It arrives under a new validator."""
    before = site.front.ask("/all.rss")
    time.sleep(1.1)  # web servers tell files apart by the second they were written in
    site.room.write("new.txt", a_text("A new report"))
    assert broadsheet(site.room.folder, "refresh").returncode == 0

    def arrived() -> bool:
        answer = site.front.ask("/all.rss", If_None_Match=before.headers["etag"])
        return answer.status == 200 and answer.body == site.public("all.rss")

    eventually(arrived, "the new edition did not arrive")
    assert b"A new report" in site.front.ask("/all.rss").body


def check_pause(site: Site) -> None:
    """Readers do not notice that the daemon is down for a moment."""
    before = site.front.ask("/all.rss")
    assert site.daemon.terminate() == 0
    time.sleep(1.2)
    with ThreadPoolExecutor(1) as pool:  # Caddy waits for it, the others need none
        asked = pool.submit(site.front.ask, "/all.rss")
        if site.front.host == PROXY and not site.front.tls:
            with running(site.room.folder, "serve"):
                again = asked.result(30)
        else:
            again = asked.result(30)
            etag = before.headers["etag"]
            assert site.front.ask("/all.rss", If_None_Match=etag).status == 304
    assert (again.status, again.body) == (200, before.body)
