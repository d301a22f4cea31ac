"""`lint`: what it prints, its exit codes, files, addresses and what cannot be read."""

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pytest_httpserver import HTTPServer

from feeds.cli import main
from tests.feeds.cli.commands import LEAST

PERFECT = Path(__file__).parents[1] / "lint" / "perfect"
PRIVATE = LEAST + '[fetch]\nallow_private = ["127.0.0.0/8"]\n'


def run(*words: str) -> Result:
    return CliRunner().invoke(main, [*words])


def a_feed(folder: Path, find: str = "", put: str = "") -> Path:
    path = folder / "news.rss"
    text = (PERFECT / "news.rss").read_text(encoding="utf-8")
    path.write_text(text.replace(find, put, 1), encoding="utf-8")
    return path


def test_a_perfect_feed_is_told_so_with_exit_code_0(tmp_path: Path) -> None:
    done = run("lint", str(a_feed(tmp_path)))
    assert done.exit_code == 0
    assert "RSS 2.0, 2 entries: nothing is wrong" in done.stdout


def test_an_error_is_told_with_rule_place_why_and_cure_and_exit_code_1(tmp_path: Path) -> None:
    done = run("lint", str(a_feed(tmp_path, "<ttl>60", "<ttl>0")))
    assert done.exit_code == 1
    assert "error  positive-integer" in done.stdout
    assert "line 19: /rss/channel/ttl: 0" in done.stdout
    assert "at least 1 is needed. Write digits only." in done.stdout
    assert "1 error" in done.stdout
    assert "RSS 2.0;" not in done.stdout
    assert "; W3C InvalidPositiveInteger" in run("lint", "-v", str(tmp_path / "news.rss")).stdout


def test_a_warning_alone_gives_exit_code_3_and_advice_0(tmp_path: Path) -> None:
    assert run("lint", str(a_feed(tmp_path, "logo.png", "logo.webp"))).exit_code == 3
    advice = a_feed(tmp_path, "    <language>en-gb</language>\n", "")
    assert run("lint", str(advice)).exit_code == 0
    assert "missing-language" in run("lint", str(advice)).stdout
    assert run("lint", "-q", str(advice)).stdout == ""


def test_json_has_every_finding(tmp_path: Path) -> None:
    found = json.loads(run("lint", "--json", str(a_feed(tmp_path, "<ttl>60", "<ttl>0"))).stdout)
    assert found["counts"] == {"errors": 1, "warnings": 0, "advice": 0}
    finding = found["findings"][0]
    assert (finding["rule"], finding["line"], finding["path"]) == (
        "positive-integer",
        19,
        "/rss/channel/ttl",
    )
    assert finding["w3c"] == "InvalidPositiveInteger"
    assert finding["source"]


def test_many_places_of_a_rule_are_counted_unless_asked_for(tmp_path: Path) -> None:
    path = a_feed(tmp_path, "<hour>2</hour>", "<hour>30</hour>" * 9)
    assert "and 6 more" in run("lint", str(path)).stdout
    assert "more" not in run("lint", "-v", str(path)).stdout


def test_the_address_of_a_file_is_compared_with_its_own_link(tmp_path: Path) -> None:
    path = str(a_feed(tmp_path))
    assert "self-mismatch" in run("lint", path, "--url", "https://example.org/old.rss").stdout
    assert run("lint", path, "--url", "https://example.org/news.rss").exit_code == 0


@pytest.mark.parametrize("name", ["absent.rss", "."])
def test_what_is_no_file_is_told_with_exit_code_1(tmp_path: Path, name: str) -> None:
    done = run("lint", str(tmp_path / name))
    assert done.exit_code == 1
    assert "there is no such file" in done.output or "is a folder" in done.output


def test_an_address_is_fetched_and_its_media_type_looked_at(
    tmp_path: Path, httpserver: HTTPServer
) -> None:
    config = tmp_path / "broadsheet.toml"
    config.write_text(PRIVATE, encoding="utf-8")
    body = (PERFECT / "news.rss").read_bytes()
    httpserver.expect_request("/feed").respond_with_data(body, content_type="text/html")
    done = run("--config", str(config), "lint", httpserver.url_for("/feed"))
    assert "content-type" in done.stdout
    assert "self-mismatch" in done.stdout
    assert done.exit_code == 3


