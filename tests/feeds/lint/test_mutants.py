"""One-change mutants of perfect feeds have the verdict that the W3C feed validator gave."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from feeds.lint import Finding, Report, lint

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
MUTANTS: list[dict[str, Any]] = [
    json.loads(line) for line in (HERE / "mutants.jsonl").read_text(encoding="utf-8").splitlines()
]
PERFECT = sorted(path.name for path in (HERE / "perfect").iterdir())


def verdict(body: bytes, name: str) -> Report:
    return lint(body, now=NOW, url=f"https://example.org/{name}")


def mutated(name: str, find: str, put: str) -> bytes:
    text = (HERE / "perfect" / name).read_text(encoding="utf-8")
    assert find in text
    return text.replace(find, put, 1).encode()


def places(finding: Finding) -> set[str]:
    """What a finding is about, as the validator may name it: it drops capitals and numbers."""
    steps = [step.partition("[")[0] for step in finding.path.split("/")[-2:]]
    return {name.lower() for name in (finding.element, finding.attribute, *steps)}


@pytest.mark.parametrize("name", PERFECT)
def test_nothing_is_found_in_a_perfect_feed(name: str) -> None:
    report = verdict((HERE / "perfect" / name).read_bytes(), name)
    assert report.findings == ()
    assert report.entries > 0


def test_there_are_mutants_of_every_kind() -> None:
    assert len(MUTANTS) >= 580
    assert len({row["name"] for row in MUTANTS}) == len(MUTANTS)
    assert len({event for row in MUTANTS for event, _, _ in row["w3c"]}) > 150


@pytest.mark.parametrize("row", MUTANTS, ids=lambda row: row["name"])
def test_a_mutant_has_the_validators_verdict(row: dict[str, Any]) -> None:
    report = verdict(mutated(row["feed"], row["find"], row["put"]), row["feed"])
    more = [f for f in report.findings if f.rule.name in row.get("beyond", ())]
    ours = [f for f in report.findings if f.rule.w3c and not f.doubtful and f not in more]
    assert {(f.rule.w3c, f.rule.level) for f in ours} == {(e, lv) for e, _, lv in row["w3c"]}
    assert all(finding.rule.source for finding in report.findings)
    assert any(f.rule.name == "newer-element" for f in report.findings) == ("newer" in row)
    if "elsewhere" not in row:
        for event, element, _ in row["w3c"]:
            assert any(_agree(finding, event, element) for finding in ours)
        for finding in ours:
            assert any(_agree(finding, event, element) for event, element, _ in row["w3c"])


def _agree(finding: Finding, event: str, element: str) -> bool:
    return finding.rule.w3c == event and (not element or element.lower() in places(finding))
