import json
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.feeds.cli.commands import LEAST, broadsheet, documented_json, newsroom

KEYS = [
    "url", "title", "authors", "published", "updated", "language", "image", "site_name", "tags",
    "summary", "origins", "rejected", "dropped", "text", "html",
]  # fmt: skip

PAGE = """\
<html lang="en"><head><title>A bridge opens</title><meta name="author" content="Ann Lee">
<meta property="og:site_name" content="Harbour"></head><body><article><h1>A bridge opens</h1>
<p>The bridge across the harbour opened on Monday after three years of work by the town.</p>
<p>Ferries will go on until autumn, the council said, and then be sold to another town.</p>
</article></body></html>"""


def test_json_has_its_keys_with_null_or_empty_where_unknown(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A bridge\n\nIt opened on Monday. Ferries go on.\n")
    done = broadsheet(tmp_path, "extract", "--json", str(tmp_path / "a.txt"))
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert list(found) == KEYS
    assert set(KEYS) == documented_json("extract")
    assert found["title"] == "A bridge"
    assert "It opened on Monday." in found["text"]
    unknown = ("url", "published", "updated", "image", "site_name", "rejected", "dropped")
    assert [found[key] for key in unknown] == [None] * len(unknown)
    assert (found["authors"], found["tags"]) == ([], [])
    assert found["origins"] == {"title": "first line", "text": "body", "summary": "computed"}
    assert {p.name for p in tmp_path.iterdir()} == {"a.txt"}, "nothing is stored"


def test_without_json_the_same_is_for_people(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "---\nauthor: Ann Lee\ndate: 2026-05-01\n---\n# A bridge\n\nOpen.\n"
    )
    done = broadsheet(tmp_path, "extract", str(tmp_path / "a.md"))
    assert done.exit_code == 0
    assert "     title  A bridge (first heading)\n" in done.stdout
    assert "   authors  Ann Lee (front matter author)\n" in done.stdout
    assert " published  2026-05-01T00:00:00+00:00 (front matter date)\n" in done.stdout
    assert "Summary (computed)\n" in done.stdout


def test_a_page_is_fetched_within_the_limits_of_the_configuration(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/bridge").respond_with_data(PAGE, content_type="text/html")
    newsroom(tmp_path, LEAST + '[fetch]\nallow_private = ["127.0.0.0/8"]\n')
    url = httpserver.url_for("/bridge").replace("localhost", "127.0.0.1")
    done = broadsheet(tmp_path, "extract", "--json", url)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert list(found) == KEYS
    assert (found["url"], found["title"], found["language"]) == (url, "A bridge opens", "en")
    assert found["authors"] == ["Ann Lee"]
    assert not (tmp_path / "data").exists()
    missing = broadsheet(tmp_path, "extract", url + "-not")
    assert missing.exit_code == 1
    assert len(missing.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "what",
    ["nosuch", "", "a\0b", "/dev/null", "http://", "http://[::1", "http://127.0.0.1/", "\udce9"],
)
def test_what_cannot_be_read_is_told_in_a_line(tmp_path: Path, what: str) -> None:
    done = broadsheet(tmp_path, "extract", what)
    assert (done.exit_code, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("body", [b"", bytes(range(256)) * 20])
def test_what_holds_no_article_is_told_in_a_line(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(body)
    done = broadsheet(tmp_path, "extract", "--json", str(tmp_path / "a.txt"))
    assert (done.exit_code, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1


def test_rules_are_tried_on_a_saved_page(tmp_path: Path) -> None:
    (tmp_path / "saved page.html").write_text(
        PAGE.replace("<p>The", "<h2>The real title</h2><p>The")
    )
    rules = tmp_path / "www.harbour.example.toml"
    rules.write_text('title = "h2"\nauthor = ".none"\n')
    done = broadsheet(tmp_path, "extract", "--rules", str(rules), str(tmp_path / "saved page.html"))
    assert done.exit_code == 0, done.output
    assert "     title  The real title (rules title)\n" in done.stdout
    assert "   authors  Ann Lee (meta author)\n" in done.stdout
    assert "warning  rules of harbour.example, `author` finds nothing (.none)" in done.stderr
    rules.write_text('title = "h2["\n')
    bad = broadsheet(tmp_path, "extract", "--rules", str(rules), str(tmp_path / "saved page.html"))
    assert (bad.exit_code, bad.stdout) == (2, "")
    assert bad.stderr.startswith(f"{rules}:1: title: 'h2[' is not a CSS selector")
    (tmp_path / "a.txt").write_text("A bridge\n\nIt opened.\n")
    rules.write_text("")
    other = broadsheet(tmp_path, "extract", "--rules", str(rules), str(tmp_path / "a.txt"))
    assert other.exit_code == 1
    assert "its rules are for pages of harbour.example" in other.stderr


def test_rules_of_the_data_folder_are_in_force(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/bridge").respond_with_data(PAGE, content_type="text/html")
    newsroom(tmp_path, LEAST + '[fetch]\nallow_private = ["127.0.0.0/8"]\n')
    (tmp_path / "data" / "rules").mkdir(parents=True)
    rules = tmp_path / "data" / "rules" / "127.0.0.1.toml"
    rules.write_text('title = "p + p"\n')
    url = httpserver.url_for("/bridge").replace("localhost", "127.0.0.1")
    done = broadsheet(tmp_path, "extract", url)
    assert "title  Ferries will go on until autumn" in done.stdout, done.output
    rules.write_text("titel = 'p'\n")
    done = broadsheet(tmp_path, "check")
    assert done.exit_code == 2
    assert "127.0.0.1.toml:1: titel: there is no such key" in done.stderr


def test_what_was_not_taken_is_told_with_the_reason(tmp_path: Path) -> None:
    page = PAGE.replace("</head>", '<meta property="og:image" content="/logo.png"></head>')
    page = page.replace("<article>", "<nav>Home News</nav><div class=ad>Buy</div><article>")
    (tmp_path / "saved.html").write_text(page)
    rules = tmp_path / "harbour.example.toml"
    rules.write_text('strip = ".ad"\nauthor = "nav"\n')
    args = ("extract", "--rules", str(rules), "--explain", str(tmp_path / "saved.html"))
    done = broadsheet(tmp_path, *args)
    assert done.exit_code == 0, done.output
    said = done.stdout.partition("Not taken\n")[2]
    assert "image  https://harbour.example/logo.png (meta og:image): a logo, an icon" in said
    assert "authors  Ann Lee (meta author): rules author was believed" in said
    assert "  Buy\n    the rules strip it" in said
    assert "  Home News\n    furniture: nav (<nav>)" in said
    found = json.loads(broadsheet(tmp_path, *args, "--json").stdout)
    assert {one["field"] for one in found["rejected"]} == {"image", "authors"}
    assert found["dropped"][0] == {"text": "Buy", "why": "the rules strip it"}
