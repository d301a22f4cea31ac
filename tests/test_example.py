"""The example article, from its file to what a subscriber sees (tests/fixtures/articles)."""

from itertools import permutations
from pathlib import Path

import pytest

from tests.newsroom import Newsroom, a_text

EXAMPLE = Path(__file__).parent / "fixtures/articles/china-russia-military-ties.txt"
PREVIOUS = "Vodafone Relaunches Football TV Strategy in Spain"
NEXT = "Michael Calvey Case: Russian Embezzlement Proceedings and Sentencing"
FURNITURE = ("No time to read", "Get a summary", "Previous Article", "Next Article", PREVIOUS, NEXT)


@pytest.mark.parametrize("order", list(permutations(["a", "m", "z"])))
def test_the_example_becomes_a_clean_entry_related_to_its_neighbours(
    tmp_path: Path, order: tuple[str, str, str]
) -> None:
    room = Newsroom(tmp_path)
    room.write(f"{order[0]}.txt", EXAMPLE.read_bytes())
    room.write(f"{order[1]}.txt", a_text(PREVIOUS, "football on television"))
    room.write(f"{order[2]}.txt", a_text(NEXT, "the sentence"))
    room.refresh()
    for name in ("all.rss", "all.atom"):
        [entry] = [one for one in room.feed(name) if one.title.startswith("China and Russia")]
        related = [link.title for link in entry.links if link.rel == "related"]
        assert {PREVIOUS, NEXT} <= set(related)
        text, block = entry.content[0].value.split("<aside>")
        assert "<h2>Diplomatic cover</h2>" in text
        assert (
            text.index("Defense ministers")
            < text.index("Diplomatic cover")
            < text.index("Li Shangfu")
        )
        assert not any(words in text + entry.summary for words in FURNITURE)
        assert PREVIOUS in block
        article = EXAMPLE.read_text("utf-8")
        assert 20 < len(entry.summary.split()) <= 60
        assert entry.summary.endswith(".")
        assert all(part.strip(". ") in article for part in entry.summary.split(". "))


def test_alone_it_is_related_to_nothing(tmp_path: Path) -> None:
    room = Newsroom(tmp_path)
    room.write("a.txt", EXAMPLE.read_bytes())
    room.refresh()
    [entry] = room.feed()
    assert not [link for link in entry.links if link.rel == "related"]
    assert not any(words in room.bytes().decode() for words in FURNITURE)
