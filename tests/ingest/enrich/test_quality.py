"""Pinned floors of relating, over the real term table: twelve articles on four topics."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from ingest.article import Article
from ingest.enrich.relate import FLOOR, relate
from ingest.enrich.terms import terms
from ingest.store import articles, schema
from ingest.store.engine import open_store
from ingest.store.postings import post_pending, put_terms
from ingest.store.terms import neighbours
from tests.ingest.enrich.topics import ARTICLES

NOW = datetime(2026, 6, 1, tzinfo=UTC)
PRECISION = 1.0
RECALL = 0.9
"""Share of the links given that stay in the topic, and of the 24 pairs of a topic that are linked.

Never lower them without a decision that says why.
"""


@pytest.fixture(scope="module")
def links(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    folder: Path = tmp_path_factory.mktemp("quality")
    store = open_store(folder / "broadsheet.sqlite3")
    made = [
        Article(
            id=name, key=name, source="s", origin=name, url=f"https://example.org/{name}",
            title=title, html="", text=text, language="en", first_seen=NOW, published=NOW,
        )
        for name, title, text in ARTICLES
    ]  # fmt: skip
    with store.write() as tx:
        tx.execute(
            insert(schema.source).values(
                id="s", name="s", kind="files", locator="*", next_due=0, settled=True
            )
        )
        numbers = articles.put_all(tx, [(one, "", None) for one in made])
        put_terms(tx, [(numbers[one.id], terms(one.title, one.text, one.language)) for one in made])
        post_pending(tx)
        found = {
            one.id: relate(one, neighbours(tx, one.id), limit=5, floor=FLOOR, now=NOW)
            for one in made
        }
    store.close()
    return {name: [related.id for related in chosen] for name, chosen in found.items()}


def test_links_stay_in_the_topic(links: dict[str, list[str]]) -> None:
    given = [(name, other) for name, others in links.items() for other in others]
    good = [pair for pair in given if pair[0][:5] == pair[1][:5]]
    assert len(good) / len(given) >= PRECISION
    assert len(good) / 24 >= RECALL


def test_the_closest_article_is_of_the_topic(links: dict[str, list[str]]) -> None:
    assert {name for name, others in links.items() if others[:1] and others[0][:5] != name[:5]} == (
        set()
    )
