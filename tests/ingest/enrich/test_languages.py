"""Languages mixed in one archive do each other no harm.

`languages.jsonl` holds two articles on each of two topics in eight languages, written for these
tests: language, topic, title, text.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from ingest.article import Article, Draft
from ingest.enrich.relate import FLOOR, relate
from ingest.enrich.sentences import sentences
from ingest.enrich.summarize import count_words, summarize
from ingest.enrich.terms import terms
from ingest.store import articles, schema
from ingest.store.engine import open_store
from ingest.store.postings import post_pending, put_terms
from ingest.store.terms import neighbours

_LINES = Path(__file__).with_name("languages.jsonl").read_text(encoding="utf-8").splitlines()
ARTICLES: list[list[str]] = [json.loads(line) for line in _LINES]
NOW = datetime(2026, 6, 1, tzinfo=UTC)
LANGUAGES = sorted({language for language, *_ in ARTICLES})


def linked(folder: Path, of: Sequence[Article]) -> dict[str, list[str]]:
    """The best related article of each, in a store of these."""
    store = open_store(folder / "broadsheet.sqlite3")
    with store.write() as tx:
        source = {"id": "s", "name": "s", "kind": "files", "locator": "*"}
        tx.execute(insert(schema.source).values(source | {"next_due": 0, "settled": True}))
        numbers = articles.put_all(tx, [(one, "", None) for one in of])
        put_terms(tx, [(numbers[one.id], terms(one.title, one.text, one.language)) for one in of])
        post_pending(tx)
        found = {
            one.id: relate(one, neighbours(tx, one.id), limit=1, floor=FLOOR, now=NOW) for one in of
        }
    store.close()
    return {id_: [one.id for one in chosen] for id_, chosen in found.items()}


def made() -> list[Article]:
    return [
        Article(
            id=f"{language}-{topic}-{number % 2}", key=f"{number}", source="s", origin=f"{number}",
            url=f"https://example.org/{number}", title=title, html="", text=text,
            language=language, first_seen=NOW, published=NOW,
        )
        for number, (language, topic, title, text) in enumerate(ARTICLES)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    return linked(tmp_path_factory.mktemp("mixed"), made())


def test_each_article_is_led_to_its_like_in_its_language(mixed: dict[str, list[str]]) -> None:
    right = {id_: [f"{id_[:-1]}{1 - int(id_[-1])}"] for id_ in mixed}
    assert mixed == right


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_others_change_nothing(
    language: str, mixed: dict[str, list[str]], tmp_path: Path
) -> None:
    alone = linked(tmp_path, [one for one in made() if one.language == language])
    assert alone == {id_: mixed[id_] for id_ in alone}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_summary_is_whole_sentences_within_the_budget(language: str) -> None:
    text = "\n\n".join(text for tag, _, _, text in ARTICLES if tag == language)
    draft = Draft(origin="a", title="", html="", text=text, language=language)
    found = summarize(draft, words=20, sentences=sentences, terms=terms).text
    assert 0 < count_words(found) <= 20
    assert all(sentence in text for sentence in sentences(found, language))
