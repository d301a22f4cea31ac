"""An invalid entry is left out of an edition and reported; the feed goes live without it."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import feeds.proof
from config.feed import Format
from feeds.edition import Edition, EditionEntry
from feeds.lint import Report, lint
from feeds.proof import Proof, proofread
from feeds.render import Rendered, render
from tests.builders import an_edition, an_entry
from tests.newsroom import Newsroom, a_text

FORMATS: tuple[Format, ...] = ("rss", "atom")
NOW = an_entry().updated + timedelta(days=1)
Spoil = Callable[[str, str], None]


@pytest.fixture
def spoil(monkeypatch: pytest.MonkeyPatch) -> Spoil:
    """Have rendering write `put` for `find`, as a defect of it would."""

    def change(find: str, put: str) -> None:
        def spoiled(edition: Edition, format: Format) -> Rendered:
            found = render(edition, format)
            return replace(found, body=found.body.replace(find.encode(), put.encode()))

        monkeypatch.setattr(feeds.proof, "render", spoiled)

    return change


def entries(count: int) -> list[EditionEntry]:
    return [
        an_entry(
            id=f"urn:uuid:{number:08x}-0000-5000-8000-000000000000",
            url=f"https://example.org/{number}",
            title=f"Number {number}",
            updated=an_entry().updated + timedelta(seconds=number),
        )
        for number in range(count)
    ]


def proof(*shown: EditionEntry, known: dict[str, str] | None = None) -> Proof:
    return proofread(an_edition(*shown), FORMATS, known or {}, NOW)


def test_a_valid_edition_goes_live_as_it_is_rendered() -> None:
    found = proof(*entries(3))
    edition = an_edition(*entries(3))
    assert found.bodies == {format_: render(edition, format_).body for format_ in FORMATS}
    assert (found.entries, found.warnings) == (3, [])


def test_an_entry_that_is_invalid_in_one_format_is_left_out_of_both(spoil: Spoil) -> None:
    spoil("<link>https://example.org/1</link>", "<link>example.org/1 x</link>")
    found = proof(*entries(3))
    for body in found.bodies.values():
        assert b"Number 1<" not in body
        assert b"Number 0<" in body
        assert b"Number 2<" in body
    assert found.entries == 2
    (told,) = found.warnings
    assert "00000001-0000" in told
    assert "left out: url-character in link" in told


@pytest.mark.parametrize("put", ["\x01", "</b>", "</title><author>x</author><b>", "<!--"])
def test_an_entry_that_breaks_the_document_is_found_and_left_out(spoil: Spoil, put: str) -> None:
    spoil("Number 1<", f"Number {put}<")
    found = proof(*entries(3))
    assert found.entries == 2
    assert "not-well-formed" in found.warnings[0]
    reports = [lint(body, now=NOW) for body in found.bodies.values()]
    assert [(report.entries, report.worst) for report in reports] == [(2, None), (2, None)]


def test_what_is_wrong_with_the_head_is_told_and_keeps_nothing_back(spoil: Spoil) -> None:
    spoil("<ttl>60</ttl>", "<ttl>0</ttl>")
    found = proof(*entries(3))
    assert found.entries == 3
    assert [told.partition(" in ")[0] for told in found.warnings] == ["all.rss: positive-integer"]


def test_when_every_entry_is_invalid_the_feed_is_empty_and_valid(spoil: Spoil) -> None:
    spoil("<published>", "<published>x")
    found = proof(*entries(3))
    assert found.entries == 0
    assert len(found.warnings) == 3
    assert lint(found.bodies["atom"], now=NOW).worst is None


def test_what_went_live_before_is_not_linted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first = proof(*entries(3))
    known: dict[str, str] = {
        f: hashlib.sha256(body).hexdigest() for f, body in first.bodies.items()
    }
    linted: list[str] = []

    def counted(body: bytes, **named: str) -> Report:
        linted.append(named["url"])
        return lint(body, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(feeds.proof, "lint", counted)
    assert proof(*entries(3), known=known).bodies == first.bodies
    assert linted == []
    proof(*entries(4), known=known)
    assert len(linted) == 2


def test_the_rest_is_published_and_the_report_names_the_entry(tmp_path: Path, spoil: Spoil) -> None:
    room = Newsroom(tmp_path)
    for name in ("bridge", "ferry", "pilots"):
        room.write(f"{name}.md", a_text(f"# The {name}", name))
    spoil("<title>The ferry</title>", "<title>The ferry</title><name>x</name>")
    report = room.refresh().published

    assert not report.failed
    assert report.feeds[0].entries == 2
    assert sorted(room.titles()) == ["The bridge", "The pilots"]
    assert [told for told in report.warnings if "unknown-element in name" in told]
