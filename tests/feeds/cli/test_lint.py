"""`lint`: what it prints, its exit codes, files, addresses and what cannot be read."""

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