def test_a_private_address_is_refused(httpserver: HTTPServer) -> None:
    done = run("--config", "absent.toml", "lint", httpserver.url_for("/feed"))
    assert done.exit_code == 1
    assert httpserver.log == []


def test_standard_input_and_packed_files_are_read(tmp_path: Path) -> None:
    body = (PERFECT / "news.rss").read_bytes()
    for fed in (body, gzip.compress(body)):
        done = CliRunner().invoke(main, ["lint", "-"], input=fed)
        assert (done.exit_code, done.stdout) == (0, "-: RSS 2.0, 2 entries: nothing is wrong\n")
    packed = tmp_path / "news.rss.gz"
    packed.write_bytes(gzip.compress(body))
    assert run("lint", str(packed)).exit_code == 0
    packed.write_bytes(gzip.compress(b" " * 40_000_000))
    assert "too-large" in run("lint", str(packed)).stdout


def test_several_are_checked_one_after_the_other_and_the_worst_decides(tmp_path: Path) -> None:
    fine, bad = str(PERFECT / "news.atom"), str(a_feed(tmp_path, "logo.png", "logo.webp"))
    done = run("lint", fine, bad)
    assert done.exit_code == 3
    assert done.stdout.index("news.atom: Atom 1.0") < done.stdout.index("image-format")
    done = run("lint", "absent.rss", bad)
    assert done.exit_code == 1
    assert "absent.rss: there is no such file\n" in done.stderr
    assert "news.rss: RSS 2.0" in done.stdout
    first, second = json.loads(run("lint", "--json", fine, "absent.rss").stdout)
    assert (first["format"], second["trouble"]) == ("Atom 1.0", "there is no such file")
    assert run("lint", fine, bad, "--url", "https://example.org/").exit_code == 2


def test_of_a_page_the_feeds_that_it_names_are_told(tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    links = "<link rel=alternate type=application/rss+xml href=/a.rss><br>a & b"
    page.write_text(f"<!DOCTYPE html><html><head>{links}</html>")
    done = run("lint", str(page), "--url", "https://example.org/news/")
    assert done.exit_code == 1
    assert "It is a page, and names this feed:\n  https://example.org/a.rss\n" in done.stdout
    assert "perhaps" not in done.stdout
    assert json.loads(run("lint", "--json", str(page), "--url", "https://a.example/").stdout)[
        "feeds"
    ] == ["https://a.example/a.rss"]


def test_where_an_address_leads_is_told(tmp_path: Path, httpserver: HTTPServer) -> None:
    config = tmp_path / "broadsheet.toml"
    config.write_text(PRIVATE, encoding="utf-8")
    body = gzip.compress((PERFECT / "news.rss").read_bytes())
    new = httpserver.url_for("/new")
    httpserver.expect_request("/old").respond_with_data("", 302, headers={"Location": new})
    packed = {"Content-Encoding": "gzip"}
    httpserver.expect_request("/new").respond_with_data(
        body, headers=packed, content_type="application/rss+xml"
    )
    done = run("--config", str(config), "lint", httpserver.url_for("/old"))
    assert f"/old (which leads to {new}): RSS 2.0, 2 entries" in done.stdout


def test_what_follows_the_damage_is_marked(tmp_path: Path) -> None:
    path = a_feed(tmp_path, "Pilots wanted", "Pilots & crew")
    text = path.read_text("utf-8").replace("bo@example.org (Bo Ek)", "Bo Ek")
    path.write_text(text, encoding="utf-8")
    done = run("lint", str(path))
    assert "line 55: /rss/channel/item[2]/author: Bo Ek (perhaps for the damage" in done.stdout
    findings = json.loads(run("lint", "--json", str(path)).stdout)["findings"]
    assert [one["doubtful"] for one in findings] == [False, True]


def test_colours_are_for_terminals_alone(tmp_path: Path) -> None:
    path = str(a_feed(tmp_path, "<ttl>60", "<ttl>0"))
    assert "\x1b" not in run("lint", path).stdout
    assert "\x1b" in CliRunner().invoke(main, ["lint", path], color=True).stdout
