"""`evaluate`: scores on articles whose answer is known, and what is wrong with expected.toml."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from feeds.cli import main
from tests.ingest.enrich.topics import ARTICLES

RIGHT = """\
["harbour-1.txt"]
summary = "Workers have finished repairing the harbour wall that winter storms broke in January."
related = ["harbour-2.txt", "harbour-3.txt"]
["vaccine-1.txt"]
summary = ["A ship", "A malaria vaccine protected three children in four."]
["vaccine-2.txt"]
related = ["harbour-1.txt"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, title, text in ARTICLES:
        (tmp_path / f"{name}.txt").write_text(f"{title}\n\n{text}\n", encoding="utf-8")
    (tmp_path / "expected.toml").write_text(RIGHT, encoding="utf-8")
    return tmp_path


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["evaluate", *map(str, words)])


def test_it_scores_summaries_and_related_articles(folder: Path) -> None:
    done = run("--json", "--words", 14, folder)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["articles"], found["problems"]) == (12, [])
    summaries, related = found["summaries"], found["related"]
    assert summaries["count"] == 2
    best = {one["path"]: one["rouge_1"] for one in summaries["judged"]}["harbour-1.txt"]
    assert best == pytest.approx(1.0)
    assert summaries["rouge_1"] > summaries["lead"]["rouge_1"]
    assert (related["count"], related["without"]) == (2, 0)
    shown = {one["path"]: one for one in related["judged"]}
    assert set(shown["harbour-1.txt"]["shown"]) == {"harbour-2.txt", "harbour-3.txt"}
    assert shown["vaccine-2.txt"]["wrong"] == shown["vaccine-2.txt"]["shown"] != []
    assert (related["precision"], related["recall"]) == pytest.approx((2 / 3, 2 / 3))


def test_people_see_what_is_farthest_off(folder: Path) -> None:
    said = run("--words", 14, folder).stdout
    assert "Read 12 articles" in said
    assert "the first three sentences" in said
    assert "66.7 % of those shown are right" in said
    assert "vaccine-2.txt: vaccine-" in said


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[", "is no TOML"),
        ('["missing.txt"]\n', "names a file that is not there: missing.txt"),
        ('["harbour-1.txt"]\nrelated = ["no.txt"]\n', "names a file that is not there: no.txt"),
        ('["harbour-1.txt"]\nsumary = "x"\n', "has an unknown key: sumary"),
        ('["harbour-1.txt"]\nrelated = "x"\n', "related a list of paths"),
        ("words = 3\n", '["words"] is no table'),
        (f'["{"a" * 300}"]\n', "names a file that is not there: aaa"),
    ],
)
def test_what_is_wrong_with_the_expected_is_told(folder: Path, text: str, told: str) -> None:
    (folder / "expected.toml").write_text(text, encoding="utf-8")
    done = run(folder)
    assert done.exit_code == 1
    assert "expected.toml" in done.stderr
    assert told in done.stderr


def test_a_folder_without_expected_is_told_what_to_write(folder: Path) -> None:
    (folder / "expected.toml").unlink()
    assert 'write a table for each article: ["bridge.txt"]' in run(folder).stderr
    assert "there is no such folder" in run(folder / "none").stderr


def test_what_cannot_be_read_is_told_and_the_rest_judged(folder: Path) -> None:
    (folder / "empty.txt").write_text("", encoding="utf-8")
    done = run(folder)
    assert done.exit_code == 1
    assert "empty.txt" in done.stderr
    assert "Read 12 articles" in done.stdout


def test_a_name_that_is_no_text_is_told_and_the_rest_judged(folder: Path) -> None:
    (folder / os.fsdecode(b"caf\xe9.txt")).write_text(
        "A caf\u00e9\n\nIt is open.\n", encoding="utf-8"
    )
    done = run(folder)
    assert done.exit_code == 1
    assert r"caf\udce9.txt: its name is not UTF-8" in done.stderr
    assert "Read 12 articles" in done.stdout
