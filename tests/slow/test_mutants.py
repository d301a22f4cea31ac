"""Hundreds of damaged pages, by fixed seeds, and tokens of ten megabytes: nothing is lost."""

import json
from pathlib import Path
from random import Random

import pytest

from tests.costs import no_runaway
from tests.ingest.normalize.documents import PAGE, PROSE
from tests.ingest.normalize.mutants import mutant
from tests.ingest.normalize.test_hostile_html import CASES, END, show

FIXTURES = Path(__file__).parents[1] / "fixtures"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_no_mutant_of_real_pages_does_harm(seed: int) -> None:
    chance = Random(seed)
    lines = (FIXTURES / "content" / "pages.jsonl").read_text("utf-8").splitlines()
    pages = [json.loads(line)["html"].encode() for line in lines]
    hostile = [case["html"] for case in CASES]
    for _ in range(150):
        body = mutant(chance.choice(pages), chance, hostile)
        with no_runaway():
            show(body, PAGE if chance.random() < 0.7 else "")


@pytest.mark.slow
@pytest.mark.parametrize(
    "long",
    ["<p>" + "word " * 2_100_000 + "</p>", "<img src='data:image/png,{}'>", "<script>{}</script>",
     "<p title='{}'>x</p>", "<!--{}-->", "<style>{}</style>",
     "<script type='application/ld+json'>{{\"a\": \"{}\"}}</script>"],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_what_stands_behind_a_token_of_ten_megabytes_stays(long: str) -> None:
    body = f"<title>Storm</title><article><p>{PROSE}</p>{long}<p>{END}</p></article>"
    body = body.replace("{}", "x" * 10_500_000)
    found = show(body.encode(), "" if "word" in long else PAGE)
    assert found is not None
    assert END in found.draft.text
